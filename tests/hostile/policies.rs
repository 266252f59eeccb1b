//! Policies and baselines that are none.

use super::{SECRET, Tree, many};
use std::fs;

const ENV: &[u8] = b"APP_ENV=production\nDATABASE_URL=postgresql://a@db.example.com/a?sslmode=disable\n";

fn tree() -> Tree {
    Tree::of(&[(".env", ENV)])
}

const POLICIES: &[&str] = &["pgward.toml", "pyproject.toml", "Cargo.toml"];

/// A text in each file that may hold a policy: the run ends as it should, with a policy that cannot be read with 2.
fn each(policy: &str) {
    for name in POLICIES {
        let lead = match *name {
            "pgward.toml" => "",
            "pyproject.toml" => "[tool.pgward]\n",
            _ => "[package.metadata.pgward]\n",
        };
        let tree = tree();
        tree.write(name, format!("{lead}{policy}"));
        let run = tree.lint(&["--format", "concise"]).harmless();
        assert!(matches!(run.code, Some(1 | 2)), "{name}: {}", run.all());
    }
}

#[test]
fn texts() {
    let lines = many(0..20_000, |i| format!("[rules.a{i}]\nlevel = \"warn\"\n"));
    let globs = format!("exclude = [{}]\n", "\"**/a*b*c*d*e*f*\", ".repeat(5_000));
    for policy in [
        "[".repeat(100_000),
        format!("a = {}", "[".repeat(100_000)),
        format!("a = {}{}", "{a=".repeat(50_000), "}".repeat(50_000)),
        "a.".repeat(100_000) + "a = 1",
        format!("[{}a]\n", "a.".repeat(100_000)),
        lines,
        globs,
        format!("exclude = [\"{}\"]\n", "*".repeat(50_000)),
        format!("exclude = [\"{}\"]\n", "a/**/".repeat(20_000)),
        format!("exclude = [\"{}\"]\n", "{a,".repeat(20_000)),
        format!("exclude = [\"{}\"]\n", "[a-".repeat(20_000)),
        format!("reason = \"{}\"\n", "a".repeat(3_000_000)),
        "\u{1b}[2J = \"\u{1b}]0;a\u{7}\"\n".to_owned(),
        "\"\\u001b[2J\" = 1\n".to_owned(),
        "exclude = [\"\\u001b[2J\\u202e\"]\n".to_owned(),
        "[rules]\n\"\\u001b[2J::error::\" = \"warn\"\n".to_owned(),
        "[rules]\ntls-weak = \"\\u001b[2J\"\n".to_owned(),
        format!("[rules]\n\"{SECRET}\" = \"warn\"\n"),
        format!("{SECRET} = \"{SECRET}\"\n"),
        "[[rule]]\n".repeat(20_000),
        "a = 1\na = 2\n".to_owned(),
    ] {
        each(&policy);
    }
}

#[test]
fn rules_that_there_are_not_are_harmless_in_every_format() {
    let tree = tree();
    tree.write("pgward.toml", "[rules]\n\"\\u001b[2J::error::\\u202e\" = \"warn\"\n");
    tree.in_every_format(&[]);
    tree.write("pgward.toml", "\"\\u001b]0;a\\u0007\\n::error::x\" = 1\n");
    tree.in_every_format(&[]);
}

#[test]
fn bytes_that_are_no_text() {
    for name in POLICIES {
        for bytes in
            [&b"\xff\xfepgward"[..], b"[tool.pgward]\0", b"pgward\x9b2J = 1", b"pgward = \"\xed\xa0\x80\""]
        {
            let tree = tree();
            tree.write(name, bytes);
            tree.in_every_format(&[]);
        }
    }
}

#[test]
fn entries_that_are_no_files() {
    for name in POLICIES {
        let tree = tree();
        tree.link(name, name);
        tree.lint(&[]).harmless();
        let tree = self::tree();
        fs::create_dir(tree.path(name)).expect("a directory");
        tree.lint(&[]).harmless();
        let tree = self::tree();
        tree.link("/dev/zero", name);
        tree.lint(&[]).harmless();
        let tree = self::tree();
        tree.link("/proc/self/mem", name);
        tree.lint(&[]).harmless();
        let tree = self::tree();
        tree.sparse(name, "[tool.pgward]\n", 1 << 30);
        tree.lint(&[]).harmless();
    }
    // What is the policy by its name cannot be passed over.
    let tree = tree();
    tree.link("pgward.toml", "pgward.toml");
    tree.lint(&[]).harmless().ends_with(2).says(&["pgward.toml"]);
}

#[test]
fn a_pipe_is_not_waited_for_where_nobody_named_it() {
    let tree = tree();
    tree.pipe("pgward.toml");
    let run = tree.lint(&[]).harmless().ends_with(2).says(&["pgward.toml"]);
    assert!(run.took.as_secs() < 8, "{:?}", run.took);
    let tree = self::tree();
    POLICIES[1..].iter().for_each(|name| tree.pipe(name));
    let run = tree.lint(&[]).harmless().ends_with(1);
    assert!(run.took.as_secs() < 8, "{:?}", run.took);
}

#[test]
fn baselines() {
    let deep = "[".repeat(100_000);
    let lines =
        many(0..20_000, |i| format!("{{\"rule\": \"a{i}\", \"path\": \".env\", \"fingerprint\": \"{i}\"}},"));
    for text in [
        deep.as_bytes(),
        &[b"{\"schema\":\"pgward-baseline/1\",\"findings\":", deep.as_bytes()].concat(),
        lines.as_bytes(),
        b"\xff\xfe",
        b"{\"schema\": \"\x1b[2J\"}",
        b"{\"\\u001b[2J\": \"\\u001b]0;a\\u0007\"}",
        SECRET.as_bytes(),
        b"",
    ] {
        let tree = tree();
        tree.write("baseline.json", text);
        for run in tree.in_every_format(&["--baseline", "baseline.json"]) {
            run.ends_with(2).says(&["baseline.json"]);
        }
    }
    let tree = tree();
    tree.link("baseline.json", "baseline.json");
    tree.lint(&["--baseline", "baseline.json"]).harmless().ends_with(2);
    tree.sparse("large.json", "{", 1 << 30);
    tree.lint(&["--baseline", "large.json"]).harmless().ends_with(2);
}

#[test]
fn what_a_baseline_holds_is_harmless() {
    let tree = tree();
    tree.lint(&["--write-baseline", "baseline.json"]).harmless();
    let written = fs::read_to_string(tree.path("baseline.json")).expect("a baseline");
    for nasty in ["\\u001b[2J", "\\u202e\\u009b2J", "\\n::error::x", "|`<b>"] {
        tree.write("baseline.json", written.replace(".env", nasty).replace("tls-", nasty));
        tree.in_every_format(&["-v", "--baseline", "baseline.json"]);
    }
}
