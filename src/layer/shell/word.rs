//! Words of a shell, with their quotes taken off and each byte's place kept. Nothing is expanded here.

use crate::{
    layer::{SegmentKind, Value, tree::Mapped},
    source::SourceId,
};
use std::{collections::BTreeMap, ops::Range};

/// One word.
#[derive(Clone, Debug)]
pub(in crate::layer) struct Word {
    /// Its bytes in the source, quotes included.
    pub(in crate::layer) range: Range<usize>,
    /// What is left without quotes and backslashes; `$` as it stands.
    pub(in crate::layer) value: Value,
    /// A `$` or a backquote stands in it where the shell expands it.
    pub(in crate::layer) expands: bool,
}

impl Word {
    /// The word, for parsers of carriers.
    pub(in crate::layer) fn text(&self) -> &str {
        self.value.text.expose()
    }

    /// Name and value of an assignment: `NAME=` at the beginning, outside of quotes.
    pub(in crate::layer) fn assignment(&self) -> Option<(&str, usize)> {
        let (name, _) = self.text().split_once('=')?;
        let is_name = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
        is_name.then_some((name, name.len() + 1))
    }
}

/// How words are told apart.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::layer) enum Grammar {
    /// A POSIX shell: a backslash at the end of a line joins it with the next one, `;`, `&`, `|` and parentheses end a
    /// command.
    Shell,
    /// `ENV` of a Dockerfile and `Environment=` of systemd: words alone.
    Plain,
}

/// Where a reader of words stands.
pub(in crate::layer) struct Words<'t> {
    id: SourceId,
    text: &'t str,
    pub(in crate::layer) at: usize,
    pub(in crate::layer) end: usize,
    grammar: Grammar,
    /// Where brackets are closed, once one was met that is not.
    pairs: Option<BTreeMap<usize, usize>>,
}

impl<'t> Words<'t> {
    /// At the beginning of a part of a text.
    pub(in crate::layer) fn new(id: SourceId, text: &'t str, range: Range<usize>, grammar: Grammar) -> Self {
        Self { id, text, at: range.start, end: range.end, grammar, pairs: None }
    }

