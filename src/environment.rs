//! The four environments, and the words that mean them.

use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// Where a service runs. Rules are as strict as the environment asks for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Environment {
    /// A checkout on somebody's machine.
    Development,
    /// A test suite, in CI or not.
    Test,
    /// A rehearsal of production.
    Staging,
    /// The real thing.
    Production,
}

/// The words in use, each with the environment that it means.
pub(crate) const WORDS: &[(&str, Environment)] = &[
    ("development", Environment::Development),
    ("dev", Environment::Development),
    ("local", Environment::Development),
    ("test", Environment::Test),
    ("testing", Environment::Test),
    ("ci", Environment::Test),
    ("staging", Environment::Staging),
    ("stage", Environment::Staging),
    ("stg", Environment::Staging),
    ("qa", Environment::Staging),
    ("uat", Environment::Staging),
    ("preview", Environment::Staging),
    ("preprod", Environment::Staging),
    ("production", Environment::Production),
    ("prod", Environment::Production),
    ("prd", Environment::Production),
    ("live", Environment::Production),
];

impl Environment {
    /// All four, the mildest first.
    pub const ALL: [Self; 4] = [Self::Development, Self::Test, Self::Staging, Self::Production];

    /// The one word that pgward prints.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Development => "development",
            Self::Test => "test",
            Self::Staging => "staging",
            Self::Production => "production",
        }
    }

    /// The environment that a word in use means, whatever its case: `prd` is production, `ci` is test.
    pub fn from_word(word: &str) -> Option<Self> {
        let first = word.as_bytes().first()?.to_ascii_lowercase();
        // Most words begin with no letter of these, or with that of a few.
        let mut like =
            WORDS.iter().filter(|(known, _)| known.as_bytes()[0] == first && known.len() == word.len());
        like.find(|(known, _)| known.eq_ignore_ascii_case(word)).map(|(_, environment)| *environment)
    }
}

impl fmt::Display for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A word that means no environment that pgward knows.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("not an environment: use development, test, staging or production")]
pub struct UnknownEnvironment;

impl FromStr for Environment {
    type Err = UnknownEnvironment;

    fn from_str(word: &str) -> Result<Self, UnknownEnvironment> {
        Self::from_word(word).ok_or(UnknownEnvironment)
    }
}
