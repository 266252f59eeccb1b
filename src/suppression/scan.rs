//! The comments of a text, and which lines hold more than comments: one pass, linear, and no text within quotes is taken
//! for a comment. In doubt it is text: a comment that is not seen silences nothing.

use super::style::{Family, Grammar, Quoting, Style};
use std::{collections::BTreeMap, ops::Range};

/// What a text consists of.
#[derive(Default)]
pub(super) struct Scan {
    /// Where each line begins.
    pub(super) lines: Vec<usize>,
    /// Whether a line holds something else than blanks and comments.
    pub(super) code: Vec<bool>,
    /// In the order of the text, each within one line.
    pub(super) comments: Vec<Comment>,
}

/// A comment, from what opens it.
pub(super) struct Comment {
    pub(super) range: Range<usize>,
    /// Nothing stands before it on its line.
    pub(super) alone: bool,
}

impl Scan {
    /// The 0-based line of an offset.
    pub(super) fn line(&self, offset: usize) -> usize {
        self.lines.partition_point(|start| *start <= offset).saturating_sub(1)
    }
}

/// Takes a text apart.
pub(super) fn scan(text: &[u8], style: Style) -> Scan {
    let starts = text.iter().enumerate().filter(|(_, b)| **b == b'\n').map(|(i, _)| i + 1);
    let lines: Vec<usize> = std::iter::once(0).chain(starts).collect();
    let out = Scan { code: vec![false; lines.len()], lines, comments: Vec::new() };
    let at = if text.starts_with(BOM) { BOM.len() } else { 0 };
    let mut lexer = Lexer { text, style, at, line: 0, out, words: None };
    match style.grammar {
        Grammar::Lines { continued } => lexer.lines(continued),
        Grammar::Quoted(quoting) => lexer.quoted(quoting),
    }
    lexer.out
}

struct Lexer<'t> {
    text: &'t [u8],
    style: Style,
    at: usize,
    line: usize,
    out: Scan,
    /// Lines that are one word, with the last place of each: where a `<<WORD` can end.
    words: Option<BTreeMap<&'t [u8], usize>>,
}

