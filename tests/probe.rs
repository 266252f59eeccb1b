//! Scripted conversations: no server, no socket, no clock.

#[path = "probe/hosts.rs"]
mod hosts;
#[path = "probe/waiting.rs"]
mod waiting;

use pgward::unstable::probe::*;
use pgward::{Part, Secret};
use std::io::ErrorKind;
use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

const ONE: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));
const TWO: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 2));

fn dial(sslmode: SslMode) -> Dial {
    Dial {
        hosts: vec![DialHost::name(Part::harmless("db.example"), 5432), DialHost::addr(None, TWO, 5433)],
        user: Some(Part::harmless("app")),
        password: Some(Secret::from("hunter2")),
        dbname: Some(Part::harmless("app")),
        sslmode,
        ..Dial::default()
    }
}

fn probe(dial: Dial) -> Probe {
    Probe::new(dial, vec![Query::new("roles", "SELECT 1")], Bounds::default())
}

fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

fn server(sqlstate: &str, routine: &str, message: &str) -> ServerError {
    ServerError {
        sqlstate: SqlState::parse(sqlstate),
        routine: (!routine.is_empty()).then(|| routine.to_owned()),
        message: ServerText::new(message.as_bytes()),
        ..ServerError::default()
    }
}

fn failed(sqlstate: &str) -> Reply {
    Reply::Failed(Trouble::Server(Phase::Startup, server(sqlstate, "some_routine", "")))
}

fn rows(columns: &[&str], values: &[&str]) -> Answer {
    Answer::Rows(Rows {
        columns: columns.iter().map(ToString::to_string).collect(),
        rows: vec![values.iter().map(|v| Some((*v).to_owned())).collect()],
    })
}

fn session(pid: &str, standby: &str, read_only: &str) -> Answer {
    rows(&["pid", "in_recovery", "read_only"], &[pid, standby, read_only])
}

fn connected() -> Reply {
    Reply::Connected(Connected { pid: Some(7), tls: true })
}

fn attempt(step: Step) -> (String, Tls) {
    match step {
        Step::Connect(attempt) => (attempt.place(), attempt.tls),
        other => panic!("not a connect: {other:?}"),
    }
}

/// A probe with an open session.
fn open(mut probe: Probe) -> Probe {
    probe.step(Reply::Begin, ms(0));
    probe.step(Reply::Resolved(vec![ONE]), ms(1));
    probe.step(connected(), ms(2));
    let step = probe.step(Reply::Answered(vec![session("7", "f", "off"), rows(&["one"], &["1"])]), ms(3));
    assert!(matches!(step, Step::Done));
    probe
}

#[test]
fn the_straight_way() {
    let sslrootcert = Some(RootCert { path: Part::harmless("ca"), pem: Ok(vec![]) });
    let hosts = vec![DialHost::name(Part::harmless("db.example"), 5432)];
    let mut probe = probe(Dial { hosts, sslrootcert, ..dial(SslMode::VerifyFull) });
    let Step::Resolve { host, until } = probe.step(Reply::Begin, ms(0)) else { panic!("no resolve") };
    assert_eq!((host.to_string(), until), ("db.example".to_owned(), ms(10_000)));
    let step = probe.step(Reply::Resolved(vec![ONE]), ms(5));
    assert_eq!(attempt(step), ("db.example:5432 (192.0.2.1)".to_owned(), Tls::Always));
    let Step::Ask(questions, until) = probe.step(connected(), ms(9_000)) else { panic!("no questions") };
    assert_eq!(until, ms(10_000));
    assert_eq!(questions.len(), 3);
    assert_eq!(
        questions[1].sql,
        "SET LOCAL statement_timeout = 1000; SET LOCAL lock_timeout = 1000; SET TRANSACTION READ ONLY; SELECT 1"
    );
    let answers = vec![session("8", "f", "off"), rows(&["one"], &["1"])];
    assert!(matches!(probe.step(Reply::Answered(answers), ms(9_100)), Step::Done));
    assert_eq!(probe.answers().rows("roles").unwrap().get(0, "one"), Some("1"));
    assert_eq!(probe.facts().pooler, Some(true), "announced 7, answered 8");
    assert!(probe.failure().is_none());
}

