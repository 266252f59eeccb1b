//! What asyncpg 0.32 makes of a connection string: `_parse_connect_dsn_and_args` in `connect_utils.py`.

use super::{
    Accepted, Encryption, Fate, Parameter, Reading, below, python,
    urllib::{self, ValueError},
};
use crate::{conninfo::DEFAULT_PORT, secret::Secret};

const SCHEME: &str = "its scheme is neither postgresql nor postgres";
const PORT: &str = "a port is no number";
const PORT_COUNT: &str = "there are several ports, and not as many as hosts";
const HOST_EMPTY: &str = "a host of the list is empty";
const BRACKETS: &str = "what stands in brackets is no address";
const QUERY: &str = "a parameter has no `=`";
const SSLMODE: &str = "its sslmode is none of the six words";
const NEGOTIATION: &str = "its sslnegotiation is neither postgres nor direct, or asks for less than require";
const TLS_VERSION: &str = "it names no version of TLS";
const ATTRS: &str = "its target_session_attrs is none of the words that asyncpg knows";
const GSSLIB: &str = "its gsslib is neither gssapi nor sspi";
const SYSTEM: &str = "asyncpg takes sslrootcert=system for the name of a file";

/// Where asyncpg looks when nothing names a host, in this order.
const DEFAULT_HOSTS: [&str; 5] =
    ["/run/postgresql", "/var/run/postgresql", "/tmp", "/private/tmp", "localhost"];

/// Parameters that asyncpg takes out of the query. Every other becomes a setting of the session.
#[rustfmt::skip]
const OWN: &[&str] = &[
    "port", "host", "dbname", "database", "user", "password", "passfile", "sslmode", "sslcert", "sslkey",
    "sslrootcert", "sslnegotiation", "sslcrl", "sslpassword", "ssl_min_protocol_version",
    "ssl_max_protocol_version", "target_session_attrs", "krbsrvname", "gsslib", "service",
];

/// As asyncpg reads it. An empty string is as none at all: the environment decides, then the defaults.
pub(super) fn read(text: &str) -> Reading {
    accept(text).map_or_else(Reading::Rejected, Reading::Accepted)
}

/// Hosts and their ports while they are gathered; the ports may come without hosts.
#[derive(Default)]
struct Targets {
    hosts: Vec<String>,
    ports: Vec<i64>,
}

fn accept(text: &str) -> Result<Accepted, &'static str> {
    let url = urllib::urlparse(text).map_err(|ValueError| BRACKETS)?;
    let pairs = if url.query.is_empty() {
        Vec::new()
    } else {
        urllib::parse_qsl_strict(&url.query).map_err(|ValueError| QUERY)?
    };
    if !text.is_empty() && !matches!(url.scheme.as_str(), "postgresql" | "postgres") {
        return Err(SCHEME);
    }
    let query = Query(pairs);
    let (auth, hosts) = url.netloc.split_once('@').unwrap_or(("", &url.netloc));
    let (user, password) = auth.split_once(':').unwrap_or((auth, ""));
    let mut targets = Targets::default();
    let mut beaten = Vec::new();
    if !hosts.is_empty() {
        targets.list(hosts, true)?;
        beaten.extend(["host", "port"]);
    }
    let path = url.path.strip_prefix('/').unwrap_or(&url.path);
    // An empty path leaves the name open; `/` alone is the empty name.
    let dbname = (!url.path.is_empty()).then(|| urllib::unquote(path));
    for (given, names) in [
        (!user.is_empty(), &["user"][..]),
        (!password.is_empty(), &["password"]),
        (dbname.is_some(), &["dbname", "database"]),
        (query.last("dbname").is_some(), &["database"]),
    ] {
        beaten.extend(names.iter().filter(|_| given));
    }
    let decoded = |text: &str| (!text.is_empty()).then(|| urllib::unquote(text));
    if let Some(ports) = query.last("port").filter(|_| targets.ports.is_empty()) {
        targets.ports = ports.split(',').map(python::int).collect::<Option<_>>().ok_or(PORT)?;
    }
    if let Some(hosts) = query.last("host").filter(|_| targets.hosts.is_empty()) {
        targets.list(hosts, false)?;
    }
    let host_is_default = targets.hosts.is_empty();
    let (hosts, out_of_range) = targets.finish()?;
    let sslmode = query.last("sslmode");
    let tcp = hosts.iter().any(|(host, _)| !host.starts_with('/'));
    let encryption = match sslmode {
        Some(word) => word_of(word, query.last("sslrootcert")).ok_or(SSLMODE)?,
        None if tcp => Encryption::Prefer,
        None => Encryption::Plaintext,
    };
    let root = check(&query, encryption)?;
    let fallback = |name: &str| query.last(name).map(str::to_owned);
    Ok(Accepted {
        host_is_default,
        hosts: hosts.into_iter().map(|(host, port)| socket(host, port)).collect(),
        user: secret(decoded(user).or_else(|| fallback("user"))),
        password: secret(decoded(password).or_else(|| fallback("password"))),
        dbname: secret(dbname.or_else(|| fallback("dbname")).or_else(|| fallback("database"))),
        sslmode: sslmode.map(Secret::from),
        encryption: Some(encryption),
        parameters: query.parameters(&beaten),
        later: out_of_range.or(root),
        ..Accepted::default()
    })
}

