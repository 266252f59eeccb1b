use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "dotenv-inline-comment",
    since: "0.1.0",
    levels: Levels::of("WWEE"),
    boot: false,
    traits: COMMON,
    page: include_str!("dotenv_inline_comment.md"),
    checks: &[Check::Settings(check)],
};

fn check(settings: &Settings, out: &mut Sink<'_>) {
    misread::report(settings, Teller::Of(Cause::InlineComment), &[], out, |_, subject| {
        format!("the comment behind {subject} may become a part of its value")
    });
}
