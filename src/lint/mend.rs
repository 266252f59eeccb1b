//! Fixes in rounds: judge, make the fixes that do not meet, read anew, until nothing changes.

use super::{After, Files, judged, meaning::Meanings, prove_with};
use crate::{
    finding::{Applicability, Finding, Located},
    fix,
    policy::Policy,
    repository::Repository,
    source::{Source, SourceId, Sources},
};
use std::collections::BTreeMap;

/// So many rounds at the most. Each makes all fixes that do not touch the same bytes, so that two or three are the rule.
const ROUNDS: usize = 10;

/// Files after their fixes.
#[derive(Debug)]
pub struct Mended {
    /// The files, changed or not, in the order they came in.
    pub files: Files,
    /// How many findings were fixed, by the path of the file.
    pub fixed: BTreeMap<String, usize>,
    /// What is left, located in the changed files, in the order of places.
    pub left: Vec<Located>,
    /// False where the rounds did not come to an end; what was reached stands in `files`.
    pub settled: bool,
    before: (Sources, Vec<SourceId>),
    after: (Sources, Vec<SourceId>),
}

impl Mended {
    /// The files that are different now, each with its source before and after, revealed as far as a judgement of each
    /// reveals it.
    pub fn changed(&self) -> impl Iterator<Item = (&str, &Source, &Source)> {
        let sources = |i: usize| (self.before.0.get(self.before.1[i]), self.after.0.get(self.after.1[i]));
        let all = self.files.files.iter().enumerate().map(move |(i, (path, _))| {
            let (before, after) = sources(i);
            (path.as_str(), before, after)
        });
        all.filter(|(_, before, after)| before.bytes() != after.bytes())
    }
}

/// Makes the fixes up to `most`. Nothing is written.
pub fn mend(files: &Files, policy: &Policy, most: Applicability) -> Mended {
    let mut files = files.clone();
    let mut fixed: BTreeMap<String, usize> = BTreeMap::new();
    let mut first = None;
    for turn in 0..=ROUNDS {
        let mut sources = Sources::default();
        let policy = policy.rehomed(&mut sources);
        let repository = Repository::read(&mut sources, &files.manifests);
        let (mut findings, ids, vocabulary) =
            judged(&mut sources, &files, files.texts(), &policy, &repository, After::More);
        prove_with(&sources, &files, &ids, &policy, &repository, &vocabulary, &mut findings);
        let round = {
            let meaning = Meanings::new(&sources, &files, &ids, &policy, &repository, &vocabulary);
            fix::round(&sources, &findings, most, &|texts| meaning.same(texts))
        };
        let settled = round.texts.is_empty();
        if settled || turn == ROUNDS {
            let left = located(&findings, &sources);
            let after = (sources, ids);
            let before = first.unwrap_or_else(|| again(&files, &policy));
            return Mended { files, fixed, left, settled, before, after };
        }
        let by_source: BTreeMap<SourceId, usize> = ids.iter().enumerate().map(|(i, id)| (*id, i)).collect();
        let file = |id: SourceId| by_source.get(&id).copied();
        for i in round.made {
            if let Some(at) = findings[i].fix.first().and_then(|e| file(e.span.source)) {
                *fixed.entry(files.files[at].0.clone()).or_default() += 1;
            }
        }
        for (id, text) in round.texts {
            if let Some(i) = file(id) {
                files.files[i].1 = text;
            }
        }
        first.get_or_insert((sources, ids));
    }
    unreachable!("the last turn returns")
}

/// The same files once more, for a run in which nothing changed.
fn again(files: &Files, policy: &Policy) -> (Sources, Vec<SourceId>) {
    let mut sources = Sources::default();
    let policy = policy.rehomed(&mut sources);
    let repository = Repository::read(&mut sources, &files.manifests);
    let (_, ids, _) = judged(&mut sources, files, files.texts(), &policy, &repository, After::More);
    (sources, ids)
}

pub(super) fn located(findings: &[Finding], sources: &Sources) -> Vec<Located> {
    let mut located: Vec<Located> = findings.iter().map(|f| f.locate(sources)).collect();
    located.sort_by(Located::by_place);
    located
}
