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
        Some(match word.to_ascii_lowercase().as_str() {
            "development" | "dev" | "local" => Self::Development,
            "test" | "testing" | "ci" => Self::Test,
            "staging" | "stage" | "stg" | "qa" | "uat" | "preview" | "preprod" => Self::Staging,
            "production" | "prod" | "prd" | "live" => Self::Production,
            _ => return None,
        })
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
