//! How many findings each rule has.

use super::{StatisticReport, clean, summary};
use crate::finding::{Located, Severity};
use std::{cmp::Reverse, collections::BTreeMap, fmt::Write as _};

/// The findings counted by rule and severity: the gravest first, then the most frequent, then by name.
pub fn of<'f>(findings: impl IntoIterator<Item = &'f Located>) -> Vec<StatisticReport> {
    let mut counts: BTreeMap<(Reverse<Severity>, &str), (usize, usize)> = BTreeMap::new();
    for finding in findings {
        let (count, fixable) = counts.entry((Reverse(finding.severity), &finding.rule)).or_default();
        *count += 1;
        *fixable += usize::from(summary::has_fix(finding));
    }
    let row = |((severity, rule), (count, fixable)): ((Reverse<Severity>, &str), _)| StatisticReport {
        rule: rule.to_owned(),
        severity: severity.0,
        count,
        fixable,
    };
    let mut rows: Vec<StatisticReport> = counts.into_iter().map(row).collect();
    rows.sort_by_key(|row| (Reverse(row.severity), Reverse(row.count)));
    rows
}

/// The rows as a table; ends in a newline where there is one.
pub(super) fn table(rows: &[StatisticReport]) -> String {
    let width = |of: &dyn Fn(&StatisticReport) -> usize| rows.iter().map(of).max().unwrap_or_default();
    let rules: Vec<String> = rows.iter().map(|row| clean::line(&row.rule)).collect();
    let name = rules.iter().map(|rule| rule.chars().count()).max().unwrap_or_default();
    let count = width(&|row| row.count.to_string().len());
    let word = width(&|row| row.severity.as_str().len());
    let mut out = String::new();
    for (row, rule) in rows.iter().zip(rules) {
        let severity = row.severity.as_str();
        let fixable = if row.fixable > 0 { format!("  {} fixable", row.fixable) } else { String::new() };
        let line = format!("{:>count$}  {severity:word$}  {rule:name$}{fixable}", row.count);
        let _infallible = writeln!(out, "{}", line.trim_end());
    }
    out
}
