//! A layer: one place that values come from, with the position of each. Parsers live in `layer/`; who wins is
//! decided in `settings`.

pub mod carried;
pub mod carrier;
pub mod ci;
pub mod code;
pub mod compose;
mod database_yml;
pub mod dockerfile;
pub mod dotenv;
mod ecs;
mod environment;
mod example;
mod general;
pub mod ini;
mod javascript;
pub mod json;
mod kamal;
pub mod kubernetes;
mod map;
mod means;
mod prisma;
mod provider;
mod python;
mod reference;
pub mod service;
pub mod shell;
mod spring;
pub mod sql;
mod systemd;
mod tls;
mod toml;
pub mod tree;
mod typed;
pub mod yaml;

pub use carried::{Carried, Footing, Remarks, Seat, Structure};
pub use carrier::{Carrier, is_code, is_javascript};
pub use environment::{document, flag, variables};
pub use example::{is_example, is_of_chart};
pub use kamal::Kamal;
pub use map::Map;
pub use means::{Means, Read};
pub use provider::{ProviderError, from_provider};
pub use tls::Tls;

use crate::{
    secret::Secret,
    source::{SourceId, Span},
};
use std::ops::Range;

/// What a layer is, lowest first: a higher one wins.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
#[non_exhaustive]
pub enum LayerKind {
    /// `[connection]` of pgward.toml: what the code fixes.
    Policy,
    /// An env file.
    EnvFile,
    /// A part of another carrier that makes one environment: the variables of a compose service, the section of a file,
    /// what code falls back to.
    Block,
    /// The process environment.
    Environment,
    /// Files that `X_FILE` variables name.
    SecretFile,
    /// Handed in by the program (`Guard::layer`).
    Provider,
    /// The command line.
    Flag,
}

/// One place that values come from.
#[derive(Clone, Debug)]
pub struct Layer {
    /// As `show` names it: the path of a file, `environment`, `command line`, a provider's name.
    pub name: String,
    /// What it is.
    pub kind: LayerKind,
    /// The source of a layer that is one file.
    pub source: Option<SourceId>,
    /// In the order of the text, duplicates kept.
    pub entries: Vec<Entry>,
    /// What could not be read.
    pub problems: Vec<Problem>,
    /// The loader gave up at one of the problems, and its program gets an error.
    pub refused: bool,
    /// Of a [`LayerKind::Block`] which one of its file it is, in the file's own words: `services.web.environment`.
    /// Keys alone, which are no secrets.
    pub block: Option<String>,
    /// The environment that the file names for this part, as it is written: `production:` in database.yml, the profile
    /// of Spring, `web_dev` as a container's name. Whether it is one, the policy decides.
    pub word: Option<String>,
    /// The directory where the program that has these variables is started: `working-directory` of a step.
    pub started_in: Option<String>,
    /// Variables that this text takes from the process environment, with what it makes of them. Where it has a default
    /// for one there is an entry too.
    pub reads: Vec<Read>,
}

/// One assignment.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The name, as written.
    pub key: String,
    /// What the loader makes of the text.
    pub value: Value,
    /// Where the name stands.
    pub key_span: Span,
    /// Where the value stands, without its quotes.
    pub value_span: Span,
    /// Another loader may read more text into this value than the one in force, so that its structure proves
    /// nothing: a comment behind it holds an `@`, or a quote before it was never closed.
    pub doubtful: bool,
    /// What the carrier says that it is, see [`Entry::means`]: in a box, because of most files it says nothing.
    pub told: Option<Box<Means>>,
}

/// A value with its map to the source.
#[derive(Clone, Debug, Default)]
pub struct Value {
    /// What the loader makes of the text.
    pub text: Secret,
    /// In order and without gaps over the value; what is in no segment is derived.
    pub map: Map,
}

/// A stretch of a value and where it comes from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Segment {
    /// Bytes of the value.
    pub value: Range<usize>,
    /// Bytes of the source: for [`Origin::Literal`](SegmentKind::Literal) the very same bytes, else the text that
    /// stands for them.
    pub span: Span,
    /// How one became the other.
    pub kind: SegmentKind,
}

impl Segment {
    /// Whether source bytes and value bytes are the same. A default in code stands for itself; in `${X:-default}` the
    /// place is the whole reference, which is longer.
    pub(crate) fn is_exact(&self) -> bool {
        let length = (self.span.end - self.span.start) as usize == self.value.len();
        self.kind == SegmentKind::Literal || self.kind == SegmentKind::Fallback && length
    }
}

/// How the source became the value.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum SegmentKind {
    /// Source bytes and value bytes are the same.
    Literal,
    /// An escape sequence was decoded.
    Escape,
    /// `${NAME}` with the value of a variable. The name is not kept: of `pa${ss}word` it is a part of the password.
    Reference,
    /// `${NAME:-default}` with the default: NAME had no value.
    Fallback,
    /// `${NAME}` where NAME has no value: the loader put nothing.
    Unresolved,
    /// `${NAME}` where NAME gets its value further down in the same file: this loader put nothing, others do.
    Later,
    /// The output of a command, or a process id: not known, and nothing was put.
    Command,
    /// `${NAME}` that gets its value where the program is started: not known here. The value holds the reference itself.
    Elsewhere,
}

