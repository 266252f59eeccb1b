//! pgward.toml and its homes in manifests, through the built binary: where it is looked for, whose it is, what levels
//! by path, include, exclude and `as-of` do. Globs are compared with globset's.
#![cfg(feature = "cli")]

use pgward::{
    Files, Policy, Severity, lint,
    unstable::policy::{Glob, Version},
};
use std::{
    fs,
    path::Path,
    process::{Command, Output},
};
use tempfile::TempDir;

/// Weak in production, wherever it stands.
const WEAK: &str = "DATABASE_URL=postgresql://app:postgres@db.example.com/app?sslmode=verify-full\n";

fn tree(files: &[(&str, &str)]) -> TempDir {
    let root = tempfile::tempdir().expect("a directory");
    for (path, text) in files {
        let path = root.path().join(path);
        fs::create_dir_all(path.parent().expect("below the root")).expect("a directory");
        fs::write(path, text).expect("a file");
    }
    // The search ends here, whatever lies above the temporary directory.
    fs::create_dir_all(root.path().join(".git")).expect("a directory");
    root
}

fn pgward(directory: &Path, arguments: &[&str]) -> Output {
    let binary = env!("CARGO_BIN_EXE_pgward");
    let mut command = Command::new(binary);
    command.env_clear().env("HOME", directory).env("COLUMNS", "200");
    command.current_dir(directory).args(arguments).output().expect("the binary runs")
}

/// `path severity[rule]` of every finding above a note, and what standard error says.
fn found(directory: &Path, arguments: &[&str]) -> (Vec<String>, String) {
    let output = pgward(directory, &[arguments, &["--format", "json"]].concat());
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    let aside = String::from_utf8(output.stderr).expect("UTF-8");
    let report: serde_json::Value =
        serde_json::from_str(&text).unwrap_or_else(|e| panic!("{e}: {text}{aside}"));
    let list = report["findings"].as_array().expect("findings").iter();
    let one = |f: &serde_json::Value| {
        let path = f["path"].as_str().unwrap_or("-");
        format!("{path} {}[{}]", f["severity"].as_str().unwrap_or(""), f["rule"].as_str().unwrap_or(""))
    };
    (list.filter(|f| f["severity"] != "note").map(one).collect(), aside)
}

fn linted(files: &[(&str, &str)], arguments: &[&str]) -> (Vec<String>, String) {
    let root = tree(files);
    found(root.path(), arguments)
}

#[test]
fn the_level_is_that_of_the_file_a_finding_is_in() {
    let files = |policy: &'static str| {
        [("pgward.toml", policy), (".env.production", WEAK), ("deploy/a/.env.production", WEAK)]
    };
    let both = ["deploy/a/.env.production", ".env.production"];
    let weak = |paths: &[&str], severity: &str| -> Vec<String> {
        let mut out: Vec<String> = paths.iter().map(|p| format!("{p} {severity}[weak-secret]")).collect();
        out.sort();
        out
    };
    let of = |policy: &'static str| {
        let (mut found, _) = linted(&files(policy), &["lint"]);
        found.sort();
        found
    };
    assert_eq!(of(""), weak(&both, "error"));
    assert_eq!(of("[rules.paths.\"deploy/**\"]\nweak-secret = \"allow\"\n"), weak(&both[1..], "error"));
    assert_eq!(
        of("[rules]\nweak-secret = \"allow\"\n[rules.paths.deploy]\nweak-secret = \"deny\"\n"),
        weak(&both[..1], "error")
    );
    // By environment, and the later glob before the earlier one, whatever their names.
    assert_eq!(of("[rules.paths.\"*\".test]\nweak-secret = \"allow\"\n"), weak(&both, "error"));
    assert_eq!(of("[rules.paths.\"*\".production]\nweak-secret = \"warn\"\n"), weak(&both, "warning"));
    let later =
        "[rules.paths.deploy]\nweak-secret = \"allow\"\n[rules.paths.\"**\"]\nweak-secret = \"deny\"\n";
    assert_eq!(of(later), weak(&both, "error"));
    let later =
        "[rules.paths.\"**\"]\nweak-secret = \"deny\"\n[rules.paths.deploy]\nweak-secret = \"allow\"\n";
    assert_eq!(of(later), weak(&both[1..], "error"));
}

