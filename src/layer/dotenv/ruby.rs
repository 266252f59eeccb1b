//! The expression `LINE` of Ruby's dotenv 2 (`parser.rb`) and what direnv 2.32 made of it (`pkg/dotenv`): one line at a
//! time; in quotes everything up to the last quote.

use super::{
    run::{Run, Set},
    text::Text,
    traits::References,
};
use crate::layer::{ProblemKind, SegmentKind};
use std::ops::Range;

/// Reads the file.
pub(super) fn read(run: &mut Run<'_>) {
    let text = run.text;
    let mut at = 0;
    for line in text.split(['\n', '\r']) {
        let range = at..at + line.len();
        at = range.end + 1;
        if let Err((range, kind)) = one(run, range) {
            return run.refuse(range, kind);
        }
    }
}

fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r' | '\u{b}' | '\u{c}')
}

fn skip(text: &str, at: usize) -> usize {
    at + text[at..].find(|c| !is_space(c)).unwrap_or(text.len() - at)
}

fn is_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '.')
}

/// `([\w\.]+)(?:\s*=\s*|:\s+?)`: the name and where the value begins.
fn head(text: &str, at: usize) -> Option<(Range<usize>, usize)> {
    let end = at + text[at..].find(|c| !is_name(c)).unwrap_or(text.len() - at);
    if end == at {
        return None;
    }
    let sign = skip(text, end);
    if text[sign..].starts_with('=') {
        return Some((at..end, skip(text, sign + 1)));
    }
    let blank = text[end..].strip_prefix(':')?.chars().next().filter(|c| is_space(*c))?;
    Some((at..end, end + 1 + blank.len_utf8()))
}

fn one(run: &mut Run<'_>, line: Range<usize>) -> Result<(), (Range<usize>, ProblemKind)> {
    let text = &run.text[..line.end];
    let direnv = run.traits.references == References::Direnv;
    let lead = skip(text, line.start);
    if lead == line.end || text[lead..].starts_with('#') {
        return Ok(());
    }
    let exported = text[lead..].strip_prefix("export").filter(|rest| rest.starts_with(is_space));
    let exported = exported.and_then(|_| head(text, skip(text, lead + 6)));
    let Some((name, from)) = exported.or_else(|| head(text, lead)) else {
        let kind = if text[lead..].contains('=') { ProblemKind::BadName } else { ProblemKind::NoEquals };
        let mut words = text[lead..].split(is_space).filter(|w| !w.is_empty());
        let unset = words.next() == Some("export") && !words.all(|w| run.inside(w).is_some());
        if direnv || unset {
            return Err((lead..line.end, kind));
        }
        run.problem(lead..line.end, kind);
        return Ok(());
    };
    let rest_ends = |at: usize| {
        let next = skip(text, at);
        next == text.len() || text[next..].starts_with('#')
    };
    let quote = text[from..].chars().next().filter(|c| matches!(c, '\'' | '"'));
    let close = quote.and_then(|q| {
        // After what ends the line at most one more comes: behind a `#`.
        let ends = text[from + 1..].rmatch_indices(q).map(|(i, _)| from + 1 + i);
        let first_hash = text[from + 1..].find('#').map_or(text.len(), |i| from + 1 + i);
        let mut last = None;
        for close in ends {
            if rest_ends(close + 1) {
                last = Some(close);
                break;
            }
            if close < first_hash {
                break;
            }
        }
        last
    });
    let (mut range, end) = match close {
        Some(close) => (from..close + 1, close + 1),
        None => {
            let stop = |c: char| c == '#' || (direnv && matches!(c, ' ' | '\t' | '\u{c}'));
            let end = text[from..].find(stop).map_or(text.len(), |i| from + i);
            if !rest_ends(end) {
                return Err((end..text.len(), ProblemKind::TextAfterValue));
            }
            // `strip`, which takes NUL bytes off both ends too.
            let strip = |c: char| is_space(c) || c == '\0';
            let end = from + text[from..end].trim_end_matches(strip).len();
            let value = &text[from..end];
            let start = if direnv { from } else { end - value.trim_start_matches(strip).len() };
            (start..end, end)
        }
    };
    let bytes = &text.as_bytes()[range.clone()];
    let quoted = bytes.len() >= 2 && matches!(bytes[0], b'\'' | b'"') && bytes[bytes.len() - 1] == bytes[0];
    let quote = quoted.then(|| bytes[0]);
    if quoted {
        range = range.start + 1..range.end - 1;
    } else if bytes.first().is_some_and(|b| matches!(b, b'\'' | b'"')) {
        run.problem(range.clone(), ProblemKind::UnterminatedQuote);
    }
    let mut value = Text::of(text, range.clone());
    if quote == Some(b'"') {
        for (sign, with) in [('n', "\n"), ('r', "\r")] {
            value = value
                .replace(&['\\'], |text, at| text[at + 1..].starts_with(sign).then(|| (2, with.to_owned())));
        }
        value = value.replace(&['\\'], |text, at| {
            let next = text[at + 1..].chars().next().filter(|c| *c != '$')?;
            Some((1 + next.len_utf8(), next.to_string()))
        });
    }
    if quote != Some(b'\'') && !(direnv && range.len() <= 1 && !quoted) {
        value = if direnv { shell_names(run, &value) } else { commands(run, &variables(run, &value)) };
    }
    let key = text[name.clone()].to_owned();
    run.know(&key, value.as_str());
    if direnv && (key.contains('.') || key.starts_with(|c: char| c.is_ascii_digit())) {
        // direnv prints it, and no shell exports it.
        run.problem(name, ProblemKind::BadName);
        return Ok(());
    }
    run.set(Set { lead, key, key_range: name, value, value_range: range, end });
    Ok(())
}

