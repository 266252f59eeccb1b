//! The driver that a Python library imports for a URL, and the distributions on the Python Package Index that bring
//! it. Data for a comparison with what a project requires; nothing is looked up.

use super::Consumer;
use crate::secret::Secret;

/// A module that has to be there when a Python library connects.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
#[non_exhaustive]
pub enum Driver {
    /// psycopg 3.
    Psycopg,
    /// psycopg2.
    Psycopg2,
    /// psycopg2cffi.
    Psycopg2Cffi,
    /// asyncpg.
    Asyncpg,
    /// pg8000.
    Pg8000,
    /// aiosqlite.
    Aiosqlite,
}

/// What a project requires, as far as it is known. Names in any spelling that the index takes for the same.
#[derive(Clone, Copy, Debug)]
pub struct Requirement<'r> {
    /// The distribution: `psycopg2_binary`.
    pub distribution: &'r str,
    /// What stands in brackets behind it: `binary` of `psycopg[binary]`.
    pub extras: &'r [&'r str],
}

/// The first two numbers of SQLAlchemy's version.
pub type SqlAlchemyVersion = (u32, u32);

/// From this version on plain `postgresql://` means psycopg 3; before it means psycopg2 (SQLAlchemy's changelog of
/// 2.1; the corpus of 2.1.9 has `PGDialect_psycopg` for it).
pub const PSYCOPG_IS_DEFAULT: SqlAlchemyVersion = (2, 1);

