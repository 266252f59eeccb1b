//! `pgward init` over the starters and over generated trees: what it writes is a policy, changes no verdict, and holds
//! nothing of a file but names of our own and paths.
#![cfg(feature = "cli")]
#![expect(clippy::disallowed_methods, reason = "the test reads what was written")]

use pgward::Policy;
use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};
use tempfile::TempDir;

fn pgward(directory: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pgward"));
    command.env_clear().env("HOME", directory).current_dir(directory).args(arguments);
    command.output().expect("the binary runs")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("UTF-8")
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a directory");
    for entry in fs::read_dir(from).expect("a directory") {
        let path = entry.expect("an entry").path();
        let target = to.join(path.file_name().expect("a name"));
        if path.is_dir() {
            copy(&path, &target);
        } else {
            fs::copy(&path, target).expect("a file");
        }
    }
}

fn tree(files: &[(&str, &str)]) -> TempDir {
    let root = tempfile::tempdir().expect("a directory");
    for (path, text) in files {
        let path = root.path().join(path);
        fs::create_dir_all(path.parent().expect("below the root")).expect("a directory");
        fs::write(path, text).expect("a file");
    }
    root
}

/// The file with every setting switched on.
fn switched_on(text: &str) -> String {
    let on = |line: &str| match line.strip_prefix('#') {
        Some(rest) if !rest.is_empty() && !rest.starts_with(' ') => format!("{rest}\n"),
        _ => format!("{line}\n"),
    };
    text.lines().map(on).collect()
}

