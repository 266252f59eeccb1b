use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "server-starting",
    since: "0.1.0",
    levels: Levels::of("EEEE"),
    boot: true,
    traits: COMMON,
    page: include_str!("server_starting.md"),
    checks: &[Check::Failure(FailureClass::ServerStarting, check)],
};

fn check(target: &Target, failure: &Failure, out: &mut Sink<'_>) {
    unreachable::report(target, failure, out, &["host"], "it is not ready yet")
        .help("if it lasts, the server's log says what it replays, and how far it has come");
}
