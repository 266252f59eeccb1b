//! `environment:` as map and as list ▶ entries, and `${…}` in any value, with a map that knows what came from where.

use super::{Compose, Defaulted, MADE, Wanted};
use crate::{
    interpolation::{ErrorKind, Flavour, Kind, LENGTH, Piece, expand},
    layer::{Entry, Layer, Read, Segment, SegmentKind, Value, carried::Reader, tree::Node},
    secret::Secret,
    source::Span,
};
use std::{collections::BTreeSet, ops::Range};

/// A value with its variables put in.
pub(in crate::layer) struct Filled {
    pub(in crate::layer) value: Value,
    /// Variables that nothing here gives a value.
    pub(in crate::layer) elsewhere: Vec<String>,
    /// The place of the variable that all of it comes from.
    pub(in crate::layer) from: Option<Span>,
    /// `${NAME:-` and `}` around a default that is all of the value.
    code: Vec<Span>,
    /// Defaults that were taken, by their places in the map.
    defaults: Vec<(Span, Defaulted)>,
}

/// So many variables of one value may be required without being known.
const REQUIRED: usize = 16;

/// So many bytes of a reference and its default are kept: one inside the other, they would be a multiple of their text.
const NAMED: usize = 256;

/// Puts the variables in that `variables` knows. `whole` is the place of what has none of its own. A text that docker
/// compose refuses stays as it is written.
pub(in crate::layer) fn filled(
    value: &Value,
    whole: Span,
    variables: &dyn Fn(&str) -> Option<Entry>,
) -> Filled {
    let text = value.text.expose();
    let as_it_is = || Filled {
        value: value.clone(),
        elsewhere: Vec::new(),
        from: None,
        code: Vec::new(),
        defaults: Vec::new(),
    };
    if !text.contains('$') {
        return as_it_is();
    }
    // `${X:?}` stops docker compose only where X is not set, which nobody knows here.
    let mut required: BTreeSet<String> = BTreeSet::new();
    let expansion = loop {
        let known = |name: &str| {
            let given = variables(name).map(|e| e.value.text);
            given.or_else(|| required.contains(name).then(|| Secret::new(reference(name))))
        };
        match expand(text, Flavour::Compose, LENGTH, &known) {
            Ok(expansion) => break expansion,
            Err(error) if error.kind == ErrorKind::Required && required.len() < REQUIRED => {
                if !required.insert(text[error.at].to_owned()) {
                    return as_it_is();
                }
            }
            Err(_) => return as_it_is(),
        }
    };
    let (mut out, mut elsewhere, mut from) = (Builder::default(), Vec::new(), None);
    let (mut code, mut defaults) = (Vec::new(), Vec::new());
    let whole_text = expansion.pieces.len() == 1;
    for piece in &expansion.pieces {
        let Piece { output, input, name, kind } = piece;
        let name = &text[name.clone()];
        let span = || value.span_of(input.clone()).unwrap_or(whole);
        let put = &expansion.text.expose()[output.clone()];
        match kind {
            Kind::Literal => out.part(&value.part(input.clone())),
            Kind::Escape => out.put(put, span(), SegmentKind::Escape),
            Kind::Unresolved => {
                out.put(&reference(name), span(), SegmentKind::Elsewhere);
                elsewhere.push(name.to_owned());
            }
            Kind::Reference if required.contains(name) => {
                out.put(put, span(), SegmentKind::Elsewhere);
                elsewhere.push(name.to_owned());
            }
            Kind::Reference => {
                // Where it stands in the file beside, it is judged and shown.
                let clear = |e: &Entry| !e.doubtful && e.value.text.equals(put) && !e.value.map.is_empty();
                match variables(name).filter(clear) {
                    Some(entry) => {
                        from = whole_text.then_some(entry.value_span);
                        out.part(&entry.value);
                    }
                    None => out.put(put, span(), SegmentKind::Reference),
                }
            }
            // `${X:-}` is docker compose's way to hand X on without a warning.
            Kind::Fallback if whole_text && put.is_empty() => {
                out.put(&reference(name), span(), SegmentKind::Elsewhere);
                elsewhere.push(name.to_owned());
            }
            Kind::Fallback => {
                let written = Written::of(text, input, put);
                let own = written.as_ref().and_then(|w| value.span_of(w.range.clone()));
                let place = own.unwrap_or_else(span);
                out.put(put, place, SegmentKind::Fallback);
                if let Some(reference) = text.get(input.clone()).filter(|r| r.len().max(put.len()) <= NAMED) {
                    let (reference, value) = (Secret::new(reference), Secret::new(put));
                    defaults.push((place, Defaulted { reference, value }));
                }
                if let Some(Written { range, .. }) = written.filter(|w| whole_text && w.plain) {
                    let around = [input.start..range.start, range.end..input.end];
                    code.extend(around.into_iter().filter_map(|range| value.span_of(range)));
                }
            }
        }
    }
    Filled { value: out.finish(), elsewhere, from, code, defaults }
}

/// A default that stands in its reference as it is put: nothing in it was put in or decoded.
struct Written {
    range: Range<usize>,
    /// All names before it are as variables have them.
    plain: bool,
}

