//! Why a guard gave no `Ready`.

use crate::{layer::ProviderError, policy::PolicyError, report::Report, world::ReadError};
use std::{fmt, io};

/// Why a guard gave no [`Ready`](super::Ready). `Refused` is a verdict; everything else means that the guard could
/// not judge.
///
/// `Debug` says what `Display` says: a `main` that returns the error prints the report.
#[non_exhaustive]
pub enum Error {
    /// The configuration or the server is refused; the report says why and where.
    Refused(Box<Report>),
    /// The configuration is fine, and it is no PostgreSQL database, so there is nothing to connect to.
    NotPostgres(Box<Report>),
    /// pgward.toml cannot be read.
    Policy(PolicyError),
    /// A file that was named cannot be read.
    Read(ReadError),
    /// A configuration provider cannot be used.
    Provider(ProviderError),
    /// A `PGWARD_*` variable has a value that means nothing.
    Variable {
        /// Its name.
        name: &'static str,
        /// What would mean something.
        expected: &'static str,
    },
    /// `Guard::retry` was given a name that no retry can help.
    Retry(String),
    /// The blocking door was used inside a tokio runtime, where `postgres::Client` panics.
    InsideRuntime,
    /// The asynchronous door was used outside a tokio runtime.
    NoRuntime,
    /// The verified server did not take another session.
    Connect(String),
    /// The system gave no thread or no event queue.
    Io(io::ErrorKind),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(report) => report.fmt(f),
            Self::NotPostgres(_) => {
                f.write_str("the configured database is not PostgreSQL: there is nothing to connect to")
            }
            Self::Policy(error) => error.fmt(f),
            Self::Read(error) => error.fmt(f),
            Self::Provider(error) => error.fmt(f),
            Self::Variable { name, expected } => write!(f, "{name} must be {expected}"),
            Self::Retry(reason) => write!(f, "retry: {reason}"),
            Self::InsideRuntime => {
                f.write_str("`connect` blocks and cannot be used inside a tokio runtime: use `connect_async`")
            }
            Self::NoRuntime => f.write_str("`enforce_async` needs a tokio runtime: use `enforce`"),
            Self::Connect(reason) => write!(f, "the verified server did not take another session: {reason}"),
            Self::Io(kind) => write!(f, "the system gave no thread or no event queue: {kind}"),
        }
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for Error {}

impl From<PolicyError> for Error {
    fn from(error: PolicyError) -> Self {
        Self::Policy(error)
    }
}

impl From<ReadError> for Error {
    fn from(error: ReadError) -> Self {
        Self::Read(error)
    }
}

impl From<ProviderError> for Error {
    fn from(error: ProviderError) -> Self {
        Self::Provider(error)
    }
}
