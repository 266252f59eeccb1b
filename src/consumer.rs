//! The client libraries that read a URL after pgward, and the spelling that each of them reads rightly.

use crate::{secret::Secret, settings::Target};
use std::{fmt::Write as _, str::FromStr};

/// A client library.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
#[non_exhaustive]
pub enum Consumer {
    /// libpq and what is built on it: psycopg, diesel, psql.
    Libpq,
    /// sqlx.
    Sqlx,
    /// tokio-postgres and postgres, by their own parser. It has no `verify-*`: hand it `Ready::config` instead.
    TokioPostgres,
    /// SQLAlchemy with psycopg 3.
    SqlAlchemy,
    /// Django through dj-database-url.
    Django,
    /// asyncpg.
    Asyncpg,
    /// node-postgres.
    NodePostgres,
}

impl Consumer {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Libpq,
        Self::Sqlx,
        Self::TokioPostgres,
        Self::SqlAlchemy,
        Self::Django,
        Self::Asyncpg,
        Self::NodePostgres,
    ];

    /// The library's name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Libpq => "libpq",
            Self::Sqlx => "sqlx",
            Self::TokioPostgres => "tokio-postgres",
            Self::SqlAlchemy => "sqlalchemy",
            Self::Django => "django",
            Self::Asyncpg => "asyncpg",
            Self::NodePostgres => "node-postgres",
        }
    }

    /// The target's URL for this library, on one host and port (those that were verified). Everything reserved is
    /// percent-encoded; parameters that the library would refuse are left out.
    pub(crate) fn url(self, target: &Target, host: &str, port: u16) -> Secret {
        let text = |keyword: &str| target.get(keyword).map(|s| s.value.expose()).filter(|t| !t.is_empty());
        let mut out =
            String::from(if self == Self::SqlAlchemy { "postgresql+psycopg://" } else { "postgresql://" });
        if let Some(user) = text("user") {
            encode(&mut out, user);
            if let Some(password) = text("password") {
                out.push(':');
                encode(&mut out, password);
            }
            out.push('@');
        }
        let socket = host.starts_with('/');
        let by_parameter = socket
            && matches!(
                self,
                Self::Libpq | Self::SqlAlchemy | Self::Django | Self::Asyncpg | Self::NodePostgres
            );
        if socket && !by_parameter {
            encode(&mut out, host);
        } else if !socket && host.contains(':') {
            let _infallible = write!(out, "[{host}]");
        } else if !socket {
            out.push_str(host);
        }
        if port != crate::conninfo::DEFAULT_PORT && !by_parameter {
            let _infallible = write!(out, ":{port}");
        }
        out.push('/');
        if let Some(dbname) = text("dbname") {
            encode(&mut out, dbname);
        }
        let mut separator = '?';
        let mut parameter = |out: &mut String, keyword: &str, value: &str| {
            let _infallible = write!(out, "{separator}{keyword}=");
            encode(out, value);
            separator = '&';
        };
        if by_parameter {
            parameter(&mut out, "host", host);
            if port != crate::conninfo::DEFAULT_PORT {
                parameter(&mut out, "port", &port.to_string());
            }
        }
        for keyword in self.parameters() {
            if let Some(value) = text(keyword).filter(|_| !socket || !keyword.starts_with("ssl")) {
                parameter(&mut out, keyword, value);
            }
        }
        Secret::new(out)
    }

    /// The parameters that the library understands as libpq does.
    fn parameters(self) -> &'static [&'static str] {
        match self {
            Self::Libpq | Self::SqlAlchemy | Self::Django => &[
                "sslmode",
                "sslrootcert",
                "channel_binding",
                "connect_timeout",
                "application_name",
                "options",
                "target_session_attrs",
            ],
            Self::TokioPostgres => {
                &["connect_timeout", "application_name", "options", "channel_binding", "target_session_attrs"]
            }
            Self::Asyncpg => &["sslmode", "sslrootcert", "application_name", "target_session_attrs"],
            Self::Sqlx | Self::NodePostgres => &["sslmode", "sslrootcert", "application_name", "options"],
        }
    }
}

/// The name of no library that pgward knows.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("not a consumer that this version knows")]
pub struct UnknownConsumer;

impl FromStr for Consumer {
    type Err = UnknownConsumer;

    fn from_str(name: &str) -> Result<Self, UnknownConsumer> {
        Self::ALL.into_iter().find(|c| c.as_str() == name).ok_or(UnknownConsumer)
    }
}

/// Percent-encodes all but RFC 3986's unreserved characters: what every measured parser decodes alike.
fn encode(out: &mut String, text: &str) {
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _infallible = write!(out, "%{byte:02X}");
        }
    }
}
