//! Servers that misbehave, hang, or speak another protocol.

use super::support::fake::{Fake, Line};
use super::{CANARY, LOCALHOST, WORLD, at, bounds, class, dial, host, open, open_with, refused};
use pgward::Secret;
use pgward::unstable::probe::{
    Bounds, Dial, Evidence, FailureClass, Phase, Query, SslMode, TargetSessionAttrs, Tls,
};
use std::time::{Duration, Instant};

#[tokio::test]
async fn silence_ends_on_time_in_every_phase() {
    let at_once = Fake::start(Line::hang);
    let after_s = Fake::start(|line| {
        line.hear();
        line.say(b"S");
        line.hang();
    });
    let after_n = Fake::start(|line| {
        line.hear();
        line.say(b"N");
        line.hang();
    });
    let after_scram = Fake::start(|line| {
        line.hear();
        line.ask(10, b"SCRAM-SHA-256\0\0");
        line.hang();
    });
    let after_ok = Fake::start(|line| {
        line.hear();
        line.ask(0, b"");
        line.hang();
    });
    let after_ready = Fake::start(|line| {
        line.hear();
        line.ask(0, b"");
        line.message(b'K', &[0, 0, 0, 1, 0, 0, 0, 2]);
        line.message(b'Z', b"I");
        line.hang();
    });
    // the server is started by whoever is first, which is not the time that is meant
    let server = WORLD.server.port();
    for (fake, mode, phase) in [
        (&at_once, SslMode::Require, Phase::Tls),
        (&after_s, SslMode::Require, Phase::Tls),
        (&after_n, SslMode::Prefer, Phase::Startup),
        (&at_once, SslMode::Disable, Phase::Startup),
        (&after_scram, SslMode::Disable, Phase::Authentication),
        (&after_ok, SslMode::Disable, Phase::Database),
        (&after_ready, SslMode::Disable, Phase::Query),
    ] {
        let began = Instant::now();
        let bounds = Bounds { timeout: Duration::from_millis(400), ..Bounds::default() };
        let failure = open_with(at(fake.port, mode), Vec::new(), bounds).await.err().unwrap();
        assert_eq!((failure.class, failure.phase), (FailureClass::DeadlineExceeded, phase), "{failure}");
        assert!(failure.retryable && began.elapsed() < Duration::from_secs(3), "{:?}", began.elapsed());
        assert!(fake.all_closed(), "a socket is left in the phase {phase}");
    }
    // connect_timeout bounds one address: the next one answers
    let hosts = vec![host(at_once.port), host(server)];
    let dial = Dial { hosts, connect_timeout: Some(Duration::from_secs(2)), ..dial("app", "app") };
    assert!(open(dial).await.is_ok());
}

#[tokio::test]
async fn not_postgres_and_closed() {
    use FailureClass as C;
    let says = |bytes: &'static [u8]| {
        Fake::start(move |line| {
            line.hear();
            line.say(bytes);
        })
    };
    let closes = Fake::start(|_| {});
    let http = says(b"HTTP/1.1 400 Bad Request\r\n\r\n");
    let ssh = says(b"SSH-2.0-OpenSSH_9.2\r\n");
    let redis = says(b"-ERR unknown command\r\n");
    let no = says(b"N");
    let huge = says(b"R\x7f\xff\xff\xff\0\0\0\0");
    let method = Fake::start(|line| {
        line.hear();
        line.ask(99, b"");
        line.hang();
    });
    let gss = Fake::start(|line| {
        line.hear();
        line.ask(7, b"");
        line.hang();
    });
    for (fake, mode, class) in [
        (&http, SslMode::Prefer, C::NotPostgres),
        (&http, SslMode::Disable, C::NotPostgres),
        (&ssh, SslMode::Prefer, C::NotPostgres),
        (&ssh, SslMode::Disable, C::NotPostgres),
        (&redis, SslMode::Disable, C::NotPostgres),
        (&huge, SslMode::Disable, C::NotPostgres),
        (&method, SslMode::Disable, C::NotPostgres),
        (&gss, SslMode::Disable, C::AuthMethodUnsupported),
        (&closes, SslMode::Prefer, C::ConnectionClosed),
        (&closes, SslMode::Disable, C::ConnectionClosed),
        (&no, SslMode::Prefer, C::ConnectionClosed),
        (&no, SslMode::Disable, C::ConnectionClosed),
        (&no, SslMode::Require, C::TlsRefused),
        (&no, SslMode::VerifyCa, C::TlsUntrusted),
    ] {
        let failure = refused(at(fake.port, mode)).await;
        assert_eq!(failure.class, class, "{mode:?}: {failure}");
    }
    let no = says(b"N");
    let policy = Dial { tls_required: true, ..at(no.port, SslMode::Prefer) };
    assert_eq!(class(policy).await, C::TlsRefused);
    assert!(!no.heard().windows(4).any(|w| w == b"user"), "no startup message went out in plaintext");
}

