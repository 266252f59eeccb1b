//! Workflow commands of GitHub Actions, a line each: annotations beside the lines of a pull request. GitHub shows ten of
//! each kind in a step; the log has them all.

use super::{Options, Report, clean, entry, summary};
use entry::Entry;
use std::{fmt::Write as _, io};

/// Writes `::error file=…,line=…::message` for each finding, and the summary as the last line.
///
/// # Errors
/// What `out` says.
pub fn write(report: &Report, options: &Options, out: &mut dyn io::Write) -> io::Result<()> {
    let mut text = String::new();
    for entry in Entry::shown(report, options) {
        command(&mut text, &entry);
    }
    if options.remarks {
        for remark in &report.remarks {
            let _infallible = writeln!(text, "pgward: {}", clean::line(remark));
        }
    }
    for file in &report.unread {
        let path =
            file.path.as_ref().map(|p| format!(" file={}", property(&clean::line(&entry::slashes(p)))));
        let message = data(&clean::line(&file.message));
        let _infallible = writeln!(text, "::error{}::{message}", path.unwrap_or_default());
    }
    let _infallible = writeln!(text, "{}", summary::line(report, options));
    // The older form of a command is one wherever it stands in a line.
    out.write_all(text.replace("##[", "## [").as_bytes())
}

fn command(out: &mut String, entry: &Entry<'_>) {
    let word = entry::word(entry.finding.severity, ["notice", "warning", "error"]);
    let _infallible = write!(out, "::{word} ");
    if entry.placed {
        let at = entry.region;
        let path = property(&entry.shown_path());
        let _infallible = write!(out, "file={path},line={},endLine={},", at.line, at.end_line);
        // The runner takes columns only of a single line.
        if at.line == at.end_line {
            let _infallible = write!(out, "col={},endColumn={},", at.column, at.end_column);
        }
    }
    let _infallible =
        writeln!(out, "title={}::{}", property(&format!("pgward: {}", entry.rule())), data(&entry.text()));
}

/// As `escapeData` of GitHub's toolkit.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// As `escapeProperty` there.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
