//! Certificates of every kind behind a real PostgreSQL with OpenSSL: what is accepted, what is a limit of ours
//! and what is not trusted. One server, whose certificate is changed between the attempts.
#![cfg(unix)]
#![expect(clippy::disallowed_methods, reason = "the test reads files and starts programs")]

mod support {
    pub(crate) mod pg;
}

use pgward::unstable::driver::Driver;
use pgward::unstable::probe::{
    Bounds, ChannelBinding, Dial, DialHost, Failure, FailureClass, Probe, RootCert, SslMode,
};
use pgward::{Part, Secret};
use std::net::{IpAddr, Ipv4Addr};
use std::path::Path;
use std::process::Command;
use std::time::Duration;
use support::pg;

/// An identity as `openssl req -x509` makes it.
fn openssl(dir: &Path, name: &str, key: &[&str], more: &[&str]) -> (String, String) {
    let path = |end: &str| dir.join(format!("{name}.{end}")).to_str().expect("UTF-8").to_owned();
    let (cert, key_file) = (path("crt"), path("key"));
    let out = Command::new("openssl")
        .args([
            "req",
            "-x509",
            "-nodes",
            "-subj",
            "/CN=localhost",
            "-days",
            "3650",
            "-out",
            &cert,
            "-keyout",
            &key_file,
        ])
        .arg("-newkey")
        .args(key)
        .args(more)
        .output()
        .expect("openssl runs: apt-get install openssl");
    assert!(out.status.success(), "openssl: {}", String::from_utf8_lossy(&out.stderr));
    (std::fs::read_to_string(cert).expect("a certificate"), std::fs::read_to_string(key_file).expect("a key"))
}

async fn open(server: &pg::Server, sslmode: SslMode, pem: Option<&str>) -> Result<(), Failure> {
    let dial = Dial {
        hosts: vec![DialHost::addr(
            Some(Part::harmless("localhost")),
            IpAddr::V4(Ipv4Addr::LOCALHOST),
            server.port(),
        )],
        user: Some(Part::harmless("app")),
        password: Some(Secret::from("pw")),
        dbname: Some(Part::harmless("postgres")),
        sslmode,
        sslrootcert: pem.map(|pem| RootCert { path: Part::harmless("ca"), pem: Ok(pem.as_bytes().to_vec()) }),
        channel_binding: ChannelBinding::Prefer,
        ..Dial::default()
    };
    let bounds = Bounds { timeout: Duration::from_secs(5), ..Bounds::default() };
    Driver::new(Probe::new(dial, Vec::new(), bounds)).run().await
}

#[tokio::test]
async fn every_kind() {
    let dir = tempfile::tempdir().expect("a directory");
    let make = |name: &str, key: &[&str], more: &[&str]| openssl(dir.path(), name, key, more);
    let p256 = ["ec", "-pkeyopt", "ec_paramgen_curve:P-256"];
    let plain = make("plain", &["rsa:2048"], &[]);
    let server = pg::Server::start(&pg::Setup {
        hba: "hostssl all all all scram-sha-256",
        conf: "ssl = on\nssl_min_protocol_version = 'TLSv1.2'",
        files: &[("server.crt", &plain.0), ("server.key", &plain.1)],
        sql: "CREATE ROLE app LOGIN PASSWORD 'pw'",
    });
    let sha512 = make("sha512", &["rsa:3072"], &["-sha512"]);
    let p384 = make("p384", &["ec", "-pkeyopt", "ec_paramgen_curve:P-384"], &["-sha384"]);
    let ed25519 = make("ed25519", &["ed25519"], &[]);
    let leaf = make("leaf", &p256, &["-addext", "basicConstraints=critical,CA:FALSE"]);
    let pss = make("pss", &["rsa:2048"], &["-sigopt", "rsa_padding_mode:pss"]);
    for (what, identity) in [
        ("plain", &plain),
        ("sha512", &sha512),
        ("p384", &p384),
        ("ed25519", &ed25519),
        ("leaf", &leaf),
        ("pss", &pss),
    ] {
        server.identity(&identity.0, &identity.1);
        for (mode, root) in [
            (SslMode::Require, None),
            (SslMode::VerifyCa, Some(&*identity.0)),
            (SslMode::VerifyFull, Some(&*identity.0)),
        ] {
            let opened = open(&server, mode, root).await;
            assert!(opened.is_ok(), "{what} {mode:?}: {opened:?}");
        }
        let other = if what == "plain" { &p384 } else { &plain };
        let failure = open(&server, SslMode::Require, Some(&other.0)).await.unwrap_err();
        assert_eq!(failure.class, FailureClass::TlsUntrusted, "{what}: {failure}");
    }
    // what ring cannot do is named as ours, and is never called untrusted
    let v1 = v1_leaf(dir.path(), &plain);
    server.identity(&v1.0, &v1.1);
    assert!(
        open(&server, SslMode::Require, None).await.is_ok(),
        "the key of a version 1 certificate verifies"
    );
    let failure = open(&server, SslMode::VerifyCa, Some(&plain.0)).await.unwrap_err();
    assert_eq!(failure.class, FailureClass::TlsUnsupported, "{failure}");
    assert!(failure.message.contains("version 1"), "{failure}");
    let p521 = make("p521", &["ec", "-pkeyopt", "ec_paramgen_curve:P-521"], &[]);
    server.identity(&p521.0, &p521.1);
    let failure = open(&server, SslMode::Require, None).await.unwrap_err();
    assert_eq!(failure.class, FailureClass::TlsUnsupported, "{failure}");
    server.identity(&plain.0, &plain.1);
    server.sql("postgres", "ALTER SYSTEM SET ssl_max_protocol_version = 'TLSv1.2'; SELECT pg_reload_conf()");
    std::thread::sleep(Duration::from_millis(300));
    assert!(open(&server, SslMode::VerifyFull, Some(&plain.0)).await.is_ok(), "TLS 1.2");
}

/// `openssl x509 -req` without extensions makes a version 1 certificate.
fn v1_leaf(dir: &Path, authority: &(String, String)) -> (String, String) {
    let script = "openssl req -newkey rsa:2048 -nodes -subj /CN=localhost -keyout v1.key -out v1.csr 2>/dev/null && \
                  openssl x509 -req -in v1.csr -CA plain.crt -CAkey plain.key -CAcreateserial -days 3650 -out v1.crt";
    let out = Command::new("sh").args(["-c", script]).current_dir(dir).output().expect("sh runs");
    assert!(out.status.success() && !authority.0.is_empty(), "{}", String::from_utf8_lossy(&out.stderr));
    let read = |name: &str| std::fs::read_to_string(dir.join(name)).expect("a file");
    (read("v1.crt"), read("v1.key"))
}
