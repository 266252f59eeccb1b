use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "dotenv-dollar",
    since: "0.1.0",
    levels: Levels::of("EEEE"),
    boot: false,
    traits: COMMON,
    page: include_str!("dotenv_dollar.md"),
    checks: &[Check::Settings(check)],
};

fn check(settings: &Settings, out: &mut Sink<'_>) {
    misread::report(settings, Teller::Of(Cause::Dollar), &[], out, |found, subject| {
        let runs = found.readings.iter().any(|r| r.what.starts_with("runs "));
        format!("a `$` in {subject} is taken for a {}", if runs { "command" } else { "reference" })
    });
    misread::report(settings, Teller::Of(Cause::Reference), &[], out, |_, subject| {
        format!("the reference in {subject} is not resolved alike")
    });
}
