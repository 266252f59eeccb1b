//! YAML ▶ trees, one a document. The grammar is saphyr-parser's; places and maps are made here. Nothing is resolved
//! to a type: `no` and `007` stay texts, with the style that tells what a reader may make of them.

mod padded;

use super::{
    SegmentKind, Value,
    tree::{DEPTH, Invalid, Kind, Mapped, NODES, Node, Scalar, Style},
};
use crate::source::{SourceId, Span};
use padded::{AGAIN, MANY, Pads, Way};
use saphyr_parser::{Event, Parser, ScalarStyle};
use std::{collections::BTreeMap, ops::Range, sync::Arc};

/// The documents of a text.
///
/// # Errors
/// Text that is no YAML 1.2, that is nested deeper than [`DEPTH`], or whose aliases make more than [`NODES`] nodes;
/// then nothing of it is given.
pub fn parse(id: SourceId, text: &str) -> Result<Vec<Node>, Invalid> {
    let invalid = match parse_indented(id, text) {
        Ok(documents) => return Ok(documents),
        Err(invalid) => invalid,
    };
    // A bracket that closes at the column of its key: YAML 1.2 forbids it, and readers in use take it.
    let line = text.get(..invalid.at).and_then(|before| text.get(before.rfind('\n')? + 1..));
    if invalid.too_large || !line.is_some_and(|line| line.trim_start().starts_with([']', '}'])) {
        return Err(invalid);
    }
    parse_indented(id, &with_brackets_drawn_up(text)).map_err(|_| invalid)
}

/// Where the fault is that a parser noticed at a place: a mark that a merge left is read as a text, and what follows it is told.
pub(super) fn fault(text: &str, at: usize) -> usize {
    let (mut start, mut last) = (0, None);
    for line in text.split_inclusive('\n') {
        if start > at {
            break;
        }
        let mark = ["<<<<<<<", "|||||||", "=======", ">>>>>>>"].into_iter().find(|mark| {
            line.strip_prefix(mark).is_some_and(|rest| rest.trim_end().is_empty() || rest.starts_with(' '))
        });
        match mark {
            Some("<<<<<<<") => return start,
            Some(_) => last = Some(start),
            // The parser stops behind what is left of a merge.
            None if line.trim().is_empty() || start + line.len() > at => {}
            None => last = None,
        }
        start += line.len();
    }
    last.unwrap_or(at)
}

/// With the lines of texts in quotes indented where the parser stops for them.
fn parse_indented(id: SourceId, text: &str) -> Result<Vec<Node>, Invalid> {
    let (mut pads, mut read, mut first) = (Pads::default(), 0, None);
    for _ in 0..=MANY {
        let stop = match parse_strict(id, text, &pads) {
            Ok(documents) => return Ok(documents),
            Err(stop) => stop,
        };
        first = first.or(Some(stop.invalid));
        read += stop.invalid.at;
        if !stop.for_indentation || read > AGAIN || !pads.add(text, stop.invalid.at) {
            break;
        }
    }
    Err(first.unwrap_or(Invalid { at: 0, too_large: false }))
}

/// The text with each line that begins with a closing bracket drawn up to the one before it, which has no comment; the
/// bytes stay where they are.
fn with_brackets_drawn_up(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut commented = false;
    for line in text.split_inclusive('\n') {
        let closes = line.trim_start().starts_with([']', '}']) && !commented;
        if closes {
            let ends = out.len() - out.trim_end_matches(['\n', '\r']).len();
            out.truncate(out.len() - ends);
            out.extend(std::iter::repeat_n(' ', ends));
        }
        commented = line.contains('#') || commented && line.trim().is_empty();
        out.push_str(line);
    }
    out
}

/// Where and why the parser stopped.
struct Stop {
    invalid: Invalid,
    /// At the quote before lines that it wants further to the right.
    for_indentation: bool,
}

impl From<Invalid> for Stop {
    fn from(invalid: Invalid) -> Self {
        Self { invalid, for_indentation: false }
    }
}

