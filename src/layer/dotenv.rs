//! Env file text ▶ entries, as a chosen loader reads it. Commands are never run.

mod interpolation;
mod python_dotenv;

use super::{Entry, Layer, LayerKind, MAX_BYTES, Problem, ProblemKind};
use crate::{
    secret::Secret,
    source::{SourceId, Sources},
};
use interpolation::interpolate;
use python_dotenv::{Line, Reader, is_name};
use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
    str::FromStr,
};

/// The loader whose reading is wanted.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
#[non_exhaustive]
pub enum Dialect {
    /// python-dotenv 1.2 (`dotenv/parser.py`, `dotenv/variables.py`), as `load_dotenv(override=False)`.
    #[default]
    PythonDotenv,
}

impl Dialect {
    /// The loader's name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::PythonDotenv => "python-dotenv",
        }
    }
}

impl FromStr for Dialect {
    type Err = UnknownDialect;

    fn from_str(name: &str) -> Result<Self, UnknownDialect> {
        [Self::PythonDotenv].into_iter().find(|d| d.as_str() == name).ok_or(UnknownDialect)
    }
}

/// The name belongs to no loader that this version can read as.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("not the name of a loader that this version knows; it knows `python-dotenv`")]
pub struct UnknownDialect;

/// What a loader puts into the environment: keys and values in the order of the text. A key of `environment` keeps
/// the value it has there. Text that is no UTF-8, or larger than [`MAX_BYTES`], yields nothing.
pub fn read(bytes: &[u8], dialect: Dialect, environment: &BTreeMap<String, String>) -> Vec<(String, Secret)> {
    let mut sources = Sources::default();
    let id = sources.add(crate::source::SourceKind::File(String::new()), bytes);
    let outer = |name: &str| environment.get(name).map(|v| Secret::new(v.as_str()));
    let layer = parse(&mut sources, id, dialect, &outer);
    let mut out: Vec<(String, Secret)> = Vec::new();
    for entry in layer.entries {
        let text = outer(&entry.key).unwrap_or(entry.value.text);
        match out.iter_mut().find(|(key, _)| *key == entry.key) {
            Some(earlier) => earlier.1 = text,
            None => out.push((entry.key, text)),
        }
    }
    out
}

/// The text of `id` as a layer. `outer` gives the variables that are set outside the file; they win over those of
/// the file in `${NAME}`.
pub fn parse(
    sources: &mut Sources,
    id: SourceId,
    dialect: Dialect,
    outer: &dyn Fn(&str) -> Option<Secret>,
) -> Layer {
    let Dialect::PythonDotenv = dialect;
    let name = match sources.get(id).kind() {
        crate::source::SourceKind::File(path) => path.clone(),
        _ => "standard input".into(),
    };
    let mut layer =
        Layer { name, kind: LayerKind::EnvFile, source: Some(id), entries: Vec::new(), problems: Vec::new() };
    let bytes = sources.get(id).bytes();
    if bytes.len() > MAX_BYTES {
        layer.problems.push(Problem { span: sources.span(id, 0..0), kind: ProblemKind::TooLarge });
        return layer;
    }
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(error) => {
            let at = error.valid_up_to();
            layer.problems.push(Problem { span: sources.span(id, at..at + 1), kind: ProblemKind::NotUtf8 });
            return layer;
        }
    };
    // `os.environ` takes no NUL: python-dotenv raises, and nothing of the file is set.
    if let Some(at) = text.find('\0') {
        layer.problems.push(Problem { span: sources.span(id, at..at + 1), kind: ProblemKind::Syntax });
        return layer;
    }
    let mut names = BTreeSet::new();
    let mut ahead = Reader::new(&text);
    while let Some(line) = ahead.binding() {
        if let Line::Binding { key, value: Some(raw) } = line
            && !raw.range.is_empty()
        {
            names.insert(&text[key]);
        }
    }
    let mut reader = Reader::new(&text);
    let mut known: BTreeMap<String, Secret> = BTreeMap::new();
    while let Some(line) = reader.binding() {
        // What is no assignment by its looks may be the rest of the value before it.
        let rest = match &line {
            Line::Binding { key, value } => value.is_none() || !is_name(&text[key.clone()]),
            Line::Bad(_) => true,
            Line::Blank => false,
        };
        if let Some(before) = layer.entries.last_mut().filter(|_| rest) {
            before.doubtful = true;
        }
        match line {
            Line::Binding { key, value: Some(raw) } => {
                let span = |r: Range<usize>| sources.span(id, r);
                let value = interpolate(
                    &raw.unescape(&text),
                    &span,
                    &|name| outer(name).or_else(|| known.get(name).cloned()),
                    &|name| names.contains(name) && *name != text[key.clone()],
                );
                known.insert(text[key.clone()].to_owned(), value.text.clone());
                layer.entries.push(Entry {
                    key: text[key.clone()].to_owned(),
                    value,
                    key_span: span(key),
                    value_span: span(raw.range),
                    doubtful: raw.doubtful,
                });
            }
            // A key alone has the value `None`, which also takes back what stood before.
            Line::Binding { key, value: None } => layer.entries.retain(|e| e.key != text[key.clone()]),
            Line::Blank => {}
            Line::Bad(range) => {
                let end = range.start + text[range.clone()].trim_end().len();
                layer
                    .problems
                    .push(Problem { span: sources.span(id, range.start..end), kind: ProblemKind::Syntax });
            }
        }
    }
    for range in reader.shown {
        let span = sources.span(id, range);
        sources.reveal(span);
    }
    layer
}
