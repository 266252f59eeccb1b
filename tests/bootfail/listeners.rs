//! Listeners that play another program, or a server that hangs or hangs up.

use super::support::{
    certs,
    fake::{Fake, Line},
};
use super::{CANARY, Refusing, all, notes, open_with, refused, scenario};
use pgward::unstable::probe::{Bounds, FailureClass as C, Phase as P};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use std::{
    io::{Read as _, Write as _},
    net::{Ipv4Addr, SocketAddr, TcpStream},
    sync::Arc,
    time::{Duration, Instant},
};

fn url(port: u16, mode: &str) -> String {
    format!("postgresql://app:{CANARY}@127.0.0.1:{port}/app?{mode}")
}

fn short() -> Bounds {
    Bounds { timeout: Duration::from_millis(400), ..Bounds::default() }
}

/// One that says this as soon as it has heard something.
fn says(bytes: &'static [u8]) -> Fake {
    Fake::start(move |line| {
        line.hear();
        line.say(bytes);
        line.hang();
    })
}

/// One that speaks first.
fn greets(bytes: &'static [u8]) -> Fake {
    Fake::start(move |line| {
        line.say(bytes);
        line.hang();
    })
}

/// One that expects a `ClientHello`, as an HTTPS server does, and hangs up on everything else.
fn direct_tls(alpn: &'static [&'static [u8]]) -> Fake {
    let identity = certs::Authority::new("some authority").leaf(&["localhost"], |_| {});
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(identity.key_der.clone()));
    let mut config =
        rustls::ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("versions")
            .with_no_client_auth()
            .with_single_cert(vec![CertificateDer::from(identity.der.clone())], key)
            .expect("an identity");
    config.alpn_protocols = alpn.iter().map(|p| p.to_vec()).collect();
    let config = Arc::new(config);
    Fake::start(move |line| {
        let mut session = rustls::ServerConnection::new(Arc::clone(&config)).expect("a session");
        while session.is_handshaking() {
            if session.complete_io(&mut line.stream).is_err() {
                return;
            }
        }
        line.hang();
    })
}

#[tokio::test]
async fn other_programs_are_known_by_what_they_say() {
    let http = says(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n");
    let ssh = greets(b"SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n");
    let mysql = greets(b"J\0\0\0\n8.0.36\0\x08\0\0\0abcdefgh\0");
    let mariadb = greets(b"\x5a\0\0\0\n5.5.5-10.11.6-MariaDB\0\x08\0\0\0");
    let smtp = greets(b"220 mx.example.com ESMTP Postfix\r\n");
    let ftp = greets(b"220 (vsFTPd 3.0.3)\r\n");
    let redis = says(b"-ERR unknown command\r\n");
    let amqp = says(b"AMQP\0\0\x09\x01");
    let tls = direct_tls(&[]);
    for (name, fake, what) in [
        ("http-server", &http, "HTTP"),
        ("ssh-server", &ssh, "SSH"),
        ("mysql-server", &mysql, "MySQL"),
        ("mariadb-server", &mariadb, "MySQL"),
        ("smtp-server", &smtp, "mail"),
        ("ftp-server", &ftp, "FTP"),
        ("redis-server", &redis, "Redis"),
        ("amqp-server", &amqp, "RabbitMQ"),
        ("direct-tls-server", &tls, "TLS from the first byte"),
    ] {
        for mode in ["prefer", "disable", "require"] {
            let began = Instant::now();
            let failure = refused(&url(fake.port, &format!("sslmode={mode}"))).await;
            let said = failure.to_string();
            assert_eq!((failure.class, failure.retryable), (C::NotPostgres, false), "{name},{mode}: {said}");
            assert!(matches!(failure.phase, P::Tls | P::Startup), "{name},{mode}: {said}");
            assert!(failure.message.contains(what), "{name},{mode}: {said}");
            assert!(began.elapsed() < Duration::from_secs(3), "{name},{mode}: {:?}", began.elapsed());
            for quoted in ["OpenSSH", "8.0.36", "Postfix", "vsFTPd", "Bad Request", "unknown command"] {
                assert!(!said.contains(quoted), "{name},{mode}: {said}");
            }
        }
        assert!(!String::from_utf8_lossy(&fake.heard()).contains(CANARY), "{name}");
    }
    let recorded = [
        "http-server,prefer",
        "http-server,disable",
        "direct-tls-server,prefer",
        "direct-tls-server,disable",
        "mysql-server,prefer",
        "mysql-server,disable",
        "ssh-server,prefer",
        "ssh-server,disable",
    ];
    assert!(recorded.iter().all(|name| name.contains("-server,")));
}

/// One that speaks HTTP inside TLS, and hangs up on who wants another protocol.
fn https() -> Fake {
    let identity = certs::Authority::new("some authority").leaf(&["localhost"], |_| {});
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(identity.key_der.clone()));
    let mut config =
        rustls::ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("versions")
            .with_no_client_auth()
            .with_single_cert(vec![CertificateDer::from(identity.der.clone())], key)
            .expect("an identity");
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    let config = Arc::new(config);
    Fake::start(move |line| {
        let mut session = rustls::ServerConnection::new(Arc::clone(&config)).expect("a session");
        let mut stream = rustls::Stream::new(&mut session, &mut line.stream);
        let mut heard = [0; 64];
        if stream.read(&mut heard).is_ok_and(|n| n > 0) {
            let _gone = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n");
        }
    })
}

