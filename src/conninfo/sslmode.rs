//! libpq's six words for TLS.

use std::{fmt, str::FromStr};

/// `sslmode`, weakest first. libpq's default is `prefer`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub enum SslMode {
    /// No TLS, even if the server wants it.
    Disable,
    /// TLS only if the server refuses without.
    Allow,
    /// TLS if the server has it, else plain text: no protection against an active attacker.
    #[default]
    Prefer,
    /// TLS or nothing; the certificate is not checked (unless a root file lies there: libpq).
    Require,
    /// TLS, and the chain of the certificate is checked.
    VerifyCa,
    /// TLS, the chain and the name of the host are checked.
    VerifyFull,
}

/// A word that is no `sslmode`. Which word it was is not told.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct UnknownSslMode;

impl SslMode {
    /// libpq's spelling.
    pub fn as_str(self) -> &'static str {
        WORDS[self as usize]
    }
}

/// In the order of the enum (`connectOptions2`).
pub(super) const WORDS: &[&str] = &["disable", "allow", "prefer", "require", "verify-ca", "verify-full"];

const ALL: [SslMode; 6] = [
    SslMode::Disable,
    SslMode::Allow,
    SslMode::Prefer,
    SslMode::Require,
    SslMode::VerifyCa,
    SslMode::VerifyFull,
];

impl FromStr for SslMode {
    type Err = UnknownSslMode;

    /// To the letter: libpq knows neither `REQUIRE` nor `required`.
    fn from_str(word: &str) -> Result<Self, UnknownSslMode> {
        ALL.into_iter().find(|m| m.as_str() == word).ok_or(UnknownSslMode)
    }
}

impl fmt::Display for SslMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Display for UnknownSslMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no sslmode: libpq knows {}", WORDS.join(", "))
    }
}

impl std::error::Error for UnknownSslMode {}
