//! What tells one loader from another: one row for each, read by the engines and written out in docs/loaders.md.

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

/// What most loaders have in common.
const COMMON: Traits = Traits {
    dialect: Dialect::PythonDotenv,
    version: "",
    engine: Engine::Python,
    strips_bom: true,
    line_ends: LineEnds::Kept,
    nul: Nul::Refused,
    utf8: Utf8::Refused,
    hash: Hash::Blank,
    quotes: "'\"",
    multiline: true,
    export: true,
    colon: false,
    blanks: true,
    references: References::None,
    commands: false,
    names_referable: false,
    precedence: Precedence::Environment,
    first_wins: false,
    mistake: Mistake::Refused,
};

/// The table of differences, in the order of [`Dialect::ALL`].
pub(super) static TABLE: &[Traits] = &[
    Traits {
        dialect: Dialect::PythonDotenv,
        version: "1.2.4",
        line_ends: LineEnds::Universal,
        references: References::Python,
        mistake: Mistake::Skipped,
        ..COMMON
    },
    Traits {
        dialect: Dialect::NodeDotenv,
        version: "18.0.10",
        engine: Engine::NodeLine,
        strips_bom: false,
        line_ends: LineEnds::Universal,
        nul: Nul::Ends,
        utf8: Utf8::Lossy,
        hash: Hash::Anywhere,
        quotes: "'\"`",
        colon: true,
        mistake: Mistake::Skipped,
        ..COMMON
    },
    Traits {
        dialect: Dialect::Godotenv,
        version: "1.5.1",
        engine: Engine::Go,
        strips_bom: false,
        line_ends: LineEnds::Pairs,
        nul: Nul::Unset,
        utf8: Utf8::Lossy,
        colon: true,
        references: References::Godotenv,
        ..COMMON
    },
    Traits {
        dialect: Dialect::Dotenvy,
        version: "0.15.7",
        engine: Engine::Rust,
        nul: Nul::Stops,
        utf8: Utf8::RefuseLine,
        references: References::Rust,
        first_wins: true,
        mistake: Mistake::Stops,
        ..COMMON
    },
    Traits {
        dialect: Dialect::DotenvRs,
        version: "0.15.0",
        engine: Engine::Rust,
        strips_bom: false,
        nul: Nul::Stops,
        utf8: Utf8::RefuseLine,
        multiline: false,
        references: References::Rust,
        first_wins: true,
        mistake: Mistake::Stops,
        ..COMMON
    },
    Traits {
        dialect: Dialect::DockerRun,
        version: "28.2.2",
        engine: Engine::KeyValueLines,
        nul: Nul::Kept,
        hash: Hash::Line,
        quotes: "",
        multiline: false,
        export: false,
        blanks: false,
        precedence: Precedence::Alone,
        ..COMMON
    },
    Traits {
        dialect: Dialect::ComposeEnvFile,
        version: "2.40.3",
        engine: Engine::Go,
        nul: Nul::Kept,
        utf8: Utf8::Lossy,
        colon: true,
        references: References::Compose,
        precedence: Precedence::Alone,
        ..COMMON
    },
    Traits {
        dialect: Dialect::ComposeRaw,
        version: "2.40.3",
        engine: Engine::KeyValueLines,
        nul: Nul::Kept,
        hash: Hash::Line,
        quotes: "",
        multiline: false,
        export: false,
        blanks: false,
        precedence: Precedence::Alone,
        ..COMMON
    },
    Traits {
        dialect: Dialect::ComposeDotEnv,
        names_referable: true,
        version: "2.40.3",
        engine: Engine::Go,
        nul: Nul::Kept,
        utf8: Utf8::Lossy,
        colon: true,
        references: References::Compose,
        ..COMMON
    },
    Traits {
        dialect: Dialect::Systemd,
        version: "252",
        engine: Engine::Systemd,
        strips_bom: false,
        utf8: Utf8::Lossy,
        hash: Hash::Line,
        export: false,
        precedence: Precedence::Alone,
        mistake: Mistake::Skipped,
        ..COMMON
    },
    Traits {
        dialect: Dialect::Bash,
        version: "5.2",
        engine: Engine::Shell,
        strips_bom: false,
        nul: Nul::Dropped,
        utf8: Utf8::Lossy,
        blanks: false,
        references: References::Shell,
        commands: true,
        precedence: Precedence::File,
        mistake: Mistake::Stops,
        ..COMMON
    },
    Traits {
        dialect: Dialect::Dash,
        version: "0.5.12",
        engine: Engine::Shell,
        strips_bom: false,
        nul: Nul::Dropped,
        utf8: Utf8::Lossy,
        blanks: false,
        references: References::Shell,
        commands: true,
        precedence: Precedence::File,
        mistake: Mistake::Stops,
        ..COMMON
    },
    Traits {
        dialect: Dialect::DjangoEnviron,
        version: "0.14.0",
        engine: Engine::DjangoEnviron,
        strips_bom: false,
        line_ends: LineEnds::Universal,
        nul: Nul::Stops,
        hash: Hash::Line,
        multiline: false,
        blanks: false,
        mistake: Mistake::Skipped,
        ..COMMON
    },
    Traits {
        dialect: Dialect::Honcho,
        version: "2.0.0",
        engine: Engine::Honcho,
        strips_bom: false,
        line_ends: LineEnds::Universal,
        nul: Nul::Kept,
        hash: Hash::Anywhere,
        multiline: false,
        export: false,
        precedence: Precedence::File,
        ..COMMON
    },
    Traits {
        dialect: Dialect::Decouple,
        version: "3.8",
        engine: Engine::Decouple,
        strips_bom: false,
        line_ends: LineEnds::Universal,
        nul: Nul::Kept,
        hash: Hash::Line,
        multiline: false,
        export: false,
        mistake: Mistake::Skipped,
        ..COMMON
    },
    Traits {
        dialect: Dialect::ComposeV1,
        version: "1.29.2",
        line_ends: LineEnds::Universal,
        nul: Nul::Kept,
        references: References::Python,
        precedence: Precedence::Alone,
        mistake: Mistake::Skipped,
        ..COMMON
    },
    Traits {
        dialect: Dialect::ExportXargs,
        version: "",
        engine: Engine::Xargs,
        strips_bom: false,
        nul: Nul::Kept,
        utf8: Utf8::Lossy,
        hash: Hash::Line,
        multiline: false,
        blanks: false,
        precedence: Precedence::File,
        mistake: Mistake::Stops,
        ..COMMON
    },
    Traits {
        dialect: Dialect::DotenvExpand,
        version: "1000.0.0",
        engine: Engine::NodeLine,
        strips_bom: false,
        line_ends: LineEnds::Universal,
        nul: Nul::Ends,
        utf8: Utf8::Lossy,
        hash: Hash::Anywhere,
        quotes: "'\"`",
        colon: true,
        mistake: Mistake::Skipped,
        references: References::DotenvExpand,
        commands: true,
        precedence: Precedence::EnvironmentUnlessEmpty,
        ..COMMON
    },
    Traits {
        dialect: Dialect::NextEnv,
        version: "16.4.6",
        engine: Engine::NodeLine,
        strips_bom: false,
        line_ends: LineEnds::Universal,
        nul: Nul::Ends,
        utf8: Utf8::Lossy,
        hash: Hash::Anywhere,
        quotes: "'\"`",
        colon: true,
        mistake: Mistake::Skipped,
        references: References::Next,
        ..COMMON
    },
    Traits {
        dialect: Dialect::Dotenvx,
        version: "2.38.2",
        engine: Engine::NodeLine,
        strips_bom: false,
        line_ends: LineEnds::Universal,
        nul: Nul::Ends,
        utf8: Utf8::Lossy,
        hash: Hash::Anywhere,
        quotes: "'\"`",
        colon: true,
        mistake: Mistake::Skipped,
        references: References::Dotenvx,
        commands: true,
        ..COMMON
    },
    Traits {
        dialect: Dialect::NodeEnvFile,
        version: "20.20.2",
        engine: Engine::NodeEnvFile,
        strips_bom: false,
        line_ends: LineEnds::Universal,
        nul: Nul::Ends,
        utf8: Utf8::Lossy,
        hash: Hash::Anywhere,
        quotes: "'\"`",
        colon: false,
        mistake: Mistake::Skipped,
        ..COMMON
    },
    Traits {
        dialect: Dialect::Bun,
        version: "1.4.5",
        engine: Engine::Bun,
        strips_bom: true,
        line_ends: LineEnds::Universal,
        nul: Nul::Kept,
        utf8: Utf8::Lossy,
        hash: Hash::Anywhere,
        quotes: "'\"`",
        colon: true,
        mistake: Mistake::Skipped,
        references: References::Bun,
        ..COMMON
    },
    Traits {
        dialect: Dialect::RubyDotenv,
        version: "2.4.0",
        engine: Engine::RubyLine,
        hash: Hash::Anywhere,
        multiline: false,
        colon: true,
        references: References::Ruby,
        commands: true,
        mistake: Mistake::Skipped,
        ..COMMON
    },
    Traits {
        dialect: Dialect::Direnv,
        version: "2.32.1",
        engine: Engine::RubyLine,
        strips_bom: false,
        nul: Nul::Kept,
        utf8: Utf8::Lossy,
        hash: Hash::Anywhere,
        multiline: false,
        colon: true,
        references: References::Direnv,
        precedence: Precedence::File,
        ..COMMON
    },
    Traits {
        dialect: Dialect::Phpdotenv,
        version: "5.4.1",
        engine: Engine::Phpdotenv,
        line_ends: LineEnds::Universal,
        nul: Nul::Kept,
        hash: Hash::Anywhere,
        references: References::Php,
        ..COMMON
    },
    Traits {
        dialect: Dialect::Symfony,
        version: "5.4.53",
        engine: Engine::Symfony,
        strips_bom: false,
        line_ends: LineEnds::Universal,
        nul: Nul::Kept,
        utf8: Utf8::Lossy,
        blanks: false,
        references: References::Symfony,
        commands: true,
        ..COMMON
    },
];

/// The row of a loader.
pub(super) fn of(dialect: Dialect) -> &'static Traits {
    TABLE.iter().find(|t| t.dialect == dialect).unwrap_or(&TABLE[0])
}
