use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "role-cannot-login",
    since: "0.1.0",
    levels: Levels::of("EEEE"),
    boot: true,
    traits: COMMON,
    page: include_str!("role_cannot_login.md"),
    checks: &[Check::Failure(FailureClass::RoleCannotLogin, check)],
};

fn check(target: &Target, failure: &Failure, out: &mut Sink<'_>) {
    let role = advice::sql(target.get("user").map(|s| &s.value), "THE_ROLE");
    unreachable::report(target, failure, out, &["user"], "this role").help(format!(
        "have an administrator run: ALTER ROLE {role} LOGIN; or use a role that is a member of it and may log in"
    ));
}
