//! What is agreed on before anything is said: versions, names, direct negotiation, what a server may ask for.

use super::{WORLD, connect, connect_with, path, refused, url};
use crate::support::{certs, home};
use pgward::unstable::driver::Driver;
use pgward::unstable::probe::{Failure, FailureClass, Phase};
use pgward::unstable::settings::LibpqFiles;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use std::fs;
use std::sync::{Arc, Mutex};
use tokio::io::AsyncReadExt;
use tokio::net::{TcpListener, TcpStream};

#[tokio::test]
async fn versions() {
    let version = |driver: &Driver| driver.session().and_then(|s| Some(s.tls()?.version)).expect("TLS");
    let verified = format!("sslmode=verify-full&sslrootcert={}", path("ca.pem"));
    for (query, spoken) in [
        ("", "TLSv1.3"),
        ("&ssl_min_protocol_version=TLSv1", "TLSv1.3"),
        ("&ssl_min_protocol_version=TLSv1.3", "TLSv1.3"),
        ("&ssl_max_protocol_version=tlsv1.2", "TLSv1.2"),
        ("&ssl_min_protocol_version=TLSv1.2&ssl_max_protocol_version=TLSv1.3", "TLSv1.3"),
    ] {
        let driver = connect("app", &format!("{verified}{query}")).await.expect("a session");
        assert_eq!(version(&driver), spoken, "{query}");
    }
    let old = format!("{verified}&ssl_min_protocol_version=TLSv1&ssl_max_protocol_version=TLSv1.1");
    let failure = refused("app", &old).await;
    assert_eq!(
        (failure.class, failure.phase),
        (FailureClass::TlsUnsupported, Phase::Configuration),
        "{failure}"
    );
    assert!(failure.message.contains("ssl_max_protocol_version"), "{failure}");
    // one version on either side, and not the same
    let (port, _) = listener(Listener { versions: ONLY_12, ..Listener::default() }).await;
    let failure = at(port, "localhost", "sslmode=require&ssl_min_protocol_version=TLSv1.3").await;
    assert_eq!(failure.err().map(|f| f.class), Some(FailureClass::TlsUnsupported));
}

#[tokio::test]
async fn the_certificate_is_told() {
    let verified = format!("sslmode=verify-full&sslrootcert={}", path("ca.pem"));
    let driver = connect("app", &verified).await.expect("a session");
    let tls = driver.session().and_then(|s| s.tls()).expect("TLS");
    assert_eq!(tls.chain[0].names, ["localhost"]);
    assert_eq!(tls.chain[1].subject, tls.chain[0].issuer);
    assert!(tls.chain[1].subject.contains("CN=server authority"), "{:?}", tls.chain);
    assert_eq!(tls.chain[0].until(), "2090-01-01T00:00:00Z");
    let driver = connect("app", "sslmode=require").await.expect("a session");
    assert_eq!(
        driver.session().and_then(|s| s.tls()).expect("TLS").chain.len(),
        1,
        "told, though not verified"
    );
}

#[tokio::test]
async fn names_are_sent_for_names() {
    let (port, names) = listener(Listener::default()).await;
    for (host, query, sent) in [
        ("localhost", "sslmode=require", Some("localhost")),
        ("localhost", "sslmode=require&sslsni=1", Some("localhost")),
        ("localhost", "sslmode=require&sslsni=0", None),
        ("127.0.0.1", "sslmode=require", None),
    ] {
        at(port, host, query).await.expect("a session through the listener");
        let seen = names.lock().expect("no panic").pop().expect("a handshake");
        assert_eq!(seen.as_deref(), sent, "{host} {query}");
    }
}

#[tokio::test]
async fn at_once() {
    let direct = "sslmode=require&sslnegotiation=direct";
    let alpn =
        |name: &'static [u8]| Listener { direct: true, alpn: vec![name.to_vec()], ..Listener::default() };
    let (port, _) = listener(alpn(b"postgresql")).await;
    let driver = at(port, "localhost", direct).await.expect("a session");
    assert!(driver.session().is_some_and(|s| s.tls().is_some()));
    let (port, _) = listener(Listener { direct: true, ..Listener::default() }).await;
    let failure = at(port, "localhost", direct).await.err().expect("it may be anybody");
    assert_eq!((failure.class, failure.phase), (FailureClass::NotPostgres, Phase::Tls), "{failure}");
    let (port, _) = listener(alpn(b"h2")).await;
    let failure = at(port, "localhost", direct).await.err().expect("it is somebody else");
    assert_eq!(failure.phase, Phase::Tls, "{failure}");
    // before PostgreSQL 17 a server wants to be asked first
    if WORLD.server.sql("postgres", "SHOW server_version_num").parse::<u32>().expect("a number") < 170_000 {
        let failure = refused("app", direct).await;
        assert_eq!((failure.class, failure.phase), (FailureClass::TlsRefused, Phase::Tls), "{failure}");
        assert!(!failure.retryable && failure.message.contains("sslnegotiation=direct"), "{failure}");
    }
}

#[tokio::test]
async fn what_a_server_may_ask_for() {
    for (role, list, allowed) in [
        ("app", "scram-sha-256", true),
        ("app", "!password,!md5", true),
        ("app", "!scram-sha-256", false),
        ("app", "md5,password,none", false),
        ("app", "none", false),
        ("app", "gss", false),
        ("md5role", "md5", true),
        ("md5role", "scram-sha-256", false),
        ("clear", "password", true),
        ("clear", "!password", false),
        ("trusty", "none", true),
        ("trusty", "scram-sha-256,none", true),
        ("trusty", "scram-sha-256", false),
        ("trusty", "!none", false),
        ("trusty", "!md5", true),
    ] {
        let came = connect(role, &format!("sslmode=require&require_auth={list}")).await;
        assert_eq!(came.is_ok(), allowed, "{role} {list}: {:?}", came.err());
        if let Err(failure) = came {
            assert_eq!(failure.class, FailureClass::AuthMethodUnsupported, "{failure}");
            assert!(failure.message.contains("require_auth"), "{failure}");
        }
    }
}

