//! `run`: preflight, then this process becomes the command. Nothing is written to standard output and nothing read
//! from standard input: both are the command's.

mod command;
mod export;
#[cfg(unix)]
mod first;
#[cfg(unix)]
mod started;
mod termination;

#[cfg(unix)]
pub(super) use first::end_on_signals;

#[cfg(unix)]
pub use started::look_before_main;

use super::{
    Error,
    args::{Flags, Start},
    live::{self, Asked},
    output, reports,
};
use crate::{
    preflight::Verdict,
    report::{Options, summary},
    rules::Door,
    world::World,
};
use command::Unstartable;
use export::Unexported;
use std::process::ExitCode;

/// `EX_CONFIG` of sysexits.h: refused.
const REFUSED: u8 = 78;

/// `EX_TEMPFAIL`: the server could not be reached, and waiting may mend it.
const TEMPORARY: u8 = 75;

/// As docker, env and nice say that it was they who failed.
pub(super) const COULD_NOT_RUN: u8 = 125;

/// Comes back only when the command was not started.
pub(super) fn run(flags: &Flags, start: &Start) -> ExitCode {
    #[cfg(unix)]
    end_on_signals();
    let why = match begin(flags, start) {
        Ok(why) => why,
        Err(error) => return unusable(&error.to_string()),
    };
    let (code, line) = match why {
        Why::Judged { code, line } => (code, line),
        Why::Command(why, sentence) => (why.code(), said(&sentence)),
        Why::Weaker(sentence) => (REFUSED, said(&sentence)),
    };
    termination::write(&line);
    ExitCode::from(code)
}

/// Says why pgward could not run, and ends with the code for it.
pub(super) fn unusable(why: &str) -> ExitCode {
    termination::write(&said(why));
    ExitCode::from(COULD_NOT_RUN)
}

/// Says it, as [`output::error`] does, and gives the line.
fn said(sentence: &str) -> String {
    let line = format!("pgward: {}", crate::report::clean::line(sentence));
    output::line(&line);
    line
}

/// Why the command was not started.
enum Why {
    /// The report was printed; this is its last line.
    Judged { code: u8, line: String },
    /// It cannot be.
    Command(Unstartable, String),
    /// Its URL would ask for less than what was verified.
    Weaker(String),
}

/// Preflight, then the command.
fn begin(flags: &Flags, start: &Start) -> Result<Why, Error> {
    let world = World::of_process();
    let exports = export::read(&start.export).map_err(Error::Other)?;
    leave_streams(flags)?;
    let Some((name, arguments)) = start.command.split_first() else {
        return Err(Error::Other("missing: <COMMAND>...".into()));
    };
    let unstartable = |why: Unstartable| {
        let sentence = why.sentence(name);
        Why::Command(why, sentence)
    };
    // Said at once, not after a minute of waiting for a server.
    let file = match command::look(name, world.variables().get("PATH").map(Vec::as_slice)) {
        Ok(file) => file,
        Err(why) => return Ok(unstartable(why)),
    };
    let asked = live::ask(flags, &start.live, &world, Door::Boot, "run")?;
    let Asked { configuration, verdict, attempt, mut remarks } = asked;
    let Verdict { mut report, refused, temporary, dial, .. } = verdict;
    let passes = !refused && !temporary;
    let mut variables = Ok(Vec::new());
    if passes {
        let made = export::variables(&exports, &configuration.settings, attempt.as_ref(), dial.as_ref());
        variables = made.map(|(variables, more)| {
            remarks.extend(more);
            variables
        });
        if exports.is_empty() && (flags.database_url.is_some() || flags.secret_json.is_some()) {
            let flag = if flags.database_url.is_some() { "--database-url" } else { "--secret-json" };
            remarks.push(format!("the command is not told of what {flag} says: `--export NAME` does that"));
        }
    }
    live::remark(&mut report, remarks);
    let options = output::options_aside(flags, &world);
    output::report_with(flags, &options, &report, true)?;
    let line = summary::line(&report, &Options { color: false, ..options });
    if flags.format.is_document() && !(passes && flags.quiet) {
        output::line(&line);
    }
    if !passes {
        let code = if refused { REFUSED } else { TEMPORARY };
        return Ok(Why::Judged { code, line });
    }
    let variables = match variables {
        Ok(variables) => variables,
        Err(Unexported::Impossible(why)) => return Err(Error::Other(why)),
        Err(Unexported::Weaker(why)) => return Ok(Why::Weaker(why)),
    };
    Ok(unstartable(command::become_it(name, file.as_deref(), arguments, &variables)))
}

/// Standard input and output are the command's: no flag may take them.
fn leave_streams(flags: &Flags) -> Result<(), Error> {
    for (flag, value) in [("--database-url", &flags.database_url), ("--secret-json", &flags.secret_json)] {
        if value.as_deref() == Some("-") {
            return Err(Error::Other(format!(
                "{flag}: standard input is the command's; name a file, or set the variable"
            )));
        }
    }
    if reports::takes_stdout(flags) {
        return Err(Error::Other("--report: standard output is the command's; name another file".into()));
    }
    reports::admit(flags)
}
