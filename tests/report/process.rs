//! The binary's own part: report files, what a terminal gets beyond others, and the pager.

use std::{
    fs::{self, OpenOptions},
    path::Path,
    process::{Command, Output, Stdio},
};

const TEXT: &str = "APP_ENV=production\nDATABASE_URL=sqlite:///app.db\n";

/// A directory with one env file in which something is wrong.
fn directory() -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join(".env"), TEXT).unwrap();
    directory
}

fn pgward(directory: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pgward"));
    command.args(arguments).current_dir(directory).env_clear().stdin(Stdio::null());
    command
}

fn told(output: &Output) -> (String, String, Option<i32>) {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    (text(&output.stdout), text(&output.stderr), output.status.code())
}

#[expect(clippy::disallowed_methods, reason = "the test reads what was written")]
fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap()
}

#[test]
fn several_reports_of_one_run() {
    let here = directory();
    let arguments =
        ["lint", "--format", "github", "--report", "sarif=a.sarif", "--report", "junit=b.xml,json=c.json"];
    let (out, err, code) = told(&pgward(here.path(), &arguments).output().unwrap());
    assert_eq!((code, err.as_str()), (Some(1), ""));
    assert!(out.starts_with("::error file=.env,line=2,"), "{out}");
    assert!(read(&here.path().join("a.sarif")).contains("sqlite-in-production"));
    assert!(read(&here.path().join("b.xml")).starts_with("<?xml "));
    let json: serde_json::Value = serde_json::from_str(&read(&here.path().join("c.json"))).unwrap();
    assert_eq!(json["findings"][0]["line"], 2);
}

#[test]
fn what_cannot_be_written_is_said_before_the_work() {
    let here = directory();
    fs::create_dir(here.path().join("dir")).unwrap();
    for (report, why) in [
        (
            "json=no/such/x.json",
            "cannot write the json file of --report, below the working directory: its directory is not there",
        ),
        ("json=dir/such/x.json", "json file of --report, below `dir`: its directory is not there"),
        ("sarif=dir", "sarif file of --report, `dir`: it is a directory"),
        ("text=.env/x", "text file of --report, below `.env`: what it should lie in is no directory"),
        ("json=postgres://a:hunter2@b/c/d", "below the working directory: its directory is not there"),
        ("json=x,sarif=x", "--report: json and sarif cannot go to one file"),
    ] {
        for command in ["lint", "check", "preflight"] {
            let (out, err, code) =
                told(&pgward(here.path(), &[command, "--report", report]).output().unwrap());
            assert_eq!((code, out.as_str()), (Some(2), ""), "{report}: {err}");
            assert!(err.contains(why) && err.lines().count() == 1 && !err.contains("hunter2"), "{err}");
        }
    }
    assert!(!here.path().join("x").exists());
    // A run that comes to nothing leaves the file as it was, and makes none.
    let old = here.path().join("old.json");
    fs::write(&old, "old").unwrap();
    let arguments = ["lint", "nowhere", "--report", "json=old.json,sarif=new.sarif"];
    let (_, _, code) = told(&pgward(here.path(), &arguments).output().unwrap());
    assert_eq!((code, read(&old).as_str()), (Some(2), "old"));
    assert!(!here.path().join("new.sarif").exists());
}

#[cfg(unix)]
#[test]
fn streams_are_not_begun_anew() {
    for report in ["gitlab=-", "gitlab=/dev/stdout", "gitlab=out"] {
        let here = directory();
        let path = here.path().join("out");
        fs::write(&path, "before\n").unwrap();
        let file = OpenOptions::new().append(true).open(&path).unwrap();
        let mut command = pgward(here.path(), &["lint", "--report", report]);
        assert_eq!(command.stdout(file).status().unwrap().code(), Some(1));
        let text = read(&path);
        assert!(
            text.starts_with("before\nerror[sqlite-in-production]") && text.ends_with("]\n"),
            "{report}: {text}"
        );
    }
    let here = directory();
    let path = here.path().join("err");
    fs::write(&path, "before\n").unwrap();
    let file = OpenOptions::new().append(true).open(&path).unwrap();
    let mut command = pgward(here.path(), &["lint", "--report", "concise=/dev/stderr"]);
    assert_eq!(command.stderr(file).stdout(Stdio::null()).status().unwrap().code(), Some(1));
    assert!(read(&path).starts_with("before\n.env:2:14: error[sqlite-in-production]"));
}

