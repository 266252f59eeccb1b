//! What node-postgres makes of a connection string: pg-connection-string 2.14 and `ConnectionParameters` of pg 8.23.

use super::{
    Accepted, Encryption, Fate, Reading, javascript,
    percent::{decode_uri, decode_uri_component},
};
use crate::{conninfo::DEFAULT_PORT, secret::Secret};
use std::collections::BTreeMap;
use url::Url;

/// As `new Client(text)` reads it.
pub(super) fn read(text: &str) -> Reading {
    match parse(text) {
        Ok(out) => Reading::Accepted(out),
        Err(reason) => Reading::Rejected(reason),
    }
}

/// What it reads beside what has a place of its own in a reading.
const HEEDED: &[&str] = &[
    "sslcert",
    "sslkey",
    "sslrootcert",
    "sslnegotiation",
    "uselibpqcompat",
    "application_name",
    "fallback_application_name",
    "options",
    "statement_timeout",
    "lock_timeout",
    "idle_in_transaction_session_timeout",
    "query_timeout",
    "client_encoding",
    "replication",
    "binary",
];

/// What has a place of its own in a reading. `database` and `dbname` are not heeded: the path is the database.
const PLACED: &[&str] = &["user", "password", "host", "port", "ssl", "sslmode"];

const MALFORMED: &str = "an escape is no UTF-8";

fn parse(text: &str) -> Result<Accepted, &'static str> {
    if text.starts_with('/') {
        let mut words = text.split(' ');
        let host = words.next().unwrap_or_default();
        return Ok(Accepted {
            hosts: vec![(host.into(), DEFAULT_PORT)],
            dbname: words.next().filter(|w| !w.is_empty()).map(Secret::from),
            encryption: Some(Encryption::Plaintext),
            ..Accepted::default()
        });
    }
    let (mut url, dummy) = url(text).ok_or("it is no URL by the rules of the web")?;
    let mut out = Accepted::default();
    // The last of a name wins.
    let mut config = BTreeMap::new();
    for (name, value) in url.query_pairs() {
        if !PLACED.contains(&&*name) {
            let fate = if HEEDED.contains(&&*name) { Fate::Heeded } else { Fate::Ignored };
            out.note(&name, &value, fate);
        }
        config.insert(name.into_owned(), value.into_owned());
    }
    let given = |name: &str| config.get(name).map(String::as_str).filter(|v| !v.is_empty());
    let or_decoded = |name: &str, written: &str| match given(name) {
        Some(value) => Ok(Some(value.to_owned())),
        None => decode_uri_component(written).map(|v| Some(v).filter(|v| !v.is_empty())).ok_or(MALFORMED),
    };
    out.user = or_decoded("user", url.username())?.map(Secret::new);
    out.password = or_decoded("password", url.password().unwrap_or_default())?.map(Secret::new);
    let (host, port);
    if url.scheme() == "socket" {
        host = Some(decode_uri(url.path()).ok_or(MALFORMED)?).filter(|h| !h.is_empty());
        port = given("port").map(str::to_owned);
        let first = url.query_pairs().find(|(name, _)| name == "db");
        out.dbname = first.map(|(_, value)| value.into_owned()).filter(|v| !v.is_empty()).map(Secret::new);
        // `sslmode` is not looked at.
        settle(&mut out, &config, Ssl::of_word(config.get("ssl"), false));
    } else {
        let written = if dummy { "" } else { javascript::hostname(&url) };
        let bare = written.strip_prefix('[').and_then(|h| h.strip_suffix(']')).filter(|h| !h.is_empty());
        let written = bare.unwrap_or(written).to_owned();
        host = or_decoded("host", &written)?;
        if given("host").is_some() && written.get(..3).is_some_and(|h| h.eq_ignore_ascii_case("%2f")) {
            let path = format!("{written}{}", url.path());
            url.set_path(&path);
        }
        let own = url.port().map(|p| p.to_string());
        port = given("port").map(str::to_owned).or(own);
        let path: String = url.path().chars().skip(1).collect();
        out.dbname =
            Some(decode_uri(&path).ok_or(MALFORMED)?).filter(|path| !path.is_empty()).map(Secret::new);
        out.sslmode = given("sslmode").or_else(|| given("ssl")).map(Secret::from);
        let ssl = ssl(&config)?;
        settle(&mut out, &config, ssl);
    }
    out.host_is_default = host.is_none();
    // A port that is no number is `NaN`, which breaks when the socket is opened.
    let number = port.as_deref().map_or(Some(DEFAULT_PORT), |p| javascript::port(p, false));
    if number.is_none() {
        out.later = Some("the port is no number up to 65535");
    }
    let host = host.unwrap_or_else(|| "localhost".to_owned());
    out.hosts = vec![(Secret::new(host), number.unwrap_or_default())];
    Ok(out)
}

