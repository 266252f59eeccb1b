//! The password file: `passwordFromFile` and `pwdfMatchesString` of fe-connect.c. Which file is read, and whether
//! its mode lets libpq read it, is not decided here.

use super::endpoint::{DEFAULT_PORT, DEFAULT_SOCKET_DIR, Endpoint};
use crate::secret::{Part, Secret};
use std::ops::Range;

/// The line that libpq takes for one endpoint. Ranges are bytes of the file.
#[derive(Clone, Debug)]
pub struct PassEntry {
    /// The password, its escapes resolved. Empty means that there is none. `None` when it is no UTF-8, which is not
    /// sent from here.
    pub password: Option<Secret>,
    /// The fields for host, port, database and user, as written, without their colons.
    pub fields: [Range<usize>; 4],
    /// The password as written.
    pub range: Range<usize>,
}

/// What a line is compared with: one endpoint, one database, one user.
#[derive(Clone, Debug)]
pub struct PassKey {
    host: Secret,
    port: Secret,
    dbname: Secret,
    user: Secret,
}

impl PassKey {
    /// The key of an endpoint. `host` and port are compared as they are written, `hostaddr` only without `host`; the
    /// default socket directory is called `localhost`. `None` without a database or a user: libpq does not look then.
    pub fn new(endpoint: &Endpoint, dbname: &Part, user: &Part) -> Option<Self> {
        if dbname.is_empty() || user.is_empty() {
            return None;
        }
        let named = endpoint.host.as_ref().filter(|h| !h.is_empty());
        let host = named.or(endpoint.hostaddr.as_ref()).map_or("", Part::expose);
        let host = if host.is_empty() || host == DEFAULT_SOCKET_DIR { "localhost" } else { host };
        let (dbname, user) = (dbname.secret().clone(), user.secret().clone());
        let port = endpoint.port_text.clone().unwrap_or_else(|| Secret::new(DEFAULT_PORT.to_string()));
        Some(Self { host: Secret::from(host), port, dbname, user })
    }
}

/// The first line of a password file that fits; libpq looks no further, even if its password is empty.
pub fn find_password(file: &[u8], key: &PassKey) -> Option<PassEntry> {
    let tokens = [&key.host, &key.port, &key.dbname, &key.user].map(Secret::expose);
    let mut lines = Lines { file, at: 0, room: 256 };
    let mut line = Vec::new();
    while lines.next(&mut line) {
        if line.first().is_none_or(|(b, _)| *b == b'#') {
            continue;
        }
        while line.last().is_some_and(|(b, _)| matches!(b, b'\n' | b'\r')) {
            line.pop();
        }
        if let Some(entry) = matching(&line, tokens) {
            return Some(entry);
        }
    }
    None
}

/// Bytes with their place in the file: a NUL can bring together what does not stand together.
type Line = Vec<(u8, usize)>;

/// The lines as `fgets` into a growing buffer gives them, with its two quirks: a NUL hides the rest of its line and
/// joins the next one to it, and a last line without an end that fills the buffer exactly is lost.
struct Lines<'f> {
    file: &'f [u8],
    at: usize,
    /// Bytes of the buffer, with the NUL at the end; it is kept from line to line.
    room: usize,
}

impl Lines<'_> {
    fn next(&mut self, line: &mut Line) -> bool {
        line.clear();
        loop {
            while line.len() + 129 > self.room {
                self.room *= 2;
            }
            let most = self.room - line.len() - 1;
            let limit = self.file.len().min(self.at + most);
            if self.at == limit {
                return false;
            }
            let chunk = &self.file[self.at..limit];
            let newline = chunk.iter().position(|b| *b == b'\n');
            let end = newline.map_or(limit, |i| self.at + i + 1);
            let chunk = &self.file[self.at..end];
            let seen = chunk.iter().position(|b| *b == 0).unwrap_or(chunk.len());
            line.extend(chunk[..seen].iter().copied().zip(self.at..));
            // The end of the file is noticed only by reading past it.
            let ended = newline.is_none() && end - self.at < most;
            self.at = end;
            if ended || line.last().is_some_and(|(b, _)| *b == b'\n') {
                return true;
            }
        }
    }
}

