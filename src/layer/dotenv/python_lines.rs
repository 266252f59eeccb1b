//! Python loaders that read one line at a time: django-environ (`environ.py`, `read_env`), honcho (`environ.py`,
//! `parse`, with the tokens of `shlex`) and python-decouple (`RepositoryEnv`), which Starlette's `Config` equals.

use super::{
    run::{Run, Set},
    text::Text,
};
use crate::layer::{ProblemKind, SegmentKind};
use std::ops::Range;

/// Lines as `str.splitlines` cuts them; the decoder has made every `\r` a `\n`.
fn lines(text: &str) -> impl Iterator<Item = Range<usize>> + '_ {
    let mut at = 0;
    std::iter::from_fn(move || {
        if at >= text.len() {
            return None;
        }
        let ends = ['\n', '\u{b}', '\u{c}', '\u{1c}', '\u{1d}', '\u{1e}', '\u{85}', '\u{2028}', '\u{2029}'];
        let stop = text[at..].find(ends).map_or(text.len(), |i| at + i);
        let line = at..stop;
        at = stop + text[stop..].chars().next().map_or(1, char::len_utf8);
        Some(line)
    })
}

fn is_word(b: u8) -> bool {
    b.is_ascii_alphanumeric() || b == b'_'
}

/// What stands in a line that is no assignment.
fn passed_over(run: &mut Run<'_>, line: Range<usize>) {
    let text = run.text[line.clone()].trim();
    if !text.is_empty() && !text.starts_with('#') {
        let kind = if text.contains('=') { ProblemKind::BadName } else { ProblemKind::NoEquals };
        run.problem(line, kind);
    }
}

/// django-environ: `\A(?:export )?([A-Za-z_0-9]+)=(.*)\Z`.
pub(super) fn django_environ(run: &mut Run<'_>) {
    let text = run.text;
    for line in lines(text) {
        let head = |from: usize| {
            let name = text[from..line.end].bytes().take_while(|b| is_word(*b)).count();
            (name > 0 && text[from + name..line.end].starts_with('=')).then_some(from..from + name)
        };
        let exported = text[line.clone()].starts_with("export ").then(|| head(line.start + 7)).flatten();
        let Some(name) = exported.or_else(|| head(line.start)) else {
            passed_over(run, line);
            continue;
        };
        let mut range = name.end + 1..line.end;
        let quoted = |range: &Range<usize>, quote: u8| {
            let value = &text.as_bytes()[range.clone()];
            value.len() >= 2 && value[0] == quote && value[value.len() - 1] == quote
        };
        if quoted(&range, b'\'') {
            range = range.start + 1..range.end - 1;
        }
        let mut value = Text::of(text, range.clone());
        if quoted(&range, b'"') {
            range = range.start + 1..range.end - 1;
            value = Text::of(text, range.clone()).replace(&['\\'], |text, at| {
                let next = text[at + 1..].chars().next()?;
                let with = if "rnt".contains(next) { format!("\\{next}") } else { next.to_string() };
                Some((1 + next.len_utf8(), with))
            });
        }
        let key = text[name.clone()].to_owned();
        if value.as_str().contains('\0') && run.outside(&key).is_none() {
            return run.refuse(range, ProblemKind::Nul);
        }
        run.set(Set { lead: line.start, key, key_range: name, value, value_range: range, end: line.end });
    }
}

/// python-decouple: what stands around the first `=` of a line, trimmed.
pub(super) fn decouple(run: &mut Run<'_>) {
    let text = run.text;
    let mut at = 0;
    // Python's files end a line at `\n` alone.
    for line in text.split_inclusive('\n') {
        let start = at;
        at += line.len();
        let line = trim(text, start..at);
        if text[line.clone()].starts_with('#') || line.is_empty() {
            continue;
        }
        let Some(sign) = text[line.clone()].find('=').map(|i| line.start + i) else {
            run.problem(line, ProblemKind::NoEquals);
            continue;
        };
        let name = trim(text, line.start..sign);
        let whole = trim(text, sign + 1..line.end);
        let bytes = &text.as_bytes()[whole.clone()];
        let quoted =
            bytes.len() >= 2 && matches!(bytes[0], b'\'' | b'"') && bytes[bytes.len() - 1] == bytes[0];
        let range = if quoted { whole.start + 1..whole.end - 1 } else { whole.clone() };
        let (key, value) = (text[name.clone()].to_owned(), Text::of(text, range.clone()));
        run.set(Set { lead: line.start, key, key_range: name, value, value_range: range, end: whole.end });
    }
}

