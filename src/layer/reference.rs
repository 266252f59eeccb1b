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
    /// `<%= ENV["X"] %>`, `<%= ENV.fetch("X", "default") %>`, `<%= ENV["X"] || "default" %>`, `<%= ENV.fetch("X") { "default" }
    /// %>`.
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
    /// Where code stands that says names alone: `<%= ENV.fetch("X") { "` or `${X:`, and what closes it.
    pub(super) code: Vec<Span>,
}

/// One reference in a text.
struct Reference {
    whole: Range<usize>,
    name: Range<usize>,
    default: Option<Range<usize>>,
}

/// Replaces the references of a value, those in defaults too.
pub(super) fn resolve(
    id: SourceId,
    value: &Value,
    place: Span,
    syntax: Syntax,
    means: Option<Means>,
) -> Resolved {
    within(id, value, place, syntax, means, 0)
}

/// Deeper than so many defaults in defaults nothing is looked at.
const DEEPEST: usize = 8;

fn within(
    id: SourceId,
    value: &Value,
    place: Span,
    syntax: Syntax,
    means: Option<Means>,
    depth: usize,
) -> Resolved {
    let text = value.text.expose();
    let references = match syntax {
        Syntax::Erb => erb(text),
        _ => dollar(text, syntax),
    };
    if references.is_empty() {
        return Resolved { value: value.clone(), reads: Vec::new(), open: false, code: Vec::new() };
    }
    let whole = references.len() == 1 && references[0].whole == (0..text.len());
    let mut out = String::new();
    let mut map = Vec::new();
    let (mut reads, mut open, mut at) = (Vec::new(), false, 0);
    let mut code = Vec::new();
    for reference in &references {
        copy(value, at..reference.whole.start, &mut out, &mut map);
        at = reference.whole.end;
        let span = value.span_of(reference.name.clone()).unwrap_or(place);
        if syntax != Syntax::Shell {
            code.extend(plain(text, reference).into_iter().filter_map(|range| value.span_of(range)));
        }
        let means = means.filter(|_| whole);
        if !reference.name.is_empty() {
            reads.push(Read {
                variable: text[reference.name.clone()].to_owned(),
                span,
                means,
                defaulted: false,
            });
        }
        // `jdbc:postgresql://${DB_HOST:}/shop`: nothing in the place of a host is no default.
        let host =
            text[..reference.whole.start].ends_with("//") || text[..reference.whole.start].ends_with('@');
        match reference.default.as_ref().filter(|default| !host || !default.is_empty()) {
            Some(default) => {
                let from = out.len();
                let span = value.span_of(default.clone()).unwrap_or(Span { source: id, ..place });
                if depth < DEEPEST && text[default.clone()].contains("${") {
                    let inner = within(id, &value.part(default.clone()), span, syntax, None, depth + 1);
                    out.push_str(inner.value.text.expose());
                    map.extend(inner.value.map.iter().map(|s| Segment {
                        value: from + s.value.start..from + s.value.end,
                        span: s.span,
                        kind: if s.kind == SegmentKind::Elsewhere {
                            SegmentKind::Elsewhere
                        } else {
                            SegmentKind::Fallback
                        },
                    }));
                    reads.extend(inner.reads);
                    code.extend(inner.code);
                    continue;
                }
                out.push_str(&text[default.clone()]);
                map.push(Segment { value: from..out.len(), span, kind: SegmentKind::Fallback });
            }
            // What is known of the default is judged all the same.
            None if depth > 0 => {
                let from = out.len();
                out.push_str(&text[reference.whole.clone()]);
                let span = value.span_of(reference.whole.clone()).unwrap_or(place);
                map.push(Segment { value: from..out.len(), span, kind: SegmentKind::Elsewhere });
            }
            None => open = true,
        }
    }
    copy(value, at..text.len(), &mut out, &mut map);
    Resolved { value: Value { text: out.into(), map: map.into() }, reads, open, code }
}

/// What stands around a default, when it is nothing but the marks of Ruby or of Spring and a variable's name in capitals.
fn plain(text: &str, reference: &Reference) -> Vec<Range<usize>> {
    let name = &text[reference.name.clone()];
    let named = name.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_');
    let (from, to) = match &reference.default {
        Some(default) => (default.start, default.end),
        None => (reference.whole.end, reference.whole.end),
    };
    let before = [reference.whole.start..reference.name.start, reference.name.end..from];
    let after = to..reference.whole.end;
    let marks = |range: &Range<usize>| {
        let code = text[range.clone()].replace("ENV", "").replace(".fetch", "").replace("nil", "");
        code.chars().all(|c| " <%=>-()[]{}|,:$\"'".contains(c))
    };
    if named && !name.is_empty() && before.iter().chain([&after]).all(marks) {
        [reference.whole.start..from, after].into_iter().filter(|range| !range.is_empty()).collect()
    } else {
        Vec::new()
    }
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
        // The shell takes the quotes off.
        let default = default.map(|range| match &text.as_bytes()[range.clone()] {
            [b'"', inner @ .., b'"'] | [b'\'', inner @ .., b'\''] if syntax == Syntax::Shell => {
                range.start + 1..range.start + 1 + inner.len()
            }
            _ => range,
        });
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
        // Other code than a look at the environment is known where it runs, and has no name here.
        let env = text[code.clone()].find("ENV").map(|i| code.start + i);
        let mut strings = env.map(|env| quoted(text, env..code.end)).unwrap_or_default().into_iter();
        let Some(name) = strings.next() else {
            out.push(Reference { whole: start..at, name: start..start, default: None });
            continue;
        };
        // `ENV.fetch("X", "default")`, `ENV["X"] || "default"`: anything else is code that nobody runs here.
        let plain = |default: &Range<usize>| {
            let between = text.get(name.end + 1..default.start - 1).unwrap_or(".");
            between.chars().all(|c| c.is_whitespace() || "]),|{".contains(c))
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
