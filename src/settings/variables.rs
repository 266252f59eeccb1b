//! The vocabulary: which environment variables mean what. A variable that is not in here is nobody's business; its
//! value stays masked.

mod families;
mod known;

use super::misreading::Matter;
use crate::{
    environment::Environment,
    layer::{Entry, Means},
    policy::Policy,
};
pub use families::{BESIDE, BESIDE_JAVAS, SETS};
pub(super) use known::{Kinds, first_like};

/// What a variable says.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum Meaning {
    /// A whole connection URL.
    Url(Role),
    /// One part of a connection: the set's name and the libpq keyword.
    Part(&'static str, &'static str),
    /// What libpq reads by itself: the keyword.
    Libpq(&'static str),
    /// Where libpq looks for service files.
    LibpqPath,
    /// A switch between SQLite and PostgreSQL: true means the engine.
    Toggle(ToggleKind),
    /// An environment's name; the lower rank speaks first.
    Marker(u8),
    /// A switch that belongs to tests.
    TestMode,
    /// A switch that belongs to development.
    Debug,
    /// A secret that is a JSON document.
    Document,
    /// Set by a platform that runs the program as functions.
    Functions,
}

/// What a target is for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
#[non_exhaustive]
pub enum Role {
    /// The database of the service.
    Primary,
    /// The database of the tests.
    Test,
    /// The same database past the pooler, for migrations.
    Direct,
    /// A standby for reading.
    Replica,
    /// What a migration tool plays in.
    Shadow,
}

impl Role {
    /// One word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Primary => "primary",
            Self::Test => "test",
            Self::Direct => "direct",
            Self::Replica => "replica",
            Self::Shadow => "shadow",
        }
    }
}

/// How a toggle is read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ToggleKind {
    /// `true` means PostgreSQL, `false` SQLite.
    Postgres,
    /// `true` means SQLite, `false` PostgreSQL.
    Sqlite,
    /// The value names the engine.
    Engine,
}

/// The variable from which `postgres_exporter` takes its connection: no service's own, so that it is no vocabulary's.
pub const EXPORTERS: &str = "DATA_SOURCE_NAME";

/// Variables that hold a whole URL, the one that is looked at first in front.
pub const URLS: &[(&str, Role)] = &[
    ("DATABASE_URL", Role::Primary),
    ("SQLALCHEMY_DATABASE_URI", Role::Primary),
    ("SQLALCHEMY_DATABASE_URL", Role::Primary),
    ("POSTGRES_URL", Role::Primary),
    ("POSTGRESQL_URL", Role::Primary),
    ("DB_URL", Role::Primary),
    ("DB_SOURCE", Role::Primary),
    ("SPRING_DATASOURCE_URL", Role::Primary),
    ("DATABASE_PRIVATE_URL", Role::Primary),
    ("TEST_DATABASE_URL", Role::Test),
    ("DATABASE_URL_TEST", Role::Test),
    ("DIRECT_URL", Role::Direct),
    ("DIRECT_DATABASE_URL", Role::Direct),
    ("POSTGRES_URL_NON_POOLING", Role::Direct),
    ("POSTGRES_PRISMA_URL", Role::Primary),
    ("DATABASE_PUBLIC_URL", Role::Primary),
    ("READ_DATABASE_URL", Role::Replica),
    ("DATABASE_REPLICA_URL", Role::Replica),
    ("REPLICA_DATABASE_URL", Role::Replica),
    ("READONLY_DATABASE_URL", Role::Replica),
    ("DATABASE_READONLY_URL", Role::Replica),
    ("READ_REPLICA_DATABASE_URL", Role::Replica),
    ("SHADOW_DATABASE_URL", Role::Shadow),
    ("JDBC_DATABASE_URL", Role::Primary),
    ("JDBC_URL", Role::Primary),
    ("QUARKUS_DATASOURCE_JDBC_URL", Role::Primary),
    ("KC_DB_URL", Role::Primary),
];

