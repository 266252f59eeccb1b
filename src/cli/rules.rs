//! `rules`: every rule with its levels.

use super::{Error, Exit, args::Flags, output};
use crate::{
    page,
    report::Format,
    rules::{RULES, Rule},
};
use std::fmt::Write as _;

pub(super) fn run(flags: &Flags) -> Result<Exit, Error> {
    let text = if flags.format == Format::Json {
        let rules: Vec<_> = RULES.iter().map(|r| object(r)).collect();
        crate::report::json::document(&rules).map_err(|e| Error::Other(e.to_string()))?
    } else {
        let width = RULES.iter().map(|r| r.id.len()).max().unwrap_or_default();
        let mut text = format!("{:width$}  dtsp  boot\n", "rule");
        for rule in RULES {
            let boot = if rule.boot { "refuses" } else { "warns" };
            let _infallible = writeln!(text, "{:width$}  {}  {boot}", rule.id, rule.levels.letters());
        }
        text + "\nd development, t test, s staging, p production: . off, I note, W warning, E error\n"
    };
    output::stdout(&text)?;
    Ok(Exit::Success)
}

fn object(rule: &Rule) -> serde_json::Value {
    let level = |e| rule.levels.in_environment(e).as_str();
    let levels: serde_json::Map<String, serde_json::Value> =
        crate::environment::Environment::ALL.into_iter().map(|e| (e.to_string(), level(e).into())).collect();
    serde_json::json!({
        "rule": rule.id, "since": rule.since, "levels": levels, "boot": rule.boot,
        "summary": page::summary(rule),
    })
}
