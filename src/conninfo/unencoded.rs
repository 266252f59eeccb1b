//! Finds the raw character in a user name or password that makes parsers disagree. Precision first: what may be
//! meant as a path or a query is none of it.

use super::visible::url_scheme;
use crate::secret::Secret;
use std::ops::Range;

/// A raw character that must be percent-encoded. The password ends at the last `@` before the path.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Unencoded {
    /// Where it stands. One byte.
    pub range: Range<usize>,
    /// One of `@ # / ? % [ ]` and space.
    pub character: char,
    /// Whose character it is.
    pub part: UserinfoPart,
    /// What to write instead.
    pub encoded: &'static str,
    /// From the character to the end of the password.
    pub rest: Range<usize>,
    /// Some reader ends the host here and finds one that may exist: `user#x:pw@host`.
    pub host_like: bool,
}

/// The two halves of what stands before the `@`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum UserinfoPart {
    /// Before the first `:`.
    User,
    /// After it.
    Password,
}

/// The first raw `@ # / ? % [ ]` or space in what can only be the user name or password of a URL; a `%` only where
/// no escape begins. `None` when there is none, when it may be meant otherwise (`h/db?application_name=a@b`), or
/// when the place holds a template (`${…}`, `{{…}}`, `%(…)s`, `<%…%>`).
///
/// A raw `:` is none of them: every parser measured takes it in a password.
pub fn unencoded(text: &str) -> Option<Unencoded> {
    let bytes = text.as_bytes();
    if !bytes.contains(&b'@') {
        return None;
    }
    let start = url_scheme(text)?.end + 3;
    let end = userinfo_end(bytes, start)?;
    let userinfo = &text[start..end];
    let template = userinfo.bytes().any(|b| matches!(b, b'$' | b'{' | b'%' | b'<'));
    if template && TEMPLATES.iter().any(|t| userinfo.contains(t)) {
        return None;
    }
    let mut part = UserinfoPart::User;
    for (i, b) in (start..end).map(|i| (i, bytes[i])) {
        if b == b':' {
            part = UserinfoPart::Password;
        }
        let Some(encoded) = encoded(bytes, i, end) else { continue };
        return Some(Unencoded {
            range: i..i + 1,
            character: char::from(b),
            part,
            encoded,
            rest: i..end,
            host_like: matches!(b, b'#' | b'?') && is_host_list(&bytes[start..i]),
        });
    }
    None
}

/// What to write for the byte at `i` of a user name or password that ends at `end`; none where it may stand.
fn encoded(bytes: &[u8], i: usize, end: usize) -> Option<&'static str> {
    Some(match bytes[i] {
        b'@' => "%40",
        b'#' => "%23",
        b'/' => "%2F",
        b'?' => "%3F",
        b' ' => "%20",
        b'[' => "%5B",
        b']' => "%5D",
        b'%' if !(i + 2 < end && bytes[i + 1..=i + 2].iter().all(u8::is_ascii_hexdigit)) => "%25",
        _ => return None,
    })
}

impl Unencoded {
    /// What to write for [`rest`](Self::rest) of the text that this was found in: this character and all that follow it
    /// encoded.
    ///
    /// # Panics
    /// Perhaps, with another text.
    pub fn rest_encoded(&self, text: &str) -> Secret {
        let mut out = String::with_capacity(self.rest.len());
        for (i, c) in text[self.rest.clone()].char_indices() {
            match encoded(text.as_bytes(), self.rest.start + i, self.rest.end) {
                Some(encoded) => out.push_str(encoded),
                None => out.push(c),
            }
        }
        Secret::new(out)
    }
}

const TEMPLATES: &[&str] = &["${", "{{", "$(", "%(", "<%"];

/// The `@` that the writer of the URL meant.
fn userinfo_end(bytes: &[u8], start: usize) -> Option<usize> {
    let find = |from: usize, stops: &[u8]| {
        bytes[from..].iter().position(|b| stops.contains(b)).map_or(bytes.len(), |i| from + i)
    };
    let first = find(start, b"@");
    if first == bytes.len() {
        return None;
    }
    let stop = find(start, b"/?#");
    if stop < first && !belongs_to_userinfo(bytes, start, stop, first) {
        return None;
    }
    let limit = find(first, b"/?#");
    // `u:p@ss/w@host:5432/db`: a path that holds another `@`, a host and a path is no name of a database.
    let path = &bytes[limit..find(limit, b"?")];
    if let Some(at) = path.iter().rposition(|b| *b == b'@') {
        let after = &path[at + 1..];
        let host = &after[..after.iter().position(|b| *b == b'/').unwrap_or(0)];
        if !host.is_empty() && host.iter().all(|b| b.is_ascii_alphanumeric() || b".-_:".contains(b)) {
            return Some(limit + at);
        }
    }
    let last = bytes[first..limit].iter().rposition(|b| *b == b'@').map_or(first, |i| first + i);
    // `u:p@h1,u:p@h2`: credentials for each host, which is another mistake.
    let between = &bytes[first..last];
    let comma = between.iter().position(|b| *b == b',').unwrap_or(between.len());
    if between[comma..].contains(&b':') {
        return None;
    }
    Some(last)
}

/// Whether the `/`, `?` or `#` at `stop`, before the first `@` at `at`, can only be meant as a character of the
/// user name or password.
fn belongs_to_userinfo(bytes: &[u8], start: usize, stop: usize, at: usize) -> bool {
    let (before, after) = (&bytes[start..stop], &bytes[stop..at]);
    // From a `?` on, a `=` makes it a query: `?application_name=a@b`.
    let query = after.iter().position(|b| *b == b'?').is_some_and(|i| after[i..].contains(&b'='));
    if query {
        return false;
    }
    match bytes[stop] {
        // No connection string has a fragment.
        b'#' => !before.is_empty(),
        // A query without `=` is none; libpq takes it for the user name.
        b'?' => !(before.is_empty() || before.contains(&b':') && is_host_list(before)),
        // `h/db@x` may be a name of a database; `u:p/w@h` has no port that could be one.
        _ => before.contains(&b':') && !is_host_list(before) && !before.starts_with(b"["),
    }
}

/// `h1:5432,h2,[::1]:5433`: every port is a number, or a placeholder for one.
fn is_host_list(text: &[u8]) -> bool {
    text.split(|b| *b == b',').all(|piece| {
        let behind = piece.iter().rposition(|b| *b == b']').map_or(0, |i| i + 1);
        let Some(colon) = piece[behind..].iter().position(|b| *b == b':') else { return true };
        let port = &piece[behind + colon + 1..];
        port.iter().all(u8::is_ascii_digit)
            || port.starts_with(b"$")
            || port.starts_with(b"{")
            || port.starts_with(b"<")
    })
}
