//! Texts that carry settings, places in them, and the only door to showing them.
//!
//! Everything is masked until a parser proves a range harmless ([`Sources::reveal`]); nothing narrows what
//! was revealed. The bytes never leave the crate.

mod directory;
mod index;
mod masking;

pub use directory::{directories, directory, is_within};
pub use index::LineColumn;

use index::{Lines, Shown, boundary, merged};
use masking::Masking;
use std::{fmt, ops::Range, sync::OnceLock};

/// Which source, in the order of adding.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct SourceId(u32);

/// A byte range in one source. Line and column are computed when it is printed.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Span {
    /// The source it lies in.
    pub source: SourceId,
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// As a range of bytes.
    pub fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }

    /// Whether the two have a byte in common.
    pub fn overlaps(self, other: Self) -> bool {
        self.source == other.source && self.start < other.end && other.start < self.end
    }
}

/// What a source is: decides how its places are named.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
#[non_exhaustive]
pub enum SourceKind {
    /// A file, by the path as the user would write it.
    File(String),
    /// The value of one environment variable.
    Variable(String),
    /// The value of one command line flag, with its dashes.
    Flag(String),
    /// A value handed in by the program (`Guard::layer`): the provider's name and the key.
    Provider(String, String),
}

/// One text with what may be shown of it.
pub struct Source {
    kind: SourceKind,
    bytes: Vec<u8>,
    /// Byte ranges proved harmless, unordered; of many small files they are the larger part of what is kept.
    visible: Vec<Range<u32>>,
    /// The same in order, once they are asked for: of most files nothing is reported.
    shown: OnceLock<Box<Shown>>,
    /// Where the lines begin, once that is asked for.
    lines: OnceLock<Box<Lines>>,
    /// What the first look of a reader of env files came to.
    plain: OnceLock<Option<bool>>,
}

/// The masked lines around a span, ready to print.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Masked {
    /// 1-based number of the first line.
    pub line: usize,
    /// The lines, masked, without control characters other than the line breaks between them.
    pub text: String,
    /// Where the span lies in `text`, in bytes, on character boundaries.
    pub range: Range<usize>,
}

/// Of a labelled line, at most so many characters are shown on each side of the label.
const SIDE: usize = 160;
/// On a labelled line, so many bytes on each side of the label are looked at.
const NEAR: usize = 4096;
/// Of a labelled range, at most so many lines are shown.
const LINES: usize = 4;

impl Source {
    const fn new(kind: SourceKind, bytes: Vec<u8>) -> Self {
        Self {
            kind,
            bytes,
            visible: Vec::new(),
            shown: OnceLock::new(),
            lines: OnceLock::new(),
            plain: OnceLock::new(),
        }
    }

    /// What it is.
    pub fn kind(&self) -> &SourceKind {
        &self.kind
    }

    /// The bytes, for parsers.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// What `look` makes of the bytes, which is asked once: always the same function.
    pub(crate) fn plain(&self, look: impl FnOnce(&[u8]) -> Option<bool>) -> Option<bool> {
        *self.plain.get_or_init(|| look(&self.bytes))
    }

    /// What was proved harmless, in no order.
    pub(crate) fn visible(&self) -> impl Iterator<Item = Range<usize>> + Clone {
        self.visible.iter().map(|r| r.start as usize..r.end as usize)
    }

    /// Line and column of a byte offset; an offset past the end is the end.
    pub fn line_column(&self, offset: usize) -> LineColumn {
        self.line_columns(offset).0
    }

    /// As [`Source::line_column`], with the 1-based column in bytes.
    pub(crate) fn line_columns(&self, offset: usize) -> (LineColumn, usize) {
        let offset = offset.min(self.bytes.len());
        let lines = self.lines();
        let (line, start) = lines.number_and_start(offset);
        let start = self.skip(start, offset);
        let column = lines.characters(&self.bytes, start..offset) + 1;
        (LineColumn { line, column }, offset - start + 1)
    }

    /// 1-based column of a byte offset, in bytes.
    pub fn byte_column(&self, offset: usize) -> usize {
        self.line_columns(offset).1
    }

    fn lines(&self) -> &Lines {
        self.lines.get_or_init(|| Box::new(Lines::of(&self.bytes)))
    }

    /// Where the line of an offset begins.
    pub(crate) fn line_start(&self, offset: usize) -> usize {
        self.lines().start(offset.min(self.bytes.len()))
    }

    /// The beginning of a line, behind the mark of byte order at the beginning of the text.
    fn skip(&self, start: usize, offset: usize) -> usize {
        let mark = start == 0 && offset >= BOM.len() && self.bytes.starts_with(BOM);
        if mark { BOM.len() } else { start }
    }

