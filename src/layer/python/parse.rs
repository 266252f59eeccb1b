//! Python's tokens ▶ expressions. It takes what it understands and passes over the rest, never looking twice at a token.

use super::lex::{Tok, Token};
use crate::layer::code::{Arg, Cursor, DEPTH, Expr, Kind};

/// Reads the tokens of one line.
pub(super) type Parser<'t> = Cursor<'t, Token>;

/// Words that no value has.
const KEYWORDS: &[&str] = &[
    "if", "else", "elif", "for", "in", "is", "and", "or", "not", "lambda", "async", "await", "return",
    "yield", "with", "as", "import", "from", "class", "def", "while", "try", "except", "finally", "raise",
    "assert", "del", "global", "nonlocal", "pass", "break", "continue",
];

impl<'t> Parser<'t> {
    /// An expression; takes nothing where none stands.
    pub(super) fn expr(&mut self) -> Expr {
        let start = self.here();
        if self.depth >= DEPTH {
            return Expr::new(start..start, Kind::Other(Vec::new()));
        }
        self.depth += 1;
        let mut out = self.binary();
        if self.word() == Some("if") && self.at > 0 {
            self.at += 1;
            let condition = self.binary();
            let other = if self.take_word("else") { Some(self.expr()) } else { None };
            let range = self.since(start);
            out = match other {
                Some(other) => Expr::new(range, Kind::Choice(Box::new(out), Box::new(other))),
                None => Expr::new(range, Kind::Other(vec![out, condition])),
            };
        }
        self.depth -= 1;
        out
    }

    /// Operands with what joins them; `or` weakest, `+` and `%` understood.
    fn binary(&mut self) -> Expr {
        let start = self.here();
        let mut operands: Vec<Expr> = Vec::new();
        // For each operand but the first what stands before it.
        let mut joints: Vec<u8> = Vec::new();
        let Some(first) = self.operand() else { return Expr::new(start..start, Kind::Other(Vec::new())) };
        operands.push(first);
        loop {
            let before = self.at;
            let joint = match self.tokens.get(self.at).map(|t| t.kind) {
                Some(Tok::Sign(
                    s @ (b'+' | b'-' | b'*' | b'/' | b'%' | b'|' | b'&' | b'^' | b'@' | b'<' | b'>' | b'C'
                    | b'P'),
                )) => s,
                Some(Tok::Name) => match self.word() {
                    Some("or") => b'o',
                    Some("and" | "in" | "is") => b'C',
                    Some("not") if self.word_after() == Some("in") => {
                        self.at += 1;
                        b'C'
                    }
                    _ => break,
                },
                _ => break,
            };
            self.at += 1;
            let Some(operand) = self.operand() else {
                self.at = before + 1;
                break;
            };
            joints.push(joint);
            operands.push(operand);
        }
        group(operands, &joints)
    }

