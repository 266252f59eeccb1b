//! A real server that lets us wait: for a lock, for a slow statement, stopped in its tracks. What we gave up must not
//! go on there.

use super::support::pg;
use super::{PASSWORD, dial};
use pgward::Part;
use pgward::unstable::driver::Driver;
use pgward::unstable::probe::{Answer, Bounds, Dial, FailureClass, Phase, Probe, Query, SslMode};
use std::io::Write;
use std::process::{Child, Command, Stdio};
use std::sync::LazyLock;
use std::time::{Duration, Instant};

static SERVER: LazyLock<pg::Server> = LazyLock::new(|| {
    pg::Server::start(&pg::Setup {
        hba: "host all all all scram-sha-256\n",
        sql: &format!(
            "CREATE ROLE app LOGIN PASSWORD '{PASSWORD}'; CREATE DATABASE app OWNER app;
             CREATE DATABASE held OWNER app;"
        ),
        ..pg::Setup::default()
    })
});

/// A session of somebody else that has done something and does not end its transaction.
struct Other(Child);

impl Other {
    fn holds(database: &str, sql: &str) -> Self {
        let mut psql = Command::new(SERVER.program("psql"))
            .arg("-h")
            .arg(SERVER.socket_dir())
            .args(["-p", &SERVER.port().to_string(), "-XAtq", "-U", "postgres", "-d", database])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("psql runs");
        let input = psql.stdin.as_mut().expect("a pipe");
        writeln!(input, "BEGIN; {sql};\nSELECT 'held';").expect("psql reads");
        let mut said = [0; 4];
        std::io::Read::read_exact(psql.stdout.as_mut().expect("a pipe"), &mut said).expect("psql answers");
        Self(psql)
    }
}

impl Drop for Other {
    fn drop(&mut self) {
        drop(self.0.stdin.take());
        let _ = self.0.wait();
    }
}

fn named(name: &str, dbname: &str) -> Dial {
    Dial {
        application_name: Some(Part::harmless(name)),
        dbname: Some(Part::harmless(dbname)),
        ..dial(SERVER.port(), SslMode::Disable)
    }
}

/// Waits until the server has no session of that name; says how long that took.
fn gone(name: &str) -> Duration {
    let began = Instant::now();
    let count = format!("SELECT count(*) FROM pg_stat_activity WHERE application_name = '{name}'");
    while SERVER.sql("postgres", &count) != "0" {
        assert!(began.elapsed() < Duration::from_secs(20), "the session `{name}` lingers");
        std::thread::sleep(Duration::from_millis(20));
    }
    began.elapsed()
}

fn sqlstate(driver: &Driver, name: &str) -> String {
    let answer = driver.probe().answers().get(name);
    answer.and_then(Answer::sqlstate).map(|state| state.to_string()).unwrap_or_default()
}

#[tokio::test]
async fn a_locked_catalog_costs_the_lock_timeout_and_one_answer() {
    SERVER.sql("postgres", "CREATE DATABASE locked OWNER app");
    let _other = Other::holds("locked", "LOCK TABLE pg_catalog.pg_extension IN ACCESS EXCLUSIVE MODE");
    let questions = vec![
        Query::new("extensions", "SELECT extname FROM pg_catalog.pg_extension"),
        Query::new("after", "SELECT 1 AS one"),
    ];
    let bounds = Bounds { lock_timeout: Duration::from_millis(300), ..Bounds::default() };
    let mut driver = Driver::new(Probe::new(named("locked", "locked"), questions, bounds));
    let began = Instant::now();
    driver.run().await.expect("a session");
    assert!(began.elapsed() < Duration::from_secs(3), "{:?}", began.elapsed());
    assert_eq!(sqlstate(&driver, "extensions"), "55P03");
    assert!(driver.probe().answers().rows("after").is_some());
}

#[tokio::test]
async fn a_slow_statement_does_not_go_on_without_us() {
    let questions = vec![Query::new("slow", "SELECT pg_catalog.pg_sleep(60)")];
    let bounds = Bounds { timeout: Duration::from_millis(700), ..Bounds::default() };
    let mut driver = Driver::new(Probe::new(named("slow", "app"), questions, bounds));
    let began = Instant::now();
    let outcome = driver.run().await;
    let took = began.elapsed();
    // the server's own timeout is what was left of ours: either may be the first
    match outcome {
        Ok(()) => assert_eq!(sqlstate(&driver, "slow"), "57014"),
        Err(failure) => {
            assert_eq!((failure.class, failure.phase), (FailureClass::DeadlineExceeded, Phase::Query));
        }
    }
    assert!(took < Duration::from_millis(1700), "{took:?}");
    drop(driver);
    let lingered = gone("slow");
    assert!(lingered < Duration::from_secs(3), "it went on for {lingered:?}");
}

