//! The grammar of keyword/value strings: `conninfo_parse` of fe-connect.c.

use super::{
    Draft, Drafts, Parameter,
    error::{Error, ErrorKind, Place},
    keyword::Libpq,
};

/// White space as `isspace` in the C locale sees it.
pub(super) fn is_space(b: u8) -> bool {
    matches!(b, b' ' | b'\t' | b'\n' | b'\r' | 0x0b | 0x0c)
}

/// Reads all pairs, in order; the last of a name wins.
pub(super) fn parse(text: &str, libpq: Libpq, out: &mut Drafts) -> Result<Vec<Parameter>, Error> {
    let bytes = text.as_bytes();
    let skip = |mut p: usize| {
        while p < bytes.len() && is_space(bytes[p]) {
            p += 1;
        }
        p
    };
    let mut pairs = Vec::new();
    let mut p = skip(0);
    while p < bytes.len() {
        let number = pairs.len() + 1;
        let start = p;
        while p < bytes.len() && bytes[p] != b'=' && !is_space(bytes[p]) {
            p += 1;
        }
        let name = start..p;
        p = skip(p);
        if p == bytes.len() || bytes[p] != b'=' {
            return Err(Error::new(ErrorKind::EqualsMissing, Place::Name(number), text, name));
        }
        p = skip(p + 1);
        let start = p;
        let mut value = Vec::new();
        let quoted = p < bytes.len() && bytes[p] == b'\'';
        p += usize::from(quoted);
        loop {
            match bytes.get(p) {
                None if quoted => {
                    let range = start..start + 1;
                    return Err(Error::new(ErrorKind::QuoteOpen, Place::Value(number), text, range));
                }
                None => break,
                Some(b'\'') if quoted => {
                    p += 1;
                    break;
                }
                Some(b) if !quoted && is_space(*b) => break,
                // A backslash takes the next byte as it is; at the end it is dropped.
                Some(b'\\') => {
                    value.extend(bytes.get(p + 1));
                    p = (p + 2).min(bytes.len());
                }
                Some(b) => {
                    value.push(*b);
                    p += 1;
                }
            }
        }
        let range = start..p;
        let draft = Draft { name: Some(name.clone()), ..Draft::new(value, range.clone()) };
        match (out.store(&bytes[name.clone()], draft, libpq), &mut out.unknown) {
            (Ok(keyword), _) => pairs.push(Parameter { keyword, name, value: range }),
            (Err(ErrorKind::KeywordUnknown), Some(unknown)) => unknown.push(name),
            (Err(kind), _) => return Err(Error::new(kind, Place::Name(number), text, name)),
        }
        p = skip(p);
    }
    Ok(pairs)
}
