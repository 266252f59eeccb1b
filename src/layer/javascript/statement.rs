//! JavaScript's tokens ▶ statements: what is assigned to what.

use super::{lex::Token, parse::Parser};
use crate::layer::code::{Expr, Kind, NEAR};
use std::ops::Range;

/// One statement, or what was left of one.
pub(super) struct Statement {
    pub to: Option<Expr>,
    pub value: Expr,
    /// It is taken only where there is none: `||=`.
    pub default: bool,
    pub tokens: Range<usize>,
}

/// The statements of a text without their nesting: the body of a function stands beside it.
pub(super) fn statements(source: &str, tokens: &[Token]) -> Vec<Statement> {
    let mut parser = Parser::new(source, tokens);
    let mut out = Vec::new();
    while !parser.at_end() {
        let from = parser.at;
        let first = parser.expr();
        if parser.at == from {
            parser.at += 1;
            continue;
        }
        let (mut to, mut value, mut default) = (None, first, false);
        if parser.take(b'=') {
            to = Some(std::mem::replace(&mut value, parser.expr()));
        } else if parser.take(b'V') {
            to = Some(std::mem::replace(&mut value, parser.expr()));
            default = true;
        } else if parser.takes("+=") {
            let name = value.name().map(str::to_owned);
            let made =
                |s: &&mut Statement| name.is_some() && s.to.as_ref().and_then(Expr::name) == name.as_deref();
            // What was only the beginning of a URL is none.
            if let Some(before) = out.iter_mut().rev().take(NEAR).find(made)
                && before.value.is_begun(source)
            {
                before.value.kind = Kind::Other(Vec::new());
            }
            value = parser.expr();
        } else if parser.take(b':') {
            // A type with a value behind it, or the pair of an object that was left in the middle.
            let key = std::mem::replace(&mut value, parser.expr());
            if parser.take(b'=') {
                value = parser.expr();
            }
            to = Some(key);
        }
        out.push(Statement { to, value, default, tokens: from..parser.at });
    }
    out
}
