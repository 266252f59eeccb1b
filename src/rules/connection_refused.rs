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
    let ready = format!("`pg_isready{client}` shows when it accepts connections");
    let draft = unreachable::report(target, failure, out, &["port", "host"], "nothing answers here");
    draft.help(if let Some(at) = unreachable::elsewhere(failure) {
        format!("if the server at {at} is meant, correct host and port; else start the one that is meant")
    } else if target.is_loopback() {
        format!("start the server, or correct the port; in a container name the database's service; {ready}")
    } else if target.is_single_label() {
        "see with `docker compose ps` whether it runs and is healthy; between containers the port is its own, 5432"
            .to_owned()
    } else {
        format!("start the server, or correct host and port; {ready}")
    });
}
