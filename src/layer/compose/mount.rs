//! What a service has mounted.

use super::Without;
use crate::{secret::Part, source::Span};
use std::collections::BTreeSet;

/// What is mounted into a service.
#[derive(Clone, Debug)]
pub struct Mount {
    /// Where its source stands.
    pub span: Span,
    /// What it is.
    pub source: Source,
    /// It is, or holds, the server's data directory.
    pub data: bool,
    /// It is, or lies in, the directory of scripts that run while the data directory is made.
    pub init: bool,
    /// What comes of it where its source is not there.
    pub without: Without,
}

impl Mount {
    /// Whether it is among the paths where nothing is.
    pub fn is_absent(&self, absent: &BTreeSet<String>) -> bool {
        matches!(&self.source, Source::Path(path) if absent.contains(path.expose()))
    }
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
