//! What is not about the connection is a rule's to say: extensions, a schema, a standby. Asked with the binary.

use super::CANARY;
use super::servers::WORLD;
use std::process::Command;

/// The rules that fired, and the exit code.
fn preflight(url: &str, arguments: &[&str]) -> (Vec<String>, Option<i32>) {
    let ran = Command::new(env!("CARGO_BIN_EXE_pgward"))
        .args(["preflight", "--format", "json", "--no-pg-env", "--environment", "development"])
        .args(arguments)
        .env_clear()
        .envs([("DATABASE_URL", url), ("HOME", "/nonexistent")])
        .output()
        .expect("pgward runs");
    let shown = String::from_utf8_lossy(&ran.stdout).into_owned() + &String::from_utf8_lossy(&ran.stderr);
    assert!(!shown.contains(CANARY), "{shown}");
    let json: serde_json::Value =
        serde_json::from_slice(&ran.stdout).unwrap_or_else(|error| panic!("{error}: {shown}"));
    let found = json["findings"].as_array().expect("findings").iter();
    (found.filter_map(|f| Some(f["rule"].as_str()?.to_owned())).collect(), ran.status.code())
}

#[test]
fn extensions_are_judged_by_rules() {
    let w = &*WORLD;
    let (owner, other) = (w.url("app", "app"), w.url("other", "app"));
    for (name, url, extension, rule) in [
        ("ext-not-available(vector)", &owner, "vector", "extension-unavailable"),
        ("ext-untrusted-by-db-owner", &owner, "file_fdw", "extension-not-permitted"),
        ("ext-trusted-without-create", &other, "pg_trgm", "extension-not-permitted"),
        ("ext-trusted-by-db-owner, before it is installed", &owner, "hstore", "extension-missing"),
    ] {
        let (rules, _) = preflight(url, &["--require-extension", extension]);
        assert!(rules.iter().any(|r| r == rule), "{name}: {rules:?}");
    }
}

/// Recorded scenarios of statements that pgward does not send: it asks, it installs by a name that it checks, and
/// it makes no table. Each with the reason.
const NOT_SENT: &[(&str, &str)] = &[
    ("ext-bad-name-path", "a name with a slash is no extension's and is not sent"),
    ("ext-requires(cascade missing)", "no failure to start: the extension is reported as missing"),
    ("ext-stat_statements-not-preloaded", "seen only when a view is read, which pgward does not"),
    ("ext-in-other-schema,not-on-search_path", "a cast of the service's own"),
    ("hot-standby,create-extension", "nothing is installed on a standby"),
    ("hot-standby,create-table", "a statement of the service's own"),
    ("ext-on-readonly-session", "nothing is installed where nothing may be written"),
    ("schema-public-create-denied(PG15)", "a statement of the service's own; schema-create-denied asks"),
    ("search_path-missing-schema", "a statement of the service's own"),
];

#[test]
fn what_is_not_sent_is_listed() {
    let corpus = include_str!("../corpora/bootfail.public.jsonl");
    for (name, reason) in NOT_SENT {
        let row = corpus.lines().find(|line| line.contains(&format!("\"scenario\": \"{name}\"")));
        let row: serde_json::Value = serde_json::from_str(row.expect(name)).expect("a row");
        assert_ne!(row["sql"], "SELECT 1", "{name}: {reason}");
    }
}
