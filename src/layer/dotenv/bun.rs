//! `node --env-file` of node 20 (`src/node_dotenv.cc`) and Bun 1 (`env_loader`), each with a parser of its own.

use super::{
    run::{Run, Set},
    text::Text,
};
use crate::layer::{ProblemKind, SegmentKind};
use std::{collections::BTreeMap, ops::Range};

/// `trim_spaces`: blanks only.
fn trim(text: &str, range: Range<usize>) -> Range<usize> {
    let inner = &text[range.clone()];
    let end = inner.trim_end_matches(' ').len();
    let start = end - inner[..end].trim_start_matches(' ').len();
    range.start + start..range.start + end
}

/// node: a key goes on up to the next `=`, over line ends too.
pub(super) fn node_env_file(run: &mut Run<'_>) {
    let text = run.text;
    let all = trim(text, 0..text.len());
    let (mut at, stop) = (all.start, all.end);
    let mut closing = ['"', '\'', '`'].map(|q| (q, usize::MAX, false));
    while at < stop {
        let line_end = text[at..stop].find('\n').map_or(stop, |i| at + i);
        // A comment on the last line, without a line end, is read as a name.
        if text[at..].starts_with(['\n', '#']) && line_end < stop {
            at = line_end + 1;
            continue;
        }
        let Some(sign) = text[at..stop].find('=').map(|i| at + i) else {
            run.problem(at..line_end, ProblemKind::NoEquals);
            return;
        };
        let lead = at;
        let mut name = trim(text, at..sign);
        if name.is_empty() {
            run.problem(at..line_end, ProblemKind::BadName);
            return;
        }
        if text[name.clone()].starts_with("export ") {
            name.start += "export ".len();
        }
        at = sign + 1;
        at += text[at..stop].find(|c| c != ' ').unwrap_or(stop - at);
        let line_end = text[at..stop].find('\n').map_or(stop, |i| at + i);
        let quote = text[at..stop].chars().next().filter(|c| "'\"`".contains(*c));
        let key = text[name.clone()].to_owned();
        let close = quote.and_then(|q| {
            let known = closing.iter_mut().find(|(c, ..)| *c == q)?;
            // What was found before still holds as long as it lies ahead.
            if !known.2 || known.1 <= at {
                (known.1, known.2) = (text[at + 1..stop].find(q).map_or(usize::MAX, |i| at + 1 + i), true);
            }
            (known.1 != usize::MAX).then_some(known.1)
        });
        let (range, end) = match (quote, close) {
            (Some(_), Some(close)) => (at + 1..close, close + 1),
            (Some(_), None) if line_end == stop => {
                // Without a line end behind it nothing is set, and the value is read as a name.
                run.problem(at..line_end, ProblemKind::UnterminatedQuote);
                continue;
            }
            (Some(_), None) => {
                run.problem(at..line_end, ProblemKind::UnterminatedQuote);
                (at..line_end, line_end)
            }
            (None, _) => {
                let value = &text[at..line_end];
                let value = trim(text, at..at + value.find('#').unwrap_or(value.len()));
                (value.clone(), value.end)
            }
        };
        let mut value = Text::of(text, range.clone());
        if quote == Some('"') && close.is_some() {
            value = value
                .replace(&['\\'], |text, at| text[at + 1..].starts_with('n').then(|| (2, "\n".to_owned())));
        }
        run.set(Set { lead, key, key_range: name, value, value_range: range, end });
        at = text[end..stop].find('\n').map_or(stop, |i| end + i);
    }
}

fn is_space(b: u8) -> bool {
    matches!(b, b'\t' | 0xb | 0xc | b' ' | b'\n' | b'\r')
}

fn skip_spaces(text: &str, at: usize) -> usize {
    at + text.as_bytes()[at..].iter().take_while(|b| is_space(**b)).count()
}

fn is_key(b: u8) -> bool {
    b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.')
}

/// Bun.
pub(super) fn read(run: &mut Run<'_>) {
    let text = run.text;
    let mut sets: Vec<Set> = Vec::new();
    let mut unclosed = ['"', '\'', '`'].map(|q| (q, usize::MAX));
    let mut at = 0;
    while at < text.len() {
        let lead = skip_spaces(text, at);
        let Some((name, from)) = key(text, lead, true) else {
            let end = text[lead..].find(['\n', '\r']).map_or(text.len(), |i| lead + i);
            if !text[lead..].starts_with('#') && lead < end {
                run.problem(lead..end, ProblemKind::Syntax);
            }
            at = end + 1;
            continue;
        };
        let open = skip_spaces(text, from);
        let quote = text[open..].chars().next().filter(|c| "'\"`".contains(*c));
        let close = quote.and_then(|q| {
            let known = unclosed.iter_mut().find(|(c, _)| *c == q)?;
            if known.1 <= open {
                return None;
            }
            let close = closing(text, open, q);
            if close.is_none() {
                known.1 = open;
            }
            close
        });
        let line = from + text[from..].find(['#', '\r', '\n']).unwrap_or(text.len() - from);
        let (range, end) = match close {
            Some(close) => (open + 1..close, close + 1),
            None => {
                let bytes = &text.as_bytes()[from..line];
                let start = bytes.iter().take_while(|b| is_space(**b)).count();
                let back = bytes[start..].iter().rev().take_while(|b| is_space(**b)).count();
                (from + start..line - back, line - back)
            }
        };
        if quote.is_some() && close.is_none() {
            run.problem(range.clone(), ProblemKind::UnterminatedQuote);
        }
        let mut value = Text::of(text, range.clone());
        if quote == Some('"') && close.is_some() {
            value = value.replace(&['\\'], |text, at| match text.as_bytes().get(at + 1)? {
                b'n' => Some((2, "\n".to_owned())),
                b'r' => Some((2, "\r".to_owned())),
                b'\\' => Some((2, "\\\\".to_owned())),
                _ => None,
            });
        }
        let key = text[name.clone()].to_owned();
        at = if close.is_some() {
            text[end..].find(['\n', '\r']).map_or(text.len(), |i| end + i)
        } else {
            end
        };
        at = at.max(from);
        sets.push(Set { lead, key, key_range: name, value, value_range: range, end });
    }
    put_in(run, &mut sets);
    for set in sets {
        run.set(set);
    }
}

