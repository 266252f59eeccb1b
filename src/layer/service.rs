//! A container that runs a PostgreSQL server, as compose files and pipelines describe one: what its variables make of
//! it. They are the server's and make no target.

use super::{Entry, Value, tree::Node};
use crate::source::Span;

/// A server in a container.
#[derive(Clone, Debug)]
pub struct DatabaseService {
    /// The name that others reach it by.
    pub name: String,
    /// Where that name stands.
    pub span: Span,
    /// The image, with its tag or digest; none where it is built.
    pub image: Option<(String, Span)>,
    /// Its variables, `POSTGRES_*` among them, as they are written.
    pub variables: Vec<Entry>,
    /// Ports of the host and of the container, as far as both are numbers.
    pub ports: Vec<(Option<u16>, u16)>,
}

impl DatabaseService {
    /// The value of a variable of the image; none where it is not set, and an empty one where it is known
    /// only where the container runs.
    pub fn variable(&self, name: &str) -> Option<&Entry> {
        self.variables.iter().rev().find(|e| e.key == name)
    }

    /// What is looked for as user, password or database, with what the image takes where it is not set
    /// (docker-library/postgres, docker-entrypoint.sh): `postgres`, no password, and the user's name.
    pub fn has(&self, variable: &str) -> Option<&Value> {
        self.variable(variable).map(|e| &e.value)
    }
}

/// Whether an image is PostgreSQL's or one made of it, by the last step of its name.
pub fn is_postgres_image(image: &str) -> bool {
    let name = image.split('@').next().unwrap_or(image);
    let last = name.rsplit('/').next().unwrap_or(name);
    let base = last.split(':').next().unwrap_or(last);
    matches!(
        base,
        "postgres"
            | "postgresql"
            | "postgis"
            | "timescaledb"
            | "timescaledb-ha"
            | "pgvector"
            | "postgresql-repmgr"
            | "spilo"
            | "citus"
            | "pgautoupgrade"
    ) || base.starts_with("spilo-")
        || name.ends_with("supabase/postgres")
        || base == "postgres-ssl"
}

/// The variables of a mapping, or of a list of `NAME=value`, as they are written.
pub(super) fn variables(node: &Node) -> Vec<Entry> {
    let pairs = node.pairs();
    pairs.into_iter().filter_map(|(key, value)| value.entry(key.text()?, key.span)).collect()
}

/// Whether a command makes roles, or gives them passwords, by the words of SQL or of PostgreSQL's programs.
pub(super) fn makes_roles(command: &str) -> bool {
    let lower = command.to_ascii_lowercase();
    ["create role", "create user", "createuser", "alter role", "alter user"].iter().any(|w| lower.contains(w))
}

/// Whether a command makes roles or databases, by the words of SQL or of PostgreSQL's programs.
pub(super) fn makes(command: &str) -> bool {
    let lower = command.to_ascii_lowercase();
    ["create role", "create user", "create database", "createuser", "createdb"]
        .iter()
        .any(|w| lower.contains(w))
}