fn parse_strict(id: SourceId, text: &str, pads: &Pads) -> Result<Vec<Node>, Stop> {
    let padded = (!pads.is_empty()).then(|| pads.put_into(text));
    let (parsed, way) = padded.as_ref().map_or((text, None), |(padded, way)| (padded.as_str(), Some(way)));
    let mut builder = Builder {
        id,
        text,
        offsets: Offsets { way, ..Offsets::new(text) },
        open: Vec::new(),
        anchors: BTreeMap::new(),
        nodes: 0,
        complete: 0,
    };
    let mut documents = Vec::new();
    // Whether a byte order mark is a character depends on where the parser meets it.
    let mut parser = Parser::new_from_str(parsed.strip_prefix('\u{feff}').unwrap_or(parsed));
    while let Some(next) = parser.next_event() {
        let (event, span) = match next {
            Ok(next) => next,
            Err(error) => {
                let at = builder.offsets.byte(error.marker().index());
                let for_indentation = error.info() == "invalid indentation in quoted scalar";
                return Err(Stop { invalid: Invalid { at, too_large: false }, for_indentation });
            }
        };
        let start = builder.offsets.byte(span.start.index());
        let range = start..builder.offsets.byte(span.end.index()).max(start);
        if let Some((node, _)) = builder.take(event, range)? {
            documents.push(Arc::unwrap_or_clone(node));
        }
    }
    Ok(documents)
}

/// Characters ▶ bytes; the parser counts characters, and only goes forward but for a few.
struct Offsets<'t> {
    text: &'t str,
    ascii: bool,
    character: usize,
    byte: usize,
    /// From the characters that the parser was given, where those are others.
    way: Option<&'t Way>,
}

impl<'t> Offsets<'t> {
    fn new(text: &'t str) -> Self {
        // The parser is not given a byte order mark.
        let byte = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
        Self { text, ascii: text.is_ascii(), character: 0, byte, way: None }
    }

    fn byte(&mut self, character: usize) -> usize {
        let character = self.way.map_or(character, |way| way.back(character));
        if self.ascii {
            return character.min(self.text.len());
        }
        while self.character < character {
            let Some(next) = self.text[self.byte..].chars().next() else { break };
            self.byte += next.len_utf8();
            self.character += 1;
        }
        while self.character > character {
            let Some(previous) = self.text[..self.byte].chars().next_back() else { break };
            self.byte -= previous.len_utf8();
            self.character -= 1;
        }
        self.byte
    }
}

/// A mapping or sequence that is not closed yet.
struct Open {
    start: usize,
    anchor: usize,
    /// The nodes in it so far, itself counted.
    nodes: usize,
    key: Option<Node>,
    children: Children,
}

enum Children {
    Mapping(Vec<(Node, Arc<Node>)>),
    Sequence(Vec<Arc<Node>>),
}

struct Builder<'t> {
    id: SourceId,
    text: &'t str,
    offsets: Offsets<'t>,
    open: Vec<Open>,
    /// By the parser's number: the node, and how many nodes are in it.
    anchors: BTreeMap<usize, (Arc<Node>, usize)>,
    nodes: usize,
    /// The nodes of the documents that are complete, those of aliases counted as often as they stand.
    complete: usize,
}

