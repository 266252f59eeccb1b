//! Projects as their generators make them, through the built binary: by default no error, and at most three warnings.
//! What is said above a note stands here, with the reason why a maintainer would mend it. The files below
//! `tests/starters` are ours; their names, keys and default values are those of the generators.
#![cfg(feature = "cli")]
#![expect(clippy::disallowed_methods, reason = "the test copies the starters, and looks what is there")]

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// A starter, what is said of it above a note, and why that is right.
struct Starter {
    name: &'static str,
    said: &'static [(&'static str, &'static str)],
}

const fn healthy(name: &'static str) -> Starter {
    Starter { name, said: &[] }
}

const STARTERS: &[Starter] = &[
    Starter {
        name: "cookiecutter-django",
        said: &[
            (
                "compose/production/django/entrypoint:11 warning[url-composed-unencoded]",
                "a password with a `/` in it makes another URL, and nothing encodes it",
            ),
            (
                "config/settings/production.py:7 warning[persistent-connection-unchecked]",
                "CONN_MAX_AGE without CONN_HEALTH_CHECKS: after a restart of the server every worker fails once",
            ),
        ],
    },
    healthy("django"),
    healthy("express-knex"),
    healthy("flask"),
    Starter {
        name: "full-stack-fastapi-template",
        said: &[(
            ".env:31 warning[placeholder-secret]",
            "the template itself says so, and its settings refuse `changethis` outside of `local`",
        )],
    },
    healthy("go-pgx"),
    healthy("laravel"),
    healthy("nestjs-typeorm"),
    healthy("nextjs-prisma"),
    healthy("phoenix"),
    healthy("rails"),
    healthy("realworld-axum"),
    healthy("spring-boot"),
];

#[test]
fn each_starter_says_what_is_promised() {
    for starter in STARTERS {
        let (said, text) = lint(&starters().join(starter.name));
        let promised: Vec<&str> = starter.said.iter().map(|(said, _)| *said).collect();
        assert_eq!(said, promised, "{}\n{text}", starter.name);
    }
}

#[test]
fn the_budget_is_kept() {
    for starter in STARTERS {
        assert!(starter.said.iter().all(|(said, _)| said.contains(" warning[")), "{}", starter.name);
        assert!(starter.said.len() <= 3, "{}", starter.name);
    }
}

#[test]
fn every_directory_is_a_starter() {
    let there = fs::read_dir(starters()).expect("the starters are there");
    let there = there.map(|entry| entry.expect("an entry").path()).filter(|path| path.is_dir());
    let there: BTreeSet<String> =
        there.filter_map(|path| Some(path.file_name()?.to_string_lossy().into_owned())).collect();
    let listed: BTreeSet<String> = STARTERS.iter().map(|s| s.name.to_owned()).collect();
    assert_eq!(there, listed);
}

/// The same starter with one defect more: what is silent above is silent because nothing is wrong.
#[test]
fn a_defect_in_a_starter_is_found() {
    for (name, path, from, to, rule) in [
        (
            "rails",
            "config/database.yml",
            "password: <%= ENV[\"BLOG_DATABASE_PASSWORD\"] %>",
            "password: k3Vq9mT2xLpW",
            "url-in-framework-config",
        ),
        (
            "django",
            "shop/settings.py",
            "os.environ[\"DB_NAME\"]",
            "os.environ.get(\"DB_NAME\")",
            "parts-incomplete",
        ),
        (
            "laravel",
            "compose.yaml",
            "./vendor/laravel/sail/database/pgsql/",
            "./docker/pgsql/",
            "init-script-missing",
        ),
        (
            "realworld-axum",
            ".github/workflows/rust.yml",
            "postgres:postgres@localhost",
            "postgres:password@localhost",
            "ci-service-mismatch",
        ),
        ("go-pgx", "docker-compose.yaml", "@postgres:5432", "@localhost:5432", "compose-localhost-host"),
        (
            "nestjs-typeorm",
            "src/database/data-source.ts",
            "process.env.DATABASE_URL",
            "process.env.DATABASE_URL || \"postgres://api:Xk29dLq0pWvR@db.example.com/api\"",
            "fallback-default",
        ),
        ("phoenix", ".env", "localhost/hello_dev", "localhost", "dbname-implicit"),
        (
            "spring-boot",
            "src/main/resources/application-postgres.properties",
            "jdbc:postgresql://localhost/petclinic}",
            "jdbc:postgresql//localhost/petclinic}",
            "url-malformed",
        ),
    ] {
        let copy = tempfile::tempdir().expect("a temporary directory");
        copy_into(&starters().join(name), copy.path());
        let file = copy.path().join(path);
        let text = fs::read_to_string(&file).expect("a file of the starter");
        assert!(text.contains(from), "{name}: {path}");
        fs::write(&file, text.replacen(from, to, 1)).expect("a copy can be written");
        let (_, text) = run(copy.path());
        assert!(text.contains(&format!("[{rule}]")), "{name}: {path}: {rule}\n{text}");
    }
}

/// What is said above a note, as `path:line severity[rule]`, and the whole text.
fn lint(directory: &Path) -> (Vec<String>, String) {
    // What stands above the directory is not its own: it is judged as if nothing did.
    let copy = tempfile::tempdir().expect("a temporary directory");
    copy_into(directory, copy.path());
    run(copy.path())
}

fn run(directory: &Path) -> (Vec<String>, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_pgward"))
        .args(["lint", "-v", "--format", "concise", "."])
        .current_dir(directory)
        .env_clear()
        .output()
        .expect("the binary runs");
    let text = String::from_utf8(output.stdout).expect("text");
    let said = text.lines().filter_map(|line| {
        let (place, rest) = line.split_once(": ").filter(|_| !line.starts_with(' '))?;
        let head = &rest[..=rest.find(']')?];
        let (path_and_line, _column) = place.rsplit_once(':')?;
        let loud = head.starts_with("error[") || head.starts_with("warning[");
        loud.then(|| format!("{path_and_line} {head}"))
    });
    (said.collect(), text.clone())
}

fn starters() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/starters")
}

fn copy_into(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).expect("a directory") {
        let path = entry.expect("an entry").path();
        let target = to.join(path.file_name().expect("a name"));
        if path.is_dir() {
            fs::create_dir_all(&target).expect("a directory can be made");
            copy_into(&path, &target);
        } else {
            fs::copy(&path, &target).expect("a file can be copied");
        }
    }
}
