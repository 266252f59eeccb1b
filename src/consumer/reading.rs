//! What a client library makes of a connection string: accepted as what, or refused. One file a library beside this
//! one; each follows the library's own parser and is held against recorded answers.

use crate::{conninfo::SslMode, secret::Secret};

/// A library's answer to a string.
#[derive(Clone, Debug)]
pub enum Reading {
    /// It goes on with this.
    Accepted(Accepted),
    /// It raises before anything is dialled. The reason is ours, and free of the string.
    Rejected(&'static str),
}

/// What a library would go on with. Nothing here was proved harmless.
#[derive(Clone, Default, Debug)]
pub struct Accepted {
    /// The engine it takes the string for.
    pub backend: Backend,
    /// Hosts in the order of dialling, with their ports; a socket is its directory. Empty where the library names
    /// none and leaves the choice to what it hands the string on to.
    pub hosts: Vec<(Secret, u16)>,
    /// The string names no host: `hosts` has what the library takes where the environment names none either.
    pub host_is_default: bool,
    /// The role; none where the library takes a default.
    pub user: Option<Secret>,
    /// The password.
    pub password: Option<Secret>,
    /// The database, or the file of SQLite; none where the library takes a default.
    pub dbname: Option<Secret>,
    /// The word for encryption that this library heeds, as it stands in the string (`sslmode=`, or the library's own
    /// `ssl=`); none where the string says nothing that it heeds.
    pub sslmode: Option<Secret>,
    /// What that word, or its absence, amounts to; none where it is left to what the library hands the string on to.
    pub encryption: Option<Encryption>,
    /// SQLAlchemy's drivername, Django's ENGINE.
    pub driver: Option<Secret>,
    /// Every other parameter, in order, and what becomes of it.
    pub parameters: Vec<Parameter>,
    /// It is accepted here and fails before or at the first connection: why.
    pub later: Option<&'static str>,
}

/// What a library does about TLS, whatever it calls it. Ordered from the weakest to the strongest.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Encryption {
    /// Never TLS: `disable`, and what Node's clients do unasked.
    Plaintext,
    /// Plaintext first, TLS if the server insists.
    Allow,
    /// TLS first, plaintext if the server has none: whoever sits between decides.
    Prefer,
    /// TLS or nothing, with whoever answers.
    Require,
    /// TLS, and the certificate is signed by a root that is trusted.
    VerifyCa,
    /// TLS, and the certificate is the host's.
    VerifyFull,
}

impl Encryption {
    /// libpq's word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Plaintext => "disable",
            Self::Allow => "allow",
            Self::Prefer => "prefer",
            Self::Require => "require",
            Self::VerifyCa => "verify-ca",
            Self::VerifyFull => "verify-full",
        }
    }
}

impl From<SslMode> for Encryption {
    /// What the word amounts to in libpq.
    fn from(mode: SslMode) -> Self {
        match mode {
            SslMode::Disable => Self::Plaintext,
            SslMode::Allow => Self::Allow,
            SslMode::Prefer => Self::Prefer,
            SslMode::Require => Self::Require,
            SslMode::VerifyCa => Self::VerifyCa,
            SslMode::VerifyFull => Self::VerifyFull,
        }
    }
}

/// The engine that a library takes a string for.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub enum Backend {
    /// PostgreSQL.
    #[default]
    Postgres,
    /// A file of SQLite, or memory.
    Sqlite {
        /// Gone with the process.
        memory: bool,
    },
    /// Another engine, or none that it could load.
    Other,
}

impl Accepted {
    /// Notes a parameter.
    pub(super) fn note(&mut self, name: &str, value: &str, fate: Fate) {
        self.parameters.push(Parameter { name: name.into(), value: value.into(), fate });
    }
}

/// One parameter of a string.
#[derive(Clone, Debug)]
pub struct Parameter {
    /// The name, decoded.
    pub name: Secret,
    /// The value, decoded.
    pub value: Secret,
    /// What becomes of it.
    pub fate: Fate,
}

/// What becomes of a parameter.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fate {
    /// The library heeds it.
    Heeded,
    /// It is handed to the driver below without a look.
    HandedOn,
    /// It becomes a run-time setting of the session, which the server may refuse.
    Setting,
    /// It is dropped without a word.
    Ignored,
}