impl Written {
    /// Of `${A:-x}`, and of `${A:-${B:-x}}`.
    fn of(text: &str, reference: &Range<usize>, put: &str) -> Option<Self> {
        let (whole, mut at) = (&text[reference.clone()], 0);
        let (mut depth, mut plain) = (0, true);
        while let Some(inner) = whole[at..].strip_prefix("${") {
            let name = inner.find(|c: char| !c.is_ascii_alphanumeric() && c != '_')?;
            let operator = [":-", "-"].into_iter().find(|o| inner[name..].starts_with(o))?;
            plain &= is_variable(&inner[..name]);
            at += "${".len() + name + operator.len();
            depth += 1;
        }
        let own = depth > 0 && whole[at..].strip_suffix(&*"}".repeat(depth))? == put;
        let start = reference.start + at;
        own.then(|| Self { range: start..start + put.len(), plain })
    }
}

/// A name in capitals, as variables have it; a part of a password seldom is one.
fn is_variable(name: &str) -> bool {
    name.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_')
}

fn reference(name: &str) -> String {
    format!("${{{name}}}")
}

/// A value in the making.
#[derive(Default)]
struct Builder {
    text: String,
    map: Vec<Segment>,
}

impl Builder {
    fn put(&mut self, text: &str, span: Span, kind: SegmentKind) {
        let from = self.text.len();
        self.text.push_str(text);
        self.map.push(Segment { value: from..self.text.len(), span, kind });
    }

    fn part(&mut self, part: &Value) {
        let from = self.text.len();
        self.text.push_str(part.text.expose());
        self.map.extend(part.map.iter().cloned().map(|mut segment| {
            segment.value = segment.value.start + from..segment.value.end + from;
            segment
        }));
    }

    fn finish(self) -> Value {
        Value { text: Secret::new(self.text), map: self.map.into() }
    }
}

/// The variables of a service, over those that are there already. `KEY` without a value is the shell's.
pub(super) fn read(reader: &mut Reader<'_>, node: &Node, out: &mut Layer, file: &mut Compose) {
    let mut own = Layer { block: out.block.clone(), ..reader.block("") };
    let mut handed_on = |name: &str, span: Span, own: &mut Layer| {
        own.reads.push(Read::new(name, span));
        file.wanted.push(Wanted { variable: name.to_owned(), becomes: name.to_owned(), span });
    };
    let mut taken: Vec<((String, Span), (Value, Span))> = Vec::new();
    let mut seen = BTreeSet::new();
    for (key, value) in node.pairs() {
        let Some(name) = key.text() else { continue };
        // Of a key and one that `<<` brings the own counts, which stands first.
        if !seen.insert(name.to_owned()) {
            continue;
        }
        match value.scalar() {
            Some(scalar) => {
                taken.push(((name.to_owned(), key.span), (scalar.value.clone(), value.span)));
            }
            None => handed_on(name, key.span, &mut own),
        }
    }
    for item in node.items() {
        let Some(scalar) = item.scalar() else { continue };
        let text = scalar.value.text.expose();
        let Some(sign) = text.find('=') else {
            handed_on(text, item.span, &mut own);
            continue;
        };
        let key = scalar.value.span_of(0..sign).unwrap_or(item.span);
        let start = item.span.end.min(key.end + 1).max(item.span.start);
        let value_span = scalar.value.span_of(sign + 1..text.len()).unwrap_or(Span { start, ..item.span });
        let value = scalar.value.part(sign + 1..text.len());
        taken.push(((text[..sign].to_owned(), key), (value, value_span)));
    }
    for ((name, key), (value, span)) in &taken {
        take(reader, (name, *key), (value, *span), &mut own, file);
    }
    let own_key = |key: &str| own.entry(key).is_some() || own.reads.iter().any(|r| r.variable == key);
    out.entries.retain(|e| !own_key(&e.key));
    out.reads.retain(|r| own.entry(&r.variable).is_none());
    out.entries.append(&mut own.entries);
    out.reads.append(&mut own.reads);
}

fn take(
    reader: &mut Reader<'_>,
    key: (&str, Span),
    value: (&Value, Span),
    out: &mut Layer,
    file: &mut Compose,
) {
    let Filled { value: text, elsewhere, from, code, defaults } = filled(value.0, value.1, reader.beside);
    reader.sources.reveal_all(&code);
    for name in elsewhere {
        file.wanted.push(Wanted { variable: name.clone(), becomes: key.0.to_owned(), span: value.1 });
        out.reads.push(Read::new(name, value.1));
    }
    let made = out.block.clone().filter(|_| MADE.iter().any(|(_, variable)| *variable == key.0));
    let made = made.map(|block| (block, key.0.to_owned()));
    if let Some(made) = &made {
        file.made.insert(made.clone(), None);
    }
    for (span, default) in defaults {
        if let Some(made) = made.clone().filter(|_| default.value.same_as(&text.text)) {
            file.made.insert(made, Some(default.reference.clone()));
        }
        file.defaults.insert(span, default);
    }
    let mut entry = Entry::new(key.0, key.1, text, value.1);
    reader.reveal_key(&entry, false);
    entry.value_span = from.unwrap_or(entry.value_span);
    if entry.value.is_elsewhere() {
        out.reads.push(Read::new(key.0, key.1));
    } else {
        out.entries.push(entry);
    }
}
