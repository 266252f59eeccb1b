//! Why loaders differ over a line, and what all of them may read that is not written there.

use super::{Cause, line::Line, player::Player};
use crate::layer::{Entry, ProblemKind, Segment, SegmentKind};
use std::collections::BTreeSet;

/// What makes loaders differ over a variable.
pub(super) fn of_difference(
    key: &str,
    entry: &Entry,
    line: Option<&Line<'_>>,
    readers: &[&Player<'_>],
    again: bool,
) -> Cause {
    let Some(line) = line else { return Cause::Syntax };
    let values: Vec<Option<&str>> =
        readers.iter().map(|p| p.entry(key).map(|e| e.value.text.expose())).collect();
    let problem = readers.iter().filter(|p| p.entry(key).is_none()).find_map(|p| p.problem(&line.range));
    let some = |test: &dyn Fn(&str) -> bool| {
        let (mut yes, mut no) = (false, false);
        for value in values.iter().flatten() {
            if test(value) { yes = true } else { no = true }
        }
        yes && no
    };
    if some(&|v| v.ends_with('\r')) || key.starts_with('\u{feff}') || line.lead().contains('\u{feff}') {
        return Cause::Encoding;
    }
    if let Some(kind) = problem {
        return of_kind(kind);
    }
    let starts: BTreeSet<u32> =
        readers.iter().filter_map(|p| p.entry(key)).map(|e| e.key_span.start).collect();
    if again && starts.len() > 1 {
        return Cause::Duplicate;
    }
    if values.contains(&None) {
        let odd = !line.lead().is_empty() || line.is_spaced() || line.has_colon();
        return if odd || line.shell_signs().is_none() { Cause::Syntax } else { Cause::Other };
    }
    if line.has_no_break_space() && some(&|v| v.contains(['\u{a0}', '\u{202f}', '\u{2007}'])) {
        return Cause::Encoding;
    }
    if line.comment().is_some() && some(&|v| v.ends_with(line.trimmed())) {
        return Cause::InlineComment;
    }
    if line.hash().is_some() && some(&|v| v.contains('#')) {
        return Cause::HashInValue;
    }
    let raw = &line.text[line.raw.clone()];
    let refers = readers
        .iter()
        .filter_map(|p| p.entry(key))
        .any(|e| e.value.map.iter().any(|s| !matches!(s.kind, SegmentKind::Literal | SegmentKind::Escape)));
    if raw.contains('$') && (refers || some(&|v| v.contains('$')) || raw.contains("$$")) {
        return if raw.contains("${") { Cause::Reference } else { Cause::Dollar };
    }
    if line.quote().is_none() && (line.is_spaced() || line.has_colon()) && entry.value_span.start > 0 {
        return Cause::Syntax;
    }
    Cause::Other
}

/// What all loaders in play read alike and not as it is written.
pub(super) fn of_trap(
    bytes: &[u8],
    key: &str,
    entry: &Entry,
    line: Option<&Line<'_>>,
    readers: &[&Player<'_>],
    again: bool,
) -> Option<Cause> {
    let value = entry.value.text.expose();
    let line = line?;
    if again && readers.iter().all(|p| p.outcome.layer.entries.iter().filter(|e| e.key == key).count() > 1) {
        return Some(Cause::Duplicate);
    }
    if value.ends_with('\r') || key.starts_with('\u{feff}') {
        return Some(Cause::Encoding);
    }
    if line.quote().is_none()
        && line.trimmed().trim_matches(['\u{a0}', '\u{202f}', '\u{feff}']) != line.trimmed()
        && (value.starts_with(['\u{a0}', '\u{202f}', '\u{feff}'])
            || value.ends_with(['\u{a0}', '\u{202f}', '\u{feff}']))
    {
        return Some(Cause::Encoding);
    }
    if line.comment().is_some_and(|at| line.text[at..line.raw.end].len() > 1) && value == line.trimmed() {
        return Some(Cause::InlineComment);
    }
    // `KEY=# comment` is empty to people too.
    let word = |at: usize| line.text[at + 1..line.raw.end].starts_with(|c: char| !c.is_whitespace());
    if line.hash().is_some_and(|at| word(at) && value == line.text[line.raw.start..at].trim()) {
        return Some(Cause::HashInValue);
    }
    let eaten = |s: &Segment| match s.kind {
        SegmentKind::Command => true,
        // `${NAME}` was meant as a reference; of a `$` in a password nobody thinks.
        SegmentKind::Unresolved => !bytes.get(s.span.range()).is_some_and(|source| source.starts_with(b"${")),
        _ => false,
    };
    entry.value.map.iter().any(eaten).then_some(Cause::Dollar)
}

/// Whether the value hangs on what a command says.
pub(super) fn runs(entry: &Entry) -> bool {
    entry.value.map.iter().any(|s| s.kind == SegmentKind::Command)
}

pub(super) fn of_kind(kind: ProblemKind) -> Cause {
    match kind {
        ProblemKind::Nul
        | ProblemKind::ByteOrderMark
        | ProblemKind::CarriageReturn
        | ProblemKind::NotUtf8 => Cause::Encoding,
        ProblemKind::BadReference
        | ProblemKind::Required
        | ProblemKind::Command
        | ProblemKind::ProcessId
        | ProblemKind::Endless => Cause::Dollar,
        ProblemKind::BadEscape => Cause::Other,
        _ => Cause::Syntax,
    }
}
