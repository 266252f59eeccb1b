//! The process environment and command line flags as layers: each variable and flag is a source of its own.

use super::{Entry, Layer, LayerKind, Problem, ProblemKind, Value};
use crate::source::{SourceKind, Sources};

/// The variables that `keep` asks for. Values that are no UTF-8 become a problem and no entry.
pub fn variables<'a>(
    sources: &mut Sources,
    environment: impl IntoIterator<Item = (&'a str, &'a [u8])>,
    keep: impl Fn(&str) -> bool,
) -> Layer {
    let mut layer = Layer {
        name: "environment".into(),
        kind: LayerKind::Environment,
        source: None,
        entries: Vec::new(),
        problems: Vec::new(),
        refused: false,
        block: None,
        word: None,
        started_in: None,
        reads: Vec::new(),
    };
    for (key, bytes) in environment {
        if keep(key) {
            push(&mut layer, sources, SourceKind::Variable(key.to_owned()), key, bytes);
        }
    }
    layer
}

/// One flag that sets `key`; `spelling` is the flag as typed, with its dashes.
pub fn flag(sources: &mut Sources, spelling: &str, key: &str, value: &str) -> Layer {
    let mut layer = Layer {
        name: "command line".into(),
        kind: LayerKind::Flag,
        source: None,
        entries: Vec::new(),
        problems: Vec::new(),
        refused: false,
        block: None,
        word: None,
        started_in: None,
        reads: Vec::new(),
    };
    push(&mut layer, sources, SourceKind::Flag(spelling.to_owned()), key, value.as_bytes());
    layer
}

/// One flag that names a whole document, whose text is a source of its own.
pub fn document(sources: &mut Sources, source: SourceKind, key: &str, bytes: &[u8]) -> Layer {
    let mut layer = Layer {
        name: "command line".into(),
        kind: LayerKind::Flag,
        source: None,
        entries: Vec::new(),
        problems: Vec::new(),
        refused: false,
        block: None,
        word: None,
        started_in: None,
        reads: Vec::new(),
    };
    push(&mut layer, sources, source, key, bytes);
    layer
}

fn push(layer: &mut Layer, sources: &mut Sources, kind: SourceKind, key: &str, bytes: &[u8]) {
    let id = sources.add(kind, bytes);
    let span = sources.span(id, 0..bytes.len());
    match std::str::from_utf8(bytes) {
        Ok(text) => layer.entries.push(Entry {
            key: key.to_owned(),
            value: Value::literal(text, span),
            key_span: span,
            value_span: span,
            doubtful: false,
            told: None,
        }),
        Err(_) => layer.problems.push(Problem { span, kind: ProblemKind::NotUtf8 }),
    }
}