#[test]
fn flags_beat_paths() {
    let policy = "[rules.paths.\"**\"]\nweak-secret = \"allow\"\n";
    let (found, remarks) =
        linted(&[("pgward.toml", policy), (".env.production", WEAK)], &["lint", "--warn", "weak-secret"]);
    assert_eq!(found, [".env.production warning[weak-secret]"]);
    assert!(remarks.contains("in force by --warn"), "{remarks}");
}

#[test]
fn a_rule_still_lowers_its_finding_where_the_path_decides() {
    // A short password is a warning at most, whatever the level is.
    let short = "DATABASE_URL=postgresql://app:q7Rz2w@db.example.com/app?sslmode=verify-full\n";
    let policy = "[rules.paths.\"**\"]\nweak-secret = \"deny\"\n";
    let (found, _) = linted(&[("pgward.toml", policy), (".env.production", short)], &["lint"]);
    assert_eq!(found, [".env.production warning[weak-secret]"]);
}

#[test]
fn paths_are_those_below_the_policy_from_wherever_it_is_run() {
    let policy = "[rules.paths.\"services/a/**\"]\nweak-secret = \"allow\"\n";
    let root = tree(&[
        ("pgward.toml", policy),
        ("services/a/.env.production", WEAK),
        ("services/b/.env.production", WEAK),
    ]);
    let only = |found: Vec<String>, path: &str| assert_eq!(found, [format!("{path} error[weak-secret]")]);
    only(found(root.path(), &["lint"]).0, "services/b/.env.production");
    only(found(&root.path().join("services"), &["lint"]).0, "b/.env.production");
    only(found(&root.path().join("services/a"), &["lint", "..", "."]).0, "../b/.env.production");
    let absolute = root.path().join("services");
    let path = format!("{}/b/.env.production", absolute.display());
    only(found(root.path(), &["lint", &absolute.to_string_lossy()]).0, &path);
    // A file that `--config` names speaks of the working directory.
    fs::create_dir_all(root.path().join("ci")).expect("a directory");
    fs::rename(root.path().join("pgward.toml"), root.path().join("ci/pgward.toml")).expect("it moves");
    only(found(root.path(), &["lint", "--config", "ci/pgward.toml"]).0, "services/b/.env.production");
}

#[test]
fn the_library_takes_paths_from_the_policy_on() {
    let policy = Policy::from_toml("[rules.paths.old]\nweak-secret = \"allow\"\n").expect("a policy");
    let file = |path: &str| (path.to_owned(), WEAK.as_bytes().to_vec());
    let files =
        Files { files: vec![file("old/.env.production"), file("new/.env.production")], ..Files::default() };
    let found = lint(&files, &policy);
    let errors: Vec<_> = found.iter().filter(|f| f.severity == Severity::Error).collect();
    assert_eq!(errors.len(), 1);
    let place = &errors[0].primary.as_ref().expect("a place").place;
    assert_eq!(place.path.as_deref(), Some("new/.env.production"));
}

#[test]
fn include_and_exclude_choose_among_what_is_found() {
    let files = |policy: &'static str| {
        [
            ("pgward.toml", policy),
            (".env.production", WEAK),
            ("services/a/.env.production", WEAK),
            ("services/old/.env.production", WEAK),
        ]
    };
    let paths = |policy: &'static str, arguments: &[&str]| -> Vec<String> {
        let (found, _) = linted(&files(policy), arguments);
        found.iter().filter_map(|f| Some(f.split_once(' ')?.0.to_owned())).collect()
    };
    assert_eq!(paths("", &["lint"]).len(), 3);
    assert_eq!(paths("exclude = [\"old/\"]", &["lint"]), [".env.production", "services/a/.env.production"]);
    assert_eq!(
        paths("include = [\"services/**\"]\nexclude = [\"old\"]", &["lint"]),
        ["services/a/.env.production"]
    );
    assert_eq!(paths("include = [\"/*.production\"]", &["lint"]), [".env.production"]);
    // What is named is looked at.
    assert_eq!(paths("exclude = [\"**\"]", &["lint", ".env.production"]), [".env.production"]);
    assert!(paths("exclude = [\"**\"]", &["lint", "services"]).is_empty());
}

