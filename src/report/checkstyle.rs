//! Checkstyle XML: files with their findings, which Jenkins and many others read.

use super::{Options, Report, clean, entry, xml};
use entry::Entry;
use std::{collections::BTreeMap, fmt::Write as _, io};
use xml::escaped;

/// Writes one document; no file in it where there is nothing.
///
/// # Errors
/// What `out` says.
pub fn write(report: &Report, options: &Options, out: &mut dyn io::Write) -> io::Result<()> {
    let mut files: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for entry in Entry::shown(report, options) {
        let (at, severity) =
            (entry.region, entry::word(entry.finding.severity, ["info", "warning", "error"]));
        let line = format!(
            "    <error line=\"{}\" column=\"{}\" severity=\"{severity}\" message=\"{}\" source=\"pgward.{}\"/>",
            at.line,
            at.column,
            escaped(&entry.text()),
            escaped(&entry.rule()),
        );
        files.entry(entry.shown_path()).or_default().push(line);
    }
    for file in &report.unread {
        let message = escaped(&clean::line(&file.message));
        let path = clean::line(&entry::slashes(file.path.as_deref().unwrap_or(entry::NOWHERE)));
        let line = format!("    <error severity=\"error\" message=\"{message}\" source=\"pgward\"/>");
        files.entry(path).or_default().push(line);
    }
    let mut text = format!("{}<checkstyle version=\"4.3\">\n", xml::HEAD);
    for (path, lines) in files {
        let _infallible = writeln!(text, "  <file name=\"{}\">", escaped(&path));
        for line in lines {
            let _infallible = writeln!(text, "{line}");
        }
        text.push_str("  </file>\n");
    }
    text.push_str("</checkstyle>\n");
    out.write_all(text.as_bytes())
}
