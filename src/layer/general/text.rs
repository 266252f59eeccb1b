//! What a text in a settings file may be: a URL of a database, a connection string, what somebody else puts in.

use super::is_variable;

/// Schemes of databases, before `:`; behind a `+` may stand a driver.
const SCHEMES: &[&str] = &[
    "postgres",
    "postgresql",
    "postgis",
    "pgsql",
    "psql",
    "timescale",
    "timescaledb",
    "cockroachdb",
    "sqlite",
    "sqlite3",
    "mysql",
    "mysql2",
    "mariadb",
    "mssql",
    "sqlserver",
    "oracle",
    "jdbc",
];

/// Whether a value is the URL of a database, by its scheme and what follows it.
pub(in crate::layer) fn is_url(text: &str) -> bool {
    let Some((scheme, rest)) = text.trim_start().split_once(':') else { return false };
    let family = scheme.split('+').next().unwrap_or(scheme).to_ascii_lowercase();
    // Drivers behind drivers are none.
    let nested =
        rest.trim_start().split([':', '+']).next().is_some_and(|own| own.eq_ignore_ascii_case("jdbc"));
    let behind = if family == "jdbc" { !nested && is_url(rest) } else { rest.starts_with("//") };
    SCHEMES.contains(&family.as_str()) && behind
}

/// Keywords of libpq that connection strings have (`PQconninfoOptions` in fe-connect.c).
const KEYWORDS: [&str; 18] = [
    "host",
    "hostaddr",
    "port",
    "dbname",
    "user",
    "password",
    "passfile",
    "sslmode",
    "sslrootcert",
    "sslcert",
    "sslkey",
    "connect_timeout",
    "application_name",
    "client_encoding",
    "options",
    "replication",
    "channel_binding",
    "target_session_attrs",
];

/// Whether a text is nothing but pairs of libpq's keywords, which name a host, and a database or a role. What is put in later
/// is none.
pub(super) fn is_string(text: &str) -> bool {
    let pairs = || text.split(' ').filter(|pair| !pair.is_empty());
    let has = |keyword: &str| pairs().any(|pair| pair.split_once('=').is_some_and(|(own, _)| own == keyword));
    let known = |pair: &str| pair.split_once('=').is_some_and(|(own, _)| KEYWORDS.contains(&own));
    let filled = text.contains(['$', '{', '<', '%', '\n', '\'']);
    !filled && has("host") && (has("dbname") || has("user")) && pairs().all(known)
}

/// `postgres:/user@host`, `postgresql//host`: a slash or the colon was lost.
pub(super) fn is_slip(text: &str) -> bool {
    let rest = text.strip_prefix("postgresql").or_else(|| text.strip_prefix("postgres"));
    rest.is_some_and(|rest| rest.starts_with("//") || rest.starts_with(":/") && !rest.starts_with("://"))
}

/// Whether a value is put in by somebody else: `$(DB_HOST)` by the program or a pipeline, `<%= … %>` by Ruby.
pub(super) fn is_from_elsewhere(text: &str) -> bool {
    let text = text.trim();
    text.strip_prefix("$(").and_then(|rest| rest.strip_suffix(')')).is_some_and(is_variable)
        || text.starts_with("<%")
}

/// Whether a text is one word in small letters, as no connection string is.
pub(super) fn is_word(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_lowercase() || b == b'-' || b == b'_')
}