impl Builder<'_> {
    fn span(&self, range: &Range<usize>) -> Span {
        let offset = |o: usize| u32::try_from(o).unwrap_or(u32::MAX);
        Span { source: self.id, start: offset(range.start), end: offset(range.end) }
    }

    /// The root of a document when it is complete.
    fn take(&mut self, event: Event<'_>, range: Range<usize>) -> Result<Option<(Arc<Node>, usize)>, Invalid> {
        let at = range.start;
        match event {
            Event::Scalar(read, style, anchor, _) => {
                let node = Arc::new(self.scalar(&read, style, range));
                self.place(node, anchor, 1, at)
            }
            Event::MappingStart(anchor, _) => self.open(at, anchor, Children::Mapping(Vec::new())),
            Event::SequenceStart(anchor, _) => self.open(at, anchor, Children::Sequence(Vec::new())),
            Event::MappingEnd | Event::SequenceEnd => {
                let Some(open) = self.open.pop() else { return Ok(None) };
                let kind = match open.children {
                    Children::Mapping(pairs) => Kind::Mapping(pairs),
                    Children::Sequence(items) => Kind::Sequence(items),
                };
                // What ends by indentation ends where the next thing begins; blanks before it are nobody's.
                let end = open.start + self.text[open.start..range.end.max(open.start)].trim_end().len();
                let span = self.span(&(open.start..end));
                self.place(Arc::new(Node { span, kind }), open.anchor, open.nodes, at)
            }
            Event::Alias(anchor) => match self.anchors.get(&anchor).cloned() {
                Some((node, nodes)) => self.place(node, 0, nodes, at),
                // An alias inside its own anchor.
                None => Err(Invalid { at, too_large: false }),
            },
            Event::DocumentEnd => {
                self.anchors.clear();
                Ok(None)
            }
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentStart(_) => Ok(None),
        }
    }

    fn open(
        &mut self,
        start: usize,
        anchor: usize,
        children: Children,
    ) -> Result<Option<(Arc<Node>, usize)>, Invalid> {
        if self.open.len() >= DEPTH {
            return Err(Invalid { at: start, too_large: true });
        }
        self.open.push(Open { start, anchor, nodes: 1, key: None, children });
        Ok(None)
    }

    fn place(
        &mut self,
        node: Arc<Node>,
        anchor: usize,
        nodes: usize,
        at: usize,
    ) -> Result<Option<(Arc<Node>, usize)>, Invalid> {
        if anchor > 0 {
            self.anchors.insert(anchor, (Arc::clone(&node), nodes));
        }
        self.nodes += 1;
        let Some(parent) = self.open.last_mut() else {
            self.complete += nodes;
            return Ok(Some((node, nodes)));
        };
        parent.nodes += nodes;
        if self.complete + parent.nodes > NODES || self.nodes > NODES {
            return Err(Invalid { at, too_large: true });
        }
        match &mut parent.children {
            Children::Sequence(items) => items.push(node),
            Children::Mapping(pairs) => match parent.key.take() {
                Some(key) => pairs.push((key, node)),
                None => parent.key = Some(Arc::unwrap_or_clone(node)),
            },
        }
        Ok(None)
    }

    fn scalar(&self, read: &str, style: ScalarStyle, range: Range<usize>) -> Node {
        let raw = &self.text[range.clone()];
        match style {
            ScalarStyle::Plain => {
                let span = self.span(&(range.start..range.start + raw.trim_end().len()));
                if matches!(read, "" | "~" | "null" | "Null" | "NULL") {
                    return Node { span, kind: Kind::Null };
                }
                let value = self.lines(read, range, false);
                Node { span, kind: Kind::Scalar(Scalar { value, style: Style::Plain }) }
            }
            ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted => {
                let quote = raw.chars().next().filter(|q| matches!(q, '"' | '\''));
                // The parser's range may go on to the end of a comment behind it.
                let inner = match quote.and_then(|q| closing(raw, q)) {
                    Some(end) => range.start + 1..range.start + end,
                    None => range,
                };
                let value = self.quoted(read, inner.clone(), quote == Some('"'));
                Node { span: self.span(&inner), kind: Kind::Scalar(Scalar { value, style: Style::Text }) }
            }
            ScalarStyle::Literal | ScalarStyle::Folded => {
                // The parser's place begins at the text; of an empty one at its mark.
                let body = if read.trim().is_empty() { range.end..range.end } else { range };
                let lead = self.text[body.clone()].len() - self.text[body.clone()].trim_start().len();
                let end = body.start + self.text[body.clone()].trim_end().len();
                let span = self.span(&(body.start + lead..end.max(body.start + lead)));
                let value = self.lines(read, body, true);
                Node { span, kind: Kind::Scalar(Scalar { value, style: Style::Text }) }
            }
        }
    }

    /// Lines whose indentation is not part of the value: each is looked for where the last one ended.
    fn lines(&self, read: &str, range: Range<usize>, block: bool) -> Value {
        let mut out = Mapped::new(self.id);
        let mut at = range.start;
        for (i, line) in read.split_inclusive('\n').enumerate() {
            let content = line.strip_suffix('\n').unwrap_or(line);
            let rest = &self.text[at..range.end];
            // Most lines are not indented here, and nothing is looked for.
            let found = if rest.starts_with(content) { Some(0) } else { rest.find(content) };
            let found = found.map(|o| at + o).filter(|_| block || i == 0);
            let Some(start) = found else { return out.finish(read) };
            // Only indentation may be passed over.
            if !self.text[at..start].chars().all(char::is_whitespace) {
                return out.finish(read);
            }
            out.literal(self.text, start..start + content.len());
            at = start + content.len();
            if content.len() < line.len() {
                let end = at + self.text[at..range.end].find('\n').map_or(0, |i| i + 1);
                out.derived(at..end, "\n", SegmentKind::Escape);
                at = end;
            }
        }
        out.finish(read)
    }

    /// What stands between quotes; a text of several lines is folded by the reader and has no map.
    fn quoted(&self, read: &str, inner: Range<usize>, double: bool) -> Value {
        let mut out = Mapped::new(self.id);
        let raw = &self.text[inner.clone()];
        let mut at = 0;
        let folded = raw.contains('\n');
        while at < raw.len() && !folded {
            let special = if double { '\\' } else { '\'' };
            let stop = raw[at..].find(special).map_or(raw.len(), |i| at + i);
            out.literal(self.text, inner.start + at..inner.start + stop);
            if stop == raw.len() {
                break;
            }
            let (length, text) = if double { escape(&raw[stop..]) } else { (2, Some('\'')) };
            let end = stop + length.min(raw.len() - stop);
            if !raw.is_char_boundary(end) {
                break;
            }
            let decoded = text.map(String::from).unwrap_or_default();
            out.derived(inner.start + stop..inner.start + end, &decoded, SegmentKind::Escape);
            at = end;
        }
        out.finish(read)
    }
}

