//! The flags, each with its `PGWARD_*` twin.

mod usual;

use crate::{
    environment::Environment,
    finding::{Applicability, Severity},
    report::Format,
    world::World,
};
use clap::{Args, CommandFactory as _, FromArgMatches as _, Parser, Subcommand, ValueEnum};
use std::{ffi::OsString, time::Duration};

/// May this service start against this database?
#[derive(Parser, Debug)]
#[command(name = "pgward", version, about, long_about = None, max_term_width = 100)]
pub(super) struct Cli {
    #[command(flatten)]
    pub(super) flags: Flags,
    #[command(subcommand)]
    pub(super) command: Option<Command>,
}

#[derive(Subcommand, Debug)]
pub(super) enum Command {
    /// The files of this repository: lints what carries a connection.
    Lint {
        /// Files and directories; `-` is standard input, an env file unless --as says otherwise.
        #[arg(default_value = ".", value_name = "PATH")]
        paths: Vec<String>,
        /// What standard input, or a file that is named, is read as: dotenv, compose, dockerfile, …
        #[arg(long = "as", value_name = "KIND", env = "PGWARD_AS", hide_env_values = true)]
        carrier: Option<String>,
        #[command(flatten)]
        repair: Repair,
        #[command(flatten)]
        known: Known,
    },
    /// What resolves, from where, and what it shadows.
    Show,
    /// What this shell would start with; no network.
    Check,
    /// Check, then ask the server.
    Preflight(Live),
    /// Preflight, then become the command: its signals, output and exit code are its own.
    Run(Start),
    /// What client libraries make of a URL; 0 when all make the same of it, 1 when one does not.
    Url(Spoken),
    /// Look at the repository and write a commented pgward.toml; what is there stays.
    Init(Writing),
    /// The page of a rule.
    Explain {
        /// The rule's id.
        #[arg(value_name = "RULE")]
        rule: String,
    },
    /// Every rule with its levels.
    Rules,
}

/// What `lint` is to do about what it finds.
#[expect(clippy::struct_excessive_bools, reason = "flags that are given or not")]
#[derive(Args, Clone, Copy, Debug)]
pub(super) struct Repair {
    /// Make the safe fixes, and report what is left. Of `-` the fixed text goes to standard output.
    #[arg(long, env = "PGWARD_FIX", hide_env_values = true, value_parser = boolish())]
    pub(super) fix: bool,
    /// Take in the fixes that need a look: they may change what is dialled.
    #[arg(long, env = "PGWARD_UNSAFE_FIXES", hide_env_values = true, value_parser = boolish())]
    pub(super) unsafe_fixes: bool,
    /// Show what --fix would change, masked, and write nothing.
    #[arg(long, env = "PGWARD_DIFF", hide_env_values = true, value_parser = boolish())]
    pub(super) diff: bool,
    /// Count the findings of each rule.
    #[arg(long, env = "PGWARD_STATISTICS", hide_env_values = true, value_parser = boolish())]
    pub(super) statistics: bool,
}

impl Repair {
    /// How far fixes are to go.
    pub(super) fn most(self) -> Applicability {
        if self.unsafe_fixes { Applicability::Unsafe } else { Applicability::Safe }
    }
}

/// Where `init` writes.
#[derive(Args, Debug)]
pub(super) struct Writing {
    /// The directory to look at and to write into; `-` is the working directory and standard output.
    #[arg(default_value = ".", value_name = "DIRECTORY", allow_hyphen_values = true)]
    pub(super) directory: String,
    /// Print it and write no file.
    #[arg(long, env = "PGWARD_STDOUT", hide_env_values = true, value_parser = boolish())]
    pub(super) stdout: bool,
}