#[tokio::test]
async fn no_password_goes_out_in_the_clear() {
    let fake = Fake::start(|line| {
        line.hear();
        line.ask(3, b"");
        line.hang();
    });
    let failure = refused(at(fake.port, SslMode::Disable)).await;
    assert_eq!((failure.class, failure.phase), (FailureClass::AuthMethodUnsupported, Phase::Authentication));
    assert!(failure.message.contains("clear text"), "{failure}");
    // in pieces as well, and to a pool's own connection
    let pieces = Fake::start(|line| {
        line.hear();
        for byte in [b'R', 0, 0, 0, 8, 0, 0, 0, 3] {
            line.say(&[byte]);
            std::thread::sleep(Duration::from_millis(5));
        }
        line.hang();
    });
    assert_eq!(class(at(pieces.port, SslMode::Disable)).await, FailureClass::AuthMethodUnsupported);
    for fake in [&fake, &pieces] {
        assert!(!String::from_utf8_lossy(&fake.heard()).contains(CANARY));
    }
}

#[tokio::test]
async fn a_server_that_does_not_know_the_password_is_suspected() {
    let fake = Fake::start(|line| {
        line.hear();
        line.ask(10, b"SCRAM-SHA-256\0\0");
        let first = String::from_utf8_lossy(&line.hear()).into_owned();
        let nonce = first.split_once("r=").map(|(_, nonce)| nonce.to_owned()).unwrap_or_default();
        line.ask(11, format!("r={nonce}more,s=c2FsdA==,i=4096").as_bytes());
        line.hear();
        line.ask(12, b"v=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=");
        line.ask(0, b"");
        line.message(b'Z', b"I");
        line.hang();
    });
    assert_eq!(class(at(fake.port, SslMode::Disable)).await, FailureClass::WrongServerSuspected);
}

#[tokio::test]
async fn poolers_speak_for_themselves() {
    use FailureClass as C;
    for (message, class) in [
        ("no such database: app", C::DatabaseMissing),
        ("SASL authentication failed", C::AuthFailed),
        ("password authentication failed for user \"app\"", C::AuthFailed),
        ("query_wait_timeout", C::PoolerUnavailable),
        ("no more connections allowed (max_client_conn)", C::SlotsExhausted),
        ("unsupported startup parameter: options", C::StartupParameterRejected),
        ("database \"app\" does not exist", C::DatabaseMissing),
    ] {
        let fake = Fake::start(move |line| {
            line.hear();
            line.error("08P01", message);
        });
        let failure = refused(at(fake.port, SslMode::Disable)).await;
        assert_eq!(failure.class, class, "{message}");
        assert!(failure.evidence.contains(&Evidence::ViaPooler));
        assert!(!failure.to_string().contains("SASL"), "no server text: {failure}");
    }
}

#[tokio::test]
async fn libpq_stops_where_a_server_answered() {
    let starting = Fake::start(|line| {
        line.hear();
        line.say(b"N");
        line.hear();
        line.error("57P03", "the database system is starting up");
    });
    let closes = Fake::start(|_| {});
    let down = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let good = WORLD.server.port();
    let walk = |ports: [u16; 2]| Dial {
        hosts: ports.map(host).to_vec(),
        sslmode: SslMode::Prefer,
        sslrootcert: None,
        ..dial("app", "app")
    };
    assert!(open(walk([down, good])).await.is_ok());
    assert!(open(walk([starting.port, good])).await.is_ok());
    assert_eq!(class(walk([closes.port, good])).await, FailureClass::ConnectionClosed);
    let wrong = Dial { password: Some(Secret::from("not-it")), ..walk([good, down]) };
    assert_eq!(class(wrong).await, FailureClass::AuthFailed);
    let both = refused(walk([starting.port, down])).await;
    assert_eq!((both.class, both.retryable), (FailureClass::ServerStarting, true), "{both}");
    assert!(both.to_string().contains("nothing listens"), "{both}");
    let read_only = Dial { target_session_attrs: TargetSessionAttrs::ReadOnly, ..walk([good, good]) };
    assert_eq!(class(read_only).await, FailureClass::SessionAttrsUnmet);
    let read_write = Dial { target_session_attrs: TargetSessionAttrs::ReadWrite, ..walk([good, good]) };
    assert!(open(read_write).await.is_ok());
    let set = Dial {
        target_session_attrs: TargetSessionAttrs::ReadWrite,
        options: Some(Secret::from("-c default_transaction_read_only=on")),
        ..walk([good, good])
    };
    assert_eq!(class(set).await, FailureClass::SessionAttrsUnmet);
}

