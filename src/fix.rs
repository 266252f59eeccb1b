//! Findings ▶ fixed texts, in memory. Which edits are made in one round, and whether a safe fix is safe: the caller
//! reads the text before and after and says whether both mean the same.

#[cfg(feature = "cli")]
pub mod diff;

use crate::{
    finding::{Applicability, Edit, Finding},
    secret::MASK,
    source::{SourceId, SourceKind, Sources},
};
use std::collections::BTreeMap;

/// The new bytes of each source that changed.
pub type Texts = BTreeMap<SourceId, Vec<u8>>;

/// Whether the changed texts mean what they meant before: every loader and consumer in play reads them to the same
/// servers, roles, databases and encryption.
pub type Verify<'v> = &'v dyn Fn(&Texts) -> bool;

/// What one round did.
#[derive(Default)]
pub struct Round {
    /// The changed texts.
    pub texts: Texts,
    /// Which findings were fixed, by their place in the list.
    pub made: Vec<usize>,
}

/// So many safe fixes of a file are proved one by one when all of them together do not hold; those beyond are taken for
/// unsafe, so that the time stays linear.
const PROVED_ALONE: usize = 64;

/// Makes the fixes up to `most`: the worst finding first, then by place. Of two that touch the same bytes the second
/// waits for the next round, after the changed text was read anew.
pub fn round(sources: &Sources, findings: &[Finding], most: Applicability, verify: Verify<'_>) -> Round {
    let mut made = Vec::new();
    for mut group in by_file(findings, &choose(sources, findings, &|f| f.applicability <= most)) {
        let safe = group.iter().all(|i| findings[*i].applicability == Applicability::Safe);
        // Each was proved; together they may still come to something else.
        if safe && group.len() > 1 && !verify(&apply(sources, findings, &group)) {
            group.truncate(1);
        }
        made.extend(group);
    }
    Round { texts: apply(sources, findings, &made), made }
}

/// Takes the safe fixes that do not hold for unsafe ones, with a note that says so.
pub fn prove(sources: &Sources, findings: &mut [Finding], verify: Verify<'_>) {
    let safe = |f: &Finding| f.applicability == Applicability::Safe && is_fixable(sources, f);
    let all: Vec<usize> = (0..findings.len()).filter(|i| safe(&findings[*i])).collect();
    let mut proved = vec![false; findings.len()];
    for group in by_file(findings, &choose(sources, findings, &|f| safe(f))) {
        if verify(&apply(sources, findings, &group)) {
            for i in group {
                proved[i] = true;
            }
        }
    }
    for group in by_file(findings, &all) {
        for (turn, i) in group.into_iter().filter(|i| !proved[*i]).enumerate() {
            let alone = turn < PROVED_ALONE && choose(sources, &findings[i..=i], &|_| true).len() == 1;
            if !(alone && verify(&apply(sources, findings, &[i]))) {
                findings[i].applicability = Applicability::Unsafe;
                findings[i].notes.push(DEMOTED.to_owned());
            }
        }
    }
}

/// The findings by the file of their first edit, in the order given.
fn by_file(findings: &[Finding], chosen: &[usize]) -> Vec<Vec<usize>> {
    let mut groups: BTreeMap<Option<SourceId>, Vec<usize>> = BTreeMap::new();
    for i in chosen {
        groups.entry(findings[*i].fix.first().map(|e| e.span.source)).or_default().push(*i);
    }
    groups.into_values().collect()
}

const DEMOTED: &str = "the fix needs a look: it changes what the settings say";

/// Whether all edits stand in files and can be written. A mask in the place of a value is never written.
fn is_fixable(sources: &Sources, finding: &Finding) -> bool {
    let writable = |e: &Edit| {
        let source = sources.get(e.span.source);
        matches!(source.kind(), SourceKind::File(_))
            && e.span.start <= e.span.end
            && e.span.end as usize <= source.bytes().len()
            && !e.insert.expose().contains(MASK)
    };
    !finding.fix.is_empty() && finding.fix.iter().all(writable)
}

/// Of the findings that qualify those whose edits do not meet, in the order of preference.
fn choose(sources: &Sources, findings: &[Finding], wanted: &dyn Fn(&Finding) -> bool) -> Vec<usize> {
    let mut order: Vec<usize> =
        (0..findings.len()).filter(|i| wanted(&findings[*i]) && is_fixable(sources, &findings[*i])).collect();
    let place = |f: &Finding| f.fix.first().map(|e| (e.span.source, e.span.start));
    order.sort_by_key(|i| (std::cmp::Reverse(findings[*i].severity), place(&findings[*i]), *i));
    let mut taken = BTreeMap::new();
    order.retain(|i| take(&mut taken, &findings[*i].fix));
    order
}

/// The end of each stretch that an edit replaces, by its beginning.
type Taken = BTreeMap<(SourceId, u32), u32>;

/// Takes all edits of a finding, or none.
fn take(taken: &mut Taken, edits: &[Edit]) -> bool {
    for (i, edit) in edits.iter().enumerate() {
        let (source, from, to) = (edit.span.source, edit.span.start, edit.span.end);
        let meets = |(&(_, a), &b): (&(SourceId, u32), &u32)| {
            let touching = (a == b || from == to) && a <= to && from <= b;
            touching || (a < to && from < b)
        };
        // What is taken does not overlap, so that only the nearest can meet.
        if taken.range((source, 0)..=(source, to)).rev().take(3).any(meets) {
            for undone in &edits[..i] {
                taken.remove(&(undone.span.source, undone.span.start));
            }
            return false;
        }
        taken.insert((source, from), to);
    }
    true
}

/// The texts with the fixes of these findings, which do not meet.
fn apply(sources: &Sources, findings: &[Finding], chosen: &[usize]) -> Texts {
    let mut edits: BTreeMap<SourceId, Vec<&Edit>> = BTreeMap::new();
    for edit in chosen.iter().flat_map(|i| &findings[*i].fix) {
        edits.entry(edit.span.source).or_default().push(edit);
    }
    let text = |(source, mut edits): (SourceId, Vec<&Edit>)| {
        edits.sort_by_key(|e| (e.span.start, e.span.end));
        let bytes = sources.get(source).bytes();
        let (mut out, mut at) = (Vec::with_capacity(bytes.len()), 0);
        for edit in edits {
            let range = edit.span.range();
            out.extend_from_slice(&bytes[at..range.start]);
            out.extend_from_slice(edit.insert.expose().as_bytes());
            at = range.end;
        }
        out.extend_from_slice(&bytes[at..]);
        (source, out)
    };
    let changed = |(source, text): &(SourceId, Vec<u8>)| sources.get(*source).bytes() != text.as_slice();
    edits.into_iter().map(text).filter(changed).collect()
}
