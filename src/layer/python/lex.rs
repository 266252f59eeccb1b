//! Python's text ▶ tokens, a line of a program after the other. Every prefix and quote of a text is known, so that
//! neither a comment nor a docstring is taken for code. One pass.

use crate::layer::code;
use std::ops::Range;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Tok {
    Name,
    Number,
    /// Raw, with holes, and the length of the prefix and of the quote.
    Text {
        raw: bool,
        format: bool,
        bytes: bool,
        prefix: u8,
        quote: u8,
    },
    /// A sign; `=` alone assigns, the others of two characters have a letter: `C` compares, `U` changes in place, `P`
    /// is `**`, `A` is `->`, `W` is `:=`.
    Sign(u8),
}

#[derive(Clone, Debug)]
pub(super) struct Token {
    pub kind: Tok,
    pub range: Range<usize>,
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

/// One line of the program, however many lines of text it takes.
pub(super) struct Line {
    /// Its indentation; a tab counts as eight.
    pub indent: usize,
    pub tokens: Range<usize>,
}

/// The tokens of a stretch of a text, and the lines that they make.
pub(super) fn lex(text: &str, range: Range<usize>) -> (Vec<Token>, Vec<Line>) {
    let bytes = &text.as_bytes()[..range.end];
    let (mut tokens, mut lines): (Vec<Token>, Vec<Line>) = (Vec::new(), Vec::new());
    let mut at = range.start;
    let (mut depth, mut from, mut indent, mut fresh) = (0usize, 0, 0, true);
    while at < bytes.len() {
        let b = bytes[at];
        if fresh {
            indent = 0;
            while let Some(b' ' | b'\t' | b'\x0c') = bytes.get(at) {
                indent += if bytes[at] == b'\t' { 8 } else { 1 };
                at += 1;
            }
            fresh = false;
            continue;
        }
        match b {
            b'\n' => {
                at += 1;
                if depth == 0 {
                    if tokens.len() > from {
                        lines.push(Line { indent, tokens: from..tokens.len() });
                        from = tokens.len();
                    }
                    fresh = true;
                }
            }
            b' ' | b'\t' | b'\r' | b'\x0c' => at += 1,
            b'#' => at += bytes[at..].iter().position(|b| *b == b'\n').unwrap_or(bytes.len() - at),
            // A line that goes on; its end is no end.
            b'\\' => {
                at += 1;
                at += usize::from(bytes.get(at) == Some(&b'\r'));
                at += usize::from(bytes.get(at) == Some(&b'\n'));
            }
            b'"' | b'\'' => at = string(bytes, at, 0, &mut tokens),
            b'0'..=b'9' => {
                let end = run(bytes, at, |b| b.is_ascii_alphanumeric() || b == b'_' || b == b'.');
                tokens.push(Token { kind: Tok::Number, range: at..end });
                at = end;
            }
            _ if b.is_ascii_alphabetic() || b == b'_' || b >= 0x80 => {
                let end = run(bytes, at, |b| b.is_ascii_alphanumeric() || b == b'_' || b >= 0x80);
                let prefix = end - at;
                let quoted = matches!(bytes.get(end), Some(b'"' | b'\''));
                let is_prefix = prefix <= 2 && bytes[at..end].iter().all(|b| b"rRbBfFuUtT".contains(b));
                if quoted && is_prefix {
                    at = string(bytes, at, prefix, &mut tokens);
                } else {
                    tokens.push(Token { kind: Tok::Name, range: at..end });
                    at = end;
                }
            }
            _ => {
                let two = bytes.get(at..at + 2).unwrap_or_default();
                let (sign, len) = match two {
                    b"==" | b"!=" | b"<=" | b">=" => (b'C', 2),
                    b"**" => (b'P', 2),
                    b"->" => (b'A', 2),
                    b":=" => (b'W', 2),
                    b"//" => (b'/', 2),
                    [b'+' | b'-' | b'*' | b'/' | b'%' | b'|' | b'&' | b'^' | b'@', b'='] => (b'U', 2),
                    _ => (b, 1),
                };
                match sign {
                    b'(' | b'[' | b'{' => depth += 1,
                    b')' | b']' | b'}' => depth = depth.saturating_sub(1),
                    _ => {}
                }
                tokens.push(Token { kind: Tok::Sign(sign), range: at..at + len });
                at += len;
            }
        }
    }
    if tokens.len() > from {
        lines.push(Line { indent, tokens: from..tokens.len() });
    }
    (tokens, lines)
}

fn run(bytes: &[u8], at: usize, of: impl Fn(u8) -> bool) -> usize {
    at + bytes[at..].iter().take_while(|b| of(**b)).count()
}

/// A text with its prefix; returns where it ends. One that is not closed ends with its line, or with the file.
fn string(bytes: &[u8], start: usize, prefix: usize, tokens: &mut Vec<Token>) -> usize {
    let has = |of: &[u8]| bytes[start..start + prefix].iter().any(|b| of.contains(b));
    let (raw, format, binary) = (has(b"rR"), has(b"fFtT"), has(b"bB"));
    let open = start + prefix;
    let mark = bytes[open];
    let long = bytes.get(open..open + 3).is_some_and(|q| q.iter().all(|b| *b == mark));
    let quote = if long { 3 } else { 1 };
    let closes = |at: usize| bytes.get(at..at + quote).is_some_and(|q| q.iter().all(|b| *b == mark));
    let (mut at, mut braces) = (open + quote, 0usize);
    let end = loop {
        match bytes.get(at) {
            None => break bytes.len(),
            Some(b'\n') if !long => break at,
            Some(b'\\') => at += 2,
            // In a hole stand texts of their own, from Python 3.12 on with the same quotes.
            Some(inner @ (b'"' | b'\'')) if braces > 0 => {
                let rest = bytes[at + 1..].iter().take_while(|b| **b != b'\n');
                match rest.clone().position(|b| b == inner) {
                    Some(len) => at += len + 2,
                    None if closes(at) => break at + quote,
                    None => at += 1,
                }
            }
            Some(_) if closes(at) => break at + quote,
            Some(b'{') if format => {
                if bytes.get(at + 1) == Some(&b'{') && braces == 0 {
                    at += 1;
                } else {
                    braces += 1;
                }
                at += 1;
            }
            Some(b'}') if format => {
                braces = braces.saturating_sub(1);
                at += 1;
            }
            Some(_) => at += 1,
        }
    };
    let end = end.min(bytes.len());
    let kind = Tok::Text {
        raw,
        format,
        bytes: binary,
        prefix: u8::try_from(prefix).unwrap_or(2),
        quote: u8::try_from(quote).unwrap_or(3),
    };
    tokens.push(Token { kind, range: start..end });
    end
}
