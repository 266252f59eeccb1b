//! The binary: what it writes, and what it prints of it.

use super::{ENCODED, SECRET};
use std::{
    fs,
    path::Path,
    process::{Command, Output, Stdio},
};

fn lint(directory: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pgward"));
    command.env_clear().current_dir(directory).arg("lint").args(arguments).stdin(Stdio::null());
    command.output().expect("the binary runs")
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&[&output.stdout[..], &output.stderr[..]].concat()).into_owned()
}

fn project() -> (tempfile::TempDir, String) {
    let dir = tempfile::tempdir().expect("a directory");
    let text = format!(
        "APP_ENV=production\nDATABASE_URL=postgresql://app:{SECRET}@db.example.com/app?sslmode=verify-full\n"
    );
    fs::write(dir.path().join(".env"), &text).expect("written");
    (dir, text)
}

#[test]
fn fix_writes_and_reports_what_is_left() {
    let (dir, text) = project();
    fs::write(dir.path().join("b.env"), "DATABASE_URL=\"postgresql://app@localhost/app?sslmode=DISABLE\"\n")
        .expect("written");
    let before = lint(dir.path(), &[]);
    assert_eq!(before.status.code(), Some(1));
    assert!(said(&before).contains("2 fixable with `--fix`"), "{}", said(&before));
    let output = lint(dir.path(), &["--fix"]);
    assert!(said(&output).contains("fixed 2 findings in 2 files; left: no findings"), "{}", said(&output));
    assert_eq!(output.status.code(), Some(0));
    let now = fs::read_to_string(dir.path().join(".env")).expect("it");
    assert_eq!(now, text.replace(SECRET, ENCODED));
    let json = lint(dir.path(), &["--fix", "--format", "json"]);
    let json: serde_json::Value = serde_json::from_slice(&json.stdout).expect("JSON");
    assert_eq!((&json["fixed"]["fixed_findings"], &json["fixed"]["fixed_files"]), (&0.into(), &0.into()));
}

#[test]
fn unsafe_fixes_are_counted_and_made_when_asked_for() {
    let dir = tempfile::tempdir().expect("a directory");
    let text = "APP_ENV=production\nDATABASE_URL=postgresql://app@db.example.com/app?sslmode=disable\n";
    fs::write(dir.path().join(".env"), text).expect("written");
    for arguments in [&["--unsafe-fixes"][..], &["--fix"]] {
        let output = lint(dir.path(), arguments);
        assert_eq!(output.status.code(), Some(1));
        assert!(said(&output).contains("1 fixable with `--fix --unsafe-fixes`"), "{}", said(&output));
    }
    assert_eq!(fs::read_to_string(dir.path().join(".env")).expect("it"), text);
    lint(dir.path(), &["--fix", "--unsafe-fixes"]);
    assert_eq!(fs::read_to_string(dir.path().join(".env")).expect("it"), text.replace("disable", "require"));
}

#[test]
fn a_diff_writes_nothing_and_shows_no_secret() {
    let (dir, text) = project();
    for arguments in [&["--diff"][..], &["--diff", "--fix"]] {
        let output = lint(dir.path(), arguments);
        let out = String::from_utf8(output.stdout.clone()).expect("UTF-8");
        assert_eq!(output.status.code(), Some(1));
        assert!(out.starts_with("# Masked: ") && out.contains("not for `patch`"), "{out}");
        assert!(
            out.contains("\n--- .env\n+++ .env\n@@ -1,2 +1,2 @@\n APP_ENV=production\n-DATABASE_URL="),
            "{out}"
        );
        assert!(said(&output).contains("would fix 1 finding in 1 file"), "{}", said(&output));
    }
    assert_eq!(fs::read_to_string(dir.path().join(".env")).expect("it"), text);
    // What changes under the mask is said to.
    fs::write(
        dir.path().join(".env"),
        "DATABASE_URL=postgresql://app:50%off@db.example.com/app?sslmode=require\n",
    )
    .expect("written");
    let out = said(&lint(dir.path(), &["--diff"]));
    assert!(out.contains("\\ what changes here is masked\n") && !out.contains("off"), "{out}");
    lint(dir.path(), &["--fix"]);
    let clean = lint(dir.path(), &["--diff", "--fail-on", "never"]);
    assert_eq!((clean.status.code(), clean.stdout.len()), (Some(0), 0));
}

