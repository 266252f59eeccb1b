//! What docker compose gives a service beside its volumes: `configs` and `secrets`.

use super::{
    INIT,
    client::holds_data,
    image::{Image, Pinned},
    mount::{Mount, Source},
    service::{beside, items, text_of},
};
use crate::{
    layer::{Layer, carried::Reader, tree::Node},
    secret::Part,
    source::{Span, is_within},
};
use std::collections::BTreeSet;

/// What `configs` mount with a target of their own: a script, if it lies where those are.
pub(super) fn config(reader: &mut Reader<'_>, root: &Node, node: &Node) -> Option<Mount> {
    let target = text_of(reader, node.get("target")?)?;
    let init = target.text.expose().strip_prefix(INIT).is_some_and(|rest| rest.starts_with('/'));
    let named = node.get("source")?;
    let file = root.at(&["configs", named.text()?, "file"]);
    let path = file.and_then(|file| text_of(reader, file)).and_then(|t| beside(reader.path, t.text.expose()));
    let source = path.map_or(Source::Other, |path| Source::Path(Part::masked(path)));
    let without = Without::Refused;
    let span = file.unwrap_or(named).span;
    Some(Mount {
        span,
        source,
        target: Part::masked(target.text.clone()),
        data: false,
        read_only: true,
        init,
        without,
    })
}

/// What comes of a mount whose source is not there.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Without {
    /// The container is not made: a config must be there.
    Refused,
    /// The server's image runs the directory that docker makes as a script, and that ends it.
    Ends,
    /// Nobody notices the directory that docker makes.
    Nothing,
}

impl Without {
    /// By where it is mounted. The image runs what lies in its directory itself, and passes over other names.
    pub(super) fn of(target: &str) -> Self {
        let name = target.strip_prefix(INIT).and_then(|rest| rest.strip_prefix('/'));
        let script = |name: &str| SCRIPTS.iter().any(|end| name.ends_with(end)) && !name.contains('/');
        if name.is_some_and(script) { Self::Ends } else { Self::Nothing }
    }
}

const SCRIPTS: [&str; 5] = [".sh", ".sql", ".sql.gz", ".sql.xz", ".sql.zst"];

/// Where docker mounts secrets.
const SECRETS: &str = "/run/secrets/";

/// Variables that name the file of a secret which the service is not given.
pub(super) fn ungranted(node: &Node, variables: &Layer, mounts: &[Mount]) -> Vec<(String, Span)> {
    let mut granted = BTreeSet::new();
    for item in items(node, "secrets") {
        let text = |key: &str| item.get(key).and_then(Node::text);
        let Some(name) = text("target").or_else(|| text("source")).or_else(|| item.text()) else { continue };
        granted.insert(name.strip_prefix(SECRETS).unwrap_or(name));
    }
    // What is mounted there otherwise, nobody knows.
    let plain = mounts.iter().all(|m| m.data || m.init) && node.get("tmpfs").is_none();
    let missing = |path: &str| {
        path.strip_prefix(SECRETS).is_some_and(|name| !name.contains('$') && !granted.contains(name))
    };
    let named = variables.entries.iter().filter(|e| e.key.ends_with("_FILE") && plain && e.value.is_known());
    named.filter(|e| missing(e.value.text.expose())).map(|e| (e.key.clone(), e.value_span)).collect()
}

/// Whether a server keeps its data in memory, so that they are gone with the container.
pub(super) fn is_in_memory(node: &Node) -> bool {
    let holds =
        |path: Option<&str>| path.is_some_and(|path| holds_data(path.split(':').next().unwrap_or(path)));
    let mount = |item: &Node| {
        item.get("type").and_then(Node::text) == Some("tmpfs")
            && holds(item.get("target").and_then(Node::text))
    };
    holds(node.get("tmpfs").and_then(Node::text))
        || items(node, "tmpfs").any(|item| holds(item.text()))
        || items(node, "volumes").any(mount)
}

