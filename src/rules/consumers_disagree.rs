use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "consumers-disagree",
    since: "0.1.0",
    levels: Levels::of("EEEE"),
    boot: true,
    traits: COMMON,
    page: include_str!("consumers_disagree.md"),
    checks: &[Check::Target(check)],
};

fn check(target: &Target, settings: &Settings, out: &mut Sink<'_>) {
    let Some((one, other, parts)) = target.disagreement(settings) else { return };
    let (a, b) = (one.value.as_str(), other.value.as_str());
    let words = parts.iter().map(|aspect| aspect.as_str());
    out.report(format!("{a} and {b} take `{}` for different things", target.name))
        .at(target.origin(), format!("another {} for {b}", advice::names(words)))
        .also(&one.origin, format!("{a} is named here"))
        .also(&other.origin, format!("{b} is named here"))
        .note("one string, two connections: what one program writes the other does not find")
        .help("`pgward url --consumers all -` shows what each makes of it; percent-encode what is reserved");
}
