//! The table of differences: one row for each loader, read by the engines and written out in docs/loaders.md.

use super::{
    Dialect,
    traits::{Engine, Hash, LineEnds, Mistake, Nul, Precedence, References, Traits, Utf8},
};

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
        line_ends: LineEnds::Removed,
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
        nul: Nul::Stops,
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
        nul: Nul::Ends,
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
        utf8: Utf8::Question,
        line_ends: LineEnds::Universal,
        nul: Nul::Ends,
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
        nul: Nul::Ends,
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

impl Traits {
    /// The row in words: column and cell.
    pub(super) fn words(&self) -> Vec<(&'static str, String)> {
        let yes = |b: bool| if b { "yes" } else { "no" }.to_owned();
        let quotes: Vec<String> =
            self.quotes.chars().map(|c| format!("`{c}`").replace("```", "backtick")).collect();
        let hash = match self.hash {
            Hash::Line => "at the start of a line",
            Hash::Blank => "behind a blank",
            Hash::Anywhere => "anywhere",
        };
        let references = match self.references {
            References::None => "none",
            References::Python => "`${N}`, `${N:-d}`",
            References::Rust => "`$N`, `${N}`",
            References::Godotenv => "`$N`, `${N}` in upper case, of the file alone",
            References::Compose => "compose's templates",
            References::Shell => "a shell's",
            References::DotenvExpand => "`$N`, `${N}`, `-`, `:-`, `+`, `:+`, in `'` too",
            References::Next | References::Bun => "`$N`, `${N}`, `${N:-d}`, in `'` too",
            References::Dotenvx => "`$N`, `${N}`, `-`, `:-`, `+`, `:+`",
            References::Ruby => "`$N`, `${N}`",
            References::Direnv => "`$N`, `${N}`, `${N:-d}`",
            References::Php => "`${N}`",
            References::Symfony => "`$N`, `${N}`, `${N:-d}`, `${N:=d}`",
        };
        let wins = match self.precedence {
            Precedence::Environment => "the environment",
            Precedence::EnvironmentUnlessEmpty => "the environment, unless empty",
            Precedence::File => "the file",
            Precedence::Alone => "the file; nothing else is there",
        };
        let mistake = match self.mistake {
            Mistake::Skipped => "is passed over",
            Mistake::Refused => "refuses the file",
            Mistake::Stops => "ends it; what stands before is set",
        };
        vec![
            ("version", self.version.to_owned()),
            ("`#` begins a comment", hash.to_owned()),
            ("quotes", if quotes.is_empty() { "none".to_owned() } else { quotes.join(" ") }),
            ("over lines", yes(self.multiline)),
            ("`export N=v`", yes(self.export)),
            ("`N: v`", yes(self.colon)),
            ("`N = v`", yes(self.blanks)),
            ("references", references.to_owned()),
            ("runs `$(…)`", yes(self.commands)),
            ("wins", wins.to_owned()),
            ("of two", if self.first_wins { "the first" } else { "the last" }.to_owned()),
            ("takes a BOM off", yes(self.strips_bom)),
            ("a bad line", mistake.to_owned()),
        ]
    }
}
