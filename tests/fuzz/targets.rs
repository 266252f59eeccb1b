//! What is fuzzed: one line a target in [`TARGETS`], its body in a file of its name. `tests/fuzz.rs` replays, mutates
//! and times them on stable; `fuzz/` runs the very same bodies under libFuzzer.
//!
//! A body takes any bytes, panics when something does not hold that must always hold, and returns otherwise.

#![allow(dead_code, reason = "each user needs a part of it")]

mod carriers;
mod code;
mod conninfo;
mod consumers;
mod dotenv;
mod interpolation;
mod json;
mod libpqfiles;
mod report;
mod secrets;
mod suppression;
#[cfg(feature = "guard")]
mod watch;
#[cfg(feature = "guard")]
mod x509;

use std::ops::Range;

/// One thing that takes hostile text.
pub(crate) struct Target {
    /// The name of its file, of its corpus and of the binary in `fuzz/`.
    pub(crate) name: &'static str,
    /// The body.
    pub(crate) run: fn(&[u8]),
    /// As the body, with everything that it chooses from; for kept inputs.
    pub(crate) replay: fn(&[u8]),
    /// What a body chooses from: how many, and the body with the one of a number. Each is timed by itself, because the
    /// slow one of many would not show in their sum.
    pub(crate) readers: (usize, fn(usize, &[u8])),
    /// Fragments that mean something to it: the mutator puts them in, and each is repeated for the timing.
    pub(crate) words: &'static [&'static str],
    /// Lines that are repeated for the timing, each time with another number for `{}`.
    pub(crate) lines: &'static [&'static str],
    /// Texts around the repeated fragments.
    pub(crate) around: &'static [(&'static str, &'static str)],
    /// How many times fewer inputs it gets where nobody said how many: it does more with each.
    pub(crate) cost: usize,
}

/// Every target.
pub(crate) const TARGETS: &[Target] = &[
    carriers::TARGET,
    code::TARGET,
    conninfo::TARGET,
    consumers::TARGET,
    dotenv::TARGET,
    interpolation::TARGET,
    json::TARGET,
    libpqfiles::TARGET,
    report::TARGET,
    secrets::TARGET,
    suppression::TARGET,
    #[cfg(feature = "guard")]
    watch::TARGET,
    #[cfg(feature = "guard")]
    x509::TARGET,
];

/// How many targets a build without the feature `guard` lacks.
pub(crate) const ELSEWHERE: usize = if cfg!(feature = "guard") { 0 } else { 2 };

/// Runs a target by its name.
pub(crate) fn run(name: &str, data: &[u8]) {
    let target = TARGETS.iter().find(|t| t.name == name).expect("a target of this name");
    (target.run)(data);
}

/// A password that is found again. Inputs of the corpora hold it where passwords stand.
pub(crate) const MARK: &str = "cAnArY9Qz7Wx";

/// Whether the mark stands in a text exactly once, so that where it is shown is where it stood.
pub(crate) fn marked_once(text: &str) -> bool {
    text.matches(MARK).count() == 1
}

/// A range of a text: in order, inside, and on characters.
pub(crate) fn inside(text: &str, range: &Range<usize>) {
    assert!(range.start <= range.end && range.end <= text.len(), "{range:?} of {}", text.len());
    assert!(
        text.is_char_boundary(range.start) && text.is_char_boundary(range.end),
        "{range:?} cuts a character"
    );
}

/// Ranges that are inside, ascending and apart.
pub(crate) fn ascending(text: &str, ranges: &[Range<usize>]) {
    for range in ranges {
        inside(text, range);
    }
    for pair in ranges.windows(2) {
        assert!(pair[0].end <= pair[1].start, "{:?} and {:?}", pair[0], pair[1]);
    }
}
