//! SARIF 2.1.0 (OASIS): for GitHub code scanning and whatever else reads it. Each result has a region, because readers
//! refuse one without; nothing of a value that is not shown in every other format.

use super::{CuredReport, Options, Report, RuleText, clean, entry, json};
use crate::finding::{
    BaselineState, Located, LocatedEdit, LocatedLabel, Severity, Suppression, fingerprints,
};
use entry::{Entry, Region};
use serde_json::{Map, Value, json};
use std::io;

/// Writes one log with one run.
///
/// # Errors
/// What `out` says.
pub fn write(report: &Report, options: &Options, out: &mut dyn io::Write) -> io::Result<()> {
    out.write_all(json::document(&log(report, options))?.as_bytes())
}

fn log(report: &Report, options: &Options) -> Value {
    let prints = fingerprints(&report.findings, &str::to_owned);
    let shown: Vec<(Entry<'_>, &String)> = report
        .findings
        .iter()
        .zip(&prints)
        .filter(|(f, _)| options.shows(f.severity))
        .map(|(f, print)| (Entry::of(f), print))
        .collect();
    let mut rules: Vec<&str> = shown.iter().map(|(e, _)| e.finding.rule.as_str()).collect();
    rules.sort_unstable();
    rules.dedup();
    let results = shown.iter().map(|(entry, print)| result(entry, print, &rules));
    let results: Vec<Value> = results.chain(absent(report)).collect();
    let described: Vec<Value> =
        rules.iter().map(|id| descriptor(id, options.rule(id), worst(report, id))).collect();
    json!({
        "$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "pgward",
                "version": env!("CARGO_PKG_VERSION"),
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "informationUri": "https://docs.rs/crate/pgward",
                "rules": described,
            }},
            "automationDetails": { "id": format!("pgward/{}/", clean::line(&report.command)) },
            "columnKind": "unicodeCodePoints",
            "language": "en",
            "originalUriBaseIds": { ROOT: { "description": {
                "text": "the directory in which pgward was started",
            }}},
            "invocations": [invocation(report)],
            "results": results,
        }],
    })
}

/// Whether the run came to its end, and what it had to say beside its findings.
fn invocation(report: &Report) -> Value {
    let unread = report.unread.iter().map(|file| {
        let mut said = notification("error", &file.message);
        if let Some(path) = &file.path {
            said["locations"] = json!([{ "physicalLocation": { "artifactLocation": artifact(path) } }]);
        }
        said
    });
    let remarks = report.remarks.iter().map(|remark| notification("note", remark));
    json!({
        "executionSuccessful": report.unread.is_empty(),
        "toolExecutionNotifications": unread.collect::<Vec<_>>(),
        "toolConfigurationNotifications": remarks.collect::<Vec<_>>(),
    })
}

fn notification(level: &str, text: &str) -> Value {
    json!({ "level": level, "message": { "text": clean::line(text) } })
}

/// A rule that has results.
fn descriptor(id: &str, rule: Option<&RuleText>, worst: Severity) -> Value {
    let id = clean::line(id);
    let Some(rule) = rule else { return json!({ "id": id }) };
    let mut tags = vec!["postgresql", "configuration"];
    tags.extend(&rule.subjects);
    let mut properties = json!({ "precision": "high" });
    if !rule.subjects.is_empty() {
        tags.push("security");
        // GitHub ranks by this number: high from 7, medium from 4.
        properties["security-severity"] = entry::word(worst, ["3.0", "5.5", "8.0"]).into();
    }
    properties["tags"] = tags.into();
    let summary = clean::line(&rule.summary);
    json!({
        "id": id,
        "shortDescription": { "text": summary },
        "fullDescription": { "text": summary },
        "help": { "text": clean::lines(&rule.page), "markdown": clean::lines(&rule.page) },
        "helpUri": rule.address,
        "defaultConfiguration": { "level": rule.severity.map_or("none", Severity::as_str) },
        "properties": properties,
    })
}

/// The gravest finding of a rule.
fn worst(report: &Report, rule: &str) -> Severity {
    let of = report.findings.iter().filter(|f| f.rule == rule).map(|f| f.severity);
    of.max().unwrap_or(Severity::Note)
}

fn result(entry: &Entry<'_>, print: &str, rules: &[&str]) -> Value {
    let finding = entry.finding;
    let mut location = location(entry.path, entry.region);
    if let Some(label) = &finding.primary {
        if entry.placed && !label.text.is_empty() {
            location["message"] = json!({ "text": clean::line(&label.text) });
        }
        if let Some(name) = &label.place.variable {
            location["logicalLocations"] = json!([{ "name": clean::line(name), "kind": "variable" }]);
        }
    }
    let related: Vec<Value> = finding.related.iter().filter_map(related).collect();
    let mut result = json!({
        "ruleId": entry.rule(),
        "ruleIndex": rules.binary_search(&finding.rule.as_str()).unwrap_or_default(),
        "level": finding.severity.as_str(),
        "message": { "text": message(entry) },
        "locations": [location],
        "partialFingerprints": { "pgward/v1": print },
    });
    if !related.is_empty() {
        result["relatedLocations"] = related.into();
    }
    if !entry.edits().is_empty() {
        result["fixes"] = json!([fix(entry)]);
    }
    for (key, value) in marks(finding) {
        result[key] = value;
    }
    result
}