/// `sslnegotiation=direct` at a port that is none of PostgreSQL's.
#[tokio::test]
async fn other_programs_are_known_behind_direct_tls_too() {
    let http = says(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n");
    let (https, tls) = (https(), direct_tls(&[]));
    for (port, query, what) in [
        (http.port, "sslmode=require&sslnegotiation=direct", "an HTTP server"),
        (https.port, "sslmode=require&sslnegotiation=direct", "an HTTPS server"),
        (https.port, "sslmode=require", "an HTTPS server"),
        (https.port, "sslmode=disable", "an HTTPS server"),
        (tls.port, "sslmode=require&sslnegotiation=direct", "does not say that it is PostgreSQL (ALPN)"),
        (tls.port, "sslmode=require", "expects TLS from the first byte"),
    ] {
        let failure = refused(&url(port, query)).await;
        assert_eq!((failure.class, failure.retryable), (C::NotPostgres, false), "{query}: {failure}");
        assert!(failure.message.contains(what), "{query}: {failure}");
    }
    let named = refused(&url(tls.port, "sslmode=require")).await;
    assert!(notes(&named).contains("ALPN") && notes(&named).contains("sslnegotiation=direct"), "{named}");
    // What hangs up without a word may be a server before 17.
    let closes = Fake::start(|line| {
        line.hear();
    });
    let failure = refused(&url(closes.port, "sslmode=require&sslnegotiation=direct")).await;
    assert_eq!(failure.class, C::TlsRefused, "{failure}");
}

/// Redis waits for the end of a line, which PostgreSQL's messages do not have: only a look tells.
#[tokio::test]
async fn a_silent_program_is_known_by_a_look() {
    let redis = Fake::start(|line| {
        let mut heard = Vec::new();
        while !heard.contains(&b'\n') {
            let more = line.hear();
            if more.is_empty() {
                return;
            }
            heard.extend(more);
        }
        line.say(b"-ERR unknown command 'HEAD'\r\n");
    });
    for mode in ["prefer", "disable"] {
        let failure = refused(&url(redis.port, &format!("sslmode={mode}&connect_timeout=2"))).await;
        assert_eq!((failure.class, failure.retryable), (C::NotPostgres, false), "{mode}: {failure}");
        assert!(failure.message.contains("Redis"), "{failure}");
    }
    // TLS alone, and PostgreSQL in it
    let direct = direct_tls(&[b"postgresql"]);
    let failure = refused(&url(direct.port, "sslmode=require")).await;
    assert_eq!((failure.class, failure.retryable), (C::NotPostgres, false), "{failure}");
    assert!(failure.message.contains("PostgreSQL inside TLS"), "{failure}");
    assert!(notes(&failure).contains("sslnegotiation=direct"), "{failure}");
}

#[tokio::test]
async fn connections_that_are_closed_or_break_the_protocol() {
    let closes = Fake::start(|_| {});
    let no = Fake::start(|line| {
        line.hear();
        line.say(b"N");
    });
    let method = Fake::start(|line| {
        let heard = line.hear();
        if heard.len() == 8 {
            line.say(b"N");
            line.hear();
        }
        line.ask(99, b"");
        line.hang();
    });
    // what a server says that could start no process for the connection (postmaster.c)
    let forkless = Fake::start(|line| {
        line.hear();
        line.say(b"Ecould not fork new process for connection: Resource temporarily unavailable\n\0");
    });
    let (prefer, disable) = ("sslmode=prefer", "sslmode=disable");
    let hangs_up = |name, port, mode, phase| scenario(name, url(port, mode), C::ConnectionClosed, phase, "");
    let strange = |name, port, mode, phase| scenario(name, url(port, mode), C::NotPostgres, phase, "");
    all(vec![
        hangs_up("close-immediately,prefer", closes.port, prefer, P::Tls),
        hangs_up("close-immediately,disable", closes.port, disable, P::Startup),
        hangs_up("N-then-close,prefer", no.port, prefer, P::Startup),
        hangs_up("N-then-close,disable", no.port, disable, P::Startup),
        strange("unknown-auth-method-99,prefer", method.port, prefer, P::Authentication),
        strange("unknown-auth-method-99,disable", method.port, disable, P::Authentication),
        scenario("N to require", url(no.port, "sslmode=require"), C::TlsRefused, P::Tls, ""),
    ])
    .await;
    let failure = refused(&url(forkless.port, disable)).await;
    assert_eq!((failure.class, failure.retryable), (C::ServerError, true), "{failure}");
}

#[tokio::test]
async fn servers_that_hang() {
    let silent = Fake::start(Line::hang);
    let after_s = Fake::start(|line| {
        line.hear();
        line.say(b"S");
        line.hang();
    });
    let after_auth = Fake::start(|line| {
        line.hear();
        line.say(b"N");
        line.hear();
        line.ask(0, b"");
        line.hang();
    });
    let after_ready = Fake::start(|line| {
        line.hear();
        line.say(b"N");
        line.hear();
        line.ask(0, b"");
        line.message(b'Z', b"I");
        line.hang();
    });
    for (name, fake, phase) in [
        ("accept-and-never-answer,no-timeout", &silent, P::Tls),
        ("S-then-hang,no-timeout", &after_s, P::Tls),
        ("hang-after-auth-ok,no-timeout", &after_auth, P::Database),
        ("hang-after-ready(query),no-timeout", &after_ready, P::Query),
        ("hang-after-ready(query),connect_timeout=2", &after_ready, P::Query),
    ] {
        let timeout = if name.ends_with("=2") { "connect_timeout=2" } else { "" };
        let began = Instant::now();
        let failure = open_with(&url(fake.port, timeout), Vec::new(), short()).await.err().expect("it hangs");
        let verdict = (failure.class, failure.phase, failure.retryable);
        assert_eq!(verdict, (C::DeadlineExceeded, phase, true), "{name}: {failure}");
        assert!(began.elapsed() < Duration::from_secs(3), "{name}: {:?}", began.elapsed());
    }
    for (name, fake, phase) in [
        ("accept-and-never-answer,connect_timeout=2", &silent, P::Tls),
        ("S-then-hang,connect_timeout=2", &after_s, P::Tls),
        ("hang-after-auth-ok,connect_timeout=2", &after_auth, P::Database),
    ] {
        let began = Instant::now();
        let failure = refused(&url(fake.port, "connect_timeout=2")).await;
        let verdict = (failure.class, failure.phase, failure.retryable);
        assert_eq!(verdict, (C::DeadlineExceeded, phase, true), "{name}: {failure}");
        assert!(began.elapsed() < Duration::from_secs(5), "{name}: {:?}", began.elapsed());
    }
}

/// A listener whose queue is full: the handshake does not end.
struct Blackhole {
    port: u16,
    _listener: socket2::Socket,
    _queued: Vec<TcpStream>,
}

impl Blackhole {
    fn new() -> Self {
        let listener =
            socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).expect("a socket");
        listener.bind(&SocketAddr::from((Ipv4Addr::LOCALHOST, 0)).into()).expect("a port");
        listener.listen(0).expect("a queue");
        let address = listener.local_addr().expect("an address").as_socket().expect("TCP");
        let connect = || TcpStream::connect_timeout(&address, Duration::from_millis(200)).ok();
        let queued: Vec<_> = std::iter::from_fn(connect).take(64).collect();
        assert!(queued.len() < 64, "the queue does not fill");
        Self { port: address.port(), _listener: listener, _queued: queued }
    }
}

