//! What the lock files of Python's installers have: the distributions that stand in none of the manifests, because
//! another one requires them. Of poetry.lock, uv.lock and pdm.lock (`name = "asyncpg"` below `[[package]]`) and
//! Pipfile.lock (`"asyncpg": {`) only the drivers of PostgreSQL are kept.

use super::python::lines;
use crate::consumer::driver::{Driver, Requirement};

/// The drivers in a lock file, as they are called there.
pub(super) fn drivers(text: &str) -> impl Iterator<Item = String> {
    let mut inside = false;
    lines(text).filter_map(move |(_, line)| {
        let line = line.trim();
        if line.starts_with('[') {
            inside = line == "[[package]]";
        }
        let of_toml = || line.strip_prefix("name").filter(|_| inside)?.trim_start().strip_prefix('=');
        let of_json = || line.strip_suffix('{')?.trim_end().strip_suffix(':');
        let name = of_toml().or_else(of_json)?.trim().trim_matches('"');
        let brings =
            |driver: Driver| driver.is_brought_by(&Requirement { distribution: name, extras: &[] }, None);
        Driver::ALL.into_iter().any(brings).then(|| name.to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(text: &str) -> Vec<String> {
        drivers(text).collect()
    }

    #[test]
    fn drivers_are_found_and_nothing_else_is() {
        let toml = "[[package]]\nname = \"Psycopg2_Binary\"\nversion = \"2.9\"\n\n[package.extras]\nname = \"asyncpg\"\n\n\
            [[package]]\nname = \"langgraph\"\ndependencies = [\n    { name = \"asyncpg\" },\n]\n";
        assert_eq!(said(toml), ["Psycopg2_Binary"]);
        let json = "{\n  \"default\": {\n    \"asyncpg\": {\n      \"version\": \"==0.30\"\n    },\n    \"flask\": {}\n  }\n}\n";
        assert_eq!(said(json), ["asyncpg"]);
        assert!(said("name = \"asyncpg\"\n").is_empty());
    }
}
