//! Where libpq dials, in its order: the host lists of `connectOptions2` and the ports of `PQconnectPoll`.

use super::{
    Conninfo, Value,
    error::{Error, ErrorKind, Place},
};
use crate::secret::{Part, Secret};
use std::{ops::Range, str::Split};

/// Where libpq looks for the socket when no host is given. Compiled in: this is Debian's, upstream has `/tmp`.
pub const DEFAULT_SOCKET_DIR: &str = "/var/run/postgresql";

/// `DEF_PGPORT`.
pub const DEFAULT_PORT: u16 = 5432;

/// Longest path of a Unix socket on Linux (`UNIXSOCK_PATH_BUFLEN` less one).
const SOCKET_PATH_MAX: usize = 107;

/// One place to dial. A name is not resolved here, so it may stand for several addresses.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Endpoint {
    /// The host name or socket directory, without which only `hostaddr` was given.
    pub host: Option<Part>,
    /// The numeric address; libpq does not resolve `host` then, but still checks the certificate against it.
    pub hostaddr: Option<Part>,
    /// How it is dialled.
    pub kind: EndpointKind,
    /// 1 to 65535. Part of the file name for a socket.
    pub port: u16,
    /// Where `host` is written; `None` for the default and for what came from elsewhere.
    pub host_range: Option<Range<usize>>,
    /// Where `hostaddr` is written.
    pub hostaddr_range: Option<Range<usize>>,
    /// Where the port is written; one port may serve all hosts.
    pub port_range: Option<Range<usize>>,
    /// The port as written, for the password file; `None` for the default.
    pub(super) port_text: Option<Secret>,
}

/// How an endpoint is dialled.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum EndpointKind {
    /// `host` is resolved. libpq takes numeric addresses the same way.
    Name,
    /// `hostaddr` is taken as it is.
    HostAddr,
    /// `host` is the directory of a Unix socket (begins with `/`), or abstract (begins with `@`).
    Unix,
}

/// The endpoints, and what libpq complains about on its way along them.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Dial {
    /// In the order of dialling. With `target_session_attrs=prefer-standby` libpq walks the list twice.
    pub endpoints: Vec<Endpoint>,
    /// `HostCount` and `PortCount` forbid all dialling. `PortInvalid` ends the list: what stands before is dialled.
    /// `PortRange` and `SocketPathTooLong` skip one host.
    pub errors: Vec<Error>,
}

impl Conninfo {
    /// The endpoints, when libpq has nothing to complain about.
    ///
    /// # Errors
    /// The first error of [`Conninfo::dial`].
    pub fn endpoints(&self) -> Result<Vec<Endpoint>, Error> {
        let dial = self.dialled();
        match dial.errors.first() {
            Some(error) => Err(error.clone()),
            None => Ok(dial.endpoints.clone()),
        }
    }

    /// As [`Conninfo::endpoints`], as they stand here.
    pub(crate) fn places(&self) -> Option<&[Endpoint]> {
        let dial = self.dialled();
        dial.errors.is_empty().then_some(&dial.endpoints)
    }

    /// As [`Conninfo::dial`], as it stands here.
    pub(crate) fn dialled(&self) -> &Dial {
        self.dial.get_or_init(|| self.dialling())
    }

    fn complaint(&self, kind: ErrorKind, place: Place, range: Option<Range<usize>>) -> Error {
        let character = range.as_ref().map(|r| self.character(r.start));
        Error::later(kind, place, range, character)
    }

    /// The endpoints that libpq dials, and its complaints.
    pub fn dial(&self) -> Dial {
        self.dialled().clone()
    }

