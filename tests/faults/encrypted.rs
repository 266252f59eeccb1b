//! The same inside TLS: the handshake is over, and the server owes the authentication request.

use super::dial;
use super::support::certs::{self, Identity};
use super::support::fake::{Fake, Line, message};
use pgward::unstable::driver::Driver;
use pgward::unstable::probe::{Bounds, FailureClass, Phase, Probe, SslMode};
use rustls::ServerConnection;
use std::io::Write;
use std::sync::LazyLock;
use std::time::{Duration, Instant};

const TIMEOUT: Duration = Duration::from_millis(500);

static IDENTITY: LazyLock<Identity> = LazyLock::new(|| certs::self_signed(&["localhost"], |_| {}));

/// Says something inside; false when nobody is there any more.
fn say(line: &mut Line, session: &mut ServerConnection, bytes: &[u8]) -> bool {
    session.writer().write_all(bytes).is_ok() && session.write_tls(&mut line.stream).is_ok()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn faults_behind_the_handshake() {
    use FailureClass as C;
    type Script = fn(&mut Line, &mut ServerConnection);
    let table: [(&str, C, Script); 8] = [
        ("silent", C::DeadlineExceeded, |line, _| line.hang()),
        ("closed without a word", C::ConnectionClosed, |_, _| {}),
        ("closed in order", C::ConnectionClosed, |line, session| {
            session.send_close_notify();
            let _ = session.write_tls(&mut line.stream);
        }),
        ("reset", C::ConnectionClosed, |line, _| {
            std::thread::sleep(Duration::from_millis(50));
            line.reset();
        }),
        ("garbage inside", C::NotPostgres, |line, session| {
            say(line, session, b"HTTP/1.1 400 Bad Request\r\n\r\n");
            line.hang();
        }),
        ("a record of a gigabyte, byte by byte", C::DeadlineExceeded, |line, session| {
            for byte in message(b'R', &[0; 1000]) {
                if !say(line, session, &[byte]) {
                    return;
                }
                std::thread::sleep(Duration::from_millis(20));
            }
        }),
        ("notices without end", C::NotPostgres, |line, session| {
            while say(line, session, &message(b'N', b"SNOTICE\0C00000\0Mword\0\0").repeat(100)) {}
        }),
        ("huge", C::NotPostgres, |line, session| {
            say(line, session, b"R\x7f\xff\xff\xff\0\0\0\0");
            line.hang();
        }),
    ];
    for (what, class, script) in table {
        let fake = Fake::tls_and_then(&IDENTITY, script);
        let bounds = Bounds { timeout: TIMEOUT, ..Bounds::default() };
        let mut driver = Driver::new(Probe::new(dial(fake.port, SslMode::Require), Vec::new(), bounds));
        let began = Instant::now();
        let failure = driver.run().await.expect_err("it must fail");
        let took = began.elapsed();
        assert_eq!((failure.class, failure.phase), (class, Phase::Startup), "{what}: {failure}");
        assert!(took < TIMEOUT + Duration::from_secs(1), "{what}: {took:?}");
        assert!(fake.all_closed(), "{what}: a socket is left");
    }
}

/// Plain bytes where records should be, after the handshake.
#[tokio::test]
async fn a_stream_that_leaves_tls_is_broken() {
    let fake = Fake::tls_and_then(&IDENTITY, |line, _| {
        line.say(b"R\0\0\0\x08\0\0\0\0 and no record");
        line.hang();
    });
    let bounds = Bounds { timeout: TIMEOUT, ..Bounds::default() };
    let mut driver = Driver::new(Probe::new(dial(fake.port, SslMode::Require), Vec::new(), bounds));
    let failure = driver.run().await.expect_err("it must fail");
    assert_eq!((failure.class, failure.phase), (FailureClass::TlsUnsupported, Phase::Tls), "{failure}");
    assert!(fake.all_closed());
}
