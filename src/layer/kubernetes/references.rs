//! `$(NAME)` in the variables of a container, as the kubelet puts it in.

use super::{Entry, Read, Segment, SegmentKind, Value};
use crate::secret::Secret;
use std::{collections::BTreeMap, ops::Range};

/// A value with `$(NAME)` put in. `$$(NAME)` is `$(NAME)`. A name that nothing before it sets stays as it is, unless
/// it may come from elsewhere.
pub(super) fn references(
    entry: &Entry,
    known: &BTreeMap<String, Option<Secret>>,
    open: bool,
    expands: &mut Vec<Read>,
) -> Value {
    let value = &entry.value;
    let text = value.text.expose();
    if !text.contains("$(") && !text.contains("$$") {
        return value.clone();
    }
    let (mut out, mut map) = (String::new(), Vec::new());
    let literal = |out: &mut String, map: &mut Vec<Segment>, range: Range<usize>| {
        let part = value.part(range.clone());
        map.extend(part.map.into_iter().map(|s| shifted(s, out.len())));
        out.push_str(&text[range]);
    };
    let (mut at, mut closes) = (0, true);
    while at < text.len() {
        let stop = text[at..].find('$').map_or(text.len(), |i| at + i);
        literal(&mut out, &mut map, at..stop);
        at = stop;
        let rest = &text[at..];
        let span = |end: usize| value.span_of(at..end).unwrap_or(entry.value_span);
        if rest.starts_with("$$") {
            map.push(Segment {
                value: out.len()..out.len() + 1,
                span: span(at + 2),
                kind: SegmentKind::Escape,
            });
            out.push('$');
            at += 2;
            continue;
        }
        let named = closes && rest.starts_with("$(");
        let Some(end) = named.then(|| rest.find(')')).flatten().map(|i| at + i + 1) else {
            closes &= !named;
            let end = at + rest.len().min(1);
            literal(&mut out, &mut map, at..end);
            at = end;
            continue;
        };
        let name = &text[at + 2..end - 1];
        if !known.contains_key(name) {
            expands.push(Read::new(name, span(end)));
        }
        let given = match known.get(name) {
            Some(Some(value)) => Some((value.expose(), SegmentKind::Reference)),
            Some(None) => Some((&text[at..end], SegmentKind::Elsewhere)),
            // What Kubernetes injects, or another object holds.
            None if open || name.contains("_SERVICE_") => Some((&text[at..end], SegmentKind::Elsewhere)),
            None => None,
        };
        match given.filter(|(put, _)| out.len() + put.len() <= LONGEST) {
            Some((put, kind)) => {
                map.push(Segment { value: out.len()..out.len() + put.len(), span: span(end), kind });
                out.push_str(put);
            }
            None => literal(&mut out, &mut map, at..end),
        }
        at = end;
    }
    Value { text: Secret::new(out), map: map.into() }
}

/// Linux hands a process no variable of more than 128 KiB (`execve(2)`); variables that double one another end here.
const LONGEST: usize = 128 << 10;

fn shifted(mut segment: Segment, by: usize) -> Segment {
    segment.value = segment.value.start + by..segment.value.end + by;
    segment
}
