use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "connection-refused",
    since: "0.1.0",
    levels: Levels::of("EEEE"),
    boot: true,
    traits: COMMON,
    page: include_str!("connection_refused.md"),
    checks: &[Check::Failure(FailureClass::ConnectionRefused, check)],
};

fn check(target: &Target, failure: &Failure, out: &mut Sink<'_>) {
    let client = advice::client(target);
    unreachable::report(target, failure, out, &["port", "host"], "nothing answers here").help(format!(
        "start the server, or correct host and port; `pg_isready{client}` shows when it accepts connections"
    ));
}
