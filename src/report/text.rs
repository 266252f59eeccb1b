//! Findings as pictures of masked lines, through annotate-snippets. It panics on bad spans and does not sanitise
//! paths, labels and notes: everything passes [`clean`] here, at the door, once.

use super::{Options, Report, clean, statistics, summary};
use crate::finding::{Excerpt, Located, LocatedEdit, LocatedLabel, MASK, Place, Severity};
use annotate_snippets::{
    Annotation, AnnotationKind, Group, Level, Patch, Renderer, Snippet, renderer::DecorStyle,
};
use std::{io, ops::Range};

/// Writes each finding as a picture, and the summary as the last line.
///
/// # Errors
/// What `out` says.
pub fn write(report: &Report, options: &Options, out: &mut dyn io::Write) -> io::Result<()> {
    for finding in report.standing().filter(|f| options.shows(f.severity)) {
        out.write_all(picture(finding, options).as_bytes())?;
        out.write_all(b"\n\n")?;
    }
    if let Some(rows) = report.statistics.as_ref().filter(|rows| !rows.is_empty()) {
        writeln!(out, "{}", statistics::table(rows))?;
    }
    if options.remarks {
        for remark in &report.remarks {
            writeln!(out, "pgward: {}", clean::line(remark))?;
        }
    }
    if options.show_notes
        && let Some(certificate) = summary::certificate(report)
    {
        writeln!(out, "{certificate}")?;
    }
    writeln!(out, "{}", summary::line(report, options))
}

/// One finding, without a newline at its end.
pub fn picture(finding: &Located, options: &Options) -> String {
    let width = options.width.max(NARROWEST);
    let room = width.saturating_sub(gutter(finding));
    let mut headings = Headings::default();
    let level = match finding.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Note => Level::NOTE,
    };
    let id = clean::line(&finding.rule);
    // What stands before the sentence: `error[id]: `.
    let beside = finding.severity.as_str().len() + id.chars().count() + 4;
    let left = width.saturating_sub(beside);
    let sentence = if options.breaks && left >= ENOUGH {
        clean::wrapped(&clean::line(&finding.message), left)
    } else {
        clean::line(&finding.message)
    };
    let mut title = level.primary_title(sentence).id(id);
    if let Some(rule) = options.links.then(|| options.rule(&finding.rule)).flatten() {
        title = title.id_url(rule.address.as_str());
    }
    let mut main =
        title.elements(scenes(finding, room).iter().map(|scene| scene.snippet(room, &mut headings)));
    let messages = room.saturating_sub("note: ".len());
    for note in &finding.notes {
        main = main.element(Level::NOTE.message(clean::wrapped(note, messages)));
    }
    let help = finding.help.as_ref().map(|help| clean::wrapped(help, messages));
    let edits = edits(finding);
    if edits.is_empty()
        && let Some(help) = &help
    {
        main = main.element(Level::HELP.message(help));
    }
    let mut groups = vec![main];
    if !edits.is_empty() {
        let title = help.as_deref().unwrap_or("suggested edit");
        let elements: Vec<_> = edits.iter().flat_map(|edit| edit.snippets(room, &mut headings)).collect();
        groups.push(Group::with_title(Level::HELP.secondary_title(title)).elements(elements));
    }
    let renderer = if options.color { Renderer::styled() } else { Renderer::plain() };
    let renderer = renderer.hyperlink(options.links).decor_style(DecorStyle::Unicode).term_width(width);
    headings.put_in(&renderer.render(&groups))
}

/// One excerpt with all labels that lie in it.
struct Scene<'f> {
    place: &'f Place,
    excerpt: &'f Excerpt,
    labels: Vec<(&'f LocatedLabel, AnnotationKind)>,
}

/// The excerpts in the order of first mention. Labels share one only when they were cut from the same line to the
/// same text and fit side by side; otherwise each has its own, under its own true heading.
fn scenes(finding: &Located, room: usize) -> Vec<Scene<'_>> {
    let primary = finding.primary.iter().map(|l| (l, AnnotationKind::Primary));
    let related = finding.related.iter().map(|l| (l, AnnotationKind::Context));
    let mut scenes: Vec<Scene<'_>> = Vec::new();
    for (label, kind) in primary.chain(related) {
        let shared = scenes.iter_mut().find(|scene| {
            same_lines((scene.place, scene.excerpt), (&label.place, &label.excerpt))
                && scene.width_with(label) <= room
        });
        match shared {
            Some(scene) => scene.labels.push((label, kind)),
            None => scenes.push(Scene {
                place: &label.place,
                excerpt: &label.excerpt,
                labels: vec![(label, kind)],
            }),
        }
    }
    scenes
}

