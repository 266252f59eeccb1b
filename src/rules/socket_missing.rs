use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "socket-missing",
    since: "0.1.0",
    levels: Levels::of("EEEE"),
    boot: true,
    traits: COMMON,
    page: include_str!("socket_missing.md"),
    checks: &[Check::Failure(FailureClass::SocketMissing, check)],
};

fn check(target: &Target, failure: &Failure, out: &mut Sink<'_>) {
    unreachable::report(target, failure, out, &["host", "port"], "no socket of this name").help(
        if unreachable::elsewhere(failure).is_some() {
            "set host and port to where the server answers"
        } else {
            "see where the socket is: `SHOW unix_socket_directories` on the server; or set the host to an address"
        },
    );
}