#[test]
fn on_after_a_failed_connect_and_no_farther_than_libpq() {
    let goes_on = [
        Reply::Failed(Trouble::Tcp(ErrorKind::ConnectionRefused)),
        Reply::Failed(Trouble::Elapsed(Phase::Authentication)),
    ];
    for reply in goes_on {
        let mut probe = probe(dial(SslMode::Require));
        probe.step(Reply::Begin, ms(0));
        probe.step(Reply::Resolved(vec![ONE, TWO]), ms(0));
        assert_eq!(attempt(probe.step(reply.clone(), ms(1))).0, "db.example:5432 (192.0.2.2)");
        assert_eq!(attempt(probe.step(reply.clone(), ms(2))).0, "192.0.2.2:5433");
        assert!(matches!(probe.step(reply, ms(3)), Step::Done));
        assert!(probe.failure().unwrap().retryable);
    }
    let stops = [
        failed("28P01"),
        failed("3D000"),
        failed("53300"),
        Reply::Failed(Trouble::Closed(Phase::Startup, Ended::ByPeer)),
        Reply::Failed(Trouble::Tls(TlsTrouble::Untrusted(Untrusted::Issuer))),
        Reply::Failed(Trouble::PasswordMissing),
    ];
    for reply in stops {
        let mut probe = probe(dial(SslMode::Require));
        probe.step(Reply::Begin, ms(0));
        probe.step(Reply::Resolved(vec![ONE, TWO]), ms(0));
        assert!(matches!(probe.step(reply, ms(1)), Step::Done | Step::Look(_)));
    }
    let mut probe = probe(dial(SslMode::Require));
    probe.step(Reply::Begin, ms(0));
    let step = probe.step(Reply::Failed(Trouble::Dns(Unresolved::NoName)), ms(1));
    assert_eq!(attempt(step).0, "192.0.2.2:5433", "a name that does not resolve is a failed connect");
    probe.step(failed("28P01"), ms(2));
    let failure = probe.failure().unwrap();
    assert_eq!((failure.class, failure.retryable), (FailureClass::AuthFailed, false));
    assert!(matches!(&failure.evidence[0], Evidence::Attempt { class: FailureClass::DnsFailed, .. }));
}

/// The TLS decisions at the first address when each attempt ends like this.
fn decisions(dial: Dial, reply: &Reply) -> Vec<Tls> {
    let mut probe = probe(Dial { hosts: vec![DialHost::addr(Some(Part::harmless("h")), ONE, 1)], ..dial });
    let mut step = probe.step(Reply::Begin, ms(0));
    let mut out = Vec::new();
    while let Step::Connect(attempt) = step {
        out.push(attempt.tls);
        step = probe.step(reply.clone(), ms(1));
    }
    out
}

#[test]
fn libpqs_modes_as_attempts() {
    use SslMode::{Allow, Disable, Prefer, Require, VerifyCa, VerifyFull};
    let hba = |over| {
        Reply::Failed(Trouble::Server(
            Phase::Startup,
            ServerError { over, ..server("28000", "ClientAuthentication", "") },
        ))
    };
    let with_root = |sslmode| Dial {
        sslrootcert: Some(RootCert { path: Part::harmless("ca"), pem: Ok(vec![]) }),
        ..dial(sslmode)
    };
    let untrusted = Reply::Failed(Trouble::Tls(TlsTrouble::Untrusted(Untrusted::Expired)));
    let broken = Reply::Failed(Trouble::Tls(TlsTrouble::Broken));
    let limit = Reply::Failed(Trouble::Tls(TlsTrouble::Incompatible));
    assert_eq!(decisions(dial(Disable), &hba(Over::Plaintext)), [Tls::Never]);
    assert_eq!(decisions(dial(Allow), &hba(Over::Plaintext)), [Tls::Never, Tls::Always]);
    assert_eq!(decisions(dial(Allow), &failed("28P01")), [Tls::Never]);
    assert_eq!(decisions(dial(Prefer), &hba(Over::Tls)), [Tls::IfOffered, Tls::Never]);
    assert_eq!(decisions(dial(Prefer), &hba(Over::Plaintext)), [Tls::IfOffered], "it was plaintext already");
    assert_eq!(decisions(dial(Prefer), &broken), [Tls::IfOffered, Tls::Never]);
    assert_eq!(decisions(dial(Prefer), &limit), [Tls::IfOffered], "libpq may speak TLS there");
    assert_eq!(
        decisions(with_root(Prefer), &untrusted),
        [Tls::IfOffered],
        "never plaintext after a bad certificate"
    );
    assert_eq!(decisions(with_root(Prefer), &broken), [Tls::IfOffered]);
    for mode in [Require, VerifyCa, VerifyFull] {
        assert_eq!(decisions(with_root(mode), &hba(Over::Tls)), [Tls::Always]);
    }
    for mode in [Allow, Prefer, Require] {
        let policy = Dial { tls_required: true, ..dial(mode) };
        assert_eq!(decisions(policy, &hba(Over::Tls)), [Tls::Always]);
    }
    assert_eq!(decisions(Dial { tls_required: true, ..dial(Disable) }, &broken), []);
}

