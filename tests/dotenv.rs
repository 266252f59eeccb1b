//! Env files as the loaders themselves read them: every row of the recorded corpora.

#![expect(clippy::disallowed_methods, reason = "the test compares the values themselves, and writes docs/")]

#[path = "support/base64.rs"]
mod base64;
#[path = "dotenv/shell.rs"]
mod shell;

use base64::base64;

use pgward::dotenv::{self, Dialect};
use std::{collections::BTreeMap, fmt::Write as _, fs, path::Path};

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

/// Why a recorded answer is not ours.
const REASONS: &[(&str, &str, &str)] = &[(
    "docker-compose v1 env_file",
    "de-0257",
    "recorded behind a YAML document, which folded U+0085 into a blank; docker-compose itself keeps it",
)];

#[test]
fn every_recorded_answer() {
    let mut rows = rows(include_str!("corpora/dotenv.public.jsonl"));
    rows.extend(self::rows(include_str!("corpora/decouple.jsonl")));
    let mut bad = Vec::new();
    let mut figures =
        String::from("| loader | answers | exact | depend on the moment |\n|---|---|---|---|\n");
    let mut list = String::new();
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
            // The recorder wrote `<PID>`, and what `echo pwned` said.
            let ran = |v: &String| v.contains("<PID>") || v == "pwned";
            let ran = want.as_ref().is_ok_and(|want| want.values().any(ran));
            assert!(depends || !ran || exact, "{dialect} {}: {} is not reported", row.id, row.shown);
            if depends && !exact {
                moment += 1;
                continue;
            }
            total += 1;
            if exact {
                same += 1;
                continue;
            }
            differ.push(format!("  {} {}\n    want {want:?}\n    got  {got:?}", row.id, row.shown));
            let reason = REASONS.iter().find(|(loader, id, _)| *loader == dialect.as_str() && *id == row.id);
            let reason = reason.map_or("NO REASON IS GIVEN", |(.., reason)| reason);
            let name = dialect.as_str();
            writeln!(list, "- {name}, `{}` ({}): {reason}", row.id, row.shown).expect("a string");
        }
        writeln!(figures, "| {} | {total} | {same} | {moment} |", cell(dialect.as_str())).expect("a string");
        let least = if Dialect::MAIN.contains(&dialect) { 99 } else { 95 };
        if same * 100 < total * least || total < 200 || list.contains("NO REASON") {
            bad.push(format!("{dialect}: {same} of {total}\n{}", differ.join("\n")));
        }
    }
    assert!(bad.is_empty(), "{}", bad.join("\n"));
    written("figures", &figures);
    written("differ", if list.is_empty() { "None.\n" } else { &list });
}

fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}

#[test]
fn the_table_of_differences_is_written() {
    let mut out = String::new();
    for (i, dialect) in Dialect::ALL.into_iter().enumerate() {
        let row = dialect.differences();
        if i == 0 {
            let heads: Vec<&str> = row.iter().map(|(head, _)| *head).collect();
            writeln!(out, "| loader | {} |\n|---{}|", heads.join(" | "), "|---".repeat(heads.len()))
                .expect("a string");
        }
        let cells: Vec<String> = row.iter().map(|(_, text)| cell(text)).collect();
        writeln!(out, "| {} | {} |", cell(dialect.as_str()), cells.join(" | ")).expect("a string");
    }
    written("table", &out);
    let mut names = String::from("| name | understood too |\n|---|---|\n");
    for dialect in Dialect::ALL.into_iter().filter(|d| !d.aliases().is_empty()) {
        let aliases: Vec<String> = dialect.aliases().iter().map(|a| format!("`{a}`")).collect();
        writeln!(names, "| `{}` | {} |", cell(dialect.as_str()), aliases.join(", ")).expect("a string");
    }
    written("names", &names);
}

/// Compares a part of docs/loaders.md with what it must be; `UPDATE=1` writes it.
fn written(part: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/loaders.md");
    let page = fs::read_to_string(&path).expect("docs/loaders.md");
    let (begin, end) = (format!("<!-- {part} -->\n"), format!("<!-- /{part} -->\n"));
    let from = page.find(&begin).expect("the mark of the part") + begin.len();
    let to = from + page[from..].find(&end).expect("its end");
    if page[from..to] == *text {
        return;
    }
    assert!(std::env::var_os("UPDATE").is_some(), "docs/loaders.md: run `UPDATE=1 cargo test --test dotenv`");
    fs::write(&path, format!("{}{text}{}", &page[..from], &page[to..])).expect("docs/loaders.md");
}

#[test]
fn names_and_aliases_are_understood() {
    let mut seen = std::collections::BTreeSet::new();
    for dialect in Dialect::ALL {
        for name in [dialect.as_str()].iter().chain(dialect.aliases()) {
            assert_eq!(name.parse(), Ok(dialect), "{name}");
            assert!(seen.insert(*name), "{name} is the name of two");
        }
    }
    assert!("".parse::<Dialect>().is_err() && "PYTHON-DOTENV".parse::<Dialect>().is_err());
    assert!(Dialect::LIBRARIES.iter().all(|d| Dialect::MAIN.contains(d)));
}

/// Each loader reads 16 KiB of each piece within seconds and without a deep stack. How the time grows is measured by
/// `--test fuzz -- --ignored time`.
#[test]
fn hostile_files_are_read_within_seconds() {
    let many = |piece: &str| piece.repeat((1 << 14) / piece.len());
    let files = [
        many("A='"),
        many("A=\"\\\"\n"),
        many("A='\n"),
        many("A=\"x\n"),
        many("A=`\\`\n"),
        many("${"),
        format!("A={}", many("${N:-")),
        format!("A={}", many("$(")),
        format!("A={}", many("((")),
        many("("),
        many("{ "),
        many("! "),
        format!("A=\"{}", many("\"${")),
        format!("A=x\n{}", many("A=$A$A\n")),
        format!("A=x\n{}", many("A=${A}${A}\n")),
        format!("A={}", many("$H")),
        format!("A={}", many("\\$")),
        many("~"),
        format!("A={}", many("~a")),
        many("A=\r"),
        many("export "),
        many("A=1 # "),
        many("A=1\\\n"),
        many(" \n"),
        many("a\n"),
        format!("A=${{H{}}}", many("#*")),
    ];
    let environment: Variables = [("H".to_owned(), "x".repeat(50))].into();
    for dialect in Dialect::ALL {
        for file in &files {
            let start = std::time::Instant::now();
            drop(dotenv::read(file.as_bytes(), dialect, &environment));
            let took = start.elapsed().as_secs_f32();
            assert!(took < 20.0, "{dialect} took {took} s for {:?}…", &file[..file.len().min(20)]);
        }
    }
}

#[test]
fn a_comment_after_a_blank_is_no_value() {
    // parser.py of 1.2.4; up to 1.1.1 the comment was the value.
    for (text, want) in [("A=  # c\n", ""), ("A=\t#c", ""), ("A=#c\n", "#c"), ("A= x # c\n", "x")] {
        let got = dotenv::read(text.as_bytes(), Dialect::PythonDotenv, &BTreeMap::new()).expect("readable");
        assert!(got.variables.len() == 1 && got.variables[0].1.equals(want), "{text:?}");
    }
}
