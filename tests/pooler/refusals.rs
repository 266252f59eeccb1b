//! What a real PgBouncer refuses, by the name of the cause.

use super::{CANARY, WORLD, dial, open, pooler, refused, root};
use crate::support::pgbouncer::Pooler;
use pgward::unstable::probe::{Dial, Evidence, Failure, FailureClass as C, Phase, SslMode};
use pgward::{Part, Secret};
use std::time::{Duration, Instant};

fn check(what: &str, failure: &Failure, class: C, retryable: bool, says: &str) {
    assert_eq!(failure.class, class, "{what}: {failure}");
    assert_eq!(failure.retryable, retryable, "{what}: {failure}");
    assert!(failure.message.contains(says), "{what}: {failure}");
    assert!(failure.evidence.contains(&Evidence::ViaPooler), "{what}: {failure}");
    assert!(failure.evidence.iter().any(|e| matches!(e, Evidence::Help(_))), "{what}: {failure}");
}

#[tokio::test]
async fn each_has_the_class_of_its_cause() {
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let pooler = pooler(
        &format!(
            "app = SERVER\nbadpw = SERVER dbname=app password=wrong user=app\nnodb = SERVER dbname=gone\n\
             closed = SERVER\noff = SERVER\nnologin = SERVER dbname=app user=nologin\n\
             limited = SERVER dbname=app user=limited\nrejected = SERVER dbname=app user=rejected\n\
             down = host=127.0.0.1 port={closed} dbname=app\nlost = host=no-such-host.invalid dbname=app\n"
        ),
        "query_wait_timeout = 1",
    );
    for (database, class, retryable, says) in [
        ("nowhere", C::DatabaseMissing, false, "knows no database `nowhere`"),
        ("badpw", C::AuthFailed, false, "the server behind the pooler"),
        ("nodb", C::DatabaseMissing, false, "the server behind the pooler"),
        ("closed", C::ConnectDenied, false, "the server behind the pooler"),
        ("off", C::ConnectDenied, false, "the server behind the pooler"),
        ("nologin", C::RoleCannotLogin, false, "the server behind the pooler"),
        ("limited", C::SlotsExhausted, true, "no connection slot left for the pooler"),
        ("rejected", C::HbaRejected, false, "does not admit the pooler"),
        ("down", C::PoolerUnavailable, true, "gave no server connection in time"),
        ("lost", C::PoolerUnavailable, true, "gave no server connection in time"),
        ("pgbouncer", C::NotPostgres, false, "administration console"),
    ] {
        let failure = refused(dial(pooler.port(), database)).await;
        check(database, &failure, class, retryable, says);
        assert_eq!(failure.sqlstate.unwrap().as_str(), "08P01", "{database}");
    }
    // The second who asks is not told the cause any more, until server_login_retry has passed.
    let again = refused(dial(pooler.port(), "nodb")).await;
    check("again", &again, C::PoolerUnavailable, true, "it refuses the pooler's login");

    for (what, user, password) in [("wrong", "app", "not it"), ("unknown", "nobody", CANARY)] {
        let user = Some(Part::harmless(user));
        let wrong = Dial { user, password: Some(Secret::from(password)), ..dial(pooler.port(), "app") };
        let failure = refused(wrong).await;
        check(what, &failure, C::AuthFailed, false, "it does not say which");
        assert_eq!(failure.phase, Phase::Authentication, "{what}");
    }
    let options = Some(Secret::from("-c statement_timeout=5s"));
    let failure = refused(Dial { options, ..dial(pooler.port(), "app") }).await;
    check("options", &failure, C::StartupParameterRejected, false, "`options`");
    open(dial(pooler.port(), "app")).await.expect("the right one");
}

#[tokio::test]
async fn the_console_takes_no_questions() {
    let pooler = pooler("app = SERVER", "admin_users = app");
    let failure = refused(dial(pooler.port(), "pgbouncer")).await;
    assert_eq!((failure.class, failure.retryable), (C::NotPostgres, false), "{failure}");
    assert!(failure.message.contains("console"), "{failure}");
}

