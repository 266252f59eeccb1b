//! godotenv 1.5 (`parser.go`) and the parser that compose made of it (compose-go 2.9 `dotenv/parser.go`).

use super::{
    run::{Event, Run, Set},
    text::Text,
    traits::References,
};
use crate::{
    interpolation::{self, ErrorKind, Flavour, Kind},
    layer::{ProblemKind, SegmentKind},
    secret::Secret,
};
use std::ops::Range;

type Mistaken = (Range<usize>, ProblemKind);

/// Reads the file; the first mistake refuses all of it.
pub(super) fn read(run: &mut Run<'_>) {
    let mut at = 0;
    while let Some(start) = statement_start(run.text, at) {
        match statement(run, start) {
            Ok(next) => at = next,
            Err((range, kind)) => return run.refuse(range, kind),
        }
    }
}

/// White space that ends no line.
fn is_blank(c: char) -> bool {
    matches!(c, '\t' | '\u{b}' | '\u{c}' | '\r' | ' ' | '\u{85}' | '\u{a0}')
}

/// Go's `unicode.IsSpace`, which is Unicode's `White_Space`.
fn is_space(c: char) -> bool {
    c.is_whitespace()
}

fn statement_start(text: &str, mut at: usize) -> Option<usize> {
    loop {
        at += text[at..].find(|c| !is_space(c))?;
        if !text[at..].starts_with('#') {
            return Some(at);
        }
        at += text[at..].find('\n')?;
    }
}

fn skip_blanks(text: &str, at: usize) -> usize {
    at + text[at..].find(|c| !is_blank(c)).unwrap_or(text.len() - at)
}

struct Name {
    range: Range<usize>,
    /// Behind the sign that ended it.
    next: usize,
    inherited: bool,
}

/// `locateKeyName`.
fn name(run: &Run<'_>, start: usize) -> Result<Name, Mistaken> {
    let text = run.text;
    let compose = run.traits.references == References::Compose;
    let mut from = start;
    if let Some(rest) = text[start..].strip_prefix("export")
        && rest.starts_with(|c: char| if compose { c.is_ascii_whitespace() } else { is_blank(c) })
    {
        from = skip_blanks(text, start + "export".len());
    }
    if from == text.len() {
        return Err((start..from, ProblemKind::BadName));
    }
    for (i, c) in text[from..].char_indices() {
        let here = from + i;
        // godotenv looks at bytes, as if the text were Latin-1.
        let letter = if compose {
            c.is_alphanumeric()
        } else {
            let mut bytes = [0; 4];
            c.encode_utf8(&mut bytes).bytes().all(latin1_letter)
        };
        match c {
            c if is_blank(c) && (compose || c.is_ascii()) => {}
            '=' | ':' => {
                let end = from + text[from..here].trim_end_matches(is_space).len();
                return Ok(Name { range: from..end, next: skip_blanks(text, here + 1), inherited: false });
            }
            '\n' if compose => {
                let end = from + text[from..here].trim_end_matches(is_space).len();
                return Ok(Name { range: from..end, next: here + 1, inherited: true });
            }
            '_' | '.' => {}
            '-' | '[' | ']' if compose => {}
            _ if letter => {}
            '\n' => return Err((from..here, ProblemKind::NoEquals)),
            _ => return Err((here..here + c.len_utf8(), ProblemKind::BadName)),
        }
    }
    // No sign up to the end of the file: what stands there becomes the value of a variable without a name.
    Ok(Name { range: from..from, next: from, inherited: false })
}

/// A byte of a name: letters and numbers of Latin-1, and its two blanks above ASCII.
fn latin1_letter(b: u8) -> bool {
    b.is_ascii_alphanumeric()
        || matches!(b, 0xaa | 0xb5 | 0xba | 0xc0..=0xd6 | 0xd8..=0xf6 | 0xf8..=0xff)
        || matches!(b, 0xb2 | 0xb3 | 0xb9 | 0xbc..=0xbe | 0x85 | 0xa0)
}

