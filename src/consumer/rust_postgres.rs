//! What tokio-postgres and postgres make of a connection string (`Config::from_str` of tokio-postgres 0.7.18).
//! They have no `verify-*`: what `require` checks is the TLS connector's matter.

use super::{Accepted, Encryption, Fate, Reading, percent};
use crate::{conninfo::DEFAULT_PORT, secret::Secret};
use std::{iter::Peekable, net::IpAddr, str::Chars};

/// As tokio-postgres reads it.
pub(super) fn read(text: &str) -> Reading {
    let mut config = Config::default();
    let prefix = ["postgres://", "postgresql://"].iter().find_map(|p| text.strip_prefix(p));
    let done = match prefix {
        Some(rest) => url(rest, &mut config),
        None => pairs(text, &mut config),
    };
    match done {
        Ok(()) => Reading::Accepted(config.finish()),
        Err(reason) => Reading::Rejected(reason),
    }
}

type Done = Result<(), &'static str>;

/// What the parser fills. Lists grow: a second `host` or `port` is one more, not another.
#[derive(Default)]
struct Config {
    hosts: Vec<String>,
    addresses: Vec<String>,
    ports: Vec<u16>,
    direct: bool,
    out: Accepted,
}

impl Config {
    fn parameter(&mut self, name: &str, value: &str) -> Done {
        let number = |signed: bool| {
            if signed { value.parse::<i64>().is_ok() } else { value.parse::<u64>().is_ok() }
        };
        let word = |words: &[&str]| words.contains(&value);
        let valid = match name {
            "user" => {
                self.out.user = Some(value.into());
                return Ok(());
            }
            "password" => {
                self.out.password = Some(value.into());
                return Ok(());
            }
            "dbname" => {
                self.out.dbname = Some(value.into());
                return Ok(());
            }
            "host" => {
                self.hosts.extend(value.split(',').map(str::to_owned));
                return Ok(());
            }
            "hostaddr" => {
                for address in value.split(',') {
                    let address: IpAddr = address.parse().map_err(|_| "hostaddr is no address")?;
                    self.addresses.push(address.to_string());
                }
                return Ok(());
            }
            "port" => {
                for port in value.split(',') {
                    let port = if port.is_empty() { Ok(DEFAULT_PORT) } else { port.parse() };
                    self.ports.push(port.map_err(|_| "a port is no number up to 65535")?);
                }
                return Ok(());
            }
            "sslmode" => {
                self.out.encryption = Some(match value {
                    "disable" => Encryption::Plaintext,
                    "prefer" => Encryption::Prefer,
                    "require" => Encryption::Require,
                    _ => return Err("sslmode knows disable, prefer and require alone"),
                });
                self.out.sslmode = Some(value.into());
                return Ok(());
            }
            "options" | "application_name" => true,
            "sslnegotiation" => {
                self.direct = value == "direct";
                word(&["postgres", "direct"])
            }
            "connect_timeout" | "tcp_user_timeout" | "keepalives_idle" | "keepalives_interval" => {
                number(true)
            }
            "keepalives" => number(false),
            "keepalives_retries" => value.parse::<u32>().is_ok(),
            "target_session_attrs" => word(&["any", "read-write", "read-only"]),
            "channel_binding" => word(&["disable", "prefer", "require"]),
            "load_balance_hosts" => word(&["disable", "random"]),
            _ => return Err("a parameter is unknown to it"),
        };
        self.out.note(name, value, Fate::Heeded);
        if valid { Ok(()) } else { Err("a parameter has a value that it does not know") }
    }

    /// What `connect` makes of it.
    fn finish(mut self) -> Accepted {
        let count = self.hosts.len().max(self.addresses.len());
        self.out.encryption.get_or_insert(Encryption::Prefer);
        self.out.host_is_default = count == 0;
        self.out.later = if count == 0 {
            Some("no host is named, and it has no default")
        } else if !self.hosts.is_empty()
            && !self.addresses.is_empty()
            && self.addresses.len() != self.hosts.len()
        {
            Some("there are not as many addresses as hosts")
        } else if self.ports.len() > 1 && self.ports.len() != count {
            Some("there are not as many ports as hosts")
        } else if self.direct && self.out.encryption == Some(Encryption::Prefer) {
            Some("sslnegotiation=direct wants sslmode=require")
        } else {
            None
        };
        for i in 0..count {
            let host = self.addresses.get(i).or_else(|| self.hosts.get(i));
            let port = self.ports.get(i).or_else(|| self.ports.first()).copied().unwrap_or(DEFAULT_PORT);
            self.out.hosts.extend(host.map(|h| (Secret::new(h.as_str()), port)));
        }
        self.out
    }
}

