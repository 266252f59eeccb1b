//! The baseline: what is known does not fail, what is new does, what is cured is said; wherever pgward is started and
//! however lines move. The file holds no value and is never written over something else.

#![cfg(feature = "cli")]
#![expect(clippy::disallowed_methods, reason = "the test runs the binary and reads what it wrote")]

use pgward::unstable::baseline::{Baseline, SCHEMA, Unfit};
use serde_json::Value;
use std::{
    fs,
    path::Path,
    process::{Command, Output, Stdio},
};

const SECRET: &str = "k3Vq9mT2xLpW";
const FILE: &str = "pgward-baseline.json";

fn pgward(directory: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pgward"));
    command.env_clear().current_dir(directory).arg("lint").args(arguments).stdin(Stdio::null());
    command.output().expect("the binary runs")
}

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&[&output.stdout[..], &output.stderr[..]].concat()).into_owned()
}

fn json(directory: &Path, arguments: &[&str]) -> Value {
    let output = pgward(directory, &[arguments, &["--format", "json"]].concat());
    serde_json::from_slice(&output.stdout).unwrap_or_else(|e| panic!("{e}: {}", text(&output)))
}

/// Two services with findings of their own.
fn project() -> tempfile::TempDir {
    let dir = tempfile::tempdir().expect("a directory");
    fs::create_dir_all(dir.path().join("api")).expect("made");
    fs::create_dir_all(dir.path().join("web/deploy")).expect("made");
    let url = format!("DATABASE_URL=postgresql://app:{SECRET}@db.example.com/app?sslmode=disable\n");
    fs::write(dir.path().join("api/.env.production"), &url).expect("written");
    fs::write(dir.path().join("web/deploy/.env.production"), "DATABASE_URL=sqlite:///app.db\n")
        .expect("written");
    dir
}

fn held(directory: &Path) -> Value {
    let text = fs::read(directory.join(FILE)).expect("a baseline");
    serde_json::from_slice(&text).expect("JSON")
}

#[test]
fn what_is_known_does_not_fail_and_what_is_new_does() {
    let dir = project();
    assert_eq!(pgward(dir.path(), &[]).status.code(), Some(1));
    let written = pgward(dir.path(), &["--write-baseline"]);
    assert_eq!(written.status.code(), Some(0), "{}", text(&written));
    let n = held(dir.path())["findings"].as_array().expect("a list").len();
    assert!(
        n >= 2 && text(&written).contains(&format!("the baseline `{FILE}` holds {n} findings")),
        "{}",
        text(&written)
    );
    let again = pgward(dir.path(), &["--baseline", FILE]);
    assert_eq!(
        (again.status.code(), text(&again)),
        (Some(0), format!("pgward: no findings in 2 files; {n} in the baseline, 1 skipped\n"))
    );
    let known = json(dir.path(), &["--baseline", FILE]);
    assert_eq!(known["baseline"]["unchanged"], n);
    let findings = known["findings"].as_array().expect("a list");
    assert!(findings.len() == n && findings.iter().all(|f| f["baseline"] == "unchanged"));
    // Lines move, and something new comes.
    let path = dir.path().join("web/deploy/.env.production");
    fs::write(&path, "# moved\n\nDEBUG=false\nDATABASE_URL=sqlite:///other.db\nSECRET_DB=1\n")
        .expect("written");
    assert_eq!(pgward(dir.path(), &["--baseline", FILE]).status.code(), Some(0));
    fs::write(dir.path().join("b.env"), "APP_ENV=production\nDATABASE_URL=sqlite:///app.db\n")
        .expect("written");
    let output = pgward(dir.path(), &["--baseline", FILE]);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output).contains("b.env:2:14") && !text(&output).contains("deploy"), "{}", text(&output));
    let new = json(dir.path(), &["--baseline", FILE]);
    let states: Vec<_> = new["findings"].as_array().expect("a list").iter().map(|f| &f["baseline"]).collect();
    assert!(states.contains(&&Value::from("new")) && states.contains(&&Value::from("unchanged")));
    let all = pgward(dir.path(), &["--baseline", FILE, "--no-ignores"]);
    assert!(
        all.status.code() == Some(1)
            && text(&all).contains("deploy")
            && !text(&all).contains("in the baseline")
    );
}

