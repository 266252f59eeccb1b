//! The writers: pictures looked at by eye at 80 columns, hostile text, and the same place in every format.
#![cfg(feature = "cli")]

#[path = "report/documents.rs"]
mod documents;
#[path = "support/page.rs"]
mod example;
#[path = "report/fingerprints.rs"]
mod fingerprints;
#[path = "report/hostile.rs"]
mod hostile;
#[path = "report/lines.rs"]
mod lines;
#[path = "report/places.rs"]
mod places;
#[path = "report/process.rs"]
mod process;
#[path = "report/sarif.rs"]
mod sarif;

use pgward::unstable::{
    finding::{Applicability, Excerpt, Finding, Located, LocatedEdit, LocatedLabel, Place, Severity},
    report::{EnvironmentReport, Format, Options, Report, ServerReport, TargetReport, json, text},
    source::Sources,
};

fn finding(rule: &'static str, severity: Severity, message: &str) -> Located {
    Finding {
        rule,
        severity,
        message: message.into(),
        primary: None,
        related: Vec::new(),
        notes: Vec::new(),
        help: None,
        fix: Vec::new(),
        applicability: Applicability::Safe,
        suppressed: None,
    }
    .locate(&Sources::default())
}

/// The place of `needle` in a masked line; `column` is that of the real file, which the mask shifts.
fn at(path: &str, (line, column): (usize, usize), masked: &str, needle: &str) -> (Place, Excerpt) {
    let start = masked.find(needle).expect("the needle lies in the line");
    let file = (!path.starts_with('$')).then(|| path.to_owned());
    let place = Place {
        variable: file.is_none().then(|| path[1..].to_owned()),
        path: file,
        line,
        column,
        end_line: line,
        end_column: column + needle.chars().count(),
        byte_column: Some(column),
        byte_end_column: Some(column + needle.len()),
    };
    (place, Excerpt { line, text: masked.to_owned(), start, end: start + needle.len() })
}

fn label((place, excerpt): (Place, Excerpt), text: &str) -> LocatedLabel {
    LocatedLabel { place, text: text.into(), excerpt }
}

fn edit((place, excerpt): (Place, Excerpt), insert: &str) -> LocatedEdit {
    LocatedEdit { place, insert: insert.into(), masked: false, excerpt }
}

const LONG: &str = "DATABASE_URL=postgresql://app:•••@production-primary.cluster.eu-central-1.rds.amazonaws.com:5432/app?sslmode=prefer&application_name=web";

fn sqlite() -> Located {
    let mut f = finding("sqlite-in-production", Severity::Error, "production is configured to use SQLite");
    f.primary = Some(label(at(".env", (1, 14), "DATABASE_URL=sqlite:///app.db", "sqlite"), "this is SQLite"));
    f.related = vec![label(
        at("deploy/prod.env", (112, 9), "APP_ENV=production", "production"),
        "production is set here",
    )];
    f.notes = vec!["a silent fallback to SQLite loses every write when the container is replaced, and nothing says so until then".into()];
    f.help = Some("set `DATABASE_URL` to a `postgresql://` connection URI".into());
    f
}

fn weak() -> Located {
    let mut f =
        finding("tls-weak", Severity::Warning, "connection may fall back to plaintext: `sslmode=prefer`");
    f.primary = Some(label(at(".env.production", (7, 107), LONG, "prefer"), "does not require TLS"));
    f.related = vec![label(
        at(".env.production", (7, 42), LONG, "production-primary.cluster.eu-central-1.rds.amazonaws.com"),
        "a public host",
    )];
    f.help = Some("use `verify-full`, which also checks the server's name".into());
    f.fix = vec![edit(at(".env.production", (7, 107), LONG, "prefer"), "verify-full")];
    f
}

