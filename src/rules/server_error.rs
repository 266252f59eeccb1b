use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "server-error",
    since: "0.1.0",
    levels: Levels::of("EEEE"),
    boot: true,
    traits: COMMON,
    page: include_str!("server_error.md"),
    checks: &[Check::Failure(FailureClass::ServerError, check)],
};

fn check(target: &Target, failure: &Failure, out: &mut Sink<'_>) {
    unreachable::report(target, failure, out, &["host"], "answered with an error")
        .help("look the SQLSTATE up in the server's log, where the whole message stands");
}