/// `parseKey`.
fn key(text: &str, start: usize, exports: bool) -> Option<(Range<usize>, usize)> {
    let bytes = text.as_bytes();
    let end = start + bytes[start..].iter().take_while(|b| is_key(**b)).count();
    if end == start || end == bytes.len() {
        return None;
    }
    let at = skip_spaces(text, end);
    if exports
        && at > end
        && &text[start..end] == "export"
        && let Some(found) = key(text, at, false)
    {
        return Some(found);
    }
    match bytes.get(at)? {
        b'=' => Some((start..end, at + 1)),
        b':' if bytes.get(at + 1).is_some_and(|b| is_space(*b)) => Some((start..end, at + 2)),
        _ => None,
    }
}

/// The quote that closes what opens at `open`: the first without a backslash before it.
fn closing(text: &str, open: usize, quote: char) -> Option<usize> {
    let mut at = open + 1;
    loop {
        at += text[at..].find([quote, '\\'])?;
        if text.as_bytes()[at] != b'\\' {
            return Some(at);
        }
        at += 1 + text[at + 1..].chars().next()?.len_utf8();
    }
}

/// `expandValue` for each value, in the order in which the names stand first.
fn put_in(run: &mut Run<'_>, sets: &mut [Set]) {
    let mut last: BTreeMap<String, usize> = BTreeMap::new();
    let mut order = Vec::new();
    for (i, set) in sets.iter().enumerate() {
        if last.insert(set.key.clone(), i).is_none() {
            order.push(set.key.clone());
        }
    }
    let mut left: usize = 16 << 20;
    for key in order {
        if run.outside(&key).is_some() {
            continue;
        }
        let i = last[&key];
        let lookup = |name: &str| {
            let inside = || last.get(name).map(|i| sets[*i].value.as_str().to_owned());
            run.outside(name).or_else(inside)
        };
        let mut value = Text::default();
        let whole = &sets[i].value;
        let done = expand(whole, 0..whole.len(), &closes(whole.as_str()), &lookup, &mut value, left, 0);
        match done.map(|()| value) {
            Some(value) => {
                left = left.saturating_sub(value.len());
                sets[i].value = value;
            }
            None => {
                let at = sets[i].value_range.clone();
                return run.refuse(at, ProblemKind::TooLarge);
            }
        }
    }
}

/// `$NAME`, `${NAME}` and `${NAME:-default}`, the default expanded in its turn; `\$` becomes `$`.
fn expand(
    value: &Text,
    range: Range<usize>,
    closes: &BTreeMap<usize, usize>,
    lookup: &dyn Fn(&str) -> Option<String>,
    out: &mut Text,
    left: usize,
    depth: usize,
) -> Option<()> {
    let text = &value.as_str()[..range.end];
    let bytes = text.as_bytes();
    let (mut begin, mut at) = (range.start, range.start);
    while let Some(dollar) = text[at..].find('$').map(|i| at + i) {
        at = dollar + 1;
        if dollar > begin && bytes[dollar - 1] == b'\\' {
            out.slice(value, begin..dollar - 1);
            begin = dollar;
            continue;
        }
        let braced = bytes.get(at) == Some(&b'{');
        let from = at + usize::from(braced);
        let name =
            from + bytes[from..].iter().take_while(|b| b.is_ascii_alphanumeric() || **b == b'_').count();
        if name == from {
            continue;
        }
        let (mut default, mut end) = (name..name, name);
        if braced {
            if text[name..].starts_with(":-") {
                let Some(close) = closes.get(&at).copied().filter(|c| *c < text.len()) else { continue };
                (default, end) = (name + 2..close, close);
            }
            if bytes.get(end) != Some(&b'}') {
                continue;
            }
            end += 1;
        }
        out.slice(value, begin..dollar);
        match lookup(&text[from..name]) {
            Some(own) => out.derive(&own, value.source(dollar..end), SegmentKind::Reference),
            None if default.is_empty() => out.derive("", value.source(dollar..end), SegmentKind::Unresolved),
            None if depth > 50 => return None,
            None => {
                let mut inner = Text::default();
                expand(value, default, closes, lookup, &mut inner, left, depth + 1)?;
                out.derive(inner.as_str(), value.source(dollar..end), SegmentKind::Fallback);
            }
        }
        if out.len() > left {
            return None;
        }
        (begin, at) = (end, end);
    }
    out.slice(value, begin..range.end);
    Some(())
}

/// Where each `${` is closed, by the place of its brace.
fn closes(text: &str) -> BTreeMap<usize, usize> {
    let (mut open, mut out) = (Vec::new(), BTreeMap::new());
    for (i, b) in text.bytes().enumerate() {
        match b {
            b'{' if text[..i].ends_with('$') => open.push(i),
            b'}' => drop(open.pop().map(|from| out.insert(from, i))),
            _ => {}
        }
    }
    out
}
