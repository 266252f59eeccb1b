//! Check, then ask the server: what `preflight`, `run` and the guard share.

mod connection;
mod install;
mod retry;
mod server;

pub(crate) use retry::Retry;

use crate::{
    ask,
    configuration::Configuration,
    driver::{CertificateInfo, Driver, Session, Watcher},
    environment::Environment,
    finding::{Finding, Severity},
    judge::Evidence,
    probe::{self, Bounds, Dial, Failure, Probe, Query},
    report::{FailureReport, Report, TargetReport},
    rules::{self, Answers, Asking, Door, Link, PeerCertificate},
    settings::{Engine, LibpqFiles, Target, Validity, dial},
};
use std::{
    collections::BTreeSet,
    time::{Duration, Instant},
};

/// How a preflight is done.
#[derive(Clone, Debug)]
pub(crate) struct Options {
    /// The moment.
    pub(crate) door: Door,
    /// As the report names it.
    pub(crate) command: &'static str,
    /// One attempt: resolving, dialling, authenticating, asking.
    pub(crate) timeout: Duration,
    /// All attempts; none for a single one.
    pub(crate) wait: Option<Duration>,
    /// What else may pass.
    pub(crate) retry: Retry,
    /// Who is told of each pause.
    pub(crate) watcher: Option<Watcher>,
    /// Install what is missing, when nothing else refuses.
    pub(crate) install: bool,
    /// Judge and report everything, refuse next to nothing.
    pub(crate) observe: bool,
    /// Findings from here on refuse; none: only a failed connection does.
    pub(crate) fail_on: Option<Severity>,
    /// Spreads the pauses of many that wait at once.
    pub(crate) seed: u64,
    /// The present time, in seconds since 1970: for what rules say of the server's certificate.
    pub(crate) now: u64,
}

/// What came of it.
pub(crate) struct Verdict {
    /// Everything there is to say.
    pub(crate) report: Report,
    /// Refused, by a finding or a permanent failure.
    pub(crate) refused: bool,
    /// Nothing refuses but that the server could not be reached, and waiting may mend it.
    pub(crate) temporary: bool,
    /// The open session.
    pub(crate) session: Option<Session>,
    /// What was dialled; for further sessions.
    pub(crate) dial: Option<Dial>,
}

/// The offline half.
pub(crate) fn check(configuration: &Configuration, options: &Options) -> Verdict {
    let began = Instant::now();
    let findings = configuration.findings(options.door, Evidence::default());
    let report = begin(configuration, options);
    Judged { findings, failure: None }.into_verdict(report, configuration, options, began)
}

/// The whole: the offline half, and when that does not refuse, the server's.
pub(crate) async fn preflight(
    configuration: &Configuration,
    options: &Options,
    files: &LibpqFiles,
) -> Verdict {
    let began = Instant::now();
    let offline = check(configuration, options);
    let Some(target) = configuration.settings.selected().filter(|t| t.is_postgres()) else {
        return offline;
    };
    let mut report = begin(configuration, options);
    if offline.refused {
        let mut verdict = offline;
        verdict.report.remarks.push("the server was not asked: the configuration alone is refused".into());
        return verdict;
    }
    let mut dial = match dial::dial(target, files) {
        Ok(dial) => dial,
        Err(error) => {
            let mut verdict = offline;
            verdict.report.failure = Some(unreadable(&error.to_string()));
            verdict.report.ready = Some(false);
            verdict.refused = true;
            return verdict;
        }
    };
    if target.derived_from.is_some() {
        // The runner makes the database itself; what can be asked now is the server.
        dial.dbname = Some(crate::secret::Part::harmless("postgres"));
        report.remarks.push("the test runner makes its database itself: `postgres` was asked instead".into());
    }
    let told = |keyword: &str| target.tls_files.as_ref().is_some_and(|files| files.lacks(keyword));
    report.remarks.extend(dial.absent.iter().filter(|keyword| !told(keyword)).map(|keyword| absent(keyword)));
    dial.tls_required |= denies_plaintext(configuration, options);
    let bounds =
        Bounds { timeout: options.timeout, wait: options.wait, seed: options.seed, ..Bounds::default() };
    let asking = Asking { target, migrates: options.install };
    let mut questions = vec![Query::new(ask::SERVER.name, (ask::SERVER.sql)(&asking).unwrap_or_default())];
    let mut unasked = Vec::new();
    for (question, sql) in configuration.judge(options.door).plan(&asking, &configuration.judged) {
        match sql {
            _ if question.name == ask::SERVER.name => {}
            Some(sql) => questions.push(Query::new(question.name, sql)),
            None => unasked.push(question.name),
        }
    }
    tracing::debug!(questions = questions.len(), "asking the server");
    let probe = Probe::new(dial.clone(), questions.clone(), bounds).retrying(&options.retry.classes);
    let mut driver = Driver::new(probe).watched(options.watcher.clone());
    let mut outcome = driver.run().await;
    let (mut hoped, mut installed) = (None::<(Judged, Report)>, Vec::new());
    let judged = loop {
        if let Err(failure) = outcome {
            if driver.probe().cut_short()
                && let Some((judged, mut report)) = hoped
            {
                connection::describe(&mut report, driver.probe());
                return judged.into_verdict(report, configuration, options, began);
            }
            return failed(report, configuration, options, began, &driver, failure);
        }
        let mut judged = judge(configuration, options, &driver, target);
        let wanted = install::wanted(options, target, &judged, &driver);
        if !wanted.is_empty() {
            if let Err(failure) = install::run(&mut driver, &wanted, &questions, &mut report).await {
                return failed(report, configuration, options, began, &driver, failure);
            }
            judged = judge(configuration, options, &driver, target);
            installed.extend(wanted);
        }
        if let Some(failure) = install::unjudged(&driver, target) {
            match driver.again(failure.class.as_str()).await {
                Some(next) => {
                    outcome = next;
                    continue;
                }
                None => return failed(report, configuration, options, began, &driver, failure),
            }
        }
        let mut described = report.clone();
        server::describe(&mut described, target, &driver, &installed);
        let next = match judged.hopes(options) {
            Some(rules) => driver.again(&rules).await,
            None => None,
        };
        let Some(next) = next else {
            report = described;
            break judged;
        };
        outcome = next;
        hoped = Some((judged, described));
    };
    connection::describe(&mut report, driver.probe());
    let mut verdict = judged.into_verdict(report, configuration, options, began);
    let (probe, session) = driver.into_parts();
    dial.target_session_attrs = probe.lasting_attrs();
    verdict.session = session;
    verdict.dial = Some(dial);
    verdict
}

