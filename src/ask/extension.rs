//! What became of a wanted extension. Three rules share this: each reports one of its states, so that a missing
//! extension is one finding, whatever keeps it away.

use super::{AVAILABLE, EXTENSIONS, PRIVILEGES};
use crate::{
    advice, near,
    policy::Wanted,
    rules::{Answers, Row},
};

/// What became of a wanted extension.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum State<'a> {
    /// It is there, or nobody could ask.
    Installed,
    /// It is not there, and nothing is known that keeps this role from creating it.
    Absent,
    /// It is not there, and this role could not create it.
    Forbidden(Obstacle),
    /// The server has no files of it; perhaps of one with a similar name.
    Unavailable(Option<&'a str>),
}

/// Why a role cannot create an extension.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Obstacle {
    /// Only superusers may create this one.
    Superuser,
    /// The role lacks CREATE on the database.
    Create,
    /// The managed service's list of this name does not have it.
    List(&'static str),
}

/// The state of one extension. An answer that is not there never makes it worse than [`State::Absent`].
pub fn state<'a>(wanted: &Wanted, answers: &'a Answers<'_>) -> State<'a> {
    let named = |row: &Row<'_>| row.get("name") == Some(wanted.name.as_str());
    let Some(_) = answers.answers.rows(EXTENSIONS.name) else { return State::Installed };
    if answers.rows(&EXTENSIONS).iter().any(named) {
        return State::Installed;
    }
    let Some(_) = answers.answers.rows(AVAILABLE.name) else { return State::Absent };
    let available = answers.rows(&AVAILABLE);
    match available.iter().find(|row| named(row)) {
        Some(row) => obstacle(wanted, row, answers).map_or(State::Absent, State::Forbidden),
        None => State::Unavailable(similar(&wanted.name, available.iter().filter_map(|row| row.get("name")))),
    }
}

/// PostgreSQL's own rule (extension.c, `CreateExtension`), and what managed services make of it.
fn obstacle(wanted: &Wanted, available: &Row<'_>, answers: &Answers<'_>) -> Option<Obstacle> {
    let is = |column| answers.value(&PRIVILEGES, column).map(|v| v == "t");
    if is("superuser")? {
        return None;
    }
    let listed = |column| answers.value(&PRIVILEGES, column).map(|list| has(list, &wanted.name));
    if listed("azure_extensions") == Some(false) {
        return Some(Obstacle::List("azure.extensions"));
    }
    if listed("rds_allowed_extensions") == Some(false) {
        return Some(Obstacle::List("rds.allowed_extensions"));
    }
    // These let chosen roles create what PostgreSQL would refuse: whether this one, only trying would tell.
    if is("platform_admin") == Some(true) || listed("delegated_extensions") == Some(true) {
        return None;
    }
    let for_superusers = available.get("superuser")? == "t";
    if for_superusers && available.get("trusted") != Some("t") {
        return Some(Obstacle::Superuser);
    }
    (is("create_on_database") == Some(false)).then_some(Obstacle::Create)
}

/// Whether a comma-separated list names it, in any case (Azure writes capitals); `*` names all.
fn has(list: &str, name: &str) -> bool {
    list.split(',').map(str::trim).any(|entry| entry == "*" || entry.eq_ignore_ascii_case(name))
}

/// A name of which it is likely a misspelling: another case, `_` for `-`, the project's name, or two typos.
fn similar<'a>(wanted: &str, names: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let flat = |name: &str| name.to_ascii_lowercase().replace('_', "-");
    let wanted = flat(wanted);
    let alias = ALIASES.iter().find(|(project, _)| *project == wanted).map(|(_, name)| *name);
    let distance = |name: &str| {
        if flat(name) == wanted || Some(name) == alias {
            return 0;
        }
        near::distance(&flat(name), &wanted)
    };
    let far = if wanted.len() < 6 { 1 } else { 2 };
    let close = names.map(|name| (distance(name), name)).min()?;
    (close.0 <= far && advice::is_plain(close.1)).then_some(close.1)
}

