//! The bytes of a file ▶ the text that a loader's parser sees, with the way back. Here byte order marks, line ends,
//! NUL bytes and what is no UTF-8 are dealt with, each as the loader does.

use super::traits::{LineEnds, Nul, Traits, Utf8};
use crate::layer::ProblemKind;
use std::ops::Range;

/// What a parser works on.
pub(super) struct Decoded {
    pub(super) text: String,
    marks: Vec<Mark>,
    /// Where the loader gives up, and why; the text ends before.
    pub(super) stop: Option<(usize, ProblemKind)>,
}

/// From `text` on, the text stands in the file from `source` on.
struct Mark {
    text: usize,
    source: usize,
    literal: bool,
}

impl Decoded {
    /// Decodes as the loader of `traits` does.
    pub(super) fn new(bytes: &[u8], traits: &Traits) -> Self {
        let mut out = Self { text: String::with_capacity(bytes.len()), marks: Vec::new(), stop: None };
        let mut at = 0;
        if traits.strips_bom && bytes.starts_with(b"\xef\xbb\xbf") {
            at = 3;
        }
        let mut rest = &bytes[at..];
        loop {
            let (valid, bad) = match std::str::from_utf8(rest) {
                Ok(text) => (text, 0),
                Err(error) => {
                    let (valid, tail) = rest.split_at(error.valid_up_to());
                    let text = std::str::from_utf8(valid).expect("valid up to there");
                    (text, error.error_len().unwrap_or(tail.len()))
                }
            };
            if bad > 0 && matches!(traits.utf8, Utf8::Refused | Utf8::RefuseLine) {
                out.stop = Some((at + valid.len(), ProblemKind::NotUtf8));
                if traits.utf8 == Utf8::RefuseLine {
                    let whole = valid.rfind('\n').map_or(0, |i| i + 1);
                    out.valid(&valid[..whole], at, traits);
                }
                break;
            }
            out.valid(valid, at, traits);
            at += valid.len();
            if bad == 0 {
                break;
            }
            out.mark(at, false);
            out.text.push(if traits.utf8 == Utf8::Question { '?' } else { '\u{fffd}' });
            at += bad;
            rest = &bytes[at..];
        }
        out.mark(bytes.len(), true);
        out
    }

    fn mark(&mut self, source: usize, literal: bool) {
        self.marks.push(Mark { text: self.text.len(), source, literal });
    }

    /// Takes over text that is UTF-8 and stands in the file at `at`.
    fn valid(&mut self, text: &str, at: usize, traits: &Traits) {
        self.mark(at, true);
        if traits.line_ends == LineEnds::Kept && !matches!(traits.nul, Nul::Dropped) {
            self.text.push_str(text);
            return;
        }
        let mut from = 0;
        while let Some(here) = text[from..].find(['\r', '\0']).map(|i| from + i) {
            let lf = text[here..].starts_with("\r\n");
            let (len, with) = match (text.as_bytes()[here], traits.line_ends) {
                (0, _) if matches!(traits.nul, Nul::Dropped) => (1, ""),
                (b'\r', LineEnds::Pairs | LineEnds::Universal) if lf => (2, "\n"),
                (b'\r', LineEnds::Universal) => (1, "\n"),
                (b'\r', LineEnds::Removed) => (1, ""),
                _ => {
                    self.text.push_str(&text[from..=here]);
                    from = here + 1;
                    continue;
                }
            };
            self.text.push_str(&text[from..here]);
            self.mark(at + here, false);
            self.text.push_str(with);
            from = here + len;
            self.mark(at + from, true);
        }
        self.text.push_str(&text[from..]);
    }

    fn at(&self, offset: usize) -> usize {
        self.marks.partition_point(|m| m.text <= offset).saturating_sub(1)
    }

    /// The bytes of the file for a range of the text.
    pub(super) fn source(&self, range: Range<usize>) -> Range<usize> {
        let Some(mark) = self.marks.get(self.at(range.start)) else { return 0..0 };
        let start = mark.source + if mark.literal { range.start - mark.text } else { 0 };
        if range.is_empty() {
            return start..start;
        }
        let last = self.at(range.end - 1);
        let mark = &self.marks[last];
        let end = if mark.literal {
            mark.source + range.end - mark.text
        } else {
            self.marks.get(last + 1).map_or(mark.source + 1, |m| m.source)
        };
        start..end.max(start)
    }

    /// The parts of a range whose bytes stand in the file as they are, and those that were made of others.
    pub(super) fn split(&self, range: Range<usize>) -> Vec<(Range<usize>, bool)> {
        let mut out = Vec::new();
        let mut at = range.start;
        let mut i = self.at(range.start);
        while at < range.end {
            let end = self.marks.get(i + 1).map_or(range.end, |m| m.text.min(range.end));
            if end > at {
                out.push((at..end, self.marks[i].literal));
                at = end;
            }
            i += 1;
        }
        out
    }

    /// Whether a range stands in the file byte for byte.
    pub(super) fn is_literal(&self, range: Range<usize>) -> bool {
        matches!(self.split(range).as_slice(), [] | [(_, true)])
    }
}
