//! Where a host is, seen from the service: decides how strict the transport rules are.

use crate::layer::kubernetes::is_domain;
use std::net::IpAddr;

/// The class of a host, the mildest first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum HostClass {
    /// Loopback or a Unix socket.
    Local,
    /// A single label, `.local`, `.internal`, `.svc`, `.flycast`, `.home.arpa` (RFC 8375) and its like, RFC 1918, 4193 and 6598,
    /// link-local.
    Private,
    /// Everything else, and every managed service.
    Public,
}

impl HostClass {
    /// The class of a host as libpq reads it: a name, an address, or a socket directory. A port that somebody wrote behind
    /// a name changes nothing of where it is.
    pub fn of(host: &str) -> Self {
        if is_socket(host) {
            return Self::Local;
        }
        let host = with_port(host).map_or(host, |(host, _)| host);
        let bare = host.trim_start_matches('[').trim_end_matches(']');
        let bare = bare.split_once('%').map_or(bare, |(address, _zone)| address);
        // Most names have a letter that no address has.
        let numeric = bare.bytes().all(|b| b.is_ascii_hexdigit() || matches!(b, b'.' | b':'));
        if numeric && let Ok(address) = bare.parse::<IpAddr>() {
            return Self::of_address(address);
        }
        let name = bare.trim_end_matches('.');
        let ends = |suffix: &str| {
            let from = name.len().checked_sub(suffix.len());
            from.is_some_and(|from| name.as_bytes()[from..].eq_ignore_ascii_case(suffix.as_bytes()))
        };
        if name.eq_ignore_ascii_case("localhost") || ends(".localhost") {
            return Self::Local;
        }
        let private = !name.contains('.') || PRIVATE_SUFFIXES.iter().any(|s| ends(s));
        if private { Self::Private } else { Self::Public }
    }

    /// One word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Local => "local",
            Self::Private => "private",
            Self::Public => "public",
        }
    }

    /// The class of an address.
    pub fn of_address(address: IpAddr) -> Self {
        let address = address.to_canonical();
        let private = match address {
            _ if address.is_loopback() || address.is_unspecified() => return Self::Local,
            // RFC 6598, where a VPN has its addresses.
            IpAddr::V4(a) => {
                a.is_private() || a.is_link_local() || matches!(a.octets(), [100, 64..=127, _, _])
            }
            IpAddr::V6(a) => a.is_unique_local() || a.is_unicast_link_local(),
        };
        if private { Self::Private } else { Self::Public }
    }
}

/// Whether libpq takes a host for the directory of a Unix socket, or for an abstract one. The empty one is its
/// default directory.
pub fn is_socket(host: &str) -> bool {
    host.is_empty() || host.starts_with(['/', '@'])
}

/// What a list of hosts says of where they are. What a program fills in (`{{ … }}`, `<%= … %>`) may be any host: none,
/// unless the domain stands behind it.
pub fn without_template(hosts: &str) -> Option<&str> {
    let end = ["}}", "%>", "%}"].iter().filter_map(|close| hosts.rfind(close)).max();
    let Some(end) = end.filter(|_| ["{{", "<%", "{%"].iter().any(|open| hosts.contains(open))) else {
        return Some(hosts);
    };
    let rest = &hosts[end + 2..];
    rest.find('.').map(|dot| &rest[dot..])
}

/// Whether a name is what Docker and Podman call the machine that a container runs on.
pub(super) fn is_own_machine(host: &str) -> bool {
    ["host.docker.internal", "gateway.docker.internal", "host.containers.internal"]
        .iter()
        .any(|name| host.eq_ignore_ascii_case(name))
}

/// Whether two names lead to one host.
pub(super) fn is_same_host(a: &str, b: &str) -> bool {
    let loopback = |host: &str| !is_socket(host) && HostClass::of(host) == HostClass::Local;
    a.eq_ignore_ascii_case(b) || loopback(a) && loopback(b)
}

/// Whether one is the other without the network that it is in: Docker gives a container both names, `shop-db` and
/// `shop-db.backend`.
pub(super) fn is_short_for(a: &str, b: &str) -> bool {
    let short = |a: &str, b: &str| {
        let rest = b.get(a.len()..).filter(|_| !a.is_empty() && !a.contains('.'));
        let network = rest.and_then(|rest| rest.strip_prefix('.'));
        let named = |n: &str| !n.contains('.') && !is_domain(n);
        let called = !a.eq_ignore_ascii_case("localhost") && a.starts_with(|c: char| c.is_ascii_alphabetic());
        called && network.is_some_and(|n| named(n) && b[..a.len()].eq_ignore_ascii_case(a))
    };
    short(a, b) || short(b, a)
}

