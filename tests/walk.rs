//! Which files of a tree `lint` looks at, through the built binary: ignore rules of git, and those of others.
#![cfg(feature = "cli")]

use std::{collections::BTreeSet, fs, path::Path, process::Command};

const URL: &str = "postgresql://app:password@db.example.com/app\n";

/// A tree of these files; one whose name ends with `.yml` holds a URL under a name, any other is a text of its own.
fn tree(files: &[(&str, &str)]) -> tempfile::TempDir {
    let root = tempfile::tempdir().expect("a directory");
    for (path, text) in files {
        let path = root.path().join(path);
        fs::create_dir_all(path.parent().expect("one above")).expect("directories");
        let config = path.extension().is_some_and(|e| e == "yml");
        let text = match *text {
            "" if config => format!("url: {URL}"),
            "" => format!("DATABASE_URL={URL}"),
            text => text.to_owned(),
        };
        fs::write(path, text).expect("a file");
    }
    root
}

/// What is said, from a directory of the tree.
fn lines(root: &Path, from: &str, what: &str) -> String {
    let run = Command::new(env!("CARGO_BIN_EXE_pgward"))
        .args(["lint", "--format", "concise", "-v", "--environment", "production", what])
        .current_dir(root.join(from))
        .env_clear()
        .env("HOME", root)
        .output()
        .expect("pgward runs");
    String::from_utf8_lossy(&run.stdout).into_owned()
}

/// The files that something is said of, from a directory of the tree.
fn said(root: &Path, from: &str, what: &str) -> BTreeSet<String> {
    let text = lines(root, from, what);
    let place = |line: &str| line.split_once(':').map(|(path, _)| path.to_owned());
    text.lines().filter(|l| !l.starts_with([' ', 'p'])).filter_map(place).collect()
}

fn set(files: &[&str]) -> BTreeSet<String> {
    files.iter().map(|f| (*f).to_owned()).collect()
}

const GIT: &[(&str, &str)] = &[
    (".git/HEAD", "ref: refs/heads/main\n"),
    (".git/config", "[core]\n"),
    (".git/info/exclude", "excluded.yml\n"),
];

fn checkout(files: &[(&str, &str)]) -> tempfile::TempDir {
    tree(&[GIT, files].concat())
}

#[test]
fn what_git_ignores_is_passed_over_but_for_env_files() {
    let root = checkout(&[
        (".gitignore", "secret.yml\n.env\n/build/\n*.local.yml\n!kept.local.yml\n"),
        (".env", ""),
        ("a.yml", ""),
        ("secret.yml", ""),
        ("excluded.yml", ""),
        ("x.local.yml", ""),
        ("kept.local.yml", ""),
        ("build/b.yml", ""),
        ("deep/build/b.yml", ""),
        ("deep/secret.yml", ""),
        ("deep/.gitignore", "own.yml\n!secret.yml\n"),
        ("deep/own.yml", ""),
        ("deep/er/own.yml", ""),
        ("deep/er/.env", ""),
    ]);
    let all = [".env", "a.yml", "kept.local.yml", "deep/build/b.yml", "deep/secret.yml", "deep/er/.env"];
    assert_eq!(said(root.path(), ".", "."), set(&all));
    // From below the rules above hold too.
    assert_eq!(said(root.path(), "deep", "."), set(&["build/b.yml", "secret.yml", "er/.env"]));
    assert_eq!(
        said(root.path(), ".", "deep/"),
        set(&["deep/build/b.yml", "deep/secret.yml", "deep/er/.env"])
    );
    // What is named is looked at.
    assert_eq!(said(root.path(), ".", "secret.yml"), set(&["secret.yml"]));
}

#[test]
fn a_checkout_inside_another_has_rules_of_its_own() {
    let root = checkout(&[
        (".gitignore", "*.yml\n"),
        ("a.yml", ""),
        ("inner/.git", "gitdir: ../.git/modules/inner\n"),
        ("inner/a.yml", ""),
        ("inner/.gitignore", "b.yml\n"),
        ("inner/b.yml", ""),
    ]);
    assert_eq!(said(root.path(), ".", "."), set(&["inner/a.yml"]));
}