fn statement(run: &mut Run<'_>, start: usize) -> Result<usize, Mistaken> {
    let text = run.text;
    let compose = run.traits.references == References::Compose;
    let name = name(run, start)?;
    let key = text[name.range.clone()].to_owned();
    if compose && key.contains(' ') {
        return Err((name.range, ProblemKind::BadName));
    }
    if name.inherited {
        if run.traits.names_referable && !is_referable(&key) {
            return Ok(name.next);
        }
        run.events.push(Event::Inherit { key, at: name.range });
        return Ok(name.next);
    }
    let quote = text[name.next..].chars().next().filter(|c| matches!(c, '\'' | '"'));
    let (raw, value_range, next) = match quote {
        Some(quote) => quoted(text, name.next, quote, compose)?,
        None => plain(text, name.next, compose),
    };
    let end = if quote.is_some() { next } else { value_range.end };
    let value = match quote {
        Some('\'') => raw,
        _ if compose => {
            let raw = if quote.is_some() { compose_escapes(&raw) } else { raw };
            template(run, &raw)?
        }
        Some(_) => variables(run, &go_escapes(&raw)),
        None => variables(run, &raw),
    };
    run.know(&key, value.as_str());
    // compose keeps a variable without a name, which no process can have.
    if key.is_empty() {
        run.problem(value_range.clone(), ProblemKind::NoEquals);
    }
    if key.is_empty() && !compose {
        // Setting it fails, and godotenv does not look.
    } else if run.traits.names_referable && !is_referable(&key) {
        run.problem(name.range, ProblemKind::BadName);
    } else {
        run.set(Set { lead: start, key, key_range: name.range, value, value_range, end });
    }
    Ok(next)
}

