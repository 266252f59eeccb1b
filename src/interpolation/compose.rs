//! docker compose v2. The pattern of `template/template.go` finds a reference up to the last `}` of its line, a count of
//! braces then decides which `}` closes it, and the argument is a template of its own, read whether or not it is used.

use super::{DEPTH, Error, ErrorKind, Kind, Output, Piece};
use crate::secret::Secret;
use std::ops::Range;

pub(super) fn expand(
    text: &str,
    lookup: &dyn Fn(&str) -> Option<Secret>,
    out: &mut Output,
) -> Result<(), Error> {
    Template { text, lookup }.expand(0..text.len(), 0, out)
}

struct Template<'a> {
    text: &'a str,
    lookup: &'a dyn Fn(&str) -> Option<Secret>,
}

/// What follows a name in braces.
struct Operator {
    /// `:` before it: an empty value is as none.
    colon: bool,
    /// `-`, `+` or `?`.
    what: u8,
}

/// Where a line ends within a template, and its last `}`.
#[derive(Default)]
struct Line {
    end: usize,
    brace: Option<usize>,
}

impl Template<'_> {
    fn expand(&self, range: Range<usize>, depth: usize, out: &mut Output) -> Result<(), Error> {
        let bytes = self.text.as_bytes();
        let mut line = Line::default();
        let (mut at, mut copied) = (range.start, range.start);
        while let Some(dollar) = self.text[at..range.end].find('$').map(|i| at + i) {
            let next = dollar + 1;
            let name = next..self.name_end(next, range.end);
            let end = match bytes[next..range.end].first() {
                Some(b'$') => {
                    out.literal(self.text, copied..dollar)?;
                    let input = dollar..next + 1;
                    out.put("$", Piece { output: 0..0, input, name: next..next, kind: Kind::Escape })?;
                    next + 1
                }
                Some(b'{') => {
                    out.literal(self.text, copied..dollar)?;
                    self.braced(dollar, range.end, &mut line, depth, out)?
                }
                Some(_) if !name.is_empty() => {
                    out.literal(self.text, copied..dollar)?;
                    let value = (self.lookup)(&self.text[name.clone()]);
                    out.reference(value.as_ref(), dollar..name.end, name.clone())?;
                    name.end
                }
                _ => {
                    at = next;
                    continue;
                }
            };
            (at, copied) = (end, end);
        }
        out.literal(self.text, copied..range.end)
    }

    /// The reference at `dollar`, and where it ends.
    fn braced(
        &self,
        dollar: usize,
        limit: usize,
        line: &mut Line,
        depth: usize,
        out: &mut Output,
    ) -> Result<usize, Error> {
        let bytes = self.text.as_bytes();
        let invalid = Error { kind: ErrorKind::Invalid, at: dollar..dollar + 2 };
        let name = dollar + 2..self.name_end(dollar + 2, limit);
        if name.is_empty() {
            return Err(invalid);
        }
        if bytes[name.end..limit].first() == Some(&b'}') {
            let value = (self.lookup)(&self.text[name.clone()]);
            out.reference(value.as_ref(), dollar..name.end + 1, name.clone())?;
            return Ok(name.end + 1);
        }
        let colon = bytes[name.end..limit].first() == Some(&b':');
        let operator = name.end + usize::from(colon);
        let what = match bytes[operator..limit].first() {
            Some(what @ (b'-' | b'+' | b'?')) => *what,
            _ => return Err(invalid),
        };
        if line.end <= operator {
            let rest = &bytes[operator..limit];
            line.end = rest.iter().position(|b| *b == b'\n').map_or(limit, |i| operator + i);
            line.brace = bytes[operator..line.end].iter().rposition(|b| *b == b'}').map(|i| operator + i);
        }
        let Some(last) = line.brace.filter(|brace| *brace > operator) else { return Err(invalid) };
        let close = closing(bytes, dollar, last);
        let argument = operator + 1..close;
        if depth >= DEPTH {
            return Err(Error { kind: ErrorKind::TooDeep, at: dollar..close + 1 });
        }
        self.apply(&Operator { colon, what }, dollar..close + 1, &name, argument, depth, out)?;
        Ok(close + 1)
    }

    fn apply(
        &self,
        operator: &Operator,
        input: Range<usize>,
        name: &Range<usize>,
        argument: Range<usize>,
        depth: usize,
        out: &mut Output,
    ) -> Result<(), Error> {
        let (text, pieces) = (out.text.len(), out.pieces.len());
        self.expand(argument, depth + 1, out)?;
        let value = (self.lookup)(&self.text[name.clone()]);
        let counts = value.as_ref().is_some_and(|v| !operator.colon || !v.is_empty());
        let piece = |kind| Piece { output: text..text, input: input.clone(), name: name.clone(), kind };
        if (operator.what == b'+') == counts && operator.what != b'?' {
            // The argument stands. What in it is no text of its own keeps its place.
            let kind = if counts { Kind::Reference } else { Kind::Fallback };
            let own = |p: &Piece| matches!(p.kind, Kind::Literal | Kind::Escape | Kind::Fallback);
            let inner: Vec<Piece> = out.pieces.drain(pieces..).collect();
            if !counts && !inner.is_empty() && !inner.iter().any(own) {
                out.pieces.extend(inner);
            } else {
                out.pieces.push(Piece { output: text..out.text.len(), ..piece(kind) });
                out.pieces.extend(inner.into_iter().filter(|p| p.kind == Kind::Unresolved));
            }
            return Ok(());
        }
        out.text.truncate(text);
        out.pieces.truncate(pieces);
        if operator.what == b'?' && !counts {
            return Err(Error { kind: ErrorKind::Required, at: name.clone() });
        }
        out.put(value.as_ref().map_or("", Secret::expose), piece(Kind::Reference))
    }

    /// `[_a-z][_a-z0-9]*` without case. Go folds U+017F to `s` and U+212A to `k`.
    fn name_end(&self, from: usize, limit: usize) -> usize {
        let mut end = from;
        for c in self.text[from..limit].chars() {
            let letter = c == '_' || c.is_ascii_alphabetic() || matches!(c, '\u{17f}' | '\u{212a}');
            if !letter && (end == from || !c.is_ascii_digit()) {
                break;
            }
            end += c.len_utf8();
        }
        end
    }
}

/// The `}` that closes the reference at `dollar`. What follows a `{` is not counted, so that of `{}` only the `{` is; where
/// the count never comes to nothing, the last of the line closes.
fn closing(bytes: &[u8], dollar: usize, last: usize) -> usize {
    let (mut open, mut at) = (0_usize, dollar);
    while at <= last {
        match bytes[at] {
            b'}' if open == 1 => return at,
            b'}' => open = open.saturating_sub(1),
            b'{' => {
                open += 1;
                at += 1;
            }
            _ => {}
        }
        at += 1;
    }
    last
}