    fn dialling(&self) -> Dial {
        let mut out = Dial::default();
        let (mut hosts, mut addrs, mut ports) =
            (List::of(self, "host"), List::of(self, "hostaddr"), List::of(self, "port"));
        let count = addrs.len().max(if addrs.is_empty() { hosts.len() } else { 0 }).max(1);
        if !hosts.is_empty() && hosts.len() != count {
            let kind = ErrorKind::HostCount { hosts: hosts.len(), hostaddrs: count };
            out.errors.push(self.complaint(kind, Place::Whole, hosts.whole()));
            return out;
        }
        if ports.len() > 1 && ports.len() != count {
            let kind = ErrorKind::PortCount { ports: ports.len(), hosts: count };
            out.errors.push(self.complaint(kind, Place::Whole, ports.whole()));
            return out;
        }
        out.endpoints.reserve_exact(count.min(hosts.len().max(addrs.len())));
        for i in 0..count {
            hosts.go_on();
            addrs.go_on();
            if i == 0 || ports.len() != 1 {
                ports.go_on();
            }
            let port_range = ports.range();
            let port = match ports.text().map_or(Ok(DEFAULT_PORT), port_number) {
                Ok(port) => port,
                Err(kind) => {
                    out.errors.push(self.complaint(kind, Place::Port(i + 1), port_range));
                    if kind == ErrorKind::PortInvalid {
                        break;
                    }
                    continue;
                }
            };
            let (host, hostaddr) = (hosts.part(), addrs.part());
            let (host_range, hostaddr_range) = (hosts.range(), addrs.range());
            let kind = match (&hostaddr, hosts.text()) {
                (Some(_), _) => EndpointKind::HostAddr,
                (None, Some(host)) if !host.starts_with(['/', '@']) => EndpointKind::Name,
                (None, _) => EndpointKind::Unix,
            };
            let host = match (host, &hostaddr) {
                (None, None) => Some(Part::harmless(DEFAULT_SOCKET_DIR)),
                (host, _) => host,
            };
            let path = || host.as_ref().map_or(0, |h| h.expose().len()) + format!("/.s.PGSQL.{port}").len();
            if kind == EndpointKind::Unix && path() > SOCKET_PATH_MAX {
                let kind = ErrorKind::SocketPathTooLong;
                out.errors.push(self.complaint(kind, Place::Host(i + 1), host_range));
                continue;
            }
            out.endpoints.push(Endpoint {
                host,
                hostaddr,
                kind,
                port,
                host_range,
                hostaddr_range,
                port_range,
                port_text: ports.text().map(Secret::from),
            });
        }
        out
    }
}

/// A comma-separated value, gone along from one element to the next. The empty value is no list, as if it were not
/// given; empty elements are elements.
struct List<'c> {
    value: Option<&'c Value>,
    count: usize,
    rest: Option<Split<'c, char>>,
    /// How many elements were gone to, and the last of them.
    here: (usize, Option<&'c str>),
}

impl<'c> List<'c> {
    fn of(conninfo: &'c Conninfo, keyword: &str) -> Self {
        let value = conninfo.get(keyword).filter(|v| !v.part().is_empty());
        let rest = value.map(|v| v.part.expose().split(','));
        let count = value.map_or(0, |v| v.part.expose().bytes().filter(|b| *b == b',').count() + 1);
        Self { value, count, rest, here: (0, None) }
    }

    fn len(&self) -> usize {
        self.count
    }

    fn is_empty(&self) -> bool {
        self.count == 0
    }

    fn go_on(&mut self) {
        self.here = (self.here.0 + 1, self.rest.as_mut().and_then(Iterator::next));
    }

    /// An element that is there and not empty.
    fn text(&self) -> Option<&'c str> {
        self.here.1.filter(|e| !e.is_empty())
    }

    fn part(&self) -> Option<Part> {
        let text = self.text()?;
        Some(Part::with_proof(text, self.value?.part().is_harmless()))
    }

    fn range(&self) -> Option<Range<usize>> {
        let element = self.text()?;
        self.value?.range_of(element, self.here.0 - 1, self.count)
    }

    fn whole(&self) -> Option<Range<usize>> {
        self.value.and_then(Value::range)
    }
}

/// Whether each of a list could be a host or a directory of sockets, by the characters in it. libpq takes the second half of
/// `p@ss@host` for the host, a name that none has.
pub fn are_possible_hosts(list: &str) -> bool {
    let odd = |c: char| c.is_whitespace() || c.is_control() || "@#?\"'<>[]{}|\\".contains(c);
    list.split(',').all(|host| host.is_empty() || host.starts_with(['/', '@']) || !host.contains(odd))
}

fn port_number(text: &str) -> Result<u16, ErrorKind> {
    let number = int_param(text).ok_or(ErrorKind::PortInvalid)?;
    u16::try_from(number).ok().filter(|n| *n > 0).ok_or(ErrorKind::PortRange)
}

/// `parse_int_param`: `strtol` in base 10 into an `int`, white space around it allowed.
pub(super) fn int_param(text: &str) -> Option<i32> {
    let text = text.trim_matches(|c: char| u8::try_from(c).is_ok_and(super::keyword_value::is_space));
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    text.parse().ok()
}