#[test]
fn documents_are_written_when_there_is_nothing_to_say() {
    let here = tempfile::tempdir().unwrap();
    for (format, begins) in [
        ("sarif", "{"),
        ("gitlab", "[]"),
        ("junit", "<?xml"),
        ("checkstyle", "<?xml"),
        ("rdjson", "{"),
        ("json", "{"),
        ("github", ""),
        ("text", ""),
    ] {
        let (out, _, code) =
            told(&pgward(here.path(), &["lint", "-q", "--format", format]).output().unwrap());
        assert_eq!(code, Some(0));
        assert!(out.starts_with(begins) && out.is_empty() == begins.is_empty(), "{format}: {out}");
    }
}

#[test]
fn statistics_are_for_who_asks() {
    let here = directory();
    let (out, _, _) = told(&pgward(here.path(), &["lint", "--statistics"]).output().unwrap());
    let last: Vec<&str> = out.lines().rev().take(3).collect();
    assert_eq!(last[1..], ["", "1  error  sqlite-in-production"]);
    assert!(last[0].starts_with("pgward: 1 error"), "{out}");
    let json = ["lint", "--format", "json"];
    let (out, _, _) = told(&pgward(here.path(), &json).output().unwrap());
    assert!(out.contains("\"statistics\": null"));
    let (out, _, _) = told(&pgward(here.path(), &json).env("PGWARD_STATISTICS", "1").output().unwrap());
    assert!(out.contains("\"fixable\": 0"));
}

/// With a terminal on all three streams; what it is given.
#[cfg(target_os = "linux")]
fn on_terminal(directory: &Path, arguments: &str, variables: &[(&str, &str)]) -> String {
    let line = format!("{} {arguments}", env!("CARGO_BIN_EXE_pgward"));
    let output = Command::new("script")
        .args(["-qec", &line, "/dev/null"])
        .current_dir(directory)
        .env_clear()
        .env("PATH", "/usr/bin:/bin")
        .env("TERM", "xterm-256color")
        .envs(variables.iter().copied())
        .stdin(Stdio::null())
        .output()
        .expect("script of util-linux");
    String::from_utf8(output.stdout).unwrap().replace("\r\n", "\n")
}

#[cfg(target_os = "linux")]
#[test]
fn links_are_for_terminals_alone() {
    let here = directory();
    let link = "\u{1b}]8;;https://docs.rs/crate/pgward/";
    assert!(on_terminal(here.path(), "lint", &[]).contains(link));
    for variables in [[("TERM", "dumb")], [("TERM", "linux")], [("NO_COLOR", "1")]] {
        let out = on_terminal(here.path(), "lint", &variables);
        assert!(out.contains("sqlite-in-production") && !out.contains("\u{1b}]"), "{variables:?} {out:?}");
    }
    let out = on_terminal(here.path(), "lint --report text=file", &[]);
    assert!(out.contains(link) && !read(&here.path().join("file")).contains('\u{1b}'));
    let (out, ..) = told(&pgward(here.path(), &["lint", "--color", "always"]).output().unwrap());
    assert!(out.contains("\u{1b}[") && !out.contains("\u{1b}]"), "{out:?}");
}

#[cfg(target_os = "linux")]
#[test]
fn a_page_is_paged_on_a_terminal() {
    let here = directory();
    let explain = |pager: &str| on_terminal(here.path(), "explain sqlite-in-production", &[("PAGER", pager)]);
    let paged = explain("sed 's/^/paged: /'");
    assert!(paged.starts_with("paged: # sqlite-in-production\npaged: \n"), "{paged:?}");
    for plain in ["", "cat"] {
        assert!(explain(plain).starts_with("# sqlite-in-production\n\nsince"), "{plain:?}");
    }
    // The shell says that there is no such program, and the page comes all the same.
    assert!(explain("no-such-pager-here").contains("\n# sqlite-in-production\n\nsince"));
    let mut command = pgward(here.path(), &["explain", "sqlite-in-production"]);
    let (out, ..) = told(&command.env("PAGER", "false").output().unwrap());
    assert!(out.starts_with("# sqlite-in-production\n"));
}

#[cfg(target_os = "linux")]
#[test]
fn many_files_are_told_of_on_a_terminal_alone() {
    let here = tempfile::tempdir().unwrap();
    for i in 0..600 {
        fs::write(here.path().join(format!("{i}.env")), "LOG_LEVEL=info\n").unwrap();
    }
    let out = on_terminal(here.path(), "lint", &[]);
    assert!(out.contains("judging 600 files"), "{out:?}");
    assert!(!on_terminal(here.path(), "lint -q", &[]).contains("judging"));
    let (out, err, _) = told(&pgward(here.path(), &["lint"]).env("TERM", "xterm").output().unwrap());
    assert!(!out.contains("judging") && err.is_empty(), "{err}");
}
