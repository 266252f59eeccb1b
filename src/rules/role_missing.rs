use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "role-missing",
    since: "0.1.0",
    levels: Levels::of("EEEE"),
    boot: true,
    traits: COMMON,
    page: include_str!("role_missing.md"),
    checks: &[Check::Failure(FailureClass::RoleMissing, check)],
};

fn check(target: &Target, failure: &Failure, out: &mut Sink<'_>) {
    if failure.sqlstate.is_some_and(|s| s.as_str() == "22023") {
        unreachable::report(target, failure, out, &["options"], "a role is set here")
            .help("correct `-c role=…` in options, or have an administrator create that role");
        return;
    }
    let client = advice::client(target);
    let role = advice::shell(target.get("user").map(|s| &s.value), "ROLE");
    unreachable::report(target, failure, out, &["user"], "this role").help(format!(
        "correct the name, or create the role as an administrator: `createuser{client} -U ADMIN --pwprompt {role}`"
    ));
}
