use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "auth-failed",
    since: "0.1.0",
    levels: Levels::of("EEEE"),
    boot: true,
    traits: COMMON,
    page: include_str!("auth_failed.md"),
    checks: &[Check::Failure(FailureClass::AuthFailed, check)],
};

fn check(target: &Target, failure: &Failure, out: &mut Sink<'_>) {
    let client = advice::client(target);
    let role = advice::shell(target.get("user").map(|s| &s.value), "ROLE");
    let database = advice::shell(target.get("dbname").map(|s| &s.value), "DATABASE");
    unreachable::report(target, failure, out, &["password", "user"], "this was not accepted").help(format!(
        "try the password by hand, asked for and not shown: `psql{client} -U {role} -d {database} -W`"
    ));
}