#[test]
fn the_file_is_sorted_and_holds_no_value() {
    let dir = project();
    pgward(dir.path(), &["--write-baseline"]);
    let written = fs::read_to_string(dir.path().join(FILE)).expect("it");
    assert!(
        !written.contains(SECRET) && !written.contains("app.db") && !written.contains("example.com"),
        "{written}"
    );
    assert!(
        written.starts_with(&format!(
            "{{\n  \"schema\": \"{SCHEMA}\",\n  \"findings\": [\n    {{\"path\": \"api/"
        )),
        "{written}"
    );
    let lines: Vec<&str> = written.lines().filter(|l| l.contains("fingerprint")).collect();
    assert!(
        lines.is_sorted() && lines.len() == held(dir.path())["findings"].as_array().expect("a list").len()
    );
    // Another password and host are the same finding: nothing of them is in it.
    let path = dir.path().join("api/.env.production");
    let other = fs::read_to_string(&path)
        .expect("it")
        .replace(SECRET, "Zz8LqQ1rVb4N")
        .replace("db.example", "pg.example");
    fs::write(&path, other).expect("written");
    pgward(dir.path(), &["--write-baseline"]);
    assert_eq!(fs::read_to_string(dir.path().join(FILE)).expect("it"), written);
}

#[test]
fn the_directory_that_pgward_is_started_in_does_not_count() {
    let dir = project();
    pgward(dir.path(), &["--write-baseline"]);
    for (from, paths, file) in [
        ("", &["."][..], "pgward-baseline.json"),
        ("", &["api", "./web/"], "./pgward-baseline.json"),
        ("api", &[".."], "../pgward-baseline.json"),
        ("api", &[".", "../web/deploy/.env.production"], "../api/../pgward-baseline.json"),
        ("web/deploy", &["../.."], "../../pgward-baseline.json"),
        ("web/deploy", &["."], "../../pgward-baseline.json"),
    ] {
        let arguments = [&["--baseline", file], paths].concat();
        let output = pgward(&dir.path().join(from), &arguments);
        assert_eq!(output.status.code(), Some(0), "{from}: {}", text(&output));
        assert!(!text(&output).contains("cured"), "{}", text(&output));
    }
    let root = dir.path().to_str().expect("UTF-8");
    let file = format!("{root}/{FILE}");
    let elsewhere = tempfile::tempdir().expect("a directory");
    assert_eq!(pgward(elsewhere.path(), &["--baseline", &file, root]).status.code(), Some(0));
    // Written from elsewhere it is the same.
    let before = fs::read(&file).expect("it");
    pgward(&dir.path().join("api"), &["--write-baseline", "../pgward-baseline.json", ".."]);
    assert_eq!(fs::read(&file).expect("it"), before);
}

#[test]
fn what_is_cured_is_said_and_dropped_when_asked() {
    let dir = project();
    pgward(dir.path(), &["--write-baseline"]);
    let n = held(dir.path())["findings"].as_array().expect("a list").len();
    fs::remove_file(dir.path().join("web/deploy/.env.production")).expect("removed");
    let output = pgward(dir.path(), &["--baseline", FILE]);
    assert_eq!(output.status.code(), Some(0));
    assert!(
        text(&output).contains("1 finding is cured that the baseline holds; --write-baseline drops them"),
        "{}",
        text(&output)
    );
    let report = json(dir.path(), &["--baseline", FILE]);
    let cured = &report["baseline"]["cured"];
    assert_eq!(cured.as_array().map(Vec::len), Some(1));
    assert_eq!(
        (&cured[0]["path"], &cured[0]["rule"]),
        (&"web/deploy/.env.production".into(), &"sqlite-in-production".into())
    );
    // Who looks at one directory says nothing of the others, and drops nothing of them.
    assert!(!text(&pgward(dir.path(), &["--baseline", FILE, "api"])).contains("cured"));
    pgward(dir.path(), &["--write-baseline", FILE, "api"]);
    assert_eq!(held(dir.path())["findings"].as_array().map(Vec::len), Some(n));
    let dropped = json(dir.path(), &["--write-baseline", FILE]);
    assert_eq!(
        (&dropped["baseline"]["written"], dropped["baseline"]["cured"].as_array().map(Vec::len)),
        (&true.into(), Some(1))
    );
    assert_eq!(held(dir.path())["findings"].as_array().map(Vec::len), Some(n - 1));
}

