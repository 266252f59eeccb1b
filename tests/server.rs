//! The driver against a real PostgreSQL: what is ready, and what each failure is called.
#![cfg(unix)]
#![expect(clippy::disallowed_methods, reason = "the tests read files and start a server")]

#[path = "support"]
mod support {
    pub(crate) mod certs;
    pub(crate) mod fake;
    pub(crate) mod pg;
}

#[path = "server/listeners.rs"]
mod listeners;
#[path = "server/tls.rs"]
mod tls;

use pgward::unstable::driver::{Driver, block_on};
use pgward::unstable::probe::{
    Answer, Bounds, ChannelBinding, Dial, DialHost, Evidence, Failure, FailureClass, Phase, Probe, Query,
    RootCert, SslMode,
};
use pgward::{Part, Secret};
use std::net::{IpAddr, Ipv4Addr};
use std::sync::{Arc, LazyLock, Mutex};
use std::time::{Duration, Instant};
use support::{certs, pg};

const CANARY: &str = "cAnArY-p4ss";
const LOCALHOST: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

struct World {
    server: pg::Server,
    authority: certs::Authority,
}

/// Everything that anyone logs in this program, down to TRACE.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().unwrap()).into_owned()
    }
}

impl std::io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

static LOG: LazyLock<Log> = LazyLock::new(|| {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(move || writer.clone())
        .finish();
    tracing::subscriber::set_global_default(subscriber).expect("the first");
    log
});

static WORLD: LazyLock<World> = LazyLock::new(|| {
    let authority = certs::Authority::new("right authority");
    let identity = authority.leaf(&["localhost", "127.0.0.1"], |_| {});
    let sql = format!(
        "CREATE ROLE app LOGIN PASSWORD '{CANARY}'; CREATE DATABASE app OWNER app;
         CREATE ROLE nologin NOLOGIN PASSWORD '{CANARY}';
         CREATE ROLE expired LOGIN PASSWORD '{CANARY}' VALID UNTIL '2001-01-01';
         CREATE ROLE limited LOGIN PASSWORD '{CANARY}' CONNECTION LIMIT 0;
         CREATE ROLE clear LOGIN PASSWORD '{CANARY}'; CREATE ROLE rejected LOGIN PASSWORD '{CANARY}';
         CREATE ROLE onlytls LOGIN PASSWORD '{CANARY}'; CREATE ROLE onlyplain LOGIN PASSWORD '{CANARY}';
         CREATE ROLE peerrole LOGIN; CREATE ROLE trusty LOGIN; CREATE ROLE trustynologin NOLOGIN;
         SET password_encryption = md5; CREATE ROLE md5role LOGIN PASSWORD '{CANARY}'; RESET password_encryption;
         CREATE DATABASE closed; REVOKE CONNECT ON DATABASE closed FROM PUBLIC;
         CREATE DATABASE frozen ALLOW_CONNECTIONS false; CREATE DATABASE full_up CONNECTION LIMIT 0;"
    );
    let server = pg::Server::start(&pg::Setup {
        hba: "local all peerrole peer\nlocal all all scram-sha-256\nhost all rejected all reject\n\
              host all clear all password\nhost all md5role all md5\n\
              host all trusty,trustynologin,missingtrusty all trust\n\
              hostssl all onlytls all scram-sha-256\nhost all onlytls all reject\n\
              hostnossl all onlyplain all scram-sha-256\nhost all onlyplain all reject\n\
              host all all all scram-sha-256\n",
        conf: "ssl = on\nmax_connections = 60",
        files: &[("server.crt", &identity.pem), ("server.key", &identity.key_pem)],
        sql: &sql,
    });
    World { server, authority }
});

fn root(pem: &str) -> Option<RootCert> {
    root_file(Ok(pem.as_bytes().to_vec())).into()
}

fn root_file(pem: Result<Vec<u8>, std::io::ErrorKind>) -> RootCert {
    RootCert { path: Part::harmless("ca.pem"), pem }
}

fn host(port: u16) -> DialHost {
    DialHost::addr(Some(Part::harmless("localhost")), LOCALHOST, port)
}

/// verify-full to the right server; the tests change what they test.
fn dial(user: &str, dbname: &str) -> Dial {
    Dial {
        hosts: vec![host(WORLD.server.port())],
        user: Some(Part::harmless(user)),
        password: Some(Secret::from(CANARY)),
        dbname: Some(Part::harmless(dbname)),
        sslmode: SslMode::VerifyFull,
        sslrootcert: root(&WORLD.authority.pem),
        ..Dial::default()
    }
}

