//! What TLS and authentication have beside the mode, with a real PostgreSQL: client certificates and their keys,
//! revocation, versions, negotiation, what a server may ask for. Beside `psql` where the installed one knows it.
#![cfg(unix)]
#![expect(clippy::disallowed_methods, reason = "the tests read files and start programs")]

#[path = "support"]
mod support {
    pub(crate) mod certs;
    pub(crate) mod home;
    pub(crate) mod pg;
}

#[path = "tls/door.rs"]
mod door;
#[path = "tls/revocation.rs"]
mod revocation;

use pgward::unstable::{
    configuration::{Configuration, Input},
    driver::Driver,
    probe::{Bounds, Failure, FailureClass, Phase, Probe},
    settings::{LibpqFiles, dial},
};
use std::{
    collections::BTreeMap,
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::Command,
    sync::LazyLock,
    time::Duration,
};
use support::{certs, home, pg};

const PASSPHRASE: &str = "cAnArY-phrase";

struct World {
    server: pg::Server,
    dir: tempfile::TempDir,
    authority: certs::Authority,
}

/// The serial number of the server's certificate.
const SERIAL: u64 = 4711;

static WORLD: LazyLock<World> = LazyLock::new(|| {
    let authority = certs::Authority::new("server authority");
    let clients = certs::Authority::new("client authority");
    let identity = authority.leaf(&["localhost"], |p| p.serial_number = Some(SERIAL.into()));
    let server = pg::Server::start(&pg::Setup {
        hba: "hostssl all certrole all cert\nhostssl all twofold all scram-sha-256 clientcert=verify-full\n\
              host all md5role all md5\nhost all clear all password\nhost all trusty all trust\n\
              host all all all scram-sha-256",
        conf: "ssl = on\nssl_ca_file = 'clients.crt'",
        files: &[("server.crt", &identity.pem), ("server.key", &identity.key_pem), ("clients.crt", &clients.pem)],
        sql: "CREATE ROLE certrole LOGIN; CREATE ROLE twofold LOGIN PASSWORD 'pw'; CREATE ROLE app LOGIN PASSWORD 'pw';
              CREATE ROLE clear LOGIN PASSWORD 'pw'; CREATE ROLE trusty LOGIN;
              SET password_encryption = md5; CREATE ROLE md5role LOGIN PASSWORD 'pw'",
    });
    let dir = tempfile::tempdir().expect("a directory");
    put(dir.path(), "ca.pem", &authority.pem);
    put(dir.path(), "empty/file", "");
    let named = |name: &'static str| {
        move |p: &mut rcgen::CertificateParams| p.distinguished_name.push(rcgen::DnType::CommonName, name)
    };
    for (name, client) in [
        ("certrole", clients.leaf(&[], named("certrole"))),
        ("twofold", clients.leaf(&[], named("twofold"))),
        ("stranger", certs::Authority::new("another authority").leaf(&[], named("certrole"))),
    ] {
        put(dir.path(), &format!("{name}.crt"), &client.pem);
        put(dir.path(), &format!("{name}.key"), &client.key_pem);
    }
    let between = clients.intermediate("between");
    let chained = between.leaf(&[], named("certrole"));
    put(dir.path(), "chained.crt", &format!("{}{}", chained.pem, between.pem));
    put(dir.path(), "chained.key", &chained.key_pem);
    World { server, dir, authority }
});

fn put(dir: &Path, name: &str, text: &str) -> PathBuf {
    let path = dir.join(name);
    fs::create_dir_all(path.parent().expect("a parent")).expect("a directory");
    fs::write(&path, text).expect("a file");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).expect("chmod");
    path
}

fn path(name: &str) -> String {
    WORLD.dir.path().join(name).to_str().expect("UTF-8").to_owned()
}

fn url(role: &str, query: &str) -> String {
    format!("postgresql://{role}:pw@localhost:{}/postgres?{query}", WORLD.server.port())
}

async fn connect_with(url: &str, files: impl Fn() -> LibpqFiles) -> Result<Driver, Failure> {
    let variables = BTreeMap::from([("DATABASE_URL".to_owned(), url.as_bytes().to_vec())]);
    let configuration =
        Configuration::new(Input { variables, libpq_files: Some(files()), ..Input::default() });
    let dial = dial::dial(configuration.settings.selected().expect("a target"), &files())
        .expect("it can be dialled");
    let bounds = Bounds { timeout: Duration::from_secs(10), ..Bounds::default() };
    let mut driver = Driver::new(Probe::new(dial, Vec::new(), bounds));
    let outcome = driver.run().await;
    let seen = format!("{outcome:?} {:?} {:?}", driver.probe(), driver.session());
    assert!(!seen.contains(PASSPHRASE) && !seen.contains("PRIVATE KEY"), "a secret is shown: {seen}");
    outcome.map(|()| driver)
}

async fn connect(role: &str, query: &str) -> Result<Driver, Failure> {
    connect_with(&url(role, query), || home::files(&WORLD.dir.path().join("empty"))).await
}

