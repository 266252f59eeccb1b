//! `JUnit` XML: a suite for each file and a test case for each finding, which fails where it fails the run.

use super::{Options, Report, UnreadReport, clean, entry, xml};
use entry::Entry;
use std::{collections::BTreeMap, fmt::Write as _, io};
use xml::escaped;

/// Writes the suites; one test that passes where there is nothing, because readers take an empty report for a mishap.
///
/// # Errors
/// What `out` says.
pub fn write(report: &Report, options: &Options, out: &mut dyn io::Write) -> io::Result<()> {
    let mut suites: BTreeMap<String, Vec<Entry<'_>>> = BTreeMap::new();
    for entry in Entry::shown(report, options) {
        // What stands in no file is a suite of the command's own.
        let suite = if entry.placed { entry.shown_path() } else { format!("pgward {}", report.command) };
        suites.entry(suite).or_default().push(entry);
    }
    let fails = |e: &&Entry<'_>| options.fails.is_some_and(|limit| e.finding.severity >= limit);
    let (tests, failures) =
        (suites.values().flatten().count(), suites.values().flatten().filter(fails).count());
    let empty = usize::from(tests + report.unread.len() == 0);
    let mut text = xml::HEAD.to_owned();
    let _infallible = writeln!(
        text,
        "<testsuites name=\"pgward\" tests=\"{}\" failures=\"{failures}\" errors=\"{}\">",
        tests + report.unread.len() + empty,
        report.unread.len(),
    );
    for (name, entries) in &suites {
        let failures = entries.iter().filter(fails).count();
        let (name, tests) = (escaped(&clean::line(name)), entries.len());
        let _infallible = writeln!(
            text,
            "  <testsuite name=\"{name}\" tests=\"{tests}\" failures=\"{failures}\" errors=\"0\">"
        );
        for entry in entries {
            case(&mut text, &name, entry, fails(&entry));
        }
        text.push_str("  </testsuite>\n");
    }
    if !report.unread.is_empty() {
        unread(&mut text, &report.unread);
    }
    if empty > 0 {
        text.push_str(CLEAN);
    }
    text.push_str("</testsuites>\n");
    out.write_all(text.as_bytes())
}

fn case(out: &mut String, suite: &str, entry: &Entry<'_>, fails: bool) {
    let (rule, title) = (escaped(&entry.rule()), escaped(&entry.title));
    let at = entry.region;
    let place = if entry.placed { format!("{}:{}:{}", suite, at.line, at.column) } else { String::new() };
    let name = if entry.placed { format!("{rule} at {}:{}", at.line, at.column) } else { rule.clone() };
    let file = if entry.placed { format!(" file=\"{suite}\" line=\"{}\"", at.line) } else { String::new() };
    let _infallible = writeln!(out, "    <testcase classname=\"{suite}\" name=\"{name}\"{file}>");
    let head = if place.is_empty() { title.clone() } else { format!("{place}: {title}") };
    let body: Vec<String> = std::iter::once(head).chain(entry.details.iter().map(|d| escaped(d))).collect();
    let (body, severity) = (body.join("&#10;"), entry.finding.severity.as_str());
    let _infallible = if fails {
        writeln!(out, "      <failure type=\"{severity}\" message=\"{title}\">{body}</failure>")
    } else {
        writeln!(out, "      <system-out>{severity}: {body}</system-out>")
    };
    out.push_str("    </testcase>\n");
}

fn unread(out: &mut String, files: &[UnreadReport]) {
    let n = files.len();
    let _infallible =
        writeln!(out, "  <testsuite name=\"unread\" tests=\"{n}\" failures=\"0\" errors=\"{n}\">");
    for file in files {
        let name = escaped(&clean::line(file.path.as_deref().unwrap_or("a file")));
        let message = escaped(&clean::line(&file.message));
        let _infallible = writeln!(out, "    <testcase classname=\"unread\" name=\"{name}\">");
        let _infallible = writeln!(out, "      <error type=\"unread\" message=\"{message}\"/>");
        out.push_str("    </testcase>\n");
    }
    out.push_str("  </testsuite>\n");
}

const CLEAN: &str = "  <testsuite name=\"pgward\" tests=\"1\" failures=\"0\" errors=\"0\">\n    \
                     <testcase classname=\"pgward\" name=\"no findings\"/>\n  </testsuite>\n";
