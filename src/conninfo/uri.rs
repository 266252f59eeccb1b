//! The grammar of connection URIs: `conninfo_uri_parse_options`, `conninfo_uri_parse_params` and
//! `conninfo_uri_decode` of fe-connect.c. Judges nothing that libpq leaves to the connect phase.

use super::{
    Draft, Drafts, HostRange, Parameter,
    error::{Error, ErrorKind, Place},
    keyword::Libpq,
    r2dbc,
};
use std::{borrow::Cow, ops::Range};

/// What stands before `://` for libpq, to the letter (`uri_prefix_length`). Length with the `://`.
pub(super) fn prefix(text: &str) -> Option<usize> {
    ["postgresql://", "postgres://"].iter().find(|p| text.starts_with(**p)).map(|p| p.len())
}

/// Whether a URL names asyncpg for its driver, as SQLAlchemy has it: `ssl` is then what `sslmode` is to libpq.
pub(crate) fn names_asyncpg(text: &str) -> bool {
    text.split_once("://").is_some_and(|(scheme, _)| scheme.ends_with("+asyncpg"))
}

/// The structure of a URI beside its values.
#[derive(Default)]
pub(super) struct Shape {
    pub(super) hosts: Vec<HostRange>,
    pub(super) parameters: Vec<Parameter>,
}

/// Reads everything from `start`, which is behind the `://`.
pub(super) fn parse(text: &str, start: usize, libpq: Libpq, out: &mut Drafts) -> Result<Shape, Error> {
    let mut reader = Reader { text, bytes: text.as_bytes(), libpq, out };
    let mut shape = Shape::default();
    let authority = reader.userinfo(start)?;
    let mut at = reader.hosts(authority, &mut shape)?;
    if reader.at(at) == Some(b'/') {
        let end = reader.find(at + 1, b"?");
        if end > at + 1 {
            let value = reader.decoded(at + 1..end, Place::Dbname)?;
            reader.out.set("dbname", Draft::new(value, at + 1..end));
        }
        at = end;
    }
    if at < text.len() {
        reader.parameters(at + 1, &mut shape)?;
    }
    Ok(shape)
}

struct Reader<'t, 'o> {
    text: &'t str,
    bytes: &'t [u8],
    libpq: Libpq,
    out: &'o mut Drafts,
}

impl Reader<'_, '_> {
    fn at(&self, i: usize) -> Option<u8> {
        self.bytes.get(i).copied()
    }

    /// The first of `stops` from `from`, or the end.
    fn find(&self, from: usize, stops: &[u8]) -> usize {
        self.bytes[from..].iter().position(|b| stops.contains(b)).map_or(self.bytes.len(), |i| from + i)
    }

    /// Credentials end at the first `@`, if it comes before the first `/`. Answers where the hosts begin.
    fn userinfo(&mut self, start: usize) -> Result<usize, Error> {
        let at = self.find(start, b"@/");
        if self.at(at) != Some(b'@') {
            return Ok(start);
        }
        let colon = self.find(start, b":@");
        if colon > start {
            let value = self.decoded(start..colon, Place::User)?;
            self.out.set("user", Draft::new(value, start..colon));
        }
        // Empty parts are not stored, so that PGUSER and PGPASSWORD can fill them.
        if colon + 1 < at {
            let value = self.decoded(colon + 1..at, Place::Password)?;
            self.out.set("password", Draft::new(value, colon + 1..at));
        }
        Ok(at + 1)
    }

    /// `host[:port]` separated by commas. Answers where it stopped: at `/`, `?` or the end.
    fn hosts(&mut self, mut p: usize, shape: &mut Shape) -> Result<usize, Error> {
        loop {
            let number = shape.hosts.len() + 1;
            let host = if self.at(p) == Some(b'[') {
                let close = self.find(p + 1, b"]");
                let error = |kind, range| Err(Error::new(kind, Place::Host(number), self.text, range));
                if close == self.bytes.len() {
                    return error(ErrorKind::BracketOpen, p..p + 1);
                }
                if close == p + 1 {
                    return error(ErrorKind::BracketEmpty, p..p + 2);
                }
                if self.at(close + 1).is_some_and(|b| !b":/?,".contains(&b)) {
                    let wide = self.text[close + 1..].chars().next().map_or(1, char::len_utf8);
                    return error(ErrorKind::BracketTrailing, close + 1..close + 1 + wide);
                }
                let host = p + 1..close;
                p = close + 1;
                host
            } else {
                let end = self.find(p, b":/?,");
                let host = p..end;
                p = end;
                host
            };
            let port = if self.at(p) == Some(b':') {
                let end = self.find(p + 1, b"/?,");
                let port = p + 1..end;
                p = end;
                Some(port)
            } else {
                None
            };
            shape.hosts.push(HostRange { host, port });
            if self.at(p) != Some(b',') {
                break;
            }
            p += 1;
        }
        let hosts = shape.hosts.iter().map(|h| h.host.clone()).collect();
        let port = |h: &HostRange| h.port.clone().unwrap_or(h.host.end..h.host.end);
        let ports = shape.hosts.iter().map(port).collect();
        self.list("host", hosts, Place::Host)?;
        self.list("port", ports, Place::Port)?;
        Ok(p)
    }

