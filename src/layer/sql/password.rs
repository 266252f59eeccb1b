//! The passwords that SQL gives to roles.

use super::token::{Kind, Token, Tokens};
use std::ops::Range;

/// Where a statement gives a role a password: the statement's first byte, and what stands between the quotes of `CREATE ROLE …
/// PASSWORD '…'`, in a block that is done at once too. A verifier is none (`md5…`, `SCRAM-SHA-256$…`), nor is what `psql` puts
/// in (`:'password'`) or a template does, and MySQL's `IDENTIFIED BY PASSWORD` and the options of a mapping are another's.
pub(super) fn passwords(statement: &[Token<'_>]) -> Vec<(usize, Range<usize>)> {
    let block = statement.iter().find(|token| token.kind == Kind::Block).filter(|_| statement[0].is(&["DO"]));
    let Some((offset, inner)) = block.and_then(Token::inner) else {
        return one(statement).into_iter().collect();
    };
    let mut out = Vec::new();
    super::each_statement(Tokens::of(inner), |statement| {
        // Within a block a statement stands behind one of these.
        let leads = statement.iter().rposition(|token| token.is(&["BEGIN", "THEN", "ELSE", "LOOP"]));
        let found = one(&statement[leads.map_or(0, |at| at + 1)..]);
        out.extend(found.map(|(start, range)| (start + offset, range.start + offset..range.end + offset)));
    });
    out
}

fn one(statement: &[Token<'_>]) -> Option<(usize, Range<usize>)> {
    let [first, second, third, ..] = statement else { return None };
    let of_role = first.is(&["CREATE", "ALTER"]) && second.is(&["ROLE", "USER"]) && !third.is(&["MAPPING"]);
    if !of_role {
        return None;
    }
    let told = statement.iter().take_while(|token| !token.is(&["IDENTIFIED"]));
    let mut pairs = told.clone().zip(told.skip(1));
    let (_, given) = pairs.find(|(word, given)| word.is(&["PASSWORD"]) && given.inner().is_some())?;
    let (start, inner) = given.inner().filter(|(_, inner)| is_literal(inner))?;
    Some((first.start, start..start + inner.len()))
}

/// Whether a text between quotes is a password, and not a verifier, a template's mark or a name for one.
fn is_literal(inner: &str) -> bool {
    let verifier = inner.starts_with("SCRAM-SHA-256$") || inner.len() == 35 && inner.starts_with("md5");
    let filled = ["${", "$(", "{{", "<%", "%s", "%("].iter().any(|mark| inner.contains(mark))
        || inner.starts_with(['$', ':', '<', '%', '{']);
    let mark = inner.bytes().all(|b| matches!(b, b'*' | b'?' | b'.' | b'x' | b'X'));
    let name = inner.contains('_') && inner.bytes().all(|b| b.is_ascii_uppercase() || b == b'_');
    !inner.is_empty() && !verifier && !filled && !mark && !name
}
