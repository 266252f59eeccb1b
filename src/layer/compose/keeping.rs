//! Whether a server's data outlive its container.

use super::{FEW, Image, Mount, Source, given, name, service::items, tag::Layout};
use crate::{layer::tree::Node, secret::Part, source::Span};

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

/// The same of a container of Kubernetes with such an image that goes on; `object` has the template of its pod, with `spec`. Where a
/// parent of the data directory is mounted, it is the runtime that decides (`image_volumes` of CRI-O, containerd), and an
/// empty directory at it was chosen.
pub(in crate::layer) fn of_container(object: &Node, spec: &Node, container: &Node, image: &Image) -> Keeping {
    let words = || items(container, "args").filter_map(|n| n.text());
    let plain =
        container.get("command").is_none() && words().next().is_none_or(|first| first.starts_with('-'));
    // A pod by itself is nobody's that lasts.
    let lasts = matches!(text(object, "kind"), "Deployment" | "StatefulSet" | "ReplicaSet");
    let none = object.at(&["spec", "replicas"]).and_then(Node::text) == Some("0");
    // A patch takes away.
    let gone = none || object.get("$patch").is_some() || container.get("$patch").is_some();
    let named = ["name", "namespace"].iter().filter_map(|key| object.at(&["metadata", key])?.text());
    let tried = named.map(name).any(|part| is_for_a_while(&part));
    let few = [(container, "volumeMounts"), (spec, "volumes")]
        .iter()
        .all(|(node, key)| items(node, key).count() <= FEW);
    if gone || !few || !image.official || image.client || !plain || !lasts || tried || words().any(is_move) {
        return Keeping::Kept;
    }
    let claims = object.at(&["spec", "volumeClaimTemplates"]).map(Node::items).unwrap_or_default();
    let is_claim =
        |of: &str| claims.iter().any(|c| c.at(&["metadata", "name"]).and_then(Node::text) == Some(of));
    let is_of_objects = |v: &Node| {
        ["configMap", "secret", "projected", "downwardAPI"].iter().any(|kind| v.get(kind).is_some())
    };
    let (mut beside, mut mounted) = (None, false);
    for mount in items(container, "volumeMounts") {
        let (of, path) = (text(mount, "name"), text(mount, "mountPath"));
        let volume = items(spec, "volumes").find(|v| text(v, "name") == of);
        if !path.starts_with('/') || path.contains('$') || volume.is_none() && !is_claim(of) {
            return Keeping::Kept;
        }
        if volume.is_some_and(is_of_objects) {
            continue;
        }
        let path = path.trim_end_matches('/');
        match what_is(path, image.layout) {
            Place::Data => return Keeping::Kept,
            _ if path == HOME => return Keeping::Kept,
            Place::Meant => beside = beside.or(mount.get("mountPath").map(|n| n.span)),
            Place::Other => {}
        }
        mounted = true;
    }
    let moved = items(container, "env").any(|e| e.get("name").and_then(Node::text) == Some("PGDATA"))
        || items(container, "envFrom").next().is_some();
    match beside {
        // Where variables may have the data, in what is mounted for them.
        _ if mounted && moved => Keeping::Kept,
        Some(span) => Keeping::Beside(span),
        None => Keeping::Nowhere,
    }
}

fn text<'n>(node: &'n Node, key: &str) -> &'n str {
    node.get(key).and_then(Node::text).unwrap_or_default()
}

/// Whether nobody means to keep what a server of such a name holds: for tests, or a copy of another server.
pub fn is_for_a_while(name: &Part) -> bool {
    const WORDS: [&str; 10] =
        ["tmp", "temp", "shadow", "replica", "standby", "slave", "demo", "cache", "preview", "ephemeral"];
    name.secret().names_tests() || name.secret().has_word(&WORDS).is_some()
}

/// Whether options of the server say where its data are.
fn moves_by_command(node: &Node) -> bool {
    given::command(node).split_whitespace().any(is_move)
}

fn is_move(word: &str) -> bool {
    let word = word.replace('-', "_");
    ["data_directory", "config_file", "__pgdata"].iter().any(|name| word.contains(name))
        || word.starts_with("_D")
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

/// Where docker-library's images have a server's home.
const HOME: &str = "/var/lib/postgresql";

fn what_is(path: &str, layout: Layout) -> Place {
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
