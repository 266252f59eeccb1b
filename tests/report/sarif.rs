//! SARIF as its readers want it: the schema of OASIS, and what GitHub asks for beyond it.

use crate::{example, finding, options, ready, same, sqlite, unset, weak};
use pgward::unstable::{
    finding::{BaselineState, Located, Severity, Suppression},
    page,
    report::{BaselineReport, CuredReport, Format, Options, Report, UnreadReport, sarif},
    rules::RULES,
};
use serde_json::Value;
use std::{path::PathBuf, process::Command, sync::LazyLock};

/// The schema of OASIS, in the sources of a package that is not built.
#[expect(clippy::disallowed_methods, reason = "the test reads the schema that cargo brings")]
static SCHEMA: LazyLock<jsonschema::Validator> = LazyLock::new(|| {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let arguments = ["metadata", "--format-version", "1", "--locked"];
    let out = Command::new(cargo).current_dir(env!("CARGO_MANIFEST_DIR")).args(arguments).output().unwrap();
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    let metadata: Value = serde_json::from_slice(&out.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    let package = packages.iter().find(|p| p["name"] == "serde-sarif").expect("a development dependency");
    let manifest = PathBuf::from(package["manifest_path"].as_str().unwrap());
    let schema = manifest.with_file_name("src").join("schema.json");
    let schema = std::fs::read_to_string(schema).expect("the schema");
    // OASIS' own slip, which a validator may refuse: a bracket that closes nothing.
    let schema = schema.replace("[a-zA-Z]{2}]?$", "[a-zA-Z]{2}$");
    let schema: Value = serde_json::from_str(&schema).unwrap();
    assert!(schema["$id"].as_str().unwrap().ends_with("sarif-schema-2.1.0.json"));
    jsonschema::options().should_validate_formats(true).build(&schema).expect("a schema")
});

fn log(report: &Report) -> Value {
    let mut out = Vec::new();
    let options = Options { show_notes: true, rule: page::text_of, ..options() };
    sarif::write(report, &options, &mut out).unwrap();
    serde_json::from_slice(&out).unwrap()
}

/// The run, valid by the schema.
#[track_caller]
fn run(report: &Report) -> Value {
    let mut log = log(report);
    let errors: Vec<String> =
        SCHEMA.iter_errors(&log).map(|e| format!("{} at {}", e, e.instance_path())).collect();
    assert!(errors.is_empty(), "{errors:#?}");
    log["runs"][0].take()
}

fn of(findings: Vec<Located>) -> Report {
    let mut report = Report::new("lint");
    report.findings = findings;
    report
}

#[test]
fn the_schema_refuses() {
    let mut log = log(&of(vec![sqlite()]));
    assert!(SCHEMA.is_valid(&log));
    log["runs"][0]["results"][0]["level"] = "fatal".into();
    assert!(!SCHEMA.is_valid(&log));
}

#[test]
fn every_example_of_every_page_is_valid() {
    let found = RULES.iter().flat_map(|rule| example::run(rule, rule.page).found).flatten();
    let report = of(found.collect());
    let run = run(&report);
    let listed = run["results"].as_array().unwrap();
    assert!(listed.len() > RULES.len() && listed.len() == report.findings.len(), "{}", listed.len());
    for result in listed {
        asked_for_by_github(&run, result);
    }
}

/// Each of these missing makes GitHub refuse a file, or show less.
fn asked_for_by_github(run: &Value, result: &Value) {
    let physical = &result["locations"][0]["physicalLocation"];
    let uri = physical["artifactLocation"]["uri"].as_str().unwrap();
    let path = uri.strip_prefix("file://").unwrap_or(uri);
    assert!(!path.is_empty() && path.is_ascii() && !path.contains(['\\', ' ', ':']), "{uri}");
    assert!(physical["region"]["startLine"].as_u64() > Some(0), "{result}");
    let rule =
        &run["tool"]["driver"]["rules"][usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap()];
    assert_eq!(rule["id"], result["ruleId"]);
    assert!(rule["help"]["markdown"].as_str().unwrap().starts_with("# "));
    assert!(rule["helpUri"].as_str().unwrap().starts_with("https://"));
    assert!(result["partialFingerprints"]["pgward/v1"].as_str().unwrap().len() == 32);
}

#[test]
fn a_result_has_what_the_finding_has() {
    let run = run(&of(vec![sqlite(), weak()]));
    assert_eq!(run["columnKind"], "unicodeCodePoints");
    assert_eq!(run["tool"]["driver"]["version"], env!("CARGO_PKG_VERSION"));
    let (sqlite, weak) = (&run["results"][0], &run["results"][1]);
    assert_eq!((&sqlite["level"], &weak["level"]), (&"error".into(), &"warning".into()));
    assert_eq!(
        sqlite["message"]["text"],
        "production is configured to use SQLite.\n\
         deploy/prod.env:112:9: production is set here\n\
         note: a silent fallback to SQLite loses every write when the container is replaced, and nothing says so until then\n\
         help: set `DATABASE_URL` to a `postgresql://` connection URI"
    );
    let there = &sqlite["relatedLocations"][0];
    assert_eq!(there["physicalLocation"]["artifactLocation"]["uri"], "deploy/prod.env");
    assert_eq!(there["message"]["text"], "production is set here");
    let change = &weak["fixes"][0]["artifactChanges"][0];
    assert_eq!(change["artifactLocation"]["uri"], ".env.production");
    assert_eq!(change["replacements"][0]["insertedContent"]["text"], "verify-full");
    assert_eq!(change["replacements"][0]["deletedRegion"]["startColumn"], 107);
    let tls = &run["tool"]["driver"]["rules"][1];
    assert_eq!(tls["id"], "tls-weak");
    assert_eq!(tls["properties"]["security-severity"], "5.5");
    assert_eq!(
        tls["properties"]["tags"],
        serde_json::json!(["postgresql", "configuration", "tls", "security"])
    );
    assert_eq!(run["tool"]["driver"]["rules"][0]["properties"].get("security-severity"), None);
}

#[test]
fn what_is_masked_or_was_cleaned_is_no_fix() {
    let fixes = |change: &dyn Fn(&mut Located)| {
        let mut f = weak();
        change(&mut f);
        run(&of(vec![f]))["results"][0].get("fixes").cloned()
    };
    assert!(fixes(&|_| ()).is_some());
    assert_eq!(fixes(&|f| f.fix[0].masked = true), None);
    assert_eq!(fixes(&|f| f.fix[0].insert = "a\tb".into()), None);
    assert_eq!(fixes(&|f| f.fix[0].insert = "a\u{202e}b".into()), None);
    assert_eq!(fixes(&|f| f.fix[0].place.path = None), None);
    assert_eq!(fixes(&|f| f.fix[0].place.line = usize::MAX), None);
}

#[test]
fn what_stands_in_no_file_stands_in_the_policy() {
    let mut report = ready();
    report.findings = vec![same(), unset()];
    let run = run(&report);
    for (result, name) in run["results"].as_array().unwrap().iter().zip([Some("TEST_DATABASE_URL"), None]) {
        let location = &result["locations"][0];
        assert_eq!(location["physicalLocation"]["artifactLocation"]["uri"], "pgward.toml");
        assert_eq!(location["physicalLocation"]["region"]["startLine"], 1);
        assert_eq!(location["logicalLocations"][0]["name"].as_str(), name);
        asked_for_by_github(&run, result);
    }
    let text = run["results"][0]["message"]["text"].as_str().unwrap();
    assert!(text.starts_with("TEST_DATABASE_URL: the test database is the primary database.\n"), "{text}");
}

#[test]
fn a_file_that_could_not_be_read_is_told_of() {
    let mut report = of(vec![]);
    let done = run(&report);
    assert_eq!(done["invocations"][0]["executionSuccessful"], true);
    assert_eq!(done["results"], serde_json::json!([]));
    report.remarks = vec!["in force by --allow: `tls-weak` is allow".into()];
    let message = "`a/.env` may not be read by this user".to_owned();
    report.unread = vec![UnreadReport { path: Some("a/.env".into()), message: message.clone() }];
    let run = run(&report);
    let invocation = &run["invocations"][0];
    assert_eq!(invocation["executionSuccessful"], false);
    let said = &invocation["toolExecutionNotifications"][0];
    assert_eq!((&said["message"]["text"], &said["level"]), (&message.into(), &"error".into()));
    assert_eq!(said["locations"][0]["physicalLocation"]["artifactLocation"]["uri"], "a/.env");
    assert_eq!(invocation["toolConfigurationNotifications"][0]["level"], "note");
}

#[test]
fn paths_are_uris() {
    let uri = |path: &str| {
        let mut f = sqlite();
        f.primary.as_mut().unwrap().place.path = Some(path.into());
        let run = run(&of(vec![f]));
        let location = &run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"];
        (location["uri"].as_str().unwrap().to_owned(), location["uriBaseId"].as_str().map(str::to_owned))
    };
    let root = Some("%SRCROOT%".to_owned());
    assert_eq!(uri("a b/ż%#?.env"), ("a%20b/%C5%BC%25%23%3F.env".into(), root.clone()));
    assert_eq!(uri("a:b@c/.env"), ("a%3Ab%40c/.env".into(), root.clone()));
    assert_eq!(uri("<stdin>"), ("%3Cstdin%3E".into(), root.clone()));
    assert_eq!(uri("\u{1b}[2J\n"), ("%1B%5B2J%0A".into(), root));
    assert_eq!(uri("/srv/x y/.env"), ("file:///srv/x%20y/.env".into(), None));
}

#[test]
fn the_gravest_finding_of_a_rule_gives_its_number() {
    let rule = |severities: &[Severity]| {
        let found = severities.iter().map(|s| finding("weak-secret", *s, "m")).collect();
        run(&of(found))["tool"]["driver"]["rules"][0]["properties"]["security-severity"].clone()
    };
    assert_eq!(rule(&[Severity::Note, Severity::Error, Severity::Warning]), "8.0");
    assert_eq!(rule(&[Severity::Note]), "3.0");
}

#[test]
fn what_is_silenced_or_known_is_marked_here_and_told_nowhere_else() {
    let mut report = of(vec![sqlite(), weak(), same()]);
    report.findings[0].suppressed = Some(Suppression::in_source("a comment in line 1 allows it"));
    report.findings[1].baseline = Some(BaselineState::Unchanged);
    report.findings[2].baseline = Some(BaselineState::New);
    let cured = CuredReport {
        path: Some("old/.env".into()),
        rule: "tls-weak".into(),
        fingerprint: "0123456789abcdef0123456789abcdef".into(),
    };
    report.baseline = Some(BaselineReport {
        file: "pgward-baseline.json".into(),
        written: false,
        unchanged: 1,
        cured: vec![cured],
    });
    let results = run(&report)["results"].as_array().unwrap().clone();
    assert_eq!(results.len(), 4);
    assert_eq!(results[0]["suppressions"][0]["kind"], "inSource");
    assert_eq!(results[0]["suppressions"][0]["justification"], "a comment in line 1 allows it");
    assert_eq!(results[1]["suppressions"][0]["kind"], "external");
    assert_eq!(results[1]["suppressions"][0]["justification"], "the baseline holds it");
    assert!(results[2]["suppressions"].is_null() && results[3]["suppressions"].is_null());
    let states: Vec<&Value> = results.iter().map(|r| &r["baselineState"]).collect();
    assert_eq!(states, [&Value::Null, &"unchanged".into(), &"new".into(), &"absent".into()]);
    let place = &results[3]["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "old/.env");
    let only = &report.findings[2].rule;
    for format in
        [Format::Github, Format::Gitlab, Format::Junit, Format::Checkstyle, Format::Rdjson, Format::Markdown]
    {
        let mut out = Vec::new();
        format.write(&report, &Options { show_notes: true, ..options() }, &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert!(
            text.contains(only.as_str()) && !text.contains(&report.findings[0].rule),
            "{}",
            format.name()
        );
        assert!(!text.contains(&report.findings[1].rule), "{}", format.name());
    }
}