#[tokio::test]
async fn a_busy_and_a_paused_pool_may_be_waited_for() {
    let pooler = pooler("app = SERVER pool_size=1", "query_wait_timeout = 1\nmax_client_conn = 4");
    let port = pooler.port();
    let busy = std::thread::spawn(move || hold(port, "SELECT pg_catalog.pg_sleep(3)"));
    while WORLD.server.sql("postgres", "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%sleep(3)' AND state = 'active' AND datname = 'app'") == "0" {
        std::thread::sleep(Duration::from_millis(20));
    }
    let began = Instant::now();
    let failure = refused(dial(pooler.port(), "app")).await;
    check("busy", &failure, C::PoolerUnavailable, true, "every connection of the pool is busy");
    assert!(began.elapsed() < Duration::from_secs(3), "{:?}", began.elapsed());
    busy.join().expect("the query ends");
    open(dial(pooler.port(), "app")).await.expect("free again");

    pooler.console("PAUSE app");
    let failure = refused(dial(pooler.port(), "app")).await;
    check("paused", &failure, C::PoolerUnavailable, true, "paused");
    pooler.console("RESUME app");
    pooler.console("DISABLE app");
    let failure = refused(dial(pooler.port(), "app")).await;
    check("disabled", &failure, C::ConnectDenied, false, "it is disabled");
    pooler.console("ENABLE app");

    let mut held = Vec::new();
    for _ in 0..4 {
        held.push(open(dial(pooler.port(), "app")).await.expect("a client below the limit"));
    }
    let failure = refused(dial(pooler.port(), "app")).await;
    check("max_client_conn", &failure, C::SlotsExhausted, true, "limit of clients");
    drop(held);
}

/// Holds a server connection of the pool for the time of a query.
fn hold(port: u16, sql: &str) {
    let out = std::process::Command::new("psql")
        .args(["-X", "-h", "127.0.0.1", "-U", "app", "-d", "app", "-c", sql, "-p", &port.to_string()])
        .env("PGPASSWORD", CANARY)
        .env_remove("PGSERVICE")
        .output()
        .expect("psql runs");
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
}

#[tokio::test]
async fn access_rules_and_tls_of_the_pooler_itself() {
    let hba = "host app app 127.0.0.1/32 reject\nhostssl all all all scram-sha-256\n";
    let strict = {
        let conf = "auth_type = hba\nauth_hba_file = DIR/hba";
        with_file("app = SERVER\nother = SERVER dbname=app", conf, ("hba", hba))
    };
    let failure = refused(dial(strict.port(), "app")).await;
    check("reject", &failure, C::HbaRejected, false, "admits no connection of role `app`");

    let tls = pooler(
        "app = SERVER",
        "client_tls_sslmode = require\nclient_tls_key_file = DIR/server.key\nclient_tls_cert_file = DIR/server.crt",
    );
    let failure = refused(dial(tls.port(), "app")).await;
    check("plaintext", &failure, C::HbaRejected, false, "over TLS only");
    // libpq's `allow` goes on to TLS then
    for sslmode in [SslMode::Allow, SslMode::Prefer, SslMode::Require, SslMode::VerifyFull] {
        let driver =
            open(Dial { sslmode, sslrootcert: Some(root()), ..dial(tls.port(), "app") }).await.expect("TLS");
        assert!(driver.session().unwrap().tls().is_some(), "{sslmode:?}");
        assert_eq!(driver.probe().facts().pooler, Some(true));
    }
    let none = pooler("app = SERVER", "");
    let failure = refused(Dial { sslmode: SslMode::Require, ..dial(none.port(), "app") }).await;
    assert_eq!(failure.class, C::TlsRefused, "{failure}");
}

fn with_file(databases: &str, conf: &str, file: (&str, &str)) -> Pooler {
    let server = format!("host=127.0.0.1 port={}", WORLD.server.port());
    Pooler::start(&crate::support::pgbouncer::Setup {
        databases: &databases.replace("SERVER", &server),
        conf,
        users: &[("app", CANARY)],
        files: &[file],
    })
}
