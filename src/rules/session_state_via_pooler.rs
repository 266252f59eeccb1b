use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "session-state-via-pooler",
    since: "0.1.0",
    levels: Levels::of("WWWW"),
    boot: false,
    traits: COMMON,
    page: include_str!("session_state_via_pooler.md"),
    checks: &[Check::Server(&[], measured), Check::Target(check)],
};

/// By host, port or parameter.
fn check(target: &Target, _: &Settings, out: &mut Sink<'_>) {
    let Some(pooling) = target.pooling().filter(|p| p.mode == PoolMode::Transaction) else { return };
    let (_, settings) = target.session_parameters();
    if settings == 0 {
        return;
    }
    let names = target.session_parameter_names();
    let what = if names.is_empty() { "something".to_owned() } else { advice::names(names.iter().copied()) };
    out.report(format!("`options` sets {what} for a session, and the pooler has none to set it for"))
        .at(place(target, &["options"]), "a pooler by transaction refuses or drops it")
        .also(place(target, &[pooling.by.unwrap_or("host"), "host"]), pooling.tells)
        .help(help(target));
}

/// By the server's answers.
fn measured(target: &Target, answers: &Answers<'_>, out: &mut Sink<'_>) {
    let dropped = &answers.session.dropped;
    if dropped.is_empty() || answers.session.pooler != Some(true) {
        return;
    }
    let names = advice::names(dropped.iter().copied());
    let (values, are) = if dropped.len() == 1 { ("another value", "is") } else { ("other values", "are") };
    out.report(format!("`options` sets {names}, and {values} {are} in force"))
        .at(place(target, &["options"]), "a pooler stands between and dropped it")
        .note("PgBouncer does so where ignore_startup_parameters lists `options`")
        .help(help(target));
}

fn help(target: &Target) -> String {
    let role = advice::sql(target.get("user").map(|s| &s.value), "THE_ROLE");
    format!(
        "set it for the role, which every pooler keeps: ALTER ROLE {role} SET parameter = value; or SET LOCAL in each transaction"
    )
}
