//! One line a finding, no pictures: for a pod's log, for `grep`, and for the error of the boot API.

use super::{Options, Report, clean, statistics, summary};
use crate::finding::Located;
use std::{fmt::Write as _, io};

/// Writes `path:line:column: severity[rule] message` for each finding, its notes and help below it, and the
/// summary as the last line.
///
/// # Errors
/// What `out` says.
pub fn write(report: &Report, options: &Options, out: &mut dyn io::Write) -> io::Result<()> {
    out.write_all(render(report, options).as_bytes())
}

/// The same as a text.
pub fn render(report: &Report, options: &Options) -> String {
    let mut out = String::new();
    for finding in report.standing().filter(|f| options.shows(f.severity)) {
        one(&mut out, finding);
    }
    if let Some(rows) = &report.statistics {
        out.push_str(&statistics::table(rows));
    }
    if options.remarks {
        for remark in &report.remarks {
            let _ = writeln!(out, "pgward: {}", clean::line(remark));
        }
    }
    let _ = writeln!(out, "{}", summary::line(report, options));
    out
}

fn one(out: &mut String, finding: &Located) {
    if let Some(primary) = &finding.primary {
        let _ = write!(out, "{}: ", clean::line(&primary.place.to_short()));
    }
    let (rule, message) = (clean::line(&finding.rule), clean::line(&finding.message));
    let _ = writeln!(out, "{}[{rule}] {message}", finding.severity.as_str());
    for label in &finding.related {
        indented(out, &clean::line(&label.place.to_short()), &label.text);
    }
    for note in &finding.notes {
        indented(out, "note", note);
    }
    if let Some(help) = &finding.help {
        indented(out, "help", help);
    }
}

fn indented(out: &mut String, word: &str, text: &str) {
    let _ = writeln!(out, "  {word}: {}", clean::lines(text).replace('\n', "\n    "));
}
