//! The spelling of a URL that a client library reads rightly.

use super::Consumer;
use crate::secret::{Part, Secret};
use std::fmt::Write as _;

impl Consumer {
    /// A URL for this library on one host and port (those that were verified). `set` gives what is set by libpq
    /// keyword. Everything reserved is percent-encoded; parameters that the library would refuse are left out.
    pub(crate) fn url<'a>(self, set: impl Fn(&str) -> Option<&'a Part>, host: &str, port: u16) -> Secret {
        let text = |keyword: &str| set(keyword).map(Part::expose).filter(|t| !t.is_empty());
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
                Self::Libpq
                    | Self::SqlAlchemy
                    | Self::DjDatabaseUrl
                    | Self::DjangoEnviron
                    | Self::Asyncpg
                    | Self::NodePostgres
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
            Self::Libpq | Self::SqlAlchemy | Self::DjDatabaseUrl | Self::DjangoEnviron => &[
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
            Self::Sqlx | Self::NodePostgres | Self::PostgresJs => {
                &["sslmode", "sslrootcert", "application_name", "options"]
            }
        }
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