#[tokio::test]
async fn an_installation_that_waits_is_given_up_on_both_sides() {
    // the documented lock: another replica that installs and does not come to an end
    let lock = format!("SELECT pg_advisory_xact_lock({})", pgward::unstable::probe::INSTALL_LOCK);
    let other = Other::holds("held", &lock);
    let bounds = Bounds { timeout: Duration::from_millis(700), ..Bounds::default() };
    let mut driver = Driver::new(Probe::new(named("waits", "held"), Vec::new(), bounds));
    driver.run().await.expect("a session");
    let began = Instant::now();
    let outcome = driver.install(&["hstore".to_owned()]).await;
    let took = began.elapsed();
    match outcome {
        Ok(()) => {
            let state = driver.probe().installs()[0].answer.sqlstate().map(|state| state.to_string());
            assert_eq!(state.as_deref(), Some("57014"));
        }
        Err(failure) => {
            assert_eq!((failure.class, failure.phase), (FailureClass::DeadlineExceeded, Phase::Query));
        }
    }
    assert!(took < Duration::from_millis(1700), "{took:?}");
    drop(driver);
    assert!(gone("waits") < Duration::from_secs(3));
    drop(other);
    let found = SERVER.sql("held", "SELECT count(*) FROM pg_extension WHERE extname = 'hstore'");
    assert_eq!(found, "0", "what was given up was not installed later");
}

/// Somebody who does not take our lock installs the same: we wait for his transaction, but not for ever.
#[tokio::test]
async fn an_extension_in_the_making_costs_the_lock_timeout() {
    SERVER.sql("postgres", "CREATE DATABASE making OWNER app");
    let _other = Other::holds("making", "CREATE EXTENSION hstore");
    let bounds = Bounds { lock_timeout: Duration::from_millis(300), ..Bounds::default() };
    let mut driver = Driver::new(Probe::new(named("making", "making"), Vec::new(), bounds));
    driver.run().await.expect("a session");
    driver.install(&["hstore".to_owned()]).await.expect("the session is whole");
    let state = driver.probe().installs()[0].answer.sqlstate().map(|state| state.to_string());
    assert_eq!(state.as_deref(), Some("55P03"));
}

/// A future that is dropped in the middle takes its connection with it, and its statement ends at the server.
#[tokio::test]
async fn what_is_dropped_ends_at_the_server_too() {
    let questions = vec![Query::new("slow", "SELECT pg_catalog.pg_sleep(60)")];
    let bounds = Bounds { statement_timeout: Duration::from_secs(1), ..Bounds::default() };
    let mut driver = Driver::new(Probe::new(named("dropped", "app"), questions, bounds));
    tokio::time::timeout(Duration::from_millis(400), driver.run()).await.expect_err("it takes longer");
    drop(driver);
    assert!(gone("dropped") < Duration::from_secs(4));
}

/// A session that is handed on is as a fresh one.
#[tokio::test]
async fn questions_leave_no_trace_in_the_session() {
    let settings = "SELECT name, setting FROM pg_catalog.pg_settings ORDER BY name";
    let text = |messages: Vec<tokio_postgres::SimpleQueryMessage>| -> Vec<String> {
        let rows = messages.into_iter().filter_map(|message| match message {
            tokio_postgres::SimpleQueryMessage::Row(row) => Some(row),
            _ => None,
        });
        rows.map(|row| format!("{:?}={:?}", row.get(0), row.get(1))).collect()
    };
    let questions = vec![
        Query::new("fails", "SELECT * FROM nosuchtable"),
        Query::new("slow", "SELECT pg_catalog.pg_sleep(60)"),
        Query::new("fine", "SELECT 1"),
    ];
    let bounds = Bounds { statement_timeout: Duration::from_millis(100), ..Bounds::default() };
    let mut driver = Driver::new(Probe::new(named("trace", "app"), questions, bounds));
    driver.run().await.expect("a session");
    driver.install(&["no_such_extension".to_owned()]).await.expect("a session");
    let (probe, session) = driver.into_parts();
    let session = session.expect("open");
    let (config, connector) = (session.config(probe.dial()), session.connector());
    let (client, connection) = session.into_client();
    tokio::spawn(connection);
    let (fresh, connection) = config.connect(connector).await.expect("connected");
    tokio::spawn(connection);
    let after = text(client.simple_query(settings).await.expect("answered"));
    assert_eq!(after, text(fresh.simple_query(settings).await.expect("answered")));
    assert!(after.len() > 300);
}
