//! The spelling of a value that all loaders in play read alike, found by trying and reading.

use super::line::Line;
use crate::{
    layer::dotenv::{Dialect, parse_silently},
    secret::Secret,
    source::{SourceKind, Sources},
};
use std::ops::Range;

/// What is replaced by what. Only signs, quotes and line ends are put in, never a part of a value.
pub(super) type Edits = Vec<(Range<usize>, &'static str)>;

/// Edits that make every loader read `value`; the least change first. None where the value does not stand in the
/// line as it is, or no spelling suits all.
pub(super) fn search(
    line: &Line<'_>,
    key: &str,
    value: &str,
    loaders: &[Dialect],
    outer: &dyn Fn(&str) -> Option<Secret>,
) -> Option<Edits> {
    // A byte order mark has no column, so that no edit can name it.
    if value.contains(['\n', '\r', '\0']) || line.lead().contains('\u{feff}') {
        return None;
    }
    if value.is_empty() {
        let at = line.comment()?;
        let blanks = line.raw.start..at;
        let edits = vec![(blanks.clone(), "\n")];
        let alone = line.text[blanks].trim().is_empty();
        return (alone && all_read(line, key, value, &edits, loaders, outer)).then_some(edits);
    }
    let raw = &line.text[line.raw.clone()];
    let at = line.raw.start + raw.find(value)?;
    let (before, after) = (&line.text[line.raw.start..at], &line.text[at + value.len()..line.raw.end]);
    // Around it nothing but quotes and blanks, and perhaps a comment.
    let quotes = |s: &str| s.chars().all(|c| c.is_whitespace() || matches!(c, '\'' | '"' | '`'));
    let comment = after.find('#').filter(|i| after[..*i].ends_with([' ', '\t']) && quotes(&after[..*i]));
    let tail = comment.map_or(after, |i| &after[..i]);
    if !quotes(before) || !quotes(tail) {
        return None;
    }
    let value_range = at..at + value.len();
    // The comment goes to a line of its own.
    let behind = value_range.end..value_range.end + tail.len();
    let end = match (comment, line.carriage_return) {
        (None, true) => behind.start..line.range.end,
        _ => behind.clone(),
    };
    let lead = line.range.start..line.key.start;
    let sign = line.key.end..value_range.start;
    let quote = line.quote();
    for (open, close) in [("", ""), ("'", "'"), ("\"", "\"")] {
        for strip in [false, true] {
            let mut edits: Edits = Vec::new();
            if strip && !lead.is_empty() {
                edits.push((lead.clone(), ""));
            }
            let (begin, finish) = match (open, close, comment.is_some()) {
                ("", _, true) => ("=", "\n"),
                ("", ..) => ("=", ""),
                ("'", _, true) => ("='", "'\n"),
                ("'", ..) => ("='", "'"),
                (_, _, true) => ("=\"", "\"\n"),
                _ => ("=\"", "\""),
            };
            if line.text[sign.clone()] != *begin {
                // Of a sign without blanks only what comes behind it is new.
                let short = line.text[sign.clone()].starts_with('=') && begin.len() <= 2;
                let unchanged = usize::from(short);
                edits.push((sign.start + unchanged..sign.end, &begin[unchanged..]));
            }
            if line.text[end.clone()] != *finish {
                edits.push((end.clone(), finish));
            }
            // What is there already was read and is what differs.
            let same = quote.is_none() == open.is_empty() && edits.is_empty();
            if !same && all_read(line, key, value, &edits, loaders, outer) {
                return Some(edits);
            }
        }
    }
    None
}

/// Whether the line, edited, is this one assignment to every loader.
fn all_read(
    line: &Line<'_>,
    key: &str,
    value: &str,
    edits: &Edits,
    loaders: &[Dialect],
    outer: &dyn Fn(&str) -> Option<Secret>,
) -> bool {
    let mut text = String::new();
    let mut at = line.range.start;
    for (range, insert) in edits {
        text.push_str(&line.text[at..range.start]);
        text.push_str(insert);
        at = range.end;
    }
    text.push_str(&line.text[at..line.range.end]);
    text.push('\n');
    let mut sources = Sources::default();
    let id = sources.add(SourceKind::File(String::new()), text);
    loaders.iter().all(|loader| {
        let outcome = parse_silently(&sources, id, *loader, outer);
        let entries = &outcome.layer.entries;
        outcome.refused.is_none()
            && outcome.depends.is_empty()
            && outcome.layer.problems.is_empty()
            && entries.len() == 1
            && entries[0].key == key
            && entries[0].value.text.expose() == value
    })
}
