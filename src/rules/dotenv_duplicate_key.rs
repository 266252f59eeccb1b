use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "dotenv-duplicate-key",
    since: "0.1.0",
    levels: Levels::of("WWEE"),
    boot: false,
    traits: COMMON,
    page: include_str!("dotenv_duplicate_key.md"),
    checks: &[Check::Settings(check)],
};

fn check(settings: &Settings, out: &mut Sink<'_>) {
    // What the services of another engine are given.
    let other = |t: &Target| matches!(t.engine.value, Engine::Other(_));
    if out.door() == Door::Lint && !settings.targets.is_empty() && settings.targets.iter().all(other) {
        return;
    }
    misread::report(settings, Teller::Of(Cause::Duplicate), &[], out, |_, subject| {
        format!("{subject} is assigned twice, with different values")
    });
}
