//! Env files as python-dotenv 1.2.4 reads them: every row of the recorded corpus.

#![expect(clippy::disallowed_methods, reason = "the test compares the values themselves")]

use pgward::dotenv::{self, Dialect};
use std::collections::BTreeMap;

#[test]
fn every_recorded_answer_of_python_dotenv() {
    let corpus = include_str!("corpora/dotenv.public.jsonl");
    let (mut rows, mut bad) = (0, Vec::new());
    for line in corpus.lines() {
        let row: serde_json::Value = serde_json::from_str(line).expect("the corpus is JSON");
        let answer = &row["loaders"]["python-dotenv 1.2.4"];
        let Some(vars) = answer["vars"].as_object() else { continue };
        let bytes = base64(row["b64"].as_str().expect("b64"));
        let environment: BTreeMap<String, String> = row["preset"]
            .as_object()
            .map(|o| o.iter().map(|(k, v)| (k.clone(), v.as_str().unwrap_or_default().to_owned())).collect())
            .unwrap_or_default();
        rows += 1;
        let got: BTreeMap<String, String> = dotenv::read(&bytes, Dialect::PythonDotenv, &environment)
            .into_iter()
            // The shell that ran the recorder sets `_` itself.
            .filter(|(k, _)| k != "_")
            .map(|(k, v)| (k, secrecy::ExposeSecret::expose_secret(&v.to_secret_string()).to_owned()))
            .collect();
        // The recorder prints the whole environment afterwards, so what was preset is in it.
        let got: BTreeMap<String, String> = got.into_iter().chain(environment.clone()).collect();
        let want: BTreeMap<String, String> = vars
            .iter()
            .filter(|(k, _)| *k != "_")
            .map(|(k, v)| (k.clone(), v.as_str().unwrap_or_default().to_owned()))
            .collect();
        if got != want {
            bad.push(format!(
                "{} {:?} env {environment:?}\n  want {want:?}\n  got  {got:?}",
                row["id"], row["text"]
            ));
        }
    }
    assert!(rows > 200, "only {rows} rows were compared");
    assert!(bad.is_empty(), "{} of {rows} rows differ\n{}", bad.len(), bad.join("\n"));
}

#[test]
fn a_comment_after_a_blank_is_no_value() {
    // parser.py of 1.2.4; up to 1.1.1 the comment was the value.
    for (text, want) in [("A=  # c\n", ""), ("A=\t#c", ""), ("A=#c\n", "#c"), ("A= x # c\n", "x")] {
        let got = dotenv::read(text.as_bytes(), Dialect::PythonDotenv, &BTreeMap::new());
        assert!(got.len() == 1 && got[0].1.equals(want), "{text:?}");
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
