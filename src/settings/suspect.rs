//! What is odd about the text of a target, before it is parsed: places only, never text.

use super::{
    foreign,
    host::HostClass,
    reading::scheme_end,
    setting::Origin,
    target::{DoubleEncoded, Duplicate, Fallback, Placeholder, Unencoded, UnknownParameter, Wrapped},
    variables::meaning,
};
use crate::{
    conninfo::{self, Conninfo, UserinfoPart},
    layer::{Entry, Layer, Read, SegmentKind},
    near,
    policy::Policy,
    secret::{Part, Secret},
    source::Span,
};
use std::ops::Range;

/// Quotes, a byte order mark, a carriage return or blanks around the text.
pub(super) fn wrapped(layer: usize, entry: &Entry) -> Option<Wrapped> {
    let text = entry.value.text.expose();
    let found = |what, range: Range<usize>| {
        let origin = Origin::Entry { layer, span: entry.span_of(range) };
        Some(Wrapped { key: entry.key.clone(), what, origin, superfluous: superfluous(entry) })
    };
    let (first, last) = (text.chars().next()?, text.chars().next_back()?);
    let end = text.len() - last.len_utf8();
    if first == '\u{feff}' {
        return found("a byte order mark", 0..first.len_utf8());
    }
    if last == '\r' || last == '\n' {
        return found("a line end", end..text.len());
    }
    // libpq passes over blanks around `keyword=value` (`conninfo_parse` in fe-connect.c), and so do its kin.
    let pairs = || !text.contains("://") && ["host=", "dbname="].iter().any(|word| text.contains(word));
    if (first.is_whitespace() || last.is_whitespace()) && pairs() {
        return None;
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

/// What stands around the text, blanks first and then a pair of quotes; nothing when not all of it has a place.
fn superfluous(entry: &Entry) -> Vec<Span> {
    let text = entry.value.text.expose();
    let blank = |c: char| c == '\u{feff}' || c.is_whitespace();
    let start = text.len() - text.trim_start_matches(blank).len();
    let mut inner = start..text.trim_end_matches(blank).len().max(start);
    let bare = &text[inner.clone()];
    let quoted = ['"', '\''].into_iter().find(|q| bare.starts_with(*q) || bare.ends_with(*q));
    if let Some(quote) = quoted {
        if bare.len() < 2 || !(bare.starts_with(quote) && bare.ends_with(quote)) {
            return Vec::new();
        }
        inner = inner.start + 1..inner.end - 1;
    }
    let around = [0..inner.start, inner.end..text.len()];
    let places = around.into_iter().filter(|r| !r.is_empty()).map(|r| places(entry, &r));
    places.collect::<Option<Vec<_>>>().unwrap_or_default().concat()
}

/// The source of a range of the value: of an escape, which must lie in it wholly, the sequence.
fn places(entry: &Entry, range: &Range<usize>) -> Option<Vec<Span>> {
    let mut out = Vec::new();
    for segment in &entry.value.map {
        let (from, to) = (range.start.max(segment.value.start), range.end.min(segment.value.end));
        if from >= to {
            continue;
        }
        out.push(match segment.kind {
            SegmentKind::Literal => entry.value.span_of(from..to)?,
            SegmentKind::Escape if (from..to) == segment.value => segment.span,
            _ => return None,
        });
    }
    Some(out)
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
        .filter(|s| matches!(s.kind, SegmentKind::Unresolved | SegmentKind::Later | SegmentKind::Elsewhere))
        .map(|s| Placeholder {
            key: entry.key.clone(),
            span: s.span,
            shape: "${…}",
            later: s.kind != SegmentKind::Unresolved,
        })
        .collect();
    if !holds(text, *b"${%<") {
        return out;
    }
    // The value holds the reference itself, which is no second one.
    let elsewhere: Vec<&Range<usize>> =
        entry.value.map.iter().filter(|s| s.kind == SegmentKind::Elsewhere).map(|s| &s.value).collect();
    let told = |range: &Range<usize>| {
        let at = elsewhere.partition_point(|e| e.end <= range.start);
        elsewhere.get(at).is_some_and(|e| e.start < range.end)
    };
    for (open, close, shape) in SHAPES {
        let (mut at, mut end) = (0, 0);
        while let Some(start) = text[at..].find(open).map(|i| at + i) {
            let inner = start + open.len();
            // The first end behind one beginning is that of the next one too, unless it lies before that.
            if end < inner {
                let Some(next) = text[inner..].find(close).map(|i| inner + i) else { break };
                end = next;
            }
            let name = text[inner..end].trim();
            let whole = start..end + close.len();
            // Templates of Go have functions and paths in there.
            if (is_name(name) || *open == "{{" && !name.is_empty())
                && (*open != "<" || stands_alone(text, &whole))
                && !told(&whole)
            {
                let span = entry.span_of(whole);
                out.push(Placeholder { key: entry.key.clone(), span, shape, later: false });
            }
            at = inner;
        }
    }
    out
}

/// Whether one of some bytes stands in a text. All of it is looked at: that takes less time than stopping would.
fn holds<const N: usize>(text: &str, bytes: [u8; N]) -> bool {
    text.bytes().fold(false, |held, b| held | bytes.contains(&b))
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
            let named = leads(supplies, &text[segment.value.clone()]);
            let towards_production = public || named;
            let key = entry.key.clone();
            let alone = segment.is_exact();
            out.push(Fallback {
                key,
                variable: None,
                span: segment.span,
                alone,
                supplies,
                towards_production,
                shared: false,
            });
            // What defaults inside it supply is a part of it.
            if supplies == "url" {
                break;
            }
        }
    }
    out
}

