//! `${NAME}` in decoded text, as `dotenv/variables.py` puts it in, with the map to the source.

use crate::{
    layer::{Segment, SegmentKind, Value},
    secret::Secret,
    source::Span,
};
use std::ops::Range;

/// A stretch of decoded text and the source bytes it stands for.
pub(super) struct Piece {
    pub(super) text: String,
    pub(super) source: Range<usize>,
    pub(super) literal: bool,
}

/// Puts `${NAME}` and `${NAME:-default}` in, as `dotenv/variables.py` does: no nesting, no bare `$NAME`. `later` knows
/// the names that get a value further down.
pub(super) fn interpolate(
    pieces: &[Piece],
    span: &dyn Fn(Range<usize>) -> Span,
    lookup: &dyn Fn(&str) -> Option<Secret>,
    later: &dyn Fn(&str) -> bool,
) -> Value {
    let whole: String = pieces.iter().map(|p| p.text.as_str()).collect();
    let mut out = Builder { text: String::new(), map: Vec::new(), pieces, span };
    let mut at = 0;
    while let Some(start) = whole[at..].find("${").map(|i| at + i) {
        let Some((name, default, end)) = reference(&whole, start) else {
            out.copy(&whole, at..start + 2);
            at = start + 2;
            continue;
        };
        out.copy(&whole, at..start);
        match (lookup(&whole[name.clone()]), default) {
            (Some(value), _) => out.derived(value.expose(), start..end, SegmentKind::Reference),
            (None, Some(d)) => out.derived(&whole[d], start..end, SegmentKind::Fallback),
            (None, None) if later(&whole[name]) => out.derived("", start..end, SegmentKind::Later),
            (None, None) => out.derived("", start..end, SegmentKind::Unresolved),
        }
        at = end;
    }
    out.copy(&whole, at..whole.len());
    Value { text: Secret::new(out.text), map: out.map }
}

/// `\$\{(?P<name>[^\}:]*)(?::-(?P<default>[^\}]*))?\}` at `start`.
fn reference(text: &str, start: usize) -> Option<(Range<usize>, Option<Range<usize>>, usize)> {
    let from = start + 2;
    let name = from..from + text[from..].find(['}', ':'])?;
    if text[name.end..].starts_with('}') {
        return Some((name.clone(), None, name.end + 1));
    }
    let value = name.end + 2;
    text[name.end..].starts_with(":-").then_some(())?;
    let end = value + text[value..].find('}')?;
    Some((name, Some(value..end), end + 1))
}

struct Builder<'a> {
    text: String,
    map: Vec<Segment>,
    pieces: &'a [Piece],
    span: &'a dyn Fn(Range<usize>) -> Span,
}

impl Builder<'_> {
    /// Copies a range of the decoded text, piece by piece, each with its own source.
    fn copy(&mut self, whole: &str, range: Range<usize>) {
        let mut begin = 0;
        for piece in self.pieces {
            let here = begin..begin + piece.text.len();
            begin = here.end;
            let (from, to) = (range.start.max(here.start), range.end.min(here.end));
            if from >= to {
                continue;
            }
            let at = self.text.len();
            self.text.push_str(&whole[from..to]);
            let (source, kind) = if piece.literal {
                let s = piece.source.start;
                (s + from - here.start..s + to - here.start, SegmentKind::Literal)
            } else {
                (piece.source.clone(), SegmentKind::Escape)
            };
            self.map.push(Segment { value: at..self.text.len(), span: (self.span)(source), kind });
        }
    }

    fn derived(&mut self, text: &str, reference: Range<usize>, kind: SegmentKind) {
        let at = self.text.len();
        self.text.push_str(text);
        let source = self.source(reference.start).start..self.source(reference.end - 1).end;
        self.map.push(Segment { value: at..self.text.len(), span: (self.span)(source), kind });
    }

    /// The source bytes of one byte of the decoded text.
    fn source(&self, offset: usize) -> Range<usize> {
        let mut begin = 0;
        for piece in self.pieces {
            let end = begin + piece.text.len();
            if offset < end {
                let s = piece.source.start + offset - begin;
                return if piece.literal { s..s + 1 } else { piece.source.clone() };
            }
            begin = end;
        }
        let end = self.pieces.last().map_or(0, |p| p.source.end);
        end..end
    }
}
