use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "statement-timeout-missing",
    since: "0.1.0",
    levels: Levels::of("..IW"),
    boot: false,
    traits: Traits { pedantic: true, ..COMMON },
    page: include_str!("statement_timeout_missing.md"),
    checks: &[Check::Target(check)],
};

/// By what is written; what the role and the database set the server alone knows.
fn check(target: &Target, _: &Settings, out: &mut Sink<'_>) {
    let clear = target.is_postgres() && target.parsed.is_ok() && !target.oddities.explain();
    // A migration may take its time.
    let serves = matches!(target.role, Role::Primary | Role::Replica);
    if !clear || !serves || target.is_elsewhere() || !target.spelling().is_native() {
        return;
    }
    let set = target.session_parameter_names().contains(&"statement_timeout") || target.has_parameter(OTHERS);
    if set {
        return;
    }
    let role = advice::sql(target.get("user").map(|s| &s.value), "THE_ROLE");
    let by_transaction = target.pooling().is_some_and(|p| p.mode == PoolMode::Transaction);
    let own =
        if by_transaction { "" } else { "; for this service alone, `options=-c statement_timeout=30s`" };
    out.report(format!("nothing in `{}` ends a statement that runs too long", target.name))
        .at(place(target, &["options", "dbname", "host"]), "no statement_timeout")
        .note("a query that waits for a lock holds its connection, and the pool runs dry behind it")
        .note("the role or the database may have one, which files do not show")
        .help(format!("ALTER ROLE {role} SET statement_timeout = '30s', which every pooler keeps{own}"));
}

/// Other clients' words for it, in their own URLs.
const OTHERS: &[&str] = &[
    "statement_timeout",
    "options[statement_timeout]",
    "query_timeout",
    "command_timeout",
    "socket_timeout",
];