/// Whether a compose file can name the variable in `${…}`.
fn is_referable(key: &str) -> bool {
    key.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && key.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

/// A value without quotes: up to the end of the line or its comment.
fn plain(text: &str, at: usize, compose: bool) -> (Text, Range<usize>, usize) {
    let stop = if compose {
        text[at..].find('\n').map_or(text.len(), |i| at + i)
    } else {
        text[at..].find(['\n', '\r']).map_or(text.len(), |i| at + i)
    };
    let line = &text[at..stop];
    let range = if compose {
        let value = line.find(" #").map_or(line, |i| &line[..i]);
        at..at + value.trim_end_matches(is_space).len()
    } else {
        // The last mark of a comment behind a blank counts.
        let mut end = line.len();
        for (i, _) in line.rmatch_indices('#') {
            if line[..i].ends_with(is_blank) {
                end = i;
                break;
            }
        }
        let value = &line[..end];
        let from = value.len() - value.trim_start_matches(is_blank).len();
        let to = value.trim_end_matches(is_blank).len();
        at + from.min(to)..at + to
    };
    (Text::of(text, range.clone()), range, stop)
}

/// A value in quotes: up to the next quote without a backslash before it.
fn quoted(
    text: &str,
    at: usize,
    quote: char,
    compose: bool,
) -> Result<(Text, Range<usize>, usize), Mistaken> {
    let bytes = text.as_bytes();
    let mut end = at + 1;
    let mut out = Text::default();
    let mut from = end;
    loop {
        let Some(i) = text[end..].find([quote, '\\']) else {
            let line = text[at..].find('\n').map_or(text.len(), |i| at + i);
            return Err((at..line, ProblemKind::UnterminatedQuote));
        };
        end += i;
        if bytes[end] == b'\\' {
            let escaped = text[end + 1..].starts_with(quote);
            if compose {
                if escaped {
                    out.copy(text, from..end);
                    out.derive(&text[end + 1..end + 2], end..end + 2, SegmentKind::Escape);
                    from = end + 2;
                }
                // A backslash takes the next character with it.
                end += 1 + text[end + 1..].chars().next().map_or(0, char::len_utf8);
            } else {
                end += 1 + usize::from(escaped);
            }
        } else {
            break;
        }
    }
    if compose {
        out.copy(text, from..end);
        return Ok((out, at + 1..end, end + 1));
    }
    // Every quote at either end goes, not only one.
    let inner = &text[at..end];
    let inner = inner.trim_end_matches(quote);
    let from = at + inner.len() - inner.trim_start_matches(quote).len();
    let range = from.min(at + inner.len())..at + inner.len();
    Ok((Text::of(text, range.clone()), range, end + 1))
}

/// `expandEscapes` of godotenv: `\n` and `\r`, then a backslash goes before everything but `$`.
fn go_escapes(raw: &Text) -> Text {
    let first = raw.replace(&['\\'], |text, at| {
        let next = text[at + 1..].chars().next().filter(|c| *c != '\n')?;
        let with = match next {
            'n' => "\n".to_owned(),
            'r' => "\r".to_owned(),
            other => format!("\\{other}"),
        };
        Some((1 + next.len_utf8(), with))
    });
    first.replace(&['\\'], |text, at| {
        let next = text[at + 1..].chars().next().filter(|c| *c != '$')?;
        Some((1 + next.len_utf8(), next.to_string()))
    })
}

/// `expandEscapes` of compose-go; `\$` becomes `$$`, which the template makes a `$`.
fn compose_escapes(raw: &Text) -> Text {
    raw.replace(&['\\'], |text, at| {
        let rest = &text[at + 1..];
        let next = rest.chars().next()?;
        let simple = |c: &str| Some((2, c.to_owned()));
        match next {
            'a' => simple("\u{7}"),
            'b' => simple("\u{8}"),
            'f' => simple("\u{c}"),
            'n' => simple("\n"),
            'r' => simple("\r"),
            't' => simple("\t"),
            'v' => simple("\u{b}"),
            '$' => simple("$$"),
            '"' => simple("\""),
            '\\' => simple("\\"),
            'c' => simple("\\c"),
            '0' => {
                let digits = rest[1..].bytes().take(3).take_while(u8::is_ascii_digit).count();
                let octal = &rest[1..=digits];
                let value = (digits == 3).then(|| u8::from_str_radix(octal, 8).ok()).flatten();
                Some((2 + digits, value.map_or_else(|| format!("\\{octal}"), |v| char::from(v).to_string())))
            }
            _ => None,
        }
    })
}

/// `expandVariables` of godotenv: `(\\)?(\$)(\()?\{?([A-Z0-9_]+)?\}?`, names of the file alone.
fn variables(run: &Run<'_>, raw: &Text) -> Text {
    let text = raw.as_str();
    let (mut out, mut begin, mut at) = (Text::default(), 0, 0);
    while let Some(dollar) = text[at..].find('$').map(|i| at + i) {
        let escaped = dollar > at && text[..dollar].ends_with('\\');
        let rest = &text.as_bytes()[dollar + 1..];
        let opens = usize::from(rest.first() == Some(&b'('));
        let opens = opens + usize::from(rest.get(opens) == Some(&b'{'));
        let name = rest[opens..]
            .iter()
            .take_while(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || **b == b'_')
            .count();
        let from = dollar + 1 + opens;
        let mut end = from + name;
        end += usize::from(text.as_bytes().get(end) == Some(&b'}'));
        if escaped {
            out.slice(raw, begin..dollar - 1);
            out.derive(&text[dollar..end], raw.source(dollar - 1..end), SegmentKind::Escape);
            begin = end;
        } else if name > 0 {
            out.slice(raw, begin..dollar);
            let (value, kind) = match run.inside(&text[from..from + name]) {
                Some(value) => (value, SegmentKind::Reference),
                None => (String::new(), SegmentKind::Unresolved),
            };
            out.derive(&value, raw.source(dollar..end), kind);
            begin = end;
        }
        at = end;
    }
    out.slice(raw, begin..text.len());
    out
}

/// Compose's template over a text that has its places.
fn template(run: &Run<'_>, raw: &Text) -> Result<Text, Mistaken> {
    let lookup = |name: &str| run.outside_first(name).map(Secret::new);
    let done = interpolation::expand(raw.as_str(), Flavour::Compose, interpolation::LENGTH, &lookup);
    let done = done.map_err(|error| {
        let kind = match error.kind {
            ErrorKind::Required => ProblemKind::Required,
            _ => ProblemKind::BadReference,
        };
        (raw.source(error.at), kind)
    })?;
    let mut out = Text::default();
    for piece in &done.pieces {
        let kind = match piece.kind {
            Kind::Literal => {
                out.slice(raw, piece.input.clone());
                continue;
            }
            Kind::Escape => SegmentKind::Escape,
            Kind::Reference => SegmentKind::Reference,
            Kind::Fallback => SegmentKind::Fallback,
            Kind::Unresolved => SegmentKind::Unresolved,
        };
        let source = raw.source(piece.input.clone());
        out.derive(&done.text.expose()[piece.output.clone()], source, kind);
    }
    Ok(out)
}
