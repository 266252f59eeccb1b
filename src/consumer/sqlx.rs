//! What sqlx makes of a connection string (`PgConnectOptions::from_str` of sqlx 0.8.6 and 0.9.0, which agree). It
//! takes any URL for one of `PostgreSQL`, whatever its scheme, and passes over what it does not know.

use super::{Accepted, Encryption, Fate, Reading, percent};
use crate::{conninfo::DEFAULT_PORT, secret::Secret};
use std::net::IpAddr;
use url::Url;

/// As sqlx reads it.
pub(super) fn read(text: &str) -> Reading {
    match options(text) {
        Ok(out) => Reading::Accepted(out),
        Err(reason) => Reading::Rejected(reason),
    }
}

fn options(text: &str) -> Result<Accepted, &'static str> {
    let url = Url::parse(text).map_err(|_| "it is no URL by the rules of the web")?;
    let mut out = Accepted::default();
    let (mut host, mut socket, mut port) = (None, None, url.port().unwrap_or(DEFAULT_PORT));
    if let Some(written) = url.host_str() {
        // Decoded for a socket alone: an escape in a host's name stays, and so do the brackets of an address.
        if percent::bytes(written).first() == Some(&b'/') {
            socket = Some(decode(written)?);
        } else {
            host = Some(written.to_owned());
        }
    }
    if !url.username().is_empty() {
        out.user = Some(decode(url.username())?.into());
    }
    if let Some(password) = url.password() {
        out.password = Some(decode(password)?.into());
    }
    let path = url.path().trim_start_matches('/');
    if !path.is_empty() {
        out.dbname = Some(decode(path)?.into());
    }
    out.encryption = Some(Encryption::Prefer);
    for (name, value) in url.query_pairs() {
        match &*name {
            "sslmode" | "ssl-mode" => {
                out.encryption = Some(encryption(&value)?);
                out.sslmode = Some(Secret::new(value));
                continue;
            }
            "host" if value.starts_with('/') => {
                socket = Some(value.into_owned());
                continue;
            }
            "host" => {
                host = Some(value.into_owned());
                continue;
            }
            "hostaddr" => {
                value.parse::<IpAddr>().map_err(|_| "hostaddr is no address")?;
                host = Some(value.into_owned());
                continue;
            }
            "port" => {
                port = value.parse().map_err(|_| "port is no number up to 65535")?;
                continue;
            }
            "dbname" => {
                out.dbname = Some(Secret::new(value));
                continue;
            }
            "user" => {
                out.user = Some(Secret::new(value));
                continue;
            }
            "password" => {
                out.password = Some(Secret::new(value));
                continue;
            }
            "statement-cache-capacity" => {
                // A `usize` on the machine that it runs on.
                value.parse::<u64>().map_err(|_| "statement-cache-capacity is no number")?;
            }
            _ => {}
        }
        out.note(&name, &value, if is_known(&name) { Fate::Heeded } else { Fate::Ignored });
    }
    // A socket goes before a host, in whatever order they stand. Without either it looks for a socket in the usual
    // directories and else takes `localhost`.
    out.host_is_default = socket.is_none() && host.is_none();
    let place = socket.or(host).unwrap_or_else(|| "localhost".to_owned());
    out.hosts = vec![(Secret::new(place), port)];
    Ok(out)
}

fn is_known(name: &str) -> bool {
    matches!(
        name,
        "sslrootcert"
            | "ssl-root-cert"
            | "ssl-ca"
            | "sslcert"
            | "ssl-cert"
            | "sslkey"
            | "ssl-key"
            | "statement-cache-capacity"
            | "application_name"
            | "options"
    ) || name.strip_prefix("options[").is_some_and(|rest| rest.ends_with(']'))
}

/// In any case. `allow` is not built: it is plaintext.
fn encryption(word: &str) -> Result<Encryption, &'static str> {
    Ok(match word.to_ascii_lowercase().as_str() {
        "disable" | "allow" => Encryption::Plaintext,
        "prefer" => Encryption::Prefer,
        "require" => Encryption::Require,
        "verify-ca" => Encryption::VerifyCa,
        "verify-full" => Encryption::VerifyFull,
        _ => return Err("sslmode has a word that it does not know"),
    })
}

fn decode(text: &str) -> Result<String, &'static str> {
    String::from_utf8(percent::bytes(text)).map_err(|_| "a part is no UTF-8")
}
