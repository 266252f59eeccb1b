use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "dotenv-hash-in-value",
    since: "0.1.0",
    levels: Levels::of("EEEE"),
    boot: false,
    traits: COMMON,
    page: include_str!("dotenv_hash_in_value.md"),
    checks: &[Check::Settings(check)],
};

fn check(settings: &Settings, out: &mut Sink<'_>) {
    misread::report(settings, Teller::Of(Cause::HashInValue), &[], out, |_, subject| {
        format!("the value of {subject} may end at its `#`")
    });
}