/// `str.strip`.
fn trim(text: &str, range: Range<usize>) -> Range<usize> {
    let space = |c: char| c.is_whitespace() || matches!(c, '\u{1c}'..='\u{1f}');
    let inner = &text[range.clone()];
    let end = inner.trim_end_matches(space).len();
    let start = end - inner[..end].trim_start_matches(space).len();
    range.start + start..range.start + end
}

/// honcho: a name, a `=`, and all further tokens joined.
pub(super) fn honcho(run: &mut Run<'_>) {
    let text = run.text;
    for line in lines(text) {
        let tokens = match tokens(text, line.clone()) {
            Ok(tokens) => tokens,
            Err(mistake) => return run.refuse(mistake.0, mistake.1),
        };
        let [name, sign, rest @ ..] = tokens.as_slice() else {
            passed_over(run, line);
            continue;
        };
        let named = name.as_str().starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
        if sign.as_str() != "=" || !named || rest.is_empty() {
            // `NAME=` alone sets nothing.
            passed_over(run, line);
            continue;
        }
        let mut value = Text::default();
        for token in rest {
            value.slice(token, 0..token.len());
        }
        for (from, with) in [('n', "\n"), ('t', "\t")] {
            value = value
                .replace(&['\\'], |text, at| text[at + 1..].starts_with(from).then(|| (2, with.to_owned())));
        }
        let key_range = name.source(0..name.len());
        let first = sign.source(0..1).end;
        let end = rest.iter().map(|t| t.source(0..t.len()).end).max().unwrap_or(first).max(first);
        let end = end + usize::from(text[end..line.end].starts_with(['\'', '"']));
        let start = end - text[first..end].trim_start().len();
        let bytes = &text.as_bytes()[start..end];
        let quoted =
            bytes.len() >= 2 && matches!(bytes[0], b'\'' | b'"') && bytes[bytes.len() - 1] == bytes[0];
        let value_range = if quoted { start + 1..end - 1 } else { start..end };
        let key = name.as_str().to_owned();
        run.set(Set { lead: line.start, key, key_range, value, value_range, end });
    }
}

/// `shlex.shlex(line, posix=True)`.
fn tokens(text: &str, line: Range<usize>) -> Result<Vec<Text>, (Range<usize>, ProblemKind)> {
    #[derive(Clone, Copy, PartialEq)]
    enum State {
        Start,
        Word,
        Quote(char),
        /// Behind a backslash, and where it leads back to.
        Escape(Option<char>),
    }
    let word = |c: char| {
        c.is_ascii_alphanumeric() || c == '_' || matches!(c, '\u{c0}'..='\u{ff}' if !matches!(c, '×' | '÷'))
    };
    let mut out = Vec::new();
    let mut state = State::Start;
    let (mut token, mut quoted, mut opened) = (Text::default(), false, line.start);
    let mut emit = |token: &mut Text, quoted: &mut bool| {
        if !token.is_empty() || *quoted {
            out.push(std::mem::take(token));
        }
        *quoted = false;
    };
    for (i, c) in text[line.clone()].char_indices() {
        let at = line.start + i;
        let here = at..at + c.len_utf8();
        match state {
            State::Quote(quote) if c == quote => state = State::Word,
            State::Quote('"') if c == '\\' => state = State::Escape(Some('"')),
            State::Quote(_) => token.copy(text, here),
            State::Escape(back) => {
                // In quotes the backslash stays but before itself and the quote.
                let stays = back.is_some_and(|quote| c != '\\' && c != quote);
                if stays {
                    token.copy(text, at - 1..here.end);
                } else {
                    token.derive(&text[here.clone()], at - 1..here.end, SegmentKind::Escape);
                }
                state = back.map_or(State::Word, State::Quote);
            }
            State::Start | State::Word => match c {
                ' ' | '\t' | '\r' | '\n' => {
                    emit(&mut token, &mut quoted);
                    state = State::Start;
                }
                '#' => {
                    emit(&mut token, &mut quoted);
                    return Ok(out);
                }
                '\'' | '"' => {
                    (state, quoted, opened) = (State::Quote(c), true, at);
                }
                '\\' => (state, opened) = (State::Escape(None), at),
                c if word(c) => {
                    token.copy(text, here);
                    state = State::Word;
                }
                _ => {
                    emit(&mut token, &mut quoted);
                    token.copy(text, here);
                    emit(&mut token, &mut quoted);
                    state = State::Start;
                }
            },
        }
    }
    match state {
        State::Quote(_) => Err((opened..line.end, ProblemKind::UnterminatedQuote)),
        State::Escape(Some(_)) => Err((opened..line.end, ProblemKind::UnterminatedQuote)),
        State::Escape(None) => Err((opened..line.end, ProblemKind::BadEscape)),
        State::Start | State::Word => {
            emit(&mut token, &mut quoted);
            Ok(out)
        }
    }
}
