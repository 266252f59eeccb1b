//! A baseline: the findings of a day, kept in a file, so that only new ones count from then on. It knows each by its
//! fingerprint and holds no value, message or line. Reads and writes texts, never a file.

use crate::{
    finding::{BaselineState, Located, fingerprints},
    rules,
};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeSet, fmt};

/// Name and version of the file's shape.
pub const SCHEMA: &str = "pgward-baseline/1";

/// One finding of a baseline. In a file they are in this order: by path, rule, fingerprint.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
pub struct Entry {
    /// The file, from the baseline's directory, with `/`; none where the finding has no place in a file.
    pub path: Option<String>,
    /// The rule's id, perhaps of another version.
    pub rule: String,
    /// As [`fingerprints`] has it for that path.
    pub fingerprint: String,
}

/// The findings of a day.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Baseline(BTreeSet<Entry>);

/// A text that is no baseline of this version.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Unfit {
    /// Something else.
    Foreign,
    /// A baseline of a newer version.
    Newer,
}

impl fmt::Display for Unfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Foreign => "is no baseline of pgward",
            Self::Newer => "is a baseline of a newer pgward",
        })
    }
}

impl Baseline {
    /// Reads a text.
    ///
    /// # Errors
    /// When it is no baseline, or one of a newer version.
    pub fn read(text: &[u8]) -> Result<Self, Unfit> {
        #[derive(Deserialize)]
        struct Head {
            schema: String,
        }
        #[derive(Deserialize)]
        struct Document {
            findings: Vec<Entry>,
        }
        let head: Head = serde_json::from_slice(text).map_err(|_| Unfit::Foreign)?;
        if head.schema != SCHEMA {
            return Err(if head.schema.starts_with("pgward-baseline/") {
                Unfit::Newer
            } else {
                Unfit::Foreign
            });
        }
        let document: Document = serde_json::from_slice(text).map_err(|_| Unfit::Foreign)?;
        Ok(Self(document.findings.into_iter().collect()))
    }

    /// The text of the file: a line for each finding, in their order, so that a difference of two is read as one.
    pub fn text(&self) -> String {
        let line = |entry: &Entry| {
            let text = |text: &str| serde_json::Value::from(text).to_string();
            let path = entry.path.as_deref().map_or_else(|| "null".to_owned(), text);
            let (rule, fingerprint) = (text(&entry.rule), text(&entry.fingerprint));
            format!("    {{\"path\": {path}, \"rule\": {rule}, \"fingerprint\": {fingerprint}}}")
        };
        let lines: Vec<String> = self.0.iter().map(line).collect();
        let open = if lines.is_empty() { "" } else { "\n" };
        let close = if lines.is_empty() { "" } else { "\n  " };
        format!("{{\n  \"schema\": \"{SCHEMA}\",\n  \"findings\": [{open}{}{close}]\n}}\n", lines.join(",\n"))
    }

    /// What is found today. `path` names a file from the baseline's directory. What a comment silences needs no
    /// baseline, and what refuses in observe mode too gets none.
    pub fn of(findings: &[Located], path: &dyn Fn(&str) -> String) -> Self {
        let marks = fingerprints(findings, path);
        let taken = findings.iter().zip(marks).filter(|(finding, _)| may_be_known(finding));
        Self(taken.map(|(finding, fingerprint)| Entry::of(finding, fingerprint, path)).collect())
    }

    /// This one, with those entries of an older one that today's run did not look at.
    pub fn keeping(mut self, older: &Self, looked_at: &dyn Fn(Option<&str>) -> bool) -> Self {
        self.0.extend(older.0.iter().filter(|e| !looked_at(e.path.as_deref())).cloned());
        self
    }

    /// Says of each finding whether it is new, and gives the entries of what was `looked_at` and is found no more.
    pub fn compare(
        &self,
        findings: &mut [Located],
        path: &dyn Fn(&str) -> String,
        looked_at: &dyn Fn(Option<&str>) -> bool,
    ) -> Vec<Entry> {
        let marks = fingerprints(findings, path);
        let known: BTreeSet<&str> = self.0.iter().map(|e| e.fingerprint.as_str()).collect();
        let mut met = BTreeSet::new();
        for (finding, mark) in findings.iter_mut().zip(marks) {
            let taken = may_be_known(finding) && known.contains(mark.as_str());
            finding.baseline = match finding.suppressed {
                Some(_) => None,
                None if taken => Some(BaselineState::Unchanged),
                None => Some(BaselineState::New),
            };
            if taken {
                met.insert(mark);
            }
        }
        let cured = |e: &&Entry| !met.contains(&e.fingerprint) && looked_at(e.path.as_deref());
        self.0.iter().filter(cured).cloned().collect()
    }

    /// How many findings it holds.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether it holds none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Entry {
    fn of(finding: &Located, fingerprint: String, path: &dyn Fn(&str) -> String) -> Self {
        let place = finding.primary.as_ref().and_then(|l| l.place.path.as_deref());
        Self { path: place.map(path), rule: finding.rule.clone(), fingerprint }
    }
}

fn may_be_known(finding: &Located) -> bool {
    let steadfast = rules::find(&finding.rule).is_some_and(|rule| rule.traits.even_observed);
    finding.suppressed.is_none() && !steadfast
}
