//! Each way that a start fails, brought about with a real server or a listener that plays one: what it is called, in
//! which phase, with which SQLSTATE, and whether waiting may mend it. The recorded scenarios by their names, and more.
#![cfg(unix)]
#![expect(clippy::disallowed_methods, reason = "the tests start servers and read a corpus")]

#[path = "support"]
mod support {
    pub(crate) mod certs;
    #[allow(dead_code, reason = "other tests use the rest")]
    pub(crate) mod fake;
    pub(crate) mod pg;
}

#[path = "bootfail/evidence.rs"]
mod evidence;
#[path = "bootfail/languages.rs"]
mod languages;
#[path = "bootfail/listeners.rs"]
mod listeners;
#[path = "bootfail/pooler.rs"]
mod pooler;
#[path = "bootfail/questions.rs"]
mod questions;
#[path = "bootfail/servers.rs"]
mod servers;
#[path = "bootfail/ways.rs"]
mod ways;

use pgward::unstable::{
    configuration::{Configuration, Input},
    driver::Driver,
    probe::{Answer, Bounds, Failure, FailureClass, Phase, Probe, Query},
    settings,
};
use std::{collections::BTreeSet, time::Duration};

const CANARY: &str = "cAnArY-p4ss";

/// One way to fail.
struct Scenario<'s> {
    /// A recorded scenario's name, or one of our own.
    name: &'s str,
    url: String,
    class: FailureClass,
    phase: Phase,
    /// Empty where no server said one.
    sqlstate: &'s str,
}

fn scenario<'s>(
    name: &'s str,
    url: String,
    class: FailureClass,
    phase: Phase,
    sqlstate: &'s str,
) -> Scenario<'s> {
    Scenario { name, url, class, phase, sqlstate }
}

/// Brings each about and asserts the whole verdict.
async fn all(scenarios: Vec<Scenario<'_>>) {
    for Scenario { name, url, class, phase, sqlstate } in scenarios {
        let failure = refused(&url).await;
        let state = failure.sqlstate.map(|s| s.to_string()).unwrap_or_default();
        assert_eq!((failure.class, failure.phase, &*state), (class, phase, sqlstate), "{name}: {failure}");
        assert_eq!(failure.retryable, waiting_mends(class), "{name}: {failure}");
    }
}

/// What the catalogue says of each class; names that do not resolve are judged where they are tested.
fn waiting_mends(class: FailureClass) -> bool {
    use FailureClass as C;
    match class {
        C::ConnectionRefused
        | C::ConnectTimeout
        | C::SlotsExhausted
        | C::ServerStarting
        | C::ServerStopping
        | C::InitServerOnly
        | C::DeadlineExceeded
        | C::ConnectionClosed
        | C::SessionAttrsUnmet
        | C::NotQueryableStandby
        | C::PoolerUnavailable
        | C::SocketMissing
        | C::StatementTimeout
        | C::LockTimeout => true,
        C::NotPostgres
        | C::TlsRefused
        | C::TlsUntrusted
        | C::AuthFailed
        | C::WrongServerSuspected
        | C::DatabaseMissing
        | C::HbaRejected
        | C::RoleCannotLogin
        | C::ConnectDenied
        | C::StartupParameterRejected
        | C::PasswordMissing
        | C::PeerAuthFailed
        | C::RoleMissing
        | C::AuthMethodUnsupported
        | C::TlsUnsupported
        | C::ParameterUnsupported => false,
        other => panic!("{other} has no entry"),
    }
}

/// From a URL to a driver, the way that a preflight goes.
async fn open_with(url: &str, questions: Vec<Query>, bounds: Bounds) -> Result<Driver, Failure> {
    let variables = [("DATABASE_URL".to_owned(), url.as_bytes().to_vec())].into();
    let configuration = Configuration::new(Input { variables, no_pg_env: true, ..Input::default() });
    let target = configuration.settings.selected().expect("a target");
    let read = |path: &str| std::fs::read(path).map_err(|error| error.kind());
    let files = settings::LibpqFiles { read: Box::new(read), ..settings::LibpqFiles::default() };
    let dial = settings::dial::dial(target, &files).expect("a URL that can be dialled");
    let mut driver = Driver::new(Probe::new(dial, questions, bounds));
    let outcome = driver.run().await;
    let seen = format!("{outcome:?} {:?}", driver.probe());
    assert!(!seen.contains(CANARY), "a secret is shown: {seen}");
    outcome.map(|()| driver)
}

async fn open(url: &str) -> Result<Driver, Failure> {
    open_with(url, Vec::new(), bounds()).await
}

async fn refused(url: &str) -> Failure {
    open(url).await.err().unwrap_or_else(|| panic!("it must not open: {url}"))
}

fn bounds() -> Bounds {
    Bounds { timeout: Duration::from_secs(8), ..Bounds::default() }
}

/// What a question is refused with.
async fn answer(url: &str, sql: &str, bounds: Bounds) -> Answer {
    let driver = open_with(url, vec![Query::new("question", sql)], bounds).await.expect("a session");
    driver.probe().answers().get("question").expect("an answer").clone()
}

/// A port of 127.0.0.1 at which nothing listens, and that nobody else is given while it is held: a test that runs beside may
/// listen at one that was only free.
struct Refusing {
    port: u16,
    _held: socket2::Socket,
}

impl Refusing {
    fn new() -> Self {
        let held =
            socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).expect("a socket");
        held.bind(&std::net::SocketAddr::from(([127, 0, 0, 1], 0)).into()).expect("a port");
        let port = held.local_addr().expect("its address").as_socket().expect("an address").port();
        Self { port, _held: held }
    }
}

fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

fn notes(failure: &Failure) -> String {
    failure.evidence.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

/// Every recorded scenario that names a cause is brought about by name in one of the files.
#[test]
fn every_recorded_scenario_is_here() {
    let sources = [
        include_str!("bootfail/servers.rs"),
        include_str!("bootfail/listeners.rs"),
        include_str!("bootfail/pooler.rs"),
        include_str!("bootfail/evidence.rs"),
        include_str!("bootfail/questions.rs"),
    ]
    .concat();
    let mut missing = BTreeSet::new();
    let mut seen = 0;
    for line in include_str!("corpora/bootfail.public.jsonl").lines() {
        let row: serde_json::Value = serde_json::from_str(line).expect("a row");
        let name = row["scenario"].as_str().expect("a name");
        if row["true_cause"] == "ok" {
            continue;
        }
        seen += 1;
        if !sources.contains(&format!("\"{name}\"")) {
            missing.insert(format!("{name}: {}", row["true_cause"]));
        }
    }
    assert!(missing.is_empty() && seen > 60, "{seen} rows, not brought about: {missing:#?}");
}
