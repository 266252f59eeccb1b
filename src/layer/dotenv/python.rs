//! python-dotenv 1.2 (`dotenv/parser.py`, `dotenv/variables.py`).

use super::{
    Dialect,
    run::{Event, Run, Set},
    text::Text,
};
use crate::{
    interpolation::{self, Flavour, Kind},
    layer::{ProblemKind, SegmentKind},
    secret::Secret,
};
use std::{collections::BTreeSet, ops::Range};

/// Reads the file. A line that cannot be read is passed over.
pub(super) fn read(run: &mut Run<'_>) {
    let text = run.text;
    let mut names = BTreeSet::new();
    let mut ahead = Reader::new(text, run.traits.dialect == Dialect::ComposeV1);
    while let Some(line) = ahead.binding() {
        if let Line::Binding { key, value: Some(raw), .. } = line
            && !raw.range.is_empty()
        {
            names.insert(&text[key]);
        }
    }
    let mut reader = Reader::new(text, run.traits.dialect == Dialect::ComposeV1);
    while let Some(line) = reader.binding() {
        match line {
            Line::Binding { lead, key, value: Some(raw) } => {
                let name = &text[key.clone()];
                let value = interpolate(run, &raw.unescape(text), &|n| names.contains(n) && n != name);
                run.know(name, value.as_str());
                let end = raw.range.end + usize::from(raw.quote.is_some());
                let value_range = raw.range;
                run.set(Set { lead, key: name.to_owned(), key_range: key, value, value_range, end });
            }
            // A key alone has the value `None`, which also takes back what stood before.
            Line::Binding { key, value: None, .. } if run.traits.dialect == Dialect::ComposeV1 => {
                run.forget(&text[key.clone()]);
                run.events.push(Event::Unset { key: text[key.clone()].to_owned(), at: key.clone() });
                run.events.push(Event::Inherit { key: text[key.clone()].to_owned(), at: key });
            }
            Line::Binding { key, value: None, .. } => {
                run.events.push(Event::Unset { key: text[key.clone()].to_owned(), at: key });
            }
            Line::Blank => {}
            Line::Bad(range) => {
                if let Some((key, raw)) = reader.broken.take() {
                    let name = text[key.clone()].to_owned();
                    let end = raw.range.end + usize::from(raw.quote.is_some());
                    run.events.push(Event::Broken(Set {
                        lead: range.start,
                        key: name,
                        key_range: key,
                        value: Text::default(),
                        value_range: raw.range,
                        end,
                    }));
                }
                let quote = std::mem::take(&mut reader.open_quote);
                let kind = if quote { ProblemKind::UnterminatedQuote } else { ProblemKind::Syntax };
                run.problem(range, kind);
            }
        }
    }
}

/// `${NAME}` and `${NAME:-default}`; `later` knows the names that get a value further down.
fn interpolate(run: &Run<'_>, raw: &Text, later: &dyn Fn(&str) -> bool) -> Text {
    let old = run.traits.dialect == Dialect::ComposeV1;
    // `dotenv_values` overrides, `load_dotenv` does not.
    let lookup = |name: &str| {
        let value = if old { run.inside_first(name) } else { run.outside_first(name) };
        value.map(Secret::new)
    };
    let text = raw.as_str();
    let done = interpolation::expand(text, Flavour::PythonDotenv, interpolation::LENGTH, &lookup);
    let Ok(done) = done else { return Text::default() };
    let mut out = Text::default();
    for piece in &done.pieces {
        let kind = match piece.kind {
            Kind::Literal => {
                out.slice(raw, piece.input.clone());
                continue;
            }
            Kind::Escape => SegmentKind::Escape,
            Kind::Reference => SegmentKind::Reference,
            Kind::Fallback => SegmentKind::Fallback,
            Kind::Unresolved if later(&text[piece.name.clone()]) => SegmentKind::Later,
            Kind::Unresolved => SegmentKind::Unresolved,
        };
        let source = raw.source(piece.input.clone());
        out.derive(&done.text.expose()[piece.output.clone()], source, kind);
    }
    out
}

