//! The name of an image: whether it runs a PostgreSQL server, and how firmly its tag holds it.

use super::{
    keeping::Keeping,
    tag::{Layout, Release},
};
use crate::{layer::Value, secret::Part, source::Span};

/// An image that a service runs.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "independent facts about one image")]
pub struct Image {
    /// Where the name stands.
    pub span: Span,
    /// The name as it is written, shown when it is one of a PostgreSQL server.
    pub text: Part,
    /// It runs a PostgreSQL server.
    pub server: bool,
    /// Its entrypoint makes role and database of `POSTGRES_USER`, `POSTGRES_PASSWORD` and `POSTGRES_DB`, and nothing else.
    pub official: bool,
    /// What holds it in place.
    pub pinned: Pinned,
    /// The container runs a client and has no data: the server in the image is never started.
    pub client: bool,
    /// The data goes with the container: each one begins anew.
    pub fleeting: bool,
    /// Its entrypoint makes no data directory without a password: docker-library's of February 2020 and later
    /// (docker-library/postgres #658), as far as the tag tells.
    pub wants_password: bool,
    /// Where its data directory is.
    pub layout: Layout,
    /// Where a volume is mounted at `/var/lib/postgresql/data`; of a container of Kubernetes only where nothing moves the data
    /// directory to it.
    pub misplaced: Option<Span>,
    /// Where the server's data are when its container is gone.
    pub keeping: Keeping,
}

/// What holds an image in place.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Pinned {
    /// A digest, a minor release, a release of the system below it, or a tag that is not known here.
    Firmly,
    /// A major release alone: the system below it, and its C library, may change with any pull.
    Major,
    /// Nothing: no tag, or one that always means the newest.
    Nothing,
}

/// Images of a PostgreSQL server by the end of their name, behind any registry; whether the entrypoint is docker-library's.
const SERVERS: &[(&str, bool)] = &[
    ("library/postgres", true),
    ("postgis/postgis", true),
    ("imresamu/postgis", true),
    ("nickblah/postgis", true),
    ("pgvector/pgvector", true),
    ("ankane/pgvector", true),
    ("timescale/timescaledb", true),
    ("timescale/timescaledb-ha", false),
    ("tensorchord/pgvecto-rs", true),
    ("groonga/pgroonga", true),
    ("citusdata/citus", true),
    ("apache/age", true),
    ("bitnami/postgresql", false),
    ("bitnamilegacy/postgresql", false),
    ("supabase/postgres", false),
    ("kartoza/postgis", false),
    ("cimg/postgres", false),
    ("circleci/postgres", false),
    ("paradedb/paradedb", false),
    ("crunchydata/crunchy-postgres", false),
    ("debezium/postgres", true),
];

/// The tags of these count their own releases.
const NUMBERED: &[&str] = &["groonga/pgroonga", "citusdata/citus"];

/// Of these a major release holds the C library too: made on Alpine, which sorts by no library's rules, or an archive.
const SETTLED: &[&str] = &["timescale/timescaledb", "bitnamilegacy/postgresql"];

/// Other servers and proxies as docker-library has them: they are clients of no database, whatever variables they are given.
const OTHERS: &[&str] = &[
    "caddy",
    "elasticsearch",
    "kafka",
    "mailhog",
    "mailpit",
    "mariadb",
    "memcached",
    "minio",
    "mongo",
    "mysql",
    "nginx",
    "rabbitmq",
    "redis",
    "traefik",
    "valkey",
    "zookeeper",
];

impl Image {
    /// Whether it is the image of another kind of server, which logs in nowhere.
    pub fn is_no_client(&self) -> bool {
        let text = self.text.expose();
        let name = text.split([':', '@']).next().unwrap_or_default();
        OTHERS.contains(&name.strip_prefix("bitnami/").unwrap_or(name))
    }
}

/// Servers of other engines, by the last step of an image's name.
const ENGINES: &[(&str, &str)] = &[
    ("mysql", "MySQL"),
    ("mysql-server", "MySQL"),
    ("percona", "MySQL"),
    ("percona-server", "MySQL"),
    ("mariadb", "MariaDB"),
    ("mongo", "MongoDB"),
    ("mongodb", "MongoDB"),
    ("clickhouse", "ClickHouse"),
    ("clickhouse-server", "ClickHouse"),
];

impl Image {
    /// The other engine whose server it is.
    pub(super) fn other_engine(&self) -> Option<&'static str> {
        // `mcr.microsoft.com/mssql/server`
        if self.text.expose().contains("/mssql/") {
            return Some("SQL Server");
        }
        ENGINES.iter().find(|(own, _)| *own == self.own_name()).map(|(_, engine)| *engine)
    }

    /// The last step of its name, without tag and digest.
    pub(super) fn own_name(&self) -> &str {
        let text = self.text.expose();
        let last = text.rsplit('/').next().unwrap_or(text);
        last.split([':', '@']).next().unwrap_or(last)
    }
}

/// Poolers and exporters by a word in the last step of their name: they connect when they are asked, and go on where that fails.
const LATE: &[&str] = &["pgbouncer", "postgres-exporter", "postgres_exporter", "postgres-backup-local"];

/// Programs that save a whole server, by a word in the last step of an image's name.
const SAVING: &[&str] = &[
    "postgres-backup",
    "postgresql-backup",
    "pg-backup",
    "pgbackup",
    "pg_backup",
    "pgbackrest",
    "barman",
    "pg_dump",
    "pgdump",
];

