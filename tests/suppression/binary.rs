//! The binary: exit code, the line at the end, JSON, and what `check` makes of comments.

use super::SQLITE;
use std::{
    fs,
    path::Path,
    process::{Command, Output, Stdio},
};

fn pgward(directory: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pgward"));
    command.env_clear().current_dir(directory).args(arguments).stdin(Stdio::null());
    command.output().expect("the binary runs")
}

fn project(text: &str) -> tempfile::TempDir {
    let dir = tempfile::tempdir().expect("a directory");
    fs::write(dir.path().join(".env.production"), text).expect("written");
    dir
}

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&[&output.stdout[..], &output.stderr[..]].concat()).into_owned()
}

#[test]
fn a_silenced_error_is_counted_and_does_not_fail() {
    let dir = project(&format!("# pgward: allow[sqlite-in-production] hunter2\n{SQLITE}"));
    let output = pgward(dir.path(), &["lint"]);
    assert_eq!(
        (output.status.code(), text(&output).as_str()),
        (Some(0), "pgward: no findings in 1 file; 1 suppressed\n")
    );
    let all = pgward(dir.path(), &["lint", "--no-ignores"]);
    assert_eq!(all.status.code(), Some(1));
    assert!(text(&all).contains("error[sqlite-in-production]") && !text(&all).contains("suppressed"));
    let twin = Command::new(env!("CARGO_BIN_EXE_pgward"))
        .env_clear()
        .env("PGWARD_NO_IGNORES", "1")
        .current_dir(dir.path())
        .arg("lint")
        .output()
        .expect("the binary runs");
    assert_eq!(twin.status.code(), Some(1));
    let concise = text(&pgward(dir.path(), &["lint", "--format", "concise"]));
    assert_eq!(concise, "pgward: no findings in 1 file; 1 suppressed\n");
}

#[test]
fn json_marks_it() {
    let dir = project(&format!("# pgward: allow[sqlite-in-production] hunter2\n{SQLITE}"));
    let output = pgward(dir.path(), &["lint", "--format", "json"]);
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let finding = &json["findings"][0];
    assert_eq!(finding["rule"], "sqlite-in-production");
    assert_eq!(finding["suppressed"]["kind"], "inSource");
    assert_eq!(finding["suppressed"]["justification"], "a comment in line 1 allows it");
    assert!(finding["baseline"].is_null() && !text(&output).contains("hunter2"));
    let read: pgward::Report = serde_json::from_slice(&output.stdout).expect("a report");
    assert!(read.worst().is_none() && read.findings.len() == 1);
}

#[test]
fn the_day_is_that_of_the_machine() {
    let dir = project(&format!("# pgward: allow[sqlite-in-production] until=2001-01-01\n{SQLITE}"));
    let output = pgward(dir.path(), &["lint"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        text(&output).contains("a comment silenced `sqlite-in-production` until 2001-01-01"),
        "{}",
        text(&output)
    );
}

#[test]
fn files_named_one_by_one_are_not_the_whole() {
    let dir = project(
        "# pgward: allow[tls-weak] once\nDATABASE_URL=postgresql://app@db.example.com/app?sslmode=verify-full\n",
    );
    assert!(text(&pgward(dir.path(), &["lint"])).contains("suppression-unused"));
    assert!(!text(&pgward(dir.path(), &["lint", ".env.production"])).contains("suppression-unused"));
}

#[test]
fn what_starts_a_service_reads_no_comments() {
    let dir = project(&format!("# pgward: allow[sqlite-in-production] until=2001-01-01 a kiosk\n{SQLITE}"));
    let dated = pgward(dir.path(), &["check", "--env-file", ".env.production"]);
    fs::write(
        dir.path().join(".env.production"),
        format!("# pgward: allow[sqlite-in-production] a kiosk, one user alone\n{SQLITE}"),
    )
    .expect("written");
    let always = pgward(dir.path(), &["check", "--env-file", ".env.production"]);
    assert_eq!(dated.status.code(), Some(1));
    assert_eq!(text(&dated), text(&always), "neither a comment nor the day counts");
    assert!(text(&dated).contains("sqlite-in-production") && !text(&dated).contains("suppression"));
}