/// A default that a part came from; a port's is nobody's concern.
pub(super) fn part_fallback(keyword: &'static str, entry: &Entry, part: &Part) -> Option<Fallback> {
    let segment = entry.value.map.iter().find(|s| matches!(s.kind, SegmentKind::Fallback))?;
    let public = keyword == "host" && HostClass::of(part.expose()) == HostClass::Public;
    let towards_production = public || leads(keyword, part.expose());
    let key = entry.key.clone();
    let (span, alone) = (segment.span, segment.is_exact());
    let fallback =
        Fallback { key, variable: None, span, alone, supplies: keyword, towards_production, shared: false };
    (keyword != "port").then_some(fallback)
}

/// Names the variables that code asks for before it takes a default: `getenv("DATABASE_URL", "…")`.
pub(super) fn name_variables(fallbacks: &mut [Fallback], layers: &[Layer], policy: &Policy) {
    /// No more stands between the two than quotes, a comma and `default=`.
    const BETWEEN: u32 = 12;
    for fallback in fallbacks.iter_mut().filter(|f| f.alone) {
        let before = |read: &&Read| {
            let at = fallback.span.start;
            read.span.source == fallback.span.source && read.span.end <= at && at - read.span.end <= BETWEEN
        };
        let mut reads = layers.iter().flat_map(|layer| layer.reads.iter().take(MANY));
        let read = reads.find(before).filter(|read| meaning(&read.variable, policy).is_some());
        fallback.variable = read.map(|read| read.variable.clone());
    }
}

/// So many variables of a text are looked at.
const MANY: usize = 256;

/// Whether a default leads to production by its words; `changeme_in_production` leads nowhere.
fn leads(keyword: &str, text: &str) -> bool {
    let asks = || {
        let secret = Secret::new(text);
        secret.looks_like_placeholder() || secret.says_development() || secret.has_word(&["not"]).is_some()
    };
    names_production(text) && !(keyword == "password" && asks())
}

fn names_production(text: &str) -> bool {
    Secret::new(text).has_word(&["production", "prod", "prd"]).is_some()
}

