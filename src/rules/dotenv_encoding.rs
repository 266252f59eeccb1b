use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "dotenv-encoding",
    since: "0.1.0",
    levels: Levels::of("WWEE"),
    boot: false,
    traits: Traits { examples: true, ..COMMON },
    page: include_str!("dotenv_encoding.md"),
    checks: &[Check::Settings(check)],
};

fn check(settings: &Settings, out: &mut Sink<'_>) {
    misread::report(settings, Teller::Of(Cause::Encoding), &[], out, |_, subject| {
        format!("{subject} holds bytes that are not seen")
    });
}
