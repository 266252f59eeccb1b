//! What is found out on the spot: who else listens on this machine, and which of them was meant.

use super::servers::WORLD;
use super::support::{fake::Fake, pg};
use super::{CANARY, free_port, notes, open, refused, scenario};
use pgward::unstable::probe::{FailureClass as C, Phase as P};
use std::{
    net::{Ipv4Addr, TcpListener},
    time::{Duration, Instant},
};

/// One that answers `SSLRequest` as PostgreSQL does, here.
fn postgres_at(address: (Ipv4Addr, u16)) -> Option<Fake> {
    let listener = TcpListener::bind(address).ok()?;
    Some(Fake::listen(listener, |line| {
        line.hear();
        line.say(b"N");
        line.hang();
    }))
}

/// A server on one of two loopback addresses, and another on the other.
#[tokio::test]
async fn two_servers_on_localhost() {
    let setup = |address: &str, port: u16| {
        let conf = format!("listen_addresses = '{address}'\nport = {port}");
        let hba = "host all all all scram-sha-256\n";
        let mut server = pg::Server::prepare(&pg::Setup { hba, conf: &conf, files: &[], sql: "" });
        server.launch();
        server
    };
    let port = free_port();
    let (_right, _wrong) = (setup("127.0.0.1", port), setup("::1", port));
    let url = |host: &str, role: &str| format!("postgresql://{role}:superuser-secret@{host}:{port}/postgres");
    let until = Instant::now() + Duration::from_secs(30);
    for host in ["127.0.0.1", "[::1]"] {
        while open(&url(host, "postgres")).await.is_err() {
            assert!(Instant::now() < until, "{host} does not come up");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
    let name = "localhost=>::1(wrong server, role missing) and 127.0.0.1(right)";
    let failure = refused(&url("[::1]", "app")).await;
    let verdict = (failure.class, failure.phase, failure.retryable);
    assert_eq!(verdict, (C::WrongServerSuspected, P::Authentication, false), "{name}: {failure}");
    for side in ["[::1]", "127.0.0.1"] {
        assert!(failure.message.contains(side), "{failure}");
    }
    // the same with a database that only one of them has
    let failure = refused(&format!("{}x", url("[::1]", "postgres"))).await;
    assert_eq!(failure.class, C::WrongServerSuspected, "{failure}");
    assert_eq!(failure.sqlstate.map(|s| s.to_string()).as_deref(), Some("3D000"));
}

#[tokio::test]
async fn the_other_loopback_address_is_named() {
    let here = scenario("localhost,only-v4-listens,[::1]", String::new(), C::ConnectionRefused, P::Tcp, "");
    let Ok(listener) = TcpListener::bind("127.0.0.1:0") else { panic!("no port") };
    let port = listener.local_addr().unwrap().port();
    let _server = Fake::listen(listener, |line| {
        line.hear();
        line.say(b"N");
        line.hang();
    });
    let failure = refused(&format!("postgresql://app:{CANARY}@[::1]:{port}/app")).await;
    assert_eq!(
        (failure.class, failure.phase, failure.retryable),
        (here.class, here.phase, true),
        "{failure}"
    );
    assert!(failure.message.contains("[::1]"), "{failure}");
    assert!(notes(&failure).contains(&format!("PostgreSQL answers at 127.0.0.1:{port}")), "{failure}");
    // one server on both addresses is no news
    let port = WORLD.server.port();
    let failure = refused(&format!("postgresql://nosuchrole:{CANARY}@127.0.0.1:{port}/app")).await;
    assert_eq!(failure.class, C::AuthFailed, "{failure}");
}

/// A second server of the machine takes the next port; this loopback address is nobody else's.
#[tokio::test]
async fn a_server_nearby_is_named() {
    let quiet = Ipv4Addr::new(127, 7, 31, 9);
    let Some(nearby) = postgres_at((quiet, 5433)) else { return };
    let free = free_port();
    for url in [
        format!("postgresql://app:{CANARY}@{quiet}:{free}/app"),
        format!("postgresql://app:{CANARY}@{quiet}/app"),
    ] {
        let failure = refused(&url).await;
        assert_eq!((failure.class, failure.retryable), (C::ConnectionRefused, true), "{failure}");
        assert!(notes(&failure).contains(&format!("PostgreSQL answers at {quiet}:5433")), "{failure}");
    }
    assert!(!String::from_utf8_lossy(&nearby.heard()).contains("app"), "no login was begun");
    let another = Ipv4Addr::new(127, 7, 31, 10);
    let ssh = TcpListener::bind((another, 5432)).expect("a port");
    let _ssh = Fake::listen(ssh, |line| {
        line.say(b"SSH-2.0-x\r\n");
        line.hang();
    });
    let failure = refused(&format!("postgresql://app@{another}:{free}/app")).await;
    assert!(!notes(&failure).contains("PostgreSQL answers"), "{failure}");
}

/// The temporary server of a container's first start listens on its socket alone.
#[tokio::test]
async fn a_server_on_its_socket_alone() {
    let conf = "listen_addresses = ''\nunix_socket_directories = '/tmp'";
    let setup = pg::Setup { hba: "", conf, files: &[], sql: "" };
    let mut server = pg::Server::prepare(&setup);
    server.launch();
    let port = server.port();
    let socket = format!("/tmp/.s.PGSQL.{port}");
    let until = Instant::now() + Duration::from_secs(20);
    while !std::path::Path::new(&socket).exists() {
        assert!(Instant::now() < until, "it does not come up");
        tokio::time::sleep(Duration::from_millis(30)).await;
    }
    let failure = refused(&format!("postgresql://app:{CANARY}@127.0.0.1:{port}/app")).await;
    let verdict = (failure.class, failure.phase, failure.retryable);
    assert_eq!(verdict, (C::InitServerOnly, P::Tcp, true), "{failure}");
    assert!(failure.message.contains(&socket), "{failure}");
    // a socket that is looked for in the wrong directory
    let dir = tempfile::tempdir().expect("a directory");
    let failure = refused(&format!("host={} port={port} user=app dbname=app", dir.path().display())).await;
    assert_eq!((failure.class, failure.retryable), (C::SocketMissing, true), "{failure}");
    assert!(notes(&failure).contains(&format!("PostgreSQL answers at {socket}")), "{failure}");
}
