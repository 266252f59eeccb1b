//! What the engines found ▶ entries with spans, and what of the file may be shown.

use super::{
    Dialect,
    decode::Decoded,
    plain, python,
    run::{Event, Run, Set},
    table::of,
    traits::{Engine, Mistake, Nul, Precedence, Traits},
};
use crate::{
    layer::{Entry, Layer, LayerKind, MAX_BYTES, Problem, ProblemKind, Segment, SegmentKind, Value},
    secret::Secret,
    source::{SourceId, SourceKind, Sources, Span},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
};

/// A file as a loader reads it, with what cannot be said without running something.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// What is set. Where the loader gives up, what it had set by then.
    pub layer: Layer,
    /// The loader gives up here; its program gets an error.
    pub refused: Option<Problem>,
    /// Where it gives up, what it had set by then stays set.
    pub keeps: bool,
    /// What would be run, and what differs at every start: each has a value that is not known, or none.
    pub depends: Vec<Problem>,
    /// Keys and punctuation that the loader's reading proves harmless.
    shown: Vec<Span>,
}

impl Outcome {
    /// Reads the text of `id`. Nothing is revealed.
    pub fn new(
        sources: &Sources,
        id: SourceId,
        dialect: Dialect,
        outer: &dyn Fn(&str) -> Option<Secret>,
    ) -> Self {
        let text = sources.get(id);
        // What is plain is ASCII.
        let plain = Some(text).filter(|text| text.bytes().len() <= MAX_BYTES);
        let plain = plain.and_then(|text| plain::lines(text, dialect));
        if let Some((lines, Ok(text))) = plain.map(|lines| (lines, std::str::from_utf8(text.bytes()))) {
            let mut out = Self::empty(sources, id);
            out.keeps = of(dialect).mistake == Mistake::Stops;
            out.layer.entries.reserve_exact(lines.len());
            out.shown.reserve_exact(lines.len() + lines.len() / 4);
            for line in lines {
                out.layer.entries.push(line.entry(text, id, &mut out.shown));
            }
            return out;
        }
        Self::by_engine(sources, id, dialect, outer)
    }

    /// As [`Outcome::new`], whatever the text, by the loader's engine.
    pub(super) fn by_engine(
        sources: &Sources,
        id: SourceId,
        dialect: Dialect,
        outer: &dyn Fn(&str) -> Option<Secret>,
    ) -> Self {
        let mut out = Self::empty(sources, id);
        let bytes = sources.get(id).bytes();
        if bytes.len() > MAX_BYTES {
            out.refuse(sources.span(id, 0..0), ProblemKind::TooLarge);
            return out;
        }
        let traits = of(dialect);
        let decoded = Decoded::new(bytes, traits);
        let stop = |at: usize, kind| (sources.span(id, at..at + 1), kind);
        if let (Some((at, kind)), true) = (decoded.stop, decoded.text.is_empty()) {
            let (span, kind) = stop(at, kind);
            out.refuse(span, kind);
            return out;
        }
        if let (Nul::Refused, Some(at)) = (traits.nul, decoded.text.find('\0')) {
            out.refuse(sources.span(id, decoded.source(at..at + 1)), ProblemKind::Nul);
            return out;
        }
        let mut run = Run::new(&decoded.text, traits, outer);
        match traits.engine {
            Engine::Python => python::read(&mut run),
            Engine::KeyValueLines => super::lines::key_value(&mut run),
            Engine::Systemd => super::systemd::read(&mut run),
            Engine::Rust => super::rust::read(&mut run),
            Engine::Go => super::go::read(&mut run),
            Engine::NodeLine => super::javascript::read(&mut run),
            Engine::NodeEnvFile => super::bun::node_env_file(&mut run),
            Engine::RubyLine => super::ruby::read(&mut run),
            Engine::Phpdotenv => super::php::phpdotenv(&mut run),
            Engine::Symfony => super::symfony::read(&mut run),
            Engine::Bun => super::bun::read(&mut run),
            Engine::DjangoEnviron => super::python_lines::django_environ(&mut run),
            Engine::Honcho => super::python_lines::honcho(&mut run),
            Engine::Decouple => super::python_lines::decouple(&mut run),
            Engine::Xargs => super::xargs::read(&mut run),
            Engine::Shell => super::shell::read(&mut run),
        }
        let refused = run.refused.take().filter(|_| !run.exhausted());
        let refused = refused.or_else(|| run.exhausted().then_some((0..0, ProblemKind::TooLarge)));
        let depends = std::mem::take(&mut run.depends);
        let events = std::mem::take(&mut run.events);
        let place = |range: Range<usize>| sources.span(id, decoded.source(range));
        let text = run.text;
        Finish {
            out: &mut out,
            decoded: &decoded,
            traits,
            text,
            place: &place,
            outer,
            open: false,
            line: 0..0,
            at_sign: None,
            places: BTreeMap::new(),
            gone: BTreeSet::new(),
        }
        .all(events);
        out.depends = depends.into_iter().map(|(at, kind)| Problem { span: place(at), kind }).collect();
        if let Some((range, kind)) = refused {
            out.refuse(place(range), kind);
        } else if let Some((at, kind)) = decoded.stop {
            let (span, kind) = stop(at, kind);
            out.refuse(span, kind);
        }
        out.keeps = traits.mistake == Mistake::Stops;
        if out.refused.is_some() && !out.keeps {
            out.layer.entries.clear();
        }
        out
    }

