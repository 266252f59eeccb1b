use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "statement-timeout",
    since: "0.1.0",
    levels: Levels::of("EEEE"),
    boot: true,
    traits: COMMON,
    page: include_str!("statement_timeout.md"),
    checks: &[Check::Failure(FailureClass::StatementTimeout, check)],
};

fn check(target: &Target, failure: &Failure, out: &mut Sink<'_>) {
    unreachable::report(target, failure, out, &["options"], "may hold the limit").help(
        "look for what blocks or slows the server: `SELECT pid, state, wait_event, query FROM pg_stat_activity`",
    );
}
