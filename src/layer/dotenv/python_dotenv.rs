//! The lines of an env file as python-dotenv splits them.

use super::interpolation::Piece;
use std::ops::Range;

pub(super) enum Line {
    Blank,
    /// A key without `=` has no value and sets nothing.
    Binding {
        key: Range<usize>,
        value: Option<Raw>,
    },
    Bad(Range<usize>),
}

/// A value as it stands in the text.
pub(super) struct Raw {
    pub(super) range: Range<usize>,
    quote: Option<char>,
    /// Another loader may read more than this.
    pub(super) doubtful: bool,
}

impl Raw {
    /// Decodes the escapes that the loader knows in this kind of quote.
    pub(super) fn unescape(&self, text: &str) -> Vec<Piece> {
        let raw = &text[self.range.clone()];
        let escapes = match self.quote {
            Some('"') => "\\'\"abfnrtv",
            Some(_) => "\\'",
            None => "",
        };
        let mut out: Vec<Piece> = Vec::new();
        let (mut begin, mut at) = (0, 0);
        let literal = |from: usize, to: usize, out: &mut Vec<Piece>| {
            if to > from {
                let source = self.range.start + from..self.range.start + to;
                out.push(Piece { text: raw[from..to].to_owned(), source, literal: true });
            }
        };
        while let Some(here) = raw[at..].find(['\\', '\r']).map(|i| at + i) {
            let next = raw[here + 1..].chars().next();
            let (text, len) = match (raw.as_bytes()[here], next) {
                // Python opens the file with universal newlines.
                (b'\r', next) => ('\n', 1 + usize::from(next == Some('\n'))),
                (_, Some(c)) if escapes.contains(c) => (decoded(c), 2),
                _ => {
                    at = here + 1;
                    continue;
                }
            };
            literal(begin, here, &mut out);
            let source = self.range.start + here..self.range.start + here + len;
            out.push(Piece { text: text.to_string(), source, literal: false });
            at = here + len;
            begin = at;
        }
        literal(begin, raw.len(), &mut out);
        out
    }
}

fn decoded(c: char) -> char {
    match c {
        'a' => '\u{7}',
        'b' => '\u{8}',
        'f' => '\u{c}',
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'v' => '\u{b}',
        other => other,
    }
}

/// Follows `dotenv/parser.py`, function by function.
pub(super) struct Reader<'t> {
    text: &'t str,
    at: usize,
    /// Keys and punctuation, which a report may show.
    pub(super) shown: Vec<Range<usize>>,
    /// A quote was opened and never closed: for other loaders everything behind it is inside.
    open_quote: bool,
}

impl<'t> Reader<'t> {
    /// At the beginning of a text; a byte order mark is passed over.
    pub(super) fn new(text: &'t str) -> Self {
        let at = if text.starts_with('\u{feff}') { 3 } else { 0 };
        Self { text, at, shown: Vec::new(), open_quote: false }
    }

    fn rest(&self) -> &str {
        &self.text[self.at..]
    }

