use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "alias-conflict",
    since: "0.1.0",
    levels: Levels::of("WWEE"),
    boot: true,
    traits: COMMON,
    page: include_str!("alias_conflict.md"),
    checks: &[Check::Target(check)],
};

fn check(target: &Target, settings: &Settings, out: &mut Sink<'_>) {
    let Some(first) = settings.aliases.first().filter(|_| target.form == Form::Parts) else { return };
    if target.role != Role::Primary {
        return;
    }
    let mut draft = out
        .report(format!("`{}` and `{}` disagree", first.winner.key, first.other.key))
        .at(&first.winner.origin, format!("`{}` is the one that pgward goes by", first.winner.key))
        .also(&first.other.origin, format!("`{}` says something else", first.other.key));
    for AliasConflict { winner, other, .. } in &settings.aliases[1..] {
        draft = draft
            .also(&winner.origin, format!("`{}` in the one family", winner.key))
            .also(&other.origin, format!("`{}` in the other", other.key));
    }
    draft
        .note("two programs that read one spelling each reach two databases")
        .help("keep one spelling, or name those that the code reads under `[variables]` in pgward.toml");
}
