//! `EnvironmentFile=` as systemd 252 reads it (`src/basic/env-file.c`), and the names that PID 1 then accepts
//! (`env_assignment_is_valid` of `env-util.c`).

use super::{
    run::{Run, Set},
    text::Text,
};
use crate::layer::{ProblemKind, SegmentKind};

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    BeforeKey,
    Key,
    BeforeValue,
    Value,
    ValueEscape,
    Single,
    Double,
    DoubleEscape,
    Comment,
    CommentEscape,
}

/// White space of the parser (`WHITESPACE`).
const BLANK: [u8; 4] = *b" \t\n\r";

struct Statement {
    lead: usize,
    key_end: usize,
    value: Text,
    /// Length of the value without the blanks at its end.
    trimmed: Option<usize>,
    /// First and last byte that belong to the value.
    begin: Option<usize>,
    end: usize,
}

/// Reads the file.
pub(super) fn read(run: &mut Run<'_>) {
    let text = run.text;
    if let Some(at) = text.find('\0') {
        return run.refuse(at..at + 1, ProblemKind::Nul);
    }
    let new = |lead: usize| Statement {
        lead,
        key_end: lead,
        value: Text::default(),
        trimmed: None,
        begin: None,
        end: lead,
    };
    let mut state = State::BeforeKey;
    let mut now = new(0);
    for (at, c) in text.char_indices() {
        let len = c.len_utf8();
        let b = if c.is_ascii() { c as u8 } else { b'x' };
        let newline = b == b'\n' || b == b'\r';
        let blank = BLANK.contains(&b);
        let before = state;
        state = match state {
            State::BeforeKey if b == b'#' || b == b';' => State::Comment,
            State::BeforeKey if blank => state,
            State::BeforeKey => {
                now = new(at);
                State::Key
            }
            State::Key if newline => {
                run.problem(now.lead..at, ProblemKind::NoEquals);
                State::BeforeKey
            }
            State::Key if b == b'=' => {
                now.key_end = at;
                (now.begin, now.end) = (None, at + 1);
                State::BeforeValue
            }
            State::Key => state,
            State::BeforeValue | State::Value if newline => {
                finish(run, &now, before);
                State::BeforeKey
            }
            State::BeforeValue if b == b'\'' => State::Single,
            State::BeforeValue if b == b'"' => State::Double,
            State::BeforeValue | State::Value if b == b'\\' => {
                now.trimmed = None;
                State::ValueEscape
            }
            State::BeforeValue if blank => state,
            State::BeforeValue | State::Value => {
                if !blank {
                    now.trimmed = None;
                } else if now.trimmed.is_none() {
                    now.trimmed = Some(now.value.len());
                }
                now.value.copy(text, at..at + len);
                State::Value
            }
            State::ValueEscape => {
                if !newline {
                    now.value.derive(&text[at..at + len], at - 1..at + len, SegmentKind::Escape);
                }
                State::Value
            }
            State::Single if b == b'\'' => State::BeforeValue,
            State::Double if b == b'"' => State::BeforeValue,
            State::Double if b == b'\\' => State::DoubleEscape,
            State::Single | State::Double => {
                now.value.copy(text, at..at + len);
                state
            }
            State::DoubleEscape => {
                if matches!(b, b'"' | b'\\' | b'`' | b'$') {
                    now.value.derive(&text[at..at + len], at - 1..at + len, SegmentKind::Escape);
                } else if b != b'\n' {
                    now.value.copy(text, at - 1..at + len);
                }
                State::Double
            }
            State::Comment if b == b'\\' => State::CommentEscape,
            State::Comment if newline => State::BeforeKey,
            // Until 254 a comment goes on behind a backslash at the end of its line.
            State::Comment | State::CommentEscape => State::Comment,
        };
        if !blank && !matches!(before, State::BeforeKey | State::Key | State::Comment | State::CommentEscape)
        {
            now.begin.get_or_insert(at);
            now.end = at + len;
        }
    }
    match state {
        State::BeforeKey | State::Comment | State::CommentEscape => {}
        State::Key => run.problem(now.lead..text.trim_end().len().max(now.lead), ProblemKind::NoEquals),
        State::Single | State::Double | State::DoubleEscape => {
            let at = now.begin.unwrap_or(now.end);
            finish(run, &now, state);
            run.problem(at..now.end, ProblemKind::UnterminatedQuote);
        }
        _ => finish(run, &now, state),
    }
}

fn finish(run: &mut Run<'_>, now: &Statement, state: State) {
    let text = run.text;
    let key = text[now.lead..now.key_end].trim_end_matches([' ', '\t', '\n', '\r']);
    let key_range = now.lead..now.lead + key.len();
    // Bytes that are no UTF-8 in what is set: `check_utf8ness_and_warn` fails, and with it the whole file.
    if text[now.lead..now.end].contains('\u{fffd}') {
        return run.refuse(now.lead..now.end, ProblemKind::NotUtf8);
    }
    let named = key.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && key.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    if !named {
        return run.problem(now.lead..now.end, ProblemKind::BadName);
    }
    let value = match now.trimmed {
        Some(len) if state == State::Value => now.value.cut(0..len),
        _ => now.value.clone(),
    };
    let (mut from, mut to) = (now.begin.unwrap_or(now.end), now.end);
    if to - from >= 2
        && matches!(text.as_bytes()[from], b'\'' | b'"')
        && text.as_bytes()[to - 1] == text.as_bytes()[from]
    {
        (from, to) = (from + 1, to - 1);
    }
    run.set(Set {
        lead: now.lead,
        key: key.to_owned(),
        key_range,
        value,
        value_range: from..to,
        end: now.end,
    });
}
