//! `$NAME` and `${NAME}` in a text, as the named program puts them in, each stretch of the result with its place in the
//! text. docker compose v2 is the reference; the others do less, or something else.

mod compose;
mod regex;

use crate::secret::Secret;
use std::ops::Range;

/// The program whose reading is wanted.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
#[non_exhaustive]
pub enum Flavour {
    /// docker compose v2 (`template/template.go` of compose-go 2.9): `$NAME`, `${NAME}`, `$$`, and `-`, `:-`, `+`, `:+`,
    /// `?`, `:?` with nested arguments.
    #[default]
    Compose,
    /// python-dotenv 1.2 (`dotenv/variables.py`): `${NAME}` and `${NAME:-default}`, neither nested nor escaped.
    PythonDotenv,
    /// GNU envsubst 0.21: `$NAME` and `${NAME}`.
    Envsubst,
    /// `os.path.expandvars` of Python 3: `$NAME` and `${NAME}`; what has no value stays as it was.
    Expandvars,
}

impl Flavour {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Compose, Self::PythonDotenv, Self::Envsubst, Self::Expandvars];

    /// The program's name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Compose => "docker compose",
            Self::PythonDotenv => "python-dotenv",
            Self::Envsubst => "envsubst",
            Self::Expandvars => "python expandvars",
        }
    }
}

/// A text with its variables put in.
#[derive(Clone, Default, Debug)]
pub struct Expansion {
    /// The result.
    pub text: Secret,
    /// In order and without gaps over the result. A piece without text stands where nothing was put; one that lies
    /// inside a default follows the piece that the default gave.
    pub pieces: Vec<Piece>,
}

/// A stretch of the result and what it stands for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Piece {
    /// Bytes of the result.
    pub output: Range<usize>,
    /// Bytes of the text: for [`Kind::Literal`] the very same bytes, else all of the reference or escape.
    pub input: Range<usize>,
    /// The bytes of the text that name the variable; empty where there is none.
    pub name: Range<usize>,
    /// How one became the other.
    pub kind: Kind,
}

/// How the text became the result.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// The bytes are the same.
    Literal,
    /// `$$` became `$`.
    Escape,
    /// The value of a variable, or what `+` puts because it has one.
    Reference,
    /// The default: the variable had no value. A default that is nothing but other variables' values is told by
    /// theirs instead.
    Fallback,
    /// The variable has no value and no default; nothing was put.
    Unresolved,
}

/// Why there is no result. The sentence names neither a variable nor a value.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{kind}")]
pub struct Error {
    /// What is wrong.
    pub kind: ErrorKind,
    /// The bytes of the text that it is about.
    pub at: Range<usize>,
}

/// What is wrong with a text or its variables.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ErrorKind {
    /// Compose's "invalid interpolation format".
    #[error("a `${{` does not begin a reference that can be read")]
    Invalid,
    /// `?` and `:?`: compose's "required variable … is missing a value".
    #[error("a variable that is required has no value")]
    Required,
    /// More than [`DEPTH`] references inside one another. A limit of ours.
    #[error("references are nested too deeply")]
    TooDeep,
    /// More than the limit that the caller gave. A limit of ours: ten lines that double one another make gigabytes.
    #[error("the variables make the text too long")]
    TooLong,
}

/// So many references may stand inside one another.
pub const DEPTH: usize = 100;

/// The bytes that a result may have when the caller has no limit of its own: 1 MiB. Linux hands a process no variable
/// of more than 128 KiB (`MAX_ARG_STRLEN`, `execve(2)`).
pub const LENGTH: usize = 1 << 20;

/// Puts the variables in. Time and memory are linear in the text and the limit.
///
/// # Errors
/// As the program does, and where one of our limits is met.
pub fn expand(
    text: &str,
    flavour: Flavour,
    limit: usize,
    lookup: &dyn Fn(&str) -> Option<Secret>,
) -> Result<Expansion, Error> {
    let mut out = Output { text: String::new(), pieces: Vec::new(), limit };
    match flavour {
        Flavour::Compose => compose::expand(text, lookup, &mut out)?,
        Flavour::PythonDotenv => regex::python_dotenv(text, lookup, &mut out)?,
        Flavour::Envsubst => regex::envsubst(text, lookup, &mut out)?,
        Flavour::Expandvars => regex::expandvars(text, lookup, &mut out)?,
    }
    Ok(Expansion { text: Secret::new(out.text), pieces: out.pieces })
}

/// The result so far.
struct Output {
    text: String,
    pieces: Vec<Piece>,
    limit: usize,
}

impl Output {
    fn literal(&mut self, text: &str, input: Range<usize>) -> Result<(), Error> {
        if input.is_empty() {
            return Ok(());
        }
        let end = input.end;
        self.put(&text[input.clone()], Piece { output: 0..0, input, name: end..end, kind: Kind::Literal })
    }

    /// Appends a text; the piece gets its place in the result here.
    fn put(&mut self, value: &str, mut piece: Piece) -> Result<(), Error> {
        if value.len() > self.limit.saturating_sub(self.text.len()) {
            return Err(Error { kind: ErrorKind::TooLong, at: piece.input });
        }
        let from = self.text.len();
        self.text.push_str(value);
        piece.output = from..self.text.len();
        self.pieces.push(piece);
        Ok(())
    }

    /// A reference without any operator.
    fn reference(
        &mut self,
        value: Option<&Secret>,
        input: Range<usize>,
        name: Range<usize>,
    ) -> Result<(), Error> {
        let kind = if value.is_some() { Kind::Reference } else { Kind::Unresolved };
        self.put(value.map_or("", Secret::expose), Piece { output: 0..0, input, name, kind })
    }
}

/// The end of the name that begins at `from`, an ASCII letter or `_` first; `from` itself where none does.
fn name_end(text: &str, from: usize) -> usize {
    let rest = &text.as_bytes()[from..];
    if rest.first().is_none_or(u8::is_ascii_digit) {
        return from;
    }
    from + rest.iter().take_while(|b| b.is_ascii_alphanumeric() || **b == b'_').count()
}