async fn refused(role: &str, query: &str) -> Failure {
    connect(role, query).await.err().unwrap_or_else(|| panic!("{role} came in with {query}"))
}

/// Whether psql comes in.
fn psql(home: &str, url: &str) -> bool {
    let out = Command::new(WORLD.server.psql())
        .env_clear()
        .envs([("HOME", path(home).as_str()), ("LC_ALL", "C")])
        .args(["-X", "-At", "-w", "-c", "SELECT 1", url])
        .output();
    out.expect("psql runs").status.success()
}

fn openssl(args: &str) {
    let out = Command::new("openssl").args(args.split(' ')).current_dir(WORLD.dir.path()).output();
    let out = out.expect("openssl runs: apt-get install openssl");
    assert!(out.status.success(), "openssl {args}: {}", String::from_utf8_lossy(&out.stderr));
}

fn closed(name: &str) {
    fs::set_permissions(path(name), fs::Permissions::from_mode(0o600)).expect("chmod");
}

fn certified(cert: &str, key: &str) -> String {
    format!("sslmode=verify-full&sslrootcert={}&sslcert={}&sslkey={}", path("ca.pem"), path(cert), path(key))
}

#[tokio::test]
async fn keys_of_every_form() {
    LazyLock::force(&WORLD);
    openssl("pkcs8 -topk8 -nocrypt -in certrole.key -outform DER -out pkcs8.der");
    openssl("ec -in certrole.key -out sec1.key");
    openssl("ec -in certrole.key -outform DER -out sec1.der");
    let encrypted = format!("pkcs8 -topk8 -in certrole.key -passout pass:{PASSPHRASE}");
    openssl(&format!("{encrypted} -v2 aes-256-cbc -out aes256.key"));
    openssl(&format!("{encrypted} -v2 aes-128-cbc -v2prf hmacWithSHA512 -out aes128.key"));
    openssl(&format!("{encrypted} -scrypt -scrypt_N 1024 -out scrypt.key"));
    openssl(&format!("{encrypted} -v2 des3 -out des3.key"));
    openssl(&format!("{encrypted} -v2 aes-256-cbc -v2prf hmacWithSHA1 -out sha1.key"));
    openssl(&format!("ec -in certrole.key -aes256 -passout pass:{PASSPHRASE} -out legacy.key"));
    for key in ["certrole.key", "pkcs8.der", "sec1.key", "sec1.der"] {
        closed(key);
        assert!(connect("certrole", &certified("certrole.crt", key)).await.is_ok(), "{key}");
        assert!(psql("empty", &url("certrole", &certified("certrole.crt", key))), "psql: {key}");
    }
    for key in ["aes256.key", "aes128.key", "scrypt.key"] {
        closed(key);
        let query = certified("certrole.crt", key);
        let opened = connect("certrole", &format!("{query}&sslpassword={PASSPHRASE}")).await;
        assert!(opened.is_ok(), "{key}: {:?}", opened.err());
        let failure = refused("certrole", &format!("{query}&sslpassword=another")).await;
        assert!(failure.message.contains("`sslpassword` does not open it"), "{failure}");
        let failure = refused("certrole", &query).await;
        assert!(failure.message.contains("sslpassword is not set"), "{failure}");
    }
    for key in ["des3.key", "sha1.key", "legacy.key"] {
        closed(key);
        let query = format!("{}&sslpassword={PASSPHRASE}", certified("certrole.crt", key));
        let failure = refused("certrole", &query).await;
        assert_eq!(failure.class, FailureClass::TlsUnsupported, "{failure}");
        assert!(failure.help().is_some_and(|help| help.contains("openssl pkcs8 -topk8")), "{failure}");
    }
    let out = Command::new("openssl")
        .args("req -x509 -newkey rsa:2048 -nodes -subj /CN=certrole -keyout rsa.key -out rsa.crt".split(' '))
        .current_dir(WORLD.dir.path())
        .output();
    assert!(out.expect("openssl runs").status.success());
    openssl("rsa -in rsa.key -traditional -out pkcs1.key");
    // not signed by the server's authority, but opened and sent
    closed("pkcs1.key");
    let failure = refused("certrole", &certified("rsa.crt", "pkcs1.key")).await;
    assert_eq!(failure.class, FailureClass::PeerAuthFailed, "{failure}");
}