/// Something in a layer's text that could not be read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Problem {
    /// Where.
    pub span: Span,
    /// What.
    pub kind: ProblemKind,
}

/// Why a text could not be read. The words name no text.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ProblemKind {
    /// Not an assignment of this carrier; the loader skips it.
    #[error("not an assignment")]
    Syntax,
    /// A quote is opened and never closed.
    #[error("a quote is not closed")]
    UnterminatedQuote,
    /// A line without `=`.
    #[error("there is no `=`")]
    NoEquals,
    /// Blanks between the name and the `=`.
    #[error("blanks stand before the `=`")]
    BlankBeforeEquals,
    /// Blanks between the `=` and the value.
    #[error("blanks stand behind the `=`")]
    BlankAfterEquals,
    /// `NAME: value` where the loader wants `=`.
    #[error("`:` stands where `=` should")]
    Colon,
    /// A name that the loader does not take, or none.
    #[error("this is no name of a variable to the loader")]
    BadName,
    /// A backslash before a character that the loader does not escape.
    #[error("the loader does not know this escape")]
    BadEscape,
    /// A `$` that begins no reference the loader can read.
    #[error("a reference to a variable cannot be read")]
    BadReference,
    /// `${NAME:?…}` where NAME has no value.
    #[error("a variable that is required has no value")]
    Required,
    /// Something other than a comment stands behind the value.
    #[error("text stands behind the value")]
    TextAfterValue,
    /// A NUL byte.
    #[error("a NUL byte")]
    Nul,
    /// A byte order mark that the loader takes for text.
    #[error("a byte order mark")]
    ByteOrderMark,
    /// A carriage return that the loader takes for text.
    #[error("a carriage return")]
    CarriageReturn,
    /// A command would be run.
    #[error("a command would be run")]
    Command,
    /// The number of a process.
    #[error("a process id differs at every start")]
    ProcessId,
    /// What the machine or the caller decides: a home directory, arguments, the shell's own variables.
    #[error("the value is the machine's or the caller's")]
    Surroundings,
    /// The real loader does not come to an end here.
    #[error("the loader does not come to an end")]
    Endless,
    /// Bytes that are no UTF-8.
    #[error("bytes that are no UTF-8")]
    NotUtf8,
    /// Larger than what is read ([`MAX_BYTES`]).
    #[error("larger than what is read")]
    TooLarge,
    /// Nested deeper than what is read, or made larger than that by its own aliases.
    #[error("nested deeper than what is read")]
    TooNested,
}

impl ProblemKind {
    /// Whether a line cannot be read, as opposed to the file, and to what only depends on the moment.
    pub fn is_syntax(self) -> bool {
        !matches!(
            self,
            Self::NotUtf8
                | Self::TooLarge
                | Self::Command
                | Self::ProcessId
                | Self::Surroundings
                | Self::Endless
        )
    }
}

/// A carrier larger than this is not read: 4 MiB. The largest env file of the public corpora has 40 KiB.
pub const MAX_BYTES: usize = 4 << 20;

impl Value {
    /// A value whose bytes stand in the source as they are.
    pub fn literal(text: impl Into<Secret>, span: Span) -> Self {
        let text = text.into();
        let len = text.expose().len();
        Self { text, map: Segment { value: 0..len, span, kind: SegmentKind::Literal }.into() }
    }

    /// The place of a range of the value: only where the source bytes equal the value's. What was escaped,
    /// interpolated or otherwise derived has none, and takes the label of the whole value.
    pub fn span_of(&self, range: Range<usize>) -> Option<Span> {
        let first = self.map.partition_point(|s| s.value.end < range.end);
        let reach = self.map[first..].iter().take_while(|s| s.value.start <= range.start);
        let segment = reach.into_iter().find(|s| s.is_exact())?;
        let from = |o: usize| segment.span.start + u32::try_from(o - segment.value.start).unwrap_or(u32::MAX);
        Some(Span { source: segment.span.source, start: from(range.start), end: from(range.end) })
    }

    /// A stretch of the value as one of its own.
    #[must_use]
    pub fn part(&self, range: Range<usize>) -> Self {
        let text = Secret::new(&self.text.expose()[range.clone()]);
        let mut map = Vec::new();
        let first = self.map.partition_point(|s| s.value.end <= range.start);
        for segment in self.map[first..].iter().take_while(|s| s.value.start < range.end) {
            let (from, to) = (range.start.max(segment.value.start), range.end.min(segment.value.end));
            if from >= to {
                continue;
            }
            let span = match segment.kind {
                SegmentKind::Literal => self.span_of(from..to).unwrap_or(segment.span),
                _ => segment.span,
            };
            let value = from - range.start..to - range.start;
            map.push(Segment { value, span, kind: segment.kind.clone() });
        }
        Self { text, map: map.into() }
    }

