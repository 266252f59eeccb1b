//! What libpq makes of a connection string: the parser of this crate, told as a reading.

use super::{Accepted, Encryption, Fate, Reading};
use crate::conninfo::{Conninfo, EndpointKind, ErrorKind, Expected, InvalidValue, SslMode};

/// What has a place of its own in a reading.
const PLACED: &[&str] = &["host", "hostaddr", "port", "user", "password", "dbname", "sslmode"];

/// As libpq 15 reads it, and as its connect phase looks at it before it dials.
pub(super) fn read(text: &str) -> Reading {
    match Conninfo::parse(text) {
        Ok(conninfo) => told(&conninfo),
        Err(error) => Reading::Rejected(reason(error.kind())),
    }
}

/// What libpq makes of the keywords, in whatever grammar they were written.
pub(super) fn told(conninfo: &Conninfo) -> Reading {
    // The empty text stands for the default, but for `sslmode`.
    let given = |keyword: &str| conninfo.get(keyword).map(|v| v.secret().clone()).filter(|v| !v.is_empty());
    let sslmode = conninfo.get("sslmode").map(|v| v.secret().clone());
    let word = sslmode.as_ref().map_or(Ok(SslMode::Prefer), |s| s.expose().parse());
    // A root that is named is checked against, as of old: `require` is then `verify-ca` (libpq's documentation).
    let word = match word {
        Ok(SslMode::Require) if given("sslrootcert").is_some_and(|r| !r.equals("system")) => {
            Ok(SslMode::VerifyCa)
        }
        word => word,
    };
    let dial = conninfo.dialled();
    let mut out = Accepted {
        host_is_default: given("host").is_none() && given("hostaddr").is_none(),
        user: given("user"),
        password: given("password"),
        dbname: given("dbname"),
        sslmode,
        encryption: word.ok().map(Encryption::from),
        ..Accepted::default()
    };
    for endpoint in &dial.endpoints {
        let part = match endpoint.kind {
            EndpointKind::HostAddr => &endpoint.hostaddr,
            EndpointKind::Name | EndpointKind::Unix => &endpoint.host,
        };
        out.hosts.extend(part.iter().map(|p| (p.secret().clone(), endpoint.port)));
    }
    for (keyword, value) in conninfo.keywords().filter(|(k, _)| !PLACED.contains(k)) {
        out.note(keyword, value.secret().expose(), Fate::Heeded);
    }
    // Integers are looked at when the socket is set up.
    let refused = |i: &InvalidValue| i.expected != Expected::Integer;
    out.later = match dial.errors.first() {
        _ if conninfo.invalid_values().iter().any(refused) => Some("libpq refuses a value before it dials"),
        Some(_) if dial.endpoints.is_empty() => Some("libpq finds no host and port that it can dial"),
        _ => None,
    };
    Reading::Accepted(out)
}

fn reason(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::SchemeUnknown => "libpq knows postgresql:// and postgres:// alone",
        ErrorKind::KeywordUnknown | ErrorKind::KeywordNewer { .. } => "libpq does not know a parameter",
        ErrorKind::EscapeInvalid | ErrorKind::EscapeNul => "libpq refuses a % without its two digits",
        ErrorKind::ParameterWithoutValue | ErrorKind::ParameterSecondEquals => {
            "libpq refuses a parameter without one ="
        }
        ErrorKind::BracketOpen | ErrorKind::BracketEmpty | ErrorKind::BracketTrailing => {
            "libpq refuses the brackets"
        }
        ErrorKind::EqualsMissing | ErrorKind::QuoteOpen => "libpq finds no keyword=value in it",
        _ => "libpq's parser refuses it",
    }
}
