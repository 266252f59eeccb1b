//! Words ▶ text: quotes, parameters, arithmetic. The output of a command is never asked for.

use super::{
    DEPTH, Failure, Shell, Stop,
    scan::{Open, closing},
};
use crate::layer::{ProblemKind, SegmentKind, dotenv::text::Text};
use std::ops::Range;

/// How the text around a place is quoted.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    Plain,
    Double,
    /// Inside `${…}` in double quotes.
    Brace,
}

/// Where expanded text goes.
pub(super) struct Fields {
    pub(super) splits: bool,
    pub(super) done: Vec<Text>,
    pub(super) now: Text,
    /// The field exists even if it stays empty.
    pub(super) begun: bool,
}

impl Fields {
    pub(super) fn new(splits: bool) -> Self {
        Self { splits, done: Vec::new(), now: Text::default(), begun: false }
    }

    pub(super) fn end_field(&mut self) {
        if self.begun {
            self.done.push(std::mem::take(&mut self.now));
        }
        self.begun = false;
    }

    /// What an expansion gave; outside quotes it is split at blanks where words are wanted.
    pub(super) fn expansion(&mut self, text: &str, source: Range<usize>, kind: SegmentKind, quoted: bool) {
        if !self.splits || quoted {
            self.begun |= quoted || !text.is_empty();
            self.now.derive(text, source, kind);
            return;
        }
        let blank = |c: char| matches!(c, ' ' | '\t' | '\n');
        for (i, piece) in text.split(blank).enumerate() {
            if i > 0 {
                self.end_field();
            }
            if !piece.is_empty() {
                self.begun = true;
                self.now.derive(piece, source.clone(), kind.clone());
            }
        }
    }
}

impl Shell<'_, '_> {
    /// A word as the value of an assignment: one text.
    pub(super) fn value(&mut self, range: Range<usize>) -> Result<Text, Failure> {
        let mut out = Fields::new(false);
        self.expand(range, Mode::Plain, true, &mut out, 0)?;
        Ok(out.now)
    }

    /// A word as arguments: none, one or several.
    pub(super) fn fields(&mut self, range: Range<usize>, into: &mut Vec<Text>) -> Result<(), Failure> {
        let mut out = Fields::new(true);
        self.expand(range, Mode::Plain, false, &mut out, 0)?;
        out.end_field();
        into.append(&mut out.done);
        Ok(())
    }

    pub(super) fn spend(&mut self, len: usize, at: &Range<usize>) -> Result<(), Failure> {
        match self.budget.checked_sub(len) {
            Some(rest) => {
                self.budget = rest;
                Ok(())
            }
            None => Err(Stop(at.clone(), ProblemKind::TooLarge).into()),
        }
    }

    pub(super) fn depends(&mut self, at: Range<usize>, kind: ProblemKind) {
        self.run.depends.push((at, kind));
    }

    pub(super) fn expand(
        &mut self,
        range: Range<usize>,
        mode: Mode,
        assigned: bool,
        out: &mut Fields,
        depth: usize,
    ) -> Result<(), Failure> {
        if depth > DEPTH {
            return Err(Stop(range, ProblemKind::TooLarge).into());
        }
        let text = self.run.text;
        let quoted = mode != Mode::Plain;
        out.begun |= mode == Mode::Double;
        let mut at = range.start;
        while at < range.end {
            let b = text.as_bytes()[at];
            let next = text.as_bytes().get(at + 1).copied().filter(|_| at + 1 < range.end);
            match b {
                b'\\' => {
                    let Some(c) = text[at + 1..range.end].chars().next() else {
                        out.begun = true;
                        out.now.copy(text, at..at + 1);
                        break;
                    };
                    let end = at + 1 + c.len_utf8();
                    out.begun |= c != '\n';
                    let special =
                        matches!(c, '$' | '`' | '"' | '\\' | '\n') || (mode == Mode::Brace && c == '}');
                    if c == '\n' {
                    } else if !quoted || special {
                        out.now.derive(&text[at + 1..end], at..end, SegmentKind::Escape);
                    } else {
                        out.now.copy(text, at..end);
                    }
                    at = end;
                }
                b'\'' if !quoted => {
                    let end = text[at + 1..range.end].find('\'').map_or(range.end, |i| at + 1 + i);
                    out.begun = true;
                    out.now.copy(text, at + 1..end);
                    at = end + 1;
                }
                b'"' if mode == Mode::Plain => {
                    let end = closing(text, at + 1, self.bash, Open::Double)?;
                    self.expand(at + 1..end - 1, Mode::Double, false, out, depth + 1)?;
                    at = end;
                }
                b'"' if mode == Mode::Brace => at += 1,
                b'$' if self.bash && !quoted && next == Some(b'\'') => at = self.ansi(at, range.end, out),
                b'$' if self.bash && !quoted && next == Some(b'"') => at += 1,
                b'$' => at = self.dollar(at, range.end, mode, out, depth)?,
                b'`' => {
                    let end = closing(text, at + 1, self.bash, Open::Backtick)?;
                    self.command(at..end, quoted, out);
                    at = end;
                }
                b'~' if !quoted && self.tilde(at, &range, assigned) => {
                    let end = at + text[at..range.end].find(['/', ':']).unwrap_or(range.end - at);
                    let home = if end == at + 1 { self.variable("HOME") } else { None };
                    let kind = if home.is_some() { SegmentKind::Reference } else { SegmentKind::Command };
                    if home.is_none() {
                        self.depends(at..end, ProblemKind::Surroundings);
                    }
                    out.begun = true;
                    out.now.derive(&home.unwrap_or_default(), at..end, kind);
                    at = end;
                }
                _ => {
                    let more = at + text[at..].chars().next().map_or(1, char::len_utf8);
                    let stop = text[more..range.end].find(['\\', '\'', '"', '$', '`', '~']);
                    let stop = stop.map_or(range.end, |i| more + i);
                    out.begun = true;
                    out.now.copy(text, at..stop);
                    at = stop;
                }
            }
        }
        Ok(())
    }

