//! Parameters of a URL that belong to one client library: they change how it pools, prepares or names things, not
//! where it connects, as whom, or how protected. What is in no list may be anything, a misspelt `sslmode` too.

use crate::{
    conninfo::{Conninfo, Libpq, keyword_names},
    near,
    repository::{Ecosystem, Repository},
};

/// The client that a parameter belongs to, when it is not libpq's.
pub(super) fn owner(name: &str) -> Option<&'static str> {
    known(name).map(|(owner, _)| owner).or_else(|| name.starts_with("x-").then_some("golang-migrate"))
}

/// The client that has a parameter, and the parameter as a word of ours.
pub(super) fn known(name: &str) -> Option<(&'static str, &'static str)> {
    let words = FOREIGN.iter().flat_map(|(owner, names)| names.iter().map(move |word| (*owner, *word)));
    words.into_iter().find(|(_, word)| *word == name)
}

/// A string of pairs as libpq's parser has it without those that only clients of Go know.
pub(super) fn pairs(text: &str, libpq: Libpq) -> Option<Conninfo> {
    let conninfo = Conninfo::parse_pairs_passing_unknown(text, libpq).ok()?;
    conninfo.unknown().iter().all(|name| is_of_go(&text[name.clone()])).then_some(conninfo)
}

/// Whether the project of a file asks for a client of Go; of a file above all projects, whether one of them does.
pub(super) fn is_for_go(repository: &Repository, path: Option<&str>) -> bool {
    const CLIENTS: [&str; 5] = [
        "github.com/jackc/pgx",
        "github.com/jackc/pgx/v4",
        "github.com/jackc/pgx/v5",
        "github.com/lib/pq",
        "gorm.io/driver/postgres",
    ];
    let mut own = repository.packages(path).peekable();
    if own.peek().is_none() {
        return repository.asks_for(Ecosystem::Go, &CLIENTS).is_some();
    }
    own.any(|p| p.ecosystem == Ecosystem::Go && CLIENTS.contains(&&*p.name))
}

/// Whether a client of Go takes a parameter itself or hands it to the server, which does not mind its case.
fn is_of_go(name: &str) -> bool {
    let of = |client: &str| matches!(client, "pgx" | "lib/pq" | "the server");
    let like = |word: &&'static str| word.eq_ignore_ascii_case(name);
    FOREIGN.iter().any(|(client, names)| of(client) && names.iter().any(like))
}

/// The parameter that was likely meant by a name that is in no list: libpq's or another client's.
pub(super) fn meant(name: &str) -> Option<&'static str> {
    let name = name.to_ascii_lowercase();
    let far = match name.len() {
        0..=3 => 0,
        4 | 5 => 1,
        _ => 2,
    };
    let own = near::nearest(&name, keyword_names(Libpq::V18), far);
    own.or_else(|| near::nearest(&name, FOREIGN.iter().flat_map(|(_, names)| names.iter().copied()), far))
}

/// The client and its own parameters, from its documentation. Parameters of golang-migrate begin with `x-`.
const FOREIGN: &[(&str, &[&str])] = &[
    ("Doctrine", &["serverVersion", "charset", "driverOptions", "default_dbname"]),
    ("r2dbc-pool", &["initialSize", "maxSize", "minIdle", "maxIdleTime", "maxLifeTime", "maxAcquireTime"]),
    (
        "Prisma",
        &[
            "schema",
            "connection_limit",
            "pool_timeout",
            "pgbouncer",
            "socket_timeout",
            "statement_cache_size",
            "sslaccept",
            "sslidentity",
            "single_use_connections",
        ],
    ),
    (
        "pgx",
        &[
            "pool_max_conns",
            "pool_min_conns",
            "pool_min_idle_conns",
            "pool_max_conn_lifetime",
            "pool_max_conn_lifetime_jitter",
            "pool_max_conn_idle_time",
            "pool_health_check_period",
            "default_query_exec_mode",
            "statement_cache_capacity",
            "statement_cache_mode",
            "description_cache_capacity",
            "prefer_simple_protocol",
        ],
    ),
    ("lib/pq", &["binary_parameters", "krbspn"]),
    (
        "node-postgres",
        &[
            "uselibpqcompat",
            "max",
            "min",
            "idleTimeoutMillis",
            "connectionTimeoutMillis",
            "query_timeout",
            "ssl",
            "binary",
            "encoding",
        ],
    ),
    ("postgres.js", &["idle_timeout", "max_lifetime", "prepare", "fetch_types", "debug", "onnotice"]),
    ("knex and TypeORM", &["pool", "logging", "synchronize"]),
    (
        "JDBC",
        &[
            "currentSchema",
            "socketTimeout",
            "connectTimeout",
            "loginTimeout",
            "prepareThreshold",
            "preparedStatementCacheQueries",
            "reWriteBatchedInserts",
            "targetServerType",
            "loadBalanceHosts",
            "sslfactory",
            "tcpKeepAlive",
            "ApplicationName",
            "stringtype",
            "defaultRowFetchSize",
            "readOnly",
        ],
    ),
    (
        "SQLAlchemy",
        &[
            "async_fallback",
            "prepared_statement_cache_size",
            "prepared_statement_name_func",
            "client_encoding",
        ],
    ),
    (
        "asyncpg",
        &["command_timeout", "timeout", "max_cached_statement_lifetime", "max_cacheable_statement_size"],
    ),
    ("sqlx", &["statement-cache-capacity", "ssl-mode", "ssl-root-cert", "ssl-ca", "ssl-cert", "ssl-key"]),
    (
        "Django",
        &[
            "conn_max_age",
            "conn_health_checks",
            "CONN_MAX_AGE",
            "CONN_HEALTH_CHECKS",
            "ATOMIC_REQUESTS",
            "DISABLE_SERVER_SIDE_CURSORS",
        ],
    ),
    (
        "Rails",
        &[
            "checkout_timeout",
            "idle_timeout",
            "reaping_frequency",
            "prepared_statements",
            "advisory_locks",
            "schema_search_path",
            "min_messages",
            "variables",
        ],
    ),
    ("Ecto", &["pool_size", "queue_target", "queue_interval"]),
    // What several clients hand to the server when a session begins.
    (
        "the server",
        &[
            "search_path",
            "statement_timeout",
            "lock_timeout",
            "idle_in_transaction_session_timeout",
            "timezone",
            "TimeZone",
            "datestyle",
            "extra_float_digits",
            "role",
            "session_authorization",
            "default_transaction_isolation",
            "default_transaction_read_only",
            "work_mem",
            "jit",
        ],
    ),
    // Poolers and proxies in front of the server.
    ("Supabase and Neon", &["pgbouncer_mode", "project", "endpoint", "workaround", "supa"]),
    ("CockroachDB", &["cluster", "sslinline", "results_buffer_size"]),
];
