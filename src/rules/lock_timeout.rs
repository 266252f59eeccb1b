use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "lock-timeout",
    since: "0.1.0",
    levels: Levels::of("EEEE"),
    boot: true,
    traits: COMMON,
    page: include_str!("lock_timeout.md"),
    checks: &[Check::Failure(FailureClass::LockTimeout, check)],
};

fn check(target: &Target, failure: &Failure, out: &mut Sink<'_>) {
    unreachable::report(target, failure, out, &["options"], "may hold the limit").help(
        "find who holds it: `SELECT pid, pg_blocking_pids(pid), query FROM pg_stat_activity WHERE wait_event_type = 'Lock'`",
    );
}