#[test]
fn a_comment_comes_before_it_and_some_findings_are_in_none() {
    let dir = project();
    let url = "postgresql://app@db.example.com/app?sslmode=verify-full";
    let path = dir.path().join("web/deploy/.env.production");
    fs::write(&path, "# pgward: allow[sqlite-in-production] a kiosk\nDATABASE_URL=sqlite:///app.db\n")
        .expect("written");
    fs::write(
        dir.path().join("api/.env.production"),
        format!("DATABASE_URL={url}\nTEST_DATABASE_URL={url}\n"),
    )
    .expect("written");
    let output = pgward(dir.path(), &["--write-baseline"]);
    assert_eq!(output.status.code(), Some(1), "tests that write to the real database are never known");
    assert!(
        text(&output).contains("test-equals-primary") && text(&output).contains("1 suppressed"),
        "{}",
        text(&output)
    );
    let held = held(dir.path()).to_string();
    assert!(!held.contains("test-equals-primary") && !held.contains("sqlite"), "{held}");
}

#[test]
fn the_policy_names_it_from_where_the_policy_stands() {
    let dir = project();
    fs::create_dir(dir.path().join("ci")).expect("made");
    fs::write(dir.path().join("pgward.toml"), "baseline = \"ci/known.json\"\n").expect("written");
    let output = pgward(dir.path(), &[]);
    assert_eq!(
        (output.status.code(), text(&output).as_str()),
        (Some(2), "pgward: there is no file `ci/known.json`\n")
    );
    let written = pgward(dir.path(), &["--write-baseline"]);
    assert!(text(&written).contains("the baseline `ci/known.json` holds"), "{}", text(&written));
    for (from, path) in [("", "."), ("api", "."), ("web/deploy", "../.."), ("ci", "../web")] {
        let output = pgward(&dir.path().join(from), &[path]);
        assert_eq!(output.status.code(), Some(0), "{from}: {}", text(&output));
        assert!(text(&output).contains("in the baseline"), "{from}: {}", text(&output));
    }
    // A manifest's table says the same, and a policy that is named counts from its own directory.
    let policy = fs::read_to_string(dir.path().join("pgward.toml")).expect("it");
    fs::rename(dir.path().join("pgward.toml"), dir.path().join("ci/policy.toml")).expect("moved");
    fs::write(dir.path().join("pyproject.toml"), format!("[tool.pgward]\n{policy}")).expect("written");
    assert_eq!(pgward(dir.path(), &[]).status.code(), Some(0));
    fs::write(dir.path().join("ci/policy.toml"), "baseline = \"known.json\"\n").expect("written");
    assert_eq!(pgward(dir.path(), &["--config", "ci/policy.toml"]).status.code(), Some(0));
    // A flag comes before it, and who wants to see everything sees it.
    fs::write(dir.path().join("none.json"), Baseline::default().text()).expect("written");
    assert_eq!(pgward(dir.path(), &["--baseline", "none.json"]).status.code(), Some(1));
    assert_eq!(pgward(dir.path(), &["--no-ignores"]).status.code(), Some(1));
}

#[test]
fn only_a_baseline_is_written_over() {
    let dir = project();
    let path = dir.path().join("package.json");
    for (before, says) in [
        ("{\"name\": \"app\"}\n", "is no baseline of pgward"),
        ("", "is no baseline of pgward"),
        ("[]", "is no baseline of pgward"),
        ("{\"schema\": \"pgward/1\", \"findings\": []}", "is no baseline of pgward"),
        ("{\"schema\": \"pgward-baseline/1\"}", "is no baseline of pgward"),
        ("{\"schema\": \"pgward-baseline/2\", \"findings\": {}}", "is a baseline of a newer pgward"),
    ] {
        fs::write(&path, before).expect("written");
        let output = pgward(dir.path(), &["--write-baseline", "package.json"]);
        assert_eq!(output.status.code(), Some(2), "{before}");
        assert_eq!(text(&output), format!("pgward: `package.json` {says}; it was not overwritten\n"));
        assert_eq!(fs::read_to_string(&path).expect("it"), before);
        let output = pgward(dir.path(), &["--baseline", "package.json"]);
        assert_eq!(
            (output.status.code(), text(&output)),
            (Some(2), format!("pgward: `package.json` {says}\n"))
        );
    }
    for (arguments, says) in [
        (&["--write-baseline", "."][..], "`.` is a directory, not a file"),
        (&["--baseline", "none.json"], "there is no file `none.json`"),
        (&["--write-baseline", "gone/b.json"], "`gone/b.json`"),
        (&["--write-baseline", "b.json", "-"], "standard input has no path to know it by again"),
        (&["--write-baseline", "--no-ignores"], "these flags exclude each other"),
    ] {
        let output = pgward(dir.path(), arguments);
        assert!(
            output.status.code() == Some(2) && text(&output).contains(says),
            "{arguments:?}: {}",
            text(&output)
        );
    }
    let empty = tempfile::tempdir().expect("a directory");
    let output = pgward(empty.path(), &["--write-baseline"]);
    assert_eq!(
        (output.status.code(), text(&output).as_str()),
        (Some(2), "pgward: nothing was read, so that no baseline was written\n")
    );
    assert_eq!(fs::read_dir(empty.path()).expect("it").count(), 0, "and nothing is left");
}

