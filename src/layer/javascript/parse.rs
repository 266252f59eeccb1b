//! JavaScript's tokens ▶ expressions. It takes what it understands and passes over the rest, never looking twice at a
//! token: the body of a function is left to who asked.

use super::lex::{Tok, Token, lex, template};
use crate::layer::code::{Arg, Cursor, DEPTH, Expr, Kind, Piece};
use std::ops::Range;

/// Reads the tokens of one statement.
pub(super) type Parser<'t> = Cursor<'t, Token>;

impl Parser<'_> {
    /// An expression; takes nothing where none stands.
    pub(super) fn expr(&mut self) -> Expr {
        let start = self.here();
        if self.depth >= DEPTH {
            return Expr::new(start..start, Kind::Other(Vec::new()));
        }
        self.depth += 1;
        let mut out = self.binary();
        if self.at > 0 && self.take(b'?') {
            let one = self.expr();
            let two = self.take(b':').then(|| self.expr());
            let range = self.since(start);
            out = match two {
                Some(two) => Expr::new(range, Kind::Choice(Box::new(one), Box::new(two))),
                None => Expr::new(range, Kind::Other(vec![out, one])),
            };
        }
        self.depth -= 1;
        out
    }

    fn binary(&mut self) -> Expr {
        let start = self.here();
        let Some(first) = self.operand() else { return Expr::new(start..start, Kind::Other(Vec::new())) };
        let (mut operands, mut joints) = (vec![first], Vec::new());
        while let Some(Token { kind: Tok::Sign(sign), .. }) = self.tokens.get(self.at) {
            let sign = *sign;
            if !b"ONC+-*/%|&^<>".contains(&sign) {
                break;
            }
            self.at += 1;
            let Some(operand) = self.operand() else { break };
            joints.push(sign);
            operands.push(operand);
        }
        group(operands, &joints)
    }

    fn operand(&mut self) -> Option<Expr> {
        let start = self.here();
        let mut prefixed = false;
        loop {
            match self.tokens.get(self.at).map(|t| t.kind) {
                Some(Tok::Sign(b'!' | b'-' | b'+' | b'~' | b'D')) => prefixed = true,
                Some(Tok::Name)
                    if matches!(
                        self.word(),
                        Some("new" | "await" | "async" | "typeof" | "void" | "yield")
                    ) => {}
                _ => break,
            }
            self.at += 1;
        }
        let primary = self.primary()?;
        let out = self.postfix(primary);
        Some(if prefixed { Expr::new(start..out.range.end, Kind::Other(vec![out])) } else { out })
    }

    fn primary(&mut self) -> Option<Expr> {
        let token = self.tokens.get(self.at)?;
        let range = token.range.clone();
        let kind = match token.kind {
            Tok::Number => Kind::Word,
            Tok::Regex => Kind::Other(Vec::new()),
            Tok::Text => Kind::Text(self.text(range.clone())),
            Tok::Template => Kind::Text(self.template(range.clone())),
            Tok::Name => match &self.source[range.clone()] {
                "null" | "undefined" | "true" | "false" => Kind::Word,
                "function" | "class" | "const" | "let" | "var" | "return" | "if" | "else" | "for"
                | "while" | "export" | "import" | "default" | "case" | "switch" | "throw" | "try"
                | "catch" | "finally" => return None,
                name => Kind::Name(name.to_owned()),
            },
            Tok::Sign(b'(') => {
                self.at += 1;
                let mut items = self.items(b')');
                // What stands before an arrow are parameters; behind it a value, or a body that is left alone.
                if self.take(b'L') {
                    if self.is_sign(b'{') {
                        return Some(Expr::new(self.since(range.start), Kind::Other(items)));
                    }
                    items.push(self.expr());
                    return Some(Expr::new(self.since(range.start), Kind::Other(items)));
                }
                return Some(match items.len() {
                    1 => items.remove(0),
                    _ => Expr::new(self.since(range.start), Kind::List(items)),
                });
            }
            Tok::Sign(b'[') => {
                self.at += 1;
                let items = self.items(b']');
                return Some(Expr::new(self.since(range.start), Kind::List(items)));
            }
            Tok::Sign(b'{') => {
                self.at += 1;
                let pairs = self.pairs();
                return Some(Expr::new(self.since(range.start), Kind::Map(pairs)));
            }
            Tok::Sign(_) => return None,
        };
        self.at += 1;
        if let Kind::Name(_) = kind
            && self.take(b'L')
        {
            let body = if self.is_sign(b'{') { Vec::new() } else { vec![self.expr()] };
            return Some(Expr::new(self.since(range.start), Kind::Other(body)));
        }
        Some(Expr::new(range, kind))
    }

    fn postfix(&mut self, mut of: Expr) -> Expr {
        let start = of.range.start;
        for _ in 0..64 {
            match self.tokens.get(self.at) {
                Some(Token { kind: Tok::Sign(b'.' | b'Q'), .. }) => {
                    self.at += 1;
                    let Some(word) = self.word().map(str::to_owned) else { continue };
                    self.at += 1;
                    let range = self.since(start);
                    of = match of.kind {
                        Kind::Name(name) if name.len() < 200 => {
                            Expr::new(range, Kind::Name(format!("{name}.{word}")))
                        }
                        kind => Expr::new(range, Kind::Attribute(Box::new(Expr::new(of.range, kind)), word)),
                    };
                }
                Some(Token { kind: Tok::Sign(b'('), .. }) => {
                    self.at += 1;
                    let args = self.items(b')').into_iter().map(|value| Arg { name: None, value }).collect();
                    of = Expr::new(self.since(start), Kind::Call(Box::new(of), args));
                }
                Some(Token { kind: Tok::Sign(b'['), fresh: false, .. }) => {
                    self.at += 1;
                    let mut items = self.items(b']');
                    let key = match items.len() {
                        1 => items.remove(0),
                        _ => Expr::new(self.since(start), Kind::List(items)),
                    };
                    of = Expr::new(self.since(start), Kind::Index(Box::new(of), Box::new(key)));
                }
                // TypeScript's "there is one", and its types.
                Some(Token { kind: Tok::Sign(b'!'), fresh: false, .. }) => {
                    self.at += 1;
                    of = Expr::new(of.range.start..of.range.end, of.kind);
                }
                Some(Token { kind: Tok::Name, fresh: false, .. })
                    if matches!(self.word(), Some("as" | "satisfies")) =>
                {
                    self.at += 1;
                    while matches!(
                        self.tokens.get(self.at).map(|t| t.kind),
                        Some(Tok::Name | Tok::Sign(b'.'))
                    ) {
                        self.at += 1;
                    }
                }
                _ => break,
            }
        }
        of
    }

    fn closed(&mut self, close: u8) -> bool {
        match self.tokens.get(self.at).map(|t| t.kind) {
            None => true,
            Some(Tok::Sign(sign @ (b')' | b']' | b'}'))) => {
                self.at += usize::from(sign == close);
                true
            }
            _ => false,
        }
    }

    /// Expressions up to a bracket. At the body of a function it gives up: the rest is looked at as statements.
    fn items(&mut self, close: u8) -> Vec<Expr> {
        let mut out = Vec::new();
        while !self.closed(close) {
            if self.take(b',') {
                continue;
            }
            let before = self.at;
            out.push(self.expr());
            let stuck = self.at == before;
            if stuck && self.depth >= DEPTH || self.gives_up() {
                break;
            }
            self.at += usize::from(stuck);
        }
        out
    }

    /// A body begins here.
    fn gives_up(&self) -> bool {
        let before = self.at.checked_sub(1).and_then(|i| self.tokens.get(i)).map(|t| t.kind);
        self.is_sign(b'{') && matches!(before, Some(Tok::Sign(b'L' | b')') | Tok::Name))
    }

    fn pairs(&mut self) -> Vec<(Option<Expr>, Expr)> {
        let mut out = Vec::new();
        while !self.closed(b'}') {
            if self.take(b',') || self.take(b';') {
                continue;
            }
            let before = self.at;
            let spread = self.take(b'D');
            let key = self.expr();
            if !spread && self.take(b':') {
                let value = self.expr();
                out.push((Some(key), value));
            } else if self.at > before {
                // `{ host }` is a key and a name.
                out.push((None, key));
            } else if self.depth < DEPTH {
                self.at += 1;
            }
            if self.gives_up() || self.at == before {
                break;
            }
        }
        out
    }

    fn text(&self, range: Range<usize>) -> Vec<Piece> {
        let bytes = self.source.as_bytes();
        let closed = range.len() >= 2 && bytes[range.end - 1] == bytes[range.start];
        let inner = range.start + 1..if closed { range.end - 1 } else { range.end };
        let mut out = Vec::new();
        self.pieces(inner, &mut out, None);
        out
    }

    fn template(&mut self, range: Range<usize>) -> Vec<Piece> {
        let closed = range.len() >= 2 && self.source.as_bytes()[range.end - 1] == b'`';
        let inner = range.start + 1..if closed { range.end - 1 } else { range.end };
        let mut out = Vec::new();
        let mut holes = Vec::new();
        self.pieces(inner, &mut out, Some(&mut holes));
        // Each hole left an empty literal where it stands.
        for (at, hole) in holes {
            let expr = self.hole(hole);
            out[at] = Piece::Hole(expr);
        }
        out
    }

    fn hole(&self, range: Range<usize>) -> Expr {
        if self.inside >= 4 {
            return Expr::new(range, Kind::Other(Vec::new()));
        }
        let tokens = lex(self.source, range.clone());
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

    fn pieces(
        &self,
        range: Range<usize>,
        out: &mut Vec<Piece>,
        mut holes: Option<&mut Vec<(usize, Range<usize>)>>,
    ) {
        let bytes = self.source.as_bytes();
        let (mut at, mut from) = (range.start, range.start);
        let push = |out: &mut Vec<Piece>, range: Range<usize>| {
            if !range.is_empty() {
                out.push(Piece::Literal(range));
            }
        };
        while at < range.end {
            match bytes[at] {
                b'\\' => {
                    push(out, from..at);
                    let (text, len) = escape(&self.source[at..range.end]);
                    out.push(Piece::Escape(at..at + len, text));
                    at += len;
                    from = at;
                }
                b'$' if bytes.get(at + 1) == Some(&b'{') && at + 1 < range.end => {
                    let Some(holes) = holes.as_deref_mut() else {
                        at += 1;
                        continue;
                    };
                    push(out, from..at);
                    let end = hole_end(bytes, at + 2, range.end);
                    holes.push((out.len(), at + 2..end));
                    out.push(Piece::Literal(at..at));
                    at = (end + 1).min(range.end);
                    from = at;
                }
                _ => at += 1,
            }
        }
        push(out, from..range.end);
        if out.is_empty() {
            out.push(Piece::Literal(range.start..range.start));
        }
    }
}

