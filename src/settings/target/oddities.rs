//! What is odd about the text of a target.

use crate::{secret::Part, settings::setting::Origin, source::Span};

/// What is odd about the text of a target; places only.
#[derive(Clone, Debug, Default)]
pub struct Oddities {
    /// Quotes, a byte order mark, a line end or blanks around the text or one of its parts.
    pub wrapped: Option<Box<Wrapped>>,
    /// `${X}`, `$(X)`, `{{x}}`, `%(x)s`, `<x>` left in it.
    pub placeholders: Vec<Placeholder>,
    /// A default that the text or a part of it came from: `${VAR:-default}`.
    pub fallbacks: Vec<Fallback>,
    /// A reserved character that stands in user or password unencoded.
    pub unencoded: Option<Box<Unencoded>>,
    /// Parameters that libpq does not know, but for those of other clients that change neither target nor encryption.
    pub unknown: Vec<UnknownParameter>,
    /// Parameters that are written more than once.
    pub duplicates: Vec<Duplicate>,
    /// A `#` behind the host, and what follows.
    pub fragment: Option<Span>,
    /// A percent-escape that was escaped once more.
    pub double_encoded: Option<DoubleEncoded>,
}

impl Oddities {
    /// Whether one of them already explains why the text cannot be read.
    pub fn explain(&self) -> bool {
        self.wrapped.is_some() || !self.placeholders.is_empty() || self.unencoded.is_some()
    }

    /// Whether the password comes from a default, its own or that of the whole text.
    pub fn has_default_password(&self) -> bool {
        self.fallbacks.iter().any(|fallback| matches!(fallback.supplies, "password" | "url"))
    }
}

/// What stands around a value and does not belong to it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Wrapped {
    /// The variable.
    pub key: String,
    /// `quotes`, `blanks`, `a line end` or `a byte order mark`.
    pub what: &'static str,
    /// The first character of it.
    pub origin: Origin,
    /// All that is to be removed; empty where that has no place of its own, or where a quote stands alone.
    pub superfluous: Vec<Span>,
}

/// A reference that nothing filled in.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Placeholder {
    /// The variable whose value holds it.
    pub key: String,
    /// Where.
    pub span: Span,
    /// Its shape, such as `${…}`.
    pub shape: &'static str,
    /// Its variable gets a value further down in the same file, or where the program is started.
    pub later: bool,
}

/// A default that was taken.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Fallback {
    /// The variable whose value holds it.
    pub key: String,
    /// The variable that code asks for first, where that is one of ours.
    pub variable: Option<String>,
    /// Where the reference with its default stands.
    pub span: Span,
    /// The default alone stands there: code that gives one to a function.
    pub alone: bool,
    /// `url`, or the libpq keyword it supplies.
    pub supplies: &'static str,
    /// The default names production or a public host.
    pub towards_production: bool,
    /// The server beside it takes the same default by the same reference.
    pub shared: bool,
}

/// A reserved character in user or password.
#[derive(Clone, Debug)]
pub struct Unencoded {
    /// Where the character stands, or the whole value.
    pub span: Span,
    /// The character itself stands there, so that it can be edited.
    pub exact: bool,
    /// The character.
    pub character: char,
    /// Its percent-encoded form.
    pub encoded: String,
    /// `user` or `password`.
    pub part: &'static str,
    /// From the character to the end of the password, with what to write for it. None where the value does not stand in
    /// its source as it is, and where some reader finds a host in it that may exist: there the text may be meant so.
    pub fix: Option<(Span, Part)>,
}

/// A parameter that libpq does not know.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct UnknownParameter {
    /// Where its name stands, or the whole value.
    pub span: Span,
    /// The name itself stands there, so that it can be edited.
    pub exact: bool,
    /// What was likely meant.
    pub meant: Option<&'static str>,
    /// The client that has it.
    pub owner: Option<&'static str>,
}

/// A parameter that is written again further on.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Duplicate {
    /// libpq's keyword.
    pub keyword: &'static str,
    /// Name and value.
    pub earlier: Span,
    /// Name and value of the last one, which counts for libpq.
    pub last: Span,
    /// Both have the same value.
    pub same: bool,
    /// What to take away, with the separator behind it; none where it does not stand in the source as it is.
    pub whole: Option<Span>,
}

/// An escape of an escape.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DoubleEncoded {
    /// libpq's keyword of the part.
    pub keyword: &'static str,
    /// Where it stands, or the whole value.
    pub span: Span,
}
