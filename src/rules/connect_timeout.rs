use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "connect-timeout",
    since: "0.1.0",
    levels: Levels::of("EEEE"),
    boot: true,
    traits: COMMON,
    page: include_str!("connect_timeout.md"),
    checks: &[Check::Failure(FailureClass::ConnectTimeout, check)],
};

fn check(target: &Target, failure: &Failure, out: &mut Sink<'_>) {
    let client = advice::client(target);
    unreachable::report(target, failure, out, &["host", "port"], "no answer from here").help(format!(
        "let the network admit this client to the server's port, then try `pg_isready{client} -t 5` from the same place"
    ));
}
