//! A structured text (YAML, JSON, TOML) as a tree of nodes with their places. Built by the parsers beside it; what a
//! node means is decided by the carriers.

use super::{Entry, Map, Segment, SegmentKind, Value};
use crate::{
    secret::Secret,
    source::{SourceId, Span},
};
use std::{collections::BTreeSet, ops::Range, sync::Arc};

/// Nodes inside each other beyond this are refused: what people write has ten.
pub const DEPTH: usize = 96;
/// More nodes than this, aliases counted as often as they stand, are refused: `a: &a [*b, *b]` doubles with each line.
pub const NODES: usize = 400_000;

/// The key whose value's keys are the mapping's own where it has none of that name (YAML 1.1, `merge`).
const MERGE: &str = "<<";

/// One node.
#[derive(Clone, Debug)]
pub struct Node {
    /// Where it stands; of a scalar without its quotes. Of an alias where the anchor's text stands.
    pub span: Span,
    /// What it is.
    pub kind: Kind,
}

/// What a node is.
#[derive(Clone, Debug)]
pub enum Kind {
    /// Nothing, or a word for it.
    Null,
    /// A text, a number, a truth.
    Scalar(Scalar),
    /// Keys and values in their order, duplicates kept.
    Mapping(Vec<(Node, Arc<Node>)>),
    /// Items in their order.
    Sequence(Vec<Arc<Node>>),
}

/// A scalar as text.
#[derive(Clone, Debug)]
pub struct Scalar {
    /// The text with its map to the source.
    pub value: Value,
    /// How it is written.
    pub style: Style,
}

/// How a scalar is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Style {
    /// Without quotes: a reader may take it for a number or a truth.
    Plain,
    /// In quotes, of either kind, or as a block: always a text.
    Text,
}

/// Why a text is no such document, and where: an offset, never the text.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Invalid {
    /// The byte at which it ends to be one.
    pub at: usize,
    /// The tree would be larger than [`NODES`] or deeper than [`DEPTH`]; else it is no such text.
    pub too_large: bool,
}

impl Node {
    /// The text of a scalar.
    pub fn scalar(&self) -> Option<&Scalar> {
        match &self.kind {
            Kind::Scalar(scalar) => Some(scalar),
            _ => None,
        }
    }

    /// The text of a scalar, for parsers of carriers alone.
    pub fn text(&self) -> Option<&str> {
        self.scalar().map(|s| s.value.text.expose())
    }

    /// The items of a sequence; none for anything else.
    pub fn items(&self) -> &[Arc<Node>] {
        match &self.kind {
            Kind::Sequence(items) => items,
            _ => &[],
        }
    }

    /// The pairs of a mapping in their order, those of `<<` behind its own and only where it has none of that name; none for
    /// anything else.
    pub fn pairs(&self) -> Vec<(&Node, &Node)> {
        let Kind::Mapping(pairs) = &self.kind else { return Vec::new() };
        let own = pairs.iter().filter(|(key, _)| key.text() != Some(MERGE));
        let mut out: Vec<(&Node, &Node)> = own.map(|(key, value)| (key, &**value)).collect();
        if out.len() < pairs.len() {
            let mut seen = out.iter().filter_map(|(key, _)| key.text()).collect();
            self.merge(&mut out, &mut seen, 0);
        }
        out
    }

    /// Adds what the merges of a mapping bring.
    fn merge<'n>(&'n self, out: &mut Vec<(&'n Node, &'n Node)>, seen: &mut BTreeSet<&'n str>, depth: usize) {
        let Kind::Mapping(pairs) = &self.kind else { return };
        for (_, merged) in pairs.iter().filter(|(key, _)| key.text() == Some(MERGE)) {
            for from in merged.items().iter().map(|item| &**item).chain([&**merged]) {
                let Kind::Mapping(theirs) = &from.kind else { continue };
                // A chain of merges longer than this is nobody's file.
                if depth >= 8 || out.len() >= 10_000 {
                    continue;
                }
                for (key, value) in theirs.iter().filter(|(key, _)| key.text() != Some(MERGE)) {
                    if key.text().is_none_or(|name| seen.insert(name)) {
                        out.push((key, &**value));
                    }
                }
                from.merge(out, seen, depth + 1);
            }
        }
    }

    /// The value of a key: its own, else that of a `<<`.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.pair(key).map(|(_, value)| value)
    }

    /// As [`Node::get`], with the key's node.
    pub fn pair(&self, key: &str) -> Option<(&Node, &Node)> {
        let Kind::Mapping(pairs) = &self.kind else { return None };
        let own = pairs.iter().find(|(k, _)| k.text() == Some(key)).filter(|_| key != MERGE);
        // Its own come before those of a merge.
        own.map(|(key, value)| (key, &**value)).or_else(|| {
            let merges = pairs.iter().any(|(key, _)| key.text() == Some(MERGE));
            let all = if merges { self.pairs() } else { Vec::new() };
            all.into_iter().find(|(k, _)| k.text() == Some(key))
        })
    }

    /// The value at the end of a path of keys.
    pub fn at(&self, path: &[&str]) -> Option<&Node> {
        path.iter().try_fold(self, |node, key| node.get(key))
    }

    /// Whether nothing stands there: `key:`, `key: null`.
    pub fn is_null(&self) -> bool {
        matches!(self.kind, Kind::Null)
    }

    /// An assignment made of this scalar, under a name; none for a mapping or a sequence. Nothing is an empty text.
    pub fn entry(&self, key: impl Into<String>, key_span: Span) -> Option<Entry> {
        let value = match &self.kind {
            Kind::Scalar(scalar) => scalar.value.clone(),
            Kind::Null => Value::default(),
            _ => return None,
        };
        Some(Entry::new(key, key_span, value, self.span))
    }
}

/// Builds the map of a value while its text is put together.
pub struct Mapped {
    id: SourceId,
    text: String,
    map: Vec<Segment>,
}

impl Mapped {
    /// Nothing yet.
    pub fn new(id: SourceId) -> Self {
        Self { id, text: String::new(), map: Vec::new() }
    }

    fn span(&self, range: &Range<usize>) -> Span {
        let offset = |o: usize| u32::try_from(o).unwrap_or(u32::MAX);
        Span { source: self.id, start: offset(range.start), end: offset(range.end) }
    }

    /// Source bytes that are the value's own.
    pub fn literal(&mut self, source: &str, range: Range<usize>) {
        if range.is_empty() {
            return;
        }
        let (from, span) = (self.text.len(), self.span(&range));
        self.text.push_str(&source[range]);
        match self.map.last_mut() {
            Some(last)
                if last.kind == SegmentKind::Literal
                    && last.span.end == span.start
                    && last.value.end == from =>
            {
                last.value.end = self.text.len();
                last.span.end = span.end;
            }
            _ => self.map.push(Segment { value: from..self.text.len(), span, kind: SegmentKind::Literal }),
        }
    }

    /// Source bytes that stand for another text.
    pub fn derived(&mut self, range: Range<usize>, text: &str, kind: SegmentKind) {
        let (from, span) = (self.text.len(), self.span(&range));
        self.text.push_str(text);
        self.map.push(Segment { value: from..self.text.len(), span, kind });
    }

    /// The value, where the text is the one that the reader came to; else that text without a place of its own, so that
    /// it stays masked.
    pub fn finish(self, read: &str) -> Value {
        if self.text == read {
            Value { text: self.text.into(), map: self.map.into() }
        } else {
            Value { text: Secret::new(read), map: Map::default() }
        }
    }
}
