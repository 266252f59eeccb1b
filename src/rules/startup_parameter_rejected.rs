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
    let help = match failure.sqlstate.as_ref().map_or("", |state| state.as_str()) {
        "42704" => "this server knows no parameter of that name: correct it, or take it out".to_owned(),
        "42501" => format!(
            "only a superuser may set it: have one run ALTER ROLE {role} SET parameter = value, and take it out here"
        ),
        "22023" => "the server does not take that value: correct it, or take it out".to_owned(),
        _ => format!("correct it, or set it for the role instead: ALTER ROLE {role} SET parameter = value"),
    };
    unreachable::report(target, failure, out, &["options"], "sent with the startup message").help(help);
}