#[test]
fn what_flags_and_the_policy_declare_is_spoken_of_by_its_place() {
    let dir = tempfile::tempdir().expect("a directory");
    let path = dir.path().join(".env");
    let several = "DATABASE_URL=postgres://u:p@h1,h2:2/app\n";
    for policy in [None, Some("tls = \"required\"\nconsumers = [\"asyncpg\"]\n")] {
        if let Some(policy) = policy {
            fs::write(dir.path().join("pgward.toml"), policy).expect("written");
        }
        for repair in ["--fix", "--diff"] {
            fs::write(&path, several).expect("written");
            for flags in [
                &["--consumer", "sqlx,libpq"][..],
                &[
                    "--consumer",
                    "sqlx",
                    "--consumer",
                    "libpq",
                    "--loader",
                    "docker run --env-file,python-dotenv",
                ],
                &["--loader", "docker run --env-file,python-dotenv,bash"],
            ] {
                let arguments = [&[repair, "--format", "json"], flags].concat();
                let output = lint(dir.path(), &arguments);
                assert!(output.status.code().is_some_and(|c| c < 2), "{arguments:?}: {}", said(&output));
            }
        }
    }
    // What is left speaks of the flag, as without a fix.
    let flags = ["--consumer", "sqlx,libpq", "--format", "json"];
    let findings = |repair: &[&str]| {
        let output = lint(dir.path(), &[repair, &flags].concat());
        let json: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
        json["findings"].clone()
    };
    let plain = findings(&[]);
    assert!(plain.to_string().contains("--consumer"), "{plain}");
    assert_eq!(findings(&["--fix"]), plain);
}

#[test]
fn no_format_shows_a_secret() {
    for format in ["text", "concise", "json"] {
        for flags in [&[][..], &["--diff"], &["--unsafe-fixes"], &["--fix"]] {
            let (dir, _) = project();
            let arguments = [&["--format", format, "-v"], flags].concat();
            let out = said(&lint(dir.path(), &arguments));
            for piece in ["k3Vq", "9mT2", "xL%23", "xL#", ENCODED] {
                assert!(!out.contains(piece), "{format} {flags:?} shows {piece}:\n{out}");
            }
            if format == "json" && flags.is_empty() {
                let json: serde_json::Value =
                    serde_json::from_str(out.split("\npgward:").next().expect("it")).expect("JSON");
                let found = json["findings"].as_array().expect("a list").iter();
                let finding = found.clone().find(|f| f["rule"] == "reserved-char-unencoded").expect("it");
                let edit = &finding["fix"]["edits"][0];
                assert_eq!(
                    (&edit["masked"], &edit["insert"]),
                    (&true.into(), &"\u{2022}\u{2022}\u{2022}".into())
                );
                assert_eq!(finding["fix"]["applicability"], "safe");
            }
        }
    }
}

#[test]
fn standard_input_is_fixed_to_standard_output() {
    let (dir, text) = project();
    let run = |arguments: &[&str]| {
        let input = fs::File::open(dir.path().join(".env")).expect("it");
        let mut command = Command::new(env!("CARGO_BIN_EXE_pgward"));
        command.env_clear().current_dir(dir.path()).arg("lint").args(arguments).stdin(input);
        command.output().expect("the binary runs")
    };
    let output = run(&["-", "--fix"]);
    assert_eq!(String::from_utf8_lossy(&output.stdout), text.replace(SECRET, ENCODED));
    let report = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(report.contains("fixed 1 finding in 1 file") && !report.contains("k3Vq"), "{report}");
    let mixed = run(&["-", ".env", "--fix"]);
    assert_eq!((mixed.status.code(), mixed.stdout.len()), (Some(2), 0));
    assert_eq!(fs::read_to_string(dir.path().join(".env")).expect("it"), text);
    assert!(run(&["-", "--diff"]).stdout.starts_with(b"# Masked"));
}

