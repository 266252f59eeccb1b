//! A finding as formats without pictures have it: a place that is always in a file, a title, the rest as lines.
//! Everything in it is cleaned, but the path, which each format escapes in its own way.

use super::{Options, Report, clean};
use crate::finding::{Applicability, Located, LocatedEdit, LocatedLabel, Place, Severity};

/// Where a finding stands that has no place in a file, for formats that must have one: it is the file that says how
/// grave such a finding is, and whether it is allowed.
pub(super) const NOWHERE: &str = "pgward.toml";

/// One finding.
pub(super) struct Entry<'f> {
    pub(super) finding: &'f Located,
    /// The file; [`NOWHERE`] where there is none. As it is: not cleaned.
    pub(super) path: &'f str,
    pub(super) region: Region,
    /// Whether it truly stands there.
    pub(super) placed: bool,
    /// One sentence on one line, which begins with the variable where that is the place.
    pub(super) title: String,
    /// Related places, notes and help, a paragraph each.
    pub(super) details: Vec<String>,
}

impl<'f> Entry<'f> {
    pub(super) fn of(finding: &'f Located) -> Self {
        let own = finding.primary.as_ref().map(|l| &l.place);
        let labels = finding.primary.iter().chain(&finding.related);
        // What is said of a variable may name a file beside it.
        let place = labels.map(|l| &l.place).find(|p| in_file(p));
        let variable = own.filter(|p| !in_file(p)).and_then(|p| p.variable.as_deref());
        let before = variable.map_or_else(String::new, |name| format!("{}: ", clean::line(name)));
        Self {
            finding,
            path: place.and_then(|p| p.path.as_deref()).unwrap_or(NOWHERE),
            region: place.map_or(Region::START, Region::of),
            placed: place.is_some(),
            title: format!("{before}{}", clean::line(&finding.message)),
            details: details(finding),
        }
    }

    /// The findings that are shown.
    pub(super) fn shown(report: &'f Report, options: &Options) -> Vec<Self> {
        report.standing().filter(|f| options.shows(f.severity)).map(Self::of).collect()
    }

    /// The rule's id.
    pub(super) fn rule(&self) -> String {
        clean::line(&self.finding.rule)
    }

    /// The path for people and for formats that take it as text.
    pub(super) fn shown_path(&self) -> String {
        clean::line(&slashes(self.path))
    }

    /// Title and details, a line each.
    pub(super) fn text(&self) -> String {
        let mut out = self.title.clone();
        for detail in &self.details {
            out.push('\n');
            out.push_str(detail);
        }
        out
    }

    /// The edits that mend it, when a program may make them: they stand in files, nothing of them is masked and nothing
    /// had to be cleaned, so that what is inserted is what `--fix` inserts. All of them or none.
    pub(super) fn edits(&self) -> &'f [LocatedEdit] {
        let open = |e: &LocatedEdit| {
            in_file(&e.place) && !e.masked && clean::lines_exactly(&e.insert) == e.insert && whole(&e.place)
        };
        if self.finding.fix.iter().all(open) { &self.finding.fix } else { &[] }
    }

    pub(super) fn is_safe(&self) -> bool {
        self.finding.applicability == Applicability::Safe
    }
}

/// Whether a place is as [`Region::of`] would leave it: an edit somewhere else would be another one.
fn whole(place: &Place) -> bool {
    let region = Region::of(place);
    [(place.line, place.column), (place.end_line, place.end_column)]
        == [(region.line, region.column), (region.end_line, region.end_column)]
}

fn in_file(place: &Place) -> bool {
    place.path.as_ref().is_some_and(|path| !path.is_empty())
}

fn details(finding: &Located) -> Vec<String> {
    let related =
        |l: &LocatedLabel| format!("{}: {}", clean::line(&l.place.to_short()), clean::line(&l.text));
    let said = |word: &str, text: &str| format!("{word}: {}", clean::lines(text));
    let mut out: Vec<String> = finding.related.iter().map(related).collect();
    out.extend(finding.notes.iter().map(|note| said("note", note)));
    out.extend(finding.help.iter().map(|help| said("help", help)));
    out
}

/// `\` is a part of names but on Windows.
pub(super) fn slashes(path: &str) -> String {
    if cfg!(windows) { path.replace('\\', "/") } else { path.to_owned() }
}

/// From where to where, 1-based, the end exclusive and not before the start; columns in characters.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Region {
    pub(super) line: usize,
    pub(super) column: usize,
    pub(super) end_line: usize,
    pub(super) end_column: usize,
    /// The columns in bytes, where they are known.
    pub(super) bytes: Option<(usize, usize)>,
}

impl Region {
    /// Where a file begins.
    pub(super) const START: Self =
        Self { line: 1, column: 1, end_line: 1, end_column: 1, bytes: Some((1, 1)) };

    /// A place, within what readers with 32 bits can hold.
    pub(super) fn of(place: &Place) -> Self {
        let within = |n: usize| n.clamp(1, MOST);
        let (line, column) = (within(place.line), within(place.column));
        let end = (within(place.end_line), within(place.end_column)).max((line, column));
        let bytes = place.byte_column.zip(place.byte_end_column).map(|(a, b)| (within(a), within(b)));
        let ordered = |(a, b): &(usize, usize)| end.0 > line || a <= b;
        Self { line, column, end_line: end.0, end_column: end.1, bytes: bytes.filter(ordered) }
    }
}

const MOST: usize = i32::MAX as usize;

/// Of three words the one for a severity: note, warning, error.
pub(super) fn word(severity: Severity, words: [&'static str; 3]) -> &'static str {
    words[severity as usize]
}