/// The variables that libpq reads by itself, with their keywords (`PQconninfoOptions` in fe-connect.c).
pub const LIBPQ: &[(&str, &str)] = &[
    ("PGHOST", "host"),
    ("PGHOSTADDR", "hostaddr"),
    ("PGPORT", "port"),
    ("PGDATABASE", "dbname"),
    ("PGUSER", "user"),
    ("PGPASSWORD", "password"),
    ("PGPASSFILE", "passfile"),
    ("PGSERVICE", "service"),
    ("PGSSLMODE", "sslmode"),
    // An old spelling: `1…` is `sslmode=require` when PGSSLMODE is not set.
    ("PGREQUIRESSL", "requiressl"),
    ("PGSSLNEGOTIATION", "sslnegotiation"),
    ("PGSSLCOMPRESSION", "sslcompression"),
    ("PGSSLROOTCERT", "sslrootcert"),
    ("PGSSLCERT", "sslcert"),
    ("PGSSLKEY", "sslkey"),
    ("PGSSLCERTMODE", "sslcertmode"),
    ("PGSSLCRL", "sslcrl"),
    ("PGSSLCRLDIR", "sslcrldir"),
    ("PGSSLSNI", "sslsni"),
    ("PGSSLMINPROTOCOLVERSION", "ssl_min_protocol_version"),
    ("PGSSLMAXPROTOCOLVERSION", "ssl_max_protocol_version"),
    ("PGREQUIREPEER", "requirepeer"),
    ("PGREQUIREAUTH", "require_auth"),
    ("PGCHANNELBINDING", "channel_binding"),
    ("PGTARGETSESSIONATTRS", "target_session_attrs"),
    ("PGLOADBALANCEHOSTS", "load_balance_hosts"),
    ("PGCONNECT_TIMEOUT", "connect_timeout"),
    ("PGAPPNAME", "application_name"),
    ("PGOPTIONS", "options"),
    ("PGCLIENTENCODING", "client_encoding"),
    ("PGGSSENCMODE", "gssencmode"),
    ("PGKRBSRVNAME", "krbsrvname"),
    ("PGGSSLIB", "gsslib"),
    ("PGGSSDELEGATION", "gssdelegation"),
    ("PGMINPROTOCOLVERSION", "min_protocol_version"),
    ("PGMAXPROTOCOLVERSION", "max_protocol_version"),
];

/// The variables that lead libpq to service files (`parseServiceInfo` in fe-connect.c).
pub const LIBPQ_PATHS: &[&str] = &["PGSERVICEFILE", "PGSYSCONFDIR"];

/// Switches between SQLite and PostgreSQL.
pub const TOGGLES: &[(&str, ToggleKind)] = &[
    ("USE_POSTGRESQL", ToggleKind::Postgres),
    ("USE_POSTGRES", ToggleKind::Postgres),
    ("USE_SQLITE", ToggleKind::Sqlite),
    ("DB_ENGINE", ToggleKind::Engine),
    ("DATABASE_ENGINE", ToggleKind::Engine),
    ("SQL_ENGINE", ToggleKind::Engine),
    // Laravel; Strapi; Directus; Sequelize's and TypeORM's templates; n8n.
    ("DB_CONNECTION", ToggleKind::Engine),
    ("DATABASE_CLIENT", ToggleKind::Engine),
    ("DB_CLIENT", ToggleKind::Engine),
    ("DB_DIALECT", ToggleKind::Engine),
    ("DATABASE_DIALECT", ToggleKind::Engine),
    ("DATABASE_TYPE", ToggleKind::Engine),
    ("DB_TYPE", ToggleKind::Engine),
];

/// Under this name stand switches of a project's code of which `true` is SQLite. No key of pgward.toml.
pub const TOGGLE_SQLITE: &str = "toggle to sqlite";

/// Variables that name the environment, the strongest first. `PGWARD_ENV` is rank 0, the application's own words
/// are rank 1, and rank 2 may be a build mode: it contradicts nothing.
pub const MARKERS: &[(&str, u8)] = &[
    ("PGWARD_ENV", 0),
    ("APP_ENV", 1),
    ("ENVIRONMENT", 1),
    ("DJANGO_SETTINGS_MODULE", 1),
    ("RAILS_ENV", 1),
    ("DJANGO_ENV", 1),
    ("FLASK_ENV", 1),
    ("SPRING_PROFILES_ACTIVE", 1),
    ("QUARKUS_PROFILE", 1),
    ("ASPNETCORE_ENVIRONMENT", 1),
    ("DOTNET_ENVIRONMENT", 1),
    ("APP_ENVIRONMENT", 1),
    ("RACK_ENV", 2),
    ("MIX_ENV", 2),
    ("GO_ENV", 2),
    ("NODE_ENV", 2),
];

/// Switches that belong to tests.
pub const TEST_MODES: &[&str] = &["TEST_MODE", "TESTING"];
/// Switches that belong to development.
pub const DEBUGS: &[&str] = &["DEBUG", "DJANGO_DEBUG", "APP_DEBUG", "FLASK_DEBUG"];