fn same() -> Located {
    let mut f = finding("test-equals-primary", Severity::Error, "the test database is the primary database");
    f.primary = Some(label(
        at("$TEST_DATABASE_URL", (1, 27), "TEST_DATABASE_URL=postgresql://app:•••@db/app", "db/app"),
        "tests would write here",
    ));
    f.related = vec![
        label(
            at("$DATABASE_URL", (1, 22), "DATABASE_URL=postgresql://app:•••@db/app", "db/app"),
            "the same database",
        ),
        label(at("$--environment", (1, 1), "--environment production", "production"), "set here"),
    ];
    f
}

fn unset() -> Located {
    let mut f = finding("database-url-unset", Severity::Warning, "no database is configured");
    f.notes = vec!["looked for DATABASE_URL, and for DB_HOST and its siblings".into()];
    f
}

fn ready() -> Report {
    let mut report = Report::new("preflight");
    report.ready = Some(true);
    report.environment = Some(EnvironmentReport {
        name: "development".into(),
        determined: true,
        origin: Some("PGWARD_ENV".into()),
    });
    report.target = Some(TargetReport {
        name: "DATABASE_URL".into(),
        engine: "postgres".into(),
        host: Some("db".into()),
        address: Some("172.18.0.2".into()),
        port: Some(5432),
        database: Some("startupwebapp_dev".into()),
        role: Some("django_app".into()),
        ..TargetReport::default()
    });
    report.server = Some(ServerReport { version: "16.4".into(), ..ServerReport::default() });
    report.elapsed_ms = Some(41);
    report
}

fn options() -> Options {
    Options::default()
}

#[track_caller]
fn looks(finding: &Located, wanted: &str) {
    let got = text::picture(finding, &options());
    assert_eq!(got, wanted.trim_start_matches('\n').trim_end(), "\n{got}\n");
    assert!(got.lines().all(|l| l.chars().count() <= 80), "wider than the terminal:\n{got}");
}

#[test]
fn two_files_in_one_block() {
    looks(
        &sqlite(),
        r"
error[sqlite-in-production]: production is configured to use SQLite
    ╭▸ .env:1:14
    │
  1 │ DATABASE_URL=sqlite:///app.db
    │              ━━━━━━ this is SQLite
    │
    ⸬  deploy/prod.env:112:9
    │
112 │ APP_ENV=production
    │         ────────── production is set here
    │
    ├ note: a silent fallback to SQLite loses every write when the container is
    │       replaced, and nothing says so until then
    ╰ help: set `DATABASE_URL` to a `postgresql://` connection URI",
    );
}

#[test]
fn a_long_line_with_a_fix() {
    looks(
        &weak(),
        r"
warning[tls-weak]: connection may fall back to plaintext: `sslmode=prefer`
  ╭▸ .env.production:7:107
  │
7 │ …s.com:5432/app?sslmode=prefer&application_name=web
  │                         ━━━━━━ does not require TLS
  │
  ⸬  .env.production:7:42
  │
7 │ …:•••@production-primary.cluster.eu-central-1.rds.amazo…
  │       ───────────────────────────────────────────────── a public host
  ╰╴
help: use `verify-full`, which also checks the server's name
  ╭╴
7 - …amazonaws.com:5432/app?sslmode=prefer&application_name=web
7 + …amazonaws.com:5432/app?sslmode=verify-full&application_name=web
  ╰╴",
    );
    let mut whole = weak();
    whole.primary = Some(label(at(".env", (7, 14), LONG, &LONG[13..]), "this URI has parameters"));
    whole.related.clear();
    whole.fix.clear();
    looks(
        &whole,
        r"
warning[tls-weak]: connection may fall back to plaintext: `sslmode=prefer`
  ╭▸ .env:7:14
  │
7 │ DATABASE_URL=postgresql://app:•••@production-primary…
  │              ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━ this URI has parameters
  │
  ╰ help: use `verify-full`, which also checks the server's name",
    );
}

