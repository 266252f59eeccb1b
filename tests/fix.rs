//! Fixes: each page's flagged env file lints clean of its rule afterwards and stays so, files are written at one stroke
//! or not at all, and nothing secret is printed on the way.

#![expect(clippy::disallowed_methods, reason = "the test runs the binary and reads what it wrote")]

use pgward::{
    Policy,
    unstable::{
        finding::{Applicability, Edit, Finding, Label, Severity},
        fix,
        lint::{Files, lint_with, mend},
        rules::RULES,
        source::{SourceKind, Sources},
    },
};
use std::{
    collections::BTreeMap,
    fs,
    path::Path,
    process::{Command, Output, Stdio},
};

mod support {
    pub(crate) mod page;
}
use support::page::{Piece, pieces};

const SECRET: &str = "k3Vq/9mT2@xL#pW";
const ENCODED: &str = "k3Vq%2F9mT2%40xL%23pW";

fn files(files: &[(&str, &str)]) -> Files {
    let files = files.iter().map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec())).collect();
    Files { files, ..Files::default() }
}

fn fixed(path: &str, text: &str, most: Applicability) -> String {
    let mended = mend(&files(&[(path, text)]), &Policy::default(), most);
    assert!(mended.settled, "{text:?}");
    let again = mend(&mended.files, &Policy::default(), most);
    assert!(again.fixed.is_empty() && again.changed().count() == 0, "a second run changes {text:?}");
    String::from_utf8(mended.files.files[0].1.clone()).expect("UTF-8")
}

fn safely(text: &str) -> String {
    fixed(".env.production", text, Applicability::Safe)
}

/// The env files of each example of a page, with its policy; none where it is not judged as files.
fn examples(page: &str) -> Vec<(Files, Policy)> {
    let (mut out, mut found, mut policy, mut other) = (Vec::new(), Vec::new(), Policy::default(), false);
    for piece in pieces(page) {
        let Piece::Block { info, body } = piece else { continue };
        match info.as_str() {
            "env" => {
                let named = body.strip_prefix("# file: ").and_then(|b| b.split_once('\n'));
                let (path, text) = named.unwrap_or((".env", &body));
                found.push((path.to_owned(), text.as_bytes().to_vec()));
            }
            "toml" => policy = Policy::from_toml(&body).expect("a policy"),
            "report" => {
                let files = Files { files: std::mem::take(&mut found), ..Files::default() };
                if !other && !files.files.is_empty() {
                    out.push((files, policy));
                }
                (policy, other) = (Policy::default(), false);
            }
            _ => other = true,
        }
    }
    out
}

#[test]
fn fixed_examples_are_clean_of_their_rule() {
    let (mut seen, mut rules) = (0, BTreeMap::new());
    for rule in RULES {
        for (files, policy) in examples(rule.page) {
            let before = lint_with(&mut Sources::default(), &files, &policy);
            let fixable = |f: &&pgward::Finding| f.rule == rule.id && !f.fix.is_empty();
            if !before.iter().any(|f| fixable(&f)) {
                continue;
            }
            for most in [Applicability::Safe, Applicability::Unsafe] {
                let mended = mend(&files, &policy, most);
                assert!(mended.settled, "{}: the fixes go on", rule.id);
                let left = mended.left.iter().filter(fixable).filter(|f| f.applicability <= most);
                assert_eq!(left.count(), 0, "{}: fixed and flagged again", rule.id);
                let again = mend(&mended.files, &policy, most);
                assert_eq!(again.changed().count(), 0, "{}: a second run changes more", rule.id);
                let changed: Vec<&str> = mended.changed().map(|(path, ..)| path).collect();
                for (path, ..) in mended.changed() {
                    assert!(mended.fixed[path] > 0, "{}", rule.id);
                }
                if changed.is_empty() {
                    continue;
                }
                seen += 1;
                *rules.entry(rule.id).or_insert(0) += 1;
                // What stood beside it is not more than before.
                for other in mended.left.iter().filter(|f| f.severity == Severity::Error) {
                    let known = before.iter().any(|f| f.rule == other.rule);
                    let hidden = before.iter().any(|f| f.rule == "reserved-char-unencoded");
                    assert!(known || hidden, "{}: the fix brings {} about", rule.id, other.rule);
                }
            }
        }
    }
    assert!(seen >= 5 && rules.len() >= 3, "{rules:?}");
}

