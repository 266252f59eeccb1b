//! The code quality report of GitLab: one list of issues, which a merge request compares by their fingerprints.

use super::{Options, Report, entry, json};
use crate::finding::{Severity, fingerprints};
use entry::Entry;
use serde_json::{Value, json};
use std::io;

/// Writes the list; an empty one where there is nothing.
///
/// # Errors
/// What `out` says.
pub fn write(report: &Report, options: &Options, out: &mut dyn io::Write) -> io::Result<()> {
    let prints = fingerprints(&report.findings, &str::to_owned);
    let all = report.findings.iter().zip(&prints).filter(|(f, _)| f.stands() && options.shows(f.severity));
    let issues: Vec<Value> = all.map(|(f, print)| issue(&Entry::of(f), print, options)).collect();
    out.write_all(json::document(&issues)?.as_bytes())
}

fn issue(entry: &Entry<'_>, print: &str, options: &Options) -> Value {
    let finding = entry.finding;
    let grave = options.rule(&finding.rule).is_some_and(|rule| !rule.subjects.is_empty());
    let severity = match finding.severity {
        Severity::Error if grave => "critical",
        other => entry::word(other, ["info", "minor", "major"]),
    };
    let at = entry.region;
    json!({
        "type": "issue",
        "check_name": entry.rule(),
        "description": entry.title,
        "content": { "body": entry.details.join("\n") },
        "categories": [if grave { "Security" } else { "Bug Risk" }],
        "severity": severity,
        "fingerprint": print,
        "location": {
            "path": entry.shown_path(),
            "lines": { "begin": at.line, "end": at.end_line },
            "positions": {
                "begin": { "line": at.line, "column": at.column },
                "end": { "line": at.end_line, "column": at.end_column },
            },
        },
    })
}
