//! What postgres.js makes of a connection string (`parseUrl` and `parseOptions` of postgres 3.4.9).

use super::{Accepted, Encryption, Fate, Reading, javascript, percent::decode_uri_component};
use crate::{conninfo::DEFAULT_PORT, secret::Secret};

/// As `postgres(text)` reads it.
pub(super) fn read(text: &str) -> Reading {
    match parse(text) {
        Ok(out) => Reading::Accepted(out),
        Err(reason) => Reading::Rejected(reason),
    }
}

/// What it knows by name. Everything else goes to the server as a setting of the session.
const HEEDED: &[&str] = &[
    "max",
    "sslnegotiation",
    "idle_timeout",
    "connect_timeout",
    "max_lifetime",
    "max_pipeline",
    "backoff",
    "keep_alive",
    "prepare",
    "debug",
    "fetch_types",
    "publications",
    "target_session_attrs",
];

const ATTRIBUTES: &[&str] = &["read-write", "read-only", "primary", "standby", "prefer-standby"];

const MALFORMED: &str = "an escape is no UTF-8";

fn parse(text: &str) -> Result<Accepted, &'static str> {
    let mut out = Accepted { encryption: Some(Encryption::Plaintext), ..Accepted::default() };
    if text.is_empty() {
        out.hosts = vec![("localhost".into(), DEFAULT_PORT)];
        out.host_is_default = true;
        return Ok(out);
    }
    // What stands from the first `://` (or the third character) to the first `/` or `?`, behind the first `@`.
    let start = text.find("://").map_or_else(|| third_unit(text), |at| at + 3);
    let places = text[start..].split(['?', '/']).next().unwrap_or_default();
    let places = places.split_once('@').map_or(places, |(_, behind)| behind);
    let places = decode_uri_component(places).ok_or(MALFORMED)?;
    // A list of hosts is no URL: only the first host stays in it.
    let first = places.split(',').next().unwrap_or_default();
    let url = javascript::url(&javascript::replace(text, &places, first), None);
    let url = url.ok_or("it is no URL by the rules of the web")?;
    let decoded = |written: &str| decode_uri_component(written).ok_or(MALFORMED);
    let given = |text: String| Some(text).filter(|t| !t.is_empty()).map(Secret::new);
    out.user = given(decoded(url.username())?);
    out.password = given(decoded(url.password().unwrap_or_default())?);
    // Not decoded.
    let path: String = url.path().chars().skip(1).collect();
    out.dbname = given(path);
    let default = url.port().unwrap_or(DEFAULT_PORT);
    let list = if places.contains(',') { places } else { javascript::hostname(&url).to_owned() };
    out.host_is_default = list.is_empty();
    dial(&mut out, if list.is_empty() { "localhost" } else { &list }, default);
    parameters(&mut out, &url)?;
    Ok(out)
}

/// `slice(2)`: JavaScript counts in UTF-16.
fn third_unit(text: &str) -> usize {
    let mut units = 0;
    for (at, character) in text.char_indices() {
        if units >= 2 {
            return at;
        }
        units += character.len_utf16();
    }
    text.len()
}

/// The list is cut at its commas, and each at its first colon, so that no IPv6 address survives.
fn dial(out: &mut Accepted, list: &str, default: u16) {
    // A path is one socket, whatever commas it has.
    if list.contains('/') {
        out.hosts = vec![(list.into(), default)];
        return;
    }
    for place in list.split(',') {
        let mut pieces = place.split(':');
        let host = pieces.next().unwrap_or_default();
        let port = pieces.next().filter(|p| !p.is_empty());
        let port = port.map_or(Some(default), |p| javascript::port(p, true));
        if port.is_none() && out.hosts.is_empty() {
            out.later = Some("the port is no number up to 65535");
        }
        out.hosts.push((host.into(), port.unwrap_or_default()));
    }
}

fn parameters(out: &mut Accepted, url: &url::Url) -> Result<(), &'static str> {
    let (mut ssl, mut sslmode, mut system, mut attributes) = (None, None, false, None);
    for (name, value) in url.query_pairs() {
        match &*name {
            "ssl" => ssl = Some(value.into_owned()),
            "sslmode" => sslmode = Some(value.into_owned()),
            name => {
                if name == "sslrootcert" {
                    system = value == "system";
                }
                if name == "target_session_attrs" {
                    // The first of them.
                    attributes.get_or_insert_with(|| value.clone().into_owned());
                }
                // `sslrootcert` too: the server is asked for a setting of that name, and the empty text is not sent.
                let fate = match HEEDED.contains(&name) {
                    true => Fate::Heeded,
                    false if value.is_empty() => Fate::Ignored,
                    false => Fate::Setting,
                };
                out.note(name, &value, fate);
            }
        }
    }
    if attributes.is_some_and(|a| !a.is_empty() && !ATTRIBUTES.contains(&a.as_str())) {
        return Err("target_session_attrs has a word that it does not know");
    }
    match sslmode {
        Some(word) if word.is_empty() => out.note("sslmode", "", Fate::Ignored),
        Some(word) => ssl = Some(word),
        None => {}
    }
    if system {
        ssl = Some("verify-full".to_owned());
    }
    let Some(word) = ssl else { return Ok(()) };
    out.encryption = Some(match word.as_str() {
        "disable" | "false" | "" => Encryption::Plaintext,
        "prefer" => Encryption::Prefer,
        "require" | "allow" => Encryption::Require,
        // Any other word hands the socket to Node's TLS, which checks chain and name unasked.
        _ => Encryption::VerifyFull,
    });
    out.sslmode = Some(Secret::new(word));
    Ok(())
}
