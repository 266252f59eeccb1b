//! What is wrong, where: `Finding` while sources are at hand, `Located` (plain data, masked) once it leaves.
//! One type for lint, guard, probe and syntax alike.

mod fingerprint;
mod silenced;
mod wire;

pub use crate::secret::MASK;
pub use fingerprint::fingerprints;
pub use silenced::{BaselineState, Suppression, SuppressionKind};

use crate::{
    secret::Part,
    source::{SourceKind, Sources, Span},
};
use serde::{Deserialize, Serialize};

/// How bad a finding is; ordered, the worst last.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing.
    Note,
    /// Should be mended.
    Warning,
    /// Refuses, where the door lets it.
    Error,
}

impl Severity {
    /// `note`, `warning` or `error`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// A marked place and what is to be said about it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Label {
    /// Where.
    pub span: Span,
    /// What; free of values that were not proved harmless.
    pub text: String,
}

/// One replacement in a source.
#[derive(Clone, Debug)]
pub struct Edit {
    /// What is replaced; empty for an insertion.
    pub span: Span,
    /// What stands there afterwards. What was written before may be in it, so that it is shown by proof only; the
    /// file gets all of it.
    pub insert: Part,
}

impl PartialEq for Edit {
    fn eq(&self, other: &Self) -> bool {
        self.span == other.span
            && self.insert.is_harmless() == other.insert.is_harmless()
            && self.insert.same_as(&other.insert)
    }
}

impl Eq for Edit {}

/// Whether a fix may be made without a look; rustc's word for it. The more careful comes first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Applicability {
    /// Every declared consumer dials the same server as the same role with the same encryption as before.
    #[default]
    Safe,
    /// It may change what is dialled, or needs a decision.
    Unsafe,
}

/// A finding while the sources are at hand.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Finding {
    /// The rule's id.
    pub rule: &'static str,
    /// After levels, door and the rule's own lowering.
    pub severity: Severity,
    /// One sentence, no capital, no full stop.
    pub message: String,
    /// Where it is; none for what is absent.
    pub primary: Option<Label>,
    /// Other places that belong to it.
    pub related: Vec<Label>,
    /// Evidence and reasons.
    pub notes: Vec<String>,
    /// What to do.
    pub help: Option<String>,
    /// The edits that mend it, all or none of them.
    pub fix: Vec<Edit>,
    /// Whether the edits may be made without a look.
    pub applicability: Applicability,
    /// Who silenced it.
    pub suppressed: Option<Suppression>,
}

/// A place as a person names it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Default, Debug, Serialize, Deserialize)]
pub struct Place {
    /// The file; none for a variable, a flag or a provider.
    pub path: Option<String>,
    /// The environment variable, flag or provider key; none for a file.
    pub variable: Option<String>,
    /// 1-based.
    pub line: usize,
    /// 1-based, in characters of the real file.
    pub column: usize,
    /// 1-based.
    pub end_line: usize,
    /// 1-based, exclusive.
    pub end_column: usize,
    /// As `column`, in bytes; none where it was read back from a report that has none.
    pub byte_column: Option<usize>,
    /// As `end_column`, in bytes.
    pub byte_end_column: Option<usize>,
}

impl Place {
    /// The place of a span.
    pub fn of(sources: &Sources, span: Span) -> Self {
        let source = sources.get(span.source);
        let (from, byte_column) = source.line_columns(span.start as usize);
        let (to, byte_end_column) = source.line_columns(span.end as usize);
        let (path, variable) = match source.kind() {
            SourceKind::File(path) => (Some(path.clone()), None),
            SourceKind::Variable(name) | SourceKind::Flag(name) => (None, Some(name.clone())),
            SourceKind::Provider(name, key) => (None, Some(format!("{name}: {key}"))),
        };
        Self {
            path,
            variable,
            line: from.line,
            column: from.column,
            end_line: to.line,
            end_column: to.column,
            byte_column: Some(byte_column),
            byte_end_column: Some(byte_end_column),
        }
    }

    /// `path:line:column`, or the variable's name.
    pub fn to_short(&self) -> String {
        match (&self.path, &self.variable) {
            (Some(path), _) => format!("{path}:{}:{}", self.line, self.column),
            (None, Some(variable)) => variable.clone(),
            (None, None) => String::new(),
        }
    }
}