/// What an entry means: what its carrier says, else what its name says.
pub fn meaning_of(entry: &Entry, policy: &Policy) -> Option<Meaning> {
    match entry.means() {
        Some(Means::Url | Means::AnotherUrl) => Some(Meaning::Url(Role::Primary)),
        Some(Means::TestUrl) => Some(Meaning::Url(Role::Test)),
        Some(Means::Part(family, keyword)) => Some(Meaning::Part(family, keyword)),
        Some(Means::Engine) => Some(Meaning::Toggle(ToggleKind::Engine)),
        Some(Means::Fixed(_) | Means::Tls(_) | Means::Switch { .. } | Means::Nothing) => None,
        None => meaning(&entry.key, policy),
    }
}
/// What platforms that run a program as functions set in its environment, with the platform: documentation of each.
/// `vercel env pull` writes Vercel's into env files.
pub const FUNCTIONS: &[(&str, &str)] = &[
    ("VERCEL", "Vercel"),
    ("VERCEL_ENV", "Vercel"),
    ("NETLIFY", "Netlify"),
    ("AWS_LAMBDA_FUNCTION_NAME", "AWS Lambda"),
    ("LAMBDA_TASK_ROOT", "AWS Lambda"),
    ("FUNCTIONS_WORKER_RUNTIME", "Azure Functions"),
    ("FUNCTION_TARGET", "Google Cloud Functions"),
];

/// What a variable means to this project.
pub fn meaning(key: &str, policy: &Policy) -> Option<Meaning> {
    let own = if policy.variables.is_empty() { None } else { declared(key, policy) };
    own.or_else(|| known::meaning(key)).or_else(|| of_prefixed(key).map(Meaning::Url))
}

/// What `[variables]` and the project's code say of a name.
fn declared(key: &str, policy: &Policy) -> Option<Meaning> {
    let named = |under: &str| policy.names(under).iter().any(|n| n == key);
    if named("url") {
        return Some(Meaning::Url(Role::Primary));
    }
    if named("test-url") {
        return Some(Meaning::Url(Role::Test));
    }
    if named("toggle") {
        return Some(Meaning::Toggle(ToggleKind::Postgres));
    }
    if named(TOGGLE_SQLITE) {
        return Some(Meaning::Toggle(ToggleKind::Sqlite));
    }
    if named("secret-json") {
        return Some(Meaning::Document);
    }
    OWN.iter().find(|(under, _)| named(under)).map(|(_, keyword)| Meaning::Part(OWN_SET, keyword))
}

/// The role of a variable that holds a URL. `PROD_DATABASE_URL` is one too; see [`prefixed`].
pub fn url_role(key: &str) -> Option<Role> {
    known::url_role(key).or_else(|| of_prefixed(key))
}

fn of_prefixed(key: &str) -> Option<Role> {
    if ends_as_url(key) { prefixed(key).and_then(|(_, rest)| known::url_role(rest)) } else { None }
}

fn ends_as_url(key: &str) -> bool {
    matches!(key.as_bytes(), [.., b'_', b'U', b'R', b'L' | b'I'])
}

/// The environment that the prefix of a URL variable names, and the variable without it: `PROD_DATABASE_URL`.
pub fn prefixed(key: &str) -> Option<(Environment, &str)> {
    let (prefix, rest) = key.split_once('_').filter(|(_, rest)| ends_as_url(rest))?;
    Environment::from_word(prefix).map(|environment| (environment, rest))
}

/// The name of the set that `[variables]` makes.
pub const OWN_SET: &str = "[variables]";

/// `[variables]` keys and the libpq keywords that they stand for.
pub const OWN: &[(&str, &str)] = &[
    ("host", "host"),
    ("port", "port"),
    ("name", "dbname"),
    ("user", "user"),
    ("password", "password"),
    ("sslmode", "sslmode"),
];

/// What a variable is to those who compare loaders.
pub fn matter(key: &str, policy: &Policy) -> Matter {
    match meaning(key, policy) {
        Some(Meaning::Toggle(kind)) if kind != ToggleKind::Engine => Matter::Switch,
        Some(Meaning::TestMode) => Matter::Switch,
        Some(Meaning::Functions) => Matter::Other,
        Some(_) => Matter::Database,
        None if policy.secrets.iter().any(|(name, _)| name == key) => Matter::Database,
        None => Matter::Other,
    }
}

/// Whether a variable may hold a credential, so that a provider must hand it over as a string.
pub fn may_hold_credential(key: &str, policy: &Policy) -> bool {
    match meaning(key, policy) {
        Some(Meaning::Part(_, keyword) | Meaning::Libpq(keyword)) => {
            !matches!(keyword, "port" | "connect_timeout")
        }
        Some(Meaning::Url(_) | Meaning::Document) | None => true,
        Some(_) => false,
    }
}
