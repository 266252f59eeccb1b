//! Files of a gigabyte, and much of one thing.

use super::{Tree, URL, many};

pub(crate) const NAMES: &[&str] = &[
    ".env",
    "compose.yml",
    "settings.py",
    "init.sql",
    "app.ts",
    "run.sh",
    "Dockerfile",
    "a.toml",
    "a.json",
    "a.ini",
];

#[test]
fn a_gigabyte_of_each_kind() {
    let tree = Tree::of(&[("z.env", b"A=1\n")]);
    for name in NAMES {
        tree.sparse(name, "DATABASE_URL=1\n", 1 << 30);
    }
    for run in tree.in_every_format(&[]) {
        run.says(&["4 MiB"]);
    }
    for name in NAMES {
        tree.lint(&[name, "--format", "concise"]).harmless();
    }
}

#[test]
fn many_keys_and_documents() {
    let keys = many(0..20_000, |i| format!("KEY_{i}=value{i}\n"));
    let documents = "---\ndatabase: 1\n".repeat(50_000);
    let objects =
        "---\napiVersion: v1\nkind: Secret\nmetadata: {name: a}\nstringData: {A: b}\n".repeat(5_000);
    let services = many(0..5_000, |i| format!("  s{i}: {{image: postgres}}\n"));
    let variables = many(0..20_000, |i| format!("      K{i}: ${{K{i}:-x}}\n"));
    for (name, text) in [
        (".env", keys.clone()),
        ("compose.yml", format!("services:\n{services}")),
        (
            "docker-compose.yml",
            format!("services:\n  db:\n    image: postgres\n    environment:\n{variables}"),
        ),
        ("a.yml", documents),
        ("k.yml", objects),
        ("run.sh", format!("psql\n{keys}")),
        ("Dockerfile", format!("FROM postgres\n{}", keys.replace("KEY_", "ENV KEY_"))),
        ("settings.py", format!("DATABASES = {{}}\n{keys}")),
        ("a.toml", format!("database = 1\n{}", keys.replace("=value", "=1"))),
    ] {
        Tree::of(&[(name, text.as_bytes())]).lint(&["--format", "concise"]).harmless();
    }
}

#[test]
fn lines_of_megabytes() {
    let long = "a".repeat(3_000_000);
    for (name, text) in [
        (".env", format!("DATABASE_URL={long}\n")),
        ("a.yml", format!("database: {{url: \"{long}\"}}\n")),
        ("compose.yml", format!("services: {{db: {{image: postgres, environment: [\"A={long}\"]}}}}\n")),
        ("settings.py", format!("DATABASE_URL = '{long}'\n")),
        ("a.ts", format!("const DATABASE_URL = process.env.DATABASE_URL || `{long}`\n")),
        ("run.sh", format!("psql \"{long}\"\n")),
        ("a.toml", format!("database = \"{long}\"\n")),
        ("a.sql", format!("CREATE DATABASE {long};\n")),
        ("Dockerfile", format!("FROM postgres\nENV A={long}\n")),
    ] {
        Tree::of(&[(name, text.as_bytes())]).lint(&[]).harmless();
    }
    // What is larger than what is read is one line too.
    let text = format!("database: {{url: \"{}\"}}\n", "a".repeat(10_000_000));
    Tree::of(&[("a.yml", text.as_bytes())]).lint(&[]).harmless();
}

#[test]
fn many_findings_on_one_line() {
    let pairs: Vec<String> = (0..1_500).map(|i| format!("\"A{i}_DATABASE_URL\": \"{URL}\"")).collect();
    let text = format!("{{{}}}\n", pairs.join(", "));
    for name in ["a.yml", "a.json"] {
        let tree = Tree::of(&[(name, text.as_bytes())]);
        tree.lint(&["--format", "concise", "-v"]).harmless();
    }
}

#[test]
fn many_groups_around_commands() {
    // Marking each command once for each group would take a minute.
    let many = 400_000;
    for (open, close) in [("(", ")|"), ("{ ", "\n} |"), ("(", ")>")] {
        let text = ["#!/bin/sh\n", &open.repeat(many), &"psql;".repeat(19_000), &close.repeat(many)].concat();
        Tree::of(&[("a.sh", text.as_bytes())]).lint(&["--format", "concise"]).harmless();
    }
}

#[test]
fn many_words_behind_a_value() {
    let words = many(0..100_000, |i| format!(" {i}-"));
    for text in [format!("DATABASE_URL={URL}{words}\n"), format!("A=1{words}\nDATABASE_URL={URL}\n")] {
        let tree = Tree::of(&[(".env", text.as_bytes())]);
        tree.lint(&["--loader", "xargs", "--format", "concise", "-v"]).harmless();
    }
}