#[test]
fn a_long_sentence_is_broken_on_a_terminal() {
    let mut f = sqlite();
    f.related.clear();
    f.notes.clear();
    f.message = "role `app` lacks the CONNECT privilege on database `shop` at db.example.com:5432".into();
    let line = |options: &Options| {
        let picture = text::picture(&f, options);
        picture.lines().take_while(|l| !l.contains('▸')).map(str::to_owned).collect::<Vec<_>>()
    };
    let whole = [format!("error[sqlite-in-production]: {}", f.message)];
    assert_eq!(line(&options()), whole);
    assert_eq!(
        line(&Options { breaks: true, ..options() }),
        [
            "error[sqlite-in-production]: role `app` lacks the CONNECT privilege on database",
            "                             `shop` at db.example.com:5432",
        ]
    );
    // No column is left for it.
    assert_eq!(line(&Options { breaks: true, width: 60, ..options() }), whole);
}

#[test]
fn variables_and_flags_by_name() {
    looks(
        &same(),
        r"
error[test-equals-primary]: the test database is the primary database
 ╭▸ environment variable TEST_DATABASE_URL
 │
 │ TEST_DATABASE_URL=postgresql://app:•••@db/app
 │                                        ━━━━━━ tests would write here
 │
 ⸬  environment variable DATABASE_URL
 │
 │ DATABASE_URL=postgresql://app:•••@db/app
 │                                   ────── the same database
 │
 ⸬  --environment
 │
 │ --environment production
 ╰╴              ────────── set here",
    );
    looks(
        &unset(),
        r"
warning[database-url-unset]: no database is configured
 │
 ╰ note: looked for DATABASE_URL, and for DB_HOST and its siblings",
    );
}

#[test]
fn labels_side_by_side_and_edits_in_several_files() {
    let mut f = weak();
    f.primary = Some(label(at(".env", (7, 21), "DB=db:5432/app?sslmode=prefer", "prefer"), "weak"));
    f.related = vec![label(at(".env", (7, 4), "DB=db:5432/app?sslmode=prefer", "db:"), "public")];
    let line = "A=postgres://db/x?a=1&sslmode=prefer&z=1";
    f.fix = vec![
        edit(at("other.env", (9, 31), line, "prefer"), "verify-full"),
        edit(at("other.env", (9, 3), line, "postgres:"), "postgresql:"),
        edit(at("third.env", (10, 1), "B=1", "B=1"), ""),
        edit(at("third.env", (12, 1), "C=1", "C=1"), "C=2\nD=3"),
        edit(at("third.env", (12, 3), "C=1", "1"), "overlaps"),
    ];
    f.help = None;
    looks(
        &f,
        r"
warning[tls-weak]: connection may fall back to plaintext: `sslmode=prefer`
   ╭▸ .env:7:21
   │
 7 │ DB=db:5432/app?sslmode=prefer
   │    ─── public          ━━━━━━ weak
   ╰╴
help: suggested edit
   ╭▸ other.env:9:3
   │
 9 - A=postgres://db/x?a=1&sslmode=prefer&z=1
 9 + A=postgresql://db/x?a=1&sslmode=verify-full&z=1
   │
   ├▸ third.env:10:1
   │
10 - B=1
   │
   ├▸ third.env:12:1
   │
12 - C=1
   ├╴
12 + C=2
13 + D=3
   ╰╴",
    );
}

#[test]
fn concise_is_one_line_a_finding() {
    let mut report = Report::new("lint");
    report.files.read = 14;
    report.findings =
        vec![sqlite(), weak(), same(), unset(), finding("consumer-unknown", Severity::Note, "unknown")];
    assert_eq!(
        report.to_string(),
        "\
.env:1:14: error[sqlite-in-production] production is configured to use SQLite
  deploy/prod.env:112:9: production is set here
  note: a silent fallback to SQLite loses every write when the container is replaced, and nothing says so until then
  help: set `DATABASE_URL` to a `postgresql://` connection URI
.env.production:7:107: warning[tls-weak] connection may fall back to plaintext: `sslmode=prefer`
  .env.production:7:42: a public host
  help: use `verify-full`, which also checks the server's name
TEST_DATABASE_URL: error[test-equals-primary] the test database is the primary database
  DATABASE_URL: the same database
  --environment: set here
warning[database-url-unset] no database is configured
  note: looked for DATABASE_URL, and for DB_HOST and its siblings
pgward: 2 errors, 2 warnings in 2 of 14 files; 1 note not shown (-v), 1 fixable with `--fix`"
    );
}

