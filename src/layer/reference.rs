//! References to variables in the values of other carriers: `${X:-default}` as shells and compose have it, `${x:default}`
//! as Spring has it, `<%= ENV["X"] %>` as Rails has it. A default is put in its place; what has none is not known here.

use super::{Means, Read, Segment, SegmentKind, Value};
use crate::source::{SourceId, Span};
use std::ops::Range;

/// How a carrier writes a reference.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Syntax {
    /// `${X}`, `${X:-default}`, `${X-default}`, `${X:?…}`.
    Shell,
    /// `${x}`, `${x:default}`.
    Spring,
    /// `<%= ENV["X"] %>`, `<%= ENV.fetch("X", "default") %>`, `<%= ENV["X"] || "default" %>`.
    Erb,
}

/// A value with its references replaced.
pub(super) struct Resolved {
    /// The value, as far as it is known.
    pub(super) value: Value,
    /// What it takes from the environment.
    pub(super) reads: Vec<Read>,
    /// A part of it is known only where the program runs.
    pub(super) open: bool,
}

/// One reference in a text.
struct Reference {
    whole: Range<usize>,
    name: Range<usize>,
    default: Option<Range<usize>>,
}

/// Replaces the references of a value.
pub(super) fn resolve(
    id: SourceId,
    value: &Value,
    place: Span,
    syntax: Syntax,
    means: Option<Means>,
) -> Resolved {
    let text = value.text.expose();
    let references = match syntax {
        Syntax::Erb => erb(text),
        _ => dollar(text, syntax),
    };
    if references.is_empty() {
        return Resolved { value: value.clone(), reads: Vec::new(), open: false };
    }
    let whole = references.len() == 1 && references[0].whole == (0..text.len());
    let mut out = String::new();
    let mut map = Vec::new();
    let (mut reads, mut open, mut at) = (Vec::new(), false, 0);
    for reference in &references {
        copy(value, at..reference.whole.start, &mut out, &mut map);
        at = reference.whole.end;
        let span = value.span_of(reference.name.clone()).unwrap_or(place);
        let means = means.filter(|_| whole);
        reads.push(Read { variable: text[reference.name.clone()].to_owned(), span, means });
        match &reference.default {
            Some(default) => {
                let from = out.len();
                out.push_str(&text[default.clone()]);
                let span = value.span_of(default.clone()).unwrap_or(Span { source: id, ..place });
                map.push(Segment { value: from..out.len(), span, kind: SegmentKind::Fallback });
            }
            None => open = true,
        }
    }
    copy(value, at..text.len(), &mut out, &mut map);
    Resolved { value: Value { text: out.into(), map }, reads, open }
}

/// What stands between two references, with its map.
fn copy(value: &Value, range: Range<usize>, out: &mut String, map: &mut Vec<Segment>) {
    if range.is_empty() {
        return;
    }
    let from = out.len();
    out.push_str(&value.text.expose()[range.clone()]);
    if let Some(span) = value.span_of(range) {
        map.push(Segment { value: from..out.len(), span, kind: SegmentKind::Literal });
    }
}

/// `$$` is one `$` to compose and nothing to the others: it begins no reference.
fn dollar(text: &str, syntax: Syntax) -> Vec<Reference> {
    let mut out = Vec::new();
    let mut at = 0;
    while let Some(start) = text[at..].find('$').map(|i| at + i) {
        let rest = &text[start + 1..];
        if rest.starts_with('$') {
            at = start + 2;
            continue;
        }
        let Some(inner) = rest.strip_prefix('{') else {
            at = start + 1;
            continue;
        };
        let Some(end) = closing(inner) else { break };
        let body = start + 2..start + 2 + end;
        let is_name =
            |c: char| c.is_ascii_alphanumeric() || c == '_' || syntax == Syntax::Spring && ".-".contains(c);
        let length = text[body.clone()].find(|c: char| !is_name(c)).unwrap_or(body.len());
        let name = body.start..body.start + length;
        let mark = &text[name.end..body.end];
        let behind = |n: usize| Some(name.end + n..body.end);
        let default = match syntax {
            Syntax::Spring => {
                if mark.starts_with(':') {
                    behind(1)
                } else {
                    None
                }
            }
            _ if mark.starts_with(":-") => behind(2),
            _ if mark.starts_with('-') => behind(1),
            _ => None,
        };
        if !name.is_empty() {
            out.push(Reference { whole: start..body.end + 1, name, default });
        }
        at = body.end + 1;
    }
    out
}

/// The `}` that closes, with those of references inside passed over.
fn closing(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    for (i, b) in text.bytes().enumerate() {
        match b {
            b'{' => depth += 1,
            b'}' if depth == 0 => return Some(i),
            b'}' => depth -= 1,
            _ => {}
        }
    }
    None
}

fn erb(text: &str) -> Vec<Reference> {
    let mut out = Vec::new();
    let mut at = 0;
    while let Some(start) = text[at..].find("<%").map(|i| at + i) {
        let Some(end) = text[start..].find("%>").map(|i| start + i) else { break };
        let code = start..end;
        at = end + 2;
        let Some(env) = text[code.clone()].find("ENV").map(|i| code.start + i) else { continue };
        let mut strings = quoted(text, env..code.end).into_iter();
        let Some(name) = strings.next() else { continue };
        // `ENV.fetch("X", "default")`, `ENV["X"] || "default"`: anything else is code that nobody runs here.
        let plain = |default: &Range<usize>| {
            let between = text.get(name.end + 1..default.start - 1).unwrap_or(".");
            between.chars().all(|c| c.is_whitespace() || "],|{".contains(c))
        };
        let default = strings.next().filter(plain);
        out.push(Reference { whole: start..at, name, default });
    }
    out
}

/// The contents of quoted strings.
fn quoted(text: &str, range: Range<usize>) -> Vec<Range<usize>> {
    let mut out = Vec::new();
    let mut at = range.start;
    while let Some(open) = text[at..range.end].find(['"', '\'']).map(|i| at + i) {
        let quote = text.as_bytes()[open] as char;
        let Some(close) = text[open + 1..range.end].find(quote).map(|i| open + 1 + i) else { break };
        out.push(open + 1..close);
        at = close + 1;
    }
    out
}
