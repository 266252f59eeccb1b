//! TLS in words that are none of libpq's: `DB_SSL=true`, `ssl: {rejectUnauthorized: false}` beside a host.

use super::{Entry, Means, Value, tree::Node};

/// What such words say of TLS; of several the last of these counts.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Tls {
    /// It is used; whether the server is checked, its client knows.
    Used,
    /// It is used, and any server is taken for the right one.
    Unverified,
    /// It is not used, or only where the server wants it.
    Off,
}

/// What a variable that speaks of a database begins with.
const FAMILIES: &[&str] =
    &["DB", "DATABASE", "POSTGRES", "POSTGRESQL", "PG", "PGSSL", "SQL", "RDS", "TYPEORM"];
/// Words of other services, whatever stands before them: `DB_REDIS_TLS`.
const OTHERS: &[&str] = &[
    "redis",
    "valkey",
    "mongo",
    "mysql",
    "mariadb",
    "mssql",
    "sqlserver",
    "oracle",
    "s3",
    "http",
    "smtp",
    "mail",
    "kafka",
    "rabbit",
    "amqp",
    "elastic",
    "clickhouse",
    "memcache",
    "ldap",
    "backup",
    "cache",
    "proxy",
    "exporter",
];
/// A pool of Java hands it to pgjdbc; edoburu's image of PgBouncer makes `server_tls_sslmode` of it.
const WHOLE: &[&str] = &["SPRING_DATASOURCE_HIKARI_DATA_SOURCE_PROPERTIES_SSLMODE", "SERVER_TLS_SSLMODE"];

const NO: &[&str] = &[
    "false",
    "0",
    "no",
    "off",
    "n",
    "f",
    "none",
    "null",
    "disable",
    "disabled",
    "never",
    "allow",
    "prefer",
    "preferred",
];
const YES: &[&str] = &[
    "true",
    "1",
    "yes",
    "on",
    "y",
    "t",
    "enable",
    "enabled",
    "require",
    "required",
    "always",
    "strict",
    "verify",
    "verifyca",
    "verifyfull",
    "verifyidentity",
];

/// Ends of names that hold a root certificate or its file. `sslrootcert` is libpq's, which does not ask for TLS by it.
const ROOTS: &[&str] = &["ca", "cafile", "capath", "cacert", "cacertificate"];
/// Ends of names of switches.
const SWITCHES: &[&str] =
    &["ssl", "tls", "sslmode", "tlsmode", "enabled", "enable", "require", "required", "use"];
/// Names of the other sense.
const NEGATED: &[&str] = &["disable", "skip", "insecure", "nossl", "notls", "noverify", "without"];

/// Keys of mappings that are handed on to a driver.
const HANDED_ON: &[&str] = &[
    "options",
    "params",
    "parameters",
    "query",
    "connectargs",
    "extra",
    "dialectoptions",
    "driveroptions",
    "properties",
];

impl Tls {
    /// What an environment variable says.
    pub fn of_variable(name: &str, text: &str) -> Option<Self> {
        // Most names begin otherwise, which is seen first.
        if !matches!(name.as_bytes().first(), Some(b'D' | b'P' | b'R' | b'S' | b'T')) {
            return None;
        }
        let first = name.split('_').next().unwrap_or(name);
        let family = FAMILIES.contains(&first);
        let may = || ["SSL", "TLS", "UNAUTHORIZED"].iter().any(|word| name.contains(word));
        let other = || OTHERS.iter().any(|word| letters(name).contains(word));
        let ours =
            family && may() && !other() || matches!(first, "SPRING" | "SERVER") && WHOLE.contains(&name);
        if ours { Self::of_word(name, text) } else { None }
    }

    /// What a word says, by its name.
    pub(super) fn of_word(name: &str, text: &str) -> Option<Self> {
        let name = letters(name);
        let verifies = name.contains("verif") || name.ends_with("unauthorized");
        let named = name.contains("ssl") || name.contains("tls") || name.ends_with("rejectunauthorized");
        let filled_in = ["$", "{{", "<%", "{%"].iter().any(|mark| text.contains(mark));
        if !named || filled_in || text.trim().is_empty() || NEGATED.iter().any(|word| name.contains(word)) {
            return None;
        }
        // A certificate is longer than any of the words.
        let word = if text.len() <= 64 { letters(text) } else { String::new() };
        let (no, yes) = (NO.contains(&word.as_str()), YES.contains(&word.as_str()));
        if verifies {
            return if no { Some(Self::Unverified) } else { yes.then_some(Self::Used) };
        }
        if word.starts_with("rejectunauthorized") {
            return Some(if word.ends_with("false") { Self::Unverified } else { Self::Used });
        }
        if ROOTS.iter().any(|end| name.ends_with(end)) {
            return (!no).then_some(Self::Used);
        }
        if !SWITCHES.iter().any(|end| name.ends_with(end)) {
            return None;
        }
        match word.as_str() {
            _ if no => Some(Self::Off),
            "noverify" => Some(Self::Unverified),
            "require" | "required" if name.ends_with("mode") => Some(Self::Unverified),
            _ => yes.then_some(Self::Used),
        }
    }

