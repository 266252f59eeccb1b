//! Texts that mean the same to every usual loader, told and taken apart by one look: lines `NAME=value` of signs that
//! mean nothing to any of them. Most lines of most env files are such; what is not is read by an engine.

use super::{Dialect, outcome::shows_key};
use crate::{
    layer::{Entry, Map, Segment, SegmentKind, Value},
    secret::Secret,
    source::{Source, SourceId, Span},
};
use std::ops::Range;

/// An assignment; ranges are bytes of the text, which has less than 4 GiB.
pub(super) struct Line {
    key: Range<u32>,
    /// Without its quotes.
    value: Range<u32>,
    quoted: bool,
}

/// Whether a loader reads a plain text as it is written; the second, whether double quotes are nothing to it. A shell has
/// names of its own (`UID`), and is never taken for granted; others have a use for some of the signs.
fn reads_plainly(dialect: Dialect) -> (bool, bool) {
    match dialect {
        Dialect::Bash | Dialect::Dash | Dialect::ExportXargs => (false, false),
        Dialect::Honcho | Dialect::NodeEnvFile | Dialect::Symfony => (false, false),
        Dialect::DockerRun | Dialect::ComposeRaw | Dialect::Systemd => (true, false),
        _ => (true, true),
    }
}

/// Whether all of these loaders make of a text what stands there.
pub fn is_plain(source: &Source, dialects: impl Iterator<Item = Dialect>) -> bool {
    let mut quotes = true;
    for dialect in dialects {
        let (plainly, unquotes) = reads_plainly(dialect);
        quotes &= unquotes;
        if !plainly {
            return false;
        }
    }
    source.plain(|bytes| walk(bytes, &mut |_| ())).is_some_and(|quoted| quotes || !quoted)
}

/// The assignments of a text, if this loader makes of it what stands there: lines `NAME=value`, each name once, perhaps
/// within double quotes; empty lines; comments on lines of their own.
pub(super) fn lines(source: &Source, dialect: Dialect) -> Option<Vec<Line>> {
    let (plainly, unquotes) = reads_plainly(dialect);
    if !plainly {
        return None;
    }
    let mut out = Vec::new();
    let quoted = source.plain(|bytes| {
        out.reserve(bytes.len() / LENGTH);
        walk(bytes, &mut |line| out.push(line))
    })?;
    if quoted && !unquotes {
        return None;
    }
    // Who looked before did not want the lines.
    if out.is_empty() {
        walk(source.bytes(), &mut |line| out.push(line))?;
    }
    Some(out)
}

/// Most lines are longer.
const LENGTH: usize = 16;

/// Goes through a plain text; whether a value in it stands within quotes.
fn walk(bytes: &[u8], each: &mut dyn FnMut(Line)) -> Option<bool> {
    let mut names = Names::default();
    let mut any = false;
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
                let equals = names.add(bytes, at);
                if bytes.get(equals) != Some(&b'=') {
                    return None;
                }
                let quoted = bytes.get(equals + 1) == Some(&b'"');
                let (from, kinds) = if quoted { (equals + 2, VALUE | BLANK) } else { (equals + 1, VALUE) };
                let to = run(bytes, from, kinds);
                // An empty pair of quotes has another place to each loader.
                if quoted && (to == from || bytes.get(to) != Some(&b'"')) {
                    return None;
                }
                any |= quoted;
                each(Line { key: short(at..equals), value: short(from..to), quoted });
                end(to + usize::from(quoted))?
            }
            _ => return None,
        };
    }
    names.differ().then_some(any)
}

fn short(range: Range<usize>) -> Range<u32> {
    let offset = |o: usize| u32::try_from(o).unwrap_or(u32::MAX);
    offset(range.start)..offset(range.end)
}

/// The names of a text as numbers.
#[derive(Default)]
struct Names(Vec<u64>);

impl Names {
    /// Takes the name that begins at `at`, and says where it ends.
    fn add(&mut self, bytes: &[u8], at: usize) -> usize {
        let end = run(bytes, at, NAME);
        let (words, rest) = bytes[at..end].as_chunks::<8>();
        let mut number = 0x2545_f491_4f6c_dd1d ^ rest.len() as u64;
        let last = rest.iter().fold(0, |word, byte| word << 8 | u64::from(*byte));
        // Names are much alike: what a word changes of the number, the next one is not to take back.
        for word in words.iter().map(|word| u64::from_le_bytes(*word)).chain([last]) {
            number = (number ^ word).wrapping_mul(MIX);
            number ^= number >> 32;
        }
        // Nothing is the number of an empty place below.
        self.0.push(number.max(1));
        end
    }

