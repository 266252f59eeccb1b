//! The programs whose whole grammar is one pattern: no nesting, no errors.

use super::{Error, Kind, Output, Piece, name_end};
use crate::secret::Secret;

/// `\$\{(?P<name>[^\}:]*)(?::-(?P<default>[^\}]*))?\}`
pub(super) fn python_dotenv(
    text: &str,
    lookup: &dyn Fn(&str) -> Option<Secret>,
    out: &mut Output,
) -> Result<(), Error> {
    let (mut at, mut copied, mut stop) = (0, 0, 0);
    // Where no `}` is left, none of the `${` that follow is a reference.
    while let Some(start) = text[at..].find("${").map(|i| at + i) {
        at = start + 2;
        if stop < at {
            let Some(i) = text[at..].find(['}', ':']) else { break };
            stop = at + i;
        }
        let name = at..stop;
        let default = if text[stop..].starts_with('}') {
            None
        } else if text[stop..].starts_with(":-") {
            let Some(end) = text[stop..].find('}').map(|i| stop + i) else { break };
            Some(stop + 2..end)
        } else {
            continue;
        };
        let end = default.as_ref().map_or(stop, |d| d.end) + 1;
        out.literal(text, copied..start)?;
        match (lookup(&text[name.clone()]), default) {
            (None, Some(default)) => {
                let piece = Piece { output: 0..0, input: start..end, name, kind: Kind::Fallback };
                out.put(&text[default], piece)?;
            }
            (value, _) => out.reference(value.as_ref(), start..end, name)?,
        }
        (at, copied) = (end, end);
    }
    out.literal(text, copied..text.len())
}

/// `$NAME` and `${NAME}` with a shell's names; anything else stays. What has no value becomes nothing.
pub(super) fn envsubst(
    text: &str,
    lookup: &dyn Fn(&str) -> Option<Secret>,
    out: &mut Output,
) -> Result<(), Error> {
    let (mut at, mut copied) = (0, 0);
    while let Some(start) = text[at..].find('$').map(|i| at + i) {
        let brace = text[start + 1..].starts_with('{');
        let from = start + 1 + usize::from(brace);
        let name = from..name_end(text, from);
        let closed = !brace || text[name.end..].starts_with('}');
        at = start + 1;
        if name.is_empty() || !closed {
            continue;
        }
        let end = name.end + usize::from(brace);
        out.literal(text, copied..start)?;
        out.reference(lookup(&text[name.clone()]).as_ref(), start..end, name)?;
        (at, copied) = (end, end);
    }
    out.literal(text, copied..text.len())
}

/// `\$(\w+|\{[^}]*\})` of ASCII, as `posixpath.py` has it. What has no value stays as it was.
pub(super) fn expandvars(
    text: &str,
    lookup: &dyn Fn(&str) -> Option<Secret>,
    out: &mut Output,
) -> Result<(), Error> {
    let word = |b: &u8| b.is_ascii_alphanumeric() || *b == b'_';
    let (mut at, mut copied) = (0, 0);
    let mut braces = true;
    while let Some(start) = text[at..].find('$').map(|i| at + i) {
        at = start + 1;
        let (name, end) = if braces && text[at..].starts_with('{') {
            let Some(end) = text[at..].find('}').map(|i| at + i) else {
                braces = false;
                continue;
            };
            (at + 1..end, end + 1)
        } else {
            let end = at + text.as_bytes()[at..].iter().take_while(|b| word(b)).count();
            (at..end, end)
        };
        if end == at {
            continue;
        }
        at = end;
        if let Some(value) = lookup(&text[name.clone()]) {
            out.literal(text, copied..start)?;
            out.reference(Some(&value), start..end, name)?;
            copied = end;
        }
    }
    out.literal(text, copied..text.len())
}
