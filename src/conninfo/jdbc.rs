//! The URLs of pgjdbc (`org.postgresql.Driver.parseURL`, 42.2.5 and newer), translated into libpq's keywords.
//! User and password are parameters there; what stands before an `@` would be a part of the host's name.

use super::{
    Conninfo, Draft, Drafts, Form, HostRange, Parameter,
    error::{Error, ErrorKind, Place},
    keyword::Libpq,
};
use crate::secret::Part;
use std::ops::Range;

const PREFIX: &str = "jdbc:postgresql:";

impl Conninfo {
    /// Reads a URL as pgjdbc does: `jdbc:postgresql://h1:5432,h2/db?user=…&password=…`, `jdbc:postgresql:db`. Its
    /// properties come as the libpq keywords that mean the same, without `sslmode` `ssl=true` as `verify-full`; the
    /// others are listed by [`Conninfo::unknown`]. No host is `localhost`. Ranges are bytes of the given text.
    ///
    /// # Errors
    /// For what pgjdbc refuses, and for user and password before the host, which it takes for a host's name.
    pub fn parse_jdbc(text: &str) -> Result<Self, Error> {
        super::refuse_nul(text)?;
        if !text.starts_with(PREFIX) {
            return Err(Error::new(ErrorKind::SchemeUnknown, Place::Scheme, text, 0..0));
        }
        let mut out = Drafts { unknown: Some(Vec::new()), ..Drafts::new() };
        let mut reader = Reader { text, out: &mut out, hosts: Vec::new(), parameters: Vec::new() };
        let query = text.find('?').unwrap_or(text.len());
        reader.server(PREFIX.len()..query)?;
        reader.properties(query)?;
        let Reader { hosts, parameters, .. } = reader;
        let mut shape = Self::empty(Form::Jdbc, Libpq::V18, parameters);
        shape.hosts = hosts;
        shape.scheme = Some(0..PREFIX.len() - 1);
        let mut conninfo = Self::finish(text, Libpq::V18, out, shape);
        conninfo.fill("host", Part::harmless("localhost"));
        Ok(conninfo)
    }
}

struct Reader<'t, 'o> {
    text: &'t str,
    out: &'o mut Drafts,
    hosts: Vec<HostRange>,
    parameters: Vec<Parameter>,
}

impl Reader<'_, '_> {
    /// `//h1:5432,h2/db`, or a database alone.
    fn server(&mut self, range: Range<usize>) -> Result<(), Error> {
        let server = &self.text[range.clone()];
        if matches!(server, "" | "//" | "///") {
            return Ok(());
        }
        let Some(rest) = server.strip_prefix("//") else { return self.dbname(range) };
        let start = range.start + 2;
        let error = |kind, place, range| Err(Error::new(kind, place, self.text, range));
        let Some(slash) = rest.find('/').map(|i| start + i) else {
            return error(ErrorKind::PathMissing, Place::Dbname, range.end..range.end);
        };
        if let Some(second) = self.text[slash + 1..range.end].find('/') {
            let at = slash + 1 + second;
            return error(ErrorKind::PathTwice, Place::Dbname, at..at + 1);
        }
        if let Some(sign) = self.text[start..slash].find('@') {
            return error(ErrorKind::UserinfoForeign, Place::Host(1), start..start + sign + 1);
        }
        let mut at = start;
        for address in self.text[start..slash].split(',') {
            self.hosts.push(host(address, at));
            at += address.len() + 1;
        }
        if start < slash {
            let hosts = self.hosts.iter().map(|h| h.host.clone()).collect();
            let ports = self.hosts.iter().map(|h| h.port.clone().unwrap_or(h.host.end..h.host.end)).collect();
            // An empty name is the loopback address to Java.
            self.list("host", hosts, b"localhost");
            self.list("port", ports, b"");
        }
        if slash + 1 < range.end { self.dbname(slash + 1..range.end) } else { Ok(()) }
    }

    fn dbname(&mut self, range: Range<usize>) -> Result<(), Error> {
        let bytes = self.decoded(range.clone(), Place::Dbname)?;
        self.out.set("dbname", Draft::new(bytes, range));
        Ok(())
    }

    /// Stores the pieces joined by commas, unless all of them are empty.
    fn list(&mut self, name: &str, pieces: Vec<Range<usize>>, empty: &[u8]) {
        if pieces.iter().all(Range::is_empty) {
            return;
        }
        let written = |r: &Range<usize>| match &self.text.as_bytes()[r.clone()] {
            b"" => empty.to_vec(),
            bytes => bytes.to_vec(),
        };
        let bytes = pieces.iter().map(written).collect::<Vec<_>>().join(&b',');
        let whole = pieces[0].start..pieces[pieces.len() - 1].end;
        self.out.set(name, Draft { pieces, ..Draft::new(bytes, whole) });
    }