impl Scene<'_> {
    /// Characters from the first marked one to the end of the longest text, with one more label.
    fn width_with(&self, label: &LocatedLabel) -> usize {
        let labels = || self.labels.iter().map(|(l, _)| *l).chain([label]);
        let hull = hull(labels().map(|l| l.excerpt.start..l.excerpt.end));
        let text = labels().map(|l| l.text.chars().count()).max().unwrap_or(0);
        self.excerpt.text.get(hull).map_or(0, |t| t.chars().count()) + MARGINS + text
    }

    fn snippet(&self, room: usize, headings: &mut Headings) -> Snippet<'static, Annotation<'static>> {
        let ranges = self.labels.iter().map(|(l, _)| l.excerpt.start..l.excerpt.end);
        let text = self.labels.iter().map(|(l, _)| l.text.chars().count()).max().unwrap_or(0);
        let most = room.saturating_sub(text + MARGINS).max(room / 2);
        let shown = clean::Excerpted::new(&self.excerpt.text, hull(ranges), most, SIDES);
        let annotations: Vec<_> = self
            .labels
            .iter()
            .map(|(l, kind)| {
                let range = shown.range(&(l.excerpt.start..l.excerpt.end));
                kind.span(range).label(clean::line(&l.text))
            })
            .collect();
        Snippet::source(shown.text)
            .path(headings.add(self.place))
            .line_start(line_start(self.excerpt))
            .line_numbering(self.place.path.is_some())
            .annotations(annotations)
    }
}

/// One excerpt with the edits that change it.
struct Change<'f> {
    place: &'f Place,
    excerpt: &'f Excerpt,
    edits: Vec<&'f LocatedEdit>,
    headed: bool,
}

/// What the edits change; nothing where one of them is masked, changes what is masked, or is no bytes that the excerpt
/// shows as they are, because the picture would be that of another edit.
fn edits(finding: &Located) -> Vec<Change<'_>> {
    let hidden = |edit: &LocatedEdit| {
        let (excerpt, place) = (&edit.excerpt, &edit.place);
        let Some(gone) = excerpt.text.get(excerpt.start..excerpt.end) else { return true };
        // What lies inside a mask, or beside a character that is not shown as it is, is shown with all of that.
        // The break at the end of the last line is in no excerpt.
        let breaks = gone.matches('\n').count() + usize::from(place.end_column == 1 && !gone.is_empty());
        let exact = [gone.matches('\n').count(), breaks].contains(&place.end_line.saturating_sub(place.line))
            && (place.end_line != place.line
                || gone.chars().count() == place.end_column.saturating_sub(place.column));
        // Of a line that is broken in two the renderer does not show the second half.
        let rest = excerpt.text.get(excerpt.end..).is_some_and(|rest| !rest.is_empty());
        let halves = rest && edit.insert.contains('\n');
        edit.masked || gone.contains(MASK) || !exact || halves
    };
    if finding.fix.iter().any(hidden) {
        return Vec::new();
    }
    let primary = finding.primary.as_ref().map(|l| &l.place);
    let mut changes: Vec<Change<'_>> = Vec::new();
    for edit in &finding.fix {
        match changes.iter_mut().find(|c| same_lines((c.place, c.excerpt), (&edit.place, &edit.excerpt))) {
            Some(change) => change.edits.push(edit),
            None => changes.push(Change {
                place: &edit.place,
                excerpt: &edit.excerpt,
                edits: vec![edit],
                // The picture above has named the file, and the line has its number.
                headed: !primary
                    .is_some_and(|p| p.path == edit.place.path && p.variable == edit.place.variable),
            }),
        }
    }
    changes
}

