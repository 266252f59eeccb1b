//! phpdotenv 5 (`Parser/Lines.php`, `Parser/EntryParser.php`).

use super::{
    run::{Event, Run, Set},
    text::Text,
};
use crate::layer::{ProblemKind, SegmentKind};
use std::ops::Range;

type Mistaken = (Range<usize>, ProblemKind);

/// PHP's `trim`.
pub(super) fn is_trimmed(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r' | '\0' | '\u{b}')
}

/// `ctype_space`.
pub(super) fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t'..='\r')
}

fn trim(text: &str, range: Range<usize>) -> Range<usize> {
    let inner = &text[range.clone()];
    let end = inner.trim_end_matches(is_trimmed).len();
    let start = end - inner[..end].trim_start_matches(is_trimmed).len();
    range.start + start..range.start + end
}

/// phpdotenv. Everything is parsed before anything is set.
pub(super) fn phpdotenv(run: &mut Run<'_>) {
    let text = run.text;
    let mut entries = Vec::new();
    let mut multiline: Option<usize> = None;
    let mut at = 0;
    for line in text.split('\n') {
        let range = at..at + line.len();
        at = range.end + 1;
        let started = line.contains("=\"") && !stops(line, true);
        if started && multiline.is_none() {
            multiline = Some(range.start);
        }
        let entry = match multiline {
            Some(_) if !stops(line, started) => continue,
            Some(start) => start..range.end,
            None => range,
        };
        multiline = None;
        let inner = text[entry.clone()].trim_matches(is_trimmed);
        if !inner.is_empty() && !inner.starts_with('#') {
            entries.push(entry);
        }
    }
    if let Some(start) = multiline {
        let line = run.line(start);
        run.problem(line, ProblemKind::UnterminatedQuote);
    }
    let mut sets = Vec::new();
    for entry in entries {
        match php_entry(text, entry) {
            Ok(parsed) => sets.push(parsed),
            Err((range, kind)) => return run.refuse(range, kind),
        }
    }
    for (mut set, variables) in sets {
        let Some(variables) = variables else {
            run.forget(&set.key);
            run.events.push(Event::Unset { key: set.key, at: set.key_range });
            continue;
        };
        set.value = php_variables(run, &set.value, &variables);
        run.know(&set.key, set.value.as_str());
        if set.key.contains('.') {
            run.problem(set.key_range, ProblemKind::BadName);
            continue;
        }
        run.set(set);
    }
}

/// Whether enough quotes without a backslash before them stand in the line (`looksLikeMultilineStop`).
fn stops(line: &str, started: bool) -> bool {
    if line == "\"" {
        return true;
    }
    let line = line.replace("\\\\", "");
    let bytes = line.as_bytes();
    let quotes = bytes.windows(2).filter(|w| w[1] == b'"' && w[0] != b'\\').count();
    quotes > usize::from(started)
}

/// An entry, and the places in its value where a `$` counts; none for a name alone.
fn php_entry(text: &str, entry: Range<usize>) -> Result<(Set, Option<Vec<usize>>), Mistaken> {
    let sign = text[entry.clone()].find('=').map(|i| entry.start + i);
    let mut name = match sign {
        Some(sign) => trim(text, entry.start..sign),
        None => entry.clone(),
    };
    let lead = name.start;
    if name.is_empty() {
        return Err((entry, ProblemKind::BadName));
    }
    let whole = &text[name.clone()];
    if whole.chars().count() > 8
        && let Some(rest) = whole.strip_prefix("export").filter(|rest| rest.starts_with(is_space))
    {
        name.start = name.end - rest.trim_start_matches(is_trimmed).len();
    }
    let bytes = &text.as_bytes()[name.clone()];
    if bytes.len() >= 3 && matches!(bytes[0], b'\'' | b'"') && bytes[bytes.len() - 1] == bytes[0] {
        name = name.start + 1..name.end - 1;
    }
    let key = text[name.clone()].to_owned();
    if key.is_empty() || !key.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.')) {
        let kind = if sign.is_none() { ProblemKind::NoEquals } else { ProblemKind::BadName };
        return Err((entry, kind));
    }
    let Some(sign) = sign else {
        let end = name.end;
        let set = Set { lead, key, key_range: name, value: Text::default(), value_range: end..end, end };
        return Ok((set, None));
    };
    let range = trim(text, sign + 1..entry.end);
    let (value, variables, value_range, end) = php_value(text, range)?;
    Ok((Set { lead, key, key_range: name, value, value_range, end }, Some(variables)))
}

