//! Env files as the loaders themselves read them: every row of the recorded corpora.

#![expect(clippy::disallowed_methods, reason = "the test compares the values themselves, and writes docs/")]

use pgward::dotenv::{self, Dialect};
use std::collections::BTreeMap;

type Variables = BTreeMap<String, String>;

struct Row {
    id: String,
    shown: String,
    bytes: Vec<u8>,
    environment: Variables,
    /// By loader: what is set afterwards, or that it gave up.
    answers: BTreeMap<String, Result<Variables, String>>,
}

fn strings(value: &serde_json::Value) -> Variables {
    let one = |(k, v): (&String, &serde_json::Value)| (k.clone(), v.as_str().unwrap_or_default().to_owned());
    // The shell that ran the recorder sets `_` itself.
    value.as_object().into_iter().flatten().map(one).filter(|(k, _)| k != "_").collect()
}

fn rows(corpus: &str) -> Vec<Row> {
    let read = |line: &str| {
        let row: serde_json::Value = serde_json::from_str(line).expect("the corpus is JSON");
        let answer = |(name, answer): (&String, &serde_json::Value)| {
            let name = name.rsplit_once(' ').filter(|(_, v)| v.starts_with(|c: char| c.is_ascii_digit()));
            let result = match answer["error"].as_str() {
                Some(error) => Err(error.to_owned()),
                None => Ok(strings(&answer["vars"])),
            };
            (name.map(|(n, _)| n.to_owned()), result)
        };
        let bytes = base64(row["b64"].as_str().expect("b64"));
        Row {
            id: row["id"].as_str().expect("id").to_owned(),
            shown: format!("{:?}", String::from_utf8_lossy(&bytes)),
            bytes,
            environment: strings(&row["preset"]),
            answers: row["loaders"]
                .as_object()
                .expect("loaders")
                .iter()
                .map(|pair| (answer(pair).0.unwrap_or_else(|| pair.0.clone()), answer(pair).1))
                .collect(),
        }
    };
    corpus.lines().map(read).collect()
}

/// What is set after the loader ran.
fn afterwards(row: &Row, dialect: Dialect) -> (Result<Variables, String>, bool) {
    let plain = |e: dotenv::Environment| -> Variables {
        let text = |v: pgward::Secret| secrecy::ExposeSecret::expose_secret(&v.to_secret_string()).to_owned();
        e.variables.into_iter().filter(|(k, _)| k != "_").map(|(k, v)| (k, text(v))).collect()
    };
    match dotenv::read(&row.bytes, dialect, &row.environment) {
        Ok(read) => {
            let depends = !read.depends.is_empty();
            let mut out = if dialect.starts_afresh() { Variables::new() } else { row.environment.clone() };
            if dialect == Dialect::ComposeDotEnv {
                // The recorder asked for the names that stand in the text.
                let text = String::from_utf8_lossy(&row.bytes);
                let words: Vec<&str> = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').collect();
                out.retain(|name, _| words.contains(&name.as_str()));
            }
            out.extend(plain(read));
            (Ok(out), depends)
        }
        Err(refused) => (Err(refused.to_string()), !refused.before.depends.is_empty()),
    }
}

#[test]
fn every_recorded_answer() {
    let rows = rows(include_str!("corpora/dotenv.public.jsonl"));
    let mut bad = Vec::new();
    for dialect in Dialect::ALL {
        let (mut total, mut same, mut moment) = (0, 0, 0);
        let mut differ = Vec::new();
        for row in &rows {
            let Some(want) = row.answers.get(dialect.as_str()) else { continue };
            let (got, depends) = afterwards(row, dialect);
            let exact = match (&got, want) {
                (Ok(got), Ok(want)) => got == want,
                (Err(_), Err(_)) => true,
                _ => false,
            };
            if depends && !exact {
                moment += 1;
                continue;
            }
            total += 1;
            if exact {
                same += 1;
            } else {
                differ.push(format!("  {} {}\n    want {want:?}\n    got  {got:?}", row.id, row.shown));
            }
        }
        println!("{dialect}: {same} of {total}, {moment} depend");
        let least = if Dialect::MAIN.contains(&dialect) { 99 } else { 95 };
        if same * 100 < total * least {
            bad.push(format!("{dialect}: {same} of {total}\n{}", differ.join("\n")));
        }
    }
    assert!(bad.is_empty(), "{}", bad.join("\n"));
}

#[test]
fn a_comment_after_a_blank_is_no_value() {
    // parser.py of 1.2.4; up to 1.1.1 the comment was the value.
    for (text, want) in [("A=  # c\n", ""), ("A=\t#c", ""), ("A=#c\n", "#c"), ("A= x # c\n", "x")] {
        let got = dotenv::read(text.as_bytes(), Dialect::PythonDotenv, &BTreeMap::new()).expect("readable");
        assert!(got.variables.len() == 1 && got.variables[0].1.equals(want), "{text:?}");
    }
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
