//! What each format for programs looks like, whole.

use crate::{finding, options, ready, same, sqlite, unset, weak};
use pgward::unstable::{
    finding::{Located, Severity},
    page,
    report::{Format, Options, Report, UnreadReport, statistics},
};

fn sample() -> Report {
    let mut report = Report::new("lint");
    report.findings = vec![sqlite(), weak(), same(), unset(), finding("a-note", Severity::Note, "m")];
    report.files.read = 14;
    report
}

fn written(report: &Report, format: Format, options: &Options) -> String {
    let mut out = Vec::new();
    format.write(report, options, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn told() -> Options {
    Options { rule: page::text_of, ..options() }
}

#[test]
fn github_annotates() {
    let out = written(&sample(), Format::Github, &told());
    assert_eq!(
        out,
        "\
::error file=.env,line=1,endLine=1,col=14,endColumn=20,title=pgward%3A sqlite-in-production::production is configured to use SQLite%0Adeploy/prod.env:112:9: production is set here%0Anote: a silent fallback to SQLite loses every write when the container is replaced, and nothing says so until then%0Ahelp: set `DATABASE_URL` to a `postgresql://` connection URI
::warning file=.env.production,line=7,endLine=7,col=107,endColumn=113,title=pgward%3A tls-weak::connection may fall back to plaintext: `sslmode=prefer`%0A.env.production:7:42: a public host%0Ahelp: use `verify-full`, which also checks the server's name
::error title=pgward%3A test-equals-primary::TEST_DATABASE_URL: the test database is the primary database%0ADATABASE_URL: the same database%0A--environment: set here
::warning title=pgward%3A database-url-unset::no database is configured%0Anote: looked for DATABASE_URL, and for DB_HOST and its siblings
pgward: 2 errors, 2 warnings in 2 of 14 files; 1 note not shown (-v), 1 fixable with `--fix`
"
    );
    let notes = Options { show_notes: true, ..told() };
    assert!(written(&sample(), Format::Github, &notes).contains("\n::notice title=pgward%3A a-note::m\n"));
}

#[test]
fn gitlab_compares_by_fingerprint() {
    let out = written(&sample(), Format::Gitlab, &told());
    let issues: serde_json::Value = serde_json::from_str(&out).unwrap();
    let issues = issues.as_array().unwrap();
    let severities: Vec<_> = issues.iter().map(|i| i["severity"].as_str().unwrap()).collect();
    assert_eq!(severities, ["major", "minor", "major", "minor"]);
    assert_eq!(issues[0]["description"], "production is configured to use SQLite");
    assert_eq!(issues[0]["check_name"], "sqlite-in-production");
    assert_eq!(issues[0]["fingerprint"], sqlite().fingerprint());
    assert_eq!(issues[0]["location"]["path"], ".env");
    assert_eq!(issues[0]["location"]["lines"], serde_json::json!({ "begin": 1, "end": 1 }));
    assert_eq!(issues[3]["location"]["path"], "pgward.toml");
    let mut grave = Report::new("lint");
    grave.findings = vec![finding("weak-secret", Severity::Error, "m")];
    assert!(written(&grave, Format::Gitlab, &told()).contains("\"severity\": \"critical\""));
    assert_eq!(written(&Report::new("lint"), Format::Gitlab, &told()), "[]\n");
}

#[test]
fn junit_fails_where_the_run_fails() {
    let junit = |options: &Options| written(&sample(), Format::Junit, options);
    let out = junit(&told());
    let xml = roxmltree::Document::parse(&out).unwrap();
    let root = xml.root_element();
    assert_eq!((root.attribute("tests"), root.attribute("failures")), (Some("4"), Some("2")));
    let suites: Vec<_> = root.children().filter_map(|n| n.attribute("name")).collect();
    assert_eq!(suites, [".env", ".env.production", "pgward lint"]);
    let failure = xml.descendants().find(|n| n.has_tag_name("failure")).unwrap();
    assert_eq!(failure.attribute("message"), Some("production is configured to use SQLite"));
    assert!(failure.text().unwrap().starts_with(".env:1:14: production is configured to use SQLite\n"));
    let warn = Options { fails: Some(Severity::Warning), ..told() };
    assert!(junit(&warn).contains("failures=\"4\""));
    let never = Options { fails: None, ..told() };
    assert!(junit(&never).contains("<testsuites name=\"pgward\" tests=\"4\" failures=\"0\" errors=\"0\">"));

    let clean = written(&Report::new("lint"), Format::Junit, &told());
    assert!(clean.contains("<testcase classname=\"pgward\" name=\"no findings\"/>"), "{clean}");
    let mut unread = Report::new("lint");
    unread.unread = vec![UnreadReport { path: None, message: "there is no file".into() }];
    let out = written(&unread, Format::Junit, &told());
    assert!(out.contains("tests=\"1\" failures=\"0\" errors=\"1\"") && out.contains("<error "), "{out}");
}

#[test]
fn checkstyle_lists_files() {
    let out = written(&sample(), Format::Checkstyle, &told());
    assert!(
        out.starts_with(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<checkstyle version=\"4.3\">\n  <file name=\".env\">\n    \
             <error line=\"1\" column=\"14\" severity=\"error\" message=\"production is configured to use SQLite&#10;"
        ),
        "{out}"
    );
    let xml = roxmltree::Document::parse(&out).unwrap();
    let sources: Vec<_> = xml.descendants().filter_map(|n| n.attribute("source")).collect();
    assert_eq!(
        sources,
        [
            "pgward.sqlite-in-production",
            "pgward.tls-weak",
            "pgward.test-equals-primary",
            "pgward.database-url-unset"
        ]
    );
}

#[test]
fn rdjson_suggests_what_is_safe_and_open() {
    let suggestions = |change: &dyn Fn(&mut Located)| {
        let mut report = Report::new("lint");
        report.findings = vec![weak()];
        change(&mut report.findings[0]);
        let out: serde_json::Value =
            serde_json::from_str(&written(&report, Format::Rdjson, &told())).unwrap();
        out["diagnostics"][0]["suggestions"].clone()
    };
    let made = suggestions(&|_| ());
    assert_eq!(made[0]["text"], "verify-full");
    assert_eq!(made[0]["range"]["start"], serde_json::json!({ "line": 7, "column": 107 }));
    let none = serde_json::Value::Null;
    assert_eq!(suggestions(&|f| f.fix[0].masked = true), none);
    assert_eq!(suggestions(&|f| f.fix[0].place.byte_column = None), none);
    assert_eq!(suggestions(&|f| f.fix.push(f.fix[0].clone())), none);
    assert_eq!(suggestions(&|f| f.applicability = pgward::unstable::finding::Applicability::Unsafe), none);

    let mut old = Report::new("lint");
    old.findings = vec![weak()];
    let place = &mut old.findings[0].primary.as_mut().unwrap().place;
    (place.byte_column, place.byte_end_column) = (None, None);
    let out: serde_json::Value = serde_json::from_str(&written(&old, Format::Rdjson, &told())).unwrap();
    let range = &out["diagnostics"][0]["location"]["range"];
    assert_eq!(*range, serde_json::json!({ "start": { "line": 7 }, "end": { "line": 7 } }));
    assert_eq!(out["diagnostics"][0]["severity"], "WARNING");
    assert!(out["diagnostics"][0]["code"]["url"].as_str().unwrap().ends_with("/docs/rules/tls-weak.md"));
}

#[test]
fn markdown_is_a_table() {
    let mut report = sample();
    report.findings.truncate(2);
    report.statistics = Some(statistics::of(&report.findings));
    let address = |rule: &str| page::text_of(rule).unwrap().address.clone();
    let wanted = format!(
        "\
### pgward lint

1 error, 1 warning in 2 of 14 files; 1 fixable with <code>--fix</code>

| level | place | rule | finding |
|---|---|---|---|
| error | <code>.env:1:14</code> | [sqlite-in-production]({}) | production is configured to use SQLite<br>deploy/prod.env:112:9: production is set here<br>note: a silent fallback to SQLite loses every write when the container is replaced, and nothing says so until then<br>help: set <code>DATABASE&#95;URL</code> to a <code>postgresql&#58;//</code> connection URI |
| warning | <code>.env.production:7:107</code> | [tls-weak]({}) | connection may fall back to plaintext: <code>sslmode=prefer</code><br>.env.production:7:42: a public host<br>help: use <code>verify-full</code>, which also checks the server's name |

| findings | level | rule | fixable |
|---:|---|---|---:|
| 1 | error | sqlite-in-production | 0 |
| 1 | warning | tls-weak | 1 |
",
        address("sqlite-in-production"),
        address("tls-weak"),
    );
    let out = written(&report, Format::Markdown, &told());
    assert_eq!(out, wanted, "\n{out}\n");
    let clean = written(&ready(), Format::Markdown, &told());
    assert!(
        clean.starts_with("### pgward preflight\n\nready: startupwebapp&#95;dev as ")
            && clean.lines().count() == 3
    );
}

#[test]
fn statistics_stand_before_the_summary() {
    let mut report = sample();
    report.findings.push(weak());
    report.statistics = Some(statistics::of(&report.findings));
    let out = written(&report, Format::Concise, &told());
    let end: Vec<&str> = out.lines().rev().take(6).collect();
    assert_eq!(
        end,
        [
            "pgward: 2 errors, 3 warnings in 2 of 14 files; 1 note not shown (-v), 2 fixable with `--fix`",
            "1  note     a-note",
            "1  warning  database-url-unset",
            "2  warning  tls-weak              2 fixable",
            "1  error    test-equals-primary",
            "1  error    sqlite-in-production",
        ]
    );
    let json: serde_json::Value = serde_json::from_str(&written(&report, Format::Json, &told())).unwrap();
    let row = serde_json::json!({ "rule": "tls-weak", "severity": "warning", "count": 2, "fixable": 2 });
    assert_eq!(json["statistics"][2], row);
}

#[test]
fn links_are_for_terminals() {
    let mut report = sample();
    report.findings.truncate(1);
    let linked = written(&report, Format::Text, &Options { color: true, links: true, ..told() });
    let address = page::text_of("sqlite-in-production").unwrap().address.clone();
    assert!(linked.contains(&format!("\u{1b}]8;;{address}\u{1b}\\")), "{linked:?}");
    let plain = written(&report, Format::Text, &Options { color: true, ..told() });
    assert!(!plain.contains("\u{1b}]"));
    // A rule that has no page here is no link.
    report.findings[0].rule = "of-a-later-version".into();
    assert!(!written(&report, Format::Text, &Options { links: true, ..told() }).contains("\u{1b}]"));
}
