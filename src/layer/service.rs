//! A container that runs a PostgreSQL server, as compose files and pipelines describe one: what its variables make of
//! it. They are the server's and make no target.

use super::{Entry, Layer, Read, Value, tree::Node};
use crate::source::Span;

/// What a container has for a variable.
pub enum Given<'l> {
    /// This.
    Entry(&'l Entry),
    /// Nothing.
    Unset,
    /// It comes from elsewhere, or may.
    Unknown,
}

impl<'l> Given<'l> {
    /// By the layers of the container, the last of which counts first. `partial`: more of it stands in another file. A file that
    /// `KEY_FILE` names is elsewhere.
    pub fn of(layers: &'l [Layer], key: &str, partial: bool) -> Self {
        let in_file = format!("{key}_FILE");
        for layer in layers.iter().rev() {
            if let Some(entry) = layer.entry(key) {
                return if entry.value.is_known() { Self::Entry(entry) } else { Self::Unknown };
            }
            let read = |name: &str| layer.reads.iter().any(|r| r.variable == name);
            if read(key) || read(&in_file) || read(Read::REST) || layer.entry(&in_file).is_some() {
                return Self::Unknown;
            }
        }
        if partial { Self::Unknown } else { Self::Unset }
    }
}

/// A server in a container.
#[derive(Clone, Debug)]
pub struct DatabaseService {
    /// The name that others reach it by.
    pub name: String,
    /// Where that name stands.
    pub span: Span,
    /// The image, with its tag or digest; none where it is built.
    pub image: Option<(String, Span)>,
    /// Its image asks for a password ([`Image::wants_password`](super::compose::Image)), and nothing but its own variables gives it one.
    pub wants_password: bool,
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