/// A host and the port behind it, as in `DB_HOST=localhost:5432` for a URL that is put together.
pub(super) fn with_port(host: &str) -> Option<(&str, &str)> {
    let port = |port: &str| !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit());
    host.split_once(':').filter(|(_, rest)| port(rest))
}

/// Whether a host name belongs to a hosted PostgreSQL service, by its suffix.
pub fn is_managed(host: &str) -> bool {
    let name = host.trim_end_matches('.').to_ascii_lowercase();
    MANAGED_SUFFIXES.iter().any(|s| name.ends_with(s))
}

/// Whether a host name asks to be replaced: `host`, `your-rds-instance.us-east-1.rds.amazonaws.com`,
/// `app.xxxxx.us-east-1.rds.amazonaws.com`, `db.[YOUR-PROJECT-REF].supabase.co`. `db` and `example.com` do not.
pub fn is_placeholder(host: &str) -> bool {
    let name = host.trim_end_matches('.').to_ascii_lowercase();
    if is_socket(host) {
        return false;
    }
    let filled = |label: &str| label.len() >= 4 && label.bytes().all(|b| b == b'x');
    // `ep-xxx.neon.tech`
    let crossed = |label: &str| {
        let rest = label.split_once('-').map(|(_, rest)| rest);
        rest.is_some_and(|rest| rest.len() >= 3 && rest.bytes().all(|b| b == b'x'))
    };
    let asks = |label: &str| {
        // Most labels begin and end otherwise than all of these.
        let begins = matches!(
            label.as_bytes().first(),
            Some(b'y' | b'c' | b'p' | b'r' | b'x' | b'1' | b'[' | b']' | b'm')
        );
        if !begins && !label.trim_end_matches(['[', ']']).ends_with("placeholder") {
            return false;
        }
        let mut words = label.split(['-', '_']).map(|w| w.trim_matches(['[', ']']));
        let (first, second) = (words.next().unwrap_or_default(), words.next());
        filled(label)
            || matches!(first, "your" | "changeme" | "placeholder" | "replaceme")
            || words.next_back().or(second) == Some("placeholder")
            || matches!((first, second), ("change", Some("me")) | ("project", Some("ref")))
            || PLACEHOLDER_LABELS.contains(&label)
            // The account of AWS' own examples.
            || label == "123456789012"
    };
    // `postgresql://...` leaves the rest out.
    name.is_empty()
        || PLACEHOLDERS.contains(&name.as_str())
        || name.split('.').any(asks)
        // `ep-your-endpoint.neon.tech`
        || name.contains("-your-")
        || name.contains("-xxx") && is_managed(&name) && name.split('.').any(crossed)
}

/// Whether a host name is one of documents: the domains that RFC 2606 and RFC 6761 keep for them.
pub fn is_documentation(host: &str) -> bool {
    let name = host.trim_end_matches('.').to_ascii_lowercase();
    let within = |domain: &str| name.strip_suffix(domain).is_some_and(|r| r.is_empty() || r.ends_with('.'));
    // RFC 5737 has the addresses.
    let address = name.parse::<std::net::Ipv4Addr>().map(|address| address.octets());
    matches!(address, Ok([192, 0, 2, _] | [198, 51, 100, _] | [203, 0, 113, _]))
        || DOCUMENTATION.iter().any(|domain| within(domain))
}

/// Whether a host is a service's name in the cluster that it is dialled from: `db.shop.svc`, `db.shop.svc.cluster.local`.
pub(super) fn is_service_of_cluster(host: &str) -> bool {
    let name = host.trim_end_matches('.').to_ascii_lowercase();
    name.split('.').skip(1).any(|label| label == "svc")
}

/// Whether a number is one at which PostgreSQL or a pooler is published: 5432, 6432, Supabase's 6543 and their like.
pub(super) fn is_port_of_ours(port: &str) -> bool {
    ["43", "654"].iter().any(|own| port.contains(own))
}

/// Whether a name means another server in each network that it is looked up in: a cluster's, a link's, a private network
/// of a hosting service.
pub(super) fn is_scoped(host: &str) -> bool {
    let name = host.trim_end_matches('.').to_ascii_lowercase();
    SCOPED.iter().any(|s| name.ends_with(s))
}

const DOCUMENTATION: &[&str] =
    &["example.com", "example.org", "example.net", "example", "test", "invalid", "localhost"];

const SCOPED: &[&str] = &[".svc", ".cluster.local", ".local", ".railway.internal", ".flycast"];

/// Names that templates have where a host belongs, when they stand alone.
const PLACEHOLDERS: &[&str] = &[
    "host",
    "hostname",
    "host_name",
    "host-name",
    "db-host",
    "db_host",
    "dbhost",
    "database-host",
    "database_host",
    "my-host",
    "myhost",
    "some-host",
    "somehost",
    "the-host",
    "host.domain",
    "postgres-host",
    "postgres_host",
    "pg-host",
    "pg_host",
    "server-address",
    "endpoint",
];

