//! What a server may send and ask for: a stream without end stops at a limit, also when there is plenty of time.

use super::stage::{Stage, answer, description};
use super::support::fake::{Fake, message};
use super::{PASSWORD, dial};
use pgward::unstable::driver::Driver;
use pgward::unstable::probe::{Bounds, Failure, FailureClass, Phase, Probe, Query, SslMode};
use std::time::{Duration, Instant};

const MIB: usize = 1 << 20;
/// What the system takes off a sender's hands on loopback before the other side has read it.
const BUFFERS: usize = 12 * MIB;

/// Asks a fake server, with a minute's time.
async fn ask(fake: &Fake, questions: Vec<Query>) -> (Failure, Duration) {
    let bounds = Bounds { timeout: Duration::from_secs(60), ..Bounds::default() };
    let mut driver = Driver::new(Probe::new(dial(fake.port, SslMode::Disable), questions, bounds));
    let began = Instant::now();
    let failure = driver.run().await.expect_err("it must fail");
    (failure, began.elapsed())
}

#[tokio::test]
async fn a_startup_without_end_stops_at_a_mebibyte() {
    let notice = message(b'N', &[&b"SNOTICE\0C00000\0M"[..], &[b'x'; 2000], b"\0\0"].concat());
    let fake = Fake::start(move |line| {
        Stage::Parameters.reach(line);
        line.repeat(&notice, Duration::ZERO);
    });
    let (failure, took) = ask(&fake, Vec::new()).await;
    assert_eq!((failure.class, failure.phase), (FailureClass::NotPostgres, Phase::Database), "{failure}");
    assert!(failure.message.contains("without end"), "{failure}");
    assert!(took < Duration::from_secs(20) && fake.all_closed() && fake.said() < MIB + BUFFERS, "{took:?}");
}

/// Rows that are nearly nothing to send, and something to keep.
#[tokio::test]
async fn answers_without_end_stop_at_eight() {
    let fake = Fake::start(|line| {
        Stage::Answers.reach(line);
        line.message(b'T', &[0, 0]);
        line.repeat(&message(b'D', &[0, 0]).repeat(1000), Duration::ZERO);
    });
    let (failure, took) = ask(&fake, Vec::new()).await;
    assert_eq!((failure.class, failure.phase), (FailureClass::NotPostgres, Phase::Query), "{failure}");
    assert!(failure.message.contains("without end"), "{failure}");
    // 135 bytes are counted for seven that are sent
    assert!(took < Duration::from_secs(40) && fake.all_closed() && fake.said() < MIB + BUFFERS, "{took:?}");
    let one = Fake::start(|line| {
        Stage::Answers.reach(line);
        line.say(&description());
        line.say(b"D\x3b\x9a\xca\0");
        line.hang();
    });
    let (failure, took) = ask(&one, Vec::new()).await;
    assert_eq!(failure.class, FailureClass::NotPostgres, "{failure}");
    assert!(took < Duration::from_secs(5), "a row of a gigabyte is not waited for: {took:?}");
}

/// What is asked again may be answered by as much again, and a session that was handed on by any amount.
#[tokio::test]
async fn each_flight_has_a_limit_of_its_own_and_a_service_has_none() {
    let big = || {
        let row = |bytes: usize| {
            let length = u32::try_from(bytes).expect("short").to_be_bytes();
            message(b'D', &[&[0, 3], &length[..], &vec![b'x'; bytes], &[255; 8]].concat())
        };
        let rows = row(MIB).repeat(5);
        [description(), rows, message(b'C', b"SELECT 5\0"), message(b'Z', b"I")].concat()
    };
    let fake = Fake::start(move |line| {
        Stage::Answers.reach(line);
        for flight in 0.. {
            line.say(&big());
            if flight < 2 {
                // the probe's own second question
                answer(line);
            }
            if line.hear().is_empty() {
                return;
            }
        }
    });
    let bounds = Bounds { timeout: Duration::from_secs(60), ..Bounds::default() };
    let mut driver = Driver::new(Probe::new(dial(fake.port, SslMode::Disable), Vec::new(), bounds));
    driver.run().await.expect("5 MiB are no flood");
    driver.ask(Vec::new()).await.expect("and not a second time");
    let (client, connection) = driver.into_parts().1.expect("a session").into_client();
    let running = tokio::spawn(connection);
    for _ in 0..4 {
        assert_eq!(client.simple_query("SELECT big").await.expect("answered").len(), 7);
    }
    drop(client);
    let _ = running.await.expect("no panic");
}

#[tokio::test]
async fn nobody_hashes_for_hours() {
    let fake = Fake::start(|line| {
        line.hear();
        line.ask(10, b"SCRAM-SHA-256\0\0");
        let heard = String::from_utf8_lossy(&line.hear()).into_owned();
        let nonce = heard.split_once("r=").map(|(_, nonce)| nonce.to_owned()).unwrap_or_default();
        line.ask(11, format!("r={nonce}more,s=c2FsdA==,i=4294967295").as_bytes());
        line.hang();
    });
    let (failure, took) = ask(&fake, Vec::new()).await;
    assert_eq!((failure.class, failure.phase), (FailureClass::AuthMethodUnsupported, Phase::Authentication));
    assert!(took < Duration::from_secs(5), "{took:?}");
    assert!(!failure.to_string().contains(PASSWORD));
}

/// More than the system takes off our hands: the rest waits for the deadline, and so does nothing else.
#[tokio::test]
async fn a_server_that_does_not_read_blocks_nobody() {
    let fake = Fake::start(|line| {
        line.hear();
        line.ask(0, b"");
        line.message(b'Z', b"I");
        std::thread::sleep(Duration::from_secs(2));
    });
    let questions = vec![Query::new("big", format!("SELECT '{}'", "x".repeat(40 * MIB)))];
    let bounds = Bounds { timeout: Duration::from_millis(700), ..Bounds::default() };
    let mut driver = Driver::new(Probe::new(dial(fake.port, SslMode::Disable), questions, bounds));
    let began = Instant::now();
    let failure = driver.run().await.expect_err("it must fail");
    let took = began.elapsed();
    assert_eq!((failure.class, failure.phase), (FailureClass::DeadlineExceeded, Phase::Query), "{failure}");
    assert!(took < Duration::from_millis(1700), "{took:?}");
}

/// An answer whose end is missing, in a flight of several: what comes later belongs to another question.
#[tokio::test]
async fn answers_are_not_taken_for_others() {
    for ready in [&b"Z\0\0\0\x05I"[..], b"T\0\0\0\x06\0\0Z\0\0\0\x05I"] {
        let fake = Fake::start(move |line| {
            Stage::Answers.reach(line);
            line.say(ready);
            answer(line);
            answer(line);
            line.hang();
        });
        let (failure, _) = ask(&fake, vec![Query::new("q", "SELECT 1")]).await;
        assert_eq!((failure.class, failure.phase), (FailureClass::NotPostgres, Phase::Query), "{failure}");
    }
}