#[test]
fn outside_of_a_checkout_only_rules_for_everybody_hold() {
    let root = tree(&[
        (".gitignore", "a.yml\n"),
        (".ignore", "b.yml\n"),
        ("a.yml", ""),
        ("b.yml", ""),
        ("deep/b.yml", ""),
    ]);
    assert_eq!(said(root.path(), ".", "."), set(&["a.yml"]));
}

#[test]
fn what_others_wrote_is_passed_over() {
    let root = tree(&[
        ("node_modules/x/.env", ""),
        (".venv/lib/.env", ""),
        ("{{cookiecutter.slug}}/.env", ""),
        ("vendor/.env", ""),
        ("app/.env", ""),
    ]);
    assert_eq!(said(root.path(), ".", "."), set(&["app/.env"]));
}

#[test]
fn many_directories_are_walked_whole() {
    let names: Vec<String> = (0..700).map(|i| format!("d{}/s{i}/.env", i % 20)).collect();
    let files: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "")).collect();
    let root = tree(&files);
    assert_eq!(said(root.path(), ".", "."), names.iter().cloned().collect());
}

/// An index with these names in it, as git writes it.
fn index(root: &Path, names: &[&str]) {
    let mut out = b"DIRC".to_vec();
    out.extend(2_u32.to_be_bytes());
    out.extend(u32::try_from(names.len()).expect("few").to_be_bytes());
    for name in names {
        let entry = out.len();
        out.extend([0; 24]);
        out.extend(0o100_644_u32.to_be_bytes());
        out.extend([0; 12 + 20]);
        out.extend(u16::try_from(name.len()).expect("short").to_be_bytes());
        out.extend(name.as_bytes());
        out.push(0);
        while !(out.len() - entry).is_multiple_of(8) {
            out.push(0);
        }
    }
    out.extend([7; 20]);
    fs::write(root.join(".git/index"), out).expect("an index");
}

#[test]
fn what_git_tracks_is_read_whatever_is_ignored() {
    let files = [
        (".gitignore", "secret.yml\n/build/\n*.local.yml\n"),
        ("secret.yml", ""),
        ("deep/secret.yml", ""),
        ("x.local.yml", ""),
        ("build/a/b.yml", ""),
        ("build/a/c.yml", ""),
        ("build/a/.env", ""),
        ("build/other/b.yml", ""),
        ("build/node_modules/b.yml", ""),
    ];
    let root = checkout(&files);
    assert_eq!(said(root.path(), ".", "."), set(&[]));
    let names = ["build/a/b.yml", "build/node_modules/b.yml", "deep/secret.yml", "secret.yml"];
    index(root.path(), &names);
    let all = ["secret.yml", "deep/secret.yml", "build/a/b.yml"];
    assert_eq!(said(root.path(), ".", "."), set(&all));
    assert_eq!(said(root.path(), "deep", "."), set(&["secret.yml"]));
    assert_eq!(said(root.path(), ".", "build/a"), set(&["build/a/b.yml", "build/a/c.yml", "build/a/.env"]));
    // Who keeps programs from searching it means all of them.
    fs::write(root.path().join(".ignore"), "secret.yml\n/build/\n").expect("a file");
    assert_eq!(said(root.path(), ".", "."), set(&[]));
    // An index that cannot be read says nothing.
    fs::remove_file(root.path().join(".ignore")).expect("a file");
    fs::write(root.path().join(".git/index"), "DIRC").expect("an index");
    assert_eq!(said(root.path(), ".", "."), set(&[]));
}