    fn word_after(&self) -> Option<&'t str> {
        let token = self.tokens.get(self.at + 1).filter(|t| t.kind == Tok::Name)?;
        Some(&self.source[token.range.clone()])
    }

    fn operand(&mut self) -> Option<Expr> {
        let start = self.here();
        let mut prefixed = false;
        loop {
            match self.tokens.get(self.at).map(|t| t.kind) {
                Some(Tok::Sign(b'-' | b'+' | b'~' | b'*' | b'P')) => prefixed = true,
                Some(Tok::Name) if self.word() == Some("not") => prefixed = true,
                Some(Tok::Name) if matches!(self.word(), Some("await" | "yield" | "from")) => {}
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
        match token.kind {
            Tok::Number => {
                self.at += 1;
                Some(Expr::new(range, Kind::Word))
            }
            Tok::Text { .. } => Some(self.texts()),
            Tok::Name => {
                let word = &self.source[range.clone()];
                if word == "lambda" {
                    while !self.at_end() && !self.is_sign(b':') {
                        self.at += 1;
                    }
                    self.at += 1;
                    let body = self.expr();
                    return Some(Expr::new(self.since(range.start), Kind::Other(vec![body])));
                }
                if KEYWORDS.contains(&word) {
                    return None;
                }
                self.at += 1;
                let kind = match word {
                    "None" | "True" | "False" => Kind::Word,
                    _ => Kind::Name(word.to_owned()),
                };
                Some(Expr::new(range, kind))
            }
            Tok::Sign(b'(') => {
                self.at += 1;
                let (mut items, comma) = self.items(b')');
                let whole = self.since(range.start);
                Some(match (items.len(), comma) {
                    // Brackets around one thing are that thing.
                    (1, false) => items.remove(0),
                    _ => Expr::new(whole, Kind::List(items)),
                })
            }
            Tok::Sign(b'[') => {
                self.at += 1;
                let (items, _) = self.items(b']');
                Some(Expr::new(self.since(range.start), Kind::List(items)))
            }
            Tok::Sign(b'{') => {
                self.at += 1;
                let pairs = self.pairs();
                Some(Expr::new(self.since(range.start), Kind::Map(pairs)))
            }
            Tok::Sign(b'.') if self.source[range.start..].starts_with("...") => {
                self.at += 3;
                Some(Expr::new(self.since(range.start), Kind::Word))
            }
            Tok::Sign(_) => None,
        }
    }

    fn postfix(&mut self, mut of: Expr) -> Expr {
        let start = of.range.start;
        for _ in 0..64 {
            match self.tokens.get(self.at).map(|t| t.kind) {
                Some(Tok::Sign(b'.')) => {
                    self.at += 1;
                    let Some(word) = self.word().map(str::to_owned) else { break };
                    self.at += 1;
                    let range = self.since(start);
                    of = match of.kind {
                        Kind::Name(name) if name.len() < 200 => {
                            Expr::new(range, Kind::Name(format!("{name}.{word}")))
                        }
                        kind => Expr::new(range, Kind::Attribute(Box::new(Expr::new(of.range, kind)), word)),
                    };
                }
                Some(Tok::Sign(b'(')) => {
                    self.at += 1;
                    let args = self.args();
                    of = Expr::new(self.since(start), Kind::Call(Box::new(of), args));
                }
                Some(Tok::Sign(b'[')) => {
                    self.at += 1;
                    let (mut items, _) = self.items(b']');
                    let key = match items.len() {
                        1 => items.remove(0),
                        _ => Expr::new(self.since(start), Kind::List(items)),
                    };
                    of = Expr::new(self.since(start), Kind::Index(Box::new(of), Box::new(key)));
                }
                _ => break,
            }
        }
        of
    }

    /// Whether the bracket ends here; another that closes ends it too.
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

    /// Expressions up to a bracket, and whether a comma stands among them.
    fn items(&mut self, close: u8) -> (Vec<Expr>, bool) {
        let (mut out, mut comma) = (Vec::new(), false);
        while !self.closed(close) {
            if self.take(b',') {
                comma = true;
                continue;
            }
            let before = self.at;
            let item = self.expr();
            if self.at == before {
                // `for`, `:` and their like; what nests too deep is given up.
                if self.depth >= DEPTH {
                    break;
                }
                self.at += 1;
            } else {
                out.push(item);
            }
        }
        (out, comma)
    }

    fn pairs(&mut self) -> Vec<(Option<Expr>, Expr)> {
        let mut out = Vec::new();
        while !self.closed(b'}') {
            if self.take(b',') {
                continue;
            }
            let before = self.at;
            let spread = self.take(b'P');
            let key = self.expr();
            if !spread && self.take(b':') {
                let value = self.expr();
                out.push((Some(key), value));
            } else if self.at > before {
                out.push((None, key));
            } else if self.depth >= DEPTH {
                break;
            } else {
                self.at += 1;
            }
        }
        out
    }

    fn args(&mut self) -> Vec<Arg> {
        let mut out = Vec::new();
        while !self.closed(b')') {
            if self.take(b',') {
                continue;
            }
            let before = self.at;
            let named = self
                .word()
                .filter(|_| self.tokens.get(self.at + 1).is_some_and(|t| t.kind == Tok::Sign(b'=')));
            let name = named.map(str::to_owned);
            self.at += if name.is_some() { 2 } else { 0 };
            let value = self.expr();
            if self.at == before {
                if self.depth >= DEPTH {
                    break;
                }
                self.at += 1;
            } else {
                out.push(Arg { name, value });
            }
        }
        out
    }
}

/// Operands and what joins them, the weakest first.
fn group(mut operands: Vec<Expr>, joints: &[u8]) -> Expr {
    if operands.len() == 1 {
        return operands.remove(0);
    }
    let range = operands[0].range.start..operands[operands.len() - 1].range.end;
    if joints.contains(&b'o') {
        let (mut groups, mut current, mut inner) = (Vec::new(), Vec::new(), Vec::new());
        for (i, operand) in operands.into_iter().enumerate() {
            if i > 0 && joints[i - 1] == b'o' {
                groups.push(group(std::mem::take(&mut current), &inner));
                inner.clear();
            } else if i > 0 {
                inner.push(joints[i - 1]);
            }
            current.push(operand);
        }
        groups.push(group(current, &inner));
        return Expr::new(range, Kind::Either(groups));
    }
    let kind = match joints {
        all if all.iter().all(|j| *j == b'+') => Kind::Sum(operands),
        [b'%'] if matches!(operands[0].kind, Kind::Text(_)) => {
            let value = operands.remove(1);
            let text = operands.remove(0);
            let place = text.range.clone();
            let of = Expr::new(place, Kind::Attribute(Box::new(text), "%".into()));
            Kind::Call(Box::new(of), vec![Arg { name: None, value }])
        }
        _ => Kind::Other(operands),
    };
    Expr::new(range, kind)
}