#[test]
fn manifests_hold_a_policy_too() {
    let python = "[project]\nname = \"x\"\n\n[tool.pgward.rules]\nweak-secret = \"warn\"\n[tool.ruff]\nline-length = 100\n";
    let package = "[package]\nname = \"x\"\n\n[package.metadata.pgward.rules]\nweak-secret = \"note\"\n";
    let workspace =
        "[workspace]\nmembers = [\"a\"]\n\n[workspace.metadata.pgward.rules]\nweak-secret = \"warn\"\n";
    let of =
        |files: &[(&str, &str)]| linted(&[files, &[("a/.env.production", WEAK)]].concat(), &["lint", "a"]);
    let warning = ["a/.env.production warning[weak-secret]"];
    assert_eq!(of(&[("pyproject.toml", python)]).0, warning);
    assert_eq!(of(&[("Cargo.toml", workspace)]).0, warning);
    assert!(of(&[("Cargo.toml", package)]).0.is_empty());
    // The nearer one, then pgward.toml before pyproject.toml before Cargo.toml; what is passed over is said.
    assert!(of(&[("Cargo.toml", workspace), ("a/Cargo.toml", package)]).0.is_empty());
    let (found, remarks) = of(&[("pyproject.toml", python), ("Cargo.toml", package)]);
    assert_eq!(found, warning);
    assert!(
        remarks.contains("`Cargo.toml` has a policy too; that of `pyproject.toml` is in force"),
        "{remarks}"
    );
    let (found, remarks) = of(&[("pgward.toml", ""), ("pyproject.toml", python)]);
    assert_eq!(found, ["a/.env.production error[weak-secret]"]);
    assert!(remarks.contains("`pyproject.toml` has a policy too"), "{remarks}");
    // A manifest without the table, or one that its own tool cannot read, says nothing.
    let (found, remarks) =
        of(&[("pyproject.toml", "[tool.ruff]\n"), ("a/Cargo.toml", "[package\nname = \"pgward\"\n")]);
    assert_eq!(found, ["a/.env.production error[weak-secret]"]);
    assert!(!remarks.contains("policy"), "{remarks}");
}

