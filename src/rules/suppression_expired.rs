use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "suppression-expired",
    since: "0.1.0",
    levels: Levels::of("WWWW"),
    boot: false,
    traits: Traits { beyond_comments: true, ..COMMON },
    page: include_str!("suppression_expired.md"),
    checks: &[Check::Comment(check)],
};

fn check(fault: &Fault, out: &mut Sink<'_>) {
    let FaultKind::Expired { day, needed } = &fault.kind else { return };
    let rules: Vec<String> = fault.rules.iter().map(|id| format!("`{id}`")).collect();
    let rules = advice::names(rules.iter().map(String::as_str));
    let draft = out
        .report(format!("a comment silenced {rules} until {day}"))
        .at_span(fault.span, "it silences nothing any more");
    match fault.remove {
        _ if *needed => drop(draft.help("mend what it hid, or name a later day")),
        Some(line) => drop(draft.help("remove it: there is nothing left to silence").edit_unsafe(line, "")),
        None => drop(draft.help("remove it, or name a later day")),
    }
}