    fn byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied().filter(|_| self.at < self.end)
    }

    /// Passes over blanks and joined lines; a line break stays.
    pub(in crate::layer) fn blanks(&mut self) {
        while let Some(byte) = self.byte() {
            let rest = &self.text.as_bytes()[self.at..self.end];
            match byte {
                b' ' | b'\t' | b'\r' => self.at += 1,
                b'\\' if rest.starts_with(b"\\\n") => self.at += 2,
                b'\\' if rest.starts_with(b"\\\r\n") => self.at += 3,
                _ => break,
            }
        }
    }

    /// Whether a byte ends a word.
    fn ends(&self, byte: u8) -> bool {
        byte.is_ascii_whitespace() || self.grammar == Grammar::Shell && b";&|()<>".contains(&byte)
    }

    /// The next word; none at the end of the command or of the text. A quote that is never closed goes to the end.
    pub(in crate::layer) fn next(&mut self) -> Option<Word> {
        self.blanks();
        let start = self.at;
        let mut out = Mapped::new(self.id);
        let mut read = String::new();
        let mut expands = false;
        while let Some(byte) = self.byte().filter(|b| !self.ends(*b)) {
            match byte {
                b'\'' => self.quoted(&mut out, &mut read, &mut expands, '\''),
                b'"' => self.quoted(&mut out, &mut read, &mut expands, '"'),
                b'\\' => self.escape(&mut out, &mut read),
                b'$' | b'`' => {
                    expands = true;
                    let to = self.expansion();
                    out.literal(self.text, self.at..to);
                    read.push_str(&self.text[self.at..to]);
                    self.at = to;
                }
                _ => {
                    let stop = self.stop(|b| b"'\"\\$`".contains(&b) || self.ends(b));
                    out.literal(self.text, self.at..stop);
                    read.push_str(&self.text[self.at..stop]);
                    self.at = stop;
                }
            }
        }
        (self.at > start).then(|| Word { range: start..self.at, value: out.finish(&read), expands })
    }

    fn stop(&self, is: impl Fn(u8) -> bool) -> usize {
        let rest = &self.text.as_bytes()[self.at..self.end];
        rest.iter().position(|b| is(*b)).map_or(self.end, |i| self.at + i)
    }

    fn escape(&mut self, out: &mut Mapped, read: &mut String) {
        let Some(next) = self.text[self.at + 1..self.end].chars().next() else {
            self.at = self.end;
            return;
        };
        let to = self.at + 1 + next.len_utf8();
        if next == '\n' {
            out.derived(self.at..to, "", SegmentKind::Escape);
        } else {
            out.derived(self.at..to, next.encode_utf8(&mut [0; 4]), SegmentKind::Escape);
            read.push(next);
        }
        self.at = to;
    }

    fn quoted(&mut self, out: &mut Mapped, read: &mut String, expands: &mut bool, quote: char) {
        self.at += 1;
        while let Some(byte) = self.byte() {
            if byte == quote as u8 {
                self.at += 1;
                return;
            }
            let special = |b: u8| b == quote as u8 || quote == '"' && b"\\$`".contains(&b);
            match byte {
                b'\\' if quote == '"' => {
                    let next = self.text.as_bytes().get(self.at + 1).copied();
                    if next.is_some_and(|b| b"\"\\$`\n".contains(&b)) && self.at + 1 < self.end {
                        self.escape(out, read);
                    } else {
                        out.literal(self.text, self.at..self.at + 1);
                        read.push('\\');
                        self.at += 1;
                    }
                }
                b'$' | b'`' if quote == '"' => {
                    *expands = true;
                    let to = self.expansion();
                    out.literal(self.text, self.at..to);
                    read.push_str(&self.text[self.at..to]);
                    self.at = to;
                }
                _ => {
                    let stop = self.stop(special);
                    out.literal(self.text, self.at..stop);
                    read.push_str(&self.text[self.at..stop]);
                    self.at = stop;
                }
            }
        }
    }

    /// Where `$…`, `${…}`, `$(…)` or `` `…` `` ends; never before the next byte.
    fn expansion(&mut self) -> usize {
        let bytes = &self.text.as_bytes()[..self.end];
        let (open, close) = match (bytes[self.at], bytes.get(self.at + 1)) {
            (b'$', Some(b'{')) => (b'{', b'}'),
            (b'$', Some(b'(')) => (b'(', b')'),
            (b'`', _) => {
                let end = bytes[self.at + 1..].iter().position(|b| *b == b'`');
                return end.map_or(self.end, |i| self.at + i + 2);
            }
            _ => return self.at + 1,
        };
        if let Some(pairs) = &self.pairs {
            return pairs.get(&(self.at + 1)).map_or(self.at + 1, |close| close + 1);
        }
        let mut depth = 0_usize;
        for (i, byte) in bytes.iter().enumerate().skip(self.at + 1) {
            if *byte == open {
                depth += 1;
            } else if *byte == close {
                depth -= 1;
                if depth == 0 {
                    return i + 1;
                }
            } else if *byte == b'\n' && open == b'{' {
                break;
            }
        }
        // What is never closed is looked for once: many of them would each go to the end.
        self.pairs = Some(pairs(bytes, self.at + 1));
        self.at + 1
    }
}

/// Where each bracket and brace from an offset on is closed, if it is; a brace on its own line.
fn pairs(bytes: &[u8], from: usize) -> BTreeMap<usize, usize> {
    let (mut brackets, mut braces, mut out) = (Vec::new(), Vec::new(), Vec::new());
    for (at, byte) in bytes.iter().enumerate().skip(from) {
        match byte {
            b'(' => brackets.push(at),
            b'{' => braces.push(at),
            b')' => out.extend(brackets.pop().map(|open| (open, at))),
            b'}' => out.extend(braces.pop().map(|open| (open, at))),
            b'\n' => braces.clear(),
            _ => {}
        }
    }
    out.into_iter().collect()
}