#[test]
fn passwords_are_encoded_whole() {
    for (raw, want) in [
        (SECRET, ENCODED),
        ("k3V%q@9m", "k3V%25q%409m"),
        ("k3V%40q@9m", "k3V%40q%409m"),
        ("k3Vq 9m[x]", "k3Vq%209m%5Bx%5D"),
        ("a:b@c:d", "a:b%40c:d"),
    ] {
        let text =
            |p: &str| format!("A=1\nDATABASE_URL=postgresql://app:{p}@db.example.com/app?sslmode=require\n");
        assert_eq!(safely(&text(raw)), text(want));
    }
    let text = "DATABASE_URL=postgresql://app@corp:k3Vq@9m@db.example.com/app\n";
    assert_eq!(safely(text), "DATABASE_URL=postgresql://app%40corp:k3Vq%409m@db.example.com/app\n");
    for raw in [
        // Some take `app` for the host.
        "app#x:k3Vq9m@db.example.com",
        // All go to a host `9mT2`, if there is one.
        "app:k3Vq@9mT2/xL@db.example.com",
    ] {
        let text = format!("DATABASE_URL=postgresql://{raw}/app\n");
        assert_eq!(safely(&text), text);
        assert_eq!(fixed(".env.production", &text, Applicability::Unsafe), text);
    }
}

#[test]
fn line_ends_and_marks_stay() {
    let text = format!(
        "\u{feff}APP_ENV=production\r\nDATABASE_URL='postgresql://app:{SECRET}@db.example.com/app?sslmode=REQUIRE'\r\nX=1"
    );
    let want = text.replace(SECRET, ENCODED).replace("REQUIRE", "require");
    assert_eq!(safely(&text), want);
    // Of a mixture each keeps its own.
    let text = "A=1\r\nDATABASE_URL=postgresql://app@db.example.com/app?sslmode=REQUIRE\nB=2\r\n";
    assert_eq!(safely(text), text.replace("REQUIRE", "require"));
}

#[test]
fn what_may_change_the_target_is_not_safe() {
    let text = "DATABASE_URL=postgresql://app:k3Vq9mT2xLpW@db.example.com/app?sslmode=disable\n";
    assert_eq!(safely(text), text);
    assert_eq!(
        fixed(".env.production", text, Applicability::Unsafe),
        text.replace("disable", "require"),
        "an unsafe one is made when it is asked for"
    );
    // A password may end in a blank; the host may not.
    let text = "DB_HOST=\" db.example.com\"\nDB_NAME=app\nDB_USER=app\nDB_PASSWORD=\"k3Vq9mT2xLpW \"\n";
    let got = fixed(".env", text, Applicability::Safe);
    assert!(got.contains("\"k3Vq9mT2xLpW \""), "{got}");
}

/// Findings that a rule might report, over a text of three lines.
struct Bench {
    sources: Sources,
    id: pgward::unstable::source::SourceId,
}

impl Bench {
    fn new() -> Self {
        let mut sources = Sources::default();
        let id = sources.add(SourceKind::File(".env".into()), "abcdef\nghijkl\n");
        Self { sources, id }
    }

    fn finding(&self, severity: Severity, edits: &[(usize, usize, &str)]) -> Finding {
        let span = |from: usize, to: usize| self.sources.span(self.id, from..to);
        Finding {
            rule: "a-rule",
            severity,
            message: "something is wrong".into(),
            primary: Some(Label { span: span(0, 1), text: "here".into() }),
            related: Vec::new(),
            notes: Vec::new(),
            help: None,
            fix: edits
                .iter()
                .map(|(a, b, t)| Edit { span: span(*a, *b), insert: pgward::Part::harmless(*t) })
                .collect(),
            applicability: Applicability::Safe,
        }
    }

    fn round(&self, findings: &[Finding]) -> (String, Vec<usize>) {
        let round = fix::round(&self.sources, findings, Applicability::Safe, &|_| true);
        let text = round.texts.get(&self.id).cloned().unwrap_or_default();
        (String::from_utf8(text).expect("UTF-8"), round.made)
    }
}