#[test]
fn connect_timeout_bounds_one_address() {
    let mut probe = probe(Dial { connect_timeout: Some(ms(2000)), ..dial(SslMode::Require) });
    let Step::Resolve { until, .. } = probe.step(Reply::Begin, ms(0)) else { panic!() };
    assert_eq!(until, ms(2000));
    let Step::Connect(first) = probe.step(Reply::Resolved(vec![ONE]), ms(100)) else { panic!() };
    assert_eq!(first.until, ms(2100));
    let Step::Connect(second) = probe.step(Reply::Failed(Trouble::Elapsed(Phase::Tls)), ms(9500)) else {
        panic!()
    };
    assert_eq!(second.until, ms(10_000), "the walk's own end");
    assert!(matches!(probe.step(Reply::Failed(Trouble::Elapsed(Phase::Tcp)), ms(10_000)), Step::Done));
    let failure = probe.failure().unwrap();
    assert_eq!(
        (failure.class, failure.phase),
        (FailureClass::DeadlineExceeded, Phase::Tls),
        "the farthest is told"
    );
}

#[test]
fn install_is_one_message_and_a_race_is_asked_again_once() {
    let mut probe = open(probe(dial(SslMode::Require)));
    let wanted = ["uuid-ossp".to_owned(), "a\"b".to_owned()];
    let Step::Execute(first, until) = probe.install(&wanted, ms(100)) else { panic!() };
    assert_eq!((until, INSTALL_LOCK), (ms(10_100), 123_589_686_817_380));
    assert_eq!(
        first.sql,
        "SET LOCAL statement_timeout = 10000; SELECT pg_catalog.pg_advisory_xact_lock(123589686817380); \
         SET LOCAL lock_timeout = 2000; CREATE EXTENSION IF NOT EXISTS \"uuid-ossp\""
    );
    let refused = |state| Reply::Answered(vec![Answer::Refused(Refusal::new(Some(state), None, None))]);
    let Step::Execute(again, _) = probe.step(refused("23505"), ms(101)) else { panic!() };
    assert_eq!(again.sql, first.sql.replace("10000", "9999"));
    let Step::Execute(second, _) = probe.step(refused("42710"), ms(102)) else { panic!() };
    assert!(second.sql.ends_with("CREATE EXTENSION IF NOT EXISTS \"a\"\"b\""), "{}", second.sql);
    let Step::Execute(_, _) = probe.step(refused("42710"), ms(103)) else { panic!() };
    assert!(matches!(probe.step(Reply::Answered(vec![Answer::Rows(Rows::default())]), ms(104)), Step::Done));
    let states: Vec<_> = probe.installs().iter().map(|i| i.answer.sqlstate()).collect();
    assert_eq!(states, [SqlState::parse("42710"), None]);
    let Step::Ask(questions, _) = probe.ask(vec![Query::new("again", "SELECT 2")], ms(200)) else { panic!() };
    assert!(questions[1].sql.ends_with("SELECT 2"));
    assert!(matches!(probe.step(Reply::Failed(Trouble::Elapsed(Phase::Query)), ms(10_200)), Step::Done));
    assert_eq!(probe.failure().unwrap().class, FailureClass::DeadlineExceeded);
    assert!(matches!(probe.install(&wanted, ms(10_300)), Step::Done), "without a session nothing is sent");
}

