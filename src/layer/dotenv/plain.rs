//! Texts that mean the same to every usual loader, told and taken apart by one look: lines `NAME=value` of signs that
//! mean nothing to any of them. Most lines of most env files are such; what is not is read by an engine.

use super::{Dialect, outcome::shows_key};
use crate::{
    layer::{Entry, Segment, SegmentKind, Value, hash},
    secret::Secret,
    source::{SourceId, Span},
};
use std::ops::Range;

/// An assignment; ranges are bytes of the text.
pub(super) struct Line {
    key: Range<usize>,
    /// Without its quotes.
    value: Range<usize>,
    quoted: bool,
}

/// Whether a loader reads a plain text as it is written; the second, whether double quotes are nothing to it. A shell has
/// names of its own (`UID`), and is never taken for granted.
fn reads_plainly(dialect: Dialect) -> (bool, bool) {
    let library = Dialect::LIBRARIES.contains(&dialect);
    (library || matches!(dialect, Dialect::DockerRun | Dialect::Systemd), library)
}

/// Whether all of these loaders make of a text what stands there.
pub fn is_plain(bytes: &[u8], dialects: impl Iterator<Item = Dialect>) -> bool {
    let mut quotes = true;
    for dialect in dialects {
        let (plainly, unquotes) = reads_plainly(dialect);
        quotes &= unquotes;
        if !plainly {
            return false;
        }
    }
    walk(bytes, quotes, &mut |_| ()).is_some()
}

/// The assignments of a text, if this loader makes of it what stands there: lines `NAME=value`, each name once, perhaps
/// within double quotes; empty lines; comments on lines of their own.
pub(super) fn lines(bytes: &[u8], dialect: Dialect) -> Option<Vec<Line>> {
    let (plainly, quotes) = reads_plainly(dialect);
    let mut out = Vec::new();
    plainly.then(|| walk(bytes, quotes, &mut |line| out.push(line))).flatten()?;
    Some(out)
}

fn walk(bytes: &[u8], quotes: bool, each: &mut dyn FnMut(Line)) -> Option<()> {
    let mut names = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let end = |at: usize| match bytes.get(at) {
            None => Some(at),
            Some(b'\n') => Some(at + 1),
            Some(_) => None,
        };
        at = match bytes[at] {
            b'\n' => at + 1,
            b'#' => end(run(bytes, at, COMMENT))?,
            first if is(first, NAME) && !first.is_ascii_digit() => {
                let equals = run(bytes, at, NAME);
                if bytes.get(equals) != Some(&b'=') {
                    return None;
                }
                names.push(hash(&bytes[at..equals]));
                let quoted = quotes && bytes.get(equals + 1) == Some(&b'"');
                let (from, kinds) = if quoted { (equals + 2, VALUE | BLANK) } else { (equals + 1, VALUE) };
                let to = run(bytes, from, kinds);
                // An empty pair of quotes has another place to each loader.
                if quoted && (to == from || bytes.get(to) != Some(&b'"')) {
                    return None;
                }
                each(Line { key: at..equals, value: from..to, quoted });
                end(to + usize::from(quoted))?
            }
            _ => return None,
        };
    }
    // Two names of one hash are looked at more closely.
    names.sort_unstable();
    names.windows(2).all(|pair| pair[0] != pair[1]).then_some(())
}

impl Line {
    /// As an entry of a text, with the ranges that are no secret: the name, the sign and the quotes, where the name is one
    /// that is shown.
    pub(super) fn entry(self, text: &str, source: SourceId, shown: &mut Vec<Span>) -> Entry {
        let span = |range: Range<usize>| Span {
            source,
            start: u32::try_from(range.start).unwrap_or(u32::MAX),
            end: u32::try_from(range.end).unwrap_or(u32::MAX),
        };
        let Self { key, value, quoted } = self;
        if shows_key(&text[key.clone()]) {
            shown.push(span(key.start..value.start));
            if quoted {
                shown.push(span(value.end..value.end + 1));
            }
        }
        let place = span(value.clone());
        let literal = Segment { value: 0..value.len(), span: place, kind: SegmentKind::Literal };
        let map = if value.is_empty() { Vec::new() } else { vec![literal] };
        let taken = Value { text: Secret::new(&text[value]), map };
        Entry::new(&text[key.clone()], span(key), taken, place)
    }
}

const NAME: u8 = 1;
const VALUE: u8 = 2;
const BLANK: u8 = 4;
const COMMENT: u8 = 8;