enum Line {
    Blank,
    /// A key without `=` has no value and sets nothing.
    Binding {
        lead: usize,
        key: Range<usize>,
        value: Option<Raw>,
    },
    Bad(Range<usize>),
}

/// A value as it stands in the text.
struct Raw {
    range: Range<usize>,
    quote: Option<char>,
}

impl Raw {
    /// Decodes the escapes that the loader knows in this kind of quote.
    fn unescape(&self, text: &str) -> Text {
        let escapes = match self.quote {
            Some('"') => "\\'\"abfnrtv",
            Some(_) => "\\'",
            None => "",
        };
        Text::of(text, self.range.clone()).replace(&['\\'], |text, at| {
            let c = text[at + 1..].chars().next().filter(|c| escapes.contains(*c))?;
            Some((2, decoded(c).to_string()))
        })
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
struct Reader<'t> {
    text: &'t str,
    at: usize,
    /// Before 1.2: no comment directly behind the `=`, and `\\` before a quote does not keep it from closing.
    old: bool,
    /// A quote was opened and never closed.
    open_quote: bool,
    /// From where on no single, and no double, quote is closed; and where the last one stands.
    unclosed: [Option<usize>; 2],
    last: [Option<usize>; 2],
    /// Key and value of a line behind which something else stands.
    broken: Option<(Range<usize>, Raw)>,
}

impl<'t> Reader<'t> {
    /// At the beginning of a text.
    fn new(text: &'t str, old: bool) -> Self {
        Self { text, at: 0, old, unclosed: [None; 2], last: [None; 2], open_quote: false, broken: None }
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
    fn binding(&mut self) -> Option<Line> {
        self.broken = None;
        self.skip(is_space);
        let start = self.at;
        self.peek()?;
        Some(self.try_binding().unwrap_or_else(|| {
            // What was read of a value over several lines is not read again.
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
            // `KEY= # comment` is empty since 1.2; `KEY=#value` is a value.
            let raw = if self.at > from && self.peek() == Some('#') && !self.old {
                Raw { range: from..from, quote: None }
            } else {
                self.value()?
            };
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
            Some(_) => {
                self.broken = key.zip(value);
                return None;
            }
        }
        Some(key.map_or(Line::Blank, |key| Line::Binding { lead: begin, key, value }))
    }

    /// `'((?:\\.|[^'\\])*)'` over line ends: a backslash takes the next character with it.
    fn quoted(&mut self, quote: char) -> Option<Range<usize>> {
        let from = self.at + 1;
        let known = usize::from(quote == '"');
        // Where none closed before, none closes further down.
        if self.unclosed[known].is_some_and(|at| at <= from) {
            let last = self.last[known].filter(|last| self.old && *last >= from)?;
            return Some(from..last);
        }
        let mut end = from;
        loop {
            let Some(i) = self.text[end..].find([quote, '\\']) else {
                // The old expression goes back to an escaped quote.
                self.unclosed[known] = Some(from);
                self.last[known] = self.text[from..].rfind(quote).map(|i| from + i);
                let last = self.last[known].filter(|_| self.old)?;
                return Some(from..last);
            };
            end += i;
            if self.text[end..].starts_with(quote) {
                return Some(from..end);
            }
            let next = self.text[end + 1..].chars().next()?;
            end += 1 + if self.old && next != quote { 0 } else { next.len_utf8() };
        }
    }

    /// `parse_value`.
    fn value(&mut self) -> Option<Raw> {
        if let Some(quote @ ('\'' | '"')) = self.peek() {
            let range = self.quoted(quote);
            self.open_quote |= range.is_none();
            let range = range?;
            self.at = range.end + 1;
            Some(Raw { range, quote: Some(quote) })
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
            Some(Raw { range: from..from + part[..end].trim_end_matches(is_space).len(), quote: None })
        }
    }
}

/// A name as variables have it.
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