impl Change<'_> {
    fn snippets(&self, room: usize, headings: &mut Headings) -> Vec<Snippet<'static, Patch<'static>>> {
        let mut edits = self.edits.clone();
        edits.sort_by_key(|e| (e.excerpt.start, e.excerpt.end));
        let first = edits.first().map(|e| &e.place);
        let hull = hull(edits.iter().map(|e| e.excerpt.start..e.excerpt.end));
        let inserted: usize = edits.iter().map(|e| e.insert.chars().count()).sum();
        let marked = self.excerpt.text.get(hull.clone()).map_or(0, |t| t.chars().count()).max(inserted);
        let sides = (room.saturating_sub(marked + 2) / 2).max(8);
        let shown = clean::Excerpted::new(&self.excerpt.text, hull, SIDES, sides);
        let (mut patches, mut done, mut unfolds) = (Vec::new(), 0, false);
        for edit in edits {
            let range = shown.range(&(edit.excerpt.start..edit.excerpt.end));
            // Overlapping edits have no picture; JSON has them all.
            if range.start >= done {
                done = range.end;
                unfolds |= !range.is_empty() && edit.insert.contains('\n');
                patches.push(Patch::new(range, clean::lines_exactly(&edit.insert)));
            }
        }
        // Where one line becomes several, the renderer shows only these: what goes is shown by a patch of its own.
        let goes = unfolds.then(|| vec![Patch::new(0..shown.text.len(), "")]);
        let path = first.filter(|_| self.headed).map(|place| headings.add(place));
        goes.into_iter()
            .chain([patches])
            .map(|patches| {
                Snippet::source(shown.text.clone())
                    .path(path.clone())
                    .line_start(line_start(self.excerpt))
                    .line_numbering(self.place.path.is_some())
                    .patches(patches)
            })
            .collect()
    }
}

/// The renderer knows columns of the mask only, and prints paths raw: it is given a mark of ours in place of each
/// path, and the true place is put in afterwards.
#[derive(Default)]
struct Headings(Vec<String>);

impl Headings {
    fn add(&mut self, place: &Place) -> String {
        self.0.push(clean::line(&heading(place)));
        format!("{OPEN}{}{CLOSE}", self.0.len() - 1)
    }

    fn put_in(&self, rendered: &str) -> String {
        let mut out = String::with_capacity(rendered.len());
        let mut rest = rendered;
        while let Some((before, mark)) = rest.split_once(OPEN) {
            out.push_str(before);
            let (number, after) = mark.split_once(CLOSE).unwrap_or((mark, ""));
            out.push_str(number.parse().ok().and_then(|i: usize| self.0.get(i)).map_or("", String::as_str));
            // The renderer's own `:line:column`.
            rest = after.trim_start_matches(|c: char| c == ':' || c.is_ascii_digit());
        }
        out.push_str(rest);
        out.lines().map(str::trim_end).collect::<Vec<_>>().join("\n")
    }
}

fn heading(place: &Place) -> String {
    match &place.variable {
        Some(name) if place.path.is_none() && !name.starts_with('-') && !name.contains(": ") => {
            format!("environment variable {name}")
        }
        _ => place.to_short(),
    }
}

fn same_lines(a: (&Place, &Excerpt), b: (&Place, &Excerpt)) -> bool {
    a.0.path == b.0.path && a.0.variable == b.0.variable && a.1.line == b.1.line && a.1.text == b.1.text
}

fn hull(ranges: impl Iterator<Item = Range<usize>>) -> Range<usize> {
    ranges.reduce(|a, b| a.start.min(b.start)..a.end.max(b.end)).unwrap_or(0..0)
}

/// Columns taken by the line numbers and the bar.
fn gutter(finding: &Located) -> usize {
    let labels = finding.primary.iter().chain(&finding.related).map(|l| line_start(&l.excerpt));
    let last = labels.chain(finding.fix.iter().map(|e| line_start(&e.excerpt))).max().unwrap_or(1);
    last.to_string().len() + 3
}

/// The renderer adds to it: a number from nowhere must not overflow.
fn line_start(excerpt: &Excerpt) -> usize {
    excerpt.line.clamp(1, 999_999_999)
}

/// Private characters, which [`clean`] lets through nowhere.
const OPEN: char = '\u{f0000}';
const CLOSE: char = '\u{f0001}';
/// Of a labelled line so many characters on each side reach the renderer, which cuts further.
const SIDES: usize = 400;
/// What the renderer leaves free beside a mark: an ellipsis on each side and the spaces around.
const MARGINS: usize = 14;
/// A sentence is broken where its rule's name leaves it so many columns.
const ENOUGH: usize = 36;
/// Narrower terminals get the picture of this width.
const NARROWEST: usize = 40;
