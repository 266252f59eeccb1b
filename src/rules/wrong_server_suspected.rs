use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "wrong-server-suspected",
    since: "0.1.0",
    levels: Levels::of("EEEE"),
    boot: true,
    traits: COMMON,
    page: include_str!("wrong_server_suspected.md"),
    checks: &[Check::Failure(FailureClass::WrongServerSuspected, check)],
};

fn check(target: &Target, failure: &Failure, out: &mut Sink<'_>) {
    unreachable::report(target, failure, out, &["host", "port"], "may not be the one that is meant").help(
        "check host and port: `pgward show` says who set them; use `sslmode=verify-full` to be sure who answers",
    );
}