#[test]
fn of_two_that_meet_the_worse_is_made() {
    use Severity::{Error, Note, Warning};
    let bench = Bench::new();
    let f = |severity, edits: &[_]| bench.finding(severity, edits);
    let worse = [f(Warning, &[(0, 3, "X")]), f(Error, &[(2, 4, "Y")]), f(Note, &[(7, 8, "Z")])];
    assert_eq!(bench.round(&worse), ("abYef\nZhijkl\n".into(), vec![1, 2]));
    // All edits of a finding, or none.
    let split = [f(Error, &[(0, 1, "X")]), f(Error, &[(7, 8, "Z"), (0, 2, "Y")]), f(Note, &[(7, 8, "W")])];
    assert_eq!(bench.round(&split), ("Xbcdef\nWhijkl\n".into(), vec![0, 2]));
    // Neighbours do not meet; two insertions at one place do.
    let near = [f(Error, &[(0, 2, "X")]), f(Error, &[(2, 4, "Y")])];
    assert_eq!(bench.round(&near).0, "XYef\nghijkl\n");
    let twice = [f(Error, &[(3, 3, "X")]), f(Error, &[(3, 3, "Y")])];
    assert_eq!(bench.round(&twice), ("abcXdef\nghijkl\n".into(), vec![0]));
    let around = [f(Error, &[(2, 4, "")]), f(Warning, &[(0, 6, "Y")]), f(Note, &[(3, 3, "Z")])];
    assert_eq!(bench.round(&around), ("abef\nghijkl\n".into(), vec![0]));
    // A mask is no text to be written.
    assert_eq!(bench.round(&[f(Error, &[(0, 1, "x\u{2022}\u{2022}\u{2022}")])]).1, Vec::<usize>::new());
}

#[test]
fn a_safe_fix_that_does_not_hold_is_demoted() {
    let bench = Bench::new();
    let mut findings: Vec<Finding> =
        (0..6).map(|i| bench.finding(Severity::Error, &[(i, i + 1, "X")])).collect();
    let holds = |texts: &fix::Texts| texts.values().all(|t| t[3] == b'd');
    fix::prove(&bench.sources, &mut findings, &holds);
    let safe: Vec<bool> = findings.iter().map(|f| f.applicability == Applicability::Safe).collect();
    assert_eq!(safe, [true, true, true, false, true, true]);
    assert!(findings[3].notes[0].contains("needs a look"));
}

#[test]
fn any_file_comes_to_rest() {
    let words = [
        "DATABASE_URL=",
        "DB_HOST=",
        "DB_NAME=",
        "PGSSLMODE=",
        "DB_PASSWORD=",
        "\n",
        "\r\n",
        "'",
        "\"",
        " ",
        "#",
        "@",
        "/",
        "?",
        "%",
        "%4",
        "%40",
        "[",
        "]",
        ":",
        "postgresql://",
        "u:p@",
        "host",
        "/db",
        "?sslmode=REQUIRE",
        "&sslmode=no-verify",
        "\\n",
        "\u{feff}",
        "${X:-y}",
        "\u{e9}",
        "\t",
        "export ",
        "=",
    ];
    let mut state = 5_u64;
    let mut below = |n: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).expect("31 bits") % n
    };
    let mut changed = 0;
    for _ in 0..1_500 {
        let mut text = String::from(["DATABASE_URL=", "DATABASE_URL=postgresql://", "DB_HOST="][below(3)]);
        (0..below(12)).for_each(|_| text.push_str(words[below(words.len())]));
        for most in [Applicability::Safe, Applicability::Unsafe] {
            changed += usize::from(fixed(".env.production", &text, most) != text);
        }
    }
    assert!(changed > 60, "only {changed} texts were changed");
}

#[test]
fn many_fixes_take_linear_time() {
    let began = std::time::Instant::now();
    let line = format!("DATABASE_URL=postgresql://app:{SECRET}@db.example.com/app?sslmode=require\n");
    let mut all = files(&[]);
    for i in 0..120 {
        all.files.push((format!("a{i}/.env"), line.clone().into_bytes()));
    }
    let mended = mend(&all, &Policy::default(), Applicability::Safe);
    assert_eq!(mended.fixed.len(), 120);
    assert!(began.elapsed().as_secs() < 20, "{:?}", began.elapsed());
}

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
                let edit = &json["findings"][0]["fix"]["edits"][0];
                assert_eq!(
                    (&edit["masked"], &edit["insert"]),
                    (&true.into(), &"\u{2022}\u{2022}\u{2022}".into())
                );
                assert_eq!(json["findings"][0]["fix"]["applicability"], "safe");
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