/// `(\\)?(\$)(?!\()\{?([A-Z0-9_]+)?\}?`, without regard to case.
fn variables(run: &Run<'_>, raw: &Text) -> Text {
    let text = raw.as_str();
    let bytes = text.as_bytes();
    let (mut out, mut begin, mut at) = (Text::default(), 0, 0);
    while let Some(dollar) = text[at..].find('$').map(|i| at + i) {
        at = dollar + 1;
        if bytes.get(at) == Some(&b'(') {
            continue;
        }
        let from = at + usize::from(bytes.get(at) == Some(&b'{'));
        let name =
            from + bytes[from..].iter().take_while(|b| b.is_ascii_alphanumeric() || **b == b'_').count();
        let end = name + usize::from(bytes.get(name) == Some(&b'}'));
        at = end;
        if dollar > begin && bytes[dollar - 1] == b'\\' {
            out.slice(raw, begin..dollar - 1);
            out.derive(&text[dollar..end], raw.source(dollar - 1..end), SegmentKind::Escape);
            begin = end;
        } else if name > from {
            out.slice(raw, begin..dollar);
            let (value, kind) = match run.outside_first(&text[from..name]) {
                Some(value) => (value, SegmentKind::Reference),
                None => (String::new(), SegmentKind::Unresolved),
            };
            out.derive(&value, raw.source(dollar..end), kind);
            begin = end;
        }
    }
    out.slice(raw, begin..text.len());
    out
}

/// Takes `$(…)` with balanced parentheses out, and says so; `\$(…)` loses its backslash.
pub(super) fn commands(run: &mut Run<'_>, raw: &Text) -> Text {
    let text = raw.as_str();
    if !text.contains("$(") {
        return raw.clone();
    }
    // Where each parenthesis is closed.
    let mut open = Vec::new();
    let mut close = std::collections::BTreeMap::new();
    for (i, b) in text.bytes().enumerate() {
        match b {
            b'(' => open.push(i),
            b')' => {
                if let Some(from) = open.pop() {
                    close.insert(from, i);
                }
            }
            _ => {}
        }
    }
    let (mut out, mut begin, mut at) = (Text::default(), 0, 0);
    while let Some(dollar) = text[at..].find("$(").map(|i| at + i) {
        at = dollar + 1;
        let Some(end) = close.get(&(dollar + 1)).copied().filter(|end| *end > dollar + 2) else { continue };
        if dollar > begin && text.as_bytes()[dollar - 1] == b'\\' {
            out.slice(raw, begin..dollar - 1);
            begin = dollar;
        } else {
            out.slice(raw, begin..dollar);
            let source = raw.source(dollar..end + 1);
            run.depends.push((source.clone(), ProblemKind::Command));
            out.derive("", source, SegmentKind::Command);
            begin = end + 1;
        }
        at = end + 1;
    }
    out.slice(raw, begin..text.len());
    out
}

/// Go's `os.Expand`, with `:-`.
fn shell_names(run: &Run<'_>, raw: &Text) -> Text {
    let text = raw.as_str();
    let bytes = text.as_bytes();
    let (mut out, mut begin, mut at) = (Text::default(), 0, 0);
    // Behind the last `}` no brace is closed.
    let last = text.rfind('}').unwrap_or(0);
    while let Some(dollar) = text[at..].find('$').map(|i| at + i) {
        at = dollar + 1;
        let Some(next) = bytes.get(at).copied() else { break };
        let special = |b: u8| b"*#$@!?-".contains(&b) || b.is_ascii_digit();
        let (name, end) = if next == b'{' {
            let close = if at < last { text[at + 1..].find('}') } else { None };
            match close.map(|i| at + 1 + i) {
                _ if bytes.len() > at + 2 && special(bytes[at + 1]) && bytes[at + 2] == b'}' => {
                    (at + 1..at + 2, at + 3)
                }
                Some(close) => (at + 1..close, close + 1),
                // What cannot be read is eaten.
                None => (at..at, at + 1),
            }
        } else if special(next) {
            (at..at + 1, at + 1)
        } else {
            let len = bytes[at..].iter().take_while(|b| b.is_ascii_alphanumeric() || **b == b'_').count();
            (at..at + len, at + len)
        };
        if end == at {
            continue;
        }
        out.slice(raw, begin..dollar);
        let body = &text[name];
        let (name, default) = body.split_once(":-").map_or((body, None), |(n, d)| (n, Some(d)));
        let own =
            run.inside(name).or_else(|| run.outside(name).filter(|v| default.is_none() || !v.is_empty()));
        let (value, kind) = match (own, default) {
            (Some(value), _) => (value, SegmentKind::Reference),
            (None, Some(default)) => (default.to_owned(), SegmentKind::Fallback),
            (None, None) => (String::new(), SegmentKind::Unresolved),
        };
        out.derive(&value, raw.source(dollar..end), kind);
        (begin, at) = (end, end);
    }
    out.slice(raw, begin..text.len());
    out
}
