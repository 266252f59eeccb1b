//! Variables that a file assigns more than once.

use super::player::Player;
use crate::layer::{Entry, SegmentKind};
use std::{collections::BTreeMap, ops::Range};

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

/// Of a variable that is assigned more than once.
pub(super) fn which(entry: &Entry, player: &Player<'_>, players: &[Player<'_>]) -> &'static str {
    let all = player.outcome.layer.entries.iter().filter(|e| e.key == entry.key);
    let starts: Vec<u32> = players
        .iter()
        .flat_map(|p| p.outcome.layer.entries.iter().filter(|e| e.key == entry.key))
        .map(|e| e.key_span.start)
        .collect();
    let own = entry.key_span.start;
    if starts.iter().all(|s| *s >= own) && starts.iter().any(|s| *s > own) {
        "the first"
    } else if starts.iter().all(|s| *s <= own) {
        "the last"
    } else if all.count() > 1 {
        "one in between"
    } else {
        "another one"
    }
}