/// The URL, against `postgres://base`, so that any text is one; and whether it has no host for certain.
fn url(text: &str) -> Option<(Url, bool)> {
    const BASE: Option<&str> = Some("postgres://base");
    let text = javascript::mended(text);
    if let Some(url) = javascript::url(&text, BASE) {
        return Some((url, false));
    }
    let dummy = text.replacen("@/", "@___DUMMY___/", 1);
    javascript::url(&dummy, BASE).map(|url| (url, true))
}

/// The value of `ssl` in the configuration.
#[derive(Clone, Copy)]
enum Ssl {
    /// Left to the environment, and without it plaintext.
    Unset,
    Off,
    /// TLS with these checks.
    On(Encryption),
    /// A word that is handed to TLS as if it were an object.
    Word,
}

impl Ssl {
    fn of_word(word: Option<&String>, digits: bool) -> Self {
        match word.map(String::as_str) {
            None => Self::Unset,
            Some("true") => Self::On(Encryption::VerifyFull),
            Some("1") if digits => Self::On(Encryption::VerifyFull),
            Some("0") if digits => Self::Off,
            Some("no-verify") => Self::On(Encryption::Require),
            Some("") => Self::Off,
            Some(_) => Self::Word,
        }
    }
}

/// Today every word but `disable` and `no-verify` checks chain and name; libpq's meanings are asked for by
/// `uselibpqcompat`.
fn ssl(config: &BTreeMap<String, String>) -> Result<Ssl, &'static str> {
    let given = |name: &str| config.get(name).map(String::as_str).filter(|v| !v.is_empty());
    if given("sslrootcert") == Some("system") {
        return Err("it takes sslrootcert for a file, also `system`");
    }
    let mut ssl = Ssl::of_word(config.get("ssl"), true);
    if ["sslcert", "sslkey", "sslrootcert", "sslmode"].iter().any(|name| given(name).is_some()) {
        ssl = Ssl::On(Encryption::VerifyFull);
    }
    if matches!(ssl, Ssl::Unset) && given("sslnegotiation") == Some("direct") {
        ssl = Ssl::On(Encryption::VerifyFull);
    }
    let compatible = given("uselibpqcompat") == Some("true");
    Ok(match (given("sslmode"), compatible) {
        (Some("disable"), _) => Ssl::Off,
        (Some("no-verify"), false) | (Some("prefer"), true) => Ssl::On(Encryption::Require),
        (Some("require"), true) if given("sslrootcert").is_none() => Ssl::On(Encryption::Require),
        (Some("verify-ca"), true) if given("sslrootcert").is_none() => {
            return Err("verify-ca wants sslrootcert");
        }
        (Some("require" | "verify-ca"), true) => Ssl::On(Encryption::VerifyCa),
        _ => ssl,
    })
}

fn settle(out: &mut Accepted, config: &BTreeMap<String, String>, ssl: Ssl) {
    let (encryption, word) = match ssl {
        Ssl::Unset | Ssl::Off => (Encryption::Plaintext, false),
        Ssl::On(encryption) => (encryption, false),
        Ssl::Word => (Encryption::VerifyFull, true),
    };
    out.encryption = Some(encryption);
    out.later = match config.get("sslnegotiation").map_or("", String::as_str) {
        "direct" if encryption == Encryption::Plaintext => Some("sslnegotiation=direct wants TLS"),
        "" | "postgres" | "direct" => word.then_some("ssl has a word that it does not know"),
        _ => Some("sslnegotiation has a word that it does not know"),
    };
}