    fn empty(sources: &Sources, id: SourceId) -> Self {
        let name = match sources.get(id).kind() {
            SourceKind::File(path) => path.clone(),
            _ => "standard input".into(),
        };
        let layer = Layer {
            name,
            kind: LayerKind::EnvFile,
            source: Some(id),
            entries: Vec::new(),
            problems: Vec::new(),
            refused: false,
            block: None,
            word: None,
            started_in: None,
            reads: Vec::new(),
        };
        Self { layer, refused: None, keeps: false, depends: Vec::new(), shown: Vec::new() }
    }

    #[cfg(test)]
    pub(super) fn shown(&self) -> &[Span] {
        &self.shown
    }

    fn refuse(&mut self, span: Span, kind: ProblemKind) {
        if self.refused.is_none() {
            let problem = Problem { span, kind };
            if !self.layer.problems.contains(&problem) {
                self.layer.problems.push(problem.clone());
            }
            self.refused = Some(problem);
            self.layer.refused = true;
        }
    }

    /// Reveals the keys and the punctuation of this reading.
    pub(super) fn reveal(&self, sources: &mut Sources) {
        sources.reveal_all(&self.shown);
    }
}

struct Finish<'a> {
    out: &'a mut Outcome,
    decoded: &'a Decoded,
    traits: &'a Traits,
    text: &'a str,
    place: &'a dyn Fn(Range<usize>) -> Span,
    outer: &'a dyn Fn(&str) -> Option<Secret>,
    /// A quote was opened and never closed: for other loaders everything behind it is inside.
    open: bool,
    /// The line that was looked at last, and its last `@`.
    line: Range<usize>,
    at_sign: Option<usize>,
    /// Which entries a name has.
    places: BTreeMap<String, Vec<usize>>,
    /// Entries that were taken back.
    gone: BTreeSet<usize>,
}