#[cfg(unix)]
#[test]
fn it_is_written_at_one_stroke_with_the_modes_of_its_directory() {
    use std::os::unix::fs::PermissionsExt as _;
    let dir = project();
    pgward(dir.path(), &["--write-baseline"]);
    let mode = |path: &str| fs::metadata(dir.path().join(path)).expect("it").permissions().mode() & 0o777;
    fs::write(dir.path().join("mine"), "").expect("written");
    assert_eq!(mode(FILE), mode("mine"));
    let names: Vec<_> =
        fs::read_dir(dir.path()).expect("it").map(|e| e.expect("an entry").file_name()).collect();
    assert_eq!(names.len(), 4, "{names:?}");
    fs::set_permissions(dir.path().join(FILE), fs::Permissions::from_mode(0o444)).expect("set");
    fs::remove_file(dir.path().join("api/.env.production")).expect("removed");
    let output = pgward(dir.path(), &["--write-baseline"]);
    assert!(output.status.code() == Some(2) && text(&output).contains("is read-only"), "{}", text(&output));
}

#[test]
fn a_file_that_cannot_be_read_is_not_cured() {
    let dir = project();
    pgward(dir.path(), &["--write-baseline"]);
    let path = dir.path().join("web/deploy/.env.production");
    fs::write(&path, vec![b'A'; 5 << 20]).expect("written");
    let output = text(&pgward(dir.path(), &["--baseline", FILE]));
    assert!(output.contains("file-too-large") || !output.contains("cured"), "{output}");
}

#[test]
fn fixes_cure() {
    let dir = tempfile::tempdir().expect("a directory");
    let url = "APP_ENV=production\nDATABASE_URL=\"postgresql://app:kq7@Vz3#Lw9xT2bM@db.example.com/app?sslmode=verify-full&sslrootcert=system\"\n";
    fs::write(dir.path().join(".env"), url).expect("written");
    pgward(dir.path(), &["--write-baseline"]);
    let before = held(dir.path())["findings"].as_array().map(Vec::len);
    let output = pgward(dir.path(), &["--baseline", FILE, "--fix"]);
    assert!(text(&output).contains("cured"), "{}", text(&output));
    pgward(dir.path(), &["--write-baseline", "--fix"]);
    assert!(held(dir.path())["findings"].as_array().map(Vec::len) < before);
}

#[test]
fn texts_are_read_and_written_alike() {
    let odd = "a\"b\\c\u{1b}[2Jż\n";
    let entry = |path: Value| serde_json::json!({"path": path, "rule": "x", "fingerprint": "0"});
    let document =
        serde_json::json!({"schema": SCHEMA, "findings": [entry(odd.into()), entry(Value::Null)], "more": 1});
    let baseline = Baseline::read(document.to_string().as_bytes()).expect("a baseline");
    assert_eq!(baseline.len(), 2);
    let text = baseline.text();
    assert_eq!(Baseline::read(text.as_bytes()), Ok(baseline));
    assert!(!text.contains('\u{1b}') && text.lines().count() == 7, "{text}");
    assert_eq!(Baseline::read(Baseline::default().text().as_bytes()), Ok(Baseline::default()));
    for deep in ["[".repeat(200_000), "{\"schema\":".repeat(100_000)] {
        assert_eq!(Baseline::read(deep.as_bytes()), Err(Unfit::Foreign));
    }
}
