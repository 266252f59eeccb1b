//! What all projects of a repository say together, for whoever writes a policy for the whole.

use super::{Ecosystem, Found, Package, Repository, place::Directory};
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

    /// What the programs below the directory of a file are written for.
    pub fn ecosystems_below(&self, path: &str) -> Vec<Ecosystem> {
        let here = Directory::of(path);
        let below = self.packages.iter().filter(|p| here.holds(&p.project) && !p.project.is_aside());
        let mut out: Vec<Ecosystem> = below.map(|p| p.ecosystem).collect();
        out.sort_unstable();
        out.dedup();
        out
    }

    /// Whether programs are built here, and none of them asks for a driver of PostgreSQL. What asks for a library of many
    /// engines says nothing either way.
    pub fn asks_for_other_engines_alone(&self) -> bool {
        const DRIVERS: [(Ecosystem, &[&str]); 6] = [
            (
                Ecosystem::Python,
                &["psycopg", "psycopg-binary", "psycopg2", "psycopg2-binary", "asyncpg", "pg8000"],
            ),
            (Ecosystem::Go, &["github.com/lib/pq", "github.com/jackc/pgx/v4", "github.com/jackc/pgx/v5"]),
            (Ecosystem::Ruby, &["pg"]),
            (Ecosystem::Php, &["ext-pgsql", "ext-pdo_pgsql"]),
            (Ecosystem::Jvm, &["org.postgresql"]),
            (Ecosystem::DotNet, &["npgsql"]),
        ];
        let driver =
            |p: &Package| DRIVERS.iter().any(|(e, names)| *e == p.ecosystem && names.contains(&&*p.name));
        let of_many = |c: Consumer| {
            matches!(c, Consumer::SqlAlchemy | Consumer::DjDatabaseUrl | Consumer::DjangoEnviron)
        };
        !self.packages.is_empty()
            && !self.packages.iter().any(driver)
            && self.consumers.iter().all(|(_, found)| of_many(found.value))
    }

    /// Whether a program of this kind is built here, examples and tests included.
    pub fn builds_for(&self, ecosystem: Ecosystem) -> bool {
        self.packages.iter().any(|p| p.ecosystem == ecosystem)
    }
}