#[test]
fn what_cannot_be_honoured_refuses() {
    for (keyword, class) in [
        ("sslcert", FailureClass::TlsUnsupported),
        ("sslcrl", FailureClass::TlsUnsupported),
        ("require_auth", FailureClass::ParameterUnsupported),
        ("target_session_attrs", FailureClass::ParameterUnsupported),
    ] {
        let mut probe =
            probe(Dial { unsupported: vec![Unsupported::new(keyword)], ..dial(SslMode::Require) });
        assert!(matches!(probe.step(Reply::Begin, ms(0)), Step::Done));
        let failure = probe.failure().unwrap();
        assert_eq!((failure.class, failure.phase, failure.retryable), (class, Phase::Configuration, false));
        assert!(failure.message.contains(keyword));
    }
}

#[test]
fn a_console_is_no_database() {
    let mut probe = probe(dial(SslMode::Disable));
    probe.step(Reply::Begin, ms(0));
    probe.step(Reply::Resolved(vec![ONE]), ms(0));
    probe.step(connected(), ms(1));
    let refused = Answer::Refused(Refusal::new(Some("08P01"), None, None));
    probe.step(Reply::Answered(vec![refused.clone(), refused]), ms(2));
    assert_eq!(probe.failure().unwrap().class, FailureClass::NotPostgres);
}

#[test]
fn another_language_decides_nothing() {
    use FailureClass as C;
    let asked = |error: ServerError| ServerError { password_asked: true, ..error };
    for (error, class) in [
        (server("28P01", "auth_failed", "Passwort-Authentifizierung fehlgeschlagen"), C::AuthFailed),
        (server("28000", "ClientAuthentication", "kein pg_hba.conf-Eintrag"), C::HbaRejected),
        (server("28000", "auth_failed", "Peer-Authentifizierung fehlgeschlagen"), C::PeerAuthFailed),
        (asked(server("28000", "auth_failed", "LDAP-Authentifizierung fehlgeschlagen")), C::AuthFailed),
        (
            asked(server("28000", "InitializeSessionUserId", "Rolle hat keine Berechtigung")),
            C::RoleCannotLogin,
        ),
        (server("28000", "InitializeSessionUserId", "Rolle existiert nicht"), C::RoleMissing),
        // LDAP, PAM and RADIUS ask for the password first, and the server looks for the role then
        (asked(server("28000", "InitializeSessionUserId", "role \"shop\" does not exist")), C::RoleMissing),
        (asked(server("28000", "InitializeSessionUserId", "Rolle »shop« existiert nicht")), C::RoleMissing),
        (server("3D000", "InitPostgres", "Datenbank existiert nicht"), C::DatabaseMissing),
        (server("42501", "CheckMyDatabase", "keine Berechtigung"), C::ConnectDenied),
        (server("42501", "set_config_option", "keine Berechtigung"), C::StartupParameterRejected),
        (server("55000", "CheckMyDatabase", "akzeptiert keine Verbindungen"), C::ConnectDenied),
        (server("53300", "InitProcess", "tut mir leid"), C::SlotsExhausted),
        (server("57P03", "ProcessStartupPacket", "das Datenbanksystem startet"), C::ServerStarting),
        (server("57P01", "ProcessInterrupts", "Verbindung wird abgebrochen"), C::ServerStopping),
        (server("XX000", "somewhere", "kaputt"), C::ServerError),
    ] {
        let (state, routine) = (error.sqlstate, error.routine.clone());
        let failure = Trouble::Server(Phase::Database, error).classify(&dial(SslMode::Require), "db:5432");
        assert_eq!(failure.class, class, "{state:?} {routine:?}");
        assert_eq!(failure.sqlstate, state);
        assert!(!failure.to_string().contains("Rolle"), "server text is not shown");
    }
}