#[tokio::test]
async fn bound_to_the_channel() {
    for (role, query, allowed) in [
        ("app", "sslmode=require&channel_binding=require", true),
        ("app", "sslmode=require&channel_binding=prefer", true),
        ("app", "sslmode=require&channel_binding=disable", true),
        ("app", "sslmode=disable&channel_binding=prefer", true),
        ("app", "sslmode=disable&channel_binding=require", false),
        ("md5role", "sslmode=require&channel_binding=require", false),
        ("trusty", "sslmode=require&channel_binding=require", false),
    ] {
        let came = connect(role, query).await;
        assert_eq!(came.is_ok(), allowed, "{role} {query}: {:?}", came.err());
        assert_eq!(super::psql("empty", &url(role, query)), allowed, "psql: {role} {query}");
        if let Err(failure) = came {
            assert_eq!(failure.class, FailureClass::AuthMethodUnsupported, "{failure}");
        }
    }
}

#[tokio::test]
async fn the_roots_of_the_system() {
    let files = |file: &'static str| {
        move || LibpqFiles {
            cert_file: Some(path(file)),
            cert_dir: Some(path("empty")),
            ..home::files(&WORLD.dir.path().join("empty"))
        }
    };
    let implied = url("app", "sslrootcert=system");
    let driver = connect_with(&implied, files("ca.pem")).await.expect("a session");
    assert!(
        driver.session().and_then(|s| s.tls()).is_some_and(|tls| tls.name_verified),
        "verify-full is implied"
    );
    let failure = connect_with(&implied, files("certrole.crt")).await.err().expect("others' roots");
    assert_eq!((failure.class, failure.phase), (FailureClass::TlsUntrusted, Phase::Tls), "{failure}");
    let by_address = implied.replace("localhost", "127.0.0.1");
    let failure = connect_with(&by_address, files("ca.pem")).await.err().expect("no address in it");
    assert!(failure.message.contains("another host name"), "{failure}");
    fs::create_dir_all(path("hashed")).expect("a directory");
    fs::copy(path("ca.pem"), path("hashed/ca.pem")).expect("a copy");
    super::openssl("rehash hashed");
    let hashed =
        || LibpqFiles { cert_dir: Some(path("hashed")), ..home::files(&WORLD.dir.path().join("empty")) };
    assert!(connect_with(&implied, hashed).await.is_ok(), "SSL_CERT_DIR");
}

const ONLY_12: &[&rustls::SupportedProtocolVersion] = &[&rustls::version::TLS12];

/// A server in front of the real one: it ends TLS, and what is in it goes on in plaintext.
#[derive(Clone)]
struct Listener {
    direct: bool,
    alpn: Vec<Vec<u8>>,
    versions: &'static [&'static rustls::SupportedProtocolVersion],
}

impl Default for Listener {
    fn default() -> Self {
        Self { direct: false, alpn: Vec::new(), versions: rustls::ALL_VERSIONS }
    }
}

type Names = Arc<Mutex<Vec<Option<String>>>>;

/// Its port, and the names that clients send.
async fn listener(how: Listener) -> (u16, Names) {
    let upstream = WORLD.server.port();
    let identity = certs::self_signed(&["localhost"], |_| {});
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(identity.key_der.clone()));
    let provider = rustls::crypto::ring::default_provider();
    let key = CertifiedKey::from_der(vec![CertificateDer::from(identity.der.clone())], key, &provider);
    let names = Names::default();
    let resolver = Arc::new(Resolver { key: Arc::new(key.expect("a pair")), names: Arc::clone(&names) });
    let mut config = rustls::ServerConfig::builder_with_provider(Arc::new(provider))
        .with_protocol_versions(how.versions)
        .expect("versions")
        .with_no_client_auth()
        .with_cert_resolver(resolver);
    config.alpn_protocols = how.alpn;
    let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(config));
    let socket = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = socket.local_addr().expect("an address").port();
    tokio::spawn(async move {
        while let Ok((mut client, _)) = socket.accept().await {
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                if !how.direct {
                    client.read_exact(&mut [0; 8]).await?;
                    tokio::io::AsyncWriteExt::write_all(&mut client, b"S").await?;
                }
                let mut client = acceptor.accept(client).await?;
                let mut server = TcpStream::connect(("127.0.0.1", upstream)).await?;
                tokio::io::copy_bidirectional(&mut client, &mut server).await
            });
        }
    });
    (port, names)
}

#[derive(Debug)]
struct Resolver {
    key: Arc<CertifiedKey>,
    names: Names,
}

impl ResolvesServerCert for Resolver {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        self.names.lock().expect("no panic").push(hello.server_name().map(str::to_owned));
        Some(Arc::clone(&self.key))
    }
}

async fn at(port: u16, host: &str, query: &str) -> Result<Driver, Failure> {
    // the listener ends TLS: bound to its channel the real server would refuse
    let url = format!(
        "postgresql://app:pw@{host}:{port}/postgres?{query}&channel_binding=disable&hostaddr=127.0.0.1"
    );
    connect_with(&url, || home::files(&WORLD.dir.path().join("empty"))).await
}
