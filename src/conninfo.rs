//! Connection strings as libpq reads them: URIs and keyword/value strings, every part with its byte range.
//!
//! libpq is the truth (fe-connect.c, versions 15 to 18); a test compares with `PQconninfoParse`. Nothing here
//! shows a text that was not proved harmless, in `Debug`, `Display` or an error.

mod draft;
mod endpoint;
mod error;
mod form;
mod invalid;
mod jdbc;
mod keyword;
mod keyword_value;
mod npgsql;
pub mod options;
mod passfile;
mod r2dbc;
mod service;
mod sslmode;
mod unencoded;
mod uri;
mod visible;

pub use endpoint::{DEFAULT_PORT, DEFAULT_SOCKET_DIR, Dial, Endpoint, EndpointKind, are_possible_hosts};
pub use error::{Error, ErrorKind, Place};
pub use form::Form;
pub use invalid::{Expected, InvalidValue};
pub use keyword::{Libpq, keyword, keyword_names, keyword_since, shows};
pub use npgsql::{is_npgsql, may_be_npgsql, visible_npgsql};
pub use passfile::{PassEntry, PassKey, find_password};
pub use r2dbc::R2DBC_OPTIONS;
pub use service::{Service, ServiceEntry, ServiceError, ServiceErrorKind, find_service, visible_service};
pub use sslmode::{SslMode, UnknownSslMode};
pub use unencoded::{Unencoded, UserinfoPart, unencoded};
pub(crate) use uri::names_asyncpg;
pub use visible::{visible, visible_url};

use crate::secret::{Part, Secret};
use draft::{Draft, Drafts};
use keyword::{KEYWORDS, Show};
use std::{fmt, ops::Range, sync::OnceLock};

/// A connection string that libpq's parser accepts.
///
/// Values are decoded; ranges are bytes of the input. What libpq checks only when it connects (ports, words like
/// `sslmode`) is not checked here: [`Conninfo::dial`] and [`Conninfo::invalid_values`] do.
#[derive(Clone)]
pub struct Conninfo {
    form: Form,
    libpq: Libpq,
    /// Those that are given, by their rows of `KEYWORDS`, ascending.
    values: Vec<(usize, Value)>,
    scheme: Option<Range<usize>>,
    hosts: Vec<HostRange>,
    parameters: Vec<Parameter>,
    unknown: Vec<Range<usize>>,
    visible: Vec<Range<usize>>,
    /// Bytes inside a character, ascending: a byte offset becomes a character without the text.
    inside: Vec<usize>,
    /// Where it leads, once somebody asked; taken back whenever a value changes.
    dial: OnceLock<Dial>,
}

/// Where one `host[:port]` of a URI stands. The brackets of an IPv6 address are outside.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct HostRange {
    /// The host, possibly empty.
    pub host: Range<usize>,
    /// What follows the `:`, possibly empty; `None` without a `:`.
    pub port: Option<Range<usize>>,
}

/// Where one parameter of a URI, or one pair of a keyword/value string, stands. All of them in order, also those
/// that a later one of the same keyword overrides.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Parameter {
    /// The keyword that it sets: `sslmode` for `ssl=true` and `requiressl=1`.
    pub keyword: &'static str,
    /// The name as written.
    pub name: Range<usize>,
    /// The value as written, with its quotes.
    pub value: Range<usize>,
}

/// The value of one keyword.
///
/// `Debug` shows it only where it was proved harmless.
#[derive(Clone)]
pub struct Value {
    part: Part,
    /// Each byte as one character, only when the bytes are no UTF-8 (`%FF`).
    bytes: Option<Secret>,
    credential: bool,
    range: Option<Range<usize>>,
    pieces: Vec<Range<usize>>,
    name: Option<Range<usize>>,
    /// The input has the very bytes of the value at `range`.
    exact: bool,
}

impl Conninfo {
    /// Reads as libpq 15, the oldest that is supported: what it accepts without complaint, newer ones accept too,
    /// except raw spaces.
    ///
    /// # Errors
    /// Whatever makes `PQconninfoParse` fail.
    pub fn parse(text: &str) -> Result<Self, Error> {
        Self::parse_as(text, Libpq::V15)
    }

    /// Reads as the given libpq.
    ///
    /// # Errors
    /// Whatever makes its `PQconninfoParse` fail, and a NUL character.
    pub fn parse_as(text: &str, libpq: Libpq) -> Result<Self, Error> {
        refuse_nul(text)?;
        if let Some(rest) = uri::prefix(text) {
            return Self::parse_uri(text, rest, libpq, Drafts::new());
        }
        Self::parse_pairs(text, libpq, Drafts::new())
    }

    /// Reads a keyword/value string; names that libpq does not know are passed over and listed by [`Conninfo::unknown`]:
    /// clients of Go hand them to the server.
    ///
    /// # Errors
    /// As [`Conninfo::parse_as`], but for unknown names.
    pub fn parse_pairs_passing_unknown(text: &str, libpq: Libpq) -> Result<Self, Error> {
        refuse_nul(text)?;
        Self::parse_pairs(text, libpq, Drafts { unknown: Some(Vec::new()), ..Drafts::new() })
    }

