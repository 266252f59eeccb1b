//! Comments that silence findings: `# pgward: allow[rule] until=2027-01-31 reason`. Found by what the parsers prove, and
//! matched with findings by their places. The reason is never kept. Knows no rule but by what its caller says of a name.

mod directive;
mod scan;
mod style;

pub use style::{Style, style_of, style_of_carrier};

use crate::{
    finding::{Finding, Suppression},
    source::{SourceId, Sources, Span},
    x509::rfc3339,
};
use directive::{Until, Words};
use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
};

/// What parsers prove about a text.
#[derive(Clone, Default, Debug)]
pub struct Proof {
    /// Where values stand, by each reading in play, the one in force first. A comment in a value is text.
    pub values: Vec<Vec<Range<usize>>>,
    /// Whole assignments, by the reading in force: what is said above the first line of one concerns all of it.
    pub statements: Vec<Range<usize>>,
}

/// What a name between the brackets is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Named {
    /// A rule that may be silenced.
    Rule(&'static str),
    /// A rule that no comment silences.
    Steadfast(&'static str),
    /// A rule over the server or a connection, which never speaks of a file.
    Elsewhere(&'static str),
    /// None of this version; perhaps the one that was meant.
    Unknown(Option<&'static str>),
}

/// The comments of one file.
#[derive(Debug)]
pub struct Comments {
    source: SourceId,
    lines: Vec<usize>,
    /// For each line the first from there on that holds more than comments; [`NOTHING`] where none does.
    next: Vec<usize>,
    statements: Vec<Range<usize>>,
    directives: Vec<Directive>,
    /// By the line that is spoken of and the rule.
    by_place: BTreeMap<(usize, &'static str), Vec<usize>>,
}

#[derive(Debug)]
struct Directive {
    span: Span,
    line: usize,
    /// Each name, and whether something was found that it silences.
    names: Vec<(Named, bool)>,
    /// Why it silences nothing at all.
    fault: Option<FaultKind>,
    /// The last day, where it has one, and whether that is over.
    until: Option<(u64, bool)>,
    dangling: bool,
    remove: Option<Span>,
}

/// What is wrong with a comment.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Fault {
    /// The words to pgward.
    pub span: Span,
    /// What.
    pub kind: FaultKind,
    /// Of which rules, by their ids.
    pub rules: Vec<&'static str>,
    /// The line, when nothing on it is of use.
    pub remove: Option<Span>,
}

/// Why a comment does not do what it says.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum FaultKind {
    /// Nothing is found there, in no environment. Of a comment behind which nothing follows, `dangling`.
    Unused {
        /// No line follows that it could speak of.
        dangling: bool,
    },
    /// Its last day is over.
    Expired {
        /// `2027-01-31`.
        day: String,
        /// Whether what it silenced is still found.
        needed: bool,
    },
    /// No rule of that name; perhaps the one that was meant.
    Unknown(Option<&'static str>),
    /// Rules that no comment silences.
    Steadfast,
    /// Rules that never speak of a file.
    Elsewhere,
    /// It stands behind a value, where this kind of file has no comments for everyone.
    Behind,
    /// Another loader reads it as a part of a value.
    Text,
    /// Its words cannot be read.
    Unreadable,
    /// What follows `until=` is no day.
    NoDay,
}

/// No line follows.
const NOTHING: usize = usize::MAX;
/// So many unknown names of a file are compared with those that there are.
const COMPARED: usize = 64;

impl Comments {
    /// The comments to pgward in a text; none where nothing is said to it, which one scan tells. `now` is in seconds since
    /// 1970; without it nothing ends. `known` says what a name is, and whether it is to look for the one that was meant.
    pub fn read(
        sources: &Sources,
        source: SourceId,
        style: Style,
        proof: impl FnOnce() -> Proof,
        now: Option<u64>,
        known: &dyn Fn(&str, bool) -> Named,
    ) -> Option<Self> {
        let text = sources.get(source).bytes();
        directive::find(text, directive::NAME)?;
        // Of a file that is no text nothing was read.
        std::str::from_utf8(text).ok()?;
        let mut proof = proof();
        proof.values.iter_mut().for_each(|values| values.sort_by_key(|v| v.start));
        let mut scan = scan::scan(text, style);
        for value in proof.values.iter().take(1).flatten().filter(|v| !v.is_empty()) {
            let lines = scan.line(value.start)..=scan.line(value.end - 1);
            scan.code[lines].fill(true);
        }
        let mut next = vec![NOTHING; scan.lines.len()];
        for line in (0..next.len()).rev() {
            let below = next.get(line + 1).copied().unwrap_or(NOTHING);
            next[line] = if scan.code[line] { line } else { below };
        }
        let mut out = Self {
            source,
            next,
            statements: proof.statements.clone(),
            directives: Vec::new(),
            by_place: BTreeMap::new(),
            lines: Vec::new(),
        };
        out.statements.sort_by_key(|s| s.start);
        let mut unknown = 0;
        let mut named = |name: &String| {
            let named = known(name, unknown < COMPARED);
            unknown += usize::from(matches!(named, Named::Unknown(_)));
            (named, false)
        };
        for comment in &scan.comments {
            let found = directive::directives(&text[comment.range.clone()]);
            let alone_in_it = found.len() == 1;
            for (words, what) in found {
                let at = comment.range.start;
                let range = at + words.start..at + words.end;
                let fault = match place(&proof, range.start, comment.alone, style) {
                    Place::Text => continue,
                    Place::Doubtful => Some(FaultKind::Text),
                    Place::Behind => Some(FaultKind::Behind),
                    Place::Comment => None,
                };
                let line = scan.line(range.start);
                let whole = comment.alone && alone_in_it && words.start <= LEAD;
                let end = scan.lines.get(line + 1).copied().unwrap_or(text.len());
                let start = scan.lines[line].max(if text.starts_with(BOM) { BOM.len() } else { 0 });
                let remove = whole.then(|| sources.span(source, start..end));
                let mut directive = Directive {
                    span: sources.span(source, range),
                    line,
                    names: Vec::new(),
                    fault,
                    until: None,
                    dangling: out.next[line] == NOTHING,
                    remove,
                };
                match what {
                    Words::Unreadable => directive.fault = directive.fault.or(Some(FaultKind::Unreadable)),
                    Words::Allow { names, until } => {
                        let mut seen = BTreeSet::new();
                        let once = names.iter().filter(|name| seen.insert(name.as_str()));
                        directive.names = once.map(&mut named).collect();
                        match until {
                            Until::Always => {}
                            Until::Day(day) => {
                                directive.until = Some((day, now.is_some_and(|now| now / DAY > day)));
                            }
                            Until::NoDay => directive.fault = directive.fault.or(Some(FaultKind::NoDay)),
                        }
                    }
                }
                out.add(directive);
            }
        }
        out.lines = scan.lines;
        (!out.directives.is_empty()).then_some(out)
    }

    fn add(&mut self, directive: Directive) {
        let spoken_of = self.next[directive.line];
        for (named, _) in &directive.names {
            if let (Named::Rule(rule), None) = (named, &directive.fault) {
                let there = self.by_place.entry((spoken_of, rule)).or_default();
                if there.last() != Some(&self.directives.len()) {
                    there.push(self.directives.len());
                }
            }
        }
        self.directives.push(directive);
    }

    /// The source of the file.
    pub fn source(&self) -> SourceId {
        self.source
    }

    /// Silences a finding whose place begins on the line that a comment speaks of, or between the two. Of a value over
    /// several lines the first line counts too. A silenced finding offers no fix.
    pub fn silence(&mut self, finding: &mut Finding) {
        let Some(by) = self.meet(finding).into_iter().find(|i| self.directives[*i].is_in_force()) else {
            return;
        };
        let directive = &self.directives[by];
        let until = directive.until.map_or_else(String::new, |(day, _)| format!(", until {}", date(day)));
        let justification = format!("a comment in line {} allows it{until}", directive.line + 1);
        finding.suppressed = Some(Suppression::in_source(justification));
        finding.fix.clear();
    }

    /// Notes that a comment is of use where this is found, in another environment than the one that is judged.
    pub fn note(&mut self, finding: &Finding) {
        self.meet(finding);
    }

    /// The comments that speak of a finding, which are of use from now on.
    fn meet(&mut self, finding: &Finding) -> Vec<usize> {
        let Some(place) = finding.primary.as_ref().map(|l| l.span).filter(|s| s.source == self.source) else {
            return Vec::new();
        };
        let offset = place.start as usize;
        let line = |offset: usize| self.lines.partition_point(|start| *start <= offset).saturating_sub(1);
        let before = self.statements.partition_point(|s| s.start <= offset);
        let statement = before.checked_sub(1).map(|i| &self.statements[i]);
        let statement = statement.filter(|s| offset <= s.end).map(|s| line(s.start));
        let mut out: Vec<usize> = Vec::new();
        for line in std::iter::once(line(offset)).chain(statement) {
            let there = self.next.get(line).and_then(|next| self.by_place.get(&(*next, finding.rule)));
            out.extend(there.into_iter().flatten().filter(|i| self.directives[**i].line <= line));
        }
        for i in &out {
            for (named, found) in &mut self.directives[*i].names {
                *found |= *named == Named::Rule(finding.rule);
            }
        }
        out
    }

    /// Whether a comment would be called unused as things stand.
    pub fn has_unused(&self) -> bool {
        self.directives.iter().any(|d| d.fault.is_none() && !d.unused().is_empty())
    }

    /// What is wrong with the comments, in their order. Where only some files of a project are judged, `partial`, what is
    /// found nowhere may be found when all are. Of a rule that is `off` nothing can be found.
    pub fn faults(&self, partial: bool, off: &dyn Fn(&'static str) -> bool) -> Vec<Fault> {
        let mut out = Vec::new();
        for directive in &self.directives {
            let mut say = |kind: FaultKind, rules: Vec<&'static str>, whole: bool| {
                let remove = directive.remove.filter(|_| whole);
                out.push(Fault { span: directive.span, kind, rules, remove });
            };
            let names = || directive.names.iter().map(|(named, _)| *named);
            if let Some(fault) = &directive.fault {
                say(fault.clone(), Vec::new(), false);
                continue;
            }
            let unknown: Vec<_> = names()
                .filter_map(|n| if let Named::Unknown(meant) = n { Some(meant) } else { None })
                .collect();
            if let Some(first) = unknown.first() {
                say(
                    FaultKind::Unknown(unknown.iter().copied().flatten().next().or(*first)),
                    Vec::new(),
                    false,
                );
            }
            let steadfast =
                names().filter_map(|n| if let Named::Steadfast(id) = n { Some(id) } else { None });
            let elsewhere =
                names().filter_map(|n| if let Named::Elsewhere(id) = n { Some(id) } else { None });
            for (kind, rules) in [
                (FaultKind::Steadfast, steadfast.collect::<Vec<_>>()),
                (FaultKind::Elsewhere, elsewhere.collect()),
            ] {
                if !rules.is_empty() {
                    say(kind, rules, false);
                }
            }
            let unused: Vec<_> = directive.unused().into_iter().filter(|id| !off(id)).collect();
            if let Some((day, true)) = directive.until {
                let needed = directive.names.iter().any(|(_, found)| *found);
                let rules = names().filter_map(|n| if let Named::Rule(id) = n { Some(id) } else { None });
                let rules: Vec<_> = rules.collect();
                if !rules.is_empty() {
                    say(FaultKind::Expired { day: date(day), needed }, rules, !needed && !partial);
                }
            } else if !(unused.is_empty() || partial) {
                let whole = unused.len() == directive.names.len();
                say(FaultKind::Unused { dangling: directive.dangling }, unused, whole);
            }
        }
        out
    }
}

impl Directive {
    fn is_in_force(&self) -> bool {
        self.fault.is_none() && self.until.is_none_or(|(_, over)| !over)
    }

    fn unused(&self) -> Vec<&'static str> {
        let unused = |(named, found): &(Named, bool)| match named {
            Named::Rule(id) if !found => Some(*id),
            _ => None,
        };
        self.names.iter().filter_map(unused).collect()
    }
}

/// What stands where a comment seems to.
enum Place {
    /// A comment that counts.
    Comment,
    /// A comment behind something on its line.
    Behind,
    /// A part of a value to a reading that is in play, and not to the one in force.
    Doubtful,
    /// A part of a value.
    Text,
}

fn place(proof: &Proof, at: usize, alone: bool, style: Style) -> Place {
    // In order, and apart from each other.
    let inside = |values: &Vec<Range<usize>>| {
        let before = values.partition_point(|v| v.start <= at);
        before.checked_sub(1).is_some_and(|i| at < values[i].end)
    };
    let mut inside = proof.values.iter().map(inside);
    if !alone && !style.behind() {
        return if inside.len() > 0 && inside.all(|i| i) { Place::Text } else { Place::Behind };
    }
    match inside.next() {
        Some(true) => Place::Text,
        _ if inside.any(|i| i) => Place::Doubtful,
        _ => Place::Comment,
    }
}

/// `2027-01-31`.
fn date(day: u64) -> String {
    rfc3339(day * DAY).chars().take("2027-01-31".len()).collect()
}

const BOM: &[u8] = b"\xef\xbb\xbf";
/// In seconds.
const DAY: u64 = 86_400;
/// What may stand between the opener of a comment and its words, in bytes, with both: `//  `.
const LEAD: usize = 8;