    /// The lines that `range` touches, masked.
    pub fn masked(&self, range: Range<usize>) -> Masked {
        let len = self.bytes.len();
        let (start, end) = (range.start.min(len), range.end.clamp(range.start.min(len), len));
        let first = self.line_start(start);
        let mut last = first;
        for _ in 0..LINES {
            last = self.lines().end(last);
            if last >= end || last >= len {
                break;
            }
            last += 1;
        }
        let last = if last > first && last <= len && self.bytes.get(last - 1) == Some(&b'\n') && last > start
        {
            last - 1
        } else {
            last
        };
        let mut out = Masking::new(match &self.kind {
            SourceKind::File(_) => String::new(),
            SourceKind::Variable(name) => format!("{name}="),
            SourceKind::Flag(name) => format!("{name} "),
            SourceKind::Provider(_, key) => format!("{key} = "),
        });
        let lead = if first == 0 {
            out.text.len()
        } else {
            out.text.clear();
            0
        };
        let mark = first == 0 && self.bytes.starts_with(BOM);
        let line = if mark { BOM.len().min(last) } else { first };
        // What is far from the range on an endless line is cut off later anyway.
        let begin = boundary(&self.bytes, start.saturating_sub(NEAR)).max(line);
        let stop = boundary(&self.bytes, end.saturating_add(NEAR)).min(last).max(begin);
        let mut at = begin;
        for r in self.shown.get_or_init(|| Box::new(Shown::of(self.visible()))).touching(at..stop) {
            let (from, to) = (r.start.max(at), r.end.min(stop));
            if to <= at {
                continue;
            }
            out.hide(&self.bytes, at..from);
            out.show(&self.bytes, from..to);
            at = to;
        }
        out.hide(&self.bytes, at..stop);
        let (a, b) = (out.place(start).max(lead), out.place_end(end.min(last)));
        out.cut(a..b.max(a), self.lines().number(start), (begin > line, stop < last))
    }

    /// Every line, whole and masked, without its line break; as many as the bytes have.
    pub fn masked_lines(&self) -> Vec<String> {
        let shown = merged(self.visible());
        let mut out = Vec::new();
        let (mut at, mut next) = (0, 0);
        for line in self.bytes.split_inclusive(|b| *b == b'\n') {
            let end = at + line.len();
            let text = line.strip_suffix(b"\n").unwrap_or(line);
            let stop = at + text.strip_suffix(b"\r").unwrap_or(text).len();
            let mut masking = Masking::new(String::new());
            if at == 0 && self.bytes.starts_with(BOM) {
                at = BOM.len();
            }
            for r in &shown[next..] {
                let (from, to) = (r.start.max(at), r.end.min(stop));
                if r.start >= stop {
                    break;
                }
                if to > at {
                    masking.hide(&self.bytes, at..from);
                    masking.show(&self.bytes, from..to);
                    at = to;
                }
            }
            masking.hide(&self.bytes, at..stop);
            out.push(masking.text);
            // What ends in this line does not come again; a range over several is met in each.
            while shown.get(next).is_some_and(|r| r.end <= end) {
                next += 1;
            }
            at = end;
        }
        out
    }
}

const BOM: &[u8] = b"\xef\xbb\xbf";

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Source")
            .field("kind", &self.kind)
            .field("bytes", &self.bytes.len())
            .finish_non_exhaustive()
    }
}

/// All sources of one run.
#[derive(Debug, Default)]
pub struct Sources(Vec<Source>);

impl Sources {
    /// Adds a text; nothing of it is visible yet. A text of 4 GiB or more is cut there: spans are 32 bits wide.
    ///
    /// # Panics
    /// Beyond 2^32 sources.
    pub fn add(&mut self, kind: SourceKind, bytes: impl Into<Vec<u8>>) -> SourceId {
        let mut bytes = bytes.into();
        bytes.truncate(u32::MAX as usize);
        self.0.push(Source::new(kind, bytes));
        SourceId(u32::try_from(self.0.len() - 1).expect("fewer than 2^32 sources"))
    }

    /// The source of an id that this very set gave out; an empty one for an id of another set that is none here.
    pub fn get(&self, id: SourceId) -> &Source {
        static NONE: Source = Source::new(SourceKind::File(String::new()), Vec::new());
        self.0.get(id.0 as usize).unwrap_or(&NONE)
    }

    /// Whether an id is one of these.
    pub(crate) fn holds(&self, id: SourceId) -> bool {
        (id.0 as usize) < self.0.len()
    }

