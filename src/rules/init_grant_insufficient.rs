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

fn check(file: &File<'_>, project: &Project<'_>, out: &mut Sink<'_>) {
    let sql = file.carried.sql();
    let short = |s: &&Statement| match &s.kind {
        StatementKind::GrantOnDatabase(role) => {
            !role.as_ref().is_some_and(|role| is_of_image(project, &file.carried.path, role))
        }
        _ => false,
    };
    let grant = sql.statements.iter().find(short);
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

/// Whether a server of compose that is given a script is set up with a role: it is the superuser, and owns what the script makes.
fn is_of_image(project: &Project<'_>, path: &str, role: &str) -> bool {
    let composed = project.files.iter().filter_map(|file| match &file.structure {
        Structure::Compose(compose) => Some((file, compose)),
        _ => None,
    });
    let mut servers = composed.flat_map(|(file, compose)| compose.services.iter().map(move |s| (file, s)));
    servers.any(|(file, server)| {
        let layer = server.layer.and_then(|at| file.layers.get(at));
        server.mounts.iter().any(|mount| mount.gives(path))
            && layer.and_then(|l| l.entry("POSTGRES_USER")).is_some_and(|user| user.value.text.equals(role))
    })
}