fn at(port: u16, sslmode: SslMode) -> Dial {
    Dial { hosts: vec![host(port)], sslmode, sslrootcert: None, ..dial("app", "app") }
}

fn bounds() -> Bounds {
    Bounds { timeout: Duration::from_secs(8), ..Bounds::default() }
}

async fn open(dial: Dial) -> Result<Driver, Failure> {
    open_with(dial, Vec::new(), bounds()).await
}

async fn open_with(dial: Dial, questions: Vec<Query>, bounds: Bounds) -> Result<Driver, Failure> {
    LazyLock::force(&LOG);
    let mut driver = Driver::new(Probe::new(dial, questions, bounds));
    let outcome = driver.run().await;
    let seen = format!("{outcome:?} {:?} {:?}", driver.probe(), driver.session());
    assert!(!seen.contains(CANARY), "a secret is shown: {seen}");
    assert!(!LOG.text().contains(CANARY), "a secret is logged");
    outcome.map(|()| driver)
}

/// The failure of an attempt, with a secret in none of its forms.
async fn refused(dial: Dial) -> Failure {
    let failure = open(dial).await.err().expect("it must not open");
    let shown = format!("{failure} {failure:?}");
    assert!(!shown.contains(CANARY), "a secret is shown: {shown}");
    failure
}

async fn class(dial: Dial) -> FailureClass {
    refused(dial).await.class
}

#[tokio::test]
async fn ready_over_verified_tls() {
    let driver = open(Dial { channel_binding: ChannelBinding::Require, ..dial("app", "app") }).await.unwrap();
    let session = driver.session().unwrap();
    let tls = session.tls().unwrap();
    assert_eq!((tls.version, tls.chain_verified, tls.name_verified), ("TLSv1.3", true, true));
    assert!(tls.cipher.starts_with("TLS_"), "{}", tls.cipher);
    assert_eq!(driver.probe().facts().pooler, Some(false));
    assert_eq!(driver.probe().facts().in_recovery, Some(false));
    let (probe, session) = driver.into_parts();
    let session = session.unwrap();
    let (config, connector) = (session.config(probe.dial()), session.connector());
    let (client, connection) = session.into_client();
    let running = tokio::spawn(connection);
    let row = client.query_one("SELECT current_user::text", &[]).await.unwrap();
    assert_eq!(row.get::<_, &str>(0), "app");
    drop(client);
    running.await.unwrap().unwrap();
    // the same door serves a pool's own sockets
    let (client, connection) = config.connect(connector).await.unwrap();
    let running = tokio::spawn(connection);
    let tls = "SELECT ssl::text FROM pg_stat_ssl WHERE pid = pg_backend_pid()";
    assert_eq!(client.query_one(tls, &[]).await.unwrap().get::<_, &str>(0), "true");
    drop(client);
    running.await.unwrap().unwrap();
}

#[tokio::test]
async fn ready_on_a_unix_socket() {
    let dir = Part::harmless(WORLD.server.socket_dir().to_str().unwrap());
    let hosts = vec![DialHost::unix(dir, WORLD.server.port())];
    let driver = open(Dial { hosts: hosts.clone(), ..dial("app", "app") }).await.unwrap();
    assert!(driver.session().unwrap().tls().is_none());
    let (probe, session) = driver.into_parts();
    let session = session.unwrap();
    let (client, connection) = session.config(probe.dial()).connect(session.connector()).await.unwrap();
    tokio::spawn(connection);
    client.simple_query("SELECT 1").await.unwrap();
    assert_eq!(class(Dial { hosts, ..dial("peerrole", "app") }).await, FailureClass::PeerAuthFailed);
    let nowhere = vec![DialHost::unix(Part::harmless("/nowhere"), 1)];
    assert_eq!(class(Dial { hosts: nowhere, ..dial("app", "app") }).await, FailureClass::SocketMissing);
}

#[test]
fn ready_from_inside_and_outside_a_runtime() {
    let ready = || async { open(dial("app", "app")).await.map(|driver| driver.session().unwrap().pid()) };
    assert!(block_on(ready).unwrap().unwrap().is_some());
    let runtime = tokio::runtime::Runtime::new().unwrap();
    assert!(runtime.block_on(async { block_on(ready).unwrap() }).unwrap().is_some());
}

