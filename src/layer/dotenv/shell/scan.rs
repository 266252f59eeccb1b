//! Where words end: quotes and expansions are passed over as a whole, without recursion.

use super::Stop;
use crate::layer::ProblemKind;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Inside {
    Double,
    /// `${`, and whether it stands in double quotes.
    Brace(bool),
    /// `$(`, `(`.
    Paren,
    Backtick,
}

/// Characters that end a word.
pub(super) fn is_meta(b: u8) -> bool {
    matches!(b, b' ' | b'\t' | b'\n' | b';' | b'&' | b'|' | b'(' | b')' | b'<' | b'>')
}

/// The end of the word that begins at `at`.
pub(super) fn word(text: &str, at: usize, bash: bool) -> Result<usize, Stop> {
    scan(text, at, bash, None)
}

/// The end of what `open` opens: behind the `}`, `)`, backtick or quote. `at` lies behind the opening.
pub(super) fn closing(text: &str, at: usize, bash: bool, open: Open) -> Result<usize, Stop> {
    let inside = match open {
        Open::Brace { quoted } => Inside::Brace(quoted),
        Open::Paren => Inside::Paren,
        Open::Backtick => Inside::Backtick,
        Open::Double => Inside::Double,
    };
    scan(text, at, bash, Some(inside))
}

/// What is to be closed.
#[derive(Clone, Copy)]
pub(super) enum Open {
    Brace { quoted: bool },
    Paren,
    Backtick,
    Double,
}

fn scan(text: &str, start: usize, bash: bool, first: Option<Inside>) -> Result<usize, Stop> {
    let bytes = text.as_bytes();
    let mut stack: Vec<(Inside, usize)> = first.map(|i| (i, start.saturating_sub(1))).into_iter().collect();
    let single = |at: usize| match text[at + 1..].find('\'') {
        Some(i) => Ok(at + 1 + i + 1),
        None => Err(Stop(at..at + 1, ProblemKind::UnterminatedQuote)),
    };
    let mut at = start;
    while at < bytes.len() {
        let b = bytes[at];
        let inside = stack.last().map(|(i, _)| *i);
        if b == b'\\' {
            at += 1 + text[at + 1..].chars().next().map_or(0, char::len_utf8);
            continue;
        }
        if inside == Some(Inside::Backtick) && b != b'`' {
            at += 1;
            continue;
        }
        let in_double = matches!(inside, Some(Inside::Double | Inside::Brace(true)));
        match (b, inside) {
            (_, None) if is_meta(b) => return Ok(at),
            (b'"', Some(Inside::Double))
            | (b'}', Some(Inside::Brace(_)))
            | (b')', Some(Inside::Paren))
            | (b'`', Some(Inside::Backtick)) => {
                stack.pop();
                at += 1;
                if stack.is_empty() && first.is_some() {
                    return Ok(at);
                }
            }
            (b'\'', _) if !in_double => at = single(at)?,
            (b'"', _) => {
                stack.push((Inside::Double, at));
                at += 1;
            }
            (b'`', _) => {
                stack.push((Inside::Backtick, at));
                at += 1;
            }
            (b'(', Some(Inside::Paren)) => {
                stack.push((Inside::Paren, at));
                at += 1;
            }
            (b'#', Some(Inside::Paren)) if matches!(bytes[at - 1], b' ' | b'\t' | b'\n' | b';') => {
                at = text[at..].find('\n').map_or(bytes.len(), |i| at + i);
            }
            (b'$', _) => match bytes.get(at + 1) {
                Some(b'$') => at += 2,
                Some(b'{') => {
                    stack.push((Inside::Brace(in_double), at));
                    at += 2;
                }
                Some(b'(') => {
                    stack.push((Inside::Paren, at));
                    at += 2;
                }
                Some(b'\'') if bash && !in_double => {
                    at = ansi_end(text, at + 2).ok_or(Stop(at..at + 2, ProblemKind::UnterminatedQuote))?;
                }
                _ => at += 1,
            },
            _ => at += 1,
        }
    }
    match stack.first() {
        None => Ok(bytes.len()),
        Some((inside, at)) => {
            let kind = match inside {
                Inside::Double => ProblemKind::UnterminatedQuote,
                Inside::Backtick | Inside::Paren => ProblemKind::Command,
                Inside::Brace(_) => ProblemKind::BadReference,
            };
            Err(Stop(*at..at + 1, kind))
        }
    }
}

/// Behind the quote that closes `$'`.
fn ansi_end(text: &str, mut at: usize) -> Option<usize> {
    loop {
        at += text[at..].find(['\'', '\\'])?;
        if text.as_bytes()[at] == b'\'' {
            return Some(at + 1);
        }
        at += 1 + text[at + 1..].chars().next()?.len_utf8();
    }
}