#[tokio::test]
async fn who_comes_in() {
    for (role, cert, class) in [
        ("certrole", "certrole", None),
        ("certrole", "chained", None),
        ("twofold", "twofold", None),
        ("app", "certrole", None),
        ("certrole", "twofold", Some(FailureClass::PeerAuthFailed)),
        ("certrole", "stranger", Some(FailureClass::PeerAuthFailed)),
        ("app", "stranger", Some(FailureClass::PeerAuthFailed)),
    ] {
        let query = certified(&format!("{cert}.crt"), &format!("{cert}.key"));
        let ours = connect(role, &query).await.err().map(|failure| failure.class);
        assert_eq!(ours, class, "{role} with {cert}");
        assert_eq!(psql("empty", &url(role, &query)), class.is_none(), "psql: {role} with {cert}");
    }
    let verified = format!("sslmode=verify-full&sslrootcert={}", path("ca.pem"));
    for role in ["certrole", "twofold"] {
        let failure = refused(role, &verified).await;
        assert_eq!(failure.class, FailureClass::HbaRejected, "{failure}");
        assert!(failure.message.contains("demands a client certificate, and none is set"), "{failure}");
    }
    let failure = refused("certrole", &format!("{verified}&sslcert={}", path("nothing.crt"))).await;
    assert!(failure.message.contains("the file of sslcert does not exist"), "{failure}");
    let query = certified("certrole.crt", "certrole.key");
    assert_eq!(
        refused("certrole", &format!("{query}&sslcertmode=disable")).await.class,
        FailureClass::HbaRejected
    );
    assert!(connect("app", &format!("{query}&sslcertmode=require")).await.is_ok());
    for query in [format!("{verified}&sslcertmode=require"), "sslmode=disable&sslcertmode=require".to_owned()]
    {
        let failure = refused("app", &query).await;
        assert_eq!(failure.class, FailureClass::AuthMethodUnsupported, "{failure}");
        assert!(failure.message.contains("sslcertmode=require"), "{failure}");
    }
}

#[tokio::test]
async fn keys_that_are_of_no_use() {
    put(WORLD.dir.path(), "open.key", &fs::read_to_string(path("certrole.key")).expect("a key"));
    fs::set_permissions(path("open.key"), fs::Permissions::from_mode(0o644)).expect("chmod");
    put(WORLD.dir.path(), "garbage.key", "no key at all");
    fs::create_dir_all(path("a-directory")).expect("a directory");
    put(WORLD.dir.path(), "garbage.crt", "no certificate at all");
    for (cert, key, word) in [
        ("certrole.crt", "open.key", "others"),
        ("certrole.crt", "garbage.key", "no private key"),
        ("certrole.crt", "missing.key", "does not exist"),
        ("certrole.crt", "a-directory", "no regular file"),
        ("certrole.crt", "twofold.key", "another certificate"),
        ("garbage.crt", "certrole.key", "no certificate in PEM form"),
    ] {
        let query = certified(cert, key);
        let failure = refused("certrole", &query).await;
        assert_eq!(
            (failure.class, failure.phase),
            (FailureClass::TlsUnsupported, Phase::Configuration),
            "{failure}"
        );
        assert!(failure.message.contains(word), "{key}: {failure}");
        assert!(!psql("empty", &url("certrole", &query)), "psql: {cert} {key}");
        // a key is opened where TLS may come about, and nowhere else
        let plain = query.replace("sslmode=verify-full", "sslmode=disable");
        assert!(connect("app", &plain).await.is_ok(), "{key}");
        let socket = format!(
            "postgresql:///postgres?host={}&port={}&user=postgres&{query}",
            WORLD.server.socket_dir().display(),
            WORLD.server.port()
        );
        assert!(
            connect_with(&socket, || home::files(&WORLD.dir.path().join("empty"))).await.is_ok(),
            "{key}"
        );
    }
    let failure = refused("certrole", &certified("certrole.crt", "engine:key")).await;
    assert!(failure.message.contains("engine"), "{failure}");
    // under prefer libpq would go on in plaintext
    let weak = certified("certrole.crt", "open.key").replace("sslmode=verify-full", "sslmode=prefer");
    assert_eq!(refused("app", &weak).await.class, FailureClass::TlsUnsupported);
}

#[tokio::test]
async fn the_default_files() {
    let dir = WORLD.dir.path();
    for (from, to) in
        [("ca.pem", "root.crt"), ("certrole.crt", "postgresql.crt"), ("certrole.key", "postgresql.key")]
    {
        put(dir, &format!("full/.postgresql/{to}"), &fs::read_to_string(path(from)).expect("a file"));
    }
    let full = || home::files(&dir.join("full"));
    let there = url("certrole", "sslmode=verify-full");
    let driver = connect_with(&there, full).await.expect("all of it is found");
    assert!(driver.session().and_then(|s| s.tls()).is_some_and(|tls| tls.name_verified));
    assert!(psql("full", &there));
    let failure = connect_with(&there, LibpqFiles::default).await.err().expect("no home, no files");
    assert_eq!(
        (failure.class, failure.phase),
        (FailureClass::TlsUntrusted, Phase::Configuration),
        "{failure}"
    );
    fs::set_permissions(path("full/.postgresql/postgresql.key"), fs::Permissions::from_mode(0o640))
        .expect("chmod");
    let own = fs::metadata(path("full/.postgresql/postgresql.key")).expect("a file");
    let by_root = std::os::unix::fs::MetadataExt::uid(&own) == 0;
    assert_eq!(connect_with(&there, full).await.is_ok(), by_root, "0640 will do for root alone");
    assert_eq!(psql("full", &there), by_root);
    closed("full/.postgresql/postgresql.key");
}
