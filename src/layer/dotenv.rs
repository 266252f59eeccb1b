//! Env file text ▶ entries, as a chosen loader reads it. Commands are never run.
//!
//! One table says what tells the loaders apart (`dotenv/table.rs`); a few engines read by it. docs/loaders.md shows
//! the table and what is known to differ.

#![expect(
    clippy::single_match_else,
    clippy::match_same_arms,
    clippy::similar_names,
    clippy::assigning_clones,
    clippy::needless_pass_by_value,
    clippy::unnecessary_wraps,
    clippy::struct_excessive_bools,
    clippy::single_range_in_vec_init,
    reason = "the engines keep the shape of what they describe, state by state"
)]

mod bun;
mod decode;
mod dialect;
mod go;
mod javascript;
mod lines;
mod node;
mod outcome;
mod php;
mod plain;
mod python;
mod python_lines;
mod ruby;
mod run;
mod rust;
mod shell;
mod symfony;
mod systemd;
mod table;
mod text;
mod traits;
mod xargs;

pub use dialect::{Dialect, UnknownDialect};
pub use outcome::Outcome;
pub use plain::is_plain;
#[cfg(test)]
pub(crate) use plain::tests as plain_tests;

use super::{Layer, ProblemKind};
use crate::{
    secret::Secret,
    source::{SourceId, SourceKind, Sources},
};
use std::collections::BTreeMap;

/// What a loader puts into the environment.
#[derive(Clone, Debug, Default)]
pub struct Environment {
    /// Keys and values, in the order in which the text names them first.
    pub variables: Vec<(String, Secret)>,
    /// What the loader would run, and what differs at every start, at most the first 64. It is not run: the values
    /// that hang on it lack it.
    pub depends: Vec<Place>,
}

/// A place in a file with what is the matter there.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Place {
    /// 1-based.
    pub line: usize,
    /// 1-based, in characters.
    pub column: usize,
    /// What is the matter.
    pub kind: ProblemKind,
}

/// The loader gives up and tells its program so. No text of the file is in here.
#[derive(Clone, Debug, thiserror::Error)]
#[error("line {}, column {}: {}", place.line, place.column, place.kind)]
pub struct Refused {
    /// Where it stopped and why.
    pub place: Place,
    /// What it had set before; a program that passes over the error goes on with it.
    pub before: Environment,
}

/// So many places are named.
const PLACES: usize = 64;

/// What a loader puts into the environment: keys and values in the order of the text. Where the loader lets the
/// environment win, a key of `environment` keeps the value that it has there.
///
/// # Errors
/// Where the loader itself would fail, and for a text larger than [`MAX_BYTES`](super::MAX_BYTES).
pub fn read(
    bytes: &[u8],
    dialect: Dialect,
    environment: &BTreeMap<String, String>,
) -> Result<Environment, Refused> {
    let mut sources = Sources::default();
    let id = sources.add(SourceKind::File(String::new()), bytes);
    let outer = |name: &str| environment.get(name).map(|v| Secret::new(v.as_str()));
    let outcome = Outcome::new(&sources, id, dialect, &outer);
    let place = |problem: &super::Problem| {
        let at = sources.get(id).line_column(problem.span.start as usize);
        Place { line: at.line, column: at.column, kind: problem.kind }
    };
    let mut out = Environment {
        variables: Vec::new(),
        depends: outcome.depends.iter().take(PLACES).map(place).collect(),
    };
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for entry in outcome.layer.entries {
        let kept = outer(&entry.key).filter(|value| outcome::keeps(dialect, value));
        let text = kept.unwrap_or(entry.value.text);
        match seen.get(&entry.key) {
            Some(at) => out.variables[*at].1 = text,
            None => {
                seen.insert(entry.key.clone(), out.variables.len());
                out.variables.push((entry.key, text));
            }
        }
    }
    match &outcome.refused {
        Some(problem) => Err(Refused { place: place(problem), before: out }),
        None => Ok(out),
    }
}

/// The text of `id` as a layer, with the keys of the chosen reading revealed. `outer` gives the variables that are set
/// outside the file.
pub fn parse(
    sources: &mut Sources,
    id: SourceId,
    dialect: Dialect,
    outer: &dyn Fn(&str) -> Option<Secret>,
) -> Layer {
    let mut outcome = Outcome::new(sources, id, dialect, outer);
    // A loader that goes on has other signs in place of each second byte: no name that a program asks for is among what it makes.
    if outcome.refused.is_none() && is_wide(sources.get(id).bytes()) {
        outcome.layer.entries.clear();
        outcome.layer.problems =
            vec![super::Problem { span: sources.span(id, 0..2), kind: ProblemKind::NotUtf8 }];
        return outcome.layer;
    }
    outcome.reveal(sources);
    outcome.layer
}

/// Whether a text begins with the byte order mark of UTF-16, as what Windows PowerShell's `>` writes.
pub fn is_wide(bytes: &[u8]) -> bool {
    bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff])
}

/// As [`parse`], revealing nothing: for comparing what several loaders make of one source. Only the reading in force
/// may show a source, so that no loader shows what is half of a value to another.
pub fn parse_silently(
    sources: &Sources,
    id: SourceId,
    dialect: Dialect,
    outer: &dyn Fn(&str) -> Option<Secret>,
) -> Outcome {
    Outcome::new(sources, id, dialect, outer)
}
