//! JavaScript's and TypeScript's text ▶ tokens. Comments, regular expressions and templates are told apart as far as
//! that needs no grammar. One pass, but for templates inside templates, each of which is looked at once more.

use crate::layer::code;
use std::ops::Range;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Tok {
    Name,
    Number,
    /// In quotes; the quotes are a byte each, the last one may be absent.
    Text,
    Template,
    Regex,
    /// A sign; of those with several characters: `O` is `||`, `N` is `??`, `L` is `=>`, `V` is `||=` or `??=`, `C`
    /// compares, `D` is `...`, `Q` is `?.`, `U` is any other.
    Sign(u8),
}

#[derive(Clone, Debug)]
pub(super) struct Token {
    pub kind: Tok,
    pub range: Range<usize>,
    /// A line ends before it.
    pub fresh: bool,
}

impl code::Token for Token {
    fn range(&self) -> &Range<usize> {
        &self.range
    }

    fn is_name(&self) -> bool {
        self.kind == Tok::Name
    }

    fn is_sign(&self, sign: u8) -> bool {
        self.kind == Tok::Sign(sign)
    }
}

/// The tokens of a stretch of a text.
pub(super) fn lex(text: &str, range: Range<usize>) -> Vec<Token> {
    let bytes = &text.as_bytes()[..range.end];
    let mut tokens: Vec<Token> = Vec::new();
    let (mut at, mut fresh) = (range.start, true);
    let mut regexes = Regexes::default();
    if at == 0 && bytes.starts_with(b"#!") {
        at = line_end(bytes, at);
    }
    while at < bytes.len() {
        let (kind, end) = match bytes[at] {
            b'\n' => {
                fresh = true;
                at += 1;
                continue;
            }
            b if b.is_ascii_whitespace() => {
                at += 1;
                continue;
            }
            b'/' if bytes.get(at + 1) == Some(&b'/') => {
                at = line_end(bytes, at);
                continue;
            }
            b'/' if bytes.get(at + 1) == Some(&b'*') => {
                let close = bytes[at + 2..].windows(2).position(|w| w == b"*/");
                at = close.map_or(bytes.len(), |i| at + i + 4);
                continue;
            }
            b'/' if begins_value(text, &tokens) => match regexes.end(bytes, at) {
                Some(end) => (Tok::Regex, end),
                None => (Tok::Sign(b'/'), at + 1),
            },
            quote @ (b'"' | b'\'') => (Tok::Text, string(bytes, at, quote)),
            b'`' => (Tok::Template, template(bytes, at)),
            b'0'..=b'9' => {
                (Tok::Number, run(bytes, at, |b| b.is_ascii_alphanumeric() || b == b'_' || b == b'.'))
            }
            b if b.is_ascii_alphabetic() || matches!(b, b'_' | b'$' | b'#' | b'@') || b >= 0x80 => {
                let name = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'$') || b >= 0x80;
                (Tok::Name, run(bytes, at + 1, name))
            }
            b => {
                let has = |sign: &[u8]| bytes[at..].starts_with(sign);
                let (sign, len) = match () {
                    () if has(b"||=") || has(b"??=") => (b'V', 3),
                    () if has(b"===") || has(b"!==") => (b'C', 3),
                    () if has(b"...") => (b'D', 3),
                    () if has(b"||") => (b'O', 2),
                    () if has(b"??") => (b'N', 2),
                    () if has(b"=>") => (b'L', 2),
                    () if has(b"?.") => (b'Q', 2),
                    () if has(b"==") || has(b"!=") || has(b"<=") || has(b">=") || has(b"&&") => (b'C', 2),
                    () if [b"+=", b"-=", b"*=", b"/=", b"++", b"--"].iter().any(|s| has(*s)) => (b'U', 2),
                    () => (b, 1),
                };
                (Tok::Sign(sign), at + len)
            }
        };
        let end = end.clamp(at + 1, bytes.len().max(at + 1));
        tokens.push(Token { kind, range: at..end.min(bytes.len()), fresh });
        fresh = false;
        at = end;
    }
    tokens
}

fn line_end(bytes: &[u8], at: usize) -> usize {
    bytes[at..].iter().position(|b| *b == b'\n').map_or(bytes.len(), |i| at + i)
}

fn run(bytes: &[u8], at: usize, of: impl Fn(u8) -> bool) -> usize {
    at + bytes[at..].iter().take_while(|b| of(**b)).count()
}