#[tokio::test]
async fn each_refusal_has_its_class() {
    use FailureClass as C;
    let wrong = Dial { password: Some(Secret::from("not-it")), ..dial("app", "app") };
    let none = Dial { password: None, ..dial("app", "app") };
    let plain = |user: &str| Dial { sslmode: SslMode::Disable, ..dial(user, "app") };
    let options = |text: &str| Dial { options: Some(Secret::from(text)), ..dial("app", "app") };
    let table = [
        (wrong, C::AuthFailed, Phase::Authentication, "28P01"),
        (dial("nosuchrole", "app"), C::AuthFailed, Phase::Authentication, "28P01"),
        (dial("expired", "app"), C::AuthFailed, Phase::Authentication, "28P01"),
        (none, C::PasswordMissing, Phase::Authentication, ""),
        (dial("app", "nosuchdb"), C::DatabaseMissing, Phase::Database, "3D000"),
        (dial("rejected", "app"), C::HbaRejected, Phase::Startup, "28000"),
        (plain("onlytls"), C::HbaRejected, Phase::Startup, "28000"),
        (dial("onlyplain", "app"), C::HbaRejected, Phase::Startup, "28000"),
        (dial("nologin", "app"), C::RoleCannotLogin, Phase::Database, "28000"),
        (dial("trustynologin", "app"), C::RoleCannotLogin, Phase::Database, "28000"),
        (dial("missingtrusty", "app"), C::RoleMissing, Phase::Database, "28000"),
        (dial("app", "closed"), C::ConnectDenied, Phase::Database, "42501"),
        (dial("app", "frozen"), C::ConnectDenied, Phase::Database, "55000"),
        (dial("limited", "app"), C::SlotsExhausted, Phase::Database, "53300"),
        (dial("app", "full_up"), C::SlotsExhausted, Phase::Database, "53300"),
        (options("-c nosuch=1"), C::StartupParameterRejected, Phase::Database, "42704"),
        (options("-c statement_timeout=banana"), C::StartupParameterRejected, Phase::Database, "22023"),
        (options("-c shared_buffers=1MB"), C::StartupParameterRejected, Phase::Database, "55P02"),
        (options("-c log_min_messages=debug1"), C::StartupParameterRejected, Phase::Database, "42501"),
        (options("-c role=nosuch"), C::RoleMissing, Phase::Database, "22023"),
        (plain("clear"), C::AuthMethodUnsupported, Phase::Authentication, ""),
    ];
    for (dial, class, phase, sqlstate) in table {
        let what = format!("{:?} {:?} {sqlstate}", dial.user, dial.dbname);
        let failure = refused(dial).await;
        let state = failure.sqlstate.map(|s| s.to_string()).unwrap_or_default();
        assert_eq!((failure.class, failure.phase, &*state), (class, phase, sqlstate), "{what}: {failure}");
        assert_eq!(failure.retryable, class == C::SlotsExhausted, "{what}");
        assert!(!failure.evidence.contains(&Evidence::ViaPooler), "{what}");
    }
    let advice = refused(plain("onlytls")).await.to_string();
    assert!(advice.contains("sslmode=require"), "{advice}");
    let causes = refused(dial("nosuchrole", "app")).await.message;
    assert!(["wrong", "does not exist", "expired"].iter().all(|w| causes.contains(w)), "{causes}");
}

#[tokio::test]
async fn a_password_goes_out_where_it_is_safe() {
    assert!(open(dial("clear", "app")).await.is_ok_and(|d| d.session().unwrap().tls().is_some()));
    assert!(open(Dial { sslmode: SslMode::Disable, ..dial("md5role", "app") }).await.is_ok());
    let bound = Dial { channel_binding: ChannelBinding::Require, ..dial("md5role", "app") };
    assert_eq!(class(bound).await, FailureClass::AuthMethodUnsupported);
    let trusted = Dial { channel_binding: ChannelBinding::Require, ..dial("trusty", "app") };
    assert_eq!(class(trusted).await, FailureClass::AuthMethodUnsupported);
}

#[tokio::test]
async fn nothing_listens() {
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let failure = refused(at(free, SslMode::Require)).await;
    assert_eq!(
        (failure.class, failure.phase, failure.retryable),
        (FailureClass::ConnectionRefused, Phase::Tcp, true)
    );
    let hosts = vec![DialHost::name(Part::harmless("db.invalid"), 5432)];
    let failure = refused(Dial { hosts, ..at(free, SslMode::Require) }).await;
    assert_eq!((failure.class, failure.phase), (FailureClass::DnsFailed, Phase::Dns));
}