impl Driver {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Psycopg, Self::Psycopg2, Self::Psycopg2Cffi, Self::Asyncpg, Self::Pg8000, Self::Aiosqlite];

    /// The drivers of which one has to be there for what `consumer` made of a string (`Accepted::driver`). Empty
    /// where none is needed (SQLite's own), or none is known (another engine, a library that is no Python).
    ///
    /// Without SQLAlchemy's version its plain `postgresql` is satisfied by psycopg and by psycopg2.
    pub fn any_of(
        consumer: Consumer,
        driver: Option<&Secret>,
        sqlalchemy: Option<SqlAlchemyVersion>,
    ) -> &'static [Self] {
        let named = |names: &[&str]| driver.is_some_and(|d| names.iter().any(|name| d.equals(name)));
        match consumer {
            Consumer::SqlAlchemy if named(&["postgresql", "postgresql+base"]) => match sqlalchemy {
                None => &[Self::Psycopg, Self::Psycopg2],
                Some(version) if version >= PSYCOPG_IS_DEFAULT => &[Self::Psycopg],
                Some(_) => &[Self::Psycopg2],
            },
            Consumer::SqlAlchemy => {
                let found = DRIVERNAMES.iter().find(|(name, _)| named(&[name]));
                found.map_or(&[], |(_, driver)| *driver)
            }
            // django/db/backends/postgresql/base.py tries psycopg, then psycopg2.
            Consumer::DjDatabaseUrl | Consumer::DjangoEnviron if named(DJANGOS) => {
                &[Self::Psycopg, Self::Psycopg2]
            }
            Consumer::Asyncpg => &[Self::Asyncpg],
            _ => &[],
        }
    }

    /// The oldest version that Django's PostgreSQL backend takes since 4.2 (django/db/backends/postgresql/base.py);
    /// none where it takes no version.
    pub fn oldest_for_django(self) -> Option<(u32, u32, u32)> {
        match self {
            Self::Psycopg => Some((3, 1, 8)),
            Self::Psycopg2 => Some((2, 8, 4)),
            _ => None,
        }
    }

    /// The module's name, as people write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Psycopg => "psycopg",
            Self::Psycopg2 => "psycopg2",
            Self::Psycopg2Cffi => "psycopg2cffi",
            Self::Asyncpg => "asyncpg",
            Self::Pg8000 => "pg8000",
            Self::Aiosqlite => "aiosqlite",
        }
    }

    /// Whether it speaks to PostgreSQL.
    pub fn is_for_postgres(self) -> bool {
        self != Self::Aiosqlite
    }

    /// What to require: the spelling that needs no compiler.
    pub fn requirement(self) -> &'static str {
        match self {
            Self::Psycopg => "psycopg[binary]",
            Self::Psycopg2 => "psycopg2-binary",
            Self::Psycopg2Cffi => "psycopg2cffi",
            Self::Asyncpg => "asyncpg",
            Self::Pg8000 => "pg8000",
            Self::Aiosqlite => "aiosqlite",
        }
    }

    /// Whether the requirement brings the driver, by itself or because it requires it in turn. An extra that has the
    /// driver in its name counts for any distribution: `databases[asyncpg]`. `psycopg-binary` alone does not count,
    /// for there is no module `psycopg` in it.
    pub fn is_brought_by(self, requirement: &Requirement<'_>, sqlalchemy: Option<SqlAlchemyVersion>) -> bool {
        let distribution = normalised(requirement.distribution);
        if self.distributions().contains(&distribution.as_str()) {
            return true;
        }
        requirement.extras.iter().map(|extra| normalised(extra)).any(|extra| match distribution.as_str() {
            "sqlalchemy" if extra == "postgresql" => match (self, sqlalchemy) {
                (Self::Psycopg | Self::Psycopg2, None) => true,
                (Self::Psycopg, Some(version)) => version >= PSYCOPG_IS_DEFAULT,
                (Self::Psycopg2, Some(version)) => version < PSYCOPG_IS_DEFAULT,
                _ => false,
            },
            "databases" if extra == "postgresql" => self == Self::Asyncpg,
            _ => self.is_named_in(&extra),
        })
    }

    /// Distributions that have the module, or always require one that has it.
    fn distributions(self) -> &'static [&'static str] {
        match self {
            Self::Psycopg => {
                &["psycopg", "langchain-postgres", "langgraph-checkpoint-postgres", "procrastinate"]
            }
            Self::Psycopg2 => &["psycopg2", "psycopg2-binary", "aiopg"],
            Self::Psycopg2Cffi => &["psycopg2cffi"],
            Self::Asyncpg => &["asyncpg", "langchain-postgres"],
            Self::Pg8000 => &["pg8000"],
            Self::Aiosqlite => &["aiosqlite"],
        }
    }

    /// `postgresql-psycopg2binary` names psycopg2, and neither psycopg nor psycopg2cffi.
    fn is_named_in(self, extra: &str) -> bool {
        let (name, not) = match self {
            Self::Psycopg => ("psycopg", "2"),
            Self::Psycopg2 => ("psycopg2", "cffi"),
            Self::Psycopg2Cffi => ("psycopg2cffi", " "),
            Self::Asyncpg => ("asyncpg", " "),
            Self::Pg8000 => ("pg8000", " "),
            Self::Aiosqlite => ("aiosqlite", " "),
        };
        extra.match_indices(name).any(|(at, _)| !extra[at + name.len()..].starts_with(not))
    }
}

/// A name as the index compares it (PEP 503).
fn normalised(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for c in name.trim().chars() {
        match c {
            '-' | '_' | '.' if out.ends_with('-') => {}
            '-' | '_' | '.' => out.push('-'),
            c => out.push(c.to_ascii_lowercase()),
        }
    }
    out
}

/// SQLAlchemy's drivernames. Those of SQLite without aiosqlite need nothing that Python has not.
const DRIVERNAMES: &[(&str, &[Driver])] = &[
    ("postgresql+psycopg", &[Driver::Psycopg]),
    ("postgresql+psycopg_async", &[Driver::Psycopg]),
    ("postgresql+psycopg2", &[Driver::Psycopg2]),
    ("postgresql+psycopg2cffi", &[Driver::Psycopg2Cffi]),
    ("postgresql+asyncpg", &[Driver::Asyncpg]),
    ("postgresql+pg8000", &[Driver::Pg8000]),
    ("sqlite+aiosqlite", &[Driver::Aiosqlite]),
];

