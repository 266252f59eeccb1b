//! What a service has mounted.

use super::{
    INIT, Without, client, is_plain_name,
    service::{beside, text_of},
};
use crate::{
    layer::{carried::Reader, tree::Node},
    secret::Part,
    source::{Span, directory, is_within},
};
use std::collections::BTreeSet;

/// What is mounted into a service.
#[derive(Clone, Debug)]
pub struct Mount {
    /// Where its source stands.
    pub span: Span,
    /// What it is.
    pub source: Source,
    /// Where it is in the container.
    pub target: Part,
    /// Nothing can be written there.
    pub read_only: bool,
    /// It is, or holds, the server's data directory.
    pub data: bool,
    /// It is, or lies in, the directory of scripts that run while the data directory is made.
    pub init: bool,
    /// What comes of it where its source is not there.
    pub without: Without,
}

/// Where the images of other servers have their data.
const OTHERS: [(&str, &str); 3] =
    [("/var/lib/mysql", "MySQL"), ("/data/db", "MongoDB"), ("/var/opt/mssql", "SQL Server")];

impl Mount {
    /// Whether it gives the image a script to be run while the data directory is made.
    pub fn gives(&self, script: &str) -> bool {
        matches!(&self.source, Source::Path(from) if self.init && is_within(script, from.expose()))
    }

    /// Whether it is at `/var/lib/postgresql/data`.
    pub(super) fn is_old_data(&self) -> bool {
        self.place() == client::OLD_DATA
    }

    /// Where it is in the container, without a `/` at its end.
    pub(super) fn place(&self) -> &str {
        self.target.expose().trim_end_matches('/')
    }

    /// The other engine whose data it holds: of a server that is built, nothing else tells.
    pub fn other_engine(&self) -> Option<&'static str> {
        let target = self.place();
        OTHERS.iter().find(|(data, _)| *data == target && !self.read_only).map(|(_, engine)| *engine)
    }

    /// Whether a file of the container lies in it, and outlives the container with it.
    pub fn keeps(&self, path: &str) -> bool {
        let lasting = matches!(self.source, Source::Volume | Source::Path(_)) && !self.read_only;
        let target = self.place();
        lasting && !target.is_empty() && is_within(path, target)
    }

    /// Whether it is among the paths where nothing is, from the directory of its compose file and from the one that it may
    /// mean as well.
    pub fn is_absent(&self, compose: &str, absent: &BTreeSet<String>) -> bool {
        let Source::Path(path) = &self.source else { return false };
        let below = from_below(path.expose(), compose);
        absent.contains(path.expose()) && below.is_none_or(|path| absent.contains(&path))
    }

    /// Whether it is there for who starts the file for the directory above it.
    pub fn is_there_from_above(&self, compose: &str, absent: &BTreeSet<String>) -> bool {
        let Source::Path(path) = &self.source else { return false };
        from_above(path.expose(), compose).is_some_and(|path| !absent.contains(&path))
    }
}

/// Reads an item of `volumes`; none for one without a name and for what is not known.
pub(super) fn read(reader: &mut Reader<'_>, node: &Node) -> Option<Mount> {
    let (source, target, place, read_only) = if node.scalar().is_some() {
        let value = text_of(reader, node)?;
        let text = value.text.expose();
        let (source, rest) = text.split_once(':')?;
        let (target, options) = rest.split_once(':').unwrap_or((rest, ""));
        let place = value.span_of(0..source.len()).unwrap_or(node.span);
        // A volume's name and a path are no secret.
        let shown = is_plain_name(source) && target.split('/').all(|s| s.is_empty() || is_plain_name(s));
        if shown && options.is_empty() && value.span_of(0..text.len()).is_some() {
            reader.reveal_scalar(node.span);
        }
        (source.to_owned(), target.to_owned(), place, options.split(',').any(|option| option == "ro"))
    } else {
        let source = node.get("source")?;
        let target = text_of(reader, node.get("target")?)?.text.expose().to_owned();
        let read_only = node.get("read_only").and_then(Node::text) == Some("true");
        (text_of(reader, source)?.text.expose().to_owned(), target, source.span, read_only)
    };
    let path = source.starts_with(['.', '/', '~']);
    let step = |s: &str| s.is_empty() || is_plain_name(s);
    let plain = |text: &str| text.split('/').all(|s| step(s.trim_start_matches('.')));
    let source = match beside(reader.path, &source) {
        Some(found) if path => {
            if plain(&source) {
                reader.reveal_scalar(place);
            }
            Source::Path(Part::with_proof(found.as_str(), plain(&found)))
        }
        Some(_) if is_volume(&source) => Source::Volume,
        _ => Source::Other,
    };
    let init = is_within(&target, INIT);
    // A server writes.
    let data = client::holds_data(&target) && !read_only;
    let without = Without::of(&target);
    Some(Mount { span: place, source, target: Part::masked(target), read_only, data, init, without })
}

fn is_volume(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphanumeric())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"_.-".contains(&b))
}

/// Where a path from above a compose file leads that is started together with others: `../init.sql` is meant from the directory
/// of the first of them, which is mostly one below: what stands behind `../` is then beside the file. None for what lies below the file.
pub fn from_below(path: &str, compose: &str) -> Option<String> {
    let here = directory(compose);
    let rest = path.strip_prefix(directory(here))?;
    (!path.starts_with(here)).then(|| format!("{here}{rest}"))
}

/// Where a path leads if the file is started for the directory above its own (`--project-directory .`), or copied there:
/// `./docker/init.sql` of `infra/compose.yml`. None for a file at the top, and for what lies elsewhere.
pub fn from_above(path: &str, compose: &str) -> Option<String> {
    let here = directory(compose);
    let rest = path.strip_prefix(here).filter(|_| !here.is_empty())?;
    Some(format!("{}{rest}", directory(here)))
}

/// What is mounted.
#[derive(Clone, Debug)]
pub enum Source {
    /// A volume with a name, which outlives its container.
    Volume,
    /// A path below the compose file's directory, or beside it: as the run names its files, shown when it is plain.
    Path(Part),
    /// Something else.
    Other,
}
