//! Names: a nameserver that never answers, and a name with two addresses of which one is a black hole. Both in a
//! network and a file system of their own, so that the machine's resolver is left alone.

use super::binary::failure;
use super::support::fake::Fake;
use super::{PASSWORD, stage::Stage};
use socket2::{Domain, Socket, Type};
use std::net::{SocketAddr, UdpSocket};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const INSIDE: &str = "PGWARD_TEST_INSIDE";

/// Runs a test of this file inside.
fn inside(test: &str) {
    let files = tempfile::tempdir().expect("a temporary directory");
    std::fs::write(files.path().join("resolv.conf"), "nameserver 127.0.0.1\n").expect("written");
    std::fs::write(files.path().join("nsswitch.conf"), "hosts: files dns\n").expect("written");
    std::fs::write(files.path().join("hosts"), "127.0.0.2 two.example\n127.0.0.3 two.example\n")
        .expect("written");
    let script = "set -e; ip link set lo up
        for file in resolv.conf nsswitch.conf hosts; do mount --bind \"$0/$file\" \"/etc/$file\"; done
        exec \"$1\" --exact --ignored --nocapture \"$2\"";
    let ran = Command::new("unshare")
        .args(["--map-root-user", "--mount", "--net", "sh", "-c", script])
        .arg(files.path())
        .arg(std::env::current_exe().expect("this test"))
        .arg(test)
        .env(INSIDE, "1")
        .stdin(Stdio::null())
        .output()
        .expect("unshare (util-linux) runs");
    let said = String::from_utf8_lossy(&ran.stdout);
    assert!(
        ran.status.success() && said.contains("1 passed"),
        "either this machine permits no namespaces to a user (unshare, ip and mount are needed), or the test failed \
         in them:\n{said}{}",
        String::from_utf8_lossy(&ran.stderr)
    );
}

/// Not outside, where it would ask the machine's resolver.
fn is_inside() -> bool {
    std::env::var_os(INSIDE).is_some()
}

fn preflight(url: &str, timeout: &str) -> (std::process::Output, Duration) {
    let empty = tempfile::tempdir().expect("a temporary directory");
    let began = Instant::now();
    let output = Command::new(env!("CARGO_BIN_EXE_pgward"))
        .args(["preflight", "--format", "json", "--timeout", timeout])
        .current_dir(empty.path())
        .env_clear()
        .env("HOME", empty.path())
        .env("APP_ENV", "development")
        .env("DATABASE_URL", url)
        .output()
        .expect("the binary runs");
    (output, began.elapsed())
}

#[test]
fn a_nameserver_that_never_answers() {
    inside("resolver::inside_a_silent_nameserver");
}

#[test]
#[ignore = "runs inside"]
fn inside_a_silent_nameserver() {
    if !is_inside() {
        return;
    }
    let nameserver = UdpSocket::bind("127.0.0.1:53").expect("the port of a nameserver");
    let (output, took) =
        preflight(&format!("postgresql://app:{PASSWORD}@silent.example/app?sslmode=disable"), "700ms");
    assert_eq!(failure(&output), ("dns-failed".to_owned(), "dns".to_owned()));
    assert_eq!(output.status.code(), Some(75), "waiting may mend it");
    assert!(took < Duration::from_millis(2500), "{took:?}");
    let mut asked = [0; 512];
    let length = nameserver.recv(&mut asked).expect("it was asked");
    assert!(asked[..length].windows(6).any(|word| word == b"silent"));
    // a wait asks again and again, and no second thread is left with the same name
    let empty = tempfile::tempdir().expect("a temporary directory");
    let mut waiting = Command::new(env!("CARGO_BIN_EXE_pgward"));
    waiting
        .args(["preflight", "-q", "--timeout", "300ms", "--wait", "3s"])
        .current_dir(empty.path())
        .env_clear();
    waiting.env("APP_ENV", "development").stdout(Stdio::null()).stderr(Stdio::null());
    waiting.env("DATABASE_URL", "postgresql://app@silent.example/app?sslmode=disable");
    let mut waiting = waiting.spawn().expect("the binary runs");
    let tasks = format!("/proc/{}/task", waiting.id());
    let mut most = 0;
    while waiting.try_wait().expect("a process").is_none() {
        let names = std::fs::read_dir(&tasks).into_iter().flatten().flatten();
        let names = names.filter_map(|task| std::fs::read_to_string(task.path().join("comm")).ok());
        most = most.max(names.filter(|name| name.starts_with("pgward-resolve")).count());
        std::thread::sleep(Duration::from_millis(20));
    }
    assert_eq!(most, 1, "one thread a name");
    // the URL's own timeout bounds the host, the next one answers
    let fake = Fake::start(|line| {
        Stage::Startup.reach(line);
        line.error("3D000", "no such database: app");
    });
    let hosts = format!("silent.example:1,127.0.0.1:{}", fake.port);
    let url = format!("postgresql://app:{PASSWORD}@{hosts}/app?sslmode=disable&connect_timeout=2");
    let (output, took) = preflight(&url, "10s");
    assert_eq!(failure(&output).0, "database-missing");
    assert!(took > Duration::from_millis(1900) && took < Duration::from_secs(8), "{took:?}");
}

#[test]
fn two_addresses_and_the_first_is_a_black_hole() {
    inside("resolver::inside_two_addresses");
}

/// A listener whose queue is full: what comes more is dropped, and the handshake never ends.
fn black_hole(address: SocketAddr) -> (Socket, Vec<Socket>) {
    let listener = Socket::new(Domain::IPV4, Type::STREAM, None).expect("a socket");
    listener.bind(&address.into()).expect("an address");
    listener.listen(0).expect("a queue of one");
    let waiting = (0..4).map(|_| {
        let client = Socket::new(Domain::IPV4, Type::STREAM, None).expect("a socket");
        client.set_nonblocking(true).expect("a socket");
        let _ = client.connect(&address.into());
        client
    });
    let waiting = waiting.collect();
    std::thread::sleep(Duration::from_millis(50));
    (listener, waiting)
}

#[test]
#[ignore = "runs inside"]
fn inside_two_addresses() {
    if !is_inside() {
        return;
    }
    let listener = std::net::TcpListener::bind("127.0.0.3:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let fake = Fake::listen(listener, |line| {
        Stage::Startup.reach(line);
        line.error("3D000", "no such database: app");
    });
    let _hole = black_hole(SocketAddr::from(([127, 0, 0, 2], port)));
    let url =
        |rest: &str| format!("postgresql://app:{PASSWORD}@two.example:{port}/app?sslmode=disable{rest}");
    let (output, took) = preflight(&url("&connect_timeout=2"), "20s");
    assert_eq!(failure(&output).0, "database-missing", "the second address answered");
    assert!(took > Duration::from_millis(1900) && took < Duration::from_secs(8), "{took:?}");
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert!(report["findings"].to_string().contains("127.0.0.2"), "{report}");
    // without it the first has its share of the time, and no more
    let (output, took) = preflight(&url(""), "1500ms");
    assert_eq!(failure(&output).0, "database-missing", "the second address answered");
    assert!(took < Duration::from_millis(2500), "{took:?}");
    drop(fake);
}
