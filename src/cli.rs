//! The command line: clap, printing, exit codes. Everything that decides lies below it.

mod args;
mod baseline;
mod discover;
mod explain;
mod fault;
mod fixes;
mod init;
mod lint;
mod live;
mod output;
mod pager;
mod progress;
mod reports;
mod rules;
mod run;
mod show;
mod start;
mod url;
mod usage;
mod walk;

use crate::{policy::PolicyError, world::ReadError};
use args::{Cli, Command};
use fault::Undone;
#[cfg(unix)]
pub use run::look_before_main;
use std::{fmt, process::ExitCode};

/// Runs the command line of this process.
pub fn run() -> ExitCode {
    fault::look_out(Undone::Verdict);
    let cli = match Cli::read() {
        Ok(cli) => cli,
        Err(error) => return usage::report(&error),
    };
    if matches!(cli.command, Some(Command::Run(_))) {
        fault::look_out(Undone::Command);
    }
    let code = match &cli.command {
        None => output::moments(),
        Some(Command::Lint { paths, carrier, repair, known }) => {
            lint::run(&cli.flags, paths, carrier.as_deref(), *repair, known)
        }
        Some(Command::Show) => show::run(&cli.flags),
        Some(Command::Check) => live::check(&cli.flags),
        Some(Command::Preflight(live)) => live::preflight(&cli.flags, live),
        Some(Command::Run(start)) => return run::run(&cli.flags, start),
        Some(Command::Url(url)) => url::run(&cli.flags, url),
        Some(Command::Init(writing)) => init::run(&cli.flags, writing),
        Some(Command::Explain { rule }) => explain::run(&cli.flags, rule),
        Some(Command::Rules) => rules::run(&cli.flags),
    };
    match code {
        Ok(code) => code.into(),
        Err(error) => {
            output::error(&error.to_string());
            Exit::CouldNotRun.into()
        }
    }
}

/// How a run ends; the numbers are documented in the README.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Exit {
    /// Clean, or ready.
    Success,
    /// A finding at or above the fail level, or a permanent failure to connect.
    Refused,
    /// Usage, unreadable input, a named path that does not exist.
    CouldNotRun,
    /// `EX_TEMPFAIL`: nothing refuses but that the server could not be reached, and waiting may mend it.
    Temporary,
}

impl Exit {
    const fn code(self) -> u8 {
        match self {
            Self::Success => 0,
            Self::Refused => 1,
            Self::CouldNotRun => 2,
            Self::Temporary => 75,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

/// Why nothing could be judged.
#[derive(Debug)]
enum Error {
    Policy(PolicyError),
    Read(ReadError),
    Other(String),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Policy(error) => error.fmt(f),
            Self::Read(error) => error.fmt(f),
            Self::Other(text) => f.write_str(text),
        }
    }
}

impl From<PolicyError> for Error {
    fn from(error: PolicyError) -> Self {
        Self::Policy(error)
    }
}

impl From<ReadError> for Error {
    fn from(error: ReadError) -> Self {
        Self::Read(error)
    }
}

impl From<std::io::Error> for Error {
    fn from(error: std::io::Error) -> Self {
        Self::Other(format!("cannot write: {}", error.kind()))
    }
}
