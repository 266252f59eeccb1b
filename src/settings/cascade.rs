//! Which env files a project's framework reads, weakest first.

use crate::environment::Environment;

/// Who reads the env files.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
#[non_exhaustive]
pub enum Framework {
    /// A plain loader: `.env` alone.
    #[default]
    Plain,
    /// Next.js, dotenv-rails, dotenv-flow: `.env.local` above `.env.<environment>`.
    Next,
    /// Vite: `.env.<environment>` above `.env.local`.
    Vite,
}

impl Framework {
    /// The names that are read in an environment, weakest first. Tests skip `.env.local`, so that every machine
    /// runs the same ones.
    pub fn cascade(self, environment: Environment) -> Vec<String> {
        let (own, local) = (format!(".env.{environment}"), ".env.local".to_owned());
        let own_local = format!(".env.{environment}.local");
        let base = ".env".to_owned();
        match (self, environment) {
            (Self::Plain, _) => vec![base],
            (_, Environment::Test) => vec![base, own, own_local],
            (Self::Next, _) => vec![base, own, local, own_local],
            (Self::Vite, _) => vec![base, local, own, own_local],
        }
    }

    /// By what stands in the project's root: the text of package.json and of the Gemfile.
    pub fn detect(package_json: Option<&str>, gemfile: Option<&str>) -> Self {
        let depends = |on: &str| package_json.is_some_and(|t| t.contains(&format!("\"{on}\"")));
        let gem = |name: &str| {
            gemfile.is_some_and(|t| t.lines().any(|l| l.trim_start().starts_with("gem") && l.contains(name)))
        };
        if depends("next") || depends("dotenv-flow") || gem("dotenv-rails") || gem("dotenv") {
            Self::Next
        } else if depends("vite") {
            Self::Vite
        } else {
            Self::Plain
        }
    }
}
