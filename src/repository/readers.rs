//! Which loaders read an env file, as far as the manifests say.

use super::{Found, Loader, Reads, Repository, index::name_of, place::Directory};
use crate::{layer::dotenv::Dialect, source::Span};
use std::collections::BTreeSet;

/// A loader that reads some env file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Reader {
    /// The loader, and who says so.
    pub found: Found<Dialect>,
    /// It reads these variables alone; none: all.
    pub only: Option<BTreeSet<String>>,
}

/// The loaders of one env file.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Readers {
    /// Libraries first, then what names the file.
    pub readers: Vec<Reader>,
    /// They are known to read this very file, not only some file of a project further down.
    pub sure: bool,
}

impl Repository {
    /// The variable that the command at a place gives libpq. Somebody's own word, not to be shown.
    pub fn variable_given(&self, span: Span) -> Option<&str> {
        self.given.get(&span).map(String::as_str)
    }

    /// The loaders that read an env file.
    pub fn readers(&self, path: &str, dev: bool) -> Readers {
        if self.loaders.is_empty() {
            return Readers::default();
        }
        let name = name_of(path);
        // A library opens these by itself; any other file is named somewhere.
        let usual = name == ".env"
            || [".env.", ".env-", ".env_"].iter().any(|start| name.starts_with(start))
            || matches!(name, ".flaskenv" | "<stdin>");
        let directory = Directory::of(path);
        let here = self.project(&directory);
        let counted = |l: &&Loader| dev || !l.found.dev;
        // honcho opens `.env`, and else what it is given by name (`honcho/command.py`).
        let opens = |l: &&Loader| l.found.value != Dialect::Honcho || name == ".env";
        let library = |mut places: Vec<usize>| -> Vec<Reader> {
            places.sort_unstable();
            let of = places.into_iter().map(|i| &self.loaders[i]).filter(counted).filter(opens);
            of.map(|l| Reader { found: l.found.clone(), only: None }).collect()
        };
        let own = if usual { self.places(&here).libraries.clone() } else { Vec::new() };
        let mut readers = library(own);
        let naming = self.by_file.get(&Directory::of_file(path)).into_iter().flatten();
        let naming = naming.map(|i| &self.loaders[*i]);
        for loader in naming.filter(counted) {
            let only = match &loader.reads {
                Reads::File(file) if name_of(file) == name && loader.directory.reaches(file, path) => None,
                Reads::Beside(names) if name == ".env" && loader.directory == directory => {
                    Some(names.clone())
                }
                _ => continue,
            };
            readers.push(Reader { found: loader.found.clone(), only });
        }
        let sure = !readers.is_empty();
        if readers.is_empty() && usual {
            readers = library(self.places_below(&here).flat_map(|p| p.libraries.iter().copied()).collect());
        }
        let mut seen = BTreeSet::new();
        readers.retain(|r| seen.insert((r.found.value, r.only.clone())));
        Readers { sure: sure || readers.len() == 1, readers }
    }
}