#[test]
fn json_reads_back() {
    let mut report = ready();
    report.findings = vec![sqlite(), weak(), same(), unset()];
    report.remarks = vec!["an override".into()];
    let mut out = Vec::new();
    json::write(&report, &options(), &mut out).unwrap();
    assert_eq!(json::read(&out).unwrap(), report);
    let value: serde_json::Value = serde_json::from_slice(&out).unwrap();
    assert_eq!(value["schema"], "pgward/1");
    let first = &value["findings"][1];
    assert_eq!((&first["path"], &first["variable"]), (&".env.production".into(), &serde_json::Value::Null));
    assert_eq!(
        (&first["line"], &first["column"], &first["end_column"]),
        (&7.into(), &107.into(), &113.into())
    );
    assert_eq!(first["fix"]["edits"][0]["insert"], "verify-full");
    assert_eq!(first["related"][0]["message"], "a public host");
    let variable = &value["findings"][2];
    assert_eq!((&variable["path"], &variable["fix"]), (&serde_json::Value::Null, &serde_json::Value::Null));
    assert_eq!(variable["variable"], "TEST_DATABASE_URL");
    let nowhere = &value["findings"][3];
    for key in ["path", "variable", "line", "column", "end_line", "end_column", "help", "fix", "excerpt"] {
        assert_eq!(nowhere.get(key), Some(&serde_json::Value::Null), "{key}");
    }
    let newer = String::from_utf8(out.clone()).unwrap().replace("\"rule\"", "\"added\": 1, \"rule\"");
    assert_eq!(json::read(newer.as_bytes()).unwrap(), report);
    let other = String::from_utf8(out).unwrap().replace("pgward/1", "pgward/2");
    assert!(json::read(other.as_bytes()).is_err());
}

#[test]
fn every_format_says_the_same_place() {
    for f in [sqlite(), weak()] {
        let mut report = Report::new("lint");
        report.findings = vec![f.clone()];
        let written = |format: Format| {
            let mut out = Vec::new();
            format.write(&report, &options(), &mut out).unwrap();
            String::from_utf8(out).unwrap()
        };
        let value: serde_json::Value = serde_json::from_str(&written(Format::Json)).unwrap();
        let finding = &value["findings"][0];
        let places = [finding].into_iter().chain(finding["related"].as_array().unwrap());
        for at in places {
            let short = format!("{}:{}:{}", at["path"].as_str().unwrap(), at["line"], at["column"]);
            let heading =
                |l: &&str| l.strip_suffix(&short).is_some_and(|l| l.ends_with("▸ ") || l.ends_with("⸬  "));
            assert_eq!(written(Format::Text).lines().filter(heading).count(), 1, "{short}");
            let concise = written(Format::Concise);
            let starts = |l: &&str| l.trim_start().strip_prefix(&short).is_some_and(|l| l.starts_with(": "));
            assert_eq!(concise.lines().filter(starts).count(), 1, "{short}");
        }
    }
}

#[test]
fn formats_by_name() {
    for format in Format::ALL {
        assert_eq!(format.name().parse(), Ok(*format));
    }
    let error = "xml".parse::<Format>().unwrap_err();
    assert_eq!(
        error.to_string(),
        "unknown format; there are: text, concise, json, sarif, github, gitlab, junit, checkstyle, rdjson, markdown"
    );
}
