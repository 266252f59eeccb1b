//! dotenv(rs) 0.15 and dotenvy 0.15: lines, then a state machine over the value (`parse.rs`), and for dotenvy quotes
//! that go over lines (`iter.rs`).

use super::{
    run::{Run, Set},
    text::Text,
};
use crate::layer::{ProblemKind, SegmentKind};
use std::ops::Range;

/// Reads the file; the first line that cannot be read ends it.
pub(super) fn read(run: &mut Run<'_>) {
    let mut at = 0;
    while at < run.text.len() {
        let line = if run.traits.multiline {
            match logical_line(run.text, at) {
                Ok(line) => line,
                Err(end) => return unclosed(run, at, end),
            }
        } else {
            let stop = run.text[at..].find('\n').map_or(run.text.len(), |i| at + i);
            Logical { text: at..stop, next: stop + 1 }
        };
        at = line.next;
        if let Err((range, kind)) = statement(run, line.text) {
            return run.refuse(range, kind);
        }
    }
}

struct Logical {
    text: Range<usize>,
    next: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Quote {
    Complete,
    Escape,
    Single,
    SingleEscape,
    Double,
    DoubleEscape,
    Blank,
}

/// `QuotedLines::next`: lines are joined until no quote is open, and also while they end in a blank.
fn logical_line(text: &str, start: usize) -> Result<Logical, usize> {
    let mut state = Quote::Complete;
    let mut at = start;
    let mut blank_so_far = true;
    loop {
        if at >= text.len() {
            return Err(text.len());
        }
        let stop = text[at..].find('\n').map_or(text.len(), |i| at + i + 1);
        if blank_so_far {
            let line = text[at..stop].trim_start();
            if line.starts_with('#') {
                return Ok(Logical { text: stop..stop, next: stop });
            }
            blank_so_far = line.is_empty();
        }
        for (i, c) in text[at..stop].char_indices() {
            state = match (state, c) {
                (Quote::Blank, '#') => return Ok(Logical { text: start..at + i, next: stop }),
                (Quote::Complete, c) if c.is_whitespace() && c != '\n' && c != '\r' => Quote::Blank,
                (Quote::Blank | Quote::Complete, '\\') => Quote::Escape,
                (Quote::Blank | Quote::Complete, '"') => Quote::Double,
                (Quote::Blank | Quote::Complete, '\'') => Quote::Single,
                (Quote::Double, '\\') => Quote::DoubleEscape,
                (Quote::Single, '\\') => Quote::SingleEscape,
                (Quote::Blank | Quote::Escape | Quote::Complete, _) => Quote::Complete,
                (Quote::Double, '"') | (Quote::Single, '\'') => Quote::Complete,
                (Quote::Double | Quote::DoubleEscape, _) => Quote::Double,
                (Quote::Single | Quote::SingleEscape, _) => Quote::Single,
            };
        }
        if state == Quote::Complete {
            let end = stop - usize::from(text[at..stop].ends_with('\n'));
            let end = end - usize::from(end < stop && text[start..end].ends_with('\r'));
            return Ok(Logical { text: start..end, next: stop });
        }
        at = stop;
    }
}

/// The text ends inside a quote, or in a blank.
fn unclosed(run: &mut Run<'_>, at: usize, end: usize) {
    let line = run.line(at);
    let quote = run.text[line.clone()].find(['\'', '"']).map_or(line.start, |i| line.start + i);
    run.refuse(quote..line.end.min(end), ProblemKind::UnterminatedQuote);
}

type Mistaken = (Range<usize>, ProblemKind);

/// `LineParser::parse_line`.
fn statement(run: &mut Run<'_>, range: Range<usize>) -> Result<(), Mistaken> {
    let text = run.text;
    let end = range.start + text[range.clone()].trim_end().len();
    let skip = |at: usize| end - text[at.min(end)..end].trim_start().len();
    let lead = skip(range.start);
    if lead == end || text[lead..].starts_with('#') {
        return Ok(());
    }
    let key = |at: usize| {
        let rest = &text[at..end];
        if !rest.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') {
            return Err((at..end, ProblemKind::BadName));
        }
        let stop = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '.'));
        Ok(at..at + stop.unwrap_or(rest.len()))
    };
    let equals = |at: usize| match text[at..end].chars().next() {
        Some('=') => Ok(at + 1),
        Some(':') => Err((at..at + 1, ProblemKind::Colon)),
        None => Err((lead..end, ProblemKind::NoEquals)),
        Some(_) => Err((lead..end, ProblemKind::BadName)),
    };
    let mut name = key(lead)?;
    let mut at = skip(name.end);
    at = match equals(at) {
        Err(_) if &text[name.clone()] == "export" => {
            name = key(at)?;
            equals(skip(name.end))?
        }
        other => other?,
    };
    at = skip(at);
    let (value, value_end) =
        if at == end || text[at..].starts_with('#') { (Text::default(), at) } else { value(run, at..end)? };
    let key = text[name.clone()].to_owned();
    if value.as_str().contains('\0') && run.outside(&key).is_none() {
        return Err((at..end, ProblemKind::Nul));
    }
    run.know_first(&key, value.as_str());
    let (mut from, mut to) = (at, value_end);
    if to - from >= 2 && text[from..].starts_with(['\'', '"']) && text[..to].ends_with(&text[from..=from]) {
        (from, to) = (from + 1, to - 1);
    }
    run.set(Set { lead, key, key_range: name, value, value_range: from..to, end: value_end });
    Ok(())
}