/// What a comment or a baseline says of a finding: `suppressions`, `baselineState`. The state alone compares with another
/// run; that the finding is not to count is asked for outside the source (SARIF 2.1.0, 3.35.2).
fn marks(finding: &Located) -> Map<String, Value> {
    let mut out = Map::new();
    let known = (finding.baseline == Some(BaselineState::Unchanged)).then(Suppression::in_baseline);
    if let Some(suppression) = finding.suppressed.as_ref().or(known.as_ref()) {
        let mut said = json!({ "kind": suppression.kind });
        if let Some(justification) = &suppression.justification {
            said["justification"] = clean::line(justification).into();
        }
        out.insert("suppressions".into(), json!([said]));
    }
    if let Some(state) = finding.baseline {
        out.insert("baselineState".into(), json!(state));
    }
    out
}

/// What the baseline holds and was found no more: with its fingerprint alone, a reader closes what it had opened.
fn absent(report: &Report) -> Vec<Value> {
    let cured = report.baseline.iter().flat_map(|baseline| &baseline.cured);
    let one = |cured: &CuredReport| {
        let path = cured.path.as_deref().unwrap_or(entry::NOWHERE);
        json!({
            "ruleId": clean::line(&cured.rule),
            "kind": "pass",
            "level": "none",
            "message": { "text": "this was in the baseline and is found no more" },
            "locations": [location(path, Region::START)],
            "partialFingerprints": { "pgward/v1": cured.fingerprint },
            "baselineState": "absent",
        })
    };
    cured.map(one).collect()
}

/// Readers show the first sentence where they have little room.
fn message(entry: &Entry<'_>) -> String {
    if entry.details.is_empty() {
        return entry.title.clone();
    }
    format!("{}.\n{}", entry.title, entry.details.join("\n"))
}

fn related(label: &LocatedLabel) -> Option<Value> {
    let path = label.place.path.as_deref().filter(|path| !path.is_empty())?;
    let mut location = location(path, Region::of(&label.place));
    location["message"] = json!({ "text": clean::line(&label.text) });
    Some(location)
}

fn location(path: &str, region: Region) -> Value {
    json!({ "physicalLocation": { "artifactLocation": artifact(path), "region": self::region(region) } })
}

fn region(region: Region) -> Value {
    json!({
        "startLine": region.line,
        "startColumn": region.column,
        "endLine": region.end_line,
        "endColumn": region.end_column,
    })
}

/// The edits, file by file.
fn fix(entry: &Entry<'_>) -> Value {
    let mut changes: Vec<(&str, Vec<Value>)> = Vec::new();
    for edit in entry.edits() {
        let path = edit.place.path.as_deref().unwrap_or_default();
        match changes.iter_mut().find(|(of, _)| *of == path) {
            Some((_, edits)) => edits.push(replacement(edit)),
            None => changes.push((path, vec![replacement(edit)])),
        }
    }
    let changes: Vec<Value> = changes
        .into_iter()
        .map(|(path, edits)| json!({ "artifactLocation": artifact(path), "replacements": edits }))
        .collect();
    let help = entry.finding.help.as_deref().map_or_else(|| "suggested edit".to_owned(), clean::lines);
    let help = if entry.is_safe() { help } else { format!("needs a look: {help}") };
    json!({ "description": { "text": help }, "artifactChanges": changes })
}

fn replacement(edit: &LocatedEdit) -> Value {
    json!({ "deletedRegion": region(Region::of(&edit.place)), "insertedContent": { "text": edit.insert } })
}

/// A path as a URI: relative to the root where it is relative, every other byte than RFC 3986's unreserved ones encoded.
fn artifact(path: &str) -> Value {
    let path = entry::slashes(path);
    let encoded = encoded(&path);
    // `C:/x` is absolute on Windows.
    let drive = cfg!(windows) && path.as_bytes().get(1) == Some(&b':');
    if drive {
        json!({ "uri": format!("file:///{}", encoded.replacen("%3A", ":", 1)) })
    } else if path.starts_with('/') {
        json!({ "uri": format!("file://{encoded}") })
    } else {
        json!({ "uri": encoded, "uriBaseId": ROOT })
    }
}

fn encoded(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'/' | b'-' | b'.' | b'_' | b'~' => out.push(char::from(byte)),
            _ if byte.is_ascii_alphanumeric() => out.push(char::from(byte)),
            _ => {
                out.push('%');
                out.extend([byte >> 4, byte & 15].map(|digit| char::from(HEX[usize::from(digit)])));
            }
        }
    }
    out
}

const HEX: &[u8; 16] = b"0123456789ABCDEF";
/// The name that GitHub takes for the root of the checkout.
const ROOT: &str = "%SRCROOT%";
