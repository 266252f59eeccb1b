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
    time::Duration,
};
use targets::{ELSEWHERE, TARGETS, Target};

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
        // What does much with each input meets its words with one choice each, not with all.
        let body = if target.cost > 1 { target.run } else { target.replay };
        for word in target.words {
            for (before, after) in target.around {
                try_input(target, body, format!("{before}{word}{after}").as_bytes(), "a word");
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
    assert_eq!(count, TARGETS.len() + ELSEWHERE, "fuzz/Cargo.toml");
    for target in TARGETS {
        let file = format!("fuzz_targets/{}.rs", target.name);
        let body = fs::read_to_string(root().join(&file)).unwrap_or_else(|e| panic!("{file}: {e}"));
        assert!(body.contains(&format!("targets::run(\"{}\"", target.name)), "{file}");
        assert!(manifest.contains(&format!("name = \"{}\"", target.name)), "{file} in fuzz/Cargo.toml");
    }
}

/// Twice the length may take three times as long, not four: nothing is quadratic. Two doublings must agree, because a
/// text that no longer fits into a cache takes longer once. It takes minutes, so it is not among the usual
/// tests.
#[test]
#[ignore = "measures time; see CONTRIBUTING.md"]
fn time_grows_with_the_length() {
    let mut bad = Vec::new();
    let (mut texts, mut worst) = (0, (0.0_f64, String::new()));
    for target in wanted() {
        for (name, text) in long_texts(target) {
            for reader in 0..target.readers.0 {
                texts += 1;
                let times = Times::of(target, reader, &text);
                let line = format!("{:9} {reader:2} {times:?} {name}", target.name);
                if times.slow() {
                    report(&line);
                    bad.push(line);
                } else if times.growth() > worst.0 {
                    worst = (times.growth(), line);
                }
            }
        }
    }
    report(&format!("{texts} times; with each doubling the worst grows by\n{}", worst.1));
    assert!(bad.is_empty(), "{} of {texts} grow too fast", bad.len());
}

/// Read by whoever asked for the measurement.
#[expect(clippy::disallowed_macros, reason = "a measurement is printed")]
fn report(line: &str) {
    println!("{line}");
}

/// The repeated fragments and lines of a target, each with what makes it so and so long.
fn long_texts(target: &'static Target) -> impl Iterator<Item = (String, Box<dyn Fn(usize) -> String>)> {
    let words = target.around.iter().flat_map(|(before, after)| {
        target.words.iter().map(move |word| {
            let text = move |length: usize| format!("{before}{}{after}", word.repeat(length / word.len()));
            (format!("{before:?} {word:?} {after:?}"), Box::new(text) as Box<dyn Fn(usize) -> String>)
        })
    });
    let lines = target.lines.iter().map(|line| {
        let text = move |length: usize| {
            let mut out = String::new();
            for i in 0.. {
                if out.len() >= length {
                    break;
                }
                out.push_str(&line.replace("{}", &i.to_string()));
            }
            out
        };
        (format!("{line:?}"), Box::new(text) as Box<dyn Fn(usize) -> String>)
    });
    words.chain(lines)
}

/// How long a text of each of [`LENGTHS`] takes.
#[derive(Debug)]
struct Times([Duration; LENGTHS.len()]);

/// In bytes.
const LENGTHS: [usize; 3] = [64 << 10, 128 << 10, 256 << 10];

impl Times {
    fn of(target: &Target, reader: usize, text: &dyn Fn(usize) -> String) -> Self {
        let mut out = Self([Duration::ZERO; LENGTHS.len()]);
        let texts = LENGTHS.map(text);
        // The least of five: what else the machine does adds time, and never takes any.
        for turn in 0..5 {
            for (time, text) in out.0.iter_mut().zip(&texts) {
                let began = on_cpu();
                target.readers.1(reader, text.as_bytes());
                let took = on_cpu().saturating_sub(began);
                *time = if turn == 0 { took } else { took.min(*time) };
                if *time > MOST {
                    return out;
                }
            }
            if !out.slow() {
                break;
            }
        }
        out
    }

    /// By how much each doubling multiplies the time, at least.
    fn growth(&self) -> f64 {
        let [short, middle, long] = self.0.map(|time| time.as_secs_f64());
        if self.0[2] < LEAST { 1.0 } else { (middle / short).min(long / middle) }
    }

    fn slow(&self) -> bool {
        self.0.iter().any(|time| *time > MOST) || self.growth() > 3.0
    }
}

/// How long this thread has had a processor, so that what else runs does not count.
fn on_cpu() -> Duration {
    let text = fs::read_to_string("/proc/thread-self/schedstat").expect("Linux counts the time of a thread");
    let nanoseconds = text.split(' ').next().and_then(|first| first.parse().ok());
    Duration::from_nanos(nanoseconds.expect("a number"))
}

/// What takes less is no trouble, and is measured too coarsely: the system counts in steps of some milliseconds.
const LEAST: Duration = Duration::from_millis(50);
/// Nothing of these lengths takes so long.
const MOST: Duration = Duration::from_secs(10);