impl<'t> Lexer<'t> {
    fn rest(&self) -> &'t [u8] {
        &self.text[self.at..]
    }

    /// The end of the line that an offset lies in, without its break.
    fn end_of_line(&self, from: usize) -> usize {
        self.text[from..].iter().position(|b| *b == b'\n').map_or(self.text.len(), |i| from + i)
    }

    fn opens(&self) -> bool {
        self.style.openers.iter().any(|opener| self.rest().starts_with(opener.as_bytes()))
    }

    fn comment(&mut self, to: usize, alone: bool) {
        self.out.comments.push(Comment { range: self.at..to, alone });
        self.at = to;
    }

    /// Steps to an offset further on; the lines up to it hold text.
    fn text_up_to(&mut self, to: usize) {
        self.out.code[self.line] = true;
        while self.out.lines.get(self.line + 1).is_some_and(|start| *start <= to) {
            self.line += 1;
            // A break at the very end belongs to the line before.
            self.out.code[self.line] |= self.out.lines[self.line] < to;
        }
        self.at = to;
    }

    fn lines(&mut self, continued: bool) {
        let mut inside = false;
        for line in 0..self.out.lines.len() {
            let start = self.out.lines[line].max(self.at);
            let end = self.end_of_line(start);
            let content = self.text[start..end].strip_suffix(b"\r").unwrap_or(&self.text[start..end]);
            let blanks = content.iter().take_while(|b| b.is_ascii_whitespace()).count();
            (self.at, self.line) = (start + blanks, line);
            if self.opens() && !inside {
                self.comment(start + content.len(), true);
            } else if blanks < content.len() {
                self.out.code[line] = true;
                self.behind(start + content.len());
                inside = continued && content.iter().rev().take_while(|b| **b == b'\\').count() % 2 == 1;
            } else {
                inside = false;
            }
            self.at = end;
        }
    }

    /// What looks like a comment behind a value, up to the end of the line.
    fn behind(&mut self, end: usize) {
        let opener = |at: &usize| {
            let after_blank = *at > 0 && matches!(self.text[*at - 1], b' ' | b'\t');
            after_blank && self.style.openers.iter().any(|o| self.text[*at..end].starts_with(o.as_bytes()))
        };
        if let Some(at) = (self.at + 1..end).find(opener) {
            self.out.comments.push(Comment { range: at..end, alone: false });
        }
    }

    fn quoted(&mut self, quoting: Quoting) {
        let family = quoting.family;
        let mut pending: Vec<(&[u8], bool)> = Vec::new();
        while let Some(byte) = self.text.get(self.at).copied() {
            match byte {
                b'\n' => {
                    self.at += 1;
                    self.line += 1;
                    for (word, tabs) in std::mem::take(&mut pending) {
                        self.heredoc(word, tabs);
                    }
                }
                b' ' | b'\t' | b'\r' => self.at += 1,
                _ if self.opens() && (!quoting.blank_before || self.after_blank()) => {
                    let alone = !self.out.code[self.line];
                    let end = self.end_of_line(self.at);
                    let end = if self.text[..end].ends_with(b"\r") { end - 1 } else { end };
                    self.comment(end.max(self.at), alone);
                }
                b'/' if self.style.block && self.rest().starts_with(b"/*") => self.block(),
                b'\\' if family == Family::Shell => self.text_up_to((self.at + 2).min(self.text.len())),
                b'<' if family == Family::Shell && self.rest().starts_with(b"<<") => {
                    pending.extend(self.redirection());
                }
                b'$' if family == Family::Sql => self.dollar(),
                b'|' | b'>' if family == Family::Yaml && self.scalar_begins() => self.yaml_block(),
                _ => self.text_or_quote(quoting),
            }
        }
    }

    fn text_or_quote(&mut self, quoting: Quoting) {
        let rest = self.rest();
        let quote = quoting.quotes.iter().find(|q| rest.starts_with(q.mark.as_bytes()));
        let Some(quote) = quote.filter(|_| quoting.family != Family::Yaml || self.scalar_begins()) else {
            self.out.code[self.line] = true;
            self.at += 1;
            return;
        };
        let mark = quote.mark.as_bytes();
        let mut at = self.at + mark.len();
        while at < self.text.len() {
            if quote.escapes && self.text[at] == b'\\' {
                at += 2;
            } else if self.text[at..].starts_with(mark) {
                at += mark.len();
                break;
            } else if self.text[at] == b'\n' && !quote.lines {
                break;
            } else {
                at += 1;
            }
        }
        self.text_up_to(at.min(self.text.len()));
    }

    fn after_blank(&self) -> bool {
        let before = self.at.checked_sub(1).map(|at| self.text[at]);
        before.is_none_or(|b| b.is_ascii_whitespace() || b == 0xbf || matches!(b, b';' | b'(' | b')'))
    }

    /// `/* … */`, a comment for each line of it.
    fn block(&mut self) {
        let close = self.text[self.at + 2..].windows(2).position(|w| w == b"*/");
        let end = close.map_or(self.text.len(), |i| self.at + 2 + i + 2);
        while self.at < end {
            let alone = !self.out.code[self.line];
            let line = &self.text[self.at..end];
            let stop = line.iter().position(|b| *b == b'\n').map_or(end, |i| self.at + i);
            self.comment(stop, alone);
            if self.at < end {
                self.at += 1;
                self.line += 1;
            }
        }
    }

    /// The word of `<<WORD`, where it ends somewhere, and whether tabs before that are passed over.
    fn redirection(&mut self) -> Option<(&'t [u8], bool)> {
        let from = self.at + 2;
        let rest = &self.text[from..];
        self.text_up_to(from);
        if rest.first() == Some(&b'<') {
            self.text_up_to(from + 1);
            return None;
        }
        let tabs = rest.first() == Some(&b'-');
        let rest = &rest[usize::from(tabs)..];
        let rest = &rest[rest.iter().take_while(|b| matches!(b, b' ' | b'\t')).count()..];
        let quoted = rest.first().filter(|b| matches!(b, b'\'' | b'"'));
        let rest = &rest[usize::from(quoted.is_some())..];
        let length = rest.iter().take_while(|b| b.is_ascii_alphanumeric() || **b == b'_').count();
        let word = &rest[..length];
        let words = self.words.get_or_insert_with(|| {
            let mut start = 0;
            let mut out = BTreeMap::new();
            for line in self.text.split(|b| *b == b'\n') {
                out.insert(line.trim_ascii(), start);
                start += line.len() + 1;
            }
            out
        });
        let ends = !word.is_empty() && words.get(word).is_some_and(|last| *last > from);
        ends.then_some((word, tabs))
    }

    /// The lines up to the word, which has one of its own.
    fn heredoc(&mut self, word: &[u8], tabs: bool) {
        while self.at < self.text.len() {
            let end = self.end_of_line(self.at);
            let line = &self.text[self.at..end];
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            let indent = if tabs { line.iter().take_while(|b| **b == b'\t').count() } else { 0 };
            let last = &line[indent..] == word;
            self.out.code[self.line] = true;
            self.at = (end + 1).min(self.text.len());
            if end < self.text.len() {
                self.line += 1;
            }
            if last {
                return;
            }
        }
    }

    /// `$tag$ … $tag$`; a `$` that begins none is text.
    fn dollar(&mut self) {
        let rest = &self.text[self.at + 1..];
        let length = rest.iter().take_while(|b| b.is_ascii_alphanumeric() || **b == b'_').count();
        let is_tag =
            rest.get(length) == Some(&b'$') && !rest[..length].first().is_some_and(u8::is_ascii_digit);
        if !is_tag {
            return self.text_up_to(self.at + 1);
        }
        let tag = &self.text[self.at..self.at + length + 2];
        let from = self.at + tag.len();
        let mut at = from;
        while at < self.text.len() && !self.text[at..].starts_with(tag) {
            at += 1;
        }
        self.text_up_to((at + tag.len()).min(self.text.len()));
    }

    /// Whether a YAML scalar may begin here: behind `: `, `- `, `[`, `{`, `,`, a tag or an anchor, or at the beginning of a
    /// line.
    fn scalar_begins(&self) -> bool {
        let start = self.out.lines[self.line].max(self.at.saturating_sub(LOOK_BACK));
        let before = self.text[start..self.at].trim_ascii_end();
        let before = before.strip_prefix(BOM).unwrap_or(before);
        let word = before.iter().rposition(u8::is_ascii_whitespace).map_or(0, |i| i + 1);
        match before.last() {
            None | Some(b'[' | b'{' | b',' | b':') => true,
            Some(b'-' | b'?') => before.len() == word + 1,
            Some(_) => matches!(before[word], b'!' | b'&'),
        }
    }

    /// A block scalar: the lines that are further in than its key.
    fn yaml_block(&mut self) {
        let header = &self.text[self.at + 1..];
        let signs = header.iter().take_while(|b| matches!(b, b'+' | b'-' | b'0'..=b'9')).count();
        let digit = header[..signs].iter().find(|b| b.is_ascii_digit()).map(|b| usize::from(*b - b'0'));
        let blanks = header[signs..].iter().take_while(|b| matches!(b, b' ' | b'\t' | b'\r')).count();
        let behind = self.at + 1 + signs + blanks;
        let commented = blanks > 0 && self.text.get(behind) == Some(&b'#');
        if !(commented || self.text.get(behind).is_none_or(|b| *b == b'\n')) {
            return self.text_up_to(self.at + 1);
        }
        let start = self.out.lines[self.line];
        let head = &self.text[start..self.at];
        let indent = head.iter().take_while(|b| matches!(b, b' ' | b'-')).count();
        // Of `- |` the dash is the measure.
        let dash = || head.iter().rposition(|b| *b == b'-').unwrap_or(0);
        let key = if indent == head.len() { dash() } else { indent };
        self.text_up_to(self.at + 1 + signs);
        let end = self.end_of_line(self.at);
        if commented {
            self.at = behind;
            self.comment(if self.text[..end].ends_with(b"\r") { end - 1 } else { end }, false);
        }
        self.at = end;
        let mut depth = digit.map(|d| key + d);
        while self.at < self.text.len() {
            let from = self.at + 1;
            let stop = self.end_of_line(from.min(self.text.len()));
            let line = &self.text[from.min(stop)..stop];
            let indent = line.iter().take_while(|b| **b == b' ').count();
            let blank = line.trim_ascii().is_empty();
            if !blank && indent < *depth.get_or_insert(indent.max(key + 1)) {
                return;
            }
            if from >= self.text.len() {
                return;
            }
            self.line += 1;
            self.out.code[self.line] |= !blank;
            self.at = stop;
        }
    }
}

const BOM: &[u8] = b"\xef\xbb\xbf";
/// So far back, in bytes, what stands before a scalar is looked for: lines may be long.
const LOOK_BACK: usize = 128;
