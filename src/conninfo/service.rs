//! The connection service file: `parseServiceFile` of fe-connect.c. Which file is read is not decided here.

use super::keyword::{self, KEYWORDS, Libpq};
use std::{fmt, ops::Range};

/// What a service file says of one service. Ranges are bytes of the file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Service {
    /// The name between its brackets.
    pub name: Range<usize>,
    /// In the order of the file; of a keyword that stands twice the first alone.
    pub entries: Vec<ServiceEntry>,
}

/// One `keyword=value` of a service.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ServiceEntry {
    /// The keyword.
    pub keyword: &'static str,
    /// Where it is written.
    pub name: Range<usize>,
    /// The value, to the letter: nothing is unquoted, and blanks behind the `=` belong to it.
    pub value: Range<usize>,
}

/// Why libpq refuses every connection by this service, and where. Quotes nothing of the file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ServiceError {
    /// What is wrong.
    pub kind: ServiceErrorKind,
    /// The bytes that are wrong: a name, or a whole line without its end.
    pub range: Range<usize>,
}

/// What is wrong with a service file.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum ServiceErrorKind {
    /// A line of the service without `=`.
    EqualsMissing,
    /// What stands before the `=` is no keyword of this libpq, to the letter: a blank before the `=` counts.
    KeywordUnknown,
    /// `service=` inside a service.
    Nested,
    /// A line of more than 1022 bytes with its end, anywhere up to the end of the service.
    LineTooLong,
    /// An `ldap` line: libpq would ask a directory server, which is not done here.
    Ldap,
    /// A value that is no UTF-8. libpq takes it as it is.
    NotUtf8,
}

impl fmt::Display for ServiceErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::EqualsMissing => "a line of the service has no `=`",
            Self::KeywordUnknown => "what stands before the `=` is no keyword of libpq",
            Self::Nested => "a service cannot name another service",
            Self::LineTooLong => "a line is longer than libpq reads (1022 bytes)",
            Self::Ldap => "a service looked up over LDAP is not supported",
            Self::NotUtf8 => "a value is not UTF-8",
        })
    }
}

impl fmt::Display for ServiceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.kind.fmt(f)
    }
}

impl std::error::Error for ServiceError {}

/// libpq's buffer for a line holds so many bytes and the NUL that ends them.
const BUFFER: usize = 1023;

/// Looks up a service as the given libpq does; `None` when the file does not define it.
///
/// # Errors
/// Whatever makes libpq refuse the file on its way to the end of the service, and what only we cannot read.
pub fn find_service(file: &[u8], service: &str, libpq: Libpq) -> Result<Option<Service>, ServiceError> {
    let error = |kind, range| Err(ServiceError { kind, range });
    let mut found: Option<Service> = None;
    let mut next = 0;
    while next < file.len() {
        // `fgets`: to the line's end or as much as fits; what stands behind a NUL is not seen.
        let limit = file.len().min(next + BUFFER);
        let end = file[next..limit].iter().position(|b| *b == b'\n').map_or(limit, |i| next + i + 1);
        let mut line = next..file[next..end].iter().position(|b| *b == 0).map_or(end, |i| next + i);
        next = end;
        if line.len() >= BUFFER {
            return error(ServiceErrorKind::LineTooLong, line);
        }
        let space = |i: usize| super::keyword_value::is_space(file[i]);
        while !line.is_empty() && space(line.end - 1) {
            line.end -= 1;
        }
        while !line.is_empty() && space(line.start) {
            line.start += 1;
        }
        let text = &file[line.clone()];
        if text.is_empty() || text[0] == b'#' {
            continue;
        }
        if text[0] == b'[' {
            if found.is_some() {
                break;
            }
            let name = line.start + 1..line.start + 1 + service.len();
            if text[1..].strip_prefix(service.as_bytes()).is_some_and(|rest| rest.first() == Some(&b']')) {
                found = Some(Service { name, entries: Vec::new() });
            }
            continue;
        }
        let Some(service) = &mut found else { continue };
        if text.starts_with(b"ldap") {
            return error(ServiceErrorKind::Ldap, line);
        }
        let Some(equals) = text.iter().position(|b| *b == b'=') else {
            return error(ServiceErrorKind::EqualsMissing, line);
        };
        let (name, value) = (line.start..line.start + equals, line.start + equals + 1..line.end);
        if &text[..equals] == b"service" {
            return error(ServiceErrorKind::Nested, name);
        }
        let known = keyword::find(&text[..equals]).map(|i| &KEYWORDS[i]).filter(|k| k.since <= libpq);
        let Some(keyword) = known.map(|k| k.name) else {
            return error(ServiceErrorKind::KeywordUnknown, name);
        };
        if std::str::from_utf8(&file[value.clone()]).is_err() {
            return error(ServiceErrorKind::NotUtf8, value);
        }
        if service.entries.iter().all(|e| e.keyword != keyword) {
            service.entries.push(ServiceEntry { keyword, name, value });
        }
    }
    Ok(found)
}

/// What of a service file may be shown, ascending and apart: names of services of plain characters, and on lines of
/// their own keywords with the values that are no secret by keyword and characters. Comments never.
pub fn visible_service(file: &[u8]) -> Vec<Range<usize>> {
    let mut out = Vec::new();
    let mut next = 0;
    for line in file.split(|b| *b == b'\n') {
        let begin = next;
        next += line.len() + 1;
        let Ok(text) = std::str::from_utf8(line) else { continue };
        let trimmed = text.trim_ascii();
        let begin = begin + (text.len() - text.trim_ascii_start().len());
        let end = begin + trimmed.len();
        let plain = |name: &str| name.bytes().all(keyword::is_plain);
        if trimmed.strip_prefix('[').and_then(|t| t.strip_suffix(']')).is_some_and(plain) {
            out.push(begin..end);
        } else if let Some((name, value)) = trimmed.split_once('=')
            && keyword::find(name.as_bytes()).is_some()
        {
            let shown = keyword::shows(name, value);
            out.push(begin..if shown { end } else { begin + name.len() + 1 });
        }
    }
    out
}