    fn properties(&mut self, query: usize) -> Result<(), Error> {
        let mut at = query + 1;
        let mut ssl = None;
        for token in self.text.get(at..).unwrap_or_default().split('&') {
            let start = at;
            at += token.len() + 1;
            let number = self.parameters.len() + 1;
            if token.is_empty() {
                continue;
            }
            let equals = token.find('=').unwrap_or(token.len());
            let name = start..start + equals;
            let value = (name.end + 1).min(start + token.len())..start + token.len();
            let bytes = self.decoded(value.clone(), Place::Value(number))?;
            let draft = Draft { name: Some(name.clone()), ..Draft::new(bytes, value.clone()) };
            let written = &self.text[name.clone()];
            let Some((_, keyword)) = PROPERTIES.iter().find(|(property, _)| *property == written) else {
                self.out.unknown.get_or_insert_default().push(name);
                continue;
            };
            self.parameters.push(Parameter { keyword, name, value });
            match written {
                "ssl" => ssl = Some(draft),
                "targetServerType" => {
                    let bytes = session_attrs(&draft.bytes).unwrap_or(&draft.bytes).to_vec();
                    self.out.set(keyword, Draft { bytes, ..draft });
                }
                _ => self.out.set(keyword, draft),
            }
        }
        // `SslMode.of`: the older `ssl` counts where no `sslmode` is given.
        let sslmode = self.parameters.iter().any(|p| &self.text[p.name.clone()] == "sslmode");
        if let Some(draft) =
            ssl.filter(|d| !sslmode && (d.bytes.is_empty() || d.bytes.eq_ignore_ascii_case(b"true")))
        {
            self.out.set("sslmode", Draft { bytes: b"verify-full".to_vec(), ..draft });
        }
        Ok(())
    }

    /// `java.net.URLDecoder`: a `+` is a blank.
    fn decoded(&self, range: Range<usize>, place: Place) -> Result<Vec<u8>, Error> {
        let raw = &self.text.as_bytes()[range.clone()];
        let mut out = Vec::with_capacity(raw.len());
        let mut i = 0;
        while i < raw.len() {
            let digit = |o: usize| raw.get(i + o).and_then(|b| char::from(*b).to_digit(16));
            let escaped = || digit(1).zip(digit(2)).and_then(|(h, l)| u8::try_from(h * 16 + l).ok());
            let (byte, width) = match raw[i] {
                b'+' => (b' ', 1),
                b'%' => {
                    let at = range.start + i;
                    let error = || Error::new(ErrorKind::EscapeInvalid, place, self.text, at..at + 1);
                    (escaped().ok_or_else(error)?, 3)
                }
                byte => (byte, 1),
            };
            out.push(byte);
            i += width;
        }
        Ok(out)
    }
}

/// One address. The port is behind the last `:` that is not inside brackets.
fn host(address: &str, at: usize) -> HostRange {
    let colon = address.rfind(':').filter(|i| address.rfind(']').is_none_or(|close| close < *i));
    let end = colon.unwrap_or(address.len());
    let inner = address[..end].strip_prefix('[').and_then(|a| a.strip_suffix(']'));
    let host = inner.map_or(at..at + end, |inner| at + 1..at + 1 + inner.len());
    HostRange { host, port: colon.map(|i| at + i + 1..at + address.len()) }
}

/// pgjdbc's words for libpq's `target_session_attrs`; none for one that it does not know.
fn session_attrs(word: &[u8]) -> Option<&'static [u8]> {
    Some(match word {
        b"any" => b"any",
        b"primary" | b"master" => b"primary",
        b"secondary" | b"slave" => b"standby",
        b"preferSecondary" | b"preferSlave" => b"prefer-standby",
        _ => return None,
    })
}

/// Properties and the keywords that mean the same (pgjdbc's `PGProperty`).
const PROPERTIES: &[(&str, &str)] = &[
    ("user", "user"),
    ("password", "password"),
    ("ssl", "sslmode"),
    ("sslmode", "sslmode"),
    ("sslrootcert", "sslrootcert"),
    ("sslcert", "sslcert"),
    ("sslkey", "sslkey"),
    ("sslpassword", "sslpassword"),
    ("sslNegotiation", "sslnegotiation"),
    ("channelBinding", "channel_binding"),
    ("gssEncMode", "gssencmode"),
    ("requireAuth", "require_auth"),
    ("connectTimeout", "connect_timeout"),
    ("ApplicationName", "application_name"),
    ("options", "options"),
    ("service", "service"),
    ("targetServerType", "target_session_attrs"),
];