#[tokio::test]
async fn one_flight_and_each_question_alone() {
    let questions = vec![
        Query::new("version", "SELECT current_setting('server_version_num') AS version, NULL AS nothing"),
        Query::new("broken", "SELECT * FROM nosuchtable"),
        Query::new("writes", "CREATE TABLE t (x int)"),
        Query::new("slow", "SELECT pg_sleep(5)"),
        Query::new("empty", "SELECT 1 AS one WHERE false"),
        Query::new("last", "SELECT 'l' AS last"),
    ];
    let bounds = Bounds { statement_timeout: Duration::from_millis(150), ..bounds() };
    let mut driver = open_with(dial("app", "app"), questions, bounds).await.unwrap();
    let state = |name: &str, driver: &Driver| {
        driver
            .probe()
            .answers()
            .get(name)
            .and_then(Answer::sqlstate)
            .map(|s| s.to_string())
            .unwrap_or_default()
    };
    let answers = driver.probe().answers();
    let version = answers.rows("version").unwrap();
    assert!(version.get(0, "version").unwrap().parse::<u32>().unwrap() > 120_000);
    assert_eq!(version.get(0, "nothing"), None);
    assert_eq!(state("broken", &driver), "42P01");
    assert_eq!(state("writes", &driver), "25006");
    assert_eq!(state("slow", &driver), "57014");
    assert_eq!(answers.rows("empty").unwrap().columns, ["one"]);
    assert_eq!(answers.rows("last").unwrap().get(0, "last"), Some("l"));
    // nothing stays in the session
    driver.ask(vec![Query::new("timeout", "SHOW lock_timeout")]).await.unwrap();
    assert_eq!(driver.probe().answers().rows("timeout").unwrap().len(), 1);
}

#[tokio::test]
async fn replicas_install_at_once() {
    WORLD.server.sql("postgres", "CREATE DATABASE race OWNER app");
    let install = || async {
        let mut driver = open(dial("app", "race")).await.unwrap();
        driver.install(&["pg_trgm".to_owned(), "uuid-ossp".to_owned()]).await.unwrap();
        driver.ask(vec![Query::new("extensions", "SELECT extname FROM pg_extension")]).await.unwrap();
        let installed = driver.probe().installs().iter().all(|i| i.answer.rows().is_some());
        (installed, driver.probe().answers().rows("extensions").unwrap().len())
    };
    let mut replicas = tokio::task::JoinSet::new();
    for _ in 0..16 {
        replicas.spawn(install());
    }
    for outcome in replicas.join_all().await {
        assert_eq!(outcome, (true, 3));
    }
    let mut driver = open(dial("app", "race")).await.unwrap();
    driver.install(&["file_fdw".to_owned(), "no\"such".to_owned(), "citext".to_owned()]).await.unwrap();
    let states: Vec<_> =
        driver.probe().installs().iter().map(|i| i.answer.sqlstate().map(|s| s.to_string())).collect();
    assert_eq!(states, [Some("42501".to_owned()), Some("0A000".to_owned()), None]);
}

#[tokio::test]
async fn waits_for_what_may_come() {
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let bounds = Bounds { wait: Some(Duration::from_millis(500)), ..bounds() };
    let began = Instant::now();
    let failure = open_with(at(port, SslMode::Disable), Vec::new(), bounds).await.err().unwrap();
    assert!(began.elapsed() < Duration::from_secs(3));
    let waited = |failure: &Failure| match failure.evidence.last() {
        Some(Evidence::Waited(waited)) => *waited,
        other => panic!("{other:?}"),
    };
    assert!(waited(&failure).tries > 5 && waited(&failure).over, "{failure}");
    // a wrong password is not tried twice
    let wrong = Dial { password: Some(Secret::from("not-it")), ..dial("app", "app") };
    let bounds = Bounds { wait: Some(Duration::from_secs(20)), ..bounds };
    let failure = open_with(wrong, Vec::new(), bounds).await.err().unwrap();
    assert!(waited(&failure).tries == 1 && !waited(&failure).over, "{failure}");
}

#[tokio::test]
async fn no_secret_is_logged() {
    let masked = |user: &str| Dial { user: Some(Part::masked(user)), ..dial("app", "app") };
    assert!(open(masked("app")).await.is_ok());
    let failure = refused(masked("s3cr3t-user")).await;
    let log = LOG.text();
    assert!(log.contains("session open") && log.contains("attempt failed"), "{log}");
    for text in [log, format!("{failure} {failure:?}")] {
        assert!(!text.contains(CANARY) && !text.contains("s3cr3t"), "{text}");
    }
}

#[cfg(feature = "blocking")]
#[test]
fn the_same_door_under_the_blocking_client() {
    let (config, connector) = block_on(|| async {
        let driver = open(dial("app", "app")).await.unwrap();
        let session = driver.session().unwrap();
        (session.config(driver.probe().dial()), session.connector())
    })
    .unwrap();
    let mut client = postgres::Config::from(config).connect(connector).unwrap();
    let row = client.query_one("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()", &[]).unwrap();
    assert!(row.get::<_, bool>(0));
}
