//! The report as JSON, schema `pgward/1`: one indented document, escaped so that it is harmless on a terminal.

use super::{Options, Report, SCHEMA};
use serde::{Serialize, de::Error as _};
use std::{fmt::Write as _, io};

/// Writes the whole report, notes included; no option changes it.
///
/// # Errors
/// What `out` says.
pub fn write(report: &Report, _: &Options, out: &mut dyn io::Write) -> io::Result<()> {
    out.write_all(document(report)?.as_bytes())
}

/// Reads a report back. Unknown fields are skipped: within a schema fields are only ever added.
///
/// # Errors
/// When it is no JSON, no report, or of another schema.
pub fn read(text: &[u8]) -> serde_json::Result<Report> {
    let report: Report = serde_json::from_slice(text)?;
    if report.schema == SCHEMA {
        Ok(report)
    } else {
        Err(serde_json::Error::custom(format_args!("the schema is not {SCHEMA}")))
    }
}

/// Any value as an indented document that ends in a newline.
///
/// # Errors
/// When the value has no JSON form; ours all have one.
pub fn document(value: &impl Serialize) -> serde_json::Result<String> {
    let text = serde_json::to_string_pretty(value)?;
    let mut out = String::with_capacity(text.len() + 1);
    for c in text.chars() {
        // JSON wants only U+0000 to U+001F escaped, and those are. What else is unsafe to print can stand only
        // within a string, so an escape is right wherever it is found.
        match c {
            '\u{7f}'..='\u{9f}'
            | '\u{61c}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{feff}' => {
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            _ => out.push(c),
        }
    }
    out.push('\n');
    Ok(out)
}