#[test]
fn a_wrong_table_in_a_manifest_is_named_there() {
    let says = |path: &str, text: &str| {
        let root = tree(&[(path, text), (".env", "A=1\n")]);
        let output = pgward(root.path(), &["lint"]);
        assert_eq!(output.status.code(), Some(2), "{text}");
        String::from_utf8(output.stderr).expect("UTF-8")
    };
    let error = says("pyproject.toml", "[project]\nname = \"x\"\n[tool.pgward]\nconsumer = [\"libpq\"]\n");
    assert_eq!(error, "pgward: pyproject.toml:4:1: unknown key; did you mean `consumers`?\n");
    let both = "[package.metadata.pgward]\n[workspace.metadata.pgward]\n";
    assert!(says("Cargo.toml", both).contains("Cargo.toml:2:21: the package has a policy already"));
    assert!(says("Cargo.toml", "[package.metadata]\npgward = 1\n").contains("a table is expected here"));
    assert!(says("pyproject.toml", "[tool.pgward]\nconsumers = [\n").contains("not TOML"));
    let root = tree(&[("pyproject.toml", "[tool.ruff]\n")]);
    let output = pgward(root.path(), &["lint", "--config", "pyproject.toml"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("no policy stands here"));
}

#[test]
fn check_reads_the_working_directory_alone_and_names_the_file() {
    let url = "DATABASE_URL=postgresql://app@localhost/app\n";
    let python = "[tool.pgward]\nextensions = [\"pg_trgm\"]\n";
    let root = tree(&[("pyproject.toml", python), ("a/.env", url), (".env", url)]);
    let says = |directory: &Path| {
        let output = pgward(directory, &["check", "--environment", "development", "-v"]);
        String::from_utf8(output.stdout).expect("UTF-8")
    };
    let here = says(root.path());
    assert!(here.contains("configuration accepted") && here.contains("policy pyproject.toml"), "{here}");
    let below = says(&root.path().join("a"));
    assert!(below.contains("configuration accepted") && !below.contains("policy "), "{below}");
}

#[test]
fn a_frozen_set_is_without_newer_rules() {
    let of = |policy: &str| {
        let policy = Policy::from_toml(policy).expect("a policy");
        let files = vec![(".env.production".to_owned(), WEAK.as_bytes().to_vec())];
        lint(&Files { files, ..Files::default() }, &policy)
            .iter()
            .filter(|f| f.severity == Severity::Error)
            .count()
    };
    assert_eq!(of("[rules]\nas-of = \"0.1\"\n"), 1);
    assert_eq!(of("[rules]\nas-of = \"0.0\"\n"), 0);
    assert_eq!(of("[rules]\nas-of = \"0.0\"\nweak-secret = \"deny\"\n"), 1);
    assert_eq!(of("[rules]\nas-of = \"0.0\"\n[rules.paths.\".env.*\"]\nweak-secret = \"deny\"\n"), 1);
    assert!(Version::parse("0.1").expect("a version").has(env!("CARGO_PKG_VERSION")));
}

#[test]
fn declared_databases_are_kept() {
    let text = "[[server]]\nname = \"s\"\nmax-connections = 100\n\n[[database]]\nname = \"h\"\nowner = \"Bart\"\n\
                pool = { size = 10, overflow = 5, processes = 2, replicas = 3 }\nexpect = { tables = 57, empty = false }\n";
    let policy = Policy::from_toml(text).expect("a policy");
    let database = &policy.databases[0];
    assert_eq!(policy.server_of(database), Some("s"));
    assert_eq!(database.pool.and_then(|pool| pool.most()), Some(90));
    assert_eq!((database.expect.tables, database.expect.empty), (Some(57), Some(false)));
    assert!(!format!("{policy:?}").contains("Bart"));
}

#[test]
fn a_registry_without_env_files_is_judged() {
    let policy = "[[database]]\nname = \"a\"\npool = { processes = 4 }\n";
    let (found, _) = linted(&[("pgward.toml", policy)], &["lint"]);
    assert_eq!(found, ["pgward.toml warning[pool-unbounded]"]);
    let root = tree(&[("pgward.toml", policy)]);
    let output = pgward(root.path(), &["lint"]);
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(text.contains("pool-unbounded"), "{text}");
}

#[test]
fn a_hostile_policy_is_refused_in_time() {
    let deep = |open: &str, n: usize| format!("consumers = {}", open.repeat(n));
    for text in [
        deep("[", 100_000),
        deep("{a=", 100_000),
        "[a.".repeat(50_000),
        format!("a{}=1", ".a".repeat(50_000)),
    ] {
        assert!(Policy::from_toml(&text).is_err());
    }
    let started = std::time::Instant::now();
    let (mut text, mut rest) = (String::new(), String::new());
    for n in 0..20_000 {
        text.extend([format!("[[server]]\nname = \"s{n}\"\nmax-connections = 1\n")]);
        rest.extend([format!("[[database]]\nname = \"d{n}\"\nserver = \"s{n}\"\npool = {{ size = 2 }}\n")]);
    }
    let policy = Policy::from_toml(&(text + &rest)).expect("a policy");
    assert_eq!(policy.databases.len(), 20_000);
    assert!(started.elapsed().as_secs() < 30, "{:?}", started.elapsed());
}

/// Globs of every form over names of a small alphabet: where globset and pgward mean the same, they must say the same.
#[test]
fn globs_agree_with_globset() {
    let pieces = ["a", "b", "?", "*", "**", "[ab]", "[!a]", "{a,b}", "a*b"];
    let names = ["a", "b", "ab", "aab", "c"];
    let mut globs = Vec::new();
    for x in pieces {
        for y in pieces {
            globs.push(format!("{x}/{y}"));
            globs.extend(pieces.iter().map(|z| format!("{x}/{y}/{z}")));
        }
    }
    let mut compared = 0;
    for glob in globs {
        let own = Glob::parse(&glob).expect("a glob");
        let other = globset::GlobBuilder::new(&glob)
            .literal_separator(true)
            .build()
            .expect("a glob")
            .compile_matcher();
        for x in names {
            for y in names {
                for path in [vec![x, y], vec![x, y, "a"], vec![x, y, "c"], vec![x]] {
                    // globset asks the whole path; what fits a directory fits what lies below it.
                    let below = (1..=path.len()).any(|n| other.is_match(path[..n].join("/")));
                    assert_eq!(own.fits(&path), below, "{glob} {path:?}");
                    compared += 1;
                }
            }
        }
    }
    assert!(compared > 50_000, "{compared}");
}