/// What holds wherever it is run: a policy with and without its comments, and the same verdict before and after.
fn proved(directory: &Path) -> (String, String) {
    let before = pgward(directory, &["lint", "-v"]);
    let output = pgward(directory, &["init"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert!(output.stdout.is_empty());
    let written = fs::read_to_string(directory.join("pgward.toml")).expect("it is written");
    assert!(Policy::from_toml(&written).is_ok(), "{written}");
    let on = switched_on(&written);
    Policy::from_toml(&on).unwrap_or_else(|e| panic!("{e}\n{on}"));
    assert!(on.contains("\nconsumers = [") && on.contains("\n[rules]\n"), "{on}");
    let after = pgward(directory, &["lint", "-v"]);
    assert_eq!(text(&before.stdout), text(&after.stdout), "{}", directory.display());
    assert_eq!(before.status.code(), after.status.code());
    (written, text(&output.stderr))
}

#[test]
fn starters_keep_their_verdict() {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let mut seen = 0;
    for parent in ["tests/starters", "config-examples", "tests/cases/babyshield", "tests/cases/obcms"] {
        for entry in fs::read_dir(root.join(parent)).expect("a directory") {
            let path = entry.expect("an entry").path();
            if !path.is_dir() || path.join("pgward.toml").exists() {
                continue;
            }
            let copied = tempfile::tempdir().expect("a directory");
            copy(&path, copied.path());
            proved(copied.path());
            seen += 1;
        }
    }
    assert!(seen >= 10, "{seen}");
}

#[test]
fn what_is_found_is_written_with_its_place() {
    let root = tree(&[
        ("requirements.txt", "fastapi==0.115\nsqlalchemy[asyncio]==2.0.36\npython-dotenv==1.0.1\n"),
        ("alembic/versions/1_first.py", "\n\nop.execute('CREATE EXTENSION IF NOT EXISTS pg_trgm')\n"),
        (".env", "SECRET_KEY=1\nexport JWT_SECRET_KEY=2\nOTHER_KEY=3\n"),
        ("deploy/app.env", "DATABASE_URL=postgresql://app@db/app\n"),
    ]);
    let (written, next) = proved(root.path());
    for line in [
        "#   sqlalchemy: requirements.txt:2 sqlalchemy",
        "#consumers = [\"sqlalchemy\"]",
        "#   python-dotenv: requirements.txt:3 python-dotenv",
        "#loaders = [\"python-dotenv\"]",
        "#   found: .env",
        "#   found: deploy/app.env",
        "#   pg_trgm: alembic/versions/1_first.py:3",
        "#extensions = [\"pg_trgm\"]",
        "#   JWT_SECRET_KEY: .env:2",
        "#name = \"SECRET_KEY\"",
    ] {
        assert!(written.lines().any(|l| l == line), "{line}\n{written}");
    }
    assert!(!written.contains("OTHER_KEY"));
    assert!(written.lines().all(|line| line.chars().count() <= 80), "{written}");
    for line in [
        "wrote `pgward.toml`",
        "FastAPI, by requirements.txt:1",
        "pgward run --wait 60s -- uvicorn",
        "pgward lint",
    ] {
        assert!(next.contains(line), "{line}\n{next}");
    }
}

#[test]
fn each_stack_is_told_its_own_lines() {
    for (files, expected) in [
        (&[("requirements.txt", "Django>=5\n")][..], "-- gunicorn PROJECT.wsgi"),
        (&[("Gemfile", "gem \"rails\"\ngem \"pg\"\n")], "-- bundle exec puma"),
        (
            &[("package.json", "{\"dependencies\":{\"@prisma/client\":\"6\",\"next\":\"15\"}}")],
            "npx prisma migrate deploy",
        ),
        (&[("package.json", "{\"dependencies\":{\"pg\":\"8\"}}")], "-- node SERVER.js"),
        (
            &[("Cargo.toml", "[dependencies]\nsqlx = { version = \"0.8\", features = [\"postgres\"] }\n")],
            "enforce_async()",
        ),
        (&[("go.mod", "module x\nrequire github.com/jackc/pgx/v5 v5.7.0\n")], "-- ./SERVICE"),
        (&[("composer.json", "{\"require\":{\"laravel/framework\":\"^11\"}}")], "php artisan migrate"),
        (&[("README", "nothing")], "-- COMMAND"),
    ] {
        let root = tree(files);
        let (_, next) = proved(root.path());
        assert!(next.contains(expected), "{files:?}: {next}");
    }
}

#[test]
fn a_policy_that_is_there_stays() {
    for (path, content) in [
        ("pgward.toml", "# mine\n"),
        ("pgward.toml", "not a policy"),
        ("pyproject.toml", "[tool.pgward]\ntls = \"required\"\n"),
        ("Cargo.toml", "[package.metadata.pgward]\n"),
    ] {
        let root = tree(&[(path, content)]);
        let output = pgward(root.path(), &["init"]);
        assert_eq!(output.status.code(), Some(2), "{path}");
        let error = text(&output.stderr);
        assert!(error.contains(path), "{error}");
        assert_eq!(fs::read_to_string(root.path().join(path)).expect("it is there"), content);
        assert_eq!(root.path().join("pgward.toml").exists(), path == "pgward.toml");
        // To standard output it goes all the same.
        for arguments in [&["init", "--stdout"][..], &["init", "-"]] {
            let output = pgward(root.path(), arguments);
            assert_eq!(output.status.code(), Some(0));
            assert!(Policy::from_toml(&text(&output.stdout)).is_ok());
        }
    }
}

#[cfg(unix)]
#[test]
fn no_link_is_written_through() {
    let root = tree(&[("README", "")]);
    std::os::unix::fs::symlink("elsewhere.toml", root.path().join("pgward.toml")).expect("a link");
    let output = pgward(root.path(), &["init"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("`pgward.toml` is there already"), "{}", text(&output.stderr));
    assert!(!root.path().join("elsewhere.toml").exists());
}

#[test]
fn another_directory_is_written_into_and_none_is_made() {
    let root = tree(&[("service/requirements.txt", "sqlalchemy\n")]);
    let output = pgward(root.path(), &["init", "service"]);
    assert_eq!(output.status.code(), Some(0));
    assert!(text(&output.stderr).contains("wrote `service/pgward.toml`"));
    assert!(root.path().join("service/pgward.toml").exists() && !root.path().join("pgward.toml").exists());
    let output = pgward(root.path(), &["init", "nowhere"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(!root.path().join("nowhere").exists());
}

/// A canary in the place of every value, name and comment; names of files with what breaks a comment.
#[test]
fn nothing_of_a_file_gets_in() {
    const CANARY: &str = "Xk9vQ2canary";
    let fill = |text: &str| text.replace("{}", CANARY);
    let files = [
        (".env", "SECRET_KEY={}\nDATABASE_URL=postgresql://app:{}@db.example.com/{}\n{}=x\nAPP_{}=1\n"),
        (
            "requirements.txt",
            "sqlalchemy=={}\n{}==1\n--index-url https://u:{}@pypi.example.com\npsycopg # {}\n",
        ),
        (
            "package.json",
            "{\"dependencies\":{\"pg\":\"{}\",\"{}\":\"1\"},\"scripts\":{\"db\":\"psql $DB_{}\"}}",
        ),
        (
            "compose.yml",
            "services:\n  {}:\n    image: {}\n    env_file: {}.env\n    environment:\n      A: ${{}}\n",
        ),
        (
            "db/migrate/1.sql",
            "CREATE EXTENSION {};\nCREATE EXTENSION pg_trgm; -- {}\nCREATE ROLE x PASSWORD '{}';\n",
        ),
        ("app/migrations/1.py", "CreateExtension('{}')\nenable_extension('{}')\nextensions = ['{}']\n"),
        ("run.sh", "export $(cat .env.{} | xargs)\npsql \"$URL_{}\"\nPGPASSWORD={} psql\n"),
        ("Cargo.toml", "[dependencies]\nsqlx = { version = \"{}\" }\n{} = \"1\"\n"),
    ];
    let filled: Vec<(&str, String)> = files.iter().map(|(path, text)| (*path, fill(text))).collect();
    let borrowed: Vec<(&str, &str)> = filled.iter().map(|(path, text)| (*path, text.as_str())).collect();
    let root = tree(&borrowed);
    let (written, next) = proved(root.path());
    assert!(!written.contains(CANARY), "{written}");
    assert!(!next.contains(CANARY), "{next}");
}

#[cfg(unix)]
#[test]
fn a_name_that_breaks_lines_breaks_none() {
    let root = tree(&[
        ("a\nconsumers = [\"x\"]\n\u{1b}[31m/requirements.txt", "sqlalchemy\n"),
        ("b\ntls = 1/.env", "SECRET_KEY=1\n"),
        ("c\n[rules]/x.sql", "CREATE EXTENSION pg_trgm;\n"),
    ]);
    let (written, next) = proved(root.path());
    assert!(!written.contains('\u{1b}') && !next.contains('\u{1b}'));
    assert!(written.lines().all(|line| line.is_empty() || line.starts_with('#')), "{written}");
}
