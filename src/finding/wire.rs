//! The JSON shape of a finding (`pgward/1`): flat, so that `jq '.findings[].line'` works; null where there is
//! no place. Fields are only ever added; what is missing or unknown when read back is forgiven.

use super::{
    Applicability, BaselineState, Excerpt, Located, LocatedEdit, LocatedLabel, Place, Severity, Suppression,
};
use serde::{Deserialize, Serialize};

/// A [`Located`] as JSON has it.
#[derive(Serialize, Deserialize)]
pub(super) struct Flat {
    rule: String,
    severity: Severity,
    message: String,
    #[serde(flatten)]
    at: At,
    label: Option<String>,
    excerpt: Option<Excerpt>,
    #[serde(default)]
    related: Vec<Related>,
    #[serde(default)]
    notes: Vec<String>,
    help: Option<String>,
    fix: Option<Fix>,
    #[serde(default)]
    suppressed: Option<Suppression>,
    #[serde(default)]
    baseline: Option<BaselineState>,
}

/// A [`Place`], or nulls.
#[derive(Default, Serialize, Deserialize)]
struct At {
    path: Option<String>,
    variable: Option<String>,
    line: Option<usize>,
    column: Option<usize>,
    end_line: Option<usize>,
    end_column: Option<usize>,
    byte_column: Option<usize>,
    byte_end_column: Option<usize>,
}

#[derive(Serialize, Deserialize)]
struct Related {
    #[serde(flatten)]
    place: Place,
    message: String,
    #[serde(default)]
    excerpt: Excerpt,
}

#[derive(Serialize, Deserialize)]
struct Fix {
    #[serde(default)]
    applicability: Applicability,
    edits: Vec<FlatEdit>,
}

#[derive(Serialize, Deserialize)]
struct FlatEdit {
    #[serde(flatten)]
    place: Place,
    insert: String,
    #[serde(default)]
    masked: bool,
    #[serde(default)]
    excerpt: Excerpt,
}

impl From<LocatedEdit> for FlatEdit {
    fn from(edit: LocatedEdit) -> Self {
        Self { place: edit.place, insert: edit.insert, masked: edit.masked, excerpt: edit.excerpt }
    }
}

impl From<FlatEdit> for LocatedEdit {
    fn from(edit: FlatEdit) -> Self {
        Self { place: edit.place, insert: edit.insert, masked: edit.masked, excerpt: edit.excerpt }
    }
}

impl From<Located> for Flat {
    fn from(finding: Located) -> Self {
        let (at, label, excerpt) = match finding.primary {
            Some(l) => (At::from(l.place), Some(l.text), Some(l.excerpt)),
            None => (At::default(), None, None),
        };
        let related = finding.related.into_iter();
        let edits: Vec<_> = finding.fix.into_iter().map(FlatEdit::from).collect();
        Self {
            rule: finding.rule,
            severity: finding.severity,
            message: finding.message,
            at,
            label,
            excerpt,
            related: related
                .map(|l| Related { place: l.place, message: l.text, excerpt: l.excerpt })
                .collect(),
            notes: finding.notes,
            help: finding.help,
            fix: (!edits.is_empty()).then_some(Fix { applicability: finding.applicability, edits }),
            suppressed: finding.suppressed,
            baseline: finding.baseline,
        }
    }
}

impl From<Flat> for Located {
    fn from(flat: Flat) -> Self {
        let primary = flat.at.place().map(|place| LocatedLabel {
            place,
            text: flat.label.unwrap_or_default(),
            excerpt: flat.excerpt.unwrap_or_default(),
        });
        let related = flat.related.into_iter();
        let applicability = flat.fix.as_ref().map(|fix| fix.applicability).unwrap_or_default();
        let edits = flat.fix.map(|fix| fix.edits).unwrap_or_default().into_iter();
        Self {
            rule: flat.rule,
            severity: flat.severity,
            message: flat.message,
            primary,
            related: related
                .map(|r| LocatedLabel { place: r.place, text: r.message, excerpt: r.excerpt })
                .collect(),
            notes: flat.notes,
            help: flat.help,
            applicability,
            fix: edits.map(LocatedEdit::from).collect(),
            suppressed: flat.suppressed,
            baseline: flat.baseline,
        }
    }
}

impl From<Place> for At {
    fn from(place: Place) -> Self {
        Self {
            path: place.path,
            variable: place.variable,
            line: Some(place.line),
            column: Some(place.column),
            end_line: Some(place.end_line),
            end_column: Some(place.end_column),
            byte_column: place.byte_column,
            byte_end_column: place.byte_end_column,
        }
    }
}

impl At {
    fn place(self) -> Option<Place> {
        let (line, column) = (self.line?, self.column?);
        Some(Place {
            path: self.path,
            variable: self.variable,
            line,
            column,
            end_line: self.end_line.unwrap_or(line),
            end_column: self.end_column.unwrap_or(column),
            byte_column: self.byte_column,
            byte_end_column: self.byte_end_column,
        })
    }
}
