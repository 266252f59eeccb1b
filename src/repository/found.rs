//! What all projects of a repository say together, for whoever writes a policy for the whole.

use super::{Ecosystem, Found, Package, Repository, place::Directory};
use crate::{consumer::Consumer, layer::dotenv::Dialect};
use std::collections::BTreeSet;

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
        let asked = self.asked.get(&ecosystem)?;
        let first = names.iter().filter_map(|name| asked.get(*name)).min()?;
        self.packages.get(*first)
    }

    /// What the programs below the directory of a file are written for.
    pub fn ecosystems_below(&self, path: &str) -> BTreeSet<Ecosystem> {
        let here = Directory::of(path);
        if here == Directory::default() {
            return self.ecosystems.clone();
        }
        let places = self.places_below(&here).flat_map(|places| &places.packages);
        places.map(|i| self.packages[*i].ecosystem).collect()
    }

    /// Whether something that is asked for anywhere is by its name, its extras or its features for PostgreSQL. Prisma has the
    /// engine in a file of its own: `prisma` says whether that may be PostgreSQL.
    pub fn may_ask_for_postgres(&self, prisma: bool) -> bool {
        const WORDS: [&str; 10] = [
            "postgre",
            "postgraphile",
            "pgsql",
            "pgx",
            "pgdriver",
            "psycopg",
            "asyncpg",
            "aiopg",
            "pg8000",
            "neondatabase",
        ];
        const NAMES: [&str; 7] =
            ["pg", "pg-native", "pg-boss", "pg-promise", "github.com/lib/pq", "npgsql", "procrastinate"];
        let says =
            |text: &str| WORDS.iter().any(|word| text.contains(word)) || prisma && text.contains("prisma");
        let ours = |p: &Package| {
            says(&p.name)
                || NAMES.contains(&&*p.name)
                || p.name.contains("go-pg/")
                || p.features.iter().any(|feature| says(feature))
        };
        let of_many = |c: Consumer| {
            matches!(c, Consumer::SqlAlchemy | Consumer::DjDatabaseUrl | Consumer::DjangoEnviron)
        };
        self.packages.iter().any(ours) || !self.consumers.iter().all(|(_, found)| of_many(found.value))
    }

    /// Whether a program is built in the project of a file or below it. A package.json below may be of the pages that a program
    /// without a manifest known here shows.
    pub fn builds_beside(&self, path: &str) -> bool {
        self.packages(Some(path)).next().is_some()
            || self.ecosystems_below(path).iter().any(|e| *e != Ecosystem::Node)
    }

    /// Whether something that is asked for anywhere has this word, in small letters, in its name.
    pub fn asks_for_word(&self, word: &str) -> bool {
        self.packages.iter().any(|p| !p.project.is_aside() && p.name.contains(word))
    }

    /// Whether nothing is built in the whole repository, as far as manifests tell.
    pub fn builds_nothing(&self) -> bool {
        self.projects.is_empty()
    }

    /// Whether a program of this kind is built in the project of a file; where the project has none of its own, in one that
    /// the file may be for.
    pub fn builds_for(&self, ecosystem: Ecosystem, path: Option<&str>) -> bool {
        let directory = path.map(Directory::of).unwrap_or_default();
        let here = self.project(&directory);
        let near = directory.of_whom(&here);
        // `k8s/web.yaml` beside the package.json of the tools is for the programs below, too.
        let mut own = self.of_project(&here).peekable();
        if near == directory && own.peek().is_some() {
            return own.any(|p| p.ecosystem == ecosystem);
        }
        if near == Directory::default() {
            return self.ecosystems.contains(&ecosystem);
        }
        let mut below = self.places_below(&near).flat_map(|places| &places.packages);
        below.any(|i| self.packages[*i].ecosystem == ecosystem)
    }
}
