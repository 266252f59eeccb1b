//! The peers of the corpus: whose answer a row has, who reads it here, and how the recording spells encryption.

use crate::{given, url_crate};
use pgward::{
    Consumer, Secret,
    consumer::{Accepted, Encryption, Reading},
};

pub(crate) struct Peer {
    /// As the corpus names it.
    pub(crate) name: &'static str,
    pub(crate) read: fn(&str) -> Reading,
    /// What the recording has for `sslmode`.
    pub(crate) sslmode: fn(&Accepted) -> String,
    /// The recording has the empty text for the host that the library adds.
    pub(crate) leaves_host_empty: bool,
    /// The recording has the hosts of a list as one text, as the library hands them on.
    pub(crate) joins_hosts: bool,
    /// How many of the recorded rows agree, at least.
    pub(crate) minimum: usize,
}

/// What the rows of libpq are called in `docs/consumers.md`.
pub(crate) const LIBPQ: &str = "libpq 15";

/// One row a peer. A library whose versions answer alike has several.
pub(crate) const PEERS: &[Peer] = &[
    Peer {
        name: LIBPQ,
        read: |text| Consumer::Libpq.read(&Secret::new(text)),
        sslmode: word,
        leaves_host_empty: false,
        joins_hosts: false,
        minimum: 400,
    },
    Peer {
        name: "tokio-postgres 0.7.18",
        read: |text| Consumer::TokioPostgres.read(&Secret::new(text)),
        sslmode: word,
        leaves_host_empty: false,
        joins_hosts: false,
        minimum: 402,
    },
    Peer {
        name: "sqlx 0.8.6",
        read: |text| Consumer::Sqlx.read(&Secret::new(text)),
        sslmode: |accepted| word(accepted).to_ascii_lowercase(),
        leaves_host_empty: false,
        joins_hosts: false,
        minimum: 403,
    },
    Peer {
        name: "sqlx 0.9.0",
        read: |text| Consumer::Sqlx.read(&Secret::new(text)),
        sslmode: |accepted| word(accepted).to_ascii_lowercase(),
        leaves_host_empty: false,
        joins_hosts: false,
        minimum: 403,
    },
    Peer {
        name: "url 2.5 (raw)",
        read: url_crate::raw,
        sslmode: word,
        leaves_host_empty: true,
        joins_hosts: false,
        minimum: 403,
    },
    Peer {
        name: "url 2.5 (decoded+query)",
        read: url_crate::decoded,
        sslmode: word,
        leaves_host_empty: true,
        joins_hosts: false,
        minimum: 403,
    },
    Peer {
        name: "pg-connection-string 2.14",
        read: |text| Consumer::NodePostgres.read(&Secret::new(text)),
        sslmode: node,
        leaves_host_empty: true,
        joins_hosts: false,
        minimum: 401,
    },
    Peer {
        name: "postgres.js 3.4.9",
        read: |text| Consumer::PostgresJs.read(&Secret::new(text)),
        sslmode: |accepted| match accepted.encryption {
            Some(Encryption::Plaintext) => "False".to_owned(),
            _ => word(accepted),
        },
        leaves_host_empty: false,
        joins_hosts: false,
        minimum: 403,
    },
    Peer {
        name: "SQLAlchemy 2.1.9",
        read: |text| Consumer::SqlAlchemy.read(&Secret::new(text)),
        sslmode: word,
        leaves_host_empty: false,
        joins_hosts: true,
        minimum: 400,
    },
    Peer {
        name: "dj-database-url 3.1.2",
        read: |text| Consumer::DjDatabaseUrl.read(&Secret::new(text)),
        sslmode: word,
        leaves_host_empty: false,
        joins_hosts: true,
        minimum: 401,
    },
    Peer {
        name: "django-environ 0.14",
        read: |text| Consumer::DjangoEnviron.read(&Secret::new(text)),
        sslmode: word,
        leaves_host_empty: false,
        joins_hosts: true,
        minimum: 400,
    },
    Peer {
        name: "asyncpg 0.32",
        read: |text| Consumer::Asyncpg.read(&Secret::new(text)),
        sslmode: asyncpg,
        leaves_host_empty: false,
        joins_hosts: false,
        minimum: 400,
    },
];

/// The word as it stands; without one, libpq's default.
fn word(accepted: &Accepted) -> String {
    given(accepted.sslmode.as_ref()).unwrap_or_else(|| "prefer".to_owned())
}

/// The word, or what asyncpg does without one: no TLS over sockets alone.
fn asyncpg(accepted: &Accepted) -> String {
    match (given(accepted.sslmode.as_ref()), accepted.encryption) {
        (Some(word), _) => word.replace('_', "-"),
        (None, Some(Encryption::Plaintext)) => "disable".to_owned(),
        (None, _) => "prefer".to_owned(),
    }
}

/// What its words amount to.
fn node(accepted: &Accepted) -> String {
    let word = match accepted.encryption {
        Some(Encryption::Plaintext) if accepted.sslmode.is_none() => "prefer?none",
        Some(Encryption::Plaintext) => "disable",
        Some(Encryption::Require) => "require(no-verify)",
        Some(Encryption::VerifyFull) => "require(verify-full)",
        _ => "another",
    };
    word.to_owned()
}
