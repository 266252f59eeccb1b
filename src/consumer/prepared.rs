//! Which client libraries prepare statements by name unless told not to, and where they are told. A name lives in one
//! server session, so that a pooler which changes the session between transactions loses it, or meets another's.

use super::{Consumer, Reading};
use crate::secret::Secret;

/// Where a library is told not to prepare; what to write, in backticks where it is text to be typed.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct OptOut {
    /// A parameter of the URL with its value.
    pub url: Option<&'static str>,
    /// The program's own code.
    pub code: Option<&'static str>,
    /// What stands in code of Python or JavaScript that tells it.
    pub words: &'static [&'static str],
}

const ASYNCPG: &[&str] = &["statement_cache_size=0", "statement_cache_size\": 0", "statement_cache_size': 0"];
const PSYCOPG: &[&str] = &["prepare_threshold=None", "prepare_threshold\": None", "prepare_threshold': None"];

impl OptOut {
    /// In the code alone.
    const fn code(code: &'static str, words: &'static [&'static str]) -> Self {
        Self { url: None, code: Some(code), words }
    }
}

impl Consumer {
    /// Where this library is told not to prepare; none where it does not prepare unasked, or `text` has told it.
    /// `package` is the name by which the library was found, which sets psycopg 3 and diesel apart from what
    /// else is built on libpq.
    pub fn prepares(self, text: &Secret, package: &str) -> Option<OptOut> {
        match self {
            // sqlx 0.8: PgConnectOptions::parse_from_url
            Self::Sqlx => unless(self, text, "statement-cache-capacity", &["0"]).then_some(OptOut {
                url: Some("statement-cache-capacity=0"),
                code: Some("`statement_cache_capacity(0)`"),
                words: &[],
            }),
            // postgres.js 3.4, src/index.js: a parameter of an option's name counts, and these two words are `false`
            Self::PostgresJs => unless(self, text, "prepare", &["false", "disable"]).then_some(OptOut {
                url: Some("prepare=false"),
                code: Some("`prepare: false`"),
                words: &["prepare: false", "prepare:false"],
            }),
            Self::TokioPostgres => {
                Some(OptOut::code("`query_typed`, or `simple_query`, in place of `query`", &[]))
            }
            Self::Asyncpg => Some(OptOut::code("`statement_cache_size=0`", ASYNCPG)),
            Self::SqlAlchemy => {
                let Reading::Accepted(accepted) = self.read(text) else { return None };
                match accepted.driver.as_ref()? {
                    driver if driver.equals("postgresql+asyncpg") => Some(OptOut::code(
                        "`connect_args={\"statement_cache_size\": 0, \"prepared_statement_name_func\": …}` and NullPool",
                        ASYNCPG,
                    )),
                    driver
                        if ["postgresql+psycopg", "postgresql+psycopg_async"]
                            .iter()
                            .any(|d| driver.equals(d)) =>
                    {
                        Some(OptOut::code("`connect_args={\"prepare_threshold\": None}`", PSYCOPG))
                    }
                    _ => None,
                }
            }
            Self::Libpq => match package {
                "psycopg" | "psycopg-binary" => Some(OptOut::code("`prepare_threshold=None`", PSYCOPG)),
                "diesel" => {
                    Some(OptOut::code("`set_prepared_statement_cache_size(CacheSize::Disabled)`", &[]))
                }
                _ => None,
            },
            // Django sets psycopg's `prepare_threshold` to None; node-postgres prepares what has a name.
            Self::DjDatabaseUrl | Self::DjangoEnviron | Self::NodePostgres => None,
        }
    }
}

/// Whether the string, as the library reads it, lacks a parameter with one of these values.
fn unless(consumer: Consumer, text: &Secret, name: &str, values: &[&str]) -> bool {
    let Reading::Accepted(accepted) = consumer.read(text) else { return false };
    let said = |p: &super::Parameter| p.name.equals(name) && values.iter().any(|v| p.value.equals(v));
    !accepted.parameters.iter().any(said)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_prepares_unasked() {
        let prepares = |consumer: Consumer, package: &str, url: &str| {
            consumer.prepares(&Secret::from(url), package).map(|o| o.url.is_some())
        };
        let url = "postgresql://app@db/shop";
        for (consumer, package, url, expected) in [
            (Consumer::Sqlx, "sqlx", url, Some(true)),
            (Consumer::Sqlx, "sqlx", "postgresql://app@db/shop?statement-cache-capacity=0", None),
            (Consumer::Sqlx, "sqlx", "postgresql://app@db/shop?statement-cache-capacity=100", Some(true)),
            (Consumer::PostgresJs, "postgres", url, Some(true)),
            (Consumer::PostgresJs, "postgres", "postgresql://app@db/shop?prepare=false", None),
            (Consumer::TokioPostgres, "tokio-postgres", url, Some(false)),
            (Consumer::Asyncpg, "asyncpg", url, Some(false)),
            (Consumer::SqlAlchemy, "sqlalchemy", "postgresql+asyncpg://app@db/shop", Some(false)),
            (Consumer::SqlAlchemy, "sqlalchemy", "postgresql+psycopg://app@db/shop", Some(false)),
            (Consumer::SqlAlchemy, "sqlalchemy", "postgresql+psycopg2://app@db/shop", None),
            (Consumer::SqlAlchemy, "sqlalchemy", url, None),
            (Consumer::Libpq, "psycopg", url, Some(false)),
            (Consumer::Libpq, "psycopg2-binary", url, None),
            (Consumer::Libpq, "diesel", url, Some(false)),
            (Consumer::Libpq, "consumers", url, None),
            (Consumer::DjDatabaseUrl, "dj-database-url", url, None),
            (Consumer::NodePostgres, "pg", url, None),
        ] {
            assert_eq!(prepares(consumer, package, url), expected, "{consumer:?} {package} {url}");
        }
    }
}