/// Labels that nobody gives to a machine.
const PLACEHOLDER_LABELS: &[&str] = &[
    "yourhost",
    "yourserver",
    "yourdomain",
    "yourdb",
    "yourdatabase",
    "yourproject",
    "yourinstance",
    "yourcompany",
    "mock",
];

/// Names that the services themselves hand out in their connection strings.
const MANAGED_SUFFIXES: &[&str] = &[
    ".rds.amazonaws.com",
    ".rds.amazonaws.com.cn",
    ".on.aws",
    ".postgres.database.azure.com",
    ".postgres.cosmos.azure.com",
    ".supabase.co",
    ".supabase.com",
    ".neon.tech",
    ".render.com",
    ".ondigitalocean.com",
    ".aivencloud.com",
    ".timescale.com",
    ".crunchybridge.com",
    ".cockroachlabs.cloud",
    ".rlwy.net",
    ".railway.app",
    ".vercel-storage.com",
    ".xata.sh",
    ".psdb.cloud",
    ".gigalixirapp.com",
    ".elephantsql.com",
    ".scw.cloud",
    ".appdomain.cloud",
];

/// No domain of the public tree ends in these. `postgres.default` and `db.database` are a service and its namespace
/// (Kubernetes' DNS specification).
const PRIVATE_SUFFIXES: &[&str] = &[
    ".local",
    ".internal",
    ".svc",
    ".flycast",
    ".ddev.site",
    ".docker",
    ".fritz.box",
    ".home.arpa",
    ".lan",
    ".lndo.site",
    ".localtest.me",
    ".lvh.me",
    ".default",
    ".postgres",
    ".postgresql",
    ".database",
    ".databases",
    ".db",
    ".production",
    ".staging",
    ".backend",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes() {
        let of = HostClass::of;
        for local in [
            "",
            "/var/run/postgresql",
            "localhost",
            "127.0.0.1",
            "::1",
            "[::1]",
            "127.8.0.9",
            "db.localhost",
            "@abstract",
            "::ffff:127.0.0.1",
            "localhost:8080",
        ] {
            assert_eq!(of(local), HostClass::Local, "{local}");
        }
        for private in [
            "db",
            "postgres-dev",
            "db.internal",
            "x.svc",
            "a.b.svc.cluster.local",
            "10.0.0.5",
            "192.168.1.1",
            "fd00::1",
            "fe80::1%eth0",
            "app.flycast",
            "app.railway.internal.",
            "10.0.0.5:5432",
        ] {
            assert_eq!(of(private), HostClass::Private, "{private}");
        }
        for public in
            ["db.example.com", "x.rds.amazonaws.com", "8.8.8.8", "2001:db8::1", "internal.example.com"]
        {
            assert_eq!(of(public), HostClass::Public, "{public}");
        }
    }

    #[test]
    fn documents_have_domains_of_their_own() {
        for yes in ["db.example.com", "EXAMPLE.org", "pg.shop.test", "db.example"] {
            assert!(is_documentation(yes), "{yes}");
        }
        for no in ["db.myexample.com", "example.io", "latest", "db.contest"] {
            assert!(!is_documentation(no), "{no}");
        }
    }

    #[test]
    fn placeholders() {
        for yes in [
            "host",
            "HOST",
            "db-host",
            "your-rds-instance.us-east-1.rds.amazonaws.com",
            "startup-web-app.xxxxx.us-east-1.rds.amazonaws.com",
            "db.[your-project-ref].supabase.co",
            "db.your-project-ref.supabase.co",
            "yourserver.postgres.database.azure.com",
            "ep-xxx.neon.tech",
        ] {
            assert!(is_placeholder(yes), "{yes}");
        }
        for no in [
            "",
            "db",
            "postgres",
            "localhost",
            "/var/run/host",
            "db.example.com",
            "host1",
            "host.docker.internal",
            "xxl.internal",
            "db-xxl.internal",
            "db.movies-xxx.com",
            "ep-cool-name-xxx.eu-central-1.aws.neon.tech",
            "db-xxxl3.internal",
            "yourls.example.com",
            "db-host-1",
            "[::1]",
        ] {
            assert!(!is_placeholder(no), "{no}");
        }
    }

    #[test]
    fn managed() {
        for yes in ["x.eu-west-1.rds.amazonaws.com", "db.abc.supabase.co.", "EP-x.eu.aws.neon.tech"] {
            assert!(is_managed(yes), "{yes}");
        }
        for no in ["rds.amazonaws.com.example.org", "neon.tech", "db.example.com", "10.0.0.1", ""] {
            assert!(!is_managed(no), "{no}");
        }
    }
}
