//! What may tell one loader from another. The rows are in `table.rs`.

use super::Dialect;

/// The parser that a loader has in common with others.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Engine {
    /// `dotenv/parser.py`.
    Python,
    /// Lines as they stand: docker's `kvfile`.
    KeyValueLines,
    /// systemd's `parse_env_file_internal`.
    Systemd,
    /// The state machine of dotenv(rs) and dotenvy.
    Rust,
    /// godotenv and what compose made of it.
    Go,
    /// The regular expression of node's dotenv.
    NodeLine,
    /// A POSIX shell.
    Shell,
    /// One line at a time, by a regular expression.
    DjangoEnviron,
    /// One line at a time, by `shlex`.
    Honcho,
    /// One line at a time, around the first `=`.
    Decouple,
    /// The words of `xargs`.
    Xargs,
    /// node's own parser.
    NodeEnvFile,
    /// Bun's own parser.
    Bun,
    /// The regular expression of Ruby's dotenv.
    RubyLine,
    /// phpdotenv's state machine.
    Phpdotenv,
    /// Symfony's lexer.
    Symfony,
}

/// A byte order mark, line ends, NUL and bad UTF-8 are settled before the text is parsed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum LineEnds {
    /// A carriage return is a character like others for the decoder.
    Kept,
    /// `\r\n` becomes `\n`.
    Pairs,
    /// `\r\n` and `\r` become `\n`.
    Universal,
    /// Every `\r` is passed over, also in the middle of a line.
    Removed,
}

/// What a NUL in a value or name does.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Nul {
    /// Nothing of the file is set.
    Refused,
    /// It is passed over.
    Dropped,
    /// The value ends there.
    Ends,
    /// The variable is not set.
    Unset,
    /// The loader gives up at the variable; those before are set.
    Stops,
    /// It stays.
    Kept,
}

/// What bytes that are no UTF-8 do.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Utf8 {
    /// Nothing of the file is set.
    Refused,
    /// The lines before are set.
    RefuseLine,
    /// They become U+FFFD, or stay as they are.
    Lossy,
    /// They become `?`.
    Question,
}

/// Where a `#` begins a comment outside quotes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Hash {
    /// At the start of a line only.
    Line,
    /// After a blank too.
    Blank,
    /// Anywhere in a value without quotes.
    Anywhere,
}

/// Which references a loader resolves.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum References {
    /// None.
    None,
    /// `${NAME}` and `${NAME:-default}`.
    Python,
    /// `$NAME`, `${NAME}`; names of letters and digits.
    Rust,
    /// `$NAME`, `${NAME}`; names in upper case; nothing of the environment.
    Godotenv,
    /// docker compose's templates, nested.
    Compose,
    /// A shell's parameters.
    Shell,
    /// `$NAME`, `${NAME}` and `-`, `:-`, `+`, `:+`, again until nothing is left, in single quotes too; what stands
    /// further down counts.
    DotenvExpand,
    /// `$NAME`, `${NAME}`, `${NAME:-default}`, from the end, again until nothing is left, in single quotes too.
    Next,
    /// `$NAME`, `${NAME}`, `${NAME:-default}`, from the end, in single quotes too.
    Bun,
    /// As dotenv-expand, not in single quotes, and nothing that stands further down.
    Dotenvx,
    /// `$NAME`, `${NAME}`; not in single quotes.
    Ruby,
    /// `$NAME`, `${NAME}`, `${NAME:-default}`; not in single quotes.
    Direnv,
    /// `${NAME}`; not in single quotes.
    Php,
    /// `$NAME`, `${NAME}`, `${NAME:-default}`, `${NAME:=default}`; not in single quotes.
    Symfony,
}

/// Who wins when a variable of the file is set outside too.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Precedence {
    /// The environment.
    Environment,
    /// The environment, unless the value there is empty.
    EnvironmentUnlessEmpty,
    /// The file.
    File,
    /// There is no other: the program starts with the file's variables.
    Alone,
}

/// What a line that the loader cannot read does.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Mistake {
    /// The line is passed over.
    Skipped,
    /// Nothing of the file is set.
    Refused,
    /// What stands before is set, the rest is not.
    Stops,
}

/// One loader.
#[derive(Debug)]
pub(super) struct Traits {
    pub(super) dialect: Dialect,
    /// The version that was followed.
    pub(super) version: &'static str,
    pub(super) engine: Engine,
    pub(super) strips_bom: bool,
    pub(super) line_ends: LineEnds,
    pub(super) nul: Nul,
    pub(super) utf8: Utf8,
    pub(super) hash: Hash,
    /// The quotes that are taken off a value.
    pub(super) quotes: &'static str,
    /// A value in quotes may go over several lines.
    pub(super) multiline: bool,
    /// `export NAME=value`.
    pub(super) export: bool,
    /// `NAME: value`.
    pub(super) colon: bool,
    /// Blanks beside the `=`.
    pub(super) blanks: bool,
    pub(super) references: References,
    pub(super) commands: bool,
    /// The variables are seen by `${NAME}` alone: what cannot be named so is not there.
    pub(super) names_referable: bool,
    pub(super) precedence: Precedence,
    /// The first of two assignments wins.
    pub(super) first_wins: bool,
    pub(super) mistake: Mistake,
}