    /// A span of a range of bytes; clamped to the source.
    pub fn span(&self, id: SourceId, range: Range<usize>) -> Span {
        let len = self.get(id).bytes.len();
        let clamp = |o: usize| u32::try_from(o.min(len)).unwrap_or(u32::MAX);
        Span { source: id, start: clamp(range.start), end: clamp(range.end.max(range.start)) }
    }

    /// Declares a range harmless. Only a parser that proved it may call this.
    pub(crate) fn reveal(&mut self, span: Span) {
        if let Some(source) = self.0.get_mut(span.source.0 as usize).filter(|_| span.end > span.start) {
            source.visible.push(span.start..span.end);
            source.shown.take();
        }
    }

    /// As [`Sources::reveal`], of spans that lie in one source.
    pub(crate) fn reveal_all(&mut self, spans: &[Span]) {
        let Some(first) = spans.first() else { return };
        if let Some(source) = self.0.get_mut(first.source.0 as usize) {
            let shown = spans.iter().filter(|span| span.source == first.source && span.end > span.start);
            source.visible.reserve(spans.len());
            source.visible.extend(shown.map(|span| span.start..span.end));
            source.shown.take();
        }
    }
}

#[cfg(test)]
#[expect(clippy::single_range_in_vec_init, reason = "one visible range is a list of ranges")]
mod tests {
    use super::*;

    fn masked(text: &str, show: &[Range<usize>], label: Range<usize>) -> Masked {
        let mut sources = Sources::default();
        let id = sources.add(SourceKind::File(".env".into()), text);
        for r in show {
            let span = sources.span(id, r.clone());
            sources.reveal(span);
        }
        sources.get(id).masked(label)
    }

    #[test]
    fn nothing_is_shown_without_proof() {
        let m = masked("A=hunter2 # old: hunter1\n", &[0..2], 2..9);
        assert_eq!((m.text.as_str(), m.line), ("A=•••", 1));
        assert_eq!(&m.text[m.range], "•••");
    }

    #[test]
    fn only_the_labelled_lines() {
        let m = masked("A=1\nB=22\nC=3\n", &[0..12], 6..8);
        assert_eq!((m.text.as_str(), m.line), ("B=22", 2));
        assert_eq!(&m.text[m.range], "22");
    }

    #[test]
    fn a_range_over_lines_keeps_its_breaks_and_no_more() {
        let m = masked("K='a\nb\nc'\nNEXT=1\n", &[0..3], 3..8);
        assert_eq!(m.text, "K='•••\n•••\n•••");
        let m = masked("K='a\nb\nc\nd\ne\nf'\nNEXT=1\n", &[0..3, 16..23], 3..14);
        assert_eq!(m.text, "K='•••\n•••\n•••\n•••");
    }

    #[test]
    fn hostile_spans_do_not_panic() {
        for text in ["", "a", "żółw\n", "A=\u{1b}[2J\n\n\n", "\u{feff}A=1"] {
            for a in 0..12 {
                for b in 0..12 {
                    let m = masked(text, &[0..3, 2..9], a..b);
                    assert!(m.text.get(m.range).is_some() && !m.text.contains('\u{1b}'));
                }
            }
        }
    }

    #[test]
    fn all_lines_are_masked_as_one_is() {
        let mut sources = Sources::default();
        let id = sources.add(SourceKind::File("x".into()), "\u{feff}A=1\r\nB=hunter2\n\nC='x\ny'\nD=\u{1b}");
        assert_eq!(sources.get(id).masked_lines(), ["•••", "•••", "", "•••", "•••", "•••"]);
        for range in [3..6, 8..10, 19..24, 20..22, 22..26, 26..28] {
            let span = sources.span(id, range);
            sources.reveal(span);
        }
        let lines = sources.get(id).masked_lines();
        assert_eq!(lines, ["A=1", "B=•••", "", "C='x", "y'", "D•••"]);
    }

    #[test]
    fn long_lines_are_cut_around_the_label() {
        let text = format!("A={}x{}", "a".repeat(100_000), "b".repeat(100_000));
        let m = masked(&text, &[0..200_003], 100_002..100_003);
        assert!(m.text.chars().count() < 400 && &m.text[m.range] == "x");
    }

    #[test]
    fn columns_are_characters() {
        let mut sources = Sources::default();
        let id = sources.add(SourceKind::File("x".into()), "\u{feff}A=1\nżó=2");
        assert_eq!(sources.get(id).line_column(5), LineColumn { line: 1, column: 3 });
        assert_eq!(sources.get(id).line_column(12), LineColumn { line: 2, column: 4 });
    }
}
