//! `pgward url`: what each client library makes of a string, in a table and as JSON; never a password.
#![cfg(feature = "cli")]

use pgward::unstable::{
    configuration::{Configuration, Input},
    consumer::Consumer,
    judge::Evidence,
    layer,
    rules::Door,
    settings::reading,
    source::Sources,
};
use std::{
    io::Write as _,
    process::{Command, Stdio},
};

/// Letters alone, so that it needs no encoding and cannot stand in a text by chance.
const CANARY: &str = "cAnArYpAsSwOrDqXvB";

struct Run {
    code: Option<i32>,
    stdout: String,
    stderr: String,
}

impl Run {
    /// The row of a library, blanks made one.
    fn row(&self, name: &str) -> String {
        let lines: Vec<&str> = self.stdout.lines().collect();
        let at = lines.iter().position(|l| l.split_whitespace().next() == Some(name));
        let at = at.unwrap_or_else(|| panic!("no row `{name}`: {}{}", self.stdout, self.stderr));
        let more = lines[at + 1..].iter().take_while(|l| l.starts_with(' '));
        let words = std::iter::once(&lines[at]).chain(more).flat_map(|l| l.split_whitespace());
        words.collect::<Vec<_>>().join(" ")
    }

    fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|e| panic!("{e}: {}{}", self.stdout, self.stderr))
    }
}