    /// Whether nothing of what stands at a place of the source came from a variable.
    pub fn is_written_at(&self, span: Span) -> bool {
        let written = |s: &Segment| matches!(s.kind, SegmentKind::Literal | SegmentKind::Escape);
        let meets = |s: &Segment| s.span.start < span.end && span.start < s.span.end;
        self.map.iter().all(|s| written(s) || !meets(s))
    }

    /// Where the default stands that it is taken from, of several the first.
    pub fn fallback(&self) -> Option<Span> {
        self.map.iter().find(|s| s.kind == SegmentKind::Fallback).map(|s| s.span)
    }

    /// Whether every variable in it has a value here.
    pub fn is_known(&self) -> bool {
        let open = |s: &Segment| {
            matches!(s.kind, SegmentKind::Elsewhere | SegmentKind::Unresolved | SegmentKind::Later)
        };
        !self.map.iter().any(open)
    }

    /// Whether all of it came from where the program is started.
    pub(crate) fn is_elsewhere(&self) -> bool {
        !self.map.is_empty() && self.map.iter().all(|s| s.kind == SegmentKind::Elsewhere)
    }
}

impl Entry {
    /// What the carrier says that it is; none: its name tells.
    pub fn means(&self) -> Option<Means> {
        self.told.as_deref().copied()
    }

    /// The same, of which the carrier says what it is.
    #[must_use]
    pub fn telling(self, means: Option<Means>) -> Self {
        Self { told: means.map(Box::new), ..self }
    }

    /// What stands between name and value where YAML has the entry: `=` in a list, `: ` in a mapping.
    pub fn sign(&self) -> &'static str {
        let (key, value) = (self.key_span, self.value_span);
        if key.source == value.source && key.end + 1 == value.start { "=" } else { ": " }
    }

    /// Whether the value is a service's URL of PostgreSQL, whatever the name says: it names a role, a host and a database, and
    /// nothing in it is left to be filled in by a format. One of JDBC is for who knows the name, and the superuser's is for who
    /// administers the server.
    pub fn is_url_of_postgres(&self) -> bool {
        let text = self.value.text.expose();
        let user = text.split_once("://").and_then(|(_, rest)| rest.split([':', '@']).next());
        user != Some("postgres") && self.is_whole_url_of_postgres()
    }

    /// The same, whoever logs in.
    pub fn is_whole_url_of_postgres(&self) -> bool {
        if !self.has_scheme_of_postgres() {
            return false;
        }
        let Some((_, rest)) = self.value.text.expose().split_once("://") else { return false };
        let format = |c: char| c.is_whitespace() || matches!(c, '{' | '}' | '*' | '<' | '>' | '|' | ',');
        let Some((login, place)) = rest.rsplit_once('@') else { return false };
        let user = login.split(':').next().unwrap_or(login);
        let (host, path) = place.split_once('/').unwrap_or((place, ""));
        let named = !user.is_empty() && !host.is_empty() && !path.is_empty();
        // `user:password@host:port/database` shows how it is written.
        let shown = host
            .rsplit(']')
            .next()
            .and_then(|port| port.rsplit_once(':'))
            .is_some_and(|(_, port)| port.starts_with(|c: char| c.is_ascii_alphabetic()));
        named && !shown && !rest.contains(format) && !rest.contains("%s")
    }

    /// Whether the value begins as a URL of PostgreSQL, of whatever driver.
    pub fn has_scheme_of_postgres(&self) -> bool {
        // Most values are told by their first bytes.
        let text = self.value.text.expose();
        let scheme = text.starts_with("postgres").then(|| text.split_once("://")).flatten();
        matches!(scheme.and_then(|(s, _)| s.split('+').next()), Some("postgres" | "postgresql"))
    }

    /// An assignment whose name tells what it is.
    pub fn new(key: impl Into<String>, key_span: Span, value: Value, value_span: Span) -> Self {
        Self { key: key.into(), value, key_span, value_span, doubtful: false, told: None }
    }

    /// The place of a range of the value, or of the whole value where that has no place of its own.
    pub fn span_of(&self, range: Range<usize>) -> Span {
        self.value.span_of(range).unwrap_or(self.value_span)
    }
}

impl Layer {
    /// A part of a file, empty.
    pub fn block(path: impl Into<String>, source: SourceId, block: impl Into<String>) -> Self {
        Self {
            name: path.into(),
            kind: LayerKind::Block,
            source: Some(source),
            entries: Vec::new(),
            problems: Vec::new(),
            refused: false,
            block: Some(block.into()),
            word: None,
            started_in: None,
            reads: Vec::new(),
        }
    }

    /// The entry that wins within the layer: the last, as in every shell and in python-dotenv.
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        self.entries.iter().rev().find(|e| e.key == key)
    }
}
