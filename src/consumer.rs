//! The client libraries that read a URL after pgward: what each of them makes of a string, and the spelling that
//! each reads rightly.

pub mod agreement;
mod asyncpg;
mod below;
mod comparison;
mod dj_database_url;
mod django;
mod django_environ;
pub mod driver;
mod javascript;
mod libpq;
mod node_postgres;
mod percent;
mod postgres_js;
pub mod prepared;
mod python;
mod reading;
mod rust_postgres;
#[cfg(feature = "guard")]
mod spelling;
mod sqlalchemy;
mod sqlx;
mod urllib;

pub use comparison::{Aspect, Comparison, Shift, Verdict};
pub use reading::{Accepted, Backend, Encryption, Fate, Parameter, Reading};

use crate::secret::Secret;
use std::str::FromStr;

/// A client library, or the part of one that reads URLs.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
#[non_exhaustive]
pub enum Consumer {
    /// libpq and what is built on it: psycopg, diesel, psql.
    Libpq,
    /// tokio-postgres and postgres, by their own parser. It has no `verify-*`: hand it `Ready::config` instead.
    TokioPostgres,
    /// sqlx.
    Sqlx,
    /// SQLAlchemy with psycopg 3.
    SqlAlchemy,
    /// Django through dj-database-url.
    DjDatabaseUrl,
    /// Django through django-environ's `env.db()`.
    DjangoEnviron,
    /// asyncpg.
    Asyncpg,
    /// node-postgres (`pg`, through pg-connection-string).
    NodePostgres,
    /// postgres.js.
    PostgresJs,
}

impl Consumer {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Libpq,
        Self::TokioPostgres,
        Self::Sqlx,
        Self::SqlAlchemy,
        Self::DjDatabaseUrl,
        Self::DjangoEnviron,
        Self::Asyncpg,
        Self::NodePostgres,
        Self::PostgresJs,
    ];

    /// Other names that people give them.
    pub const ALIASES: &[(&str, Self)] = &[
        ("django", Self::DjDatabaseUrl),
        ("psycopg", Self::Libpq),
        ("psycopg2", Self::Libpq),
        ("psycopg3", Self::Libpq),
        ("diesel", Self::Libpq),
        ("psql", Self::Libpq),
        ("pg", Self::NodePostgres),
        ("node-pg", Self::NodePostgres),
    ];

    /// The library's name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Libpq => "libpq",
            Self::TokioPostgres => "tokio-postgres",
            Self::Sqlx => "sqlx",
            Self::SqlAlchemy => "sqlalchemy",
            Self::DjDatabaseUrl => "dj-database-url",
            Self::DjangoEnviron => "django-environ",
            Self::Asyncpg => "asyncpg",
            Self::NodePostgres => "node-postgres",
            Self::PostgresJs => "postgres.js",
        }
    }

    /// Whether it takes `PGSERVICE` and `service=` for the name of a service: what is built on libpq does, and newer
    /// versions of asyncpg.
    pub fn reads_services(self) -> bool {
        match self {
            Self::Libpq | Self::SqlAlchemy | Self::DjDatabaseUrl | Self::DjangoEnviron | Self::Asyncpg => {
                true
            }
            Self::TokioPostgres | Self::Sqlx | Self::NodePostgres | Self::PostgresJs => false,
        }
    }

    /// Whether TLS is libpq's, or done as libpq does it: a root that nobody names lies in `~/.postgresql` and nowhere
    /// else, and there is no TLS over a socket. The others bring roots of their own, and ask for TLS there too (sqlx'
    /// `maybe_upgrade`, pg's `requestSsl`).
    pub fn does_tls_as_libpq(self) -> bool {
        match self {
            Self::Libpq | Self::SqlAlchemy | Self::DjDatabaseUrl | Self::DjangoEnviron | Self::Asyncpg => {
                true
            }
            Self::TokioPostgres | Self::Sqlx | Self::NodePostgres | Self::PostgresJs => false,
        }
    }

    /// Whether it gives up on a server that does not answer though nothing in the string says when: asyncpg after 60 s,
    /// postgres.js after 30 s, a pool of sqlx after 30 s (`acquire_timeout`). libpq and tokio-postgres wait for ever, and
    /// so does node-postgres unless its code says otherwise.
    pub fn bounds_connecting(self) -> bool {
        matches!(self, Self::Asyncpg | Self::PostgresJs | Self::Sqlx)
    }

    /// Whether it ends connections by itself before anybody on the way forgets them: Django after each request, the pools
    /// of sqlx, asyncpg, node-postgres and postgres.js by age or idleness. SQLAlchemy's pool keeps them
    /// (`pool_recycle=-1`), as whoever uses libpq or tokio-postgres directly does.
    pub fn ends_idle_connections(self) -> bool {
        match self {
            Self::DjDatabaseUrl
            | Self::DjangoEnviron
            | Self::Sqlx
            | Self::Asyncpg
            | Self::NodePostgres
            | Self::PostgresJs => true,
            Self::Libpq | Self::TokioPostgres | Self::SqlAlchemy => false,
        }
    }

    /// What this library makes of a connection string, from the string alone: what a library takes from the
    /// environment (`PGHOST`, the user of the operating system) where the string is silent is not filled in.
    pub fn read(self, text: &Secret) -> Reading {
        let text = text.expose();
        match self {
            Self::Libpq => libpq::read(text),
            Self::TokioPostgres => rust_postgres::read(text),
            Self::Sqlx => sqlx::read(text),
            Self::SqlAlchemy => sqlalchemy::read(text),
            Self::DjDatabaseUrl => dj_database_url::read(text),
            Self::DjangoEnviron => django_environ::read(text),
            Self::Asyncpg => asyncpg::read(text),
            Self::NodePostgres => node_postgres::read(text),
            Self::PostgresJs => postgres_js::read(text),
        }
    }
}

/// The name of no library that pgward knows.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("not a consumer that this version knows")]
pub struct UnknownConsumer;

impl FromStr for Consumer {
    type Err = UnknownConsumer;

    /// The library's name in any case, or one of [`Consumer::ALIASES`]: `psycopg`, `psycopg2`, `psycopg3`, `diesel` and `psql` are libpq, `django` is
    /// dj-database-url, `pg` and `node-pg` are node-postgres.
    fn from_str(name: &str) -> Result<Self, UnknownConsumer> {
        let own = Self::ALL.into_iter().map(|c| (c.as_str(), c));
        let mut known = own.chain(Self::ALIASES.iter().copied());
        known.find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, c)| c).ok_or(UnknownConsumer)
    }
}