/// What `lint` is to be silent about.
#[derive(Args, Clone, Debug)]
pub(super) struct Known {
    /// Count what this file holds instead of reporting it.
    #[arg(long, value_name = "FILE", env = "PGWARD_BASELINE", hide_env_values = true)]
    pub(super) baseline: Option<String>,
    /// Write what is found into the baseline: FILE, else the one of --baseline or of pgward.toml, else
    /// pgward-baseline.json.
    #[arg(
        long,
        value_name = "FILE",
        num_args = 0..=1,
        default_missing_value = "",
        env = "PGWARD_WRITE_BASELINE",
        hide_env_values = true
    )]
    pub(super) write_baseline: Option<String>,
    /// Report what comments and the baseline silence too.
    #[arg(
        long,
        env = "PGWARD_NO_IGNORES",
        hide_env_values = true,
        value_parser = boolish(),
        conflicts_with = "write_baseline"
    )]
    pub(super) no_ignores: bool,
}

/// Which URL, and for whom.
#[derive(Args, Debug)]
pub(super) struct Spoken {
    /// The URL; `-` reads it from standard input, which no process list shows. Without it the one that `check` would
    /// judge.
    #[arg(value_name = "URL", allow_hyphen_values = true)]
    pub(super) url: Option<String>,
    /// The libraries to ask: `all`, or a list of names. Without it those that are known to read the URL, or all.
    #[arg(long, value_name = "NAMES", value_delimiter = ',', conflicts_with = "target")]
    pub(super) consumers: Vec<String>,
    /// Print the spelling that this library reads rightly, masked; to a terminal alone.
    #[arg(long = "for", id = "target", value_name = "NAME")]
    pub(super) target: Option<String>,
}

/// What only `preflight` and `run` need.
#[derive(Args, Debug)]
pub(super) struct Live {
    /// Bounds one attempt, from resolving the name to the last answer.
    #[arg(long, value_name = "TIME", default_value = "10s", value_parser = duration, env = "PGWARD_TIMEOUT", hide_env_values = true)]
    pub(super) timeout: Duration,
    /// Try again for so long, while waiting can mend it.
    #[arg(long, value_name = "TIME", value_parser = duration, env = "PGWARD_WAIT", hide_env_values = true)]
    pub(super) wait: Option<Duration>,
    /// What this deployment knows to pass, so that it is waited for as well: failures such as auth-failed and
    /// database-missing, and rules over the server such as extension-missing.
    #[arg(long, value_name = "RULE", env = "PGWARD_RETRY", hide_env_values = true, value_delimiter = ',')]
    pub(super) retry: Vec<String>,
    /// Install required extensions that are missing, when nothing else refuses.
    #[arg(long, env = "PGWARD_INSTALL", hide_env_values = true, value_parser = boolish())]
    pub(super) install: bool,
}

/// The command, and what it is told.
#[derive(Args, Debug)]
pub(super) struct Start {
    #[command(flatten)]
    pub(super) live: Live,
    /// Hand the command the URL that was verified in this variable, in the spelling of a client library (libpq unless
    /// named).
    #[arg(
        long,
        value_name = "NAME[=CONSUMER]",
        env = "PGWARD_EXPORT",
        hide_env_values = true,
        value_delimiter = ','
    )]
    pub(super) export: Vec<String>,
    /// The command and its arguments; flags behind it are its own.
    #[arg(value_name = "COMMAND", required = true, trailing_var_arg = true)]
    pub(super) command: Vec<OsString>,
}

