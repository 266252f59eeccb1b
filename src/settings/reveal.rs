//! Proves which bytes of the layers' values may be shown, by what the variable means. What is in no vocabulary
//! stays masked.

use super::{
    document, encrypted,
    engine::{Engine, Spelling, recognise},
    secret_file,
    variables::{Meaning, meaning_of},
};
use crate::{
    conninfo,
    layer::{Entry, Layer, LayerKind, Means, SegmentKind, Tls},
    policy::Policy,
    source::{Sources, Span},
};
use std::ops::Range;

/// Reveals the harmless parts of every value of a layer. One that is written otherwise than it is read is in doubt from then on:
/// nothing of it is shown, wherever it is read later.
pub fn reveal(sources: &mut Sources, layer: &mut Layer, policy: &Policy) {
    for entry in &mut layer.entries {
        entry.doubtful |= !is_as_written(sources, entry);
    }
    for entry in &layer.entries {
        match harmless(layer.kind, entry, policy) {
            Harmless::Nothing => {}
            Harmless::All => show(sources, entry, &(0..entry.value.text.expose().len())),
            Harmless::Ranges(ranges) => ranges.iter().for_each(|range| show(sources, entry, range)),
        }
    }
}

/// What of a value is no secret to any reader.
enum Harmless {
    Nothing,
    All,
    /// Of bytes of the value.
    Ranges(Vec<Range<usize>>),
}

fn harmless(kind: LayerKind, entry: &Entry, policy: &Policy) -> Harmless {
    let text = entry.value.text.expose();
    let whole_if = |ok: bool| if ok { Harmless::All } else { Harmless::Nothing };
    if kind == LayerKind::Policy {
        return whole_if(conninfo::shows(&entry.key, text));
    }
    if document::is_guessed(kind, entry, policy) {
        return Harmless::Ranges(document::visible(entry));
    }
    if let Some(Means::Fixed(keyword)) = entry.means() {
        return whole_if(conninfo::shows(keyword, text));
    }
    match meaning_of(entry, policy) {
        _ if entry.doubtful => Harmless::Nothing,
        // One of a few words for no.
        None if encrypted::of_entry(entry, policy) == Some(Tls::Unverified) => whole_if(text.len() <= 8),
        Some(Meaning::Document) => Harmless::Ranges(document::visible(entry)),
        None if entry.key == document::FLAG => Harmless::Ranges(document::visible(entry)),
        None if secret_file::of(&entry.key, policy).is_some() => whole_if(secret_file::is_plain_path(text)),
        Some(Meaning::Url(_)) => Harmless::Ranges(url(text)),
        Some(Meaning::Part(_, keyword) | Meaning::Libpq(keyword)) => whole_if(conninfo::shows(keyword, text)),
        // The class of a path.
        Some(Meaning::LibpqPath) => whole_if(conninfo::shows("sslrootcert", text)),
        Some(Meaning::Toggle(_) | Meaning::Marker(_) | Meaning::TestMode | Meaning::Debug) => whole_if(
            text.len() <= 64 && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"_.,-".contains(&b)),
        ),
        Some(Meaning::Functions) | None => Harmless::Nothing,
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

/// Whether the proof of what a loader makes of a value is one of what is written, too: each reference is of a form that all
/// of them know, and none takes an `@` with it. `u:p@ss${z@${H}/d` has one where `${z@${H}` is nothing, and was written with two.
fn is_as_written(sources: &Sources, entry: &Entry) -> bool {
    let map = &entry.value.map;
    let derived = || map.iter().filter(|s| !matches!(s.kind, SegmentKind::Literal | SegmentKind::Escape));
    if derived().next().is_none() {
        return true;
    }
    let written = |span: Span| sources.get(span.source).bytes().get(span.range()).unwrap_or_default();
    let signs = |bytes: &[u8]| bytes.split(|b| *b == b'@').count() - 1;
    let text = entry.value.text.expose().as_bytes();
    let kept = map.iter().filter(|s| s.is_exact() || s.kind == SegmentKind::Escape);
    let kept: usize = kept.map(|s| text.get(s.value.clone()).map_or(0, signs)).sum();
    derived().all(|s| s.is_exact() || is_reference(written(s.span)))
        && signs(written(entry.value_span)) == kept
}

/// `$NAME`, `${NAME}`, and a name with one of a shell's operators behind it: `${NAME:-default}`.
fn is_reference(written: &[u8]) -> bool {
    let Some(rest) = written.strip_prefix(b"$") else { return false };
    let braced = rest.strip_prefix(b"{");
    let rest = braced.unwrap_or(rest);
    let end = rest.iter().position(|b| !(b.is_ascii_alphanumeric() || *b == b'_')).unwrap_or(rest.len());
    let named = rest.first().is_some_and(|b| b.is_ascii_alphabetic() || *b == b'_');
    named
        && match (braced, &rest[end..]) {
            (None, behind) => behind.is_empty(),
            (Some(_), [operator, .., b'}']) => b":-?+=".contains(operator),
            (Some(_), behind) => behind == b"}",
        }
}

/// Reveals the source bytes of a range of the value, without what is derived.
fn show(sources: &mut Sources, entry: &Entry, range: &Range<usize>) {
    for segment in entry.value.map.iter().filter(|s| s.is_exact()) {
        let (from, to) = (range.start.max(segment.value.start), range.end.min(segment.value.end));
        if let Some(span) = (from < to).then(|| entry.value.span_of(from..to)).flatten() {
            sources.reveal(span);
        }
    }
}