#[derive(Clone, Copy, PartialEq)]
enum State {
    Initial,
    Plain,
    Single,
    Double,
    Escape,
    Blank,
}

type PhpValue = (Text, Vec<usize>, Range<usize>, usize);

/// `processToken`, a character at a time.
fn php_value(text: &str, range: Range<usize>) -> Result<PhpValue, Mistaken> {
    let mut out = Text::default();
    let mut variables = Vec::new();
    let mut state = State::Initial;
    let (mut inner, mut end) = (range.start..range.end, range.end);
    for (i, c) in text[range.clone()].char_indices() {
        let at = range.start + i;
        let here = at..at + c.len_utf8();
        match state {
            State::Initial if matches!(c, '\'' | '"') => {
                state = if c == '"' { State::Double } else { State::Single };
                inner = here.end..here.end;
            }
            State::Initial | State::Plain if c == '#' => {
                end = at;
                if state == State::Initial || inner.end == range.end {
                    inner.end = at;
                }
                return Ok((out, variables, inner, end));
            }
            State::Plain if is_space(c) => {
                (state, inner.end, end) = (State::Blank, at, at);
            }
            State::Initial | State::Plain => {
                if c == '$' {
                    variables.push(out.len());
                }
                out.copy(text, here);
                state = State::Plain;
            }
            State::Single if c == '\'' => (state, inner.end, end) = (State::Blank, at, here.end),
            State::Single => out.copy(text, here),
            State::Double if c == '"' => (state, inner.end, end) = (State::Blank, at, here.end),
            State::Double if c == '\\' => state = State::Escape,
            State::Double => {
                if c == '$' {
                    variables.push(out.len());
                }
                out.copy(text, here);
            }
            State::Escape => {
                let with = match c {
                    '"' | '\\' | '$' => c,
                    'f' => '\u{c}',
                    'n' => '\n',
                    'r' => '\r',
                    't' => '\t',
                    'v' => '\u{b}',
                    _ => return Err((at - 1..here.end, ProblemKind::BadEscape)),
                };
                out.derive(with.encode_utf8(&mut [0; 4]), at - 1..here.end, SegmentKind::Escape);
                state = State::Double;
            }
            State::Blank if c == '#' => return Ok((out, variables, inner, end)),
            State::Blank if is_space(c) => {}
            State::Blank => return Err((at..range.end, ProblemKind::TextAfterValue)),
        }
    }
    match state {
        State::Single | State::Double | State::Escape => Err((range, ProblemKind::UnterminatedQuote)),
        _ => Ok((out, variables, inner, end)),
    }
}

/// `${NAME}` at the places that count.
fn php_variables(run: &Run<'_>, raw: &Text, places: &[usize]) -> Text {
    let text = raw.as_str();
    let (mut out, mut begin) = (Text::default(), 0);
    for at in places.iter().copied() {
        let Some(rest) = text[at..].strip_prefix("${").filter(|_| at >= begin) else { continue };
        let len = rest.bytes().take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.')).count();
        let end = at + 2 + len + 1;
        if len == 0 || !rest[len..].starts_with('}') {
            continue;
        }
        if let Some(value) = run.outside_first(&rest[..len]) {
            out.slice(raw, begin..at);
            out.derive(&value, raw.source(at..end), SegmentKind::Reference);
            begin = end;
        }
    }
    out.slice(raw, begin..text.len());
    out
}