    /// Whether the `~` at `at` begins the name of a home directory.
    fn tilde(&self, at: usize, range: &Range<usize>, assigned: bool) -> bool {
        let text = self.run.text;
        // The search for the name's end stops at the next `:`, so that no two of them go over the same text.
        if at != range.start && !(assigned && text[range.start..at].ends_with(':')) {
            return false;
        }
        let rest = &text[at + 1..range.end];
        let user = rest.find(['/', ':']).map_or(rest, |i| &rest[..i]);
        let name = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'+' | b'.');
        user.bytes().all(name)
    }

    pub(super) fn command(&mut self, at: Range<usize>, quoted: bool, out: &mut Fields) {
        self.depends(at.clone(), ProblemKind::Command);
        out.expansion("", at, SegmentKind::Command, quoted);
        out.begun = true;
    }

    /// `$'…'`: the escapes of ANSI C.
    fn ansi(&mut self, start: usize, end: usize, out: &mut Fields) -> usize {
        let text = self.run.text;
        out.begun = true;
        let mut at = start + 2;
        while at < end {
            let stop = text[at..end].find(['\'', '\\']).map_or(end, |i| at + i);
            out.now.copy(text, at..stop);
            if stop >= end || text.as_bytes()[stop] == b'\'' {
                return (stop + 1).min(end);
            }
            let rest = &text[stop + 1..end];
            let Some(c) = rest.chars().next() else { return end };
            let digits = |from: usize, most: usize, radix: u32| {
                let n = rest[from..].chars().take(most).take_while(|c| c.is_digit(radix)).count();
                (n, u32::from_str_radix(&rest[from..from + n], radix).ok())
            };
            let (with, len) = match c {
                'a' => ("\u{7}".to_owned(), 1),
                'b' => ("\u{8}".to_owned(), 1),
                'e' | 'E' => ("\u{1b}".to_owned(), 1),
                'f' => ("\u{c}".to_owned(), 1),
                'n' => ("\n".to_owned(), 1),
                'r' => ("\r".to_owned(), 1),
                't' => ("\t".to_owned(), 1),
                'v' => ("\u{b}".to_owned(), 1),
                '\\' | '\'' | '"' | '?' => (c.to_string(), 1),
                '0'..='7' => {
                    let (n, code) = digits(0, 3, 8);
                    (code.and_then(|c| char::from_u32(c & 0xff)).map_or_else(String::new, String::from), n)
                }
                'x' | 'u' | 'U' => {
                    let (n, code) = digits(1, [2, 4, 8]["xuU".find(c).unwrap_or(0)], 16);
                    match code.and_then(char::from_u32) {
                        Some(c) if n > 0 => (c.to_string(), 1 + n),
                        _ => (format!("\\{c}"), 1),
                    }
                }
                other => (format!("\\{other}"), other.len_utf8()),
            };
            let next = stop + 1 + len;
            out.now.derive(&with, stop..next, SegmentKind::Escape);
            at = next;
        }
        end
    }
}