fn secret(text: Option<String>) -> Option<Secret> {
    text.filter(|t| !t.is_empty()).map(Secret::new)
}

/// `SSLMode.parse`: an attribute of the enum, so `verify_full` passes too; `REQUIRE` does not.
pub(super) fn word_of(word: &str, root: Option<&str>) -> Option<Encryption> {
    below::encryption(&word.replace('_', "-"), root)
}

/// What asyncpg checks of the rest before it dials. What fails for want of a file is told, but no refusal.
fn check(query: &Query, encryption: Encryption) -> Result<Option<&'static str>, &'static str> {
    let direct = match query.last("sslnegotiation") {
        None | Some("postgres") => false,
        Some("direct") => true,
        Some(_) => return Err(NEGOTIATION),
    };
    if direct && encryption < Encryption::Require {
        return Err(NEGOTIATION);
    }
    let mut versions =
        ["ssl_min_protocol_version", "ssl_max_protocol_version"].iter().filter_map(|name| query.last(name));
    if encryption > Encryption::Plaintext && !versions.all(is_tls_version) {
        return Err(TLS_VERSION);
    }
    let attrs = ["any", "primary", "standby", "prefer-standby", "read-write", "read-only"];
    if query.last("target_session_attrs").is_some_and(|word| !attrs.contains(&word)) {
        return Err(ATTRS);
    }
    if query.last("gsslib").is_some_and(|word| !matches!(word, "gssapi" | "sspi")) {
        return Err(GSSLIB);
    }
    Ok(match query.last("sslrootcert") {
        Some("system") if encryption >= Encryption::Require => Some(SYSTEM),
        _ => None,
    })
}

/// A member of `ssl.TLSVersion` that asyncpg takes: not those of SSL.
fn is_tls_version(word: &str) -> bool {
    let word = word.replace('.', "_");
    matches!(
        word.as_str(),
        "TLSv1" | "TLSv1_1" | "TLSv1_2" | "TLSv1_3" | "MINIMUM_SUPPORTED" | "MAXIMUM_SUPPORTED"
    )
}

/// The parameters; of a name that stands twice the last counts.
struct Query(Vec<(String, String)>);

impl Query {
    fn last(&self, name: &str) -> Option<&str> {
        self.0.iter().rev().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }

