use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "deadline-exceeded",
    since: "0.1.0",
    levels: Levels::of("EEEE"),
    boot: true,
    traits: COMMON,
    page: include_str!("deadline_exceeded.md"),
    checks: &[Check::Failure(FailureClass::DeadlineExceeded, check)],
};

fn check(target: &Target, failure: &Failure, out: &mut Sink<'_>) {
    unreachable::report(target, failure, out, &["host", "port"], "it accepted, and then did not answer in time").help(
        "read the server's log for this moment; if it is only slow, allow one attempt more time with `--timeout 30s`",
    );
}
