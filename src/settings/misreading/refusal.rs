//! What is lost where a loader gives up.

use super::{Refusal, player::Player};

/// Of so many variables it is said that they are not set.
const MOST: usize = 6;

/// What comes of it that these loaders give up on the line at `start`. `witness` gives up nowhere; `speaks` says
/// whether the name of a variable is one that speaks of a database.
pub(super) fn of(
    stopping: &[&Player<'_>],
    start: usize,
    witness: &Player<'_>,
    all: bool,
    speaks: &dyn Fn(&str) -> bool,
) -> Refusal {
    let keeps = stopping.iter().any(|p| p.outcome.keeps);
    let mut lost: Vec<String> = Vec::new();
    for entry in &witness.outcome.layer.entries {
        let behind = !keeps || entry.key_span.start as usize >= start;
        // In doubt the name is a piece of a value.
        let plain = entry.key.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_');
        let set = stopping.iter().any(|p| p.entry(&entry.key).is_some());
        if behind && plain && !entry.doubtful && !set && speaks(&entry.key) && !lost.contains(&entry.key) {
            lost.push(entry.key.clone());
            if lost.len() == MOST {
                break;
            }
        }
    }
    Refusal { loaders: stopping.iter().map(|p| p.dialect).collect(), keeps, all, lost }
}