/// `pgward url ARGUMENTS` with these files, variables and standard input alone.
fn url(arguments: &[&str], stdin: &str, files: &[(&str, &str)], variables: &[(&str, &str)]) -> Run {
    let directory = tempfile::tempdir().expect("a temporary directory");
    for (name, text) in files {
        std::fs::write(directory.path().join(name), text).expect("written");
    }
    let mut child = Command::new(env!("CARGO_BIN_EXE_pgward"))
        .arg("url")
        .args(arguments)
        .current_dir(directory.path())
        .env_clear()
        .envs(variables.iter().copied())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary runs");
    // It may not read it at all.
    let _closed = child.stdin.take().expect("piped").write_all(stdin.as_bytes());
    let output = child.wait_with_output().expect("it ends");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text");
    Run { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
}

fn all(text: &str) -> Run {
    url(&["-", "--consumers", "all"], text, &[], &[])
}

#[test]
fn a_url_that_all_read_alike() {
    let run = all("postgresql://app:s3cret@db.example.com:5433/app");
    assert_eq!(run.code, Some(0), "{}{}", run.stdout, run.stderr);
    assert_eq!(run.stdout.lines().next(), Some("postgresql://app:•••@db.example.com:5433/app"));
    for consumer in Consumer::ALL {
        assert_eq!(run.row(consumer.as_str()), format!("{} alike", consumer.as_str()));
    }
    assert_eq!(run.stderr, "");
}

#[test]
fn rows_that_people_meet() {
    for (text, row) in [
        ("postgresql+psycopg://u:p@h/d", "sqlalchemy alike"),
        ("postgresql+psycopg://u:p@h/d", "libpq refused libpq knows postgresql:// and postgres:// alone"),
        (
            "postgres://u:p@h/d",
            "sqlalchemy refused SQLAlchemy has no dialect called postgres; it is postgresql",
        ),
        ("postgresql://u:p@ss@h/d", "libpq differs dials what no host can be called"),
        ("postgresql://u:p@ss@h/d", "sqlx alike"),
        ("postgresql://u:p@h/d#x", "dj-database-url differs another database"),
        (
            "postgresql://u:p@h/d?ssl=true",
            "sqlx weaker protects as `prefer` does, not as `require`; drops a parameter",
        ),
        (
            "postgresql://u:p@h/d?sslmode=require",
            "node-postgres alike asks for `verify-full`, where `require` is meant",
        ),
        ("postgresql://u:p@h/d?connect_timeout=5", "sqlx drops drops `connect_timeout`"),
        (
            "postgresql://u:p@h/d?channel_binding=require",
            "asyncpg hands on hands `channel_binding` to the server as a setting",
        ),
        ("jdbc:postgresql://h/d?user=u", "sqlx differs host `localhost`; database `postgresql://h/d`"),
        ("jdbc:postgresql://h/d?user=u", "node-postgres differs host `localhost`; another database"),
        (
            "Host=h;Username=u;Database=d;SSL Mode=Require",
            "node-postgres differs another host; no role, so a default; another database; protects as `disable` \
             does, not as `require`",
        ),
        ("postgresql+asyncpg://u:p@h/d?ssl=require", "sqlalchemy alike"),
        (
            "postgresql+asyncpg://u:p@h/d?ssl=require",
            "sqlx weaker protects as `prefer` does, not as `require`; drops a parameter",
        ),
        ("sqlite://x.db", "dj-database-url alike takes it for SQLite in memory"),
        ("sqlite://x.db", "django-environ alike takes it for SQLite in memory"),
        ("sqlite:///x.db", "sqlx differs takes it for PostgreSQL"),
        ("sqlite:///x.db", "dj-database-url alike"),
        ("postgresql:///d", "sqlx differs host `localhost`"),
        ("postgresql:///d", "asyncpg alike"),
    ] {
        let run = all(text);
        let name = row.split(' ').next().expect("a name");
        assert_eq!(run.row(name), row, "{text}\n{}", run.stdout);
        let alike = Consumer::ALL.iter().all(|c| run.row(c.as_str()).contains(" alike"));
        assert_eq!(run.code, Some(i32::from(!alike)), "{text}");
    }
}

#[test]
fn whom_it_asks() {
    let names = |run: &Run| -> Vec<String> {
        let rows = run.stdout.lines().skip(2).filter(|l| !l.starts_with(' '));
        rows.filter_map(|l| l.split_whitespace().next()).map(str::to_owned).collect()
    };
    let text = "postgresql://u:p@h/d";
    assert_eq!(names(&url(&["-", "--consumers", "sqlx,PG,sqlx"], text, &[], &[])), ["sqlx", "node-postgres"]);
    assert_eq!(names(&url(&["-"], text, &[], &[])).len(), Consumer::ALL.len());
    // Of this shell: what is declared, else what the repository says.
    let variables = [("APP_ENV", "production"), ("DATABASE_URL", text)];
    let policy = ("pgward.toml", "consumers = [\"django\"]\n");
    assert_eq!(names(&url(&[], "", &[policy], &variables)), ["dj-database-url"]);
    let cargo = (
        "Cargo.toml",
        "[package]\nname = \"a\"\n[dependencies]\nsqlx = { version = \"0.8\", features = [\"postgres\"] }\n",
    );
    assert_eq!(names(&url(&[], "", &[cargo], &variables)), ["sqlx"]);
    // Parts make a URL, too.
    let parts = [
        ("APP_ENV", "production"),
        ("DB_HOST", "h"),
        ("DB_NAME", "d"),
        ("DB_USER", "u"),
        ("DB_PASSWORD", CANARY),
    ];
    let run = url(&["--consumers", "libpq"], "", &[], &parts);
    assert_eq!(run.stdout, "postgresql://u:•••@h/d\n\nlibpq  alike\n");
}

#[test]
fn it_fits_the_terminal() {
    let long = "postgresql://u:p@h1:1,h2:2/d?sslmode=require&channel_binding=require&schema=x";
    for width in ["60", "80", "120"] {
        let run = url(&["-", "--consumers", "all"], long, &[], &[("COLUMNS", width)]);
        let most = run.stdout.lines().skip(1).map(|l| l.chars().count()).max();
        assert!(most <= width.parse().ok(), "{width}: {}", run.stdout);
    }
    let plain = url(&["-", "--consumers", "all", "--color", "never"], long, &[], &[]);
    let colored = url(&["-", "--consumers", "all", "--color", "always"], long, &[], &[]);
    assert!(!plain.stdout.contains('\x1b') && colored.stdout.contains("\x1b[31mrefused"));
    let mut stripped = colored.stdout;
    for code in ["\x1b[31m", "\x1b[32m", "\x1b[33m", "\x1b[0m"] {
        stripped = stripped.replace(code, "");
    }
    let trimmed: Vec<&str> = stripped.lines().map(str::trim_end).collect();
    assert_eq!(trimmed, plain.stdout.lines().collect::<Vec<_>>());
}

#[test]
fn as_json() {
    let run = url(
        &["-", "--consumers", "libpq,sqlx", "--format", "json"],
        "postgresql://u:p@h/d?ssl=true&channel_binding=require",
        &[],
        &[],
    );
    let json = run.json();
    assert_eq!(json["command"], "url");
    assert_eq!(json["url"], "postgresql://u:•••@h/d?ssl=true&channel_binding=require");
    assert_eq!(json["consumers"][0]["verdict"], "alike");
    let sqlx = &json["consumers"][1];
    assert_eq!((&sqlx["name"], &sqlx["verdict"]), (&"sqlx".into(), &"weaker".into()));
    assert_eq!(sqlx["encryption"], serde_json::json!({ "means": "require", "is": "prefer", "weaker": true }));
    assert_eq!(sqlx["dropped"], serde_json::json!([null, "channel_binding"]));
    assert_eq!(run.code, Some(1));
}

#[test]
fn the_masked_spelling_is_for_eyes_alone() {
    let run = url(&["-", "--for", "sqlx"], &format!("postgresql://u:{CANARY}@h/d"), &[], &[]);
    assert_eq!((run.code, run.stdout.as_str()), (Some(2), ""));
    assert!(run.stderr.contains("no terminal") && run.stderr.contains("Ready::url"), "{}", run.stderr);
    let both = url(&["-", "--for", "sqlx", "--consumers", "all"], "postgresql://h/d", &[], &[]);
    assert_eq!((both.code, both.stdout.as_str()), (Some(2), ""));
}

#[test]
fn spellings() {
    for (text, consumer, expected, left) in [
        (
            "jdbc:postgresql://h:5433/d?user=u&password=p&ssl=true",
            Consumer::SqlAlchemy,
            "postgresql+psycopg://u:•••@h:5433/d?sslmode=verify-full",
            &[][..],
        ),
        ("Host=h;Username=u;Password=p;Database=d", Consumer::Libpq, "postgresql://u:•••@h/d", &[]),
        ("host=h user=u dbname=d", Consumer::DjDatabaseUrl, "postgresql://u@h/d", &[]),
        ("postgres+psycopg2://u:p%40ss@h/d", Consumer::Asyncpg, "postgresql://u:•••@h/d", &[]),
        (
            "postgresql+asyncpg://u:p@h/d?ssl=require",
            Consumer::SqlAlchemy,
            "postgresql+asyncpg://u:•••@h/d?ssl=require",
            &[],
        ),
        (
            "postgresql+asyncpg://u:p@h/d?ssl=verify_full",
            Consumer::Libpq,
            "postgresql://u:•••@h/d?sslmode=verify-full",
            &[],
        ),
        (
            "postgresql+asyncpg://u:p@h/d?ssl=require",
            Consumer::NodePostgres,
            "postgresql://u:•••@h/d?•••=•••&sslmode=require",
            &[],
        ),
        (
            "postgresql+psycopg2://u@h/d?sslmode=require",
            Consumer::SqlAlchemy,
            "postgresql+psycopg2://u@h/d?sslmode=require",
            &[],
        ),
        ("postgresql://u@h/d?ssl=no-verify", Consumer::Libpq, "postgresql://u@h/d", &["ssl"]),
        (
            "postgresql://u@h/d?sslmode=require&channel_binding=require",
            Consumer::Sqlx,
            "postgresql://u@h/d?sslmode=require",
            &["channel_binding"],
        ),
    ] {
        let mut sources = Sources::default();
        let layers = vec![layer::flag(&mut sources, "URL", "DATABASE_URL", text)];
        let configuration = Configuration::new(Input { sources, layers, ..Input::default() });
        let target = configuration.settings.selected().expect("a database");
        let (url, without) = target.url_for(consumer).unwrap_or_else(|| panic!("{text} for {consumer:?}"));
        assert_eq!(reading::masked(&url), expected, "{text}");
        assert_eq!(without, left, "{text}");
    }
}

#[test]
fn a_password_on_the_command_line_is_warned_of() {
    let quiet = url(&["postgresql://u@h/d", "--consumers", "libpq"], "", &[], &[]);
    assert_eq!(quiet.stderr, "");
    for text in
        ["postgresql://u:p@h/d", "jdbc:postgresql://h/d?password=p", "host=h password=p", "Host=h;Pwd=p"]
    {
        let run = url(&[text, "--consumers", "libpq"], "", &[], &[]);
        assert!(
            run.stderr.contains("process list") && run.stderr.contains("history"),
            "{text}: {}",
            run.stderr
        );
    }
}

#[test]
fn what_cannot_be_asked() {
    for (arguments, stdin) in [
        (&["--consumers", "all"][..], ""),
        (&["-", "--consumers", "nonsense"], "postgresql://h/d"),
        (&["-"], "  \n"),
        (&["--for", "nonsense"], ""),
    ] {
        let run = url(arguments, stdin, &[], &[]);
        assert_eq!((run.code, run.stdout.as_str()), (Some(2), ""), "{arguments:?}: {}", run.stderr);
    }
}

/// Wherever a password may stand, and whoever takes it for something else.
#[test]
fn no_output_shows_a_password() {
    let templates = [
        "postgresql://app:{}@db.example.com/app",
        "postgresql+psycopg://app:{}@db.example.com/app?sslmod=x",
        "postgresql://app:{}@x@db.example.com/app",
        "postgresql://app:x@{}@db.example.com/app",
        "postgresql://app:x/{}@db.example.com/app",
        "postgresql://app:x#{}@db.example.com/app",
        "postgresql://app:x?{}@db.example.com/app",
        "postgresql://app:1#{}@db.example.com",
        "postgresql://app:12/{}@db.example.com/app",
        "postgresql://app:x[{}]@db.example.com/app",
        "postgresql://app:%25{}@db.example.com/app",
        "postgresql://app:%zz{}@db.example.com/app",
        "postgresql://db.example.com/app?user=app&password={}",
        "postgresql://db.example.com/app?{}=x&options={}",
        "postgresql://app:{}",
        "postgresql://{}@db.example.com:x/app",
        "postgres:/app:{}@db.example.com/app",
        "postgres//app:{}@db.example.com/app",
        "host=h user=u password={}",
        "host=h password='{} x' user=u",
        "host=h;user=u;password={};dbname=d",
        "Host=h;Username=u;Password={};Database=d",
        "Host=h;Username=u;Password='{};x';Database=d",
        "Host=h;Username=u;Password=x;{};Database=d",
        "jdbc:postgresql://h/d?user=u&password={}",
        "jdbc:postgresql://u:{}@h/d",
        "mysql://app:{}@db.example.com/app",
        "sqlite:///x.db?key={}",
        "prisma+postgres://accelerate.prisma-data.net/?api_key={}",
        "\"postgresql://app:{}@db.example.com/app\"",
        "{}",
        "${DATABASE_URL:-postgresql://app:{}@h/d}",
        "https://app:{}@db.example.com/app",
    ];
    for template in templates {
        let text = template.replace("{}", CANARY);
        for arguments in [&["-", "--consumers", "all"][..], &["-", "--consumers", "all", "--format", "json"]]
        {
            let run = url(arguments, &text, &[], &[]);
            let shown = format!("{}{}", run.stdout, run.stderr).to_ascii_lowercase();
            assert!(!shown.contains(&CANARY.to_ascii_lowercase()), "{template}\n{shown}");
            assert!(run.code.is_some_and(|c| c <= 2), "{template}: {:?}", run.code);
        }
        let run = url(&[&text, "--consumers", "all"], "", &[], &[]);
        assert!(!format!("{}{}", run.stdout, run.stderr).contains(CANARY), "{template}\n{}", run.stderr);
    }
}

/// Every recorded string, malformed on purpose or not, with every library known to read it.
#[test]
fn recorded_strings_are_judged_for_all_consumers() {
    let corpus = include_str!("corpora/conninfo.public.jsonl");
    let policy = pgward::Policy::from_toml(&format!(
        "consumers = [{}]",
        Consumer::ALL.map(|c| format!("\"{}\"", c.as_str())).join(", ")
    ))
    .expect("a policy");
    let mut apart = 0;
    for line in corpus.lines() {
        let row: serde_json::Value = serde_json::from_str(line).expect("a row");
        let text = row["input"].as_str().expect("text");
        let mut sources = Sources::default();
        let layers = vec![layer::flag(&mut sources, "URL", "DATABASE_URL", text)];
        let policy = policy.clone();
        let configuration = Configuration::new(Input { sources, layers, policy, ..Input::default() });
        let found = configuration.findings(Door::Check, Evidence::default());
        apart += usize::from(found.iter().any(|f| f.rule == "consumers-disagree"));
    }
    // 14 of 83 by hand-made URLs; this corpus is malformed on purpose.
    assert!(apart > 50, "{apart}");
}

/// What is far too long to be a connection string costs no more than one.
#[test]
fn hostile_strings_end() {
    let began = std::time::Instant::now();
    for piece in ["&a=b", "&sslmode=require", "&schema=x", "h:1,", "%25", "+x", "u:p@", "=;"] {
        let text = format!("postgresql://u:p@h/d?{}", piece.repeat(200_000 / piece.len()));
        let run = url(&["-", "--consumers", "all"], &text, &[], &[]);
        assert!(run.code.is_some(), "{piece}");
        let run = url(&[], "", &[], &[("APP_ENV", "production"), ("DATABASE_URL", &text[..100_000])]);
        assert!(run.code.is_some(), "{piece}");
    }
    assert!(began.elapsed().as_secs() < 60, "{:?}", began.elapsed());
}