#[cfg(unix)]
#[test]
fn a_script_is_known_by_its_first_line() {
    use std::os::unix::fs::PermissionsExt as _;
    let script = format!("#!/bin/bash\npsql {URL}");
    let python = format!("#!/usr/bin/env python3\n# psql {URL}");
    let plain = format!("psql {URL}");
    let long = format!("#!/bin/bash\n{}\npsql {URL}", "# more\n".repeat(200));
    let root = tree(&[
        ("bin/setup", &script),
        ("bin/long", &long),
        ("bin/python", &python),
        ("bin/plain", &plain),
        ("docker/web/start", &script),
        ("deploy", &script),
        ("lib/start", &script),
        ("bin/NOTICE", &script),
    ]);
    let everywhere = ["bin/setup", "bin/long", "docker/web/start"];
    assert_eq!(said(root.path(), ".", "."), set(&everywhere));
    // Elsewhere it must be meant to be run.
    for path in ["deploy", "bin/NOTICE"] {
        let path = root.path().join(path);
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).expect("a mode");
    }
    assert_eq!(said(root.path(), ".", "."), set(&[&everywhere[..], &["deploy"]].concat()));
    // Among very many such files nobody looks for scripts.
    for i in 0..200 {
        fs::write(root.path().join(format!("bin/data{i}")), "x").expect("a file");
    }
    assert_eq!(said(root.path(), ".", "."), set(&["docker/web/start", "deploy"]));
}

#[test]
fn a_script_that_waits_needs_no_word_of_a_database() {
    let compose = "services:\n  db:\n    image: postgres:16.4\n  web:\n    build: .\n    depends_on: [db]\n";
    let entry = "#!/bin/sh\nwhile ! nc -z db 5432; do sleep 1; done\nexec \"$@\"\n";
    let with = |path: &str, text: &str| {
        let root = tree(&[("compose.yml", compose), (path, text)]);
        lines(root.path(), ".", ".").contains("compose-no-health-gate")
    };
    for (path, text) in [
        ("entrypoint.sh", entry),
        ("docker/entry", entry),
        ("start.sh", "#!/bin/sh\n./wait-for-it.sh db:$PORT -- node .\n"),
        ("start.sh", "#!/bin/sh\nexec dockerize -wait tcp://db:$PORT node .\n"),
        ("start.sh", "#!/bin/sh\nuntil flask upgrade; do sleep 1; done\n"),
        ("start.sh", "#!/bin/sh\n./scripts/wait-for-postgres.sh db\nwait-for-services\n"),
        ("start.sh", "#!/bin/sh\nnpx wait-on redis:6379 tcp:db:5432 && node .\n"),
        (
            "Dockerfile",
            "FROM node:22\nENTRYPOINT [\"/wait-for-it.sh\", \"db:5432\", \"--\"]\nCMD [\"node\", \".\"]\n",
        ),
    ] {
        assert!(!with(path, text), "{path} {text}");
    }
    for (path, text) in [
        ("entrypoint.sh", "#!/bin/sh\nwhile ! nc -z cache 6379; do sleep 1; done\nexec \"$@\"\n"),
        ("lib/entry", entry),
        ("start.sh", "#!/bin/sh\nnode . &\nwait\n"),
        ("start.sh", "#!/bin/sh\nflask upgrade\n"),
        ("deploy.sh", "#!/bin/bash\nwait_for_rollout() { sleep 5; }\nwait_for_rollout backend 300\n"),
        ("start.sh", "#!/bin/sh\n./wait-for-redis.sh\n./wait-for-it.sh redis:6379 -- node .\n"),
        ("start.sh", "#!/bin/sh\nnpx wait-on http://localhost:3000\n"),
        ("Dockerfile", "FROM node:22\nCMD [\"node\", \".\"]\n"),
        // Not that of the service.
        ("jobs/Dockerfile", "FROM node:22\nENTRYPOINT [\"/wait-for-it.sh\", \"db:5432\", \"--\"]\n"),
    ] {
        assert!(with(path, text), "{path} {text}");
    }
}

