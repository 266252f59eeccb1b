//! Why a connection string was refused, and where. Holds places, never text of the input.

use super::keyword::Libpq;
use std::{fmt, ops::Range};

/// A refused connection string. `Display` names the part and its place and quotes nothing of the input:
/// libpq's own messages print passwords (`invalid percent-encoded token: "p%ss"`).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Error {
    kind: ErrorKind,
    place: Place,
    range: Option<Range<usize>>,
    /// 1-based, in characters.
    character: Option<usize>,
}

/// What is wrong. The messages are libpq's in meaning, not in words.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum ErrorKind {
    /// Looks like a URL, but its scheme is neither `postgresql://` nor `postgres://` (`uri_prefix_length`).
    SchemeUnknown,
    /// A NUL character, which no C string can hold.
    Nul,
    /// `%` without two hexadecimal digits (`conninfo_uri_decode`).
    EscapeInvalid,
    /// `%00` (`conninfo_uri_decode`).
    EscapeNul,
    /// A raw space inside a part of a URI; refused since libpq 18 (`conninfo_uri_decode`).
    SpaceRaw,
    /// `[` without `]` (`conninfo_uri_parse_options`).
    BracketOpen,
    /// `[]` (`conninfo_uri_parse_options`).
    BracketEmpty,
    /// Something else than `:`, `/`, `?` or `,` after `]` (`conninfo_uri_parse_options`).
    BracketTrailing,
    /// A parameter without `=`, also an empty one (`conninfo_uri_parse_params`).
    ParameterWithoutValue,
    /// A parameter with a second `=` (`conninfo_uri_parse_params`).
    ParameterSecondEquals,
    /// A parameter or keyword that no libpq knows (`conninfo_storeval`). `ssl` with another value than `true`
    /// is one of them.
    KeywordUnknown,
    /// A keyword that only a newer libpq knows.
    KeywordNewer {
        /// Its name.
        keyword: &'static str,
        /// The first libpq that knows it.
        since: Libpq,
    },
    /// A keyword without `=` (`conninfo_parse`).
    EqualsMissing,
    /// `'` without its end (`conninfo_parse`).
    QuoteOpen,
    /// pgjdbc: no `/` behind the hosts.
    PathMissing,
    /// pgjdbc: a second `/` behind the hosts.
    PathTwice,
    /// pgjdbc: user or password before the host, which it takes for a part of the name.
    UserinfoForeign,
    /// Connect phase: not as many hosts as hostaddrs (`connectOptions2`).
    HostCount {
        /// Number of hosts.
        hosts: usize,
        /// Number of hostaddrs.
        hostaddrs: usize,
    },
    /// Connect phase: several ports, and not as many as hosts (`connectOptions2`).
    PortCount {
        /// Number of ports.
        ports: usize,
        /// Number of hosts.
        hosts: usize,
    },
    /// Connect phase: a port that is no number (`parse_int_param`).
    PortInvalid,
    /// Connect phase: a port outside 1 to 65535 (`PQconnectPoll`).
    PortRange,
    /// Connect phase: a socket path over 107 bytes (`UNIXSOCK_PATH_BUFLEN`).
    SocketPathTooLong,
}

/// The part of a connection string that an error is about. Numbers of hosts are 1-based.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum Place {
    /// What stands before `://`.
    Scheme,
    /// The user name before the `@`.
    User,
    /// The password before the `@`.
    Password,
    /// The n-th host.
    Host(usize),
    /// The n-th port.
    Port(usize),
    /// The path of a URI.
    Dbname,
    /// The name of the n-th parameter of a URI, or of the n-th keyword.
    Name(usize),
    /// The value of the n-th parameter of a URI, or of the n-th keyword.
    Value(usize),
    /// All of it.
    Whole,
}

impl Error {
    pub(super) fn new(kind: ErrorKind, place: Place, text: &str, range: Range<usize>) -> Self {
        let before = text.as_bytes().get(..range.start).unwrap_or_default();
        // Not a count of chars: a range may begin inside one when the text is hostile.
        let character = before.iter().filter(|b| **b & 0xC0 != 0x80).count() + 1;
        Self { kind, place, range: Some(range), character: Some(character) }
    }

    /// For errors of the connect phase, where the text is no longer at hand.
    pub(super) fn later(
        kind: ErrorKind,
        place: Place,
        range: Option<Range<usize>>,
        character: Option<usize>,
    ) -> Self {
        Self { kind, place, range, character }
    }

    /// What is wrong.
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// Which part is wrong.
    pub fn place(&self) -> Place {
        self.place
    }

    /// Bytes of the input that are wrong; `None` when the value did not come from the input (a default).
    pub fn range(&self) -> Option<Range<usize>> {
        self.range.clone()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} in {}", self.kind, self.place)?;
        match self.character {
            Some(n) => write!(f, ", at character {n}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Error {}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::SchemeUnknown => "neither postgresql:// nor postgres://",
            Self::Nul => "a NUL character",
            Self::EscapeInvalid => "a % without two hexadecimal digits",
            Self::EscapeNul => "the forbidden escape %00",
            Self::SpaceRaw => "a space that is not written as %20",
            Self::BracketOpen => "a [ without its ]",
            Self::BracketEmpty => "an empty [ ]",
            Self::BracketTrailing => "something other than : / ? or , after the ]",
            Self::ParameterWithoutValue => "a parameter without =",
            Self::ParameterSecondEquals => "a second =, which must be written as %3D,",
            Self::KeywordUnknown => "a name that libpq does not know",
            Self::KeywordNewer { keyword, since } => {
                return write!(f, "{keyword}, which needs libpq {} or newer,", since.major());
            }
            Self::EqualsMissing => "a keyword without =",
            Self::QuoteOpen => "a quoted value without its closing '",
            Self::PathMissing => "no / behind the host",
            Self::PathTwice => "a second /",
            Self::UserinfoForeign => "user or password before the host",
            Self::HostCount { hosts, hostaddrs } => {
                return write!(f, "{hosts} host names do not match {hostaddrs} hostaddr values");
            }
            Self::PortCount { ports, hosts } => {
                return write!(f, "{ports} port numbers do not match {hosts} hosts");
            }
            Self::PortInvalid => "no whole number",
            Self::PortRange => "a port outside 1 to 65535",
            Self::SocketPathTooLong => "a socket path of more than 107 bytes",
        })
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Scheme => f.write_str("the scheme"),
            Self::User => f.write_str("the user name"),
            Self::Password => f.write_str("the password"),
            Self::Host(n) => write!(f, "host {n}"),
            Self::Port(n) => write!(f, "the port of host {n}"),
            Self::Dbname => f.write_str("the database name"),
            Self::Name(n) => write!(f, "the name of parameter {n}"),
            Self::Value(n) => write!(f, "the value of parameter {n}"),
            Self::Whole => f.write_str("the connection string"),
        }
    }
}