/// The masked lines of a label, for a picture.
#[derive(Clone, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
pub struct Excerpt {
    /// 1-based number of the first line.
    pub line: usize,
    /// Masked lines.
    pub text: String,
    /// Where the label begins in `text`, in bytes.
    pub start: usize,
    /// Where it ends.
    pub end: usize,
}

/// A label that has left its source.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LocatedLabel {
    /// Where.
    pub place: Place,
    /// What.
    pub text: String,
    /// The masked lines.
    pub excerpt: Excerpt,
}

/// A replacement that has left its source.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LocatedEdit {
    /// What is replaced.
    pub place: Place,
    /// What stands there afterwards, or the mask.
    pub insert: String,
    /// Whether `insert` is the mask, so that only `--fix` can make the edit.
    pub masked: bool,
    /// The masked lines.
    pub excerpt: Excerpt,
}

/// A finding that has left its sources: plain, masked. Writers see nothing else. It serialises to the flat
/// finding object of [`SCHEMA`](crate::report::SCHEMA) and reads back from it without loss.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(into = "wire::Flat", from = "wire::Flat")]
#[non_exhaustive]
pub struct Located {
    /// The rule's id.
    pub rule: String,
    /// How bad.
    pub severity: Severity,
    /// One sentence.
    pub message: String,
    /// Where it is, with the masked lines; none for what is absent.
    pub primary: Option<LocatedLabel>,
    /// Other places that belong to it.
    pub related: Vec<LocatedLabel>,
    /// Evidence and reasons.
    pub notes: Vec<String>,
    /// What to do.
    pub help: Option<String>,
    /// The edits that mend it, all or none of them.
    pub fix: Vec<LocatedEdit>,
    /// Whether the edits may be made without a look.
    pub applicability: Applicability,
    /// Who silenced it; see [`Located::stands`].
    pub suppressed: Option<Suppression>,
    /// What the baseline says of it; none without one.
    pub baseline: Option<BaselineState>,
}

impl Finding {
    /// Takes the finding out of its sources. A label that lies in none of them is left out, and so are edits of which one
    /// does.
    pub fn locate(&self, sources: &Sources) -> Located {
        let excerpt = |span: Span| {
            let m = sources.get(span.source).masked(span.range());
            Excerpt { line: m.line, text: m.text, start: m.range.start, end: m.range.end }
        };
        let here = |l: &&Label| sources.holds(l.span.source);
        let whole = self.fix.iter().all(|e| sources.holds(e.span.source));
        let label = |l: &Label| LocatedLabel {
            place: Place::of(sources, l.span),
            text: l.text.clone(),
            excerpt: excerpt(l.span),
        };
        Located {
            rule: self.rule.to_owned(),
            severity: self.severity,
            message: self.message.clone(),
            primary: self.primary.as_ref().filter(here).map(label),
            related: self.related.iter().filter(here).map(label).collect(),
            notes: self.notes.clone(),
            help: self.help.clone(),
            applicability: self.applicability,
            fix: self
                .fix
                .iter()
                .filter(|_| whole)
                .map(|e| LocatedEdit {
                    place: Place::of(sources, e.span),
                    insert: e.insert.to_string(),
                    masked: !e.insert.is_harmless(),
                    excerpt: excerpt(e.span),
                })
                .collect(),
            suppressed: self.suppressed.clone(),
            baseline: None,
        }
    }
}

impl Located {
    /// Whether nothing silences it, neither a comment nor the baseline. What does not stand is no reason to fail and is
    /// counted instead of printed.
    pub fn stands(&self) -> bool {
        self.suppressed.is_none() && self.baseline != Some(BaselineState::Unchanged)
    }

    /// The order of reports: by place, what has none last; then the worst first, then by rule.
    pub fn by_place(a: &Self, b: &Self) -> std::cmp::Ordering {
        fn place(f: &Located) -> Option<&Place> {
            f.primary.as_ref().map(|l| &l.place)
        }
        let without = |f: &Self| f.primary.is_none();
        (without(a).cmp(&without(b)))
            .then_with(|| place(a).cmp(&place(b)))
            .then_with(|| b.severity.cmp(&a.severity))
            .then_with(|| (&a.rule, &a.message).cmp(&(&b.rule, &b.message)))
    }
}
