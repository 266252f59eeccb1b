//! The loaders by name.

use super::{
    table::{TABLE, of},
    traits::Precedence,
};
use std::str::FromStr;

/// The loader whose reading is wanted. The name is that of the program or library; where one program reads two ways,
/// the name says which.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
#[non_exhaustive]
pub enum Dialect {
    /// python-dotenv, as `load_dotenv(override=False)`.
    #[default]
    PythonDotenv,
    /// `dotenv` of npm.
    NodeDotenv,
    /// godotenv, as `godotenv.Load()`.
    Godotenv,
    /// dotenvy, as `dotenvy::dotenv()`.
    Dotenvy,
    /// The crate `dotenv`.
    DotenvRs,
    /// `docker run --env-file`.
    DockerRun,
    /// `env_file:` of docker compose v2.
    ComposeEnvFile,
    /// `env_file:` with `format: raw`.
    ComposeRaw,
    /// The `.env` beside a compose file.
    ComposeDotEnv,
    /// `EnvironmentFile=` of a systemd unit.
    Systemd,
    /// `set -a; . FILE` in bash.
    Bash,
    /// The same in dash, Debian's `sh`.
    Dash,
    /// django-environ, as `Env.read_env()`.
    DjangoEnviron,
    /// honcho.
    Honcho,
    /// python-decouple's `.env`, and what Starlette's `Config` reads.
    Decouple,
    /// `env_file:` of docker-compose v1.
    ComposeV1,
    /// `export $(grep -v '^#' FILE | xargs)`.
    ExportXargs,
    /// dotenv-expand on what node's dotenv read.
    DotenvExpand,
    /// `@next/env`: Next.js.
    NextEnv,
    /// `dotenvx run`.
    Dotenvx,
    /// `node --env-file`.
    NodeEnvFile,
    /// Bun.
    Bun,
    /// Ruby's dotenv, as `Dotenv.load`.
    RubyDotenv,
    /// `dotenv` in an `.envrc`.
    Direnv,
    /// phpdotenv, as `Dotenv::createImmutable`.
    Phpdotenv,
    /// Symfony's Dotenv, as `load`.
    Symfony,
}

impl Dialect {
    /// All loaders, in the order of docs/loaders.md.
    pub const ALL: [Self; 26] = [
        Self::PythonDotenv,
        Self::NodeDotenv,
        Self::Godotenv,
        Self::Dotenvy,
        Self::DotenvRs,
        Self::DockerRun,
        Self::ComposeEnvFile,
        Self::ComposeRaw,
        Self::ComposeDotEnv,
        Self::Systemd,
        Self::Bash,
        Self::Dash,
        Self::DjangoEnviron,
        Self::Honcho,
        Self::Decouple,
        Self::ComposeV1,
        Self::ExportXargs,
        Self::DotenvExpand,
        Self::NextEnv,
        Self::Dotenvx,
        Self::NodeEnvFile,
        Self::Bun,
        Self::RubyDotenv,
        Self::Direnv,
        Self::Phpdotenv,
        Self::Symfony,
    ];

    /// The eight that most env files meet.
    pub const MAIN: [Self; 8] = [
        Self::PythonDotenv,
        Self::NodeDotenv,
        Self::Dotenvy,
        Self::ComposeEnvFile,
        Self::DockerRun,
        Self::Systemd,
        Self::Bash,
        Self::Godotenv,
    ];

    /// Of the main ones those that are libraries, or read as one: what a service may use when nobody says.
    pub const LIBRARIES: [Self; 5] =
        [Self::PythonDotenv, Self::NodeDotenv, Self::Dotenvy, Self::Godotenv, Self::ComposeEnvFile];

    /// The loader's name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::PythonDotenv => "python-dotenv",
            Self::NodeDotenv => "node dotenv",
            Self::Godotenv => "godotenv",
            Self::Dotenvy => "dotenvy",
            Self::DotenvRs => "dotenv(rs)",
            Self::DockerRun => "docker run --env-file",
            Self::ComposeEnvFile => "compose env_file",
            Self::ComposeRaw => "compose env_file raw",
            Self::ComposeDotEnv => "compose .env",
            Self::Systemd => "systemd EnvironmentFile",
            Self::Bash => "bash set -a; .",
            Self::Dash => "dash set -a; .",
            Self::DjangoEnviron => "django-environ",
            Self::Honcho => "honcho",
            Self::Decouple => "python-decouple",
            Self::ComposeV1 => "docker-compose v1 env_file",
            Self::ExportXargs => "export $(grep|xargs)",
            Self::DotenvExpand => "dotenv-expand",
            Self::NextEnv => "@next/env",
            Self::Dotenvx => "dotenvx",
            Self::NodeEnvFile => "node --env-file",
            Self::Bun => "bun",
            Self::RubyDotenv => "ruby dotenv",
            Self::Direnv => "direnv",
            Self::Phpdotenv => "phpdotenv",
            Self::Symfony => "symfony/dotenv",
        }
    }

    /// Shorter names that are understood too.
    pub fn aliases(self) -> &'static [&'static str] {
        match self {
            Self::NodeDotenv => &["node-dotenv", "dotenv"],
            Self::DotenvRs => &["dotenv-rs"],
            Self::DockerRun => &["docker-run", "docker"],
            Self::ComposeEnvFile => &["compose", "docker-compose"],
            Self::ComposeRaw => &["compose-raw"],
            Self::ComposeDotEnv => &["compose-dotenv"],
            Self::Systemd => &["systemd"],
            Self::Bash => &["bash"],
            Self::Dash => &["dash", "sh"],
            Self::DjangoEnviron => &["environ"],
            Self::Decouple => &["decouple", "starlette"],
            Self::ComposeV1 => &["docker-compose-v1"],
            Self::ExportXargs => &["xargs"],
            Self::NextEnv => &["next"],
            Self::NodeEnvFile => &["node"],
            Self::RubyDotenv => &["dotenv-rb", "ruby-dotenv"],
            Self::Symfony => &["symfony"],
            _ => &[],
        }
    }

    /// What tells the loader apart, in words: column and cell of the table in docs/loaders.md.
    #[doc(hidden)]
    pub fn differences(self) -> Vec<(&'static str, String)> {
        of(self).words()
    }

    /// Whether the program begins with the variables of the file alone, and not in an environment that has others.
    pub fn starts_afresh(self) -> bool {
        of(self).precedence == Precedence::Alone
    }

    /// The version whose reading was followed.
    pub fn version(self) -> &'static str {
        of(self).version
    }
}

impl std::fmt::Display for Dialect {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Dialect {
    type Err = UnknownDialect;

    /// Takes the name and the aliases.
    fn from_str(name: &str) -> Result<Self, UnknownDialect> {
        let named = |d: &Self| d.as_str() == name || d.aliases().contains(&name);
        TABLE.iter().map(|t| t.dialect).find(named).ok_or(UnknownDialect)
    }
}

/// The name belongs to no loader that this version can read as.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error(
    "not the name of a loader that this version knows; docs/loaders.md lists them, `python-dotenv` is one"
)]
pub struct UnknownDialect;
