//! A loader with its reading of one file, and the loaders that read it alike.

use super::{Reading, words};
use crate::{
    layer::{
        Entry, ProblemKind,
        dotenv::{Dialect, Outcome, parse_silently},
    },
    policy::Policy,
    secret::Secret,
    settings::variables::meaning,
    source::{SourceId, Sources},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
};

/// A loader with its reading of the file.
pub(super) struct Player<'a> {
    pub(super) dialect: Dialect,
    /// It reads these variables alone.
    pub(super) only: Option<&'a BTreeSet<String>>,
    pub(super) outcome: Outcome,
    /// Lines and places that it cannot read, by their beginnings.
    pub(super) problems: Vec<(Range<usize>, ProblemKind)>,
    /// Of each variable the place of its assignment that counts, in `outcome`.
    pub(super) winners: BTreeMap<String, usize>,
}

impl<'a> Player<'a> {
    /// Reads the file.
    pub(super) fn read(
        sources: &Sources,
        id: SourceId,
        dialect: Dialect,
        only: Option<&'a BTreeSet<String>>,
        outer: &dyn Fn(&str) -> Option<Secret>,
    ) -> Self {
        let outcome = parse_silently(sources, id, dialect, outer);
        let entries = outcome.layer.entries.iter().enumerate();
        let winners = entries.map(|(i, e)| (e.key.clone(), i)).collect();
        let problems = outcome.layer.problems.iter().filter(|p| p.kind.is_syntax());
        let mut problems: Vec<_> = problems.map(|p| (p.span.range(), p.kind)).collect();
        problems.sort_by_key(|(at, _)| at.start);
        Self { dialect, only, outcome, problems, winners }
    }

    /// The reading of one that gives up nowhere, for what stands where others do.
    pub(super) fn witness(
        sources: &Sources,
        id: SourceId,
        outer: &dyn Fn(&str) -> Option<Secret>,
    ) -> Player<'static> {
        Player::read(sources, id, Dialect::PythonDotenv, None, outer)
    }

    pub(super) fn entry(&self, key: &str) -> Option<&Entry> {
        self.winners.get(key).map(|i| &self.outcome.layer.entries[*i])
    }

    /// Where and why it gives up. bash's `export` fails for a word that is no name, and has set all the others: where such words
    /// stand behind what has nothing to do with a database, it does not count.
    pub(super) fn refuses(&self) -> Option<(Range<usize>, ProblemKind)> {
        let refused = self.outcome.refused.as_ref()?;
        let passed = self.dialect == Dialect::ExportXargs
            && self.problems.iter().all(|(at, kind)| *kind == ProblemKind::BadName && self.is_foreign(at));
        (!passed).then(|| (refused.span.range(), refused.kind))
    }

    /// Whether something stands behind a value of a variable that no database knows of.
    fn is_foreign(&self, at: &Range<usize>) -> bool {
        let entries = &self.outcome.layer.entries;
        let next = entries.partition_point(|e| (e.key_span.start as usize) < at.start);
        let before = next.checked_sub(1).map(|last| &entries[last]);
        let ours = |e: &Entry| {
            meaning(&e.key, &Policy::default()).is_some() || e.value.text.expose().contains("://")
        };
        before.is_some_and(|entry| !ours(entry))
    }

    /// What the loader says of a range.
    pub(super) fn problem(&self, range: &Range<usize>) -> Option<ProblemKind> {
        let next = self.problems.partition_point(|(at, _)| at.start <= range.end);
        let (at, kind) = self.problems[..next].last()?;
        (at.end >= range.start).then_some(*kind)
    }

    /// What it makes of a line at which others give up.
    pub(super) fn goes_on(&self, line: Range<usize>) -> &'static str {
        let entries = &self.outcome.layer.entries;
        let next = entries.partition_point(|e| (e.key_span.start as usize) < line.start);
        let own = entries.get(next).is_some_and(|e| line.contains(&(e.key_span.start as usize)));
        if own || self.swallows(line.start) {
            return "takes the line";
        }
        match self.problem(&line) {
            Some(kind) => words::of_nothing(Some(kind)),
            None => "nothing, it passes over the line",
        }
    }

    /// Whether the offset lies in the value of another variable.
    pub(super) fn swallows(&self, at: usize) -> bool {
        let entries = &self.outcome.layer.entries;
        let next = entries.partition_point(|e| (e.key_span.start as usize) < at);
        next > 0 && (entries[next - 1].value_span.end as usize) > at
    }
}

/// Who reads what, grouped.
#[derive(Default)]
pub(super) struct Readings(pub(super) Vec<Reading>, Vec<Option<String>>);

impl Readings {
    pub(super) fn add(&mut self, loader: Dialect, what: &'static str) {
        match self.0.iter_mut().find(|r| r.what == what) {
            Some(reading) => reading.loaders.push(loader),
            None => self.0.push(Reading { loaders: vec![loader], what }),
        }
    }

    /// Different values stay apart even where the words for them are the same.
    pub(super) fn add_value(&mut self, loader: Dialect, what: &'static str, value: Option<String>) {
        if let Some(at) = self.1.iter().position(|v| *v == value) {
            self.0[at].loaders.push(loader);
        } else {
            self.0.push(Reading { loaders: vec![loader], what });
            self.1.push(value);
        }
    }

    /// Where the same words are for different values, the later say so.
    pub(super) fn finish(mut self) -> Vec<Reading> {
        let mut said = BTreeSet::new();
        for reading in &mut self.0 {
            if !said.insert(reading.what) {
                reading.what = "something else again";
            }
        }
        self.0
    }
}
