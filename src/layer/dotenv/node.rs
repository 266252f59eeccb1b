//! The regular expression of node's dotenv (`LINE` of `lib/main.js`), read by hand and in linear time.

use super::{
    run::{Run, Set},
    text::Text,
    traits::References,
};
use crate::layer::ProblemKind;
use std::ops::Range;

/// JavaScript's `\s`.
pub(super) fn is_space(c: char) -> bool {
    matches!(c, '\t'..='\r' | ' ' | '\u{a0}' | '\u{1680}' | '\u{2000}'..='\u{200a}' | '\u{2028}' | '\u{2029}')
        || matches!(c, '\u{202f}' | '\u{205f}' | '\u{3000}' | '\u{feff}')
}

/// JavaScript's line ends, which `^`, `$` and `.` know.
fn is_line_end(c: char) -> bool {
    matches!(c, '\n' | '\r' | '\u{2028}' | '\u{2029}')
}

fn skip(text: &str, at: usize, ok: impl Fn(char) -> bool) -> usize {
    at + text[at..].find(|c| !ok(c)).unwrap_or(text.len() - at)
}

/// Where quotes of one kind are closed.
struct Closing {
    /// Quotes without a backslash before them.
    plain: Vec<usize>,
    /// Quotes with one, behind which nothing but a comment follows.
    escaped: Vec<usize>,
}

impl Closing {
    fn new(text: &str, quote: char) -> Self {
        let mut out = Self { plain: Vec::new(), escaped: Vec::new() };
        for (at, _) in text.match_indices(quote) {
            if text[..at].ends_with('\\') {
                if ends_line(text, at + 1) {
                    out.escaped.push(at);
                }
            } else {
                out.plain.push(at);
            }
        }
        out
    }

    /// The end of the quoted text whose first byte is `from`: the next plain quote, or, where something follows
    /// that, the last escaped one before it behind which nothing does.
    fn find(&self, text: &str, from: usize) -> Option<usize> {
        let first = self.plain.get(self.plain.partition_point(|p| *p < from)).copied();
        if let Some(first) = first.filter(|first| ends_line(text, first + 1)) {
            return Some(first);
        }
        let before = self.escaped.partition_point(|p| first.is_none_or(|first| *p < first));
        self.escaped[..before].last().copied().filter(|p| *p > from)
    }
}

/// `\s*(?:#.*)?$`
fn ends_line(text: &str, at: usize) -> bool {
    let at = skip(text, at, |c| is_space(c) && !is_line_end(c));
    text[at..].chars().next().is_none_or(|c| c == '#' || is_line_end(c))
}

/// Reads the file; each value comes with the quote around it.
pub(super) fn parse(run: &mut Run<'_>) -> Vec<(Set, Option<char>)> {
    let text = run.text;
    let mut out = Vec::new();
    let closing = ['\'', '"', '`'].map(|q| Closing::new(text, q));
    let mut at = 0;
    while at < text.len() {
        let lead = skip(text, at, is_space);
        let end = match statement(run, &closing, lead) {
            Some(found) => {
                let end = found.0.end;
                out.push(found);
                end
            }
            None => {
                let end = skip(text, lead, |c| !is_line_end(c));
                if !text[lead..].starts_with('#') && lead < end {
                    let colon = text[lead..end].contains(':');
                    let kind = if colon { ProblemKind::Colon } else { ProblemKind::Syntax };
                    run.problem(lead..end, kind);
                }
                end
            }
        };
        // The next statement begins on another line.
        let end = skip(text, end, |c| !is_line_end(c));
        at = end + text[end..].chars().next().map_or(1, char::len_utf8);
    }
    out
}

fn is_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-')
}

/// Name and sign at `at`: the name and where the value begins.
fn head(text: &str, at: usize) -> Option<(Range<usize>, usize)> {
    let name = at..skip(text, at, is_name);
    if name.is_empty() {
        return None;
    }
    let sign = skip(text, name.end, is_space);
    if text[sign..].starts_with('=') {
        return Some((name, sign + 1));
    }
    let blank = text[name.end..].strip_prefix(':')?.chars().next().filter(|c| is_space(*c))?;
    let value = name.end + 1 + blank.len_utf8();
    Some((name, value))
}

fn statement(run: &mut Run<'_>, closing: &[Closing; 3], lead: usize) -> Option<(Set, Option<char>)> {
    let text = run.text;
    let exported = text[lead..].strip_prefix("export").and_then(|rest| {
        let at = skip(text, lead + 6, is_space);
        rest.starts_with(is_space).then(|| head(text, at)).flatten()
    });
    let (name, from) = exported.or_else(|| head(text, lead))?;
    let open = skip(text, from, is_space);
    let kind = text[open..].chars().next().and_then(|c| "'\"`".find(c));
    let mut range = match kind.and_then(|k| closing[k].find(text, open + 1)) {
        Some(close) => open..close + 1,
        None => {
            let line = from..skip(text, from, |c| !matches!(c, '#' | '\r' | '\n'));
            let inner = &text[line.clone()];
            let end = inner.trim_end_matches(is_space).len();
            let start = end - inner[..end].trim_start_matches(is_space).len();
            line.start + start..line.start + end
        }
    };
    let (end, quote) = (range.end, text[range.clone()].chars().next());
    if range.len() >= 2
        && let Some(q) = quote.filter(|c| "'\"`".contains(*c))
        && text[..range.end].ends_with(q)
    {
        range = range.start + 1..range.end - 1;
    } else if let Some(q) = quote.filter(|c| "'\"`".contains(*c))
        && !text[range.start + 1..range.end].contains(q)
    {
        run.problem(range.clone(), ProblemKind::UnterminatedQuote);
    }
    let mut value = Text::of(text, range.clone());
    let quote = quote.filter(|c| "'\"`".contains(*c));
    let mut decode = |sign: char, with: &'static str| {
        let found = |text: &str, at: usize| text[at + 1..].starts_with(sign).then(|| (2, with.to_owned()));
        value = value.replace(&['\\'], found);
    };
    let dotenvx = run.traits.references == References::Dotenvx;
    if quote == Some('"') {
        decode('n', "\n");
        decode('r', "\r");
        if dotenvx {
            decode('t', "\t");
        }
    } else if quote == Some('\'') && dotenvx {
        decode('\'', "'");
    }
    let key = text[name.clone()].to_owned();
    Some((Set { lead, key, key_range: name, value, value_range: range, end }, quote))
}
