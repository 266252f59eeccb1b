use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "init-grant-insufficient",
    since: "0.1.0",
    levels: Levels::of("IIWE"),
    boot: false,
    traits: COMMON,
    page: include_str!("init_grant_insufficient.md"),
    checks: &[Check::File(check)],
};

fn check(file: &File<'_>, _: &Project<'_>, out: &mut Sink<'_>) {
    let sql = file.carried.sql();
    let grant = sql.statements.iter().find(|s| s.kind == StatementKind::GrantOnDatabase);
    let opens = |s: &Statement| match &s.kind {
        StatementKind::OpensSchema => true,
        StatementKind::CreateDatabase { owner } => *owner,
        _ => false,
    };
    let Some(grant) = grant.filter(|_| !sql.statements.iter().any(opens)) else { return };
    out.report("privileges on a database alone do not let a role create tables in it")
        .at_span(grant.span, "CONNECT, CREATE of schemas and TEMPORARY, no more")
        .note("since PostgreSQL 15 `public` belongs to the owner of the database: migrations fail with `permission denied for schema public`")
        .help("make the role the owner: `CREATE DATABASE shop OWNER app`; or run `GRANT USAGE, CREATE ON SCHEMA public TO app` in that database");
}
