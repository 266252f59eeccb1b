//! The targets of `fuzz/` on stable: kept inputs are replayed, mutated ones tried, and the time of long ones measured.
//!
//! `PGWARD_FUZZ_ITERATIONS=10000000 PGWARD_FUZZ_TARGET=json cargo test --release --no-default-features --test fuzz
//! mutated` tries ten million; `PGWARD_FUZZ_SEED` takes others. `… --test fuzz -- --ignored --nocapture time` measures.

#![expect(clippy::disallowed_methods, reason = "the test reads the corpora and variables of its own")]

#[path = "fuzz/mutate.rs"]
mod mutate;
#[path = "fuzz/targets.rs"]
mod targets;

use mutate::{Random, mutate};
use std::{
    fs,
    panic::{AssertUnwindSafe, catch_unwind},
    path::PathBuf,
    time::{Duration, Instant},
};
use targets::{TARGETS, Target};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fuzz")
}

/// The kept inputs of a target, by name.
fn corpus(target: &Target) -> Vec<(String, Vec<u8>)> {
    let directory = root().join("corpus").join(target.name);
    let entries = fs::read_dir(&directory).unwrap_or_else(|e| panic!("{}: {e}", directory.display()));
    let mut out: Vec<(String, Vec<u8>)> = entries
        .map(|entry| entry.expect("an entry").path())
        .map(|path| (path.display().to_string(), fs::read(&path).expect("a kept input")))
        .collect();
    out.sort();
    out
}

fn number(variable: &str) -> Option<usize> {
    let text = std::env::var(variable).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{variable} is no number")))
}

fn wanted() -> Vec<&'static Target> {
    let only = std::env::var("PGWARD_FUZZ_TARGET").ok();
    let out: Vec<_> = TARGETS.iter().filter(|t| only.as_deref().is_none_or(|o| o == t.name)).collect();
    assert!(!out.is_empty(), "no target is called so");
    out
}

/// Runs an input; on a panic says which one it was.
fn try_input(target: &Target, body: fn(&[u8]), input: &[u8], which: &str) {
    let outcome = catch_unwind(AssertUnwindSafe(|| body(input)));
    assert!(outcome.is_ok(), "{} fails on {which}: b\"{}\"", target.name, input.escape_ascii());
}

#[test]
fn kept_inputs_are_replayed() {
    for target in TARGETS {
        let corpus = corpus(target);
        assert!(corpus.len() >= 5, "{}: {} kept inputs", target.name, corpus.len());
        for (name, input) in corpus {
            try_input(target, target.replay, &input, &name);
        }
        for word in target.words {
            for (before, after) in target.around {
                try_input(target, target.replay, format!("{before}{word}{after}").as_bytes(), "a word");
            }
        }
    }
}

#[test]
fn mutated_inputs_hold() {
    let seed = number("PGWARD_FUZZ_SEED").unwrap_or(1);
    for target in wanted() {
        let many = number("PGWARD_FUZZ_ITERATIONS").unwrap_or(10_000 / target.cost);
        let corpus = corpus(target);
        let mut random = Random::new(seed as u64);
        for turn in 0..many {
            let base = &corpus[random.below(corpus.len())].1;
            let other = &corpus[random.below(corpus.len())].1;
            let input = mutate(&mut random, base, other, target.words);
            try_input(target, target.run, &input, &format!("input {turn} of seed {seed}"));
        }
    }
}

/// Each target has its binary for libFuzzer, and each binary its target.
#[test]
fn libfuzzer_has_the_same_targets() {
    let manifest = fs::read_to_string(root().join("Cargo.toml")).expect("fuzz/Cargo.toml");
    let count = manifest.matches("[[bin]]").count();
    assert_eq!(count, TARGETS.len(), "fuzz/Cargo.toml");
    for target in TARGETS {
        let file = format!("fuzz_targets/{}.rs", target.name);
        let body = fs::read_to_string(root().join(&file)).unwrap_or_else(|e| panic!("{file}: {e}"));
        assert!(body.contains(&format!("targets::run(\"{}\"", target.name)), "{file}");
        assert!(manifest.contains(&format!("name = \"{}\"", target.name)), "{file} in fuzz/Cargo.toml");
    }
}

/// Twice the length may take three times as long, not four: nothing is quadratic. Two doublings must agree, because a
/// text that no longer fits into a cache takes longer once. For a quiet machine, so not among the usual tests.
#[test]
#[ignore = "measures time; see CONTRIBUTING.md"]
fn time_grows_with_the_length() {
    const LENGTHS: [usize; 3] = [16 << 10, 32 << 10, 64 << 10];
    /// What takes less is measured too coarsely to be divided.
    const LEAST: Duration = Duration::from_millis(2);
    /// Nothing of these lengths takes so long.
    const MOST: Duration = Duration::from_millis(500);
    let mut bad = Vec::new();
    let (mut texts, mut worst) = (0, (0.0_f64, String::new()));
    for target in wanted() {
        for (before, after) in target.around {
            for word in target.words {
                let mut times = [Duration::ZERO; LENGTHS.len()];
                for (time, length) in times.iter_mut().zip(LENGTHS) {
                    let text = format!("{before}{}{after}", word.repeat(length / word.len()));
                    *time = took(target, text.as_bytes());
                    // The least of five: what else the machine does adds time and never takes any.
                    for _ in 0..4 {
                        if *time < MOST {
                            *time = took(target, text.as_bytes()).min(*time);
                        }
                    }
                    if *time > MOST {
                        break;
                    }
                }
                texts += 1;
                if let Some(time) = times.iter().find(|time| **time > MOST) {
                    bad.push(format!("{:9} {time:?}  {before:?} {word:?} {after:?}", target.name));
                    continue;
                }
                if times[2] < LEAST {
                    continue;
                }
                let growth = |i: usize| times[i + 1].as_secs_f64() / times[i].as_secs_f64();
                let ratio = growth(0).min(growth(1));
                let line =
                    format!("{:9} {ratio:5.1}×  {times:?}  {before:?} {word:?} {after:?}", target.name);
                if ratio > worst.0 {
                    worst = (ratio, line.clone());
                }
                if ratio > 3.0 {
                    bad.push(line);
                }
            }
        }
    }
    assert!(bad.is_empty(), "{} of {texts} grow too fast:\n{}", bad.len(), bad.join("\n"));
    // Read by whoever asked for the measurement.
    #[expect(clippy::disallowed_macros, reason = "a measurement is printed")]
    {
        println!("{texts} texts of 16, 32 and 64 KiB; with each doubling the worst grows by\n{}", worst.1);
    }
}

fn took(target: &Target, input: &[u8]) -> Duration {
    let began = Instant::now();
    (target.replay)(input);
    began.elapsed()
}
