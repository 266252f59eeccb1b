use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "startup-parameter-rejected",
    since: "0.1.0",
    levels: Levels::of("EEEE"),
    boot: true,
    traits: COMMON,
    page: include_str!("startup_parameter_rejected.md"),
    checks: &[Check::Failure(FailureClass::StartupParameterRejected, check)],
};

fn check(target: &Target, failure: &Failure, out: &mut Sink<'_>) {
    let role = advice::sql(target.get("user").map(|s| &s.value), "THE_ROLE");
    unreachable::report(target, failure, out, &["options"], "sent with the startup message")
        .help(format!("correct it, or set it for the role instead: ALTER ROLE {role} SET parameter = value"));
}