#[derive(Args, Debug)]
pub(super) struct Flags {
    /// The policy file, instead of pgward.toml.
    #[arg(long, global = true, value_name = "FILE", env = "PGWARD_CONFIG", hide_env_values = true)]
    pub(super) config: Option<String>,
    /// The environment, over every variable that says another one (`PGWARD_ENV` is its twin).
    #[arg(long, global = true, value_name = "ENVIRONMENT")]
    pub(super) environment: Option<String>,
    /// An env file to read below the process environment; of several the later wins.
    #[arg(
        long,
        global = true,
        value_name = "FILE",
        env = "PGWARD_ENV_FILE",
        hide_env_values = true,
        value_delimiter = ','
    )]
    pub(super) env_file: Vec<String>,
    /// The connection URL; `-` reads it from standard input, which no process list shows.
    #[arg(
        long,
        global = true,
        value_name = "URL",
        env = "PGWARD_DATABASE_URL",
        hide_env_values = true,
        allow_hyphen_values = true
    )]
    pub(super) database_url: Option<String>,
    /// A file with the secret of the database as JSON, in the shape of RDS; `-` reads it from standard input.
    #[arg(long, global = true, value_name = "FILE", env = "PGWARD_SECRET_JSON", hide_env_values = true)]
    pub(super) secret_json: Option<String>,
    /// Leave libpq's PG* variables, service files and password files alone.
    #[arg(long, global = true, env = "PGWARD_NO_PG_ENV", hide_env_values = true, value_parser = boolish())]
    pub(super) no_pg_env: bool,
    /// An extension that the database must have.
    #[arg(
        long,
        global = true,
        value_name = "NAME",
        env = "PGWARD_REQUIRE_EXTENSION",
        hide_env_values = true,
        value_delimiter = ','
    )]
    pub(super) require_extension: Vec<String>,
    /// A client library that reads this project's URLs, instead of what the repository says.
    #[arg(
        long,
        global = true,
        value_name = "NAME",
        env = "PGWARD_CONSUMER",
        hide_env_values = true,
        value_delimiter = ','
    )]
    pub(super) consumer: Vec<String>,
    /// A loader that reads this project's env files, instead of what the repository says.
    #[arg(
        long,
        global = true,
        value_name = "NAME",
        env = "PGWARD_LOADER",
        hide_env_values = true,
        value_delimiter = ','
    )]
    pub(super) loader: Vec<String>,
    /// Rules not to report; needs --reason.
    #[arg(
        long,
        global = true,
        value_name = "RULE",
        env = "PGWARD_ALLOW",
        hide_env_values = true,
        value_delimiter = ',',
        requires = "reason"
    )]
    pub(super) allow: Vec<String>,
    /// Why rules are allowed; read by people, never printed.
    #[arg(long, global = true, value_name = "TEXT", env = "PGWARD_REASON", hide_env_values = true)]
    pub(super) reason: Option<String>,
    /// Rules to report as warnings.
    #[arg(
        long,
        global = true,
        value_name = "RULE",
        env = "PGWARD_WARN",
        hide_env_values = true,
        value_delimiter = ','
    )]
    pub(super) warn: Vec<String>,
    /// Rules to report as errors.
    #[arg(
        long,
        global = true,
        value_name = "RULE",
        env = "PGWARD_DENY",
        hide_env_values = true,
        value_delimiter = ','
    )]
    pub(super) deny: Vec<String>,
    /// The least level that makes the run fail.
    #[arg(
        long,
        global = true,
        value_name = "LEVEL",
        default_value = "deny",
        env = "PGWARD_FAIL_ON",
        hide_env_values = true
    )]
    pub(super) fail_on: FailOn,
    /// How findings are written to standard output: text, concise, json, sarif, github, gitlab, junit, checkstyle, rdjson
    /// or markdown.
    #[arg(long, global = true, value_name = "FORMAT", default_value = "text", value_parser = format, env = "PGWARD_FORMAT", hide_env_values = true)]
    pub(super) format: Format,
    /// Write a report to a file too, or to standard output with `-`; may be given several times.
    #[arg(long, global = true, value_name = "FORMAT=FILE", value_parser = report, env = "PGWARD_REPORT", hide_env_values = true, value_delimiter = ',')]
    pub(super) report: Vec<(Format, String)>,
    /// Say nothing on success and no remarks.
    #[arg(short, long, global = true, env = "PGWARD_QUIET", hide_env_values = true, value_parser = boolish())]
    pub(super) quiet: bool,
    /// Print notes too, not only their number.
    #[arg(short, long, global = true, env = "PGWARD_VERBOSE", hide_env_values = true, value_parser = boolish())]
    pub(super) verbose: bool,
    /// Whether to colour: auto, always or never.
    #[arg(
        long,
        global = true,
        value_name = "WHEN",
        default_value = "auto",
        env = "PGWARD_COLOR",
        hide_env_values = true
    )]
    pub(super) color: Color,
    /// Judge and report, and refuse next to nothing: observe; else enforce.
    #[arg(
        long,
        global = true,
        value_name = "MODE",
        default_value = "enforce",
        env = "PGWARD_MODE",
        hide_env_values = true,
        hide = true
    )]
    pub(super) mode: Mode,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub(super) enum FailOn {
    Deny,
    Warn,
    Note,
    Never,
}

