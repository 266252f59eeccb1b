//! Whether a server's data outlive its container.

use super::{Image, Mount, Source, given, tag::Layout};
use crate::{layer::tree::Node, source::Span};

/// Where the data of a server are when its container is gone.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Keeping {
    /// In a volume that is mounted for them, in memory because somebody wanted that, or nobody can tell.
    Kept,
    /// Nothing is mounted for them: they are in a volume without a name, which the next container does not get.
    Nowhere,
    /// The same, and what is mounted here is meant for them: the server writes nothing there.
    Beside(Span),
}

/// Where they are by the service's own words; all its `volumes` are among `mounts`. Of an image that is not docker-library's, nor
/// made of it, nobody can tell.
pub(super) fn of(node: &Node, image: &Image, mounts: &[Mount]) -> Keeping {
    let plain = image.official && !image.client && given::is_plain(node);
    let open = |m: &Mount| m.target.expose().contains('$') || !m.target.expose().starts_with('/');
    if !plain || given::is_in_memory(node) || moves_by_command(node) || mounts.iter().any(open) {
        return Keeping::Kept;
    }
    let mut beside = None;
    for mount in mounts.iter().filter(|m| !m.read_only && !matches!(m.source, Source::Other)) {
        match what_is(mount.place(), image.layout) {
            Place::Data => return Keeping::Kept,
            Place::Meant => beside = beside.or(Some(mount.span)),
            Place::Other => {}
        }
    }
    // What is mounted some other way may hold them as well.
    let other = |m: &Mount| {
        matches!(m.source, Source::Other) && !m.read_only && what_is(m.place(), image.layout) != Place::Other
    };
    match beside {
        Some(span) => Keeping::Beside(span),
        None if mounts.iter().any(other) => Keeping::Kept,
        None => Keeping::Nowhere,
    }
}

/// Whether options of the server say where its data are.
fn moves_by_command(node: &Node) -> bool {
    let option = |word: &str| {
        let word = word.replace('-', "_");
        ["data_directory", "config_file", "__pgdata"].iter().any(|name| word.contains(name))
            || word.starts_with("_D")
    };
    given::command(node).split_whitespace().any(option)
}

/// What a place in the container is to a server.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Place {
    /// Its data directory, a part or a parent of it, or what may be one.
    Data,
    /// None of these, and by its name meant to be.
    Meant,
    Other,
}

/// What holds other things of a server than its data.
const OTHER: [&str; 20] = [
    "archive",
    "archives",
    "backup",
    "backups",
    "conf",
    "config",
    "dump",
    "dumps",
    "extension",
    "fixtures",
    "import",
    "init",
    "log",
    "logs",
    "scripts",
    "seed",
    "shared",
    "sql",
    "tablespaces",
    "wal",
];

/// Directories of the system, where no image has a server's data.
const SYSTEM: [&str; 6] = ["/etc/", "/opt/", "/run/", "/tmp/", "/usr/", "/docker-entrypoint"];

fn what_is(path: &str, layout: Layout) -> Place {
    const HOME: &str = "/var/lib/postgresql";
    let below = path.strip_prefix(HOME).and_then(|rest| rest.strip_prefix('/'));
    match (path, below) {
        // The image has a volume of its own below it, at `data` (docker-library/docs, "PGDATA").
        (HOME, _) if layout == Layout::Data => return Place::Meant,
        (HOME | "" | "/var" | "/var/lib", _) | (_, Some("data")) => return Place::Data,
        (_, Some(below)) if below.starts_with("data/") => return Place::Data,
        // `18/docker`, and what may be a release.
        (_, Some(below))
            if layout != Layout::Data && (below.ends_with("/docker") || !below.contains('/')) =>
        {
            return Place::Data;
        }
        // `data2`, `17/main`.
        (_, Some(below)) => {
            let last = below.rsplit('/').next().unwrap_or(below);
            let named = last.starts_with("data") || matches!(last, "main" | "pgdata" | "db");
            return if named && !last.contains('.') { Place::Meant } else { Place::Other };
        }
        _ => {}
    }
    // The places of other images, and of other servers.
    if matches!(path, "/data/db" | "/var/lib/mysql") || path.starts_with("/bitnami/postgresql") {
        return Place::Meant;
    }
    let file = path.rsplit('/').next().is_some_and(|last| last.contains('.'));
    if file || SYSTEM.iter().any(|of| path.starts_with(of)) {
        return Place::Other;
    }
    let lower = path.to_ascii_lowercase();
    let has = |all: &[&str]| lower.split(|c: char| !c.is_ascii_alphabetic()).any(|word| all.contains(&word));
    let named = has(&["postgres", "postgresql", "pgsql", "psql", "pgdata", "pg"]);
    let data = has(&["data", "pgdata", "lib", "db"]);
    if named && data && !has(&OTHER) { Place::Meant } else { Place::Other }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_place_is() {
        let up_to_17 = |path| what_is(path, Layout::Data);
        for data in ["/var/lib/postgresql/data", "/var/lib/postgresql/data/pgdata", "/var/lib"] {
            assert_eq!(up_to_17(data), Place::Data, "{data}");
        }
        for meant in [
            "/var/lib/postgresql",
            "/var/lib/postgres/data",
            "/var/lib/postgresql@17/data",
            "/var/lib/postgresql/data2",
            "/var/lib/pgsql/data",
            "/data/postgres",
            "/data/db",
            "/pgdata",
            "/bitnami/postgresql",
        ] {
            assert_eq!(up_to_17(meant), Place::Meant, "{meant}");
        }
        for other in [
            "/backups",
            "/var/lib/postgresql/backups",
            "/data/postgres/backup",
            "/docker-entrypoint-initdb.d",
            "/data",
            "/etc/postgresql",
            "/var/log/postgresql",
            "/wal-archive",
            "/app",
            "/var/lib/postgresql/server.key",
            "/var/lib/postgresql/.pgpass",
            "/var/lib/postgresql/tablespaces",
            "/var/lib/postgresql/shared",
            "/usr/share/postgresql/tsearch_data",
            "/usr/lib/postgresql/16/lib/x.so",
            "/postgres/data/fixtures",
        ] {
            assert_eq!(up_to_17(other), Place::Other, "{other}");
        }
        for layout in [Layout::Versioned, Layout::Newest, Layout::Unknown] {
            assert_eq!(what_is("/var/lib/postgresql", layout), Place::Data);
            assert_eq!(what_is("/var/lib/postgresql/18/docker", layout), Place::Data);
            assert_eq!(what_is("/var/lib/postgresql/18/data", layout), Place::Meant);
        }
    }
}
