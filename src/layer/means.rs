//! What a text itself says of a variable, whatever its name: where it is taken from, and what becomes of it.

use super::Tls;
use crate::source::Span;

/// A variable that a text takes from the environment.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Read {
    /// Its name; empty where the text takes a part of it from somewhere else than a variable, so that nothing of it is
    /// missing.
    pub variable: String,
    /// Where the name stands.
    pub span: Span,
    /// What becomes of the value; none where the text does not say.
    pub means: Option<Means>,
    /// The text has a value for it where it is not set.
    pub defaulted: bool,
}

impl Read {
    /// That a URL is PostgreSQL's, of which the rest is known only where the program runs: `jdbc:postgresql://${DB_HOST}/shop`.
    pub(crate) fn postgres(span: Span) -> Self {
        Self { variable: String::new(), span, means: Some(Means::Engine), defaulted: true }
    }

    /// Whether it is what [`Read::postgres`] makes.
    pub(crate) fn says_postgres(&self) -> bool {
        self.variable.is_empty() && self.means == Some(Means::Engine) && self.defaulted
    }

    /// A name for variables of which the text only says that there are more of them, and where.
    pub const REST: &str = "*";

    /// A variable whose name tells what it is.
    pub fn new(variable: impl Into<String>, span: Span) -> Self {
        Self { variable: variable.into(), span, means: None, defaulted: false }
    }
}

/// What a carrier itself says of an entry, whatever its name: `sqlalchemy.url` in alembic.ini, `HOST` in Django's
/// `DATABASES`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum Means {
    /// A whole connection URL of the service.
    Url,
    /// A whole connection URL of the tests.
    TestUrl,
    /// A further connection URL of the same program, which leads elsewhere with a password of its own.
    AnotherUrl,
    /// One part of a connection: the family that belongs together (`DATABASES`, `database.yml`), and libpq's keyword.
    Part(&'static str, &'static str),
    /// The engine, by a name that contains it: `django.db.backends.postgresql`.
    Engine,
    /// libpq's keyword that code fixes beside a URL: `ssl_require=True`, `OPTIONS` of a database whose URL stands
    /// elsewhere.
    Fixed(&'static str),
    /// TLS, in words that are none of libpq's.
    Tls(Tls),
    /// A switch of the code's own: `true`, in any case, is PostgreSQL and anything else SQLite, or the other way round.
    Switch {
        /// `true` is PostgreSQL.
        postgres: bool,
    },
    /// Nothing that pgward knows, although the name may look so: `DB_HOST` that describes another program's database.
    Nothing,
}