fn hole_end(bytes: &[u8], from: usize, end: usize) -> usize {
    let (mut at, mut depth) = (from, 0usize);
    while at < end {
        match bytes[at] {
            b'`' => at = template(&bytes[..end], at).saturating_sub(1),
            quote @ (b'"' | b'\'') => {
                let closing = bytes[at + 1..end].iter().position(|b| *b == quote);
                at += closing.map_or(0, |i| i + 1);
            }
            b'{' => depth += 1,
            b'}' if depth == 0 => return at,
            b'}' => depth -= 1,
            _ => {}
        }
        at += 1;
    }
    end
}

/// An escape with its length.
fn escape(text: &str) -> (String, usize) {
    let mut chars = text[1..].chars();
    let Some(letter) = chars.next() else { return ("\\".into(), 1) };
    let hex = |range: Range<usize>| {
        let code = u32::from_str_radix(text.get(range)?, 16).ok()?;
        char::from_u32(code).map(|c| c.to_string())
    };
    let known = match letter {
        '\n' => String::new(),
        'n' => "\n".into(),
        'r' => "\r".into(),
        't' => "\t".into(),
        'b' => "\x08".into(),
        'f' => "\x0c".into(),
        'v' => "\x0b".into(),
        '0' => "\0".into(),
        'x' => return hex(2..4).map_or_else(|| ("x".into(), 2), |c| (c, 4)),
        'u' if text[2..].starts_with('{') => {
            let Some(end) = text.find('}').filter(|e| *e < 12) else { return ("u".into(), 2) };
            return hex(3..end).map_or_else(|| ("u".into(), 2), |c| (c, end + 1));
        }
        'u' => return hex(2..6).map_or_else(|| ("u".into(), 2), |c| (c, 6)),
        other => other.to_string(),
    };
    (known, 1 + letter.len_utf8())
}

fn group(mut operands: Vec<Expr>, joints: &[u8]) -> Expr {
    if operands.len() == 1 {
        return operands.remove(0);
    }
    let range = operands[0].range.start..operands[operands.len() - 1].range.end;
    let kind = if joints.iter().all(|j| matches!(j, b'O' | b'N')) {
        Kind::Either(operands)
    } else if joints.iter().all(|j| *j == b'+') {
        Kind::Sum(operands)
    } else {
        Kind::Other(operands)
    };
    Expr::new(range, kind)
}
