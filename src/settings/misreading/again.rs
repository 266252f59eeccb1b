//! Variables that a file assigns more than once.

use super::player::Player;
use crate::{
    layer::{Entry, SegmentKind, dotenv::parse_silently},
    secret::Secret,
    source::{SourceKind, Sources},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
};

/// Earlier assignments of the same variable, for those that are assigned another value later.
pub(super) fn assigned_again(going: &[&Player<'_>]) -> BTreeMap<String, Vec<Range<usize>>> {
    let mut out: BTreeMap<String, Vec<Range<usize>>> = BTreeMap::new();
    for player in going {
        let entries = &player.outcome.layer.entries;
        for (i, entry) in entries.iter().enumerate() {
            let Some(winner) = player.winners.get(&entry.key).filter(|w| **w != i) else { continue };
            let winner = &entries[*winner];
            // `PATH=${PATH}:more` builds on the one before.
            let refers = |p: &&Player<'_>| {
                p.entry(&entry.key)
                    .is_some_and(|e| e.value.map.iter().any(|s| s.kind == SegmentKind::Reference))
            };
            let builds = going.iter().any(refers);
            let other = entry.value.text.expose() != winner.value.text.expose() && !builds;
            let list = out.entry(entry.key.clone()).or_default();
            let range = entry.value_span.range();
            if other && list.len() < 4 && !list.contains(&range) {
                list.push(range);
            }
        }
    }
    out.retain(|_, list| !list.is_empty());
    out
}

/// Where the first and the last assignment of a variable stand, whoever reads them.
pub(super) fn ends(key: &str, players: &[Player<'_>]) -> (u32, u32) {
    let entries = players.iter().flat_map(|p| &p.outcome.layer.entries).filter(|e| e.key == key);
    let starts = entries.map(|e| e.key_span.start);
    starts.fold((u32::MAX, 0), |(first, last), at| (first.min(at), last.max(at)))
}

/// Which of several assignments this is.
pub(super) fn which(entry: &Entry, (first, last): (u32, u32)) -> &'static str {
    match entry.key_span.start {
        at if at == first && first < last => "the first",
        at if at == last => "the last",
        _ => "one in between",
    }
}

/// So many lines are taken out at the most.
const LINES: usize = 16;

/// The lines to take out so that one assignment is left: that which counts for the first loader. None where a line
/// holds more than the assignment, or where a loader in play would not read the value that this one reads.
pub(super) fn keep_one(
    text: &str,
    key: &str,
    players: &[&Player<'_>],
    outer: &dyn Fn(&str) -> Option<Secret>,
) -> Option<Vec<Range<usize>>> {
    let winner = players.first()?.entry(key)?;
    let line = |at: usize| {
        let start = text[..at].rfind('\n').map_or(0, |i| i + 1);
        start..text[at..].find('\n').map_or(text.len(), |i| at + i + 1)
    };
    text.get(..winner.key_span.start as usize)?;
    let kept = line(winner.key_span.start as usize);
    let mut lines = BTreeSet::new();
    for entry in players.iter().flat_map(|p| &p.outcome.layer.entries).filter(|e| e.key == key) {
        if !text.is_char_boundary(entry.key_span.start as usize) {
            return None;
        }
        let range = line(entry.key_span.start as usize);
        if entry.value_span.end as usize > range.end {
            return None;
        }
        if range != kept {
            lines.insert((range.start, range.end));
        }
    }
    // Who has written a variable so often must see for himself.
    if lines.len() > LINES {
        return None;
    }
    let lines: Vec<(usize, usize)> = lines.into_iter().collect();
    let alone = |e: &Entry| {
        let at = e.key_span.start as usize;
        let next = lines.partition_point(|(start, _)| *start <= at);
        e.key == key || next == 0 || lines[next - 1].1 <= at
    };
    if !players.iter().all(|p| p.outcome.layer.entries.iter().all(alone)) {
        return None;
    }
    let mut rest = String::new();
    let mut at = 0;
    for (start, end) in &lines {
        rest.push_str(&text[at..*start]);
        at = *end;
    }
    rest.push_str(&text[at..]);
    let mut sources = Sources::default();
    let id = sources.add(SourceKind::File(String::new()), rest);
    let value = winner.value.text.expose();
    let same = |p: &&Player<'_>| {
        let outcome = parse_silently(&sources, id, p.dialect, outer);
        outcome.refused.is_none() && outcome.layer.entry(key).is_some_and(|e| e.value.text.expose() == value)
    };
    (!lines.is_empty() && players.iter().all(same)).then(|| lines.into_iter().map(|(s, e)| s..e).collect())
}