/// A reserved character in user or password.
pub(super) fn unencoded(entry: &Entry, parsed: Option<&Conninfo>) -> Option<Unencoded> {
    let found = conninfo::unencoded(entry.value.text.expose())?;
    let exact = entry.value.span_of(found.range.clone());
    // Where libpq ends the password earlier and finds a host that may exist, the text may be meant so.
    let elsewhere = |parsed: &Conninfo| {
        let host = parsed.get("host");
        let inside = host.and_then(conninfo::Value::range).is_some_and(|r| r.start < found.rest.end);
        inside
            && parsed.places().is_some()
            && conninfo::are_possible_hosts(host.and_then(|h| h.as_str()).unwrap_or(""))
    };
    let sure = exact.is_some() && !entry.doubtful && !found.host_like && !parsed.is_some_and(elsewhere);
    let rest = entry.value.span_of(found.rest.clone()).filter(|_| sure);
    Some(Unencoded {
        fix: rest.map(|span| (span, Part::masked(found.rest_encoded(entry.value.text.expose())))),
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

/// Parameters that libpq does not know, but for those of other clients that change neither target nor encryption.
pub(super) fn unknown(entry: &Entry, parsed: Option<&Conninfo>) -> Vec<UnknownParameter> {
    let text = entry.value.text.expose();
    let names = parsed.map_or(&[][..], Conninfo::unknown).iter();
    let r2dbc = parsed.is_some_and(|c| c.form() == conninfo::Form::R2dbc);
    let unknown = |r: &Range<usize>| {
        let name = &text[r.clone()];
        let owner = foreign::owner(name);
        let far = r2dbc.then_some(if name.len() > 5 { 2 } else { 1 });
        if r2dbc && conninfo::R2DBC_OPTIONS.contains(&name) {
            return None;
        }
        // What another client pools or names by is passed over; what it encrypts by is not.
        if owner.is_some() && !name.starts_with("ssl") {
            return None;
        }
        let exact = entry.value.span_of(r.clone());
        // That driver knows its own options alone, to the letter: not libpq's `sslmode`.
        let meant = match far {
            Some(far) => near::nearest(name, conninfo::R2DBC_OPTIONS.iter().copied(), far),
            None => owner.is_none().then(|| foreign::meant(name)).flatten(),
        };
        let owner = owner.filter(|_| !r2dbc);
        Some(UnknownParameter {
            span: exact.unwrap_or(entry.value_span),
            exact: exact.is_some(),
            meant,
            owner,
        })
    };
    names.filter_map(unknown).take(64).collect()
}

/// Parameters that are written twice: each but the last, which counts for libpq, with what goes when it goes.
pub(super) fn duplicates(entry: &Entry, parsed: Option<&Conninfo>) -> Vec<Duplicate> {
    let text = entry.value.text.expose();
    let parameters = parsed.map_or(&[][..], Conninfo::parameters);
    // Names are few: a text with thousands of parameters is no connection string, and must cost no more than one.
    let parameters = &parameters[..parameters.len().min(256)];
    let mut out = Vec::new();
    for (i, earlier) in parameters.iter().enumerate() {
        let name = |p: &conninfo::Parameter| text[p.name.clone()] == text[earlier.name.clone()];
        let Some(last) = parameters[i + 1..].iter().rfind(|p| name(p)) else { continue };
        let behind = text[earlier.value.end..].find(|c: char| c != '&' && !c.is_whitespace());
        let whole = earlier.name.start..behind.map_or(text.len(), |n| earlier.value.end + n);
        out.push(Duplicate {
            keyword: earlier.keyword,
            earlier: entry.span_of(earlier.name.start..earlier.value.end),
            last: entry.span_of(last.name.start..last.value.end),
            same: text[earlier.value.clone()] == text[last.value.clone()],
            whole: entry.value.span_of(whole),
        });
    }
    out
}

/// A `#` behind the host: libpq takes it for a character of the database's name or of a parameter, readers of URLs
/// drop it and what follows.
pub(super) fn fragment(entry: &Entry) -> Option<Span> {
    let text = entry.value.text.expose();
    if !holds(text, *b"#") {
        return None;
    }
    let start = scheme_end(text)? + 3;
    let path = start + text[start..].find(['/', '?'])?;
    let at = path + text[path..].find('#')?;
    // With a blank before it, it is a comment that the loader took for a part of the value.
    let blank = text[..at].ends_with(char::is_whitespace);
    (!blank).then(|| entry.span_of(at..text.len()))
}

/// A percent-escape of a percent-escape in user, password or database: `%2540` for `@`.
pub(super) fn double_encoded(entry: &Entry, parsed: Option<&Conninfo>) -> Option<DoubleEncoded> {
    let text = entry.value.text.expose();
    let conninfo = parsed.filter(|c| c.form() == conninfo::Form::Uri && holds(text, *b"%"))?;
    ["password", "user", "dbname"].into_iter().find_map(|keyword| {
        let range = conninfo.get(keyword).and_then(conninfo::Value::range)?;
        let raw = &text.as_bytes()[range.clone()];
        let twice = |w: &[u8]| {
            let inner = std::str::from_utf8(&w[3..]).ok().and_then(|hex| u8::from_str_radix(hex, 16).ok());
            w.starts_with(b"%25") && inner.is_some_and(|b| b.is_ascii_punctuation() || b == b' ')
        };
        let at = range.start + raw.windows(5).position(twice)?;
        Some(DoubleEncoded { keyword, span: entry.span_of(at..at + 5) })
    })
}
