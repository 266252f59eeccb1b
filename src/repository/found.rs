//! What all projects of a repository say together, for whoever writes a policy for the whole.

use super::{Ecosystem, Found, Package, Repository};
use crate::{consumer::Consumer, layer::dotenv::Dialect};

impl Repository {
    /// Every client library that reads URLs, with each place that says so; what examples and tests bring does not
    /// count.
    pub fn all_consumers(&self) -> impl Iterator<Item = &Found<Consumer>> {
        self.consumers.iter().filter(|(directory, _)| !directory.is_aside()).map(|(_, found)| found)
    }

    /// Every loader of env files, as [`Repository::all_consumers`].
    pub fn all_loaders(&self) -> impl Iterator<Item = &Found<Dialect>> {
        self.loaders.iter().filter(|loader| !loader.directory.is_aside()).map(|loader| &loader.found)
    }

    /// The first place that asks for one of these packages, in whatever project but examples and tests.
    pub fn asks_for(&self, ecosystem: Ecosystem, names: &[&str]) -> Option<&Package> {
        let asked = |p: &&Package| p.ecosystem == ecosystem && names.contains(&p.name.as_str());
        self.packages.iter().filter(|p| !p.project.is_aside()).find(asked)
    }
}