#[cfg(unix)]
mod on_unix {
    use super::*;
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};

    #[test]
    fn modes_and_links_stay() {
        let (dir, text) = project();
        let path = dir.path().join(".env");
        fs::create_dir(dir.path().join("elsewhere")).expect("made");
        let target = dir.path().join("elsewhere/real");
        fs::rename(&path, &target).expect("renamed");
        fs::set_permissions(&target, fs::Permissions::from_mode(0o640)).expect("set");
        symlink("elsewhere/real", &path).expect("linked");
        let owner = fs::metadata(&target).map(|m| (m.uid(), m.gid())).expect("it");
        let output = lint(dir.path(), &["--fix", ".env"]);
        assert_eq!(output.status.code(), Some(0), "{}", said(&output));
        assert!(fs::symlink_metadata(&path).expect("it").is_symlink());
        let now = fs::metadata(&target).expect("it");
        assert_eq!((now.mode() & 0o7777, (now.uid(), now.gid())), (0o640, owner));
        assert_eq!(fs::read_to_string(&target).expect("it"), text.replace(SECRET, ENCODED));
        assert_eq!(fs::read_dir(dir.path()).expect("it").count(), 2, "nothing is left beside it");
        assert_eq!(fs::read_dir(dir.path().join("elsewhere")).expect("it").count(), 1);
    }

    #[test]
    fn one_file_by_two_names_is_fixed_once() {
        let (dir, text) = project();
        symlink(".env", dir.path().join("link.env")).expect("linked");
        let output = lint(dir.path(), &["--fix"]);
        assert_eq!(output.status.code(), Some(0), "{}", said(&output));
        assert_eq!(fs::read_to_string(dir.path().join(".env")).expect("it"), text.replace(SECRET, ENCODED));
    }

    #[test]
    fn what_may_not_be_written_is_left_and_said() {
        let (dir, text) = project();
        let path = dir.path().join(".env");
        let other = dir.path().join("other.env");
        fs::write(&other, "DATABASE_URL=postgresql://app@localhost/app?sslmode=DISABLE\n").expect("written");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o444)).expect("set");
        let output = lint(dir.path(), &["--fix"]);
        assert_eq!(output.status.code(), Some(2));
        assert!(said(&output).contains("`.env` is read-only"), "{}", said(&output));
        assert!(said(&output).contains("fixed 1 finding in 1 file; left: 1 error"), "{}", said(&output));
        assert_eq!(fs::read_to_string(&path).expect("it"), text);
        assert!(fs::read_to_string(&other).expect("it").contains("=disable"), "others are written");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).expect("set");
        fs::hard_link(&path, dir.path().join("second")).expect("linked");
        let output = lint(dir.path(), &["--fix"]);
        assert_eq!(output.status.code(), Some(2));
        assert!(said(&output).contains("hard links") && !said(&output).contains("k3Vq"), "{}", said(&output));
    }

    #[test]
    fn a_directory_that_takes_no_file_keeps_the_old_one() {
        let (dir, text) = project();
        let inner = dir.path().join("inner");
        fs::create_dir(&inner).expect("made");
        fs::rename(dir.path().join(".env"), inner.join(".env")).expect("moved");
        fs::set_permissions(&inner, fs::Permissions::from_mode(0o555)).expect("set");
        // Nothing is forbidden to root.
        let probe = fs::write(inner.join("probe"), "").is_err();
        if probe {
            let output = lint(dir.path(), &["--fix"]);
            assert_eq!(output.status.code(), Some(2));
            assert!(said(&output).contains("may not be written"), "{}", said(&output));
            assert_eq!(fs::read_to_string(inner.join(".env")).expect("it"), text);
        }
        fs::set_permissions(&inner, fs::Permissions::from_mode(0o755)).expect("set");
    }
}