    fn parse_pairs(text: &str, libpq: Libpq, mut drafts: Drafts) -> Result<Self, Error> {
        let parameters = keyword_value::parse(text, libpq, &mut drafts).map_err(|error| {
            match visible::scheme_like(text) {
                Some(scheme) => Error::new(ErrorKind::SchemeUnknown, Place::Scheme, text, scheme),
                None => error,
            }
        })?;
        Ok(Self::finish(text, libpq, drafts, Self::empty(Form::KeywordValue, libpq, parameters)))
    }

    /// Reads a URL of another scheme (`postgresql+psycopg://`, `psql://`, `postgis://`) as if its scheme were
    /// `postgresql`. Ranges stay those of the given text. For consumers that exchange the scheme; libpq refuses it.
    ///
    /// # Errors
    /// As [`Conninfo::parse_as`]; [`ErrorKind::SchemeUnknown`] for a text without `://`.
    pub fn parse_any_scheme(text: &str, libpq: Libpq) -> Result<Self, Error> {
        refuse_nul(text)?;
        match visible::url_scheme(text) {
            Some(scheme) => Self::parse_uri(text, scheme.end + 3, libpq, Drafts::new()),
            None => Err(Error::new(ErrorKind::SchemeUnknown, Place::Scheme, text, 0..0)),
        }
    }

    /// As [`Conninfo::parse_any_scheme`], and parameters that libpq does not know are passed over and listed by
    /// [`Conninfo::unknown`]: Prisma, pgx, node-postgres and JDBC have some of their own.
    /// Where the scheme names asyncpg (`postgresql+asyncpg://`), `ssl=require` is `sslmode=require`.
    ///
    /// # Errors
    /// As [`Conninfo::parse_any_scheme`], but for unknown parameters.
    pub fn parse_passing_unknown(text: &str, libpq: Libpq) -> Result<Self, Error> {
        refuse_nul(text)?;
        match visible::url_scheme(text) {
            Some(scheme) => {
                let drafts = Drafts { unknown: Some(Vec::new()), ..Drafts::new() };
                Self::parse_uri(text, scheme.end + 3, libpq, drafts)
            }
            None => Err(Error::new(ErrorKind::SchemeUnknown, Place::Scheme, text, 0..0)),
        }
    }

    fn parse_uri(text: &str, rest: usize, libpq: Libpq, mut drafts: Drafts) -> Result<Self, Error> {
        let shape = uri::parse(text, rest, libpq, &mut drafts)?;
        let mut out = Self::empty(Form::Uri, libpq, shape.parameters);
        out.hosts = shape.hosts;
        out.scheme = Some(0..rest - 3);
        Ok(Self::finish(text, libpq, drafts, out))
    }

    /// Proves by other bytes than those of [`visible()`]: for a string that is no libpq's.
    fn reveal_as(&mut self, visible: Vec<Range<usize>>) {
        self.dial.take();
        for (_, value) in &mut self.values {
            let inside = |r: &Range<usize>| visible.iter().any(|v| v.start <= r.start && r.end <= v.end);
            let shown = !value.credential && value.range.as_ref().is_some_and(inside);
            value.part = Part::with_proof(value.part.secret().clone(), shown);
        }
        self.visible = visible;
    }

    fn empty(form: Form, libpq: Libpq, parameters: Vec<Parameter>) -> Self {
        Self {
            form,
            libpq,
            values: Vec::new(),
            scheme: None,
            hosts: Vec::new(),
            parameters,
            unknown: Vec::new(),
            visible: Vec::new(),
            inside: Vec::new(),
            dial: OnceLock::new(),
        }
    }

    fn finish(text: &str, libpq: Libpq, drafts: Drafts, mut out: Self) -> Self {
        out.libpq = libpq;
        out.unknown = drafts.unknown.unwrap_or_default();
        out.visible = visible(text);
        // One is kept for each of many files.
        out.visible.shrink_to_fit();
        if !text.is_ascii() {
            out.inside = (0..text.len()).filter(|i| !text.is_char_boundary(*i)).collect();
        }
        let value = |(i, draft): (usize, Draft)| (i, draft.finish(text, KEYWORDS[i].show, &out.visible));
        out.parameters.shrink_to_fit();
        out.hosts.shrink_to_fit();
        out.values = drafts.values.into_iter().map(value).collect();
        out
    }

    /// Which grammar it is written in.
    pub fn form(&self) -> Form {
        self.form
    }

    /// The libpq that it was read as.
    pub fn libpq(&self) -> Libpq {
        self.libpq
    }

    /// The value of a keyword, by libpq's name; `None` when it was not given. Empty parts of a URI are not given,
    /// empty parameters are.
    pub fn get(&self, keyword: &str) -> Option<&Value> {
        self.values.iter().find(|(i, _)| KEYWORDS[*i].name == keyword).map(|(_, value)| value)
    }

