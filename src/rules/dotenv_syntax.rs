use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "dotenv-syntax",
    since: "0.1.0",
    levels: Levels::of("EEEE"),
    boot: false,
    traits: Traits { examples: true, ..COMMON },
    page: include_str!("dotenv_syntax.md"),
    checks: &[Check::Settings(check)],
};

fn check(settings: &Settings, out: &mut Sink<'_>) {
    misread::report(settings, Teller::Of(Cause::Syntax), &[], out, |_, subject| {
        format!("{subject} is no assignment to every loader")
    });
}
