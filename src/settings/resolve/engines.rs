//! Which engine a text means, where its readers know better than its scheme.

use crate::{
    conninfo,
    repository::{Ecosystem, Package, Repository},
    secret::Secret,
    settings::{
        Settings,
        engine::{Engine, Spelling, recognise},
        lookup::Lookup,
        target::Target,
    },
};
use std::ops::Range;

/// Goes by the libraries of the project and by the words beside the text.
pub(super) fn by_readers(
    out: &mut Settings,
    lookup: &Lookup<'_>,
    repository: &Repository,
    packages: &[&Package],
    path: Option<&str>,
) {
    over_http(out, repository);
    of_files(out, packages);
    // `DATABASE_DRIVER=org.postgresql.Driver` beside it, or a pom.xml: the program is Java's, whatever the variable is
    // called.
    for target in &mut out.targets {
        target.native = match target.spelling() {
            Spelling::Jdbc => {
                let mut beside = lookup.layers().iter().flat_map(|l| &l.entries);
                repository.builds_for(Ecosystem::Jvm, path)
                    || beside.any(|e| e.value.text.equals("org.postgresql.Driver"))
            }
            Spelling::R2dbc => repository.builds_for(Ecosystem::Jvm, path),
            Spelling::Npgsql => repository.builds_for(Ecosystem::DotNet, path),
            _ => false,
        };
    }
}

/// As [`recognise`], with what is PostgreSQL's only where its reader is asked for: the drivers that Tortoise and Doctrine have
/// for schemes, and Npgsql's strings that might be SQL Server's.
pub(super) fn recognise_for(repository: &Repository, text: &str) -> (Engine, Spelling, Range<usize>) {
    let known = recognise(text);
    if known.0 != Engine::Unknown {
        return known;
    }
    let asks = |ecosystem, names: &[&str]| repository.asks_for(ecosystem, names).is_some();
    let scheme = text.split_once("://").map_or("", |(scheme, _)| scheme.trim_start());
    let own = match scheme {
        "psycopg" => asks(Ecosystem::Python, &["tortoise-orm"]),
        "pdo-pgsql" | "pdo_pgsql" => {
            asks(Ecosystem::Php, &["doctrine/dbal", "doctrine/orm", "doctrine/doctrine-bundle"])
        }
        _ => false,
    };
    if own {
        return (Engine::Postgres, Spelling::Scheme, 0..scheme.len());
    }
    if conninfo::may_be_npgsql(text) && asks(Ecosystem::DotNet, &["npgsql"]) {
        return (Engine::Postgres, Spelling::Npgsql, 0..text.find('=').unwrap_or_default());
    }
    known
}

/// Clients of libSQL and `DynamoDB` take the address of its server, `http://…`.
fn over_http(out: &mut Settings, repository: &Repository) {
    const CLIENTS: [(Ecosystem, &[&str]); 3] = [
        (Ecosystem::Node, &["@libsql/client"]),
        (Ecosystem::Python, &["libsql", "libsql-client", "libsql-experimental"]),
        (Ecosystem::Cargo, &["libsql"]),
    ];
    let client = || CLIENTS.iter().any(|(ecosystem, names)| repository.asks_for(*ecosystem, names).is_some());
    let http = |text: &Secret| {
        let text = text.expose().trim_start();
        ["http://", "https://", "ws://", "wss://"].iter().any(|scheme| text.starts_with(scheme))
    };
    // `DB_ENGINE=dynamodb` beside `DB_URL=http://…`.
    let named = match out.toggle.as_ref().and_then(|t| t.says.clone()) {
        Some(engine @ Engine::Other(_)) => Some(engine),
        _ => None,
    };
    for target in out.targets.iter_mut().filter(|t| t.engine.value == Engine::Unknown) {
        if !target.text.as_ref().is_some_and(|t| http(&t.value)) {
            continue;
        }
        if let Some(engine) = named.clone().or_else(|| client().then_some(Engine::Other("libSQL"))) {
            target.engine.value = engine;
        }
    }
}

/// It is Python's libraries that drop the name in `sqlite://posts.db` or refuse it; elsewhere it is a file, and so Tortoise's
/// documentation has it.
fn of_files(out: &mut Settings, packages: &[&Package]) {
    let foreign =
        !packages.is_empty() && packages.iter().all(|package| package.ecosystem != Ecosystem::Python);
    let tortoise = packages.iter().any(|p| p.ecosystem == Ecosystem::Python && p.name == "tortoise-orm");
    let by_name = |t: &&mut Target| t.sqlite_names_host() && !t.sqlite_asks_for_memory();
    for target in out.targets.iter_mut().filter(by_name) {
        if foreign || tortoise {
            target.engine.value = Engine::Sqlite { memory: false };
        }
    }
}