impl Finish<'_> {
    fn all(&mut self, events: Vec<Event>) {
        // Where the statement before ended.
        let mut before = 0;
        for event in events {
            if self.out.refused.is_some() {
                break;
            }
            let (start, end) = match &event {
                Event::Set(set) | Event::Broken(set) => (set.lead, set.end),
                Event::Unset { at, .. } | Event::Inherit { at, .. } | Event::Problem(at, _) => {
                    (at.start, at.end)
                }
            };
            // What is no assignment by its looks may be the rest of the value before it.
            let odd = match &event {
                Event::Set(set) => !python::is_name(&set.key),
                _ => true,
            };
            let gap = if before < start { &self.text[before..start] } else { "" };
            if let Some(last) = self.out.layer.entries.last_mut() {
                last.doubtful |= odd || leftover(gap);
            }
            before = before.max(end);
            self.one(event);
        }
        if let Some(last) = self.out.layer.entries.last_mut() {
            last.doubtful |= leftover(&self.text[before.min(self.text.len())..]);
        }
        let mut i = 0;
        self.out.layer.entries.retain(|_| {
            i += 1;
            !self.gone.contains(&(i - 1))
        });
    }

    fn one(&mut self, event: Event) {
        match event {
            Event::Set(set) => self.set(set),
            Event::Broken(set) => self.show(&set, ""),
            Event::Unset { key, .. } => self.gone.extend(self.places.remove(&key).unwrap_or_default()),
            Event::Inherit { key, at } => {
                if let Some(value) = (self.outer)(&key) {
                    let span = (self.place)(at.clone());
                    let len = value.expose().len();
                    let map = Segment { value: 0..len, span, kind: SegmentKind::Reference }.into();
                    let value = Value { text: value, map };
                    self.push(Entry { doubtful: true, ..Entry::new(key, span, value, span) });
                }
            }
            Event::Problem(range, kind) => {
                self.open |= kind == ProblemKind::UnterminatedQuote;
                let end = range.start + self.text[range.clone()].trim_end().len();
                self.out
                    .layer
                    .problems
                    .push(Problem { span: (self.place)(range.start..end.max(range.start)), kind });
            }
        }
    }

    fn set(&mut self, mut set: Set) {
        let text = self.text;
        if set.key.contains('\0') || set.value.as_str().contains('\0') {
            match self.traits.nul {
                Nul::Ends => {
                    set.key.truncate(set.key.find('\0').unwrap_or(set.key.len()));
                    if set.key.is_empty() {
                        return;
                    }
                    let at = set.value.as_str().find('\0').unwrap_or(set.value.len());
                    set.value = set.value.cut(0..at);
                }
                // What is set already is not written again.
                Nul::Stops
                    if (self.outer)(&set.key).is_some()
                        || (self.traits.first_wins && self.places.contains_key(&set.key)) =>
                {
                    return;
                }
                Nul::Stops => {
                    let span = (self.place)(set.value_range);
                    return self.out.refuse(span, ProblemKind::Nul);
                }
                Nul::Unset => {
                    self.gone.extend(self.places.remove(&set.key).unwrap_or_default());
                    let kind = ProblemKind::Nul;
                    let span = (self.place)(set.value_range);
                    return self.out.layer.problems.push(Problem { span, kind });
                }
                _ => {}
            }
        }
        if !(self.line.start <= set.end && set.end <= self.line.end) || self.line.is_empty() {
            let start = text[..set.end].rfind(['\n', '\r']).map_or(0, |i| i + 1);
            let end = text[set.end..].find(['\n', '\r']).map_or(text.len(), |i| set.end + i);
            self.line = start..end;
            self.at_sign = text[start..end].rfind('@').map(|i| start + i);
        }
        let rest = &text[set.end..self.line.end];
        let value = self.value(&set);
        self.show(&set, rest);
        // A quote that begins the value and is not closed in it.
        let raw = &text[set.value_range.clone()];
        if let Some(quote) = raw.chars().next().filter(|c| matches!(c, '\'' | '"' | '`'))
            && !raw[1..].contains(quote)
        {
            self.open = true;
        }
        let shift = set.value_range.start;
        let (key_span, value_span) = ((self.place)(set.key_range), (self.place)(set.value_range));
        // What stands on both sides of a blank that a loader took away (honcho) is to nobody else one word.
        let at = |offset: u32| (offset as usize + shift).checked_sub(value_span.start as usize);
        let joined = value.map.windows(2).any(|pair| {
            let gap = at(pair[0].span.end).zip(at(pair[1].span.start));
            gap.and_then(|(from, to)| text.get(from..to)).is_some_and(|gap| gap.contains([' ', '\t']))
        });
        let doubtful = self.open || joined || self.at_sign.is_some_and(|at| at >= set.end);
        self.push(Entry { doubtful, ..Entry::new(set.key, key_span, value, value_span) });
    }

    fn push(&mut self, entry: Entry) {
        let there = self.places.entry(entry.key.clone()).or_default();
        if self.traits.first_wins && !there.is_empty() {
            return;
        }
        there.push(self.out.layer.entries.len());
        self.out.layer.entries.push(entry);
    }

    /// The value with spans; what the decoding changed is no literal.
    fn value(&self, set: &Set) -> Value {
        let mut map = Vec::new();
        for (value, source, kind) in set.value.pieces() {
            if kind != SegmentKind::Literal {
                map.push(Segment { value, span: (self.place)(source), kind });
                continue;
            }
            for (part, literal) in self.decoded.split(source.clone()) {
                let from = value.start + part.start - source.start;
                let kind = if literal { SegmentKind::Literal } else { SegmentKind::Escape };
                map.push(Segment { value: from..from + part.len(), span: (self.place)(part), kind });
            }
        }
        Value { text: Secret::new(set.value.as_str()), map: map.into() }
    }

    /// Notes what of an assignment is structure: its key, sign and quotes, and the mark of a comment behind it.
    fn show(&mut self, set: &Set, rest: &str) {
        let text = self.text;
        if self.open || !shows_key(&set.key) || text[set.key_range.clone()] != set.key {
            return;
        }
        // Only what begins a line is an assignment to others too.
        let known = self.line.start <= set.lead && set.lead <= self.line.end;
        let start = || text[..set.lead].rfind(['\n', '\r']).map_or(0, |i| i + 1);
        let line = if known { self.line.start } else { start() };
        if !text[line..set.lead].trim_start_matches('\u{feff}').trim().is_empty() {
            return;
        }
        let lead = &text[set.lead..set.key_range.start];
        let sign = &text[set.key_range.end..set.value_range.start.max(set.key_range.end)];
        let plain = |s: &str, more: &str| s.chars().all(|c| c.is_whitespace() || more.contains(c));
        if !(plain(lead.strip_prefix("export").unwrap_or(lead), "'") && plain(sign, "=:'\"`")) {
            return;
        }
        let quoted = set.end > set.value_range.end && !text[set.value_range.start..].is_empty();
        let mut shown = vec![set.lead..set.value_range.start];
        if quoted && set.end == set.value_range.end + 1 && set.value_range.start > 0 {
            let bytes = text.as_bytes();
            if bytes[set.value_range.end] == bytes[set.value_range.start - 1] {
                shown.push(set.value_range.end..set.end);
            }
        }
        // The blanks and the mark of a comment are structure; its words stay masked.
        let blanks = rest.bytes().take_while(|b| *b == b' ' || *b == b'\t').count();
        if blanks > 0 && rest[blanks..].starts_with('#') {
            shown.push(set.end..set.end + blanks + 1);
        }
        for range in shown {
            if self.decoded.is_literal(range.clone()) {
                self.out.shown.push((self.place)(range));
            }
        }
    }
}

/// Whether text between two assignments may belong to the value before it: something on another line that is no
/// comment.
fn leftover(gap: &str) -> bool {
    gap.split(['\n', '\r']).skip(1).any(|line| {
        let line = line.trim();
        !line.is_empty() && !line.starts_with('#')
    })
}

/// A key is shown when it looks like a variable's name: anything else may be the tail of a secret that another
/// loader reads as one value.
pub(super) fn shows_key(key: &str) -> bool {
    key.starts_with(|c: char| c.is_ascii_uppercase())
        && key.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_')
}

/// Whether the value that the environment has wins over the file's.
pub(super) fn keeps(dialect: Dialect, value: &Secret) -> bool {
    match of(dialect).precedence {
        Precedence::Environment => true,
        Precedence::EnvironmentUnlessEmpty => !value.is_empty(),
        Precedence::File | Precedence::Alone => false,
    }
}