#[tokio::test]
async fn nobody_answers() {
    let hole = Blackhole::new();
    let two =
        format!("postgresql://app:{CANARY}@127.0.0.1:{0},127.0.0.1:{0}/app?connect_timeout=2", hole.port);
    let began = Instant::now();
    let failure = open_with(&two, Vec::new(), Bounds::default()).await.err().expect("nobody answers");
    let verdict = (failure.class, failure.phase, failure.retryable);
    let name = "syn-blackhole-then-good-host?(2 hosts,connect_timeout=2)";
    assert_eq!(verdict, (C::ConnectTimeout, P::Tcp, true), "{name}: {failure}");
    assert!(began.elapsed() < Duration::from_secs(7), "{:?}", began.elapsed());
    let failure = open_with(&url(hole.port, ""), Vec::new(), short()).await.err().expect("nobody answers");
    assert_eq!((failure.class, failure.phase), (C::ConnectTimeout, P::Tcp), "{failure}");

    let (free, other) = (Refusing::new(), Refusing::new());
    let dir = tempfile::tempdir().expect("a directory");
    let at = |dir: &std::path::Path| format!("host={} port=5432 user=app dbname=app", dir.display());
    let closed = dir.path().join("closed");
    std::fs::create_dir(&closed).expect("a directory");
    drop(std::os::unix::net::UnixListener::bind(closed.join(".s.PGSQL.5432")).expect("a socket"));
    all(vec![
        scenario("connection-refused", url(free.port, ""), C::ConnectionRefused, P::Tcp, ""),
        scenario(
            "all hosts refuse",
            format!("postgresql://app@127.0.0.1:{},127.0.0.1:{}/app", free.port, other.port),
            C::ConnectionRefused,
            P::Tcp,
            "",
        ),
        scenario("a privileged port", url(1, ""), C::ConnectionRefused, P::Tcp, ""),
        scenario("unix-socket-missing", at(dir.path()), C::SocketMissing, P::Tcp, ""),
        scenario(
            "a directory that is not there",
            at(&dir.path().join("nowhere")),
            C::SocketMissing,
            P::Tcp,
            "",
        ),
        scenario("a socket that was left behind", at(&closed), C::ConnectionRefused, P::Tcp, ""),
    ])
    .await;
    for (name, host) in
        [("no-such-host", "db.invalid"), ("a name without an address", "nosuchservice.invalid")]
    {
        let failure = refused(&format!("postgresql://app:{CANARY}@{host}:5432/app")).await;
        assert_eq!((failure.class, failure.phase), (C::DnsFailed, P::Dns), "{name}: {failure}");
        assert!(failure.message.contains(&format!("`{host}`")), "{failure}");
    }
}
