//! Markdown for the summary of a CI job (`$GITHUB_STEP_SUMMARY`), a table of findings. What is not ours is written in
//! character references, so that it stays text and makes neither links nor markup.

use super::{Options, Report, clean, entry, summary};
use entry::Entry;
use std::{fmt::Write as _, io};

/// Writes a heading, the summary and the table.
///
/// # Errors
/// What `out` says.
pub fn write(report: &Report, options: &Options, out: &mut dyn io::Write) -> io::Result<()> {
    let line = summary::line(report, options);
    let line = line.strip_prefix("pgward: ").unwrap_or(&line);
    let mut text = format!("### pgward {}\n\n{}\n", escaped(&clean::line(&report.command)), escaped(line));
    let entries = Entry::shown(report, options);
    if !entries.is_empty() {
        text.push_str("\n| level | place | rule | finding |\n|---|---|---|---|\n");
    }
    for entry in entries.iter().take(MOST) {
        row(&mut text, entry, options);
    }
    if let Some(more @ 1..) = entries.len().checked_sub(MOST) {
        let _infallible = writeln!(text, "\n{more} more findings are not in this table.");
    }
    if let Some(rows) = report.statistics.as_ref().filter(|rows| !rows.is_empty()) {
        text.push_str("\n| findings | level | rule | fixable |\n|---:|---|---|---:|\n");
        for row in rows {
            let (severity, rule) = (row.severity.as_str(), escaped(&clean::line(&row.rule)));
            let _infallible = writeln!(text, "| {} | {severity} | {rule} | {} |", row.count, row.fixable);
        }
    }
    let unread = report.unread.iter().map(|file| &file.message);
    let said: Vec<&String> = unread.chain(report.remarks.iter().filter(|_| options.remarks)).collect();
    if !said.is_empty() {
        text.push('\n');
    }
    for line in said {
        let _infallible = writeln!(text, "- {}", escaped(&clean::line(line)));
    }
    out.write_all(text.as_bytes())
}

fn row(out: &mut String, entry: &Entry<'_>, options: &Options) {
    let place = if entry.placed {
        format!("<code>{}:{}:{}</code>", encoded(&entry.shown_path()), entry.region.line, entry.region.column)
    } else {
        String::new()
    };
    let rule = encoded(&entry.rule());
    let rule = options
        .rule(&entry.finding.rule)
        .map_or_else(|| rule.clone(), |about| format!("[{rule}]({})", about.address));
    let text = escaped(&entry.text());
    let _infallible = writeln!(out, "| {} | {place} | {rule} | {text} |", entry.finding.severity.as_str());
}

/// A text of ours with what it quotes: what stands between backticks is code.
fn escaped(text: &str) -> String {
    let mut out = String::new();
    let mut parts = text.split('`').peekable();
    let mut code = false;
    while let Some(part) = parts.next() {
        match (code, parts.peek()) {
            (true, Some(_)) => out.extend(["<code>", &encoded(part), "</code>"]),
            // The last of an odd number of backticks.
            (true, None) => out.extend(["&#96;", &encoded(part)]),
            (false, _) => out.push_str(&encoded(part)),
        }
        code = !code;
    }
    out
}

/// Without a character that Markdown, its dialects or HTML give a meaning to.
fn encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '\n' => out.push_str("<br>"),
            // The head of an address.
            ':' if rest.peek() == Some(&'/') => out.push_str("&#58;"),
            '\\' | '`' | '*' | '_' | '{' | '}' | '[' | ']' | '<' | '>' | '(' | ')' | '#' | '!' | '|'
            | '~' | '&' | '@' | '$' | '^' => {
                let _infallible = write!(out, "&#{};", u32::from(c));
            }
            _ => out.push(c),
        }
    }
    out
}

/// A summary may have 1 MiB.
const MOST: usize = 500;