/// The findings with what they rest on.
struct Judged {
    findings: Vec<Finding>,
    failure: Option<Failure>,
}

impl Judged {
    /// The rules that refuse, when there are some and each of them is known to pass.
    fn hopes(&self, options: &Options) -> Option<String> {
        let refuses = |f: &&Finding| options.fail_on.is_some_and(|limit| f.severity >= limit);
        let rules: BTreeSet<&str> = self.findings.iter().filter(refuses).map(|f| f.rule).collect();
        let hoped = !options.observe && !rules.is_empty() && rules.iter().all(|r| options.retry.hopes_for(r));
        hoped.then(|| rules.into_iter().collect::<Vec<_>>().join(", "))
    }

    fn into_verdict(
        self,
        mut report: Report,
        configuration: &Configuration,
        options: &Options,
        began: Instant,
    ) -> Verdict {
        let refuses = |f: &&Finding| options.fail_on.is_some_and(|limit| f.severity >= limit);
        let steadfast = |f: &Finding| rules::find(f.rule).is_some_and(|r| r.traits.even_observed);
        // The finding of a failed connection says what the failure says; it counts once, there.
        let of_failure =
            |f: &Finding| self.failure.as_ref().is_some_and(|failure| failure.class.as_str() == f.rule);
        let mut refusing = self.findings.iter().filter(refuses).filter(|f| !of_failure(f));
        let denied = if options.observe { refusing.any(steadfast) } else { refusing.next().is_some() };
        let unreachable = self.failure.as_ref().filter(|_| !options.observe);
        let temporary = !denied && unreachable.is_some_and(|f| f.retryable);
        let refuses_now = denied || unreachable.is_some_and(|f| !f.retryable);
        report.failure = self.failure.as_ref().map(failure_report);
        report.findings = self.findings.iter().map(|f| f.locate(&configuration.sources)).collect();
        report.findings.sort_by(crate::finding::Located::by_place);
        report.ready = Some(!refuses_now && !temporary);
        report.elapsed_ms = Some(u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX));
        for finding in &report.findings {
            tracing::debug!(rule = finding.rule, severity = finding.severity.as_str(), "finding");
        }
        Verdict { report, refused: refuses_now, temporary, session: None, dial: None }
    }
}

fn failed(
    mut report: Report,
    configuration: &Configuration,
    options: &Options,
    began: Instant,
    driver: &Driver,
    mut failure: Failure,
) -> Verdict {
    connection::describe(&mut report, driver.probe());
    if let Some(target) = configuration.settings.selected() {
        failure.message = target.spelt(&failure.message);
    }
    tracing::warn!(
        class = failure.class.as_str(),
        phase = failure.phase.as_str(),
        "the server could not be used"
    );
    let evidence = Evidence { answers: None, failure: Some(&failure) };
    let findings = configuration.findings(options.door, evidence);
    Judged { findings, failure: Some(failure) }.into_verdict(report, configuration, options, began)
}

fn link(driver: &Driver, now: u64) -> Link {
    let session = driver.session();
    let chain = session.and_then(Session::tls).map(|tls| tls.chain.as_slice()).unwrap_or_default();
    let validity = |one: &CertificateInfo| Validity { not_before: one.not_before, not_after: one.not_after };
    Link {
        encrypted: session.is_some_and(|s| s.tls().is_some()),
        socket: session.is_some_and(|s| s.attempt().address.is_unix()),
        certificate: chain.split_first().map(|(leaf, issuers)| PeerCertificate {
            own: validity(leaf),
            issuer: issuers.iter().map(validity).min_by_key(|one| one.not_after),
        }),
        now,
    }
}

