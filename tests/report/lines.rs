//! The last line of a run, in each of its variants.

use crate::{finding, options, ready, same, sqlite, weak};
use pgward::unstable::{
    finding::Severity,
    report::{
        ExtensionReport, FailureReport, FileCounts, Options, Report, TargetReport, TlsReport, summary, text,
    },
};

#[test]
fn lint_ends_in_one_line() {
    let mut report = Report::new("lint");
    assert_eq!(summary::line(&report, &options()), "pgward: no findings");
    report.files.read = 1;
    assert_eq!(summary::line(&report, &options()), "pgward: no findings in 1 file");
    report.files.unreadable = 1;
    assert_eq!(summary::line(&report, &options()), "pgward: no findings in 1 file; 1 unreadable");
    report.files.skipped = 120;
    assert_eq!(
        summary::line(&report, &options()),
        "pgward: no findings in 1 file; 1 unreadable, 120 skipped"
    );
    report.files.read = 1000;
    report.findings = vec![sqlite(), sqlite()];
    let line = summary::line(&report, &options());
    assert!(line.contains("1 unreadable") && line.chars().count() <= 80, "{line}");
    report.files = FileCounts { read: 1, ..FileCounts::default() };
    report.findings = vec![finding("x", Severity::Note, "m"), finding("x", Severity::Note, "m")];
    assert_eq!(summary::line(&report, &options()), "pgward: no findings in 1 file; 2 notes not shown (-v)");
    report.findings.push(sqlite());
    let shown = Options { show_notes: true, ..options() };
    assert_eq!(summary::line(&report, &shown), "pgward: 1 error, 2 notes in 1 file");
}

#[track_caller]
fn ends(report: &Report, wanted: &str) {
    assert_eq!(summary::line(report, &options()), format!("pgward: {wanted}"));
}

#[test]
fn success_is_one_line() {
    let mut report = ready();
    ends(
        &report,
        "ready: startupwebapp_dev as django_app at db:5432 (172.18.0.2), PostgreSQL 16.4, no TLS, development from PGWARD_ENV, 41 ms",
    );
    let mut out = Vec::new();
    text::write(&report, &options(), &mut out).unwrap();
    assert_eq!(String::from_utf8(out).unwrap().lines().count(), 1);

    let tls = TlsReport {
        version: "TLSv1.3".into(),
        chain_verified: true,
        name_verified: true,
        ..TlsReport::default()
    };
    report.server.as_mut().unwrap().tls = Some(tls);
    report.environment.as_mut().unwrap().determined = false;
    report.environment.as_mut().unwrap().name = "production".into();
    report.extensions =
        vec![ExtensionReport { name: "pg_trgm".into(), installed: Some("1.6".into()), installed_now: true }];
    report.findings = vec![weak(), finding("x", Severity::Note, "m")];
    let target = report.target.as_mut().unwrap();
    (target.host, target.address) = (Some("::1".into()), Some("::1".into()));
    (target.in_recovery, target.pooler) = (Some(true), Some(true));
    ends(
        &report,
        "ready: startupwebapp_dev as django_app at [::1]:5432, PostgreSQL 16.4, TLSv1.3, standby, through a pooler, production assumed, installed pg_trgm, 41 ms; 1 warning, 1 note not shown (-v)",
    );
    report.server.as_mut().unwrap().tls.as_mut().unwrap().chain_verified = false;
    assert!(summary::line(&report, &options()).contains(", TLSv1.3 (certificate not verified), "));

    let mut report = ready();
    let target = report.target.as_mut().unwrap();
    (target.host, target.address) = (Some("/run/postgresql".into()), None);
    ends(
        &report,
        "ready: startupwebapp_dev as django_app at /run/postgresql (port 5432), PostgreSQL 16.4, Unix socket, development from PGWARD_ENV, 41 ms",
    );
}

#[test]
fn what_was_not_dialled_is_not_called_ready() {
    let mut report = ready();
    report.command = "check".into();
    report.server = None;
    report.target.as_mut().unwrap().address = None;
    ends(
        &report,
        "configuration accepted: startupwebapp_dev as django_app at db:5432, development from PGWARD_ENV, not connected",
    );
    let sqlite = TargetReport {
        engine: "sqlite".into(),
        database: Some("db.sqlite3".into()),
        ..TargetReport::default()
    };
    report.target = Some(sqlite);
    ends(
        &report,
        "configuration accepted: SQLite database db.sqlite3, development from PGWARD_ENV, not connected",
    );
    report.command = "preflight".into();
    ends(&report, "ready: SQLite database db.sqlite3, development from PGWARD_ENV, 41 ms");
}

#[test]
fn a_refusal_says_why_in_its_last_line() {
    let mut report = ready();
    report.ready = Some(false);
    report.findings = vec![same(), weak()];
    let tail = "startupwebapp_dev as django_app at db:5432 (172.18.0.2), PostgreSQL 16.4, no TLS, development from PGWARD_ENV";
    let why = "1 error, 1 warning (test-equals-primary)";
    ends(&report, &format!("refused: {why}; {tail}"));
    assert!(report.to_string().lines().last().unwrap().starts_with("pgward: refused: "));
    report.observe = true;
    ends(&report, &format!("refused, in observe mode too: {why}; {tail}"));
    report.ready = Some(true);
    ends(&report, &format!("observe mode: would have been refused: {why}; {tail}"));
    (report.observe, report.ready) = (false, Some(false));
    report.server = None;
    report.failure = Some(FailureReport {
        class: "refused-connection".into(),
        phase: "tcp".into(),
        sqlstate: None,
        retryable: true,
        message: "nothing listens on db:5432".into(),
    });
    report.findings = vec![finding("refused-connection", Severity::Error, "nothing listens")];
    let tail = "startupwebapp_dev as django_app at db:5432 (172.18.0.2), development from PGWARD_ENV";
    let failed = "refused-connection: nothing listens on db:5432 (tcp, retryable)";
    ends(&report, &format!("not ready: {failed}; 1 error; {tail}"));
    // A finding that denies beats the wait, as 1 beats 75.
    report.findings.push(same());
    ends(&report, &format!("refused: {failed}; 2 errors (test-equals-primary); {tail}"));
}
