//! An env file all the way to its findings: no password among them.

use super::{MARK, Target, marked_once};
use pgward::{
    Files, Policy,
    dotenv::{self, Dialect},
    lint,
    unstable::{
        layer::Entry,
        source::{SourceKind, Sources},
    },
};
use secrecy::ExposeSecret as _;

pub(super) const TARGET: Target = Target {
    name: "report",
    run,
    replay: run,
    readers: (1, |_, data| run(data)),
    words: &[
        "APP_ENV=production\n",
        "DB_HOST=localhost\n",
        "DB_NAME=app\n",
        "DB_USER=postgres\n",
        "DB_PASSWORD=cAnArY9Qz7Wx\n",
        "DB_PASSWORD_FILE=/run/secrets/x\n",
        "DATABASE_URL=postgresql://app:cAnArY9Qz7Wx@h/app\n",
        "PGPASSWORD=",
        "DB_PORT=",
        "DB_SECRET={\"host\":\"h\",\"username\":\"u\",\"password\":\"",
        "\"}",
        "USE_POSTGRESQL=false\n",
        "DEBUG=true\n",
        "TEST_DATABASE_URL=",
        "sqlite:///x.db",
        "${DB_PASSWORD}",
        "${NO:-cAnArY9Qz7Wx}",
        "'",
        "\"",
        "\n",
        "#",
        "@",
        ":",
        "/",
        "?sslmode=disable",
        "%40",
        "\\",
        "<x>",
        "{{x}}",
        " ",
        "ż",
        "=",
    ],
    lines: &[],
    around: &[("", ""), ("DB_PASSWORD=", "\n"), ("DATABASE_URL=postgresql://u:p@h/d?", "\n")],
    cost: 20,
};

const PASSWORDS: &[&str] = &["DB_PASSWORD", "PGPASSWORD", "DATABASE_PASSWORD", "POSTGRES_PASSWORD"];

fn run(data: &[u8]) {
    let files = Files { files: vec![(".env.production".to_owned(), data.to_vec())], ..Files::default() };
    let findings = lint(&files, &Policy::default());
    let text = String::from_utf8_lossy(data);
    if !marked_once(&text) {
        return;
    }
    let mut sources = Sources::default();
    let id = sources.add(SourceKind::File(".env".into()), data);
    let read = dotenv::parse(&mut sources, id, Dialect::PythonDotenv, &|_| None);
    let is_password = |entry: &Entry| {
        PASSWORDS.contains(&entry.key.as_str())
            && entry.value.text.to_secret_string().expose_secret().contains(MARK)
    };
    if read.entries.iter().any(is_password) {
        assert!(!format!("{findings:?}").contains(MARK), "a password is reported");
    }
}