    /// Whether each is there once; two of one number are looked at more closely by an engine.
    fn differ(mut self) -> bool {
        let places = (self.0.len() * 2).next_power_of_two().max(2);
        let shift = u64::BITS - places.trailing_zeros();
        let mut table = vec![0; places];
        for number in &self.0 {
            let first = number.wrapping_mul(MIX) >> shift;
            let mut place = usize::try_from(first).unwrap_or_default();
            let mut steps = 0;
            while table[place] != 0 {
                if table[place] == *number {
                    return false;
                }
                // Names that were chosen to fall together.
                steps += 1;
                if steps == STEPS {
                    self.0.sort_unstable();
                    return self.0.windows(2).all(|pair| pair[0] != pair[1]);
                }
                place = (place + 1) & (places - 1);
            }
            table[place] = *number;
        }
        true
    }
}

/// An odd number, half of whose bits are set.
const MIX: u64 = 0x9e37_79b9_7f4a_7c15;

/// More steps than these are taken by chance once in a lifetime.
const STEPS: usize = 64;

impl Line {
    /// As an entry of a text, with the ranges that are no secret: the name, the sign and the quotes, where the name is one
    /// that is shown.
    pub(super) fn entry(self, text: &str, source: SourceId, shown: &mut Vec<Span>) -> Entry {
        let span = |range: Range<u32>| Span { source, start: range.start, end: range.end };
        let of_text = |range: &Range<u32>| &text[range.start as usize..range.end as usize];
        let Self { key, value, quoted } = self;
        let name = of_text(&key);
        if shows_key(name) {
            shown.push(span(key.start..value.start));
            if quoted {
                shown.push(span(value.end..value.end + 1));
            }
        }
        let place = span(value.clone());
        let text = of_text(&value);
        let literal = Segment { value: 0..text.len(), span: place, kind: SegmentKind::Literal };
        let map = if text.is_empty() { Map::default() } else { literal.into() };
        let taken = Value { text: Secret::new(text), map };
        Entry::new(name, span(key), taken, place)
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

#[inline]
fn is(byte: u8, kinds: u8) -> bool {
    KINDS[usize::from(byte)] & kinds != 0
}

/// Where the bytes of these kinds end that begin at `at`.
#[inline]
fn run(text: &[u8], at: usize, kinds: u8) -> usize {
    let mut at = at;
    while let Some(byte) = text.get(at) {
        if !is(*byte, kinds) {
            break;
        }
        at += 1;
    }
    at
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
            for dialect in Dialect::ALL {
                let Some(lines) = lines(sources.get(id), dialect) else { continue };
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
            assert!(!plain(text, &Dialect::LIBRARIES), "{text:?}");
        }
        assert!(!plain("A=\"1\"\n", &[Dialect::DockerRun]) && plain("A=\"1\"\n", &Dialect::LIBRARIES));
        assert!(!plain("A=1\n", &[Dialect::Bash]) && plain("A=1\n", &[Dialect::DockerRun]));
    }

    fn plain(text: &str, dialects: &[Dialect]) -> bool {
        let mut sources = Sources::default();
        let id = sources.add(SourceKind::File(".env".into()), text);
        is_plain(sources.get(id), dialects.iter().copied())
    }

    #[test]
    fn a_name_that_comes_again_is_found_among_many() {
        let text = |count: usize| (0..count).map(|i| format!("A{i}=x\n")).collect::<Vec<_>>().concat();
        for count in [1, 2, 3, 7, 100, 5000, 100_000] {
            assert!(plain(&text(count), &Dialect::LIBRARIES), "{count}");
            let long: Vec<String> = (0..count).map(|i| format!("SERVICE_{i:06}=x\n")).collect();
            assert!(plain(&long.concat(), &Dialect::LIBRARIES), "{count}");
            let again = format!("{}A{}=y\n", text(count), count / 2);
            assert!(!plain(&again, &Dialect::LIBRARIES), "{count}");
        }
        let crowd = |numbers: &[u64]| Names(numbers.to_vec()).differ();
        let mut together: Vec<u64> = (1..=1000).collect();
        // All of them fall on one place.
        for number in &mut together {
            *number = number.wrapping_mul(0xf1de_83e1_9937_733d);
        }
        assert!(crowd(&together));
        together.push(together[500]);
        assert!(!crowd(&together));
    }
}
