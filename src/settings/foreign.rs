//! Parameters of a URL that belong to one client library: they change how it pools, prepares or names things, not
//! where it connects, as whom, or how protected. What is in no list may be anything, a misspelt `sslmode` too.

/// Whether a parameter is one of another client's.
pub(super) fn is_clients_own(name: &str) -> bool {
    FOREIGN.iter().any(|(_, names)| names.contains(&name))
}

/// The client and its own parameters, from its documentation.
const FOREIGN: &[(&str, &[&str])] = &[
    (
        "Prisma",
        &[
            "schema",
            "connection_limit",
            "pool_timeout",
            "pgbouncer",
            "socket_timeout",
            "statement_cache_size",
        ],
    ),
    (
        "pgx",
        &[
            "pool_max_conns",
            "pool_min_conns",
            "pool_max_conn_lifetime",
            "pool_max_conn_idle_time",
            "default_query_exec_mode",
            "statement_cache_capacity",
            "description_cache_capacity",
        ],
    ),
    ("node-postgres", &["uselibpqcompat", "max", "idleTimeoutMillis", "statement_timeout", "query_timeout"]),
    (
        "JDBC",
        &["currentSchema", "socketTimeout", "loginTimeout", "prepareThreshold", "reWriteBatchedInserts"],
    ),
    ("SQLAlchemy", &["async_fallback", "prepared_statement_cache_size"]),
    ("sqlx", &["statement-cache-capacity"]),
    ("dj-database-url", &["conn_max_age", "conn_health_checks"]),
];