    /// All but `sslmode`. Those in `beaten` stand in the URL proper too, and that is what counts.
    fn parameters(&self, beaten: &[&str]) -> Vec<Parameter> {
        let mut last: std::collections::BTreeMap<&str, usize> = std::collections::BTreeMap::new();
        for (i, (name, _)) in self.0.iter().enumerate() {
            last.insert(name, i);
        }
        let fate = |i: usize, name: &str| match name {
            _ if last.get(name) != Some(&i) || beaten.contains(&name) => Fate::Ignored,
            _ if OWN.contains(&name) => Fate::Heeded,
            _ => Fate::Setting,
        };
        let shown = self.0.iter().enumerate().filter(|(_, (name, _))| name != "sslmode");
        shown
            .map(|(i, (name, value))| Parameter {
                name: name.as_str().into(),
                value: value.as_str().into(),
                fate: fate(i, name),
            })
            .collect()
    }
}

impl Targets {
    /// `_parse_hostlist`. Where ports are known already, those that stand beside the hosts are passed over.
    fn list(&mut self, list: &str, decode: bool) -> Result<(), &'static str> {
        let count = list.split(',').count();
        let known = !self.ports.is_empty();
        if known {
            self.spread(count)?;
        }
        for spec in list.split(',') {
            let (host, port) = match spec.chars().next().ok_or(HOST_EMPTY)? {
                '/' => (spec, ""),
                '[' => bracketed(spec).ok_or(BRACKETS)?,
                _ => spec.split_once(':').unwrap_or((spec, "")),
            };
            self.hosts.push(if decode { urllib::unquote(host) } else { host.to_owned() });
            if !known {
                let port = if decode { urllib::unquote(port) } else { port.to_owned() };
                let default = i64::from(DEFAULT_PORT);
                self.ports.push(if port.is_empty() { default } else { python::int(&port).ok_or(PORT)? });
            }
        }
        Ok(())
    }

    /// `_validate_port_spec`: one port for all hosts, or one for each.
    fn spread(&mut self, hosts: usize) -> Result<(), &'static str> {
        match self.ports.as_slice() {
            [] => self.ports = vec![i64::from(DEFAULT_PORT); hosts],
            [one] => self.ports = vec![*one; hosts],
            more if more.len() != hosts => return Err(PORT_COUNT),
            _ => {}
        }
        Ok(())
    }

    /// Hosts with their ports, 0 for a port that no server can have; why the first of those fails.
    #[expect(clippy::type_complexity, reason = "two answers of one pass")]
    fn finish(mut self) -> Result<(Vec<(String, u16)>, Option<&'static str>), &'static str> {
        if self.hosts.is_empty() {
            self.hosts = DEFAULT_HOSTS.map(str::to_owned).to_vec();
        }
        self.spread(self.hosts.len())?;
        let mut bad = None;
        let ports = self.ports.into_iter().map(|port| match u16::try_from(port) {
            Ok(port) if port > 0 => port,
            _ => {
                bad = Some("a port is not between 1 and 65535");
                0
            }
        });
        let targets = self.hosts.into_iter().zip(ports).collect();
        Ok((targets, bad))
    }
}

/// `[address]` and the port behind it; what else follows is passed over.
fn bracketed(spec: &str) -> Option<(&str, &str)> {
    let (address, after) = spec.strip_prefix('[')?.split_once(']')?;
    let port = after.strip_prefix(':').unwrap_or("");
    let digits = port.bytes().take_while(u8::is_ascii_digit).count();
    (!address.is_empty()).then_some((address, &port[..digits]))
}

/// A path with `.s.PGSQL.` in it is the socket itself, not its directory.
fn socket(host: String, port: u16) -> (Secret, u16) {
    let own = host.starts_with('/').then(|| host.rsplit_once("/.s.PGSQL.")).flatten();
    match own.and_then(|(dir, number)| Some((dir.to_owned(), number.parse().ok()?))) {
        Some((dir, number)) => (Secret::new(dir), number),
        None => (Secret::new(host), port),
    }
}
