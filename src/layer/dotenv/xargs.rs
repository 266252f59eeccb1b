//! `export $(grep -v '^#' FILE | xargs)`: words as GNU xargs cuts them, split again by bash, and `export`ed one by one.

use super::{
    run::{Event, Run, Set},
    text::Text,
};
use crate::layer::{ProblemKind, SegmentKind};

/// Reads the file.
pub(super) fn read(run: &mut Run<'_>) {
    let text = run.text;
    // grep prints nothing of what it takes for a binary file.
    if let Some(at) = text.find(['\0', '\u{fffd}']) {
        let end = at + text[at..].chars().next().map_or(0, char::len_utf8);
        run.problem(at..end, ProblemKind::Nul);
        return;
    }
    let mut words: Vec<Text> = Vec::new();
    let mut word = Text::default();
    let mut begun = false;
    let mut ended = false;
    let mut at = 0;
    'lines: while at < text.len() {
        let stop = text[at..].find('\n').map_or(text.len(), |i| at + i + 1);
        let line = at..stop;
        at = stop;
        if text[line.clone()].starts_with('#') {
            continue;
        }
        let mut quote: Option<(char, usize)> = None;
        let mut escaped = false;
        for (i, c) in text[line.clone()].char_indices() {
            let here = line.start + i..line.start + i + c.len_utf8();
            match (c, quote) {
                _ if escaped => {
                    escaped = false;
                    word.derive(&text[here.clone()], here.start - 1..here.end, SegmentKind::Escape);
                }
                ('\n', Some((_, from))) => {
                    run.problem(from..here.start, ProblemKind::UnterminatedQuote);
                    ended = true;
                    break 'lines;
                }
                (c, Some((open, _))) if c == open => quote = None,
                (_, Some(_)) => word.copy(text, here),
                ('\'' | '"', None) => {
                    quote = Some((c, here.start));
                    begun = true;
                }
                ('\\', None) => {
                    escaped = true;
                    begun = true;
                }
                (' ' | '\t' | '\n', None) => {
                    if begun {
                        words.push(std::mem::take(&mut word));
                    }
                    begun = false;
                }
                // Before a word every white space goes, inside it a carriage return stays.
                ('\r' | '\u{b}' | '\u{c}', None) if !begun => {}
                _ => {
                    word.copy(text, here);
                    begun = true;
                }
            }
        }
        if let Some((_, from)) = quote {
            run.problem(from..line.end, ProblemKind::UnterminatedQuote);
            ended = true;
            break;
        }
    }
    if begun && !ended {
        words.push(word);
    }
    let mut options = true;
    for word in words.iter().flat_map(split) {
        if options && word.as_str().starts_with('-') && word.len() > 1 {
            if word.as_str() == "--" {
                options = false;
                continue;
            }
            let range = word.source(0..word.len());
            return run.refuse(range, ProblemKind::BadName);
        }
        options = false;
        export(run, &word);
    }
    // The status is that of the last command, and `export` fails if one of its words is no name.
    let bad = run.events.iter().find_map(|event| match event {
        Event::Problem(range, ProblemKind::BadName) => Some(range.clone()),
        _ => None,
    });
    if let Some(range) = bad {
        run.refuse(range, ProblemKind::BadName);
    }
}

/// bash splits what xargs printed at blanks once more.
fn split(word: &Text) -> Vec<Text> {
    let text = word.as_str();
    let (mut out, mut from) = (Vec::new(), 0);
    for (i, c) in text.char_indices().chain([(text.len(), ' ')]) {
        if matches!(c, ' ' | '\t' | '\n') {
            if i > from {
                out.push(word.cut(from..i));
            }
            from = i + 1;
        }
    }
    out
}

fn export(run: &mut Run<'_>, word: &Text) {
    let text = word.as_str();
    let source = word.source(0..text.len());
    let (name, value) = text.split_once('=').map_or((text, None), |(n, v)| (n, Some(v)));
    let (name, appends) =
        name.strip_suffix('+').filter(|_| value.is_some()).map_or((name, false), |n| (n, true));
    let named = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    if !named {
        return run.problem(source, ProblemKind::BadName);
    }
    let Some(value) = value else { return };
    let before = if appends { run.inside_first(name) } else { None };
    let from = text.len() - value.len();
    let key_range = word.source(0..name.len());
    let mut new = Text::default();
    if let Some(before) = before {
        new.derive(&before, key_range.clone(), SegmentKind::Reference);
    }
    new.slice(word, from..text.len());
    let sign = word.source(from - 1..from).end;
    let mut value_range = if value.is_empty() { sign..sign } else { word.source(from..text.len()) };
    value_range.start = value_range.start.max(sign);
    let closes = value_range.end > sign && value_range.start > sign;
    let end = value_range.end + usize::from(closes && run.text[value_range.end..].starts_with(['\'', '"']));
    run.know(name, new.as_str());
    let (key, lead) = (name.to_owned(), key_range.start);
    run.set(Set { lead, key, key_range, value: new, value_range, end });
}