#[tokio::test]
async fn a_pinned_door_never_falls_back() {
    let driver =
        open(Dial { sslmode: SslMode::Prefer, sslrootcert: None, ..dial("app", "app") }).await.unwrap();
    assert_eq!(driver.session().unwrap().attempt().tls, Tls::IfOffered);
    let plain = Fake::start(|line| {
        line.hear();
        line.say(b"N");
        line.hang();
    });
    let (probe, session) = driver.into_parts();
    let session = session.unwrap();
    let mut config = session.config(probe.dial());
    assert!(!format!("{config:?}").contains(CANARY));
    config = {
        let mut other = tokio_postgres::Config::new();
        other.host("localhost").hostaddr(LOCALHOST).port(plain.port).user("app");
        other.ssl_mode(config.get_ssl_mode()).ssl_negotiation(config.get_ssl_negotiation());
        other
    };
    let error = config.connect(session.connector()).await.err().unwrap();
    let source = std::error::Error::source(&error).unwrap().to_string();
    assert!(source.contains("does not offer TLS"), "{source}");
}

#[tokio::test]
async fn all_questions_cost_one_round_trip() {
    let fake = Fake::start(|line| {
        line.hear();
        line.ask(0, b"");
        line.message(b'Z', b"I");
        // nothing is answered before everything was asked
        let mut heard = Vec::new();
        while heard.windows(7).filter(|w| w == b"SELECT ").count() < 32 {
            let more = line.hear();
            if more.is_empty() {
                return;
            }
            heard.extend(more);
        }
        // thirty, and two of the probe's own
        for _ in 0..32 {
            line.message(b'C', b"SELECT 0\0");
            line.message(b'Z', b"I");
        }
        line.hang();
    });
    let names: Vec<&'static str> = (0..30).map(|i| &*Box::leak(format!("q{i}").into_boxed_str())).collect();
    // more than one write of the client library's buffer
    let sql = format!("SELECT '{}'", "x".repeat(1000));
    let questions = names.iter().map(|name| Query::new(name, sql.clone())).collect();
    let driver = open_with(at(fake.port, SslMode::Disable), questions, bounds()).await.unwrap();
    assert!(names.iter().all(|name| driver.probe().answers().rows(name).is_some()));
}

#[tokio::test]
async fn a_server_that_dies_over_a_question_ends_the_session() {
    let fatal = Fake::start(|line| {
        line.hear();
        line.ask(0, b"");
        line.message(b'Z', b"I");
        line.hear();
        line.error("08P01", "query_wait_timeout");
    });
    let closes = Fake::start(|line| {
        line.hear();
        line.ask(0, b"");
        line.message(b'Z', b"I");
        line.hear();
    });
    for (fake, class) in
        [(&fatal, FailureClass::PoolerUnavailable), (&closes, FailureClass::ConnectionClosed)]
    {
        let failure = refused(at(fake.port, SslMode::Disable)).await;
        assert_eq!((failure.class, failure.phase), (class, Phase::Query), "{failure}");
    }
}

/// A container's port on `::1`, a server of the machine on 127.0.0.1.
#[tokio::test]
async fn two_servers_on_one_port_are_told_apart() {
    let scram = |salt: &'static str| {
        move |line: &mut Line| {
            line.hear();
            line.ask(10, b"SCRAM-SHA-256\0\0");
            let first = String::from_utf8_lossy(&line.hear()).into_owned();
            let nonce = first.split_once("r=").map(|(_, nonce)| nonce.to_owned()).unwrap_or_default();
            line.ask(11, format!("r={nonce}more,s={salt},i=4096").as_bytes());
            line.hear();
            line.message(b'E', b"SFATAL\0VFATAL\0C28P01\0Mno\0Rauth_failed\0\0");
        }
    };
    let meant = Fake::start(scram("c2FsdA=="));
    assert_eq!(class(at(meant.port, SslMode::Disable)).await, FailureClass::AuthFailed);
    // without IPv6 there is no second loopback address to look at
    let Ok(listener) = std::net::TcpListener::bind(("::1", meant.port)) else { return };
    let other = Fake::listen(listener, scram("b3RoZXI="));
    let failure = refused(at(meant.port, SslMode::Disable)).await;
    assert_eq!((failure.class, failure.retryable), (FailureClass::WrongServerSuspected, false), "{failure}");
    assert!(failure.message.contains("[::1]") && failure.message.contains("127.0.0.1"), "{failure}");
    assert!(other.all_closed());
    assert!(!String::from_utf8_lossy(&other.heard()).contains(",p="), "no proof went to the other server");
    let failure = refused(at(meant.port, SslMode::Allow)).await;
    assert_eq!(failure.class, FailureClass::WrongServerSuspected);
}
