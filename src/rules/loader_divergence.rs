use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "loader-divergence",
    since: "0.1.0",
    levels: Levels::of("WWEE"),
    boot: false,
    traits: COMMON,
    page: include_str!("loader_divergence.md"),
    checks: &[Check::Settings(check)],
};

fn check(settings: &Settings, out: &mut Sink<'_>) {
    misread::report(settings, Teller::Divergence, &[], out, |found, subject| {
        if found.differs || !found.told {
            format!("{subject} is read differently by different loaders")
        } else {
            format!("{subject} is not read as it is written")
        }
    });
}