/// Where the quote that opens a text is closed.
fn closing(raw: &str, quote: char) -> Option<usize> {
    let bytes = raw.as_bytes();
    let mut at = 1;
    while at < bytes.len() {
        if quote == '"' && bytes[at] == b'\\' || quote == '\'' && bytes[at..].starts_with(b"''") {
            at += 2;
        } else if bytes[at] == quote as u8 {
            return Some(at);
        } else {
            at += 1;
        }
    }
    None
}

/// The length of an escape sequence and its character (YAML 1.2, section 5.7); none for one that is no such.
fn escape(raw: &str) -> (usize, Option<char>) {
    let digits = |n: usize| {
        let value = raw.get(2..2 + n).and_then(|hex| u32::from_str_radix(hex, 16).ok());
        (2 + n, value.and_then(char::from_u32))
    };
    let Some(letter) = raw[1..].chars().next() else { return (1, None) };
    let simple = |c: char| (1 + letter.len_utf8(), Some(c));
    match letter {
        '0' => simple('\0'),
        'a' => simple('\u{7}'),
        'b' => simple('\u{8}'),
        't' | '\t' => simple('\t'),
        'n' => simple('\n'),
        'v' => simple('\u{b}'),
        'f' => simple('\u{c}'),
        'r' => simple('\r'),
        'e' => simple('\u{1b}'),
        ' ' | '"' | '/' | '\\' => simple(letter),
        'N' => simple('\u{85}'),
        '_' => simple('\u{a0}'),
        'L' => simple('\u{2028}'),
        'P' => simple('\u{2029}'),
        'x' => digits(2),
        'u' => digits(4),
        'U' => digits(8),
        other => (1 + other.len_utf8(), None),
    }
}
