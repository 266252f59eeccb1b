use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "connect-denied",
    since: "0.1.0",
    levels: Levels::of("EEEE"),
    boot: true,
    traits: COMMON,
    page: include_str!("connect_denied.md"),
    checks: &[Check::Failure(FailureClass::ConnectDenied, check)],
};

fn check(target: &Target, failure: &Failure, out: &mut Sink<'_>) {
    let role = advice::sql(target.get("user").map(|s| &s.value), "THE_ROLE");
    let database = advice::sql(target.get("dbname").map(|s| &s.value), "THE_DATABASE");
    if failure.phase == Phase::Tcp {
        unreachable::report(target, failure, out, &["host"], "this socket or address")
            .help("let this system user reach it: look at `ls -ld` of the socket's directory, or at the sandbox's rules");
        return;
    }
    unreachable::report(target, failure, out, &["dbname", "user"], "not open to this role").help(
        if target.get("dbname").is_some_and(|s| s.value.equals("template0")) {
            "name another database: template0 is what others are made from, and admits nobody".to_owned()
        } else {
            match failure.cause {
                Some(FailureCause::HalfDropped) => format!(
                    "have its owner run from another database: DROP DATABASE {database}; then create it anew"
                ),
                Some(FailureCause::DatabaseClosed) => format!(
                    "have its owner run from another database: ALTER DATABASE {database} ALLOW_CONNECTIONS true"
                ),
                _ => format!("have its owner run: GRANT CONNECT ON DATABASE {database} TO {role}"),
            }
        },
    );
}