    fn skip(&mut self, ok: impl Fn(char) -> bool) {
        self.at += self.rest().find(|c| !ok(c)).unwrap_or(self.rest().len());
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    /// `parse_binding`.
    pub(super) fn binding(&mut self) -> Option<Line> {
        self.skip(is_space);
        let start = self.at;
        self.peek()?;
        Some(self.try_binding().unwrap_or_else(|| {
            self.at = start;
            self.skip(|c| !is_newline(c));
            let end = self.at;
            self.at += usize::from(self.at < self.text.len());
            Line::Bad(start..end)
        }))
    }

    fn try_binding(&mut self) -> Option<Line> {
        let begin = self.at;
        if let Some(after) = self.rest().strip_prefix("export") {
            let blank = after.len() - after.trim_start_matches(is_blank).len();
            self.at += if blank > 0 { "export".len() + blank } else { 0 };
        }
        let key = match self.peek() {
            Some('#') => None,
            Some('\'') => {
                let end = self.rest()[1..].find('\'').filter(|i| *i > 0)? + 1;
                let key = self.at + 1..self.at + end;
                self.at += end + 1;
                Some(key)
            }
            _ => {
                let from = self.at;
                self.skip(|c| c != '=' && c != '#' && !is_space(c));
                (self.at > from).then_some(())?;
                Some(from..self.at)
            }
        };
        self.skip(is_blank);
        let mut value = None;
        if self.peek() == Some('=') {
            self.at += 1;
            let from = self.at;
            self.skip(is_blank);
            let shown_to = self.at;
            // `KEY= # comment` is empty since 1.2; `KEY=#value` is a value.
            let mut raw = if self.at > from && self.peek() == Some('#') {
                Raw { range: from..from, quote: None, doubtful: false }
            } else {
                self.value()?
            };
            let end = raw.range.end + usize::from(raw.quote.is_some());
            let rest = self.text[end..].split(is_newline).next().unwrap_or_default();
            raw.doubtful = self.open_quote || rest.contains('@');
            if let Some(key) = &key
                && shows_key(&self.text[key.clone()])
                && !self.open_quote
            {
                self.shown.push(begin..shown_to);
                if raw.quote.is_some() {
                    self.shown.push(raw.range.start - 1..raw.range.start);
                    self.shown.push(raw.range.end..raw.range.end + 1);
                }
                // The blanks and the mark of a comment are structure; its words stay masked.
                let blanks = rest.bytes().take_while(|b| *b == b' ' || *b == b'\t').count();
                if blanks > 0 && rest[blanks..].starts_with('#') {
                    self.shown.push(end..end + blanks + 1);
                }
            }
            value = Some(raw);
        }
        self.skip(is_blank);
        if self.peek() == Some('#') {
            self.skip(|c| !is_newline(c));
        }
        match self.peek() {
            None => {}
            Some('\r') if self.rest().starts_with("\r\n") => self.at += 2,
            Some(c) if is_newline(c) => self.at += 1,
            Some(_) => return None,
        }
        Some(key.map_or(Line::Blank, |key| Line::Binding { key, value }))
    }

    /// `'((?:\\.|[^'\\])*)'` over line ends: a backslash takes the next character with it.
    fn quoted(&self, quote: char) -> Option<Range<usize>> {
        let from = self.at + 1;
        let mut end = from;
        loop {
            end += self.text[end..].find([quote, '\\'])?;
            if self.text[end..].starts_with(quote) {
                return Some(from..end);
            }
            end += 1 + self.text[end + 1..].chars().next()?.len_utf8();
        }
    }

    /// `parse_value`.
    fn value(&mut self) -> Option<Raw> {
        if let Some(quote @ ('\'' | '"')) = self.peek() {
            let range = self.quoted(quote);
            self.open_quote |= range.is_none();
            let range = range?;
            self.at = range.end + 1;
            Some(Raw { range, quote: Some(quote), doubtful: false })
        } else {
            let from = self.at;
            self.skip(|c| !is_newline(c));
            let part = &self.text[from..self.at];
            let mut end = part.len();
            let mut blank = false;
            for (i, c) in part.char_indices() {
                if c == '#' && blank {
                    end = i;
                    break;
                }
                blank = is_space(c);
            }
            Some(Raw {
                range: from..from + part[..end].trim_end_matches(is_space).len(),
                quote: None,
                doubtful: false,
            })
        }
    }
}

/// A key is shown when it looks like a variable's name: anything else may be the tail of a secret that another
/// loader reads as one value.
fn shows_key(key: &str) -> bool {
    key.starts_with(|c: char| c.is_ascii_uppercase())
        && key.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_')
}

pub(super) fn is_name(key: &str) -> bool {
    !key.starts_with(|c: char| c.is_ascii_digit())
        && key.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'-'))
}

fn is_newline(c: char) -> bool {
    c == '\n' || c == '\r'
}

/// Python's `\s` for `str`: `str.isspace`, which also holds the four ASCII separators.
fn is_space(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\u{1c}'..='\u{1f}')
}

fn is_blank(c: char) -> bool {
    is_space(c) && !is_newline(c)
}
