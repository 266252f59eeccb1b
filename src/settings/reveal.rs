//! Proves which bytes of the layers' values may be shown, by what the variable means. What is in no vocabulary
//! stays masked.

use super::{
    document,
    engine::{Engine, Spelling, recognise},
    secret_file,
    variables::{Meaning, meaning_of},
};
use crate::{
    conninfo,
    layer::{Entry, Layer, LayerKind, Means},
    policy::Policy,
    source::{Sources, Span},
};
use std::ops::Range;

/// Reveals the harmless parts of every value of a layer.
pub fn reveal(sources: &mut Sources, layer: &Layer, policy: &Policy) {
    for entry in &layer.entries {
        for range in harmless(layer.kind, entry, policy) {
            for span in literal(entry, &range) {
                sources.reveal(span);
            }
        }
    }
}

/// Byte ranges of the value that are no secret to any reader.
fn harmless(kind: LayerKind, entry: &Entry, policy: &Policy) -> Vec<Range<usize>> {
    let text = entry.value.text.expose();
    let whole_if = |ok: bool| ok.then_some(0..text.len()).into_iter().collect();
    if kind == LayerKind::Policy {
        return whole_if(conninfo::shows(&entry.key, text));
    }
    if document::is_guessed(kind, entry, policy) {
        return document::visible(entry);
    }
    if let Some(Means::Fixed(keyword)) = entry.means {
        return whole_if(conninfo::shows(keyword, text));
    }
    match meaning_of(entry, policy) {
        _ if entry.doubtful => Vec::new(),
        Some(Meaning::Document) => document::visible(entry),
        None if entry.key == document::FLAG => document::visible(entry),
        None if secret_file::of(&entry.key, policy).is_some() => whole_if(secret_file::is_plain_path(text)),
        Some(Meaning::Url(_)) => url(text),
        Some(Meaning::Part(_, keyword) | Meaning::Libpq(keyword)) => whole_if(conninfo::shows(keyword, text)),
        // The class of a path.
        Some(Meaning::LibpqPath) => whole_if(conninfo::shows("sslrootcert", text)),
        Some(Meaning::Toggle(_) | Meaning::Marker(_) | Meaning::TestMode | Meaning::Debug) => whole_if(
            text.len() <= 64 && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"_.,-".contains(&b)),
        ),
        Some(Meaning::Functions) | None => Vec::new(),
    }
}

/// What of a connection string may be shown.
pub fn url(text: &str) -> Vec<Range<usize>> {
    match recognise(text) {
        (Engine::Postgres, Spelling::Libpq, _) => conninfo::visible(text),
        (_, Spelling::Npgsql, _) => conninfo::visible_npgsql(text),
        _ => conninfo::visible_url(text),
    }
}

/// The source bytes of a range of the value, without what is derived.
fn literal(entry: &Entry, range: &Range<usize>) -> Vec<Span> {
    entry
        .value
        .map
        .iter()
        .filter(|s| s.is_exact())
        .filter_map(|s| {
            let (from, to) = (range.start.max(s.value.start), range.end.min(s.value.end));
            if from < to { entry.value.span_of(from..to) } else { None }
        })
        .collect()
}
