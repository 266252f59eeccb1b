//! The binary before servers that stall and flood: on time, in one line, in little memory.

use super::PASSWORD;
use super::stage::{Fault, Stage};
use super::support::fake::{Fake, message};
use std::process::{Command, Output};
use std::time::{Duration, Instant};

/// Runs a preflight in a shell that may say something first; the time is the whole process's.
fn preflight(before: &str, url: &str, timeout: &str) -> (Output, Duration) {
    let empty = tempfile::tempdir().expect("a temporary directory");
    let mut command = Command::new("sh");
    command
        .args(["-c", &format!("{before} exec \"$0\" preflight --format json --timeout {timeout}")])
        .arg(env!("CARGO_BIN_EXE_pgward"))
        .current_dir(empty.path())
        .env_clear()
        .env("HOME", empty.path())
        .env("APP_ENV", "development")
        .env("DATABASE_URL", url);
    let began = Instant::now();
    let output = command.output().expect("sh runs");
    let shown =
        format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(!shown.contains(PASSWORD), "{shown}");
    (output, began.elapsed())
}

/// Class and phase of the failure.
pub(super) fn failure(output: &Output) -> (String, String) {
    let report: serde_json::Value = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|e| panic!("{e}: {}", String::from_utf8_lossy(&output.stderr)));
    let text = |name: &str| report["failure"][name].as_str().unwrap_or_default().to_owned();
    (text("class"), text("phase"))
}

fn url(port: u16) -> String {
    format!("postgresql://app:{PASSWORD}@127.0.0.1:{port}/app?sslmode=disable")
}

#[test]
fn a_stall_is_temporary_and_ends_on_time() {
    let fake = Fake::start(|line| {
        Stage::ScramProof.reach(line);
        Fault::Silent.commit(Stage::ScramProof, line);
    });
    let (output, took) = preflight("", &url(fake.port), "600ms");
    assert_eq!(failure(&output), ("deadline-exceeded".to_owned(), "authentication".to_owned()));
    assert_eq!(output.status.code(), Some(75), "waiting may mend it");
    assert!(took < Duration::from_millis(1600), "{took:?}");
    assert!(fake.all_closed());
}

/// Under a limit of the address space a stream without end is a finding, not an abort.
#[test]
fn a_flood_is_a_finding_in_little_memory() {
    let fake = Fake::start(|line| {
        Stage::Answers.reach(line);
        line.message(b'T', &[0, 0]);
        line.repeat(&message(b'D', &[0, 0]).repeat(1000), Duration::ZERO);
    });
    let (output, _) = preflight("ulimit -v 300000;", &url(fake.port), "60s");
    assert_eq!(failure(&output), ("not-postgres".to_owned(), "query".to_owned()));
    assert!(fake.all_closed());
}