/// Rules over the server's answers.
fn judge(configuration: &Configuration, options: &Options, driver: &Driver, target: &Target) -> Judged {
    let unanswered = ask::unanswered(driver.probe().answers());
    let answers = Answers {
        answers: driver.probe().answers(),
        link: link(driver, options.now),
        session: driver.probe().facts(),
        migrates: options.install && !target.extensions.is_empty(),
        unanswered: &unanswered,
    };
    let evidence = Evidence { answers: Some(&answers), failure: None };
    Judged { findings: configuration.findings(options.door, evidence), failure: None }
}

/// libpq goes on without these files, and so does the driver; whoever wrote the keyword should know, where no rule says it.
fn absent(keyword: &str) -> String {
    let without = match keyword {
        "sslrootcert" => "the server's certificate is not verified, as libpq does it below sslmode=verify-ca",
        _ => "no client certificate is sent, as libpq does it",
    };
    format!("`{keyword}` names a file that does not exist: {without}")
}

/// Whether a session in plaintext would be refused by the rules: then none is opened, and no password is sent.
fn denies_plaintext(configuration: &Configuration, options: &Options) -> bool {
    let nothing = probe::Answers::default();
    let plaintext = Link { now: options.now, ..Link::default() };
    let session = probe::SessionFacts::default();
    let answers =
        Answers { answers: &nothing, link: plaintext, session: &session, migrates: false, unanswered: &[] };
    let with = Evidence { answers: Some(&answers), failure: None };
    let errors = |evidence| {
        let found = configuration.findings(options.door, evidence);
        found.iter().filter(|f| f.severity == Severity::Error).count()
    };
    !options.observe && errors(with) > errors(Evidence::default())
}

fn begin(configuration: &Configuration, options: &Options) -> Report {
    let mut report = Report::new(options.command);
    report.environment = Some(configuration.environment_report());
    report.policy.clone_from(&configuration.policy.path);
    report.observe = options.observe;
    report.files.read = configuration.env_files_read();
    if let Some(target) = configuration.settings.selected() {
        report.target = Some(target_report(target));
        if target.is_postgres() && target.parsed.as_ref().is_ok_and(|c| !c.unknown().is_empty()) {
            let name = &target.name;
            report
                .remarks
                .push(format!("`{name}` has parameters of another client, which libpq refuses: passed over"));
        }
        if !target.is_postgres() && !target.extensions.is_empty() {
            report.remarks.push("extensions belong to PostgreSQL: nothing to look for here".into());
        }
    }
    for path in &configuration.unread {
        let environment = configuration.environment();
        let why = match configuration.settings.settled.environment.as_ref().map(|s| s.value) {
            Some(Environment::Development | Environment::Test) => {
                "the project's framework is not known to read it".into()
            }
            Some(_) => format!("in {environment} a file is read only when it is named"),
            None => match &configuration.unread_says {
                Some((says, environment)) if says == path => {
                    format!("it calls this {environment}, where a file is read only when it is named")
                }
                _ => "nobody said which environment this is".into(),
            },
        };
        report.remarks.push(format!("`{path}` was not read: {why} (--env-file)"));
    }
    report
}

fn target_report(target: &Target) -> TargetReport {
    let text = |keyword: &str| target.get(keyword).map(|s| s.value.to_string()).filter(|t| !t.is_empty());
    let engine = match &target.engine.value {
        Engine::Postgres => "postgres",
        Engine::Sqlite { .. } => "sqlite",
        Engine::Other(name) => name,
        Engine::Unknown => "unknown",
    };
    // Of several hosts the port is told when they share it.
    let endpoints = target.parsed.as_ref().ok().and_then(|c| c.endpoints().ok()).unwrap_or_default();
    let port = endpoints.first().map(|e| e.port).filter(|port| endpoints.iter().all(|e| e.port == *port));
    TargetReport {
        name: target.name.clone(),
        engine: engine.to_owned(),
        host: text("host").or_else(|| text("hostaddr")),
        address: None,
        port: port.filter(|_| target.is_postgres()),
        database: text("dbname").or_else(|| target.sqlite_file().map(|file| file.to_string())),
        role: text("user"),
        in_recovery: None,
        pooler: None,
        pool_mode: None,
    }
}

fn failure_report(failure: &Failure) -> FailureReport {
    FailureReport {
        class: failure.class.as_str().to_owned(),
        phase: failure.phase.as_str().to_owned(),
        sqlstate: failure.sqlstate.map(|s| s.as_str().to_owned()),
        retryable: failure.retryable,
        message: failure.message.clone(),
    }
}

fn unreadable(message: &str) -> FailureReport {
    FailureReport {
        class: probe::FailureClass::ParameterUnsupported.as_str().to_owned(),
        phase: probe::Phase::Configuration.as_str().to_owned(),
        sqlstate: None,
        retryable: false,
        message: message.to_owned(),
    }
}
