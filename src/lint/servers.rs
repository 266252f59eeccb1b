//! Which servers stand in containers beside what a file configures: what it connects to there is no hop over a network.

use crate::{
    layer::{Carried, Structure},
    secret::Part,
};
use std::collections::BTreeMap;

/// Names of the PostgreSQL servers that compose files start, by what they are known to.
#[derive(Default)]
pub(super) struct Servers<'c> {
    /// By the directory of the compose file, with its slash.
    beside: BTreeMap<&'c str, Vec<&'c Part>>,
    /// By the path of an env file that one of its services is given.
    handed: BTreeMap<&'c str, Vec<&'c Part>>,
}

impl<'c> Servers<'c> {
    pub(super) fn of(carried: &'c [Carried]) -> Self {
        let mut out = Self::default();
        for file in carried {
            let Structure::Compose(compose) = &file.structure else { continue };
            let hosts: Vec<&Part> =
                compose.services.iter().filter(|s| s.server).flat_map(|s| &s.hosts).collect();
            if hosts.is_empty() {
                continue;
            }
            out.beside.entry(directory(&file.path)).or_default().extend(&hosts);
            for path in compose.env_files() {
                out.handed.entry(path).or_default().extend(&hosts);
            }
        }
        out
    }

    /// Whether a host is one of them to the file of a path: of a compose file in its directory or above it.
    pub(super) fn has(&self, path: &str, host: &Part) -> bool {
        if self.beside.is_empty() {
            return false;
        }
        let mut here = Some(directory(path));
        let above = std::iter::from_fn(|| {
            let directory = here?;
            here = (!directory.is_empty()).then(|| self::directory(directory.trim_end_matches(['/', '\\'])));
            Some(directory)
        });
        let mut known = above.filter_map(|d| self.beside.get(d)).chain(self.handed.get(path)).flatten();
        known.any(|name| host.same_as(name))
    }
}

/// The directory of a path, with its slash.
fn directory(path: &str) -> &str {
    &path[..path.rfind(['/', '\\']).map_or(0, |i| i + 1)]
}
