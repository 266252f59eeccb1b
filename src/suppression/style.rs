//! How a kind of file writes comments and quotes: as much as is needed to tell a comment from text. By the
//! carrier or the path; what its parser proves comes on top.

use crate::layer::Carrier;

/// How a kind of file writes comments.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Style {
    /// What opens a comment up to the end of the line.
    pub(super) openers: &'static [&'static str],
    /// `/* … */` as well.
    pub(super) block: bool,
    /// What tells a comment from text.
    pub(super) grammar: Grammar,
}

/// What tells a comment from text.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Grammar {
    /// A comment has a line of its own. Behind a value it would be part of it, to some readers or to all.
    Lines {
        /// A `\` at the end of a line makes the next one a part of it.
        continued: bool,
    },
    /// A comment may stand behind a value: quotes are followed to know where one begins.
    Quoted(Quoting),
}

/// Quotes and what else holds text.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Quoting {
    /// The longer openers first.
    pub(super) quotes: &'static [Quote],
    /// An opener counts only behind a blank or where a word ends.
    pub(super) blank_before: bool,
    /// What beside quotes holds text.
    pub(super) family: Family,
}

/// What beside quotes holds text.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Family {
    /// Nothing.
    Plain,
    /// A quote counts only where a scalar begins, and `|` and `>` open blocks.
    Yaml,
    /// `\` outside quotes, and `<<WORD`.
    Shell,
    /// `$tag$ … $tag$`; comments count in lines of their own only.
    Sql,
}

/// A kind of quote.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Quote {
    /// What opens and closes it.
    pub(super) mark: &'static str,
    /// `\` takes the next character along.
    pub(super) escapes: bool,
    /// It may go over several lines.
    pub(super) lines: bool,
}

const fn quote(mark: &'static str, escapes: bool, lines: bool) -> Quote {
    Quote { mark, escapes, lines }
}

const PLAIN: Quoting = Quoting { quotes: &[], blank_before: false, family: Family::Plain };

const fn lines(openers: &'static [&'static str], continued: bool) -> Style {
    Style { openers, block: false, grammar: Grammar::Lines { continued } }
}

const fn quoted(openers: &'static [&'static str], block: bool, quoting: Quoting) -> Style {
    Style { openers, block, grammar: Grammar::Quoted(quoting) }
}

/// Env files: behind a value some loaders take a comment for a part of it.
const ENV: Style = lines(&["#"], false);
const HASH: Style = lines(&["#"], false);
const CONTINUED: Style = lines(&["#"], true);
const INI: Style = lines(&["#", ";"], false);
const PROPERTIES: Style = lines(&["#", "!"], true);
const YAML: Style = quoted(
    &["#"],
    false,
    Quoting {
        quotes: &[quote("\"", true, true), quote("'", false, true)],
        blank_before: true,
        family: Family::Yaml,
    },
);
const TOML: Style = quoted(
    &["#"],
    false,
    Quoting {
        quotes: &[
            quote("\"\"\"", true, true),
            quote("'''", false, true),
            quote("\"", true, false),
            quote("'", false, false),
        ],
        ..PLAIN
    },
);
const PYTHON: Style = quoted(
    &["#"],
    false,
    Quoting {
        quotes: &[
            quote("\"\"\"", true, true),
            quote("'''", true, true),
            quote("\"", true, false),
            quote("'", true, false),
        ],
        ..PLAIN
    },
);
const JAVASCRIPT: Style = quoted(
    &["//"],
    true,
    Quoting { quotes: &[quote("`", true, true), quote("\"", true, false), quote("'", true, false)], ..PLAIN },
);
const SHELL: Style = quoted(
    &["#"],
    false,
    Quoting {
        quotes: &[quote("\"", true, true), quote("'", false, true)],
        blank_before: true,
        family: Family::Shell,
    },
);
const SQL: Style = quoted(
    &["--"],
    true,
    Quoting { quotes: &[quote("'", false, true), quote("\"", false, true)], family: Family::Sql, ..PLAIN },
);

/// How comments are written in a file of a carrier; where that has several forms, by the path.
pub fn style_of_carrier(carrier: Carrier, path: &str) -> Option<Style> {
    match carrier {
        Carrier::Dotenv => Some(ENV),
        Carrier::Compose
        | Carrier::Kubernetes
        | Carrier::GithubActions
        | Carrier::GitlabCi
        | Carrier::DatabaseYml
        | Carrier::Yaml => Some(YAML),
        Carrier::Dockerfile | Carrier::Procfile => Some(HASH),
        Carrier::Makefile => Some(CONTINUED),
        Carrier::Ini | Carrier::Systemd => Some(INI),
        Carrier::Properties => Some(PROPERTIES),
        Carrier::Toml => Some(TOML),
        Carrier::Python => Some(PYTHON),
        Carrier::JavaScript => Some(JAVASCRIPT),
        Carrier::Shell => Some(SHELL),
        Carrier::Sql => Some(SQL),
        Carrier::Json | Carrier::EcsTask => None,
        _ => style_of(path),
    }
}

/// How comments are written in the file of a path; none where there are none (JSON), or where nobody knows.
pub fn style_of(path: &str) -> Option<Style> {
    let name = path.rsplit(['/', '\\']).next().unwrap_or(path).to_ascii_lowercase();
    let inside = path.split(['/', '\\']).rev().skip(1).any(|part| part == ".envs");
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
    Some(match (name.as_str(), extension) {
        (".envrc", _) => SHELL,
        ("<stdin>" | ".env" | ".flaskenv", _) | (_, "env") => ENV,
        (name, _) if name.starts_with(".env.") || inside => ENV,
        (name, _) if name == "dockerfile" || name.starts_with("dockerfile.") => HASH,
        (_, "dockerfile") | ("procfile" | "containerfile", _) => HASH,
        ("makefile" | "gnumakefile" | "justfile", _) | (_, "mk") => CONTINUED,
        (_, "yaml" | "yml") => YAML,
        (_, "toml") => TOML,
        (_, "py" | "pyi") => PYTHON,
        (_, "js" | "jsx" | "ts" | "tsx" | "mjs" | "cjs" | "mts" | "cts" | "prisma") => JAVASCRIPT,
        (_, "sh" | "bash" | "zsh" | "ksh") => SHELL,
        (_, "sql") => SQL,
        (_, "properties") => PROPERTIES,
        (_, "ini" | "cfg" | "conf" | "service" | "socket" | "timer") => INI,
        _ => return None,
    })
}

impl Style {
    /// Whether a comment behind a value, on its line, speaks of it.
    pub(super) fn behind(self) -> bool {
        matches!(self.grammar, Grammar::Quoted(quoting) if quoting.family != Family::Sql)
    }
}
