//! The rule about loaders that differ, against the recorded answers of the loaders themselves.

#![expect(clippy::disallowed_methods, reason = "the test reads the corpus")]

#[path = "support/base64.rs"]
mod base64;

use base64::base64;
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
    assert!(silent.len() * 50 <= differing, "silent on {silent:?} of {differing}");
    assert!(false_alarms.is_empty(), "{false_alarms:?}");
}

/// The bytes after the edits of a finding.
fn mended(bytes: &[u8], finding: &pgward::Finding) -> Vec<u8> {
    let text = std::str::from_utf8(bytes).expect("text is fixed, nothing else");
    // Columns are characters; a byte order mark counts for none.
    let offset = |line: usize, column: usize| {
        let start = text.split_inclusive('\n').take(line - 1).map(str::len).sum::<usize>();
        let rest = text[start..].strip_prefix('\u{feff}').unwrap_or(&text[start..]);
        let lead = text[start..].len() - rest.len();
        start
            + rest
                .char_indices()
                .map(|(i, _)| lead + i)
                .chain([text.len() - start])
                .nth(column - 1)
                .expect("a column")
    };
    let place =
        |p: &pgward::unstable::finding::Place| offset(p.line, p.column)..offset(p.end_line, p.end_column);
    let mut edits: Vec<_> = finding.fix.iter().map(|e| (place(&e.place), &e.insert)).collect();
    edits.sort_by_key(|(range, _)| std::cmp::Reverse(range.start));
    let mut out = text.to_owned();
    for (range, insert) in edits {
        out.replace_range(range, insert);
    }
    out.into_bytes()
}

fn findings(bytes: &[u8], policy: &Policy) -> Vec<pgward::Finding> {
    let files = Files { files: vec![(".env".into(), bytes.to_vec())], ..Files::default() };
    let ours = |f: &pgward::Finding| f.rule.starts_with("dotenv-") || f.rule == "loader-divergence";
    lint(&files, policy).into_iter().filter(ours).collect()
}

#[test]
fn after_the_fix_all_loaders_agree_on_the_line() {
    let policy = policy(&Dialect::MAIN.map(Dialect::as_str));
    let mut fixed = 0;
    for row in rows() {
        let mut bytes = row.bytes.clone();
        // Each round mends one line, and there are not many.
        for _ in 0..16 {
            let found = findings(&bytes, &policy);
            let Some(finding) = found.iter().find(|f| !f.fix.is_empty()) else { break };
            let after = mended(&bytes, finding);
            assert_ne!(after, bytes, "{}: a fix changes something", row.id);
            // Another cause may remain on the same line.
            let same = |f: &&pgward::Finding| {
                let key = |f: &pgward::Finding| f.primary.as_ref().map(|l| (l.place.line, l.text.clone()));
                f.rule == finding.rule && key(f) == key(finding)
            };
            let again = findings(&after, &policy);
            let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
            let here = again.iter().find(same);
            assert!(here.is_none(), "{}: {:?} ▶ {:?} {here:?}", row.id, text(&bytes), text(&after));
            bytes = after;
            fixed += 1;
        }
    }
    assert!(fixed > 30, "{fixed}");
}

#[test]
fn what_all_loaders_read_alike_is_silent() {
    let corpus = include_str!("corpora/dotenv.public.jsonl");
    let single: Vec<Policy> = Dialect::MAIN.iter().map(|d| policy(&[d.as_str()])).collect();
    let mut bad = Vec::new();
    for line in corpus.lines() {
        let value: serde_json::Value = serde_json::from_str(line).expect("a row");
        if value["agree_all"] != true {
            continue;
        }
        let bytes = base64(value["b64"].as_str().expect("bytes"));
        for policy in single.iter().chain([&Policy::default()]) {
            let rules = told(&bytes, policy);
            if !rules.is_empty() {
                bad.push(format!("{} {:?} {rules:?}", value["id"], String::from_utf8_lossy(&bytes)));
            }
        }
    }
    assert!(bad.is_empty(), "{}", bad.join("\n"));
}

#[test]
fn a_loader_that_gives_up_is_told_whatever_the_variable_is() {
    let behind = b"FOO=a, b\nDATABASE_URL=postgres://localhost/app\n";
    let name = b"DATABASE_URL=postgres://localhost/app\nBAD NAME=1\nPGUSER=x\n";
    let quote = b"OTHER=1\nFOO=\"a\nDATABASE_URL=postgres://localhost/app\n";
    for (loader, bytes) in [
        ("dotenvy", behind.as_slice()),
        ("dotenvy", quote),
        ("godotenv", quote),
        ("bash", quote),
        ("symfony", behind),
        ("symfony", name),
        ("phpdotenv", behind),
        ("phpdotenv", name),
        ("direnv", name),
        ("compose env_file", name),
        ("docker run --env-file", name),
    ] {
        let files = Files { files: vec![(".env".into(), bytes.to_vec())], ..Files::default() };
        let found = lint(&files, &policy(&[loader]));
        let of = |rule: &str| found.iter().filter(|f| f.rule == rule).count();
        assert_eq!((of("dotenv-syntax"), of("file-unparseable")), (1, 0), "{loader}: {found:?}");
        let told = found.iter().find(|f| f.rule == "dotenv-syntax").expect("one");
        let loader = Dialect::ALL.iter().find(|d| d.as_str().starts_with(loader)).expect("a loader");
        assert!(told.message.starts_with(loader.as_str()), "{}", told.message);
    }
}

#[test]
fn a_loader_that_goes_on_is_not_said_to_stop() {
    for loader in ["python-dotenv", "node dotenv", "godotenv", "compose env_file", "docker run --env-file"] {
        let bytes = b"FOO=a, b\nDATABASE_URL=postgres://localhost/app\n";
        assert!(told(bytes, &policy(&[loader])).is_empty(), "{loader}");
    }
}
