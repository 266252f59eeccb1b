//! The rule about loaders that differ, against the recorded answers of the loaders themselves.

#![expect(clippy::disallowed_methods, reason = "the test reads the corpus")]

use pgward::{Files, Policy, dotenv::Dialect, lint};
/// A snippet with whether the main loaders made the same of it.
struct Row {
    id: String,
    bytes: Vec<u8>,
    differs: bool,
}

fn rows() -> Vec<Row> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/corpora/dotenv.public.jsonl");
    let text = std::fs::read_to_string(path).expect("the corpus");
    let row = |line: &str| {
        let value: serde_json::Value = serde_json::from_str(line).expect("a row");
        Row {
            id: value["id"].as_str().expect("an id").to_owned(),
            bytes: base64(value["b64"].as_str().expect("bytes")),
            // How many different answers they gave, an error being one; variables that were only set before and are
            // in no line of the file do not count.
            differs: value["distinct_core"].as_u64().expect("a number") > 1,
        }
    };
    text.lines().map(row).collect()
}

fn policy(loaders: &[&str]) -> Policy {
    Policy::from_toml(&format!("loaders = {loaders:?}")).expect("a policy")
}

/// The rules that speak of a snippet.
fn told(bytes: &[u8], policy: &Policy) -> Vec<String> {
    let files = Files { files: vec![(".env".into(), bytes.to_vec())], ..Files::default() };
    lint(&files, policy)
        .into_iter()
        .map(|f| f.rule)
        .filter(|r| r.starts_with("dotenv-") || r == "loader-divergence")
        .collect()
}

#[test]
fn a_difference_between_the_main_loaders_is_told() {
    let policy = policy(&Dialect::MAIN.map(Dialect::as_str));
    let (mut differing, mut silent, mut false_alarms) = (0, Vec::new(), Vec::new());
    for row in rows() {
        let fires = told(&row.bytes, &policy).iter().any(|r| r == "loader-divergence");
        differing += usize::from(row.differs);
        match (row.differs, fires) {
            (true, false) => silent.push(row.id),
            (false, true) => false_alarms.push(row.id),
            _ => {}
        }
    }
    println!("{differing} differ; silent on {silent:?}; false alarms {false_alarms:?}");
    assert!(silent.len() * 50 <= differing, "silent on {silent:?} of {differing}");
    assert!(false_alarms.is_empty(), "{false_alarms:?}");
}

fn base64(text: &str) -> Vec<u8> {
    let digit = |b: u8| match b {
        b'A'..=b'Z' => b - b'A',
        b'a'..=b'z' => b - b'a' + 26,
        b'0'..=b'9' => b - b'0' + 52,
        b'+' => 62,
        _ => 63,
    };
    let mut out = Vec::new();
    for chunk in text.trim_end_matches('=').as_bytes().chunks(4) {
        let bits =
            chunk.iter().fold(0_u32, |n, b| (n << 6) | u32::from(digit(*b))) << (6 * (4 - chunk.len()));
        out.extend(bits.to_be_bytes()[1..chunk.len()].iter().copied());
    }
    out
}