fn matching(line: &Line, tokens: [&str; 4]) -> Option<PassEntry> {
    let mut fields: [Range<usize>; 4] = [0..0, 0..0, 0..0, 0..0];
    let mut at = 0;
    for (field, token) in fields.iter_mut().zip(tokens) {
        let begin = at;
        at = field_end(line, begin, token.as_bytes())?;
        *field = line[begin].1..line[at - 1].1;
    }
    let (begin, mut end, mut password) = (at, at, Vec::new());
    while let Some((byte, _)) = line.get(end).filter(|(b, _)| *b != b':') {
        let escaped = line.get(end + 1).filter(|_| *byte == b'\\');
        password.push(escaped.map_or(*byte, |(b, _)| *b));
        end += if escaped.is_some() { 2 } else { 1 };
    }
    let place = |i: usize| line.get(i).map_or_else(|| line.last().map_or(0, |(_, p)| p + 1), |(_, p)| *p);
    let password = String::from_utf8(password).ok().map(Secret::from);
    Some(PassEntry { password, fields, range: place(begin)..place(end) })
}

/// Where the next field begins, if this one is the token or `*`.
fn field_end(line: &Line, begin: usize, token: &[u8]) -> Option<usize> {
    let byte = |i: usize| line.get(i).map(|(b, _)| *b);
    if byte(begin) == Some(b'*') && byte(begin + 1) == Some(b':') {
        return Some(begin + 2);
    }
    let (mut at, mut token) = (begin, token.iter());
    loop {
        let escaped = byte(at)? == b'\\';
        at += usize::from(escaped);
        let here = byte(at);
        match token.next() {
            None if here == Some(b':') && !escaped => return Some(at + 1),
            Some(expected) if here == Some(*expected) => at += 1,
            _ => return None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(file: &[u8], host: &str) -> Option<String> {
        let key =
            PassKey { host: host.into(), port: "5432".into(), dbname: "shop".into(), user: "app".into() };
        let entry = find_password(file, &key)?;
        Some(format!(
            "{}@{:?}",
            entry.password.map_or_else(String::new, |p| p.expose().to_owned()),
            entry.range
        ))
    }

    #[test]
    fn lines_as_libpq_reads_them() {
        for (file, expected) in [
            (&b"h:5432:shop:app:pw\n"[..], Some("pw@16..18")),
            (b"# h:5432:shop:app:no\n*:*:*:*:pw", Some("pw@29..31")),
            (b" # \nh:5432:shop:app:pw:rest\r\n", Some("pw@20..22")),
            (b"h:5432:shop:app:p\\:w\\\\\\x\n", Some("p:w\\x@16..24")),
            (b"h:5432:shop:app:\nh:5432:shop:app:later\n", Some("@16..16")),
            (b"h:5432:shop:app:pw\\", Some("pw\\@16..19")),
            (b"\\h:\\5432:s\\hop:app:pw", Some("pw@19..21")),
            (b"h:5432:shop:app", None),
            (b"h:5433:shop:app:pw", None),
            (b"h\\:5432:shop:app:pw", None),
            (b"**:*:*:*:pw", None),
            (b"h:*:*:*:\xff", Some("@8..9")),
            (b"h:5432:shop\0:x\n:app:pw\n", Some("pw@20..22")),
        ] {
            let text = String::from_utf8_lossy(file);
            assert_eq!(found(file, "h").as_deref(), expected, "{text:?}");
        }
        assert_eq!(found(b"a\\:b:5432:shop:app:pw", "a:b").as_deref(), Some("pw@19..21"));
    }

    #[test]
    fn a_last_line_that_fills_the_buffer_is_lost() {
        for (fill, lost) in [(237, false), (238, false), (239, true), (240, false)] {
            let file = format!("h:5432:shop:app:{}", "x".repeat(fill));
            assert_eq!(found(file.as_bytes(), "h").is_none(), lost, "{fill}");
            assert!(found(format!("{file}\n").as_bytes(), "h").is_some());
        }
    }
}