impl FailOn {
    pub(super) fn severity(self) -> Option<Severity> {
        match self {
            Self::Deny => Some(Severity::Error),
            Self::Warn => Some(Severity::Warning),
            Self::Note => Some(Severity::Note),
            Self::Never => None,
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub(super) enum Color {
    Auto,
    Always,
    Never,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub(super) enum Mode {
    Enforce,
    Observe,
}

/// `1`, `yes`, `on` in a variable too.
fn boolish() -> clap::builder::BoolishValueParser {
    clap::builder::BoolishValueParser::new()
}

/// `10s`, `500ms`, `2m`, `1h`; a bare number is seconds.
fn duration(text: &str) -> Result<Duration, String> {
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let wrong = || "a time is a whole number with ms, s, m or h, such as 10s".to_owned();
    let number: u64 = text[..digits].parse().map_err(|_| wrong())?;
    let (factor, unit) = match &text[digits..] {
        "ms" if number > 0 => return Ok(Duration::from_millis(number)),
        "" | "s" => (1, number),
        "m" => (60, number),
        "h" => (3600, number),
        _ => return Err(wrong()),
    };
    if number == 0 {
        return Err("a time of nothing is not possible".into());
    }
    Ok(Duration::from_secs(unit.saturating_mul(factor).min(366 * 24 * 3600)))
}

fn format(text: &str) -> Result<Format, String> {
    text.parse().map_err(|e: crate::report::UnknownFormat| e.to_string())
}

fn report(text: &str) -> Result<(Format, String), String> {
    let (name, file) = text.split_once('=').filter(|(_, f)| !f.is_empty()).ok_or("write FORMAT=FILE")?;
    Ok((format(name)?, file.to_owned()))
}

impl Cli {
    /// Reads the command line and its variables. An empty variable is unset here, as compose's `${X:-}` means it.
    pub(super) fn read() -> Result<Self, clap::Error> {
        let usual = usual::read(World::arguments(), World::is_set);
        usual.map_or_else(|| Self::from_arg_matches(&Self::parser().try_get_matches()?), Ok)
    }

    /// Whether a command line that cannot be read was to start a command.
    pub(super) fn meant_run() -> bool {
        let parser = Self::parser();
        let named =
            |word: &OsString| word.to_str().is_some_and(|word| parser.find_subcommand(word).is_some());
        // As far as it can be read; else by the first word that is the name of a command.
        let read = parser.clone().ignore_errors(true).try_get_matches().ok();
        let read = read.and_then(|matches| matches.subcommand_name().map(OsString::from));
        read.or_else(|| World::arguments().find(named)).is_some_and(|word| word == "run")
    }

    fn parser() -> clap::Command {
        let world = World::of_process();
        let blank =
            |(name, value): (&String, &Vec<u8>)| name.starts_with("PGWARD_") && value.trim_ascii().is_empty();
        if !world.variables().iter().any(blank) {
            return Self::command();
        }
        let unset = |arg: clap::Arg| {
            let empty = |name: &std::ffi::OsStr| {
                name.to_str().and_then(|n| world.variable(n)).is_some_and(|v| v.trim().is_empty())
            };
            if arg.get_env().is_some_and(empty) { arg.env(None::<&str>) } else { arg }
        };
        Self::command().mut_args(unset).mut_subcommands(|c| c.mut_args(unset))
    }
}

impl Flags {
    /// The environment of `--environment`, by the project's words too.
    pub(super) fn environment(
        &self,
        policy: &crate::policy::Policy,
    ) -> Result<Option<Environment>, super::Error> {
        let Some(word) = &self.environment else { return Ok(None) };
        policy.environment(word).map(Some).ok_or_else(|| {
            super::Error::Other(format!("--environment: {}", crate::environment::UnknownEnvironment))
        })
    }
}
