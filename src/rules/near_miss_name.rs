use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "near-miss-name",
    since: "0.1.0",
    levels: Levels::of("WWWW"),
    boot: false,
    traits: COMMON,
    page: include_str!("near_miss_name.md"),
    checks: &[Check::Settings(check)],
};

fn check(settings: &Settings, out: &mut Sink<'_>) {
    for name in &settings.misspelt {
        let meant = name.meant;
        let draft = out
            .report(format!("this name is a slip away from `{meant}`, which nothing sets"))
            .at_span(name.span, format!("`{meant}`?"))
            .note("whoever reads the right name finds nothing, and goes on with a default or not at all")
            .help(format!(
                "rename it to `{meant}`; where the code reads this name, say so under `[variables]` in pgward.toml"
            ));
        // Of two that mean one, somebody has to choose.
        if settings.misspelt.iter().filter(|other| other.meant == meant).count() == 1 {
            draft.edit_unsafe(name.span, meant);
        }
    }
}