    /// What the keys of a mapping that is a connection say, those of libpq's meaning left out.
    pub(super) fn of_mapping(node: &Node, is_libpqs: &dyn Fn(&str, &Node) -> bool) -> Option<Entry> {
        let (tls, key, value) = strongest(node, "", 0, is_libpqs)?;
        let name = key.text()?;
        let entry = value.entry(name, key.span);
        let entry = entry.unwrap_or_else(|| Entry::new(name, key.span, Value::default(), value.span));
        Some(entry.telling(Some(Means::Tls(tls))))
    }
}

type Found<'n> = (Tls, &'n Node, &'n Node);

/// The word that counts among the keys of a mapping and of what it hands on.
fn strongest<'n>(
    node: &'n Node,
    within: &str,
    depth: usize,
    is_libpqs: &dyn Fn(&str, &Node) -> bool,
) -> Option<Found<'n>> {
    let mut out: Option<Found<'n>> = None;
    for (key, value) in node.pairs() {
        let Some(name) = key.text().filter(|name| name.len() <= 64) else { continue };
        let own = letters(name);
        let found = match value.text() {
            Some(_) if depth == 0 && is_libpqs(name, value) => None,
            Some(text) => Tls::of_word(&format!("{within}{own}"), text).map(|tls| (tls, key, value)),
            None if depth >= 3 || value.pairs().is_empty() => None,
            None if matches!(own.as_str(), "ssl" | "tls") => {
                let plain = if is_switched_off(value) { Tls::Off } else { Tls::Used };
                strongest(value, "ssl", depth + 1, is_libpqs).or(Some((plain, key, value)))
            }
            None if HANDED_ON.contains(&own.as_str()) => strongest(value, "", depth + 1, is_libpqs),
            None => None,
        };
        if let Some(found) = found.filter(|f| out.is_none_or(|o| f.0 > o.0)) {
            out = Some(found);
        }
    }
    out
}

/// Whether a mapping of `ssl` says that it is not used, or says nothing: `{disabled: true}`, `{active: false}`, `{ca: }`.
fn is_switched_off(node: &Node) -> bool {
    let texts =
        || node.pairs().into_iter().filter_map(|(key, value)| Some((letters(key.text()?), value.text()?)));
    let off = |(name, text): (String, &str)| match name.as_str() {
        "disable" | "disabled" => YES.contains(&letters(text).as_str()),
        "active" | "use" | "on" => NO.contains(&letters(text).as_str()),
        _ => false,
    };
    texts().any(off)
        || node
            .pairs()
            .iter()
            .all(|(_, value)| value.pairs().is_empty() && value.text().is_none_or(str::is_empty))
}

/// A name without what separates its words, in small letters.
fn letters(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_variables_say() {
        for (name, text, says) in [
            ("DB_SSL", "true", Some(Tls::Used)),
            ("DATABASE_SSL", "1", Some(Tls::Used)),
            ("POSTGRES_USE_SSL", "yes", Some(Tls::Used)),
            ("PGSSL", "true", Some(Tls::Used)),
            ("DB_SSL_CA", "/ca.pem", Some(Tls::Used)),
            ("DB_SSL_REJECT_UNAUTHORIZED", "true", Some(Tls::Used)),
            ("DB_SSL_REJECT_UNAUTHORIZED", "false", Some(Tls::Unverified)),
            ("DATABASE_SSL", "{\"rejectUnauthorized\": false}", Some(Tls::Unverified)),
            ("SERVER_TLS_SSLMODE", "verify-full", Some(Tls::Used)),
            ("SERVER_TLS_SSLMODE", "prefer", Some(Tls::Off)),
            ("SQL_SSLMODE", "require", Some(Tls::Unverified)),
            ("DB_SSL", "false", Some(Tls::Off)),
            ("DB_SSL", "${DB_SSL}", None),
            ("DB_SSL", "", None),
            ("DB_SSL", "ä", None),
            ("DB_DISABLE_SSL", "true", None),
            ("DB_SSLROOTCERT", "/ca.pem", None),
            ("REDIS_SSL", "true", None),
            ("DB_REDIS_TLS", "true", None),
            ("SQL_SERVER_SSL", "true", None),
            ("SSL", "true", None),
        ] {
            assert_eq!(Tls::of_variable(name, text), says, "{name}={text}");
        }
    }
}