/// Whether a value may begin here, so that `/` is no division.
fn begins_value(text: &str, tokens: &[Token]) -> bool {
    match tokens.last() {
        None => true,
        Some(Token { kind: Tok::Sign(sign), .. }) => !matches!(sign, b')' | b']' | b'}'),
        Some(Token { kind: Tok::Name, range, .. }) => {
            matches!(&text[range.clone()], "return" | "typeof" | "case" | "in" | "of" | "await" | "yield")
        }
        Some(_) => false,
    }
}

/// Where regular expressions end. A line with one that does not end is looked through once for all that begin in it.
#[derive(Default)]
struct Regexes {
    /// Where that line begins, as far as it was looked through.
    from: usize,
    /// For each byte where an expression ends that goes on there outside of brackets; zero where it does not.
    ends: Vec<usize>,
}

impl Regexes {
    fn end(&mut self, bytes: &[u8], start: usize) -> Option<usize> {
        let flags = |slash: usize| run(bytes, slash + 1, |b| b.is_ascii_alphabetic());
        if let Some(known) = start.checked_sub(self.from).and_then(|i| self.ends.get(i + 1)) {
            return Some(*known).filter(|slash| *slash > 0).map(flags);
        }
        let (mut at, mut class) = (start + 1, false);
        loop {
            match bytes.get(at) {
                None | Some(b'\n') => break,
                Some(b'\\') if bytes.get(at + 1) != Some(&b'\n') => at += 1,
                Some(b'[') => class = true,
                Some(b']') => class = false,
                Some(b'/') if !class => return Some(flags(at)),
                Some(_) => {}
            }
            at += 1;
        }
        self.look_through(bytes, start);
        None
    }

    /// From the end of the line backwards: what begins at a byte goes on behind it.
    fn look_through(&mut self, bytes: &[u8], start: usize) {
        let line = &bytes[start..line_end(bytes, start)];
        self.from = start;
        self.ends = vec![0; line.len()];
        // Behind a byte, and behind the next one: outside of brackets, and inside.
        let (mut next, mut second) = ((0, 0), (0, 0));
        for (i, byte) in line.iter().enumerate().rev() {
            let here = match byte {
                b'\\' => second,
                b'[' => (next.1, next.1),
                b']' => (next.0, next.0),
                b'/' => (start + i, next.1),
                _ => next,
            };
            (second, next) = (next, here);
            self.ends[i] = here.0;
        }
    }
}

/// Where a text ends, behind its quote; one that is not closed ends with its line.
fn string(bytes: &[u8], start: usize, quote: u8) -> usize {
    let mut at = start + 1;
    while let Some(b) = bytes.get(at) {
        match *b {
            b'\n' => return at,
            b'\\' => at += 2,
            b if b == quote => return at + 1,
            _ => at += 1,
        }
    }
    bytes.len()
}

/// Where a template ends. What stands in its holes may hold templates of its own.
pub(super) fn template(bytes: &[u8], start: usize) -> usize {
    // For each open template the braces that are open in its hole; none in its text.
    let mut open: Vec<Option<usize>> = vec![None];
    let mut at = start + 1;
    while let (Some(b), Some(last)) = (bytes.get(at), open.last_mut()) {
        match (*b, last) {
            (b'\\', None) => at += 1,
            (b'`', None) => {
                open.pop();
            }
            (b'$', hole @ None) if bytes.get(at + 1) == Some(&b'{') => {
                *hole = Some(0);
                at += 1;
            }
            (_, None) => {}
            (b'`', Some(_)) => open.push(None),
            (quote @ (b'"' | b'\''), Some(_)) => at = string(bytes, at, quote) - 1,
            (b'{', Some(depth)) => *depth += 1,
            (b'}', hole) => {
                *hole = match hole {
                    Some(0) | None => None,
                    Some(depth) => Some(*depth - 1),
                };
            }
            (_, Some(_)) => {}
        }
        at += 1;
    }
    at.min(bytes.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_looked_through_once_ends_where_it_did() {
        let alphabet = b"/[]\\a";
        for number in 0..5_usize.pow(7) {
            let digit = |i: u32| alphabet[number / 5_usize.pow(i) % 5];
            let line: Vec<u8> = (0..7).map(digit).chain(*b"\n/x/g").collect();
            let mut one = Regexes::default();
            for start in (0..line.len()).filter(|i| line[*i] == b'/') {
                assert_eq!(one.end(&line, start), Regexes::default().end(&line, start), "{line:?} {start}");
            }
        }
    }
}