    /// What `PQconninfoParse` yields: the given keywords in the order of libpq's table.
    pub fn keywords(&self) -> impl Iterator<Item = (&'static str, &Value)> {
        self.values.iter().map(|(i, value)| (KEYWORDS[*i].name, value))
    }

    /// Sets a keyword that was not given, as libpq does from the environment (`conninfo_add_defaults`). False when
    /// the keyword is unknown or was given, be it as the empty string.
    pub fn fill(&mut self, keyword: &str, part: Part) -> bool {
        let Some(i) = keyword::find(keyword.as_bytes()).filter(|i| KEYWORDS[*i].since <= self.libpq) else {
            return false;
        };
        let Err(place) = self.values.binary_search_by_key(&i, |(row, _)| *row) else { return false };
        self.dial.take();
        let credential = KEYWORDS[i].show == Show::Credential;
        let part = if credential { Part::masked(part.secret().clone()) } else { part };
        let value = Value {
            part,
            bytes: None,
            credential,
            range: None,
            pieces: Vec::new(),
            name: None,
            exact: false,
        };
        self.values.insert(place, (i, value));
        true
    }

    /// Masks the values that `keep` does not answer for: their text came into the input from elsewhere.
    pub(crate) fn mask_unless(&mut self, keep: impl Fn(&Value) -> bool) {
        for (_, value) in self.values.iter_mut().filter(|(_, v)| !keep(v)) {
            self.dial.take();
            value.part = Part::masked(value.part.secret().clone());
        }
    }

    /// What stands before the `://` of a URI.
    pub fn scheme(&self) -> Option<Range<usize>> {
        self.scheme.clone()
    }

    /// The hosts and ports of a URI as written before its path; a `host=` parameter may override them.
    pub fn hosts(&self) -> &[HostRange] {
        &self.hosts
    }

    /// The parameters of a URI, or the pairs of a keyword/value string, as written.
    pub fn parameters(&self) -> &[Parameter] {
        &self.parameters
    }

    /// The 1-based character at a byte offset of the input.
    fn character(&self, offset: usize) -> usize {
        offset - self.inside.partition_point(|i| *i < offset) + 1
    }

    /// Where the names of parameters stand that were passed over ([`Conninfo::parse_passing_unknown`]).
    pub fn unknown(&self) -> &[Range<usize>] {
        &self.unknown
    }

    /// The bytes that a report may show, ascending and apart. See [`visible()`].
    pub fn visible(&self) -> &[Range<usize>] {
        &self.visible
    }
}

fn refuse_nul(text: &str) -> Result<(), Error> {
    match text.find('\0') {
        Some(i) => Err(Error::new(ErrorKind::Nul, Place::Whole, text, i..i + 1)),
        None => Ok(()),
    }
}

impl fmt::Debug for Conninfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = f.debug_struct("Conninfo");
        for (keyword, value) in self.keywords() {
            out.field(keyword, value);
        }
        out.finish()
    }
}

impl Value {
    /// The text, `None` for credentials (`password`, `sslpassword`, keys). Bytes that are no UTF-8 come as U+FFFD.
    ///
    /// For comparing and connecting. Not for showing: with `u:p@ss@h` half of a password is in the host;
    /// [`Value::part`] knows what may be shown.
    pub fn as_str(&self) -> Option<&str> {
        (!self.credential).then(|| self.part.expose())
    }

    /// The text with the proof whether it may be shown. A credential never may.
    pub fn part(&self) -> &Part {
        &self.part
    }

    /// The text as a secret; the only way to a credential.
    pub fn secret(&self) -> &Secret {
        self.part.secret()
    }

    /// Whether the decoded bytes are these, to the bit.
    pub fn equals_bytes(&self, other: &[u8]) -> bool {
        match &self.bytes {
            None => self.part.expose().as_bytes() == other,
            Some(bytes) => bytes.expose().chars().eq(other.iter().map(|b| char::from(*b))),
        }
    }

    /// Whether the decoded bytes are no UTF-8, so that text is not the whole truth.
    pub fn is_lossy(&self) -> bool {
        self.bytes.is_some()
    }

    /// Where it is written, quotes included; with several hosts in a URI from the first to the last of them.
    /// `None` when it came from elsewhere ([`Conninfo::fill`]).
    pub fn range(&self) -> Option<Range<usize>> {
        self.range.clone()
    }

    /// Where its name is written, for a parameter or pair.
    pub fn name_range(&self) -> Option<Range<usize>> {
        self.name.clone()
    }

    /// Where an element of the text, one of `count` that commas part, is written, as exactly as is known.
    fn range_of(&self, element: &str, index: usize, count: usize) -> Option<Range<usize>> {
        if self.pieces.len() == count {
            return self.pieces.get(index).cloned();
        }
        let range = self.range.clone()?;
        if !self.exact {
            return Some(range);
        }
        let before = element.as_ptr().addr() - self.part.expose().as_ptr().addr();
        Some(range.start + before..range.start + before + element.len())
    }
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.part.fmt(f)
    }
}