/// Django's engines on psycopg.
const DJANGOS: &[&str] = &[
    "django.db.backends.postgresql",
    "django.contrib.gis.db.backends.postgis",
    "timescale.db.backends.postgresql",
    "timescale.db.backends.postgis",
    "django_cockroachdb",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn needs(consumer: Consumer, driver: &str, version: Option<SqlAlchemyVersion>) -> &'static [Driver] {
        Driver::any_of(consumer, Some(&Secret::from(driver)), version)
    }

    fn brought(driver: Driver, distribution: &str, extras: &[&str]) -> bool {
        driver.is_brought_by(&Requirement { distribution, extras }, Some((2, 0)))
    }

    #[test]
    fn plain_postgresql_changed_its_meaning() {
        let plain = |version| needs(Consumer::SqlAlchemy, "postgresql", version);
        assert_eq!(plain(Some((2, 1))), [Driver::Psycopg]);
        assert_eq!(plain(Some((2, 0))), [Driver::Psycopg2]);
        assert_eq!(plain(Some((1, 4))), [Driver::Psycopg2]);
        assert_eq!(plain(None), [Driver::Psycopg, Driver::Psycopg2]);
    }

    #[test]
    fn a_drivername_asks_for_its_own() {
        for (name, driver) in [
            ("postgresql+psycopg", Driver::Psycopg),
            ("postgresql+psycopg2", Driver::Psycopg2),
            ("postgresql+asyncpg", Driver::Asyncpg),
            ("postgresql+pg8000", Driver::Pg8000),
            ("sqlite+aiosqlite", Driver::Aiosqlite),
        ] {
            assert_eq!(needs(Consumer::SqlAlchemy, name, Some((2, 1))), [driver], "{name}");
        }
        for nothing in ["sqlite", "sqlite+pysqlite", "mysql+pymysql", "postgres"] {
            assert_eq!(needs(Consumer::SqlAlchemy, nothing, None), [], "{nothing}");
        }
        let django = "django.db.backends.postgresql";
        assert_eq!(needs(Consumer::DjDatabaseUrl, django, None), [Driver::Psycopg, Driver::Psycopg2]);
        assert_eq!(needs(Consumer::DjangoEnviron, "django.db.backends.sqlite3", None), []);
        assert_eq!(Driver::any_of(Consumer::Asyncpg, None, None), [Driver::Asyncpg]);
        assert_eq!(Driver::any_of(Consumer::Sqlx, None, None), []);
    }

    #[test]
    fn several_distributions_bring_one_driver() {
        for driver in Driver::ALL {
            let (name, extras) = driver.requirement().split_once('[').unwrap_or((driver.requirement(), ""));
            assert!(brought(driver, name, &[extras.trim_end_matches(']')]), "{driver:?}");
        }
        assert!(brought(Driver::Psycopg2, "Psycopg2_Binary", &[]));
        assert!(brought(Driver::Psycopg2, "SQLAlchemy", &["asyncio", "postgresql_psycopg2binary"]));
        assert!(brought(Driver::Asyncpg, "databases", &["postgresql"]));
        assert!(brought(Driver::Asyncpg, "tortoise-orm", &["asyncpg"]));
        assert!(brought(Driver::Psycopg2, "sqlalchemy", &["postgresql"]));
        assert!(!brought(Driver::Psycopg, "sqlalchemy", &["postgresql"]));
    }

    #[test]
    fn names_that_look_alike_bring_nothing() {
        assert!(!brought(Driver::Psycopg, "psycopg-binary", &[]));
        assert!(!brought(Driver::Psycopg, "psycopg2-binary", &[]));
        assert!(!brought(Driver::Psycopg, "sqlalchemy", &["postgresql-psycopg2binary"]));
        assert!(!brought(Driver::Psycopg2, "sqlalchemy", &["postgresql-psycopg2cffi"]));
        assert!(!brought(Driver::Asyncpg, "asyncpg-stubs", &[]));
        assert!(!brought(Driver::Psycopg, "psycopg-pool", &[]));
    }
}