/// `UrlParser`: the first `@` ends the credentials, wherever it stands.
fn url(text: &str, config: &mut Config) -> Done {
    let mut rest = text;
    if let Some((credentials, behind)) = rest.split_once('@') {
        rest = behind;
        let (user, password) = match credentials.split_once(':') {
            Some((user, password)) => (user, Some(password)),
            None => (credentials, None),
        };
        config.out.user = Some(decode(user)?.into());
        // A password is bytes.
        config.out.password = password.map(|p| Secret::new(String::from_utf8_lossy(&percent::bytes(p))));
    }
    let (places, behind) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
    rest = behind;
    for chunk in places.split(',').filter(|_| !places.is_empty()) {
        place(chunk, config)?;
    }
    if let Some(path) = rest.strip_prefix('/') {
        let (dbname, behind) = path.split_at(path.find('?').unwrap_or(path.len()));
        rest = behind;
        if !dbname.is_empty() {
            config.out.dbname = Some(decode(dbname)?.into());
        }
    }
    let Some(mut rest) = rest.strip_prefix('?') else { return Ok(()) };
    while !rest.is_empty() {
        let (name, behind) = rest.split_once('=').ok_or("a parameter has no =")?;
        let (value, behind) = behind.split_once('&').unwrap_or((behind, ""));
        rest = behind;
        match &*decode(name)? {
            // One host, whatever commas it has.
            "host" => config.hosts.push(decode_host(value)?),
            name => config.parameter(name, &decode(value)?)?,
        }
    }
    Ok(())
}

/// One `host[:port]`. Each adds a port.
fn place(chunk: &str, config: &mut Config) -> Done {
    let (host, port) = match chunk.strip_prefix('[') {
        None => chunk.split_once(':').map_or((chunk, None), |(host, port)| (host, Some(port))),
        Some(inner) => {
            let (host, behind) = inner.split_once(']').ok_or("a [ is not closed")?;
            match behind.strip_prefix(':') {
                Some(port) => (host, Some(port)),
                None if behind.is_empty() => (host, None),
                None => return Err("something stands between ] and the port"),
            }
        }
    };
    config.hosts.push(decode_host(host)?);
    config.parameter("port", &decode(port.unwrap_or("5432"))?)
}

fn decode(text: &str) -> Result<String, &'static str> {
    String::from_utf8(percent::bytes(text)).map_err(|_| "a part is no UTF-8")
}

/// The directory of a socket may be any bytes.
fn decode_host(text: &str) -> Result<String, &'static str> {
    let bytes = percent::bytes(text);
    if bytes.first() == Some(&b'/') {
        return Ok(String::from_utf8_lossy(&bytes).into_owned());
    }
    String::from_utf8(bytes).map_err(|_| "a part is no UTF-8")
}

/// `Parser`: `keyword = value` with Unicode's white space; a value is quoted or not empty.
fn pairs(text: &str, config: &mut Config) -> Done {
    let mut rest = text.chars().peekable();
    loop {
        skip_space(&mut rest);
        let mut name = String::new();
        while let Some(c) = rest.next_if(|c| !c.is_whitespace() && *c != '=') {
            name.push(c);
        }
        // As with libpq's end; a leading `=` also ends it, and what follows is not looked at.
        if name.is_empty() {
            return Ok(());
        }
        skip_space(&mut rest);
        rest.next_if_eq(&'=').ok_or("a keyword has no =")?;
        skip_space(&mut rest);
        let value = value(&mut rest)?;
        config.parameter(&name, &value)?;
    }
}

fn value(rest: &mut Peekable<Chars<'_>>) -> Result<String, &'static str> {
    let mut out = String::new();
    let quoted = rest.next_if_eq(&'\'').is_some();
    loop {
        match rest.next_if(|c| quoted || !c.is_whitespace()) {
            Some('\'') if quoted => return Ok(out),
            Some('\\') => out.extend(rest.next()),
            Some(c) => out.push(c),
            None if quoted => return Err("a quote is not closed"),
            None if out.is_empty() => return Err("a keyword has no value"),
            None => return Ok(out),
        }
    }
}

fn skip_space(rest: &mut Peekable<Chars<'_>>) {
    while rest.next_if(|c| c.is_whitespace()).is_some() {}
}
