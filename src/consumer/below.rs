//! What psycopg and the libpq below it make of the keywords that Django and SQLAlchemy hand to them.

use super::{Accepted, Encryption, Fate};
use crate::{
    conninfo::{Conninfo, DEFAULT_PORT, Libpq, SslMode},
    secret::Secret,
};

/// The places that libpq dials, and why it will not.
#[derive(Default)]
pub(super) struct Below {
    pub(super) hosts: Vec<(Secret, u16)>,
    pub(super) later: Option<&'static str>,
}

/// Keywords in any order; of one that stands twice the last counts. Python's side quotes them, so every text but
/// one with a NUL arrives.
pub(super) fn libpq<'a>(keywords: impl Iterator<Item = (&'a str, &'a str)> + Clone) -> Below {
    let last = |name: &str| {
        keywords.clone().filter(|(n, _)| *n == name).last().map(|(_, value)| value).filter(|v| !v.is_empty())
    };
    Below { hosts: targets(last("host").or(last("hostaddr")), last("port")), later: complaint(keywords) }
}

/// Both lists, one port for all or one for each; 0 for a port that libpq refuses. A port without a host goes with
/// the empty host, which is libpq's default.
fn targets(hosts: Option<&str>, ports: Option<&str>) -> Vec<(Secret, u16)> {
    let number = |port: &str| match port.trim() {
        "" => DEFAULT_PORT,
        port => port.parse().unwrap_or(0),
    };
    let (hosts, ports) = match (hosts, ports) {
        (None, None) => return Vec::new(),
        (hosts, ports) => (hosts.unwrap_or_default().split(','), ports.unwrap_or_default()),
    };
    if ports.contains(',') {
        let ports = ports.split(',').map(number).chain(std::iter::repeat(0));
        return hosts.map(Secret::from).zip(ports).collect();
    }
    hosts.map(|h| (Secret::from(h), number(ports))).collect()
}

fn complaint<'a>(keywords: impl Iterator<Item = (&'a str, &'a str)>) -> Option<&'static str> {
    let mut text = String::new();
    for (name, value) in keywords {
        if name.is_empty() || !name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') {
            return Some(UNKNOWN);
        }
        text.push_str(name);
        text.push_str("='");
        text.extend(
            value.chars().flat_map(|c| matches!(c, '\'' | '\\').then_some('\\').into_iter().chain([c])),
        );
        text.push_str("' ");
    }
    if text.contains('\0') {
        return Some("a value has a NUL character, where libpq stops reading");
    }
    let Ok(conninfo) = Conninfo::parse_as(&text, Libpq::V18) else { return Some(UNKNOWN) };
    if conninfo.places().is_none() {
        return Some("libpq cannot use the ports, or not with these hosts");
    }
    let invalid = conninfo.invalid_values().into_iter().next();
    invalid.map(|bad| match bad.keyword {
        "sslmode" => "libpq refuses the sslmode",
        "target_session_attrs" => "libpq refuses the target_session_attrs",
        "connect_timeout" => "libpq refuses the connect_timeout",
        _ => "libpq refuses the value of a parameter",
    })
}

const UNKNOWN: &str = "a parameter is none that libpq knows";

/// What libpq makes of a word for `sslmode`. A root that is named is checked against, as of old: `require` is then
/// `verify-ca`. asyncpg does the same.
pub(super) fn encryption(word: &str, root: Option<&str>) -> Option<Encryption> {
    let named = root.is_some_and(|root| !matches!(root, "" | "system"));
    Some(match word.parse::<SslMode>().ok()? {
        SslMode::Require if named => Encryption::VerifyCa,
        mode => Encryption::from(mode),
    })
}

impl Accepted {
    /// A parameter that is handed on, by its name. Where the library names no host, port, user or password itself,
    /// the one below takes its from here: Django's `OPTIONS`, for one.
    pub fn handed_on(&self, name: &str) -> Option<&Secret> {
        let mut handed = self.parameters.iter().filter(|p| p.fate == Fate::HandedOn && p.name.equals(name));
        handed.next_back().map(|p| &p.value)
    }

    /// With what the library below takes from the parameters that are handed on to it: Django's `OPTIONS` fill what
    /// the URL leaves open, and libpq dials `hostaddr` whatever `host` says.
    #[must_use]
    pub fn dialled(mut self) -> Self {
        let list = |name: &str| self.handed_on(name).filter(|v| !v.is_empty()).map(Secret::expose);
        let addresses = list("hostaddr");
        let open = self.hosts.iter().all(|(host, _)| host.is_empty());
        if addresses.is_some() || (open && list("host").is_some()) || self.hosts.is_empty() {
            let ports: Vec<String> = self.hosts.iter().map(|(_, port)| port.to_string()).collect();
            let ports =
                if ports.is_empty() { list("port").map(str::to_owned) } else { Some(ports.join(",")) };
            let hosts = targets(addresses.or_else(|| list("host")), ports.as_deref());
            self.host_is_default &= hosts.iter().all(|(host, _)| host.is_empty());
            self.hosts = hosts;
        }
        self.user = self.user.take().or_else(|| self.handed_on("user").cloned());
        self.password = self.password.take().or_else(|| self.handed_on("password").cloned());
        self
    }
}