/// What a byte may be part of.
const KINDS: [u8; 256] = {
    let mut kinds = [0; 256];
    let mut byte = 0_u8;
    while byte < 0x7f {
        let mut kind = 0;
        if byte.is_ascii_alphanumeric() || byte == b'_' {
            kind |= NAME | VALUE;
        }
        if matches!(byte, b'.' | b'/' | b':' | b'@' | b'+' | b',' | b'=' | b'?' | b'-') {
            kind |= VALUE;
        }
        if byte == b' ' {
            kind |= BLANK;
        }
        // systemd goes on behind a backslash.
        if byte >= b' ' && byte != b'\\' {
            kind |= COMMENT;
        }
        kinds[byte as usize] = kind;
        byte += 1;
    }
    kinds
};

fn is(byte: u8, kinds: u8) -> bool {
    KINDS[usize::from(byte)] & kinds != 0
}

/// Where the bytes of these kinds end that begin at `at`.
fn run(text: &[u8], at: usize, kinds: u8) -> usize {
    text[at..].iter().position(|b| !is(*b, kinds)).map_or(text.len(), |n| at + n)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::{
        layer::dotenv::Outcome,
        source::{SourceKind, Sources},
    };

    /// Texts of which some are plain and most are nearly so.
    pub(crate) fn texts() -> impl Iterator<Item = String> {
        let (mut state, signs) = (7_u64, "abzAZ09_./:@+,=?-\" #\n\n'\\$%&");
        let mut next = move |most: usize| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            usize::try_from(state >> 40).unwrap_or_default() % most
        };
        (0..20_000).map(move |_| {
            let mut out = String::new();
            for _ in 0..=next(4) {
                match next(6) {
                    0 => out.push_str("# a comment, it's \"one\"; $(x) `y` @"),
                    1 => {}
                    _ => {
                        out.push_str(["A", "DB_URL", "x1", "_B", "export", "PATH", "n"][next(7)]);
                        out.push('=');
                        let quote = if next(3) == 0 { "\"" } else { "" };
                        out.push_str(quote);
                        for _ in 0..next(8) {
                            let many = if next(9) == 0 { 27 } else { 17 };
                            out.extend(signs.chars().nth(next(many)));
                        }
                        out.push_str(quote);
                    }
                }
                out.push('\n');
            }
            if next(5) == 0 {
                out.pop();
            }
            out
        })
    }

    #[test]
    fn plain_texts_are_what_the_engines_read() {
        let mut plain = 0;
        for text in texts() {
            let mut sources = Sources::default();
            let id = sources.add(SourceKind::File(".env".into()), text.as_str());
            for dialect in Dialect::LIBRARIES.into_iter().chain([Dialect::DockerRun, Dialect::Systemd]) {
                let Some(lines) = lines(text.as_bytes(), dialect) else { continue };
                plain += 1;
                let slow = Outcome::by_engine(&sources, id, dialect, &|_| None);
                let mut shown = Vec::new();
                let entries: Vec<Entry> = lines.into_iter().map(|l| l.entry(&text, id, &mut shown)).collect();
                let told = |e: &Entry| {
                    (
                        e.key.clone(),
                        e.value.text.expose().to_owned(),
                        e.value.map.clone(),
                        e.key_span,
                        e.value_span,
                        e.doubtful,
                    )
                };
                let (a, b): (Vec<_>, Vec<_>) =
                    (entries.iter().map(told).collect(), slow.layer.entries.iter().map(told).collect());
                assert_eq!(a, b, "{dialect} {text:?}");
                assert!(
                    slow.layer.problems.is_empty() && slow.depends.is_empty() && slow.refused.is_none(),
                    "{dialect} {text:?}"
                );
                assert_eq!(shown, slow.shown(), "{dialect} {text:?}");
            }
        }
        assert!(plain > 20_000, "{plain}");
    }

    #[test]
    fn what_may_mean_something_is_not_plain() {
        for text in [
            "A=1\r\n",
            "A =1\n",
            "A= 1\n",
            "A='1'\n",
            "A=$B\n",
            "A=1 # x\n",
            "A=a#b\n",
            "export A=1\n",
            "A\n",
            "A=1\nA=2\n",
            "A=\"1\" \n",
            "A=\"1\n",
            "A=a\\b\n",
            "\u{feff}A=1\n",
            "1A=1\n",
            "A=ü\n",
            " A=1\n",
            "# a\\\n",
            "A=a&b\n",
            "A=`x`\n",
        ] {
            assert!(!is_plain(text.as_bytes(), Dialect::LIBRARIES.into_iter()), "{text:?}");
        }
        assert!(!is_plain(b"A=\"1\"\n", [Dialect::DockerRun].into_iter()));
        assert!(!is_plain(b"A=1\n", [Dialect::Bash].into_iter()));
    }
}