/// What a project is called, and what its extension is.
const ALIASES: &[(&str, &str)] = &[
    ("pgcron", "pg_cron"),
    ("pgvector", "vector"),
    ("pg-vector", "vector"),
    ("postgres-fdw", "postgres_fdw"),
    ("timescale", "timescaledb"),
    ("trgm", "pg_trgm"),
    ("trigram", "pg_trgm"),
    ("uuid", "uuid-ossp"),
];

/// The package that brings an extension: Debian's, where `NN` stands for the server's major version; none if
/// unknown.
pub fn package(name: &str) -> Option<&'static str> {
    let contrib = CONTRIB.contains(&name);
    let other = PACKAGES.iter().find(|(extension, _)| *extension == name).map(|(_, package)| *package);
    other.or_else(|| contrib.then_some("postgresql-contrib"))
}

/// The name of an extension that is known by a package, as this table has it.
pub fn known(name: &str) -> Option<&'static str> {
    let others = PACKAGES.iter().map(|(extension, _)| *extension);
    CONTRIB.iter().copied().chain(others).find(|known| *known == name)
}

/// The extensions that come with PostgreSQL's own source (`contrib/`, versions 12 to 18).
const CONTRIB: &[&str] = &[
    "adminpack",
    "amcheck",
    "autoinc",
    "bloom",
    "btree_gin",
    "btree_gist",
    "citext",
    "cube",
    "dblink",
    "dict_int",
    "dict_xsyn",
    "earthdistance",
    "file_fdw",
    "fuzzystrmatch",
    "hstore",
    "insert_username",
    "intagg",
    "intarray",
    "isn",
    "lo",
    "ltree",
    "moddatetime",
    "pageinspect",
    "pg_buffercache",
    "pg_freespacemap",
    "pg_logicalinspect",
    "pg_prewarm",
    "pg_stat_statements",
    "pg_surgery",
    "pg_trgm",
    "pg_visibility",
    "pg_walinspect",
    "pgcrypto",
    "pgrowlocks",
    "pgstattuple",
    "postgres_fdw",
    "refint",
    "seg",
    "sslinfo",
    "tablefunc",
    "tcn",
    "tsm_system_rows",
    "tsm_system_time",
    "unaccent",
    "uuid-ossp",
    "xml2",
];

const PACKAGES: &[(&str, &str)] = &[
    ("hypopg", "postgresql-NN-hypopg"),
    ("pg_cron", "postgresql-NN-cron"),
    ("pg_partman", "postgresql-NN-partman"),
    ("pgaudit", "postgresql-NN-pgaudit"),
    ("postgis", "postgresql-NN-postgis-3"),
    ("postgis_raster", "postgresql-NN-postgis-3"),
    ("postgis_tiger_geocoder", "postgresql-NN-postgis-3"),
    ("postgis_topology", "postgresql-NN-postgis-3"),
    ("rum", "postgresql-NN-rum"),
    ("vector", "postgresql-NN-pgvector"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_names() {
        let names = ["pg_trgm", "uuid-ossp", "vector", "hstore", "cube", "lo", "isn"];
        let of = |wanted| similar(wanted, names.into_iter());
        for (wanted, name) in [
            ("PG_TRGM", "pg_trgm"),
            ("pg-trgm", "pg_trgm"),
            ("uuid_ossp", "uuid-ossp"),
            ("pgvector", "vector"),
            ("hstor", "hstore"),
            ("trgm", "pg_trgm"),
        ] {
            assert_eq!(of(wanted), Some(name), "{wanted}");
        }
        for wanted in ["postgis", "ltree", "tcn", ""] {
            assert_eq!(of(wanted), None, "{wanted}");
        }
    }

    #[test]
    fn lists() {
        assert!(has("PG_TRGM, UUID-OSSP", "uuid-ossp"));
        assert!(has("*", "postgis"));
        assert!(!has("", "postgis") && !has("postgis_topology", "postgis"));
    }
}