/// What an image is by such a word of its name that is called after a server too.
const HELPERS: &[&str] = &[
    "exporter",
    "backup",
    "restore",
    "dump",
    "upgrade",
    "perms",
    "dashboard",
    "sync",
    "wal",
    "migrate",
    "migrations",
    "migrator",
    "client",
    "init",
    "cli",
    "tools",
    "proxy",
    "operator",
    "api",
    "ui",
    "admin",
    "web",
    "app",
    "job",
    "seed",
    "test",
    "metrics",
    "monitor",
    "archiver",
    "basebackup",
    "cleaner",
    "walg",
    "lb",
    "reports",
    "logs",
];

impl Image {
    /// Whether it administers a server: it has a server's own programs and starts none, or saves all of its data. Such a
    /// program logs in as whoever may do so, and has no tables of its own.
    pub fn administers(&self) -> bool {
        let name = self.own_name();
        self.server && self.client
            || matches!(name, "wal-g" | "walg")
            || SAVING.iter().any(|word| name.contains(word))
    }

    /// Whether its name is that of a server, whoever built it: with a data directory it is one.
    pub(super) fn names_server(&self) -> bool {
        let known = ["postgres", "postgresql", "postgis", "pgvector", "timescale", "timescaledb"];
        let words =
            || self.own_name().split(['-', '_']).map(|w| w.trim_end_matches(|c: char| c.is_ascii_digit()));
        let behind = words().skip_while(|word| !known.contains(word)).skip(1);
        let named = words().any(|word| known.contains(&word));
        named
            && !behind.into_iter().any(|word| HELPERS.contains(&word))
            && !self.administers()
            && !self.client
    }

    /// Whether it connects some time after it was started. `scheduled`: its variables say when it is to do something.
    pub(super) fn connects_late(&self, scheduled: bool) -> bool {
        let text = self.text.expose();
        let last = text.rsplit('/').next().unwrap_or(text);
        LATE.iter().any(|word| last.contains(word)) || scheduled && last.contains("backup")
    }
}

/// Poolers and proxies that lead to a server, by a word in the last step of their name.
const WAYS: &[&str] = &[
    "pgbouncer",
    "odyssey",
    "pgcat",
    "pgpool",
    "pgdog",
    "supavisor",
    "haproxy",
    "socat",
    "cloud-sql-proxy",
    "cloudsql-proxy",
    "gce-proxy",
];

/// Whether a name is that of a pooler or a proxy.
pub(super) fn names_way(name: &str) -> bool {
    WAYS.iter().any(|word| name.contains(word))
}

impl Image {
    /// Whether it runs a pooler or a proxy.
    pub(super) fn is_way(&self) -> bool {
        let text = self.text.expose();
        names_way(text.rsplit('/').next().unwrap_or(text))
    }
}

/// Docker Hub by the last step before an image's name, itself or as the project of a registry that hands its images on.
const HUB: &[&str] = &["docker.io", "index.docker.io", "dockerhub", "docker-hub", "dockerhub-proxy"];

/// Reads a name with its variables put in.
pub(in crate::layer) fn read(value: &Value, span: Span) -> Image {
    let text = value.text.expose().trim();
    let (bare, digest) = text.split_once('@').map_or((text, false), |(bare, _)| (bare, true));
    // A colon before the last slash belongs to the registry's port.
    let slash = bare.rfind('/').map_or(0, |i| i + 1);
    let (path, tag) = match bare[slash..].find(':') {
        Some(colon) => (&bare[..slash + colon], Some(&bare[slash + colon + 1..])),
        None => (bare, None),
    };
    // A registry of one's own hands on what is at Docker Hub: `harbor.acme.io/docker.io/postgres`.
    let of_hub = |of: &str| HUB.contains(&of.rsplit('/').next().unwrap_or(of));
    let official = path == "postgres" || path.strip_suffix("/postgres").is_some_and(of_hub);
    let path = if official { "library/postgres" } else { path };
    let ends = |known: &str| path.strip_suffix(known).is_some_and(|p| p.is_empty() || p.ends_with('/'));
    let server = SERVERS.iter().find(|(known, _)| ends(known));
    let shown = text.len() <= 160
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"./_:@-".contains(&b));
    let known = value.map.iter().all(|s| s.kind != crate::layer::SegmentKind::Elsewhere);
    let release = server.filter(|(_, official)| *official && known && !(digest && tag.is_none()));
    let release = release.filter(|(known, _)| !NUMBERED.contains(known));
    let release = release.and_then(|(known, _)| Release::of(tag, *known == "library/postgres"));
    Image {
        span,
        text: Part::with_proof(text, shown && server.is_some()),
        server: server.is_some(),
        official: server.is_some_and(|(_, official)| *official),
        pinned: match pinned(tag) {
            _ if digest || !known => Pinned::Firmly,
            Pinned::Major if server.is_some_and(|(known, _)| SETTLED.contains(known)) => Pinned::Firmly,
            Pinned::Major if release.is_some_and(Release::is_left) => Pinned::Firmly,
            other => other,
        },
        client: false,
        fleeting: false,
        keeping: Keeping::Kept,
        wants_password: release.is_some_and(Release::wants_password),
        layout: release.map_or(Layout::Unknown, Release::layout),
        misplaced: None,
    }
}

/// `16.4` and `16-bookworm` hold; `16`, `pg16`, `latest-pg16` and `alpine` do not. Of another tag nobody knows.
fn pinned(tag: Option<&str>) -> Pinned {
    let Some(tag) = tag else { return Pinned::Nothing };
    let known = |word: &str| ["latest", "alpine", "bookworm", "trixie", "bullseye"].contains(&word);
    if tag.split('-').all(known) {
        return Pinned::Nothing;
    }
    let tag = tag.strip_prefix("latest-").unwrap_or(tag);
    let number = tag.strip_prefix("pg").unwrap_or(tag);
    let major = !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit());
    if major { Pinned::Major } else { Pinned::Firmly }
}