#[test]
fn what_waits_for_a_healthy_server_needs_no_word_of_a_database() {
    let weak = "services:\n  db:\n    image: postgres:16.4\n    healthcheck:\n      test: [\"CMD-SHELL\", \"pg_isready -U shop\"]\n  adminer:\n    image: adminer:4\n    depends_on: [db]\n";
    let worst = |path: &str, text: &str| {
        let root = tree(&[("docker-compose.prod.yml", weak), (path, text)]);
        lines(root.path(), ".", ".").contains("warning[compose-weak-healthcheck]")
    };
    let steps =
        "on: push\njobs:\n  t:\n    runs-on: ubuntu-latest\n    steps:\n      - run: docker compose up";
    for (path, text) in [
        (
            "docker-compose.prod.web.yml",
            "services:\n  web:\n    build: .\n    depends_on:\n      db: {condition: service_healthy}\n",
        ),
        (".github/workflows/ci.yml", &format!("{steps} -d --wait\n")),
        ("bin/up", "#!/bin/sh\ndocker compose up --wait\n"),
    ] {
        assert!(worst(path, text), "{path}");
    }
    assert!(!worst(".github/workflows/ci.yml", &format!("{steps} -d\n")));
}

/// A script that a template beside it becomes is there when it is started.
#[test]
fn a_script_may_be_filled_in_first() {
    let told = |script: &str| {
        let mount = "services:\n  db:\n    image: postgres:16.4\n    volumes: [\"./db/init.sh:/docker-entrypoint-initdb.d/init.sh\"]\n";
        let root = tree(&[("docker-compose.yml", mount), (script, "#!/bin/sh\n")]);
        lines(root.path(), ".", ".").contains("init-script-missing")
    };
    assert!(told("db/other.sh") && !told("db/init.sh") && !told("db/init.sh.tpl"));
}

/// A password among other variables is told where it stands.
#[test]
fn a_password_is_told_where_it_stands() {
    let image = "FROM amazoncorretto:17\nARG DB_HOST=pg.internal\nARG DB_PASSWORD=k3Vq9mT2xLpW7c\nENV DB_HOST=${DB_HOST}\nENV DB_PASSWORD=${DB_PASSWORD}\nENV DB_NAME=shop\nENV DB_USER=shop\nCMD [\"java\"]\n";
    let root = tree(&[("Dockerfile", image)]);
    let all = lines(root.path(), ".", ".");
    let told = all.lines().find(|line| line.contains("[url-in-image]"));
    assert!(
        told.is_some_and(|line| line.starts_with("Dockerfile:3:17:") && line.contains("`DB_PASSWORD`")),
        "{all}"
    );
}

/// A compose file may be started for the directory above its own.
#[test]
fn what_is_there_for_the_directory_above_is_worth_a_note() {
    let mount = |script: &str| {
        format!(
            "services:\n  db:\n    image: postgres:16.4\n    volumes: [\"./docker/sql/{script}:/docker-entrypoint-initdb.d/1.sql\"]\n"
        )
    };
    let root = tree(&[
        ("docker/compose.yml", &mount("init.sql")),
        ("docker/docker-compose.yml", &mount("other.sql")),
        ("infra/compose.aws.yml", &mount("init.sql")),
        ("docker/sql/init.sql", "SELECT 1;\n"),
    ]);
    let all = lines(root.path(), ".", ".");
    let told = |file: &str, level: &str| {
        all.lines().any(|l| l.starts_with(file) && l.contains(&format!("{level}[init-script-missing]")))
    };
    assert!(told("docker/compose.yml", "note") && told("infra/compose.aws.yml", "note"), "{all}");
    assert!(told("docker/docker-compose.yml", "warning"), "{all}");
}

/// A submodule that was not checked out is a directory in which nothing is.
#[test]
fn what_another_repository_holds_is_not_missed() {
    let told = |submodule: bool, checked_out: bool| {
        let mount = "services:\n  db:\n    image: postgres:16.4\n    volumes: [\"./bot/sql/init.sql:/docker-entrypoint-initdb.d/init.sql\"]\n";
        let root = checkout(&[("docker-compose.yml", mount)]);
        fs::create_dir(root.path().join("bot")).expect("a directory");
        if submodule {
            index(root.path(), &["bot", "docker-compose.yml"]);
        }
        if checked_out {
            fs::write(root.path().join("bot/README.md"), "A bot.\n").expect("a file");
        }
        lines(root.path(), ".", ".").contains("init-script-missing")
    };
    assert!(told(true, true) && told(false, false) && !told(true, false));
}
