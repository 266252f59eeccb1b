//! Symfony's Dotenv 5.4 (`Dotenv.php`).

use super::{
    php::{is_space, is_trimmed},
    ruby::commands,
    run::{Run, Set},
    text::Text,
};
use crate::layer::{ProblemKind, SegmentKind};
use std::ops::Range;

type Mistaken = (Range<usize>, ProblemKind);

/// Reads the file.
pub(super) fn read(run: &mut Run<'_>) {
    let text = run.text;
    if text.starts_with('\u{feff}') {
        return run.refuse(0..3, ProblemKind::ByteOrderMark);
    }
    let mut at = skip_empty(text, 0);
    while at < text.len() {
        match symfony_line(run, at) {
            Ok(next) => at = skip_empty(text, next),
            Err((range, kind)) => return run.refuse(range, kind),
        }
    }
}

/// `(?:\s*+(?:#[^\n]*+)?+)++`
fn skip_empty(text: &str, mut at: usize) -> usize {
    loop {
        at += text[at..].find(|c| !is_space(c)).unwrap_or(text.len() - at);
        if !text[at..].starts_with('#') {
            return at;
        }
        at += text[at..].find('\n').unwrap_or(text.len() - at);
    }
}

/// `(?i:_?[A-Z][A-Z0-9_]*+)`: where the name ends.
fn symfony_name(text: &str, at: usize) -> usize {
    let from = at + usize::from(text[at..].starts_with('_'));
    if !text[from..].starts_with(|c: char| c.is_ascii_alphabetic()) {
        return at;
    }
    from + text[from..].bytes().take_while(|b| b.is_ascii_alphanumeric() || *b == b'_').count()
}

fn symfony_line(run: &mut Run<'_>, lead: usize) -> Result<usize, Mistaken> {
    let text = run.text;
    let line = run.line(lead);
    let mut from = lead;
    if let Some(rest) = text[lead..].strip_prefix("export").filter(|rest| rest.starts_with([' ', '\t'])) {
        let at = text.len() - rest.trim_start_matches([' ', '\t']).len();
        if symfony_name(text, at) > at {
            from = at;
        }
    }
    let name = from..symfony_name(text, from);
    if name.is_empty() {
        return Err((lead..line.end, ProblemKind::BadName));
    }
    match text[name.end..].chars().next() {
        Some('=') => {}
        Some(' ' | '\t') => return Err((name.end..name.end + 1, ProblemKind::BlankBeforeEquals)),
        Some(':') => return Err((name.end..name.end + 1, ProblemKind::Colon)),
        _ => return Err((lead..line.end, ProblemKind::NoEquals)),
    }
    let start = name.end + 1;
    let blanks = start + text[start..].bytes().take_while(|b| matches!(b, b' ' | b'\t')).count();
    let key = text[name.clone()].to_owned();
    let (value, end) = match text[blanks..].chars().next() {
        None | Some('\n' | '#') => (Text::default(), start),
        _ if blanks > start => return Err((start..blanks, ProblemKind::BlankAfterEquals)),
        _ => symfony_value(run, start)?,
    };
    run.know(&key, value.as_str());
    let bytes = &text.as_bytes()[start..end];
    let quoted = bytes.len() >= 2
        && matches!(bytes[0], b'\'' | b'"')
        && bytes[bytes.len() - 1] == bytes[0]
        && !bytes[1..bytes.len() - 1].contains(&bytes[0]);
    let value_range = if quoted { start + 1..end - 1 } else { start..end };
    run.set(Set { lead, key, key_range: name, value, value_range, end });
    Ok(text[end..].find('\n').map_or(text.len(), |i| end + i))
}