/// `parse_value`, with the place where the value ends.
fn value(run: &Run<'_>, range: Range<usize>) -> Result<(Text, usize), Mistaken> {
    #[derive(PartialEq)]
    enum Substitution {
        None,
        Plain,
        Braced,
    }
    let text = run.text;
    let mut out = Text::default();
    let (mut single, mut double, mut escaped) = (false, false, false);
    let mut ended = None;
    let mut mode = Substitution::None;
    let mut name = range.start..range.start;
    let mut dollar = range.start;
    let apply = |out: &mut Text, name: &Range<usize>, source: Range<usize>| {
        let (value, kind) = match run.outside_first(&text[name.clone()]) {
            Some(value) => (value, SegmentKind::Reference),
            None => (String::new(), SegmentKind::Unresolved),
        };
        out.derive(&value, source, kind);
    };
    for (i, c) in text[range.clone()].char_indices() {
        let at = range.start + i;
        let next = at + c.len_utf8();
        if let Some(end) = ended {
            match c {
                ' ' | '\t' => {}
                '#' => break,
                _ => return Err((end..range.end, ProblemKind::TextAfterValue)),
            }
        } else if escaped {
            match c {
                '\\' | '\'' | '"' | '$' | ' ' => {
                    out.derive(&text[at..next], at - 1..next, SegmentKind::Escape);
                }
                'n' => out.derive("\n", at - 1..next, SegmentKind::Escape),
                _ => return Err((at - 1..next, ProblemKind::BadEscape)),
            }
            escaped = false;
        } else if single {
            if c == '\'' {
                single = false;
            } else {
                out.copy(text, at..next);
            }
        } else if mode == Substitution::Braced {
            if c == '}' {
                mode = Substitution::None;
                apply(&mut out, &(name.start..at), dollar..next);
            }
        } else if mode == Substitution::Plain && c.is_alphanumeric() {
        } else if mode == Substitution::Plain && c == '{' && name.start == at {
            mode = Substitution::Braced;
            name = next..next;
        } else if mode == Substitution::Plain && c == '$' {
            apply(&mut out, &(name.start..at), dollar..at);
            (dollar, name) = (at, next..next);
        } else if mode == Substitution::Plain {
            // What ends a name is taken as it is, also a quote.
            mode = Substitution::None;
            apply(&mut out, &(name.start..at), dollar..at);
            out.copy(text, at..next);
        } else if c == '$' {
            mode = Substitution::Plain;
            (dollar, name) = (at, next..next);
        } else if double {
            match c {
                '"' => double = false,
                '\\' => escaped = true,
                _ => out.copy(text, at..next),
            }
        } else {
            match c {
                '\'' => single = true,
                '"' => double = true,
                '\\' => escaped = true,
                ' ' | '\t' => ended = Some(at),
                _ => out.copy(text, at..next),
            }
        }
    }
    let end = ended.unwrap_or(range.end);
    match mode {
        _ if single || double => Err((range, ProblemKind::UnterminatedQuote)),
        Substitution::Braced => Err((dollar..range.end, ProblemKind::BadReference)),
        Substitution::Plain => {
            apply(&mut out, &(name.start..end), dollar..end);
            Ok((out, end))
        }
        Substitution::None => Ok((out, end)),
    }
}
