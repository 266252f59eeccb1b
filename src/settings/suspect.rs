//! What is odd about the text of a target, before it is parsed: places only, never text.

use super::{
    foreign::is_clients_own,
    host::HostClass,
    setting::Origin,
    target::{Fallback, Placeholder, Unencoded, Wrapped},
};
use crate::{
    conninfo::{self, Conninfo, UserinfoPart},
    layer::{Entry, SegmentKind},
    secret::{Part, Secret},
    source::Span,
};
use std::ops::Range;

/// Quotes, a byte order mark, a carriage return or blanks around the text.
pub(super) fn wrapped(layer: usize, entry: &Entry) -> Option<Wrapped> {
    let text = entry.value.text.expose();
    let found = |what, range: Range<usize>| {
        let origin = Origin::Entry { layer, span: entry.span_of(range) };
        Some(Wrapped { key: entry.key.clone(), what, origin })
    };
    let (first, last) = (text.chars().next()?, text.chars().next_back()?);
    let end = text.len() - last.len_utf8();
    if first == '\u{feff}' {
        return found("a byte order mark", 0..first.len_utf8());
    }
    if last == '\r' || last == '\n' {
        return found("a line end", end..text.len());
    }
    if first.is_whitespace() {
        return found("blanks", 0..first.len_utf8());
    }
    if last.is_whitespace() {
        return found("blanks", end..text.len());
    }
    for quote in ['"', '\''] {
        if first == quote {
            return found("quotes", 0..1);
        }
        // A keyword/value string may end in a quote of its own.
        if last == quote && !text[..end].contains(quote) {
            return found("quotes", end..text.len());
        }
    }
    None
}

/// Whether the text begins and ends in the same quote.
pub(super) fn is_quoted(part: &Part) -> bool {
    let text = part.expose();
    ['"', '\''].iter().any(|q| text.len() > 2 && text.starts_with(*q) && text.ends_with(*q))
}

/// References that nothing filled in.
pub(super) fn placeholders(entry: &Entry) -> Vec<Placeholder> {
    let text = entry.value.text.expose();
    let mut out: Vec<Placeholder> = entry
        .value
        .map
        .iter()
        .filter(|s| matches!(s.kind, SegmentKind::Unresolved | SegmentKind::Later))
        .map(|s| Placeholder {
            key: entry.key.clone(),
            span: s.span,
            shape: "${…}",
            later: s.kind == SegmentKind::Later,
        })
        .collect();
    for (open, close, shape) in SHAPES {
        let mut at = 0;
        while let Some(start) = text[at..].find(open).map(|i| at + i) {
            let inner = start + open.len();
            let Some(end) = text[inner..].find(close).map(|i| inner + i) else { break };
            let name = text[inner..end].trim();
            let whole = start..end + close.len();
            if is_name(name) && (*open != "<" || stands_alone(text, &whole)) {
                let span = entry.span_of(whole);
                out.push(Placeholder { key: entry.key.clone(), span, shape, later: false });
            }
            at = inner;
        }
    }
    out
}

/// Open, close, and how the shape is named.
const SHAPES: &[(&str, &str, &str)] = &[
    ("${", "}", "${…}"),
    ("$(", ")", "$(…)"),
    ("{{", "}}", "{{…}}"),
    ("%(", ")s", "%(…)s"),
    ("<", ">", "<…>"),
];

fn is_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || "_-. ".contains(c) || ":-?+".contains(c))
}

/// A password may hold `<x>`; a template stands between the delimiters of a URL.
fn stands_alone(text: &str, range: &Range<usize>) -> bool {
    let before = text[..range.start].chars().next_back();
    let after = text[range.end..].chars().next();
    before.is_none_or(|c| ":/@,=".contains(c)) && after.is_none_or(|c| ":/@?&,".contains(c))
}

/// Defaults that a reference in the text supplied: the whole URL, or the parts they overlap.
pub(super) fn url_fallbacks(entry: &Entry, parsed: Option<&Conninfo>) -> Vec<Fallback> {
    let text = entry.value.text.expose();
    let mut out = Vec::new();
    for segment in entry.value.map.iter().filter(|s| matches!(s.kind, SegmentKind::Fallback)) {
        let overlaps = |r: &Range<usize>| r.start < segment.value.end && segment.value.start < r.end;
        let whole = segment.value.start == 0 && text[segment.value.clone()].contains(':');
        let supplies = if whole {
            Some("url")
        } else {
            parsed.and_then(|c| {
                ["password", "host", "user", "dbname"]
                    .into_iter()
                    .find(|k| c.get(k).and_then(conninfo::Value::range).is_some_and(|r| overlaps(&r)))
            })
        };
        if let Some(supplies) = supplies {
            let host = parsed.and_then(|c| c.get("host")).and_then(conninfo::Value::as_str);
            let public = matches!(supplies, "url" | "host")
                && host.is_some_and(|h| h.split(',').any(|h| HostClass::of(h) == HostClass::Public));
            let towards_production = public || names_production(&text[segment.value.clone()]);
            let key = entry.key.clone();
            out.push(Fallback { key, span: segment.span, supplies, towards_production });
        }
    }
    out
}

/// A default that a part came from; a port's is nobody's concern.
pub(super) fn part_fallback(keyword: &'static str, entry: &Entry, part: &Part) -> Option<Fallback> {
    let segment = entry.value.map.iter().find(|s| matches!(s.kind, SegmentKind::Fallback))?;
    let public = keyword == "host" && HostClass::of(part.expose()) == HostClass::Public;
    let towards_production = public || names_production(part.expose());
    let key = entry.key.clone();
    (keyword != "port").then_some(Fallback { key, span: segment.span, supplies: keyword, towards_production })
}

fn names_production(text: &str) -> bool {
    Secret::new(text).has_word(&["production", "prod", "prd"]).is_some()
}

/// A reserved character in user or password.
pub(super) fn unencoded(entry: &Entry) -> Option<Unencoded> {
    let found = conninfo::unencoded(entry.value.text.expose())?;
    let exact = entry.value.span_of(found.range.clone());
    Some(Unencoded {
        span: exact.unwrap_or(entry.value_span),
        exact: exact.is_some(),
        character: found.character,
        encoded: found.encoded.to_owned(),
        part: match found.part {
            UserinfoPart::User => "user",
            UserinfoPart::Password => "password",
        },
    })
}

/// Parameters that neither libpq nor another client that we know has.
pub(super) fn unknown(entry: &Entry, parsed: Option<&Conninfo>) -> Vec<Span> {
    let text = entry.value.text.expose();
    let names = parsed.map_or(&[][..], Conninfo::unknown).iter();
    names.filter(|r| !is_clients_own(&text[(*r).clone()])).map(|r| entry.span_of(r.clone())).collect()
}