/// `lexValue`: pieces in quotes and without, one behind the other.
fn symfony_value(run: &mut Run<'_>, start: usize) -> Result<(Text, usize), Mistaken> {
    let text = run.text;
    let bytes = text.as_bytes();
    let mut out = Text::default();
    let mut at = start;
    let mut end = start;
    while at < text.len() && bytes[at] != b'\n' {
        let open = at..text.len();
        match bytes[at] {
            b'\'' => {
                let close = text[at + 1..].find('\'').map(|i| at + 1 + i);
                let close = close.ok_or_else(|| {
                    (run.line(at).start.max(at)..run.line(at).end, ProblemKind::UnterminatedQuote)
                })?;
                out.copy(text, at + 1..close);
                (at, end) = (close + 1, close + 1);
            }
            b'"' => {
                let mut close = at + 1;
                loop {
                    let found = text[close..].find('"').map(|i| close + i);
                    close = found.ok_or_else(|| (at..run.line(at).end, ProblemKind::UnterminatedQuote))?;
                    // Two backslashes before it are one, and it closes.
                    if bytes[close - 1] != b'\\' || bytes[close - 2] == b'\\' {
                        break;
                    }
                    close += 1;
                }
                let mut value = Text::of(text, at + 1..close);
                for (sign, with) in [('"', "\""), ('r', "\r"), ('n', "\n")] {
                    let found = |text: &str, at: usize| {
                        text[at + 1..].starts_with(sign).then(|| (2, with.to_owned()))
                    };
                    value = value.replace(&['\\'], found);
                }
                let value = resolve(run, &value, at..close + 1)?;
                out.slice(&value, 0..value.len());
                (at, end) = (close + 1, close + 1);
            }
            _ => {
                let mut raw = Text::default();
                let mut before = bytes[at - 1];
                while at < text.len()
                    && !matches!(bytes[at], b'\n' | b'"' | b'\'')
                    && !(matches!(before, b' ' | b'\t') && bytes[at] == b'#')
                {
                    if bytes[at] == b'\\' && matches!(bytes.get(at + 1), Some(b'"' | b'\'')) {
                        raw.derive(&text[at + 1..at + 2], at..at + 2, SegmentKind::Escape);
                        (before, at) = (bytes[at + 1], at + 2);
                        continue;
                    }
                    if bytes[at] == b'$' && bytes.get(at + 1) == Some(&b'(') {
                        let close = nested(text, at + 2)
                            .ok_or_else(|| (at..run.line(at).end, ProblemKind::BadReference))?;
                        raw.copy(text, at..close);
                        (before, at) = (b'$', close);
                        continue;
                    }
                    let next = at + text[at..].chars().next().map_or(1, char::len_utf8);
                    raw.copy(text, at..next);
                    (before, at) = (bytes[at], next);
                }
                let raw = raw.cut(0..raw.as_str().trim_end_matches(is_trimmed).len());
                if !raw.is_empty() {
                    end = raw.source(0..raw.len()).end;
                }
                let value = resolve(run, &raw, open.start..at)?;
                if value.as_str() == raw.as_str() && raw.as_str().contains(is_space) {
                    return Err((open.start..at, ProblemKind::TextAfterValue));
                }
                out.slice(&value, 0..value.len());
                if at < text.len() && bytes[at] == b'#' {
                    break;
                }
            }
        }
    }
    Ok((out, end))
}

/// Behind the `)` that closes `$(`, on the same line.
fn nested(text: &str, from: usize) -> Option<usize> {
    let mut depth = 1;
    for (i, b) in text[from..].bytes().enumerate() {
        match b {
            b'\n' => return None,
            b'(' => depth += 1,
            b')' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some(from + i + 1);
        }
    }
    None
}

/// Commands, variables, and then two backslashes are one.
fn resolve(run: &mut Run<'_>, raw: &Text, at: Range<usize>) -> Result<Text, Mistaken> {
    let value = commands(run, raw);
    let value = symfony_variables(run, &value, at)?;
    Ok(value.replace(&['\\'], |text, at| text[at + 1..].starts_with('\\').then(|| (2, "\\".to_owned()))))
}

fn symfony_variables(run: &mut Run<'_>, raw: &Text, at: Range<usize>) -> Result<Text, Mistaken> {
    let text = raw.as_str();
    let bytes = text.as_bytes();
    let (mut out, mut begin, mut next) = (Text::default(), 0, 0);
    while let Some(dollar) = text[next..].find('$').map(|i| next + i) {
        next = dollar + 1;
        if bytes.get(next) == Some(&b'(') {
            continue;
        }
        let slashes = bytes[begin..dollar].iter().rev().take_while(|b| **b == b'\\').count();
        let braced = bytes.get(next) == Some(&b'{');
        let from = next + usize::from(braced);
        let name_end = symfony_name(text, from);
        let mut end = name_end;
        let mut default = None;
        if matches!(text.get(end..end + 2), Some(":-" | ":=")) {
            let stop = text[end + 2..].find('}').map_or(text.len(), |i| end + 2 + i);
            default = Some(end..stop);
            end = stop;
        }
        let closed = bytes.get(end) == Some(&b'}');
        end += usize::from(closed);
        next = end.max(next);
        if slashes % 2 == 1 {
            out.slice(raw, begin..dollar - slashes);
            out.slice(raw, dollar - slashes + 1..end);
            begin = end;
            continue;
        }
        if name_end == from && default.is_none() && !closed {
            continue;
        }
        if braced && !closed {
            return Err((at, ProblemKind::BadReference));
        }
        let name = text[from..name_end].to_owned();
        let own = run.outside_first(&name);
        let mut kind = if own.is_some() { SegmentKind::Reference } else { SegmentKind::Unresolved };
        let mut value = own.unwrap_or_default();
        if let Some(default) = default.filter(|_| value.is_empty()) {
            if text[default.clone()].contains(['\'', '"', '{', '$']) {
                return Err((at, ProblemKind::BadReference));
            }
            value = text[default.start + 2..default.end].to_owned();
            kind = SegmentKind::Fallback;
            if text[default.clone()].starts_with(":=") && !name.is_empty() {
                run.know(&name, &value);
                let key_range = raw.source(from..name_end);
                let value_range = raw.source(default.start + 2..default.end);
                let new = raw.cut(default.start + 2..default.end);
                let (lead, end) = (key_range.start, value_range.end);
                run.set(Set { lead, key: name, key_range, value: new, value_range, end });
            }
        }
        if !braced && closed {
            value.push('}');
        }
        out.slice(raw, begin..dollar);
        out.derive(&value, raw.source(dollar..end), kind);
        begin = end;
    }
    out.slice(raw, begin..text.len());
    Ok(out)
}
