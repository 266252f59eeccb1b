//! Python's texts ▶ pieces: what stands for itself, escapes, the holes of f-strings.

use super::{
    lex::{Tok, Token, lex},
    parse::Parser,
};
use crate::layer::code::{Expr, Kind, Piece};
use std::ops::Range;

impl Parser<'_> {
    /// Texts side by side are one.
    pub(super) fn texts(&mut self) -> Expr {
        let start = self.here();
        let mut pieces = Vec::new();
        while let Some(Token { kind: Tok::Text { raw, format, prefix, quote, bytes }, range }) =
            self.tokens.get(self.at)
        {
            self.at += 1;
            let open = range.start + usize::from(*prefix) + usize::from(*quote);
            let mark = self.source.as_bytes()[range.start + usize::from(*prefix)];
            let ends =
                range.end >= open + usize::from(*quote) && self.source.as_bytes()[range.end - 1] == mark;
            let close = if ends { range.end - usize::from(*quote) } else { range.end };
            let inner = open.min(close)..close;
            self.text(inner, *raw, *format, *bytes, &mut pieces);
        }
        // A text without anything in it.
        if pieces.is_empty() {
            let empty = self.since(start).end.saturating_sub(1);
            pieces.push(Piece::Literal(empty..empty));
        }
        Expr::new(self.since(start), Kind::Text(pieces))
    }

    fn text(&mut self, range: Range<usize>, raw: bool, format: bool, binary: bool, out: &mut Vec<Piece>) {
        let bytes = self.source.as_bytes();
        let (mut at, mut from) = (range.start, range.start);
        while at < range.end {
            match bytes[at] {
                b'\\' if !raw => {
                    push(out, from..at);
                    let (text, len) = escape(&self.source[at..range.end], binary);
                    out.push(Piece::Escape(at..at + len, text));
                    at += len;
                    from = at;
                }
                mark @ (b'{' | b'}') if format => {
                    push(out, from..at);
                    if bytes.get(at + 1) == Some(&mark) && at + 1 < range.end {
                        out.push(Piece::Escape(at..at + 2, char::from(mark).to_string()));
                        at += 2;
                    } else {
                        let end = hole(bytes, at + 1, range.end);
                        out.push(Piece::Hole(self.hole(at + 1..end)));
                        at = (end + 1).min(range.end);
                    }
                    from = at;
                }
                _ => at += 1,
            }
        }
        push(out, from..range.end);
    }

    /// What stands in a hole, without its conversion and format.
    fn hole(&mut self, range: Range<usize>) -> Expr {
        if self.inside >= 4 {
            return Expr::new(range, Kind::Other(Vec::new()));
        }
        let (tokens, _) = lex(self.source, range.clone());
        let mut inner = Parser {
            source: self.source,
            tokens: &tokens,
            at: 0,
            depth: self.depth,
            inside: self.inside + 1,
        };
        let expr = inner.expr();
        Expr::new(range, expr.kind)
    }
}

fn push(out: &mut Vec<Piece>, range: Range<usize>) {
    if !range.is_empty() {
        out.push(Piece::Literal(range));
    }
}

/// Where a hole ends: at its bracket, texts in it passed over.
fn hole(bytes: &[u8], from: usize, end: usize) -> usize {
    let (mut at, mut depth, mut quote) = (from, 0usize, None);
    while at < end {
        match (bytes[at], quote) {
            (b, Some(q)) if b == q => quote = None,
            (b @ (b'"' | b'\''), None) => quote = Some(b),
            (b'{' | b'(' | b'[', None) => depth += 1,
            (b')' | b']', None) => depth = depth.saturating_sub(1),
            (b'}', None) if depth == 0 => return at,
            (b'}', None) => depth -= 1,
            _ => {}
        }
        at += 1;
    }
    end
}

/// An escape with its length. One that Python does not know stands for itself.
fn escape(text: &str, binary: bool) -> (String, usize) {
    let mut chars = text[1..].chars();
    let Some(letter) = chars.next() else { return ("\\".into(), 1) };
    let number = |digits: usize| {
        let hex = text.get(2..2 + digits)?;
        let code = u32::from_str_radix(hex, 16).ok()?;
        Some((char::from_u32(code)?.to_string(), 2 + digits))
    };
    let known = match letter {
        '\n' => Some(String::new()),
        '\\' | '\'' | '"' => Some(letter.to_string()),
        'n' => Some("\n".into()),
        'r' => Some("\r".into()),
        't' => Some("\t".into()),
        'a' => Some("\x07".into()),
        'b' => Some("\x08".into()),
        'f' => Some("\x0c".into()),
        'v' => Some("\x0b".into()),
        '0'..='7' => {
            let len = text[1..].bytes().take(3).take_while(|b| (b'0'..=b'7').contains(b)).count();
            let code = u32::from_str_radix(&text[1..=len], 8).ok().and_then(char::from_u32);
            return (code.unwrap_or('\u{fffd}').to_string(), 1 + len);
        }
        'x' => return number(2).unwrap_or_else(|| ("\\x".into(), 2)),
        'u' if !binary => return number(4).unwrap_or_else(|| ("\\u".into(), 2)),
        'U' if !binary => return number(8).unwrap_or_else(|| ("\\U".into(), 2)),
        _ => None,
    };
    let len = 1 + letter.len_utf8();
    (known.unwrap_or_else(|| text[..len].to_owned()), len)
}