    /// Stores the pieces, joined by commas and then decoded, unless all of it is empty.
    fn list(
        &mut self,
        name: &str,
        pieces: Vec<Range<usize>>,
        place: fn(usize) -> Place,
    ) -> Result<(), Error> {
        let joined = match &pieces[..] {
            [one] => Cow::Borrowed(&self.bytes[one.clone()]),
            several => {
                let bytes: Vec<&[u8]> = several.iter().map(|piece| &self.bytes[piece.clone()]).collect();
                Cow::Owned(bytes.join(&b','))
            }
        };
        if joined.is_empty() {
            return Ok(());
        }
        let value = decode(&joined, self.libpq).map_err(|(kind, at)| {
            let mut begin = 0;
            for (i, piece) in pieces.iter().enumerate() {
                if at.start <= begin + piece.len() {
                    let start = piece.start + (at.start - begin);
                    return Error::new(
                        kind,
                        place(i + 1),
                        self.text,
                        start..(start + at.len()).min(piece.end),
                    );
                }
                begin += piece.len() + 1;
            }
            Error::new(kind, Place::Whole, self.text, 0..0)
        })?;
        let whole = pieces[0].start..pieces[pieces.len() - 1].end;
        self.out.set(name, Draft { pieces, ..Draft::new(value, whole) });
        Ok(())
    }

    fn parameters(&mut self, mut p: usize, shape: &mut Shape) -> Result<(), Error> {
        // Not where the text is read to the letter.
        let asyncpg = self.out.unknown.is_some() && names_asyncpg(self.text);
        let r2dbc = self.out.unknown.is_some() && r2dbc::prefix(self.text).is_some();
        while p < self.bytes.len() {
            let number = shape.parameters.len() + 1;
            let end = self.find(p, b"&");
            let equals = self.find(p, b"=&");
            if equals >= end {
                let kind = ErrorKind::ParameterWithoutValue;
                return Err(Error::new(kind, Place::Name(number), self.text, p..end));
            }
            let second = self.find(equals + 1, b"=&");
            // `options=lock_timeout=10s` is as R2DBC has it.
            if second < end && !r2dbc {
                let kind = ErrorKind::ParameterSecondEquals;
                return Err(Error::new(kind, Place::Value(number), self.text, second..second + 1));
            }
            let (name, value) = (p..equals, equals + 1..end);
            let decoded_name = self.decoded(name.clone(), Place::Name(number))?;
            let mut draft = Draft::new(self.decoded(value.clone(), Place::Value(number))?, value.clone());
            draft.name = Some(name.clone());
            let keyword = if r2dbc {
                let Some(keyword) = r2dbc::keyword(&decoded_name, &mut draft.bytes) else {
                    self.out.unknown.get_or_insert_default().push(name);
                    p = (end + 1).min(self.bytes.len());
                    continue;
                };
                keyword.to_vec()
            } else if asyncpg && decoded_name == b"ssl" {
                // asyncpg takes `verify_full` for `verify-full`, and `true` for nothing.
                draft.bytes.iter_mut().filter(|b| **b == b'_').for_each(|b| *b = b'-');
                b"sslmode".to_vec()
            } else if decoded_name == b"ssl" && draft.bytes == b"true" {
                // "Special keyword handling for improved JDBC compatibility."
                draft.bytes = b"require".to_vec();
                b"sslmode".to_vec()
            } else {
                decoded_name
            };
            p = (end + 1).min(self.bytes.len());
            match (self.out.store(&keyword, draft, self.libpq), &mut self.out.unknown) {
                (Ok(keyword), _) => shape.parameters.push(Parameter { keyword, name, value }),
                (Err(ErrorKind::KeywordUnknown), Some(unknown)) => unknown.push(name),
                (Err(kind), _) => return Err(Error::new(kind, Place::Name(number), self.text, name)),
            }
        }
        Ok(())
    }

    fn decoded(&self, range: Range<usize>, place: Place) -> Result<Vec<u8>, Error> {
        decode(&self.bytes[range.clone()], self.libpq).map_err(|(kind, at)| {
            Error::new(kind, place, self.text, range.start + at.start..range.start + at.end)
        })
    }
}

/// Percent-decoding. A `+` stays a `+`. On error the range of the bad bytes, never past the end.
fn decode(raw: &[u8], libpq: Libpq) -> Result<Vec<u8>, (ErrorKind, Range<usize>)> {
    let (mut from, mut to) = (0, raw.len());
    if libpq >= Libpq::V18 {
        from = raw.iter().position(|b| *b != b' ').unwrap_or(raw.len());
        to = raw.iter().rposition(|b| *b != b' ').map_or(from, |i| i + 1);
        if let Some(i) = raw[from..to].iter().position(|b| *b == b' ') {
            return Err((ErrorKind::SpaceRaw, from + i..from + i + 1));
        }
    }
    let mut out = Vec::with_capacity(to - from);
    let mut i = from;
    while i < to {
        if raw[i] != b'%' {
            out.push(raw[i]);
            i += 1;
            continue;
        }
        let digit = |o: usize| raw.get(i + o).and_then(|b| char::from(*b).to_digit(16));
        let (Some(high), Some(low)) = (digit(1), digit(2)) else {
            // The % alone: what follows may be the half of a character.
            return Err((ErrorKind::EscapeInvalid, i..i + 1));
        };
        match u8::try_from(high * 16 + low) {
            Ok(0) | Err(_) => return Err((ErrorKind::EscapeNul, i..i + 3)),
            Ok(byte) => out.push(byte),
        }
        i += 3;
    }
    Ok(out)
}
