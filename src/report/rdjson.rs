//! The diagnostics of reviewdog (its `rdjson`), which puts them and suggestions into reviews. Its columns are bytes.

use super::{Options, Report, clean, entry, json};
use crate::finding::LocatedLabel;
use entry::{Entry, Region};
use serde_json::{Value, json};
use std::io;

/// Writes one result with all diagnostics.
///
/// # Errors
/// What `out` says.
pub fn write(report: &Report, options: &Options, out: &mut dyn io::Write) -> io::Result<()> {
    let unread = report.unread.iter().map(|file| {
        let path = clean::line(&entry::slashes(file.path.as_deref().unwrap_or(entry::NOWHERE)));
        json!({ "message": clean::line(&file.message), "severity": "ERROR", "location": { "path": path } })
    });
    let entries = Entry::shown(report, options);
    let found = entries.iter().map(|entry| diagnostic(entry, options));
    let all: Vec<Value> = found.chain(unread).collect();
    let result = json!({
        "source": { "name": "pgward", "url": "https://docs.rs/crate/pgward" },
        "diagnostics": all,
    });
    out.write_all(json::document(&result)?.as_bytes())
}

fn diagnostic(entry: &Entry<'_>, options: &Options) -> Value {
    let mut code = json!({ "value": entry.rule() });
    if let Some(rule) = options.rule(&entry.finding.rule) {
        code["url"] = rule.address.clone().into();
    }
    let mut out = json!({
        "message": entry.text(),
        "severity": entry::word(entry.finding.severity, ["INFO", "WARNING", "ERROR"]),
        "location": { "path": entry.shown_path(), "range": range(entry.region) },
        "code": code,
    });
    let related: Vec<Value> = entry.finding.related.iter().filter_map(related).collect();
    if !related.is_empty() {
        out["related_locations"] = related.into();
    }
    // Each suggestion stands for itself, so that an edit of several is none; and it has no room for a warning.
    if let [edit] = entry.edits()
        && entry.is_safe()
        && edit.place.path.as_deref() == Some(entry.path)
        && edit.place.byte_column.is_some()
    {
        out["suggestions"] = json!([{ "range": range(Region::of(&edit.place)), "text": edit.insert }]);
    }
    out
}

fn related(label: &LocatedLabel) -> Option<Value> {
    let path = label.place.path.as_deref().filter(|path| !path.is_empty())?;
    Some(json!({
        "message": clean::line(&label.text),
        "location": { "path": clean::line(&entry::slashes(path)), "range": range(Region::of(&label.place)) },
    }))
}

/// Without columns where a report that was read back has none in bytes.
fn range(at: Region) -> Value {
    match at.bytes {
        Some((column, end)) => json!({
            "start": { "line": at.line, "column": column },
            "end": { "line": at.end_line, "column": end },
        }),
        None => json!({ "start": { "line": at.line }, "end": { "line": at.end_line } }),
    }
}
