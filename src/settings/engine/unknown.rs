//! What speaks of a store that nobody here knows, and is no slip of somebody who meant PostgreSQL.

use super::{OTHERS, POSTGRES, is_scheme};
use crate::near;

/// Whether a text is a URL whose scheme nobody here knows, and none that was misspelt: the address of another kind of
/// store. `http:` is one where nothing else asks for PostgreSQL.
pub(in crate::settings) fn is_unknown_url(text: &str) -> bool {
    let Some((scheme, _)) = text.trim().split_once("://").filter(|(s, _)| is_scheme(s)) else { return false };
    let scheme = scheme.to_ascii_lowercase();
    let family = scheme.split('+').next().unwrap_or_default();
    let known = POSTGRES.iter().chain(OTHERS.iter().flat_map(|(schemes, _)| schemes.iter())).copied();
    let long = known.chain(["sqlite"]).filter(|word| word.len() > 5);
    // Whoever begins so meant PostgreSQL, and its port is nobody else's.
    let meant = family.starts_with("pg") && !family.starts_with("pgx")
        || family.starts_with("ps")
        || text.contains(":5432");
    !meant && !SKETCHES.contains(&family) && near::nearest(family, long, 2).is_none()
}

/// Whether a text is the address of a Realtime Database of Firebase.
pub(in crate::settings) fn is_firebase(text: &str) -> bool {
    let host = text.trim().split_once("://").map_or("", |(_, rest)| rest).split(['/', '?', ':']).next();
    host.is_some_and(|host| {
        [".firebaseio.com", ".firebasedatabase.app"].iter().any(|end| host.ends_with(end))
    })
}

/// Whether a text is a DSN of PHP's PDO or of Perl's DBI: `pgsql:host=h;dbname=d`, `dbi:Pg:dbname=d`.
pub(in crate::settings) fn is_dsn_of_scripts(text: &str) -> bool {
    let text = text.trim();
    let behind = |scheme: &str| {
        let own = text.get(..scheme.len()).is_some_and(|own| own.eq_ignore_ascii_case(scheme));
        own.then(|| &text[scheme.len()..])
    };
    let rest = behind("pgsql:").or_else(|| behind("dbi:Pg:"));
    rest.is_some_and(|rest| !rest.starts_with('/') && rest.contains('='))
}

/// Whether a text may be the name or the address of a host and nothing else: a token without a dot has capitals or digits.
pub(in crate::settings) fn is_bare_name(text: &str) -> bool {
    let text = text.trim();
    let letter = |b: u8| b.is_ascii_lowercase() || matches!(b, b'-' | b'_');
    let dotted = |b: u8| letter(b) || b.is_ascii_alphanumeric() || b == b'.';
    let all = if text.contains('.') { text.bytes().all(dotted) } else { text.bytes().all(letter) };
    text.starts_with(|c: char| c.is_ascii_alphanumeric()) && text.len() <= 253 && all
}

/// Whether a text is a host and a port that none of PostgreSQL's servers and poolers has by default.
pub(in crate::settings) fn is_address(text: &str) -> bool {
    let Some((host, port)) = text.trim().split_once(':') else { return false };
    let port = port.parse::<u16>().ok().filter(|_| port.bytes().all(|b| b.is_ascii_digit()));
    is_bare_name(host) && port.is_some_and(|port| port > 0 && !matches!(port, 5432..=5439 | 6432))
}

/// Whether a text is a word that chooses a kind of store and names none.
pub(in crate::settings) fn is_kind_of_store(text: &str) -> bool {
    let word = text.trim().to_ascii_lowercase();
    KINDS.contains(&word.as_str())
}

/// Words that projects have where there is no database to dial.
const KINDS: &[&str] = &[
    "memory",
    "in-memory",
    "in_memory",
    "inmemory",
    "mem",
    "mock",
    "fake",
    "dummy",
    "off",
    "false",
    "disabled",
    "0",
    "sqlite",
    "sqlite3",
    "pglite",
    "pg-mem",
    // What .NET takes from its user secrets instead.
    "secrets",
    "user-secrets",
    "usersecrets",
];

/// What templates have in the place of a scheme: `driver://user:pass@localhost/dbname` is alembic's.
const SKETCHES: &[&str] = &["driver", "dialect", "scheme", "protocol", "database", "db", "url"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_urls() {
        for ours in ["pg://u:p@h/d", "psgl://h", "tcp://u:p@h:5432/d"] {
            assert!(!is_unknown_url(ours), "{ours}");
        }
        for yes in ["surrealdb://h", "neo4j://h", "bolt+s://h", "http://h:5984", "pgx5://u@h/d", "d1://x"] {
            assert!(is_unknown_url(yes), "{yes}");
        }
        for no in [
            "postgreql://h",
            "postgre://h",
            "postgressql+psycopg://h",
            "sqlit://x",
            "",
            "localhost/d",
            "a b://c",
        ] {
            assert!(!is_unknown_url(no), "{no}");
        }
    }
}
