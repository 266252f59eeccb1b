//! Where to find what is known of one project, so that a repository of thousands of them takes no longer for each.

use super::{Package, Reads, Repository, place::Directory};
use std::collections::BTreeMap;

/// Places in the lists of a [`Repository`] that belong to one project.
#[derive(Clone, Default, Debug)]
pub(super) struct Places {
    pub(super) packages: Vec<usize>,
    pub(super) consumers: Vec<usize>,
    pub(super) libraries: Vec<usize>,
}

impl Repository {
    /// To be called when everything is known.
    pub(super) fn index(&mut self) {
        let mut places: BTreeMap<Directory, Places> = BTreeMap::new();
        for (i, package) in self.packages.iter().enumerate() {
            places.entry(package.project.clone()).or_default().packages.push(i);
        }
        for (i, (project, _)) in self.consumers.iter().enumerate() {
            places.entry(project.clone()).or_default().consumers.push(i);
        }
        for (i, loader) in self.loaders.iter().enumerate() {
            match &loader.reads {
                Reads::Project => places.entry(loader.project.clone()).or_default().libraries.push(i),
                Reads::File(file) => {
                    for path in loader.directory.reached(file) {
                        self.by_file.entry(path).or_default().push(i);
                    }
                }
                Reads::Beside(_) => {
                    let path = loader.directory.join(".env");
                    self.by_file.entry(path).or_default().push(i);
                }
            }
        }
        self.by_project = places;
        for (i, package) in self.packages.iter().enumerate().filter(|(_, p)| !p.project.is_aside()) {
            let asked = self.asked.entry(package.ecosystem).or_default();
            // The first of a name is found by it.
            if !asked.contains_key(&package.name) {
                asked.insert(package.name.clone(), i);
            }
        }
        self.ecosystems = self.asked.keys().copied().collect();
    }

    /// What is known of a project itself.
    pub(super) fn places(&self, project: &Directory) -> &Places {
        static NONE: Places = Places { packages: Vec::new(), consumers: Vec::new(), libraries: Vec::new() };
        self.by_project.get(project).unwrap_or(&NONE)
    }

    /// What is known of the projects below one, but for examples and tests.
    pub(super) fn places_below<'r>(&'r self, project: &'r Directory) -> impl Iterator<Item = &'r Places> {
        // What lies below one follows it in the order of names; of a directory above the first it does not.
        let (near, far) = if project.is_above() {
            (None, Some(self.by_project.iter().filter(|(d, _)| project.holds(d))))
        } else {
            (Some(self.by_project.range(project.clone()..).take_while(|(d, _)| project.holds(d))), None)
        };
        let below = near.into_iter().flatten().chain(far.into_iter().flatten());
        below.filter(|(d, _)| !d.is_aside()).map(|(_, places)| places)
    }

    /// The packages of one project.
    pub(super) fn of_project<'r>(
        &'r self,
        project: &Directory,
    ) -> impl Iterator<Item = &'r Package> + use<'r> {
        self.places(project).packages.iter().map(|i| &self.packages[*i])
    }
}

/// The last name of a path, as it stands in a manifest.
pub(super) fn name_of(path: &str) -> &str {
    path.rsplit(['/', '\\']).next().unwrap_or(path)
}