/// What real servers and poolers said, by the name of the cause.
#[test]
fn recorded_refusals_have_the_class_of_their_cause() {
    let mut checked = 0;
    for line in include_str!("corpora/bootfail.public.jsonl").lines() {
        let row: serde_json::Value = serde_json::from_str(line).unwrap();
        let said = &row["clients"]["tokio-postgres 0.7.18"];
        let (Some(state), Some("connect")) = (said["sqlstate"].as_str(), said["phase"].as_str()) else {
            continue;
        };
        let cause = row["true_cause"].as_str().unwrap();
        let class = match cause.trim_end_matches("(pooler)") {
            "auth-failed-or-role-missing" | "backend-auth-failed" => "auth-failed",
            "bad-startup-option" | "pooler-rejects-startup-parameter" => "startup-parameter-rejected",
            "db-missing" => "database-missing",
            "hba-no-entry" | "hba-reject" => "hba-rejected",
            "peer-or-ident-auth-failed" => "peer-auth-failed",
            "pooler-cannot-get-server" => "pooler-unavailable",
            "shutting-down" => "server-stopping",
            "standby-not-queryable" => "not-queryable-standby",
            "too-many-connections" => "slots-exhausted",
            same => same,
        };
        let mut error = server(state, "", said["message"].as_str().unwrap());
        error.detail = ServerText::new(said["detail"].as_str().unwrap_or_default().as_bytes());
        error.sets_role = row["conninfo"].as_str().unwrap().contains("role");
        if error.sets_role {
            error.routine = Some("call_string_check_hook".to_owned());
        }
        let failure = Trouble::Server(Phase::Startup, error).classify(&dial(SslMode::Prefer), "db:5432");
        assert_eq!(failure.class.as_str(), class, "{}", row["scenario"]);
        checked += 1;
    }
    assert!(checked > 15, "{checked}");
}

#[test]
fn names_are_words_of_the_catalogue() {
    let mut names: Vec<_> = FailureClass::ALL.iter().map(|class| class.as_str()).collect();
    assert!(names.iter().all(|name| name.bytes().all(|b| b == b'-' || b.is_ascii_lowercase())));
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), FailureClass::ALL.len());
    assert!(Phase::Dns < Phase::Tcp && Phase::Session < Phase::Query);
    assert_eq!(SqlState::parse("57p03"), None);
    assert_eq!(SqlState::parse("\u{1b}[31m"), None);
    assert_eq!(Refusal::new(Some("42P01"), Some("\u{1b}[0m"), None).routine, None);
}

#[test]
fn the_same_salt_is_the_same_server() {
    let salt = |text: &str| Fingerprint::from_scram(format!("r=nonce,s={text},i=4096").as_bytes()).unwrap();
    let loopback = vec![DialHost::addr(Some(Part::harmless("localhost")), Ipv4Addr::LOCALHOST.into(), 5432)];
    for (sight, class) in [
        (Sight::Server(salt("YQ==")), FailureClass::AuthFailed),
        (Sight::Server(salt("Yg==")), FailureClass::WrongServerSuspected),
        (Sight::Somebody, FailureClass::AuthFailed),
        (Sight::Known(Listener::Postgres), FailureClass::AuthFailed),
        (Sight::Nothing, FailureClass::AuthFailed),
    ] {
        let mut probe = probe(Dial { hosts: loopback.clone(), ..dial(SslMode::Disable) });
        probe.step(Reply::Begin, ms(0));
        let error = ServerError { fingerprint: Some(salt("YQ==")), ..server("28P01", "auth_failed", "") };
        let step = probe.step(Reply::Failed(Trouble::Server(Phase::Authentication, error)), ms(1));
        let Step::Look(looks) = step else { panic!("{step:?}") };
        let first = &looks[0].attempt;
        assert_eq!((first.address.to_string(), first.until), ("[::1]:5432".to_owned(), ms(501)));
        assert!(matches!(probe.step(Reply::Looked(vec![sight]), ms(2)), Step::Done));
        assert_eq!(probe.failure().unwrap().class, class);
    }
}

#[test]
fn each_host_has_its_own_password() {
    let mut target = dial(SslMode::Disable);
    target.hosts[1].password = Some(Secret::from("hunter3"));
    let mut probe = probe(target);
    probe.step(Reply::Begin, ms(0));
    let password = |step: Step| match step {
        Step::Connect(attempt) => attempt.password.expect("a password"),
        other => panic!("not a connect: {other:?}"),
    };
    assert!(password(probe.step(Reply::Resolved(vec![ONE]), ms(1))).equals("hunter2"));
    let refused = Reply::Failed(Trouble::Tcp(ErrorKind::ConnectionRefused));
    assert!(password(probe.step(refused, ms(2))).equals("hunter3"));
    assert!(!format!("{probe:?}").contains("hunter"));
}
