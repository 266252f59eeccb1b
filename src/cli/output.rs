//! Data to standard output, everything else to standard error.

use super::{
    Error, Exit,
    args::{Color, Flags},
    reports,
};
use crate::{
    finding::Severity,
    page,
    report::{Options, Report},
    world::World,
};
use std::io::{self, IsTerminal as _, Write as _};

/// Writes to standard output. A reader that went away is no error: it has what it wanted.
pub(super) fn stdout(text: &str) -> io::Result<()> {
    bytes(text.as_bytes())
}

/// As [`stdout`], for what need not be text.
pub(super) fn bytes(bytes: &[u8]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    match out.write_all(bytes).and_then(|()| out.flush()) {
        Err(e) if e.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => other,
    }
}

/// One line on standard error; nobody is told when that is closed.
pub(super) fn line(text: &str) {
    let _closed = writeln!(io::stderr().lock(), "{text}");
}

/// An error of ours on standard error.
pub(super) fn error(text: &str) {
    line(&format!("pgward: {}", crate::report::clean::line(text)));
}

/// What bare `pgward` says.
pub(super) fn moments() -> Result<Exit, Error> {
    stdout(
        "pgward: may this service start against this database?\n\
         \n\
         \x20 pgward lint        the files of this repository\n\
         \x20 pgward check       what this shell would start with, no network\n\
         \x20 pgward preflight   check, then ask the server\n\
         \x20 pgward run -- CMD  preflight, then start CMD in its place\n",
    )?;
    Ok(Exit::Success)
}

/// How this terminal wants it.
pub(super) fn options(flags: &Flags, world: &World) -> Options {
    options_for(flags, world, io::stdout().is_terminal())
}

/// As [`options`], for standard error.
pub(super) fn options_aside(flags: &Flags, world: &World) -> Options {
    options_for(flags, world, io::stderr().is_terminal())
}

fn options_for(flags: &Flags, world: &World, is_terminal: bool) -> Options {
    let set = |name: &str| world.one_variable(name).is_some_and(|v| !v.is_empty());
    let term = world.one_variable("TERM");
    let color = match flags.color {
        Color::Always => true,
        Color::Never => false,
        Color::Auto if set("NO_COLOR") => false,
        Color::Auto if world.one_variable("CLICOLOR_FORCE").is_some_and(|v| !v.is_empty() && v != "0") => {
            true
        }
        Color::Auto => is_terminal && term.as_deref() != Some("dumb"),
    };
    let width = world.one_variable("COLUMNS").and_then(|c| c.parse().ok()).filter(|c| *c >= 40);
    let terminal = || terminal_size::terminal_size().map(|(w, _)| usize::from(w.0)).filter(|w| *w >= 40);
    let able = !matches!(term.as_deref(), None | Some("dumb" | "linux"));
    Options {
        color,
        links: color && is_terminal && able,
        breaks: is_terminal,
        width: width.or_else(terminal).unwrap_or(80),
        show_notes: flags.verbose,
        fails: flags.fail_on.severity(),
        rule: page::text_of,
        ..Options::default()
    }
}

/// Prints a report as asked, and writes it into the files that were named.
pub(super) fn report(flags: &Flags, world: &World, report: &Report) -> Result<(), Error> {
    report_with(flags, &options(flags, world), report, false)
}

/// As [`report`], as these options have it; `aside` to standard error, because standard output is taken.
pub(super) fn report_with(
    flags: &Flags,
    options: &Options,
    report: &Report,
    aside: bool,
) -> Result<(), Error> {
    if !flags.quiet {
        for remark in &report.remarks {
            line(&format!("pgward: {}", crate::report::clean::line(remark)));
        }
    }
    let silent =
        flags.quiet && report.failure.is_none() && report.worst().is_none_or(|w| w < Severity::Warning);
    // A document is data wherever it is asked for, but beside a command.
    if !(silent && (!flags.format.is_document() || report.command == "run")) {
        let mut text = Vec::new();
        flags.format.write(report, options, &mut text)?;
        let text = String::from_utf8_lossy(&text);
        if aside {
            line(text.trim_end());
        } else {
            stdout(&text)?;
        }
    }
    reports::write(flags, options, report)
}