/// The command of a service as one line.
pub(super) fn command(node: &Node) -> String {
    let command = node.get("command").map(|node| match node.text() {
        Some(text) => text.to_owned(),
        None => node.items().iter().filter_map(|n| n.text()).collect::<Vec<_>>().join(" "),
    });
    command.unwrap_or_default()
}

/// Whether a server starts as its image does, with options at most.
pub(super) fn is_plain(node: &Node) -> bool {
    let command = command(node);
    let own = node.get("entrypoint").is_none() && !command.contains('$');
    own && (command.is_empty() || command.starts_with("postgres") || command.starts_with('-'))
}

/// Whether a server has no TLS: its image has it off, and nothing here says more of the server's settings.
pub(super) fn is_clear(node: &Node, variables: &Layer, mounts: &[Mount]) -> bool {
    let command = command(node);
    let plain = is_plain(node);
    // The command comes before every file.
    if plain && ["ssl=off", "ssl=false", "ssl=0"].iter().any(|off| command.contains(off)) {
        return true;
    }
    let silent = ["ssl", "config_file", "data_directory", "-D"].iter().all(|word| !command.contains(word));
    let initdb = "POSTGRES_INITDB_ARGS";
    let told = variables.entry(initdb).is_some() || variables.reads.iter().any(|r| r.variable == initdb);
    let files = mounts.iter().any(|m| m.init || !m.data) || node.get("configs").is_some();
    plain && silent && !told && !files && node.get("env_file").is_none()
}

/// Where databases are made to sort by the bytes, no C library has a say in that: a major release holds all that matters.
pub(super) fn hold(image: &mut Image, variables: &Layer) {
    let Some(args) = variables.entry("POSTGRES_INITDB_ARGS") else { return };
    let words: Vec<&str> =
        args.value.text.expose().split([' ', '=', '\'', '"']).filter(|w| !w.is_empty()).collect();
    // The order of the words does not count, but `--lc-collate` does before `--locale`.
    let of = |option: &str| words.windows(2).rev().find(|w| w[0] == option).map(|w| w[1]);
    let none = words.contains(&"--no-locale").then_some("C");
    let collation = of("--lc-collate").or_else(|| of("--locale")).or(none);
    let by_bytes =
        matches!(collation, Some("C" | "POSIX")) && of("--locale-provider").is_none_or(|p| p == "libc");
    if by_bytes && image.pinned == Pinned::Major {
        image.pinned = Pinned::Firmly;
    }
}

/// The directory that a service is built from.
pub(super) fn context(reader: &Reader<'_>, node: &Node) -> Option<String> {
    let build = node.get("build")?;
    let text = |node: &Node| Some(text_of(reader, node)?.text.expose().to_owned());
    let context = match build.get("context") {
        Some(context) => text(context)?,
        None => text(build).unwrap_or_else(|| ".".to_owned()),
    };
    beside(reader.path, &context)
}

/// Whether nothing but the directory that a service is built from comes into its container. What is mounted of the same
/// directory brings nothing.
pub(super) fn is_sealed(node: &Node, context: Option<&str>, mounts: &[Mount]) -> bool {
    let inside = |path: &Part| context.is_some_and(|context| is_within(path.expose(), context));
    let outside = |m: &Mount| matches!(&m.source, Source::Path(path) if !inside(path));
    node.at(&["build", "additional_contexts"]).is_none() && !mounts.iter().any(outside)
}

/// The path of the Dockerfile of a service that is built.
pub(super) fn built_from(reader: &Reader<'_>, node: &Node) -> Option<String> {
    let named = node.get("build")?.get("dockerfile");
    let text = |node: &Node| Some(text_of(reader, node)?.text.expose().to_owned());
    let dockerfile = named.map_or(Some("Dockerfile".to_owned()), text)?;
    let directory = context(reader, node)?;
    beside(&if directory.is_empty() { "x".to_owned() } else { format!("{directory}/x") }, &dockerfile)
}

/// The stage that a service is built up to.
pub(super) fn target(node: &Node) -> Option<String> {
    Some(node.get("build")?.get("target")?.text()?.to_ascii_lowercase())
}
