//! What real servers refuse.

use super::support::{certs, pg};
use super::{CANARY, Refusing, Scenario, all, answer, bounds, open, open_with, refused, scenario};
use pgward::unstable::probe::{Bounds, FailureClass as C, Phase as P, Query};
use std::{
    process::Command,
    sync::LazyLock,
    time::{Duration, Instant},
};

pub(super) struct World {
    pub(super) server: pg::Server,
}

impl World {
    pub(super) fn url(&self, role: &str, rest: &str) -> String {
        format!("postgresql://{role}:{CANARY}@127.0.0.1:{}/{rest}", self.server.port())
    }
}

/// A server without TLS, with everything in it that a start fails on.
pub(super) static WORLD: LazyLock<World> = LazyLock::new(|| {
    let sql = format!(
        "CREATE ROLE app LOGIN PASSWORD '{CANARY}'; CREATE DATABASE app OWNER app;
         CREATE ROLE other LOGIN PASSWORD '{CANARY}'; CREATE ROLE nopw LOGIN;
         CREATE ROLE expired LOGIN PASSWORD '{CANARY}' VALID UNTIL '2001-01-01';
         CREATE ROLE nologin NOLOGIN PASSWORD '{CANARY}';
         CREATE ROLE lim LOGIN PASSWORD '{CANARY}' CONNECTION LIMIT 0;
         CREATE ROLE rejected LOGIN PASSWORD '{CANARY}'; CREATE ROLE identuser LOGIN;
         CREATE ROLE noentry LOGIN PASSWORD '{CANARY}'; CREATE ROLE tlsonly LOGIN PASSWORD '{CANARY}';
         CREATE ROLE peerrole LOGIN; CREATE ROLE trusty LOGIN; CREATE ROLE trustynologin NOLOGIN;
         CREATE ROLE clear LOGIN PASSWORD '{CANARY}'; CREATE ROLE \"App\" LOGIN PASSWORD '{CANARY}';
         CREATE ROLE slow LOGIN PASSWORD '{CANARY}'; ALTER ROLE slow SET statement_timeout = 200;
         CREATE DATABASE limdb CONNECTION LIMIT 0;
         CREATE DATABASE closed; REVOKE CONNECT ON DATABASE closed FROM PUBLIC;
         CREATE DATABASE frozen ALLOW_CONNECTIONS false; CREATE DATABASE \"with space\" OWNER app;"
    );
    let scram = "app,other,nopw,expired,nologin,lim,slow,nosuchrole,\"App\",\"APP\",postgres";
    let server = pg::Server::start(&pg::Setup {
        hba: &format!(
            "local all peerrole peer\nlocal all all scram-sha-256\nhost all rejected all reject\n\
             host all identuser all ident\nhost all clear all password\n\
             host all trusty,trustynologin,missingtrusty all trust\nhostssl all tlsonly all scram-sha-256\n\
             host all {scram} 127.0.0.1/32 scram-sha-256\n"
        ),
        conf: "max_connections = 40",
        files: &[],
        sql: &sql,
    });
    server.sql("app", "CREATE TABLE lk (x int); ALTER TABLE lk OWNER TO app;");
    World { server }
});

/// One with TLS, and roles that only come in with it.
static ENCRYPTED: LazyLock<World> = LazyLock::new(|| {
    let authority = certs::Authority::new("some authority");
    let identity = authority.leaf(&["localhost", "127.0.0.1"], |_| {});
    let server = pg::Server::start(&pg::Setup {
        hba: "hostssl all certrole all cert\nhostssl all certtoo all scram-sha-256 clientcert=verify-ca\n\
              hostssl all onlytls all scram-sha-256\nhostnossl all onlyplain all scram-sha-256\n",
        conf: "ssl = on\nssl_ca_file = 'root.crt'",
        files: &[
            ("server.crt", &identity.pem),
            ("server.key", &identity.key_pem),
            ("root.crt", &authority.pem),
        ],
        sql: &["certrole", "certtoo", "onlytls", "onlyplain"]
            .map(|role| format!("CREATE ROLE {role} LOGIN PASSWORD '{CANARY}';"))
            .concat(),
    });
    World { server }
});

/// A cluster of its own that only `postgres` can enter.
fn cluster(conf: &str, files: &[(&str, &str)]) -> World {
    let hba = "host all all all scram-sha-256\n";
    let mut server = pg::Server::prepare(&pg::Setup { hba, conf, files, sql: "" });
    server.launch();
    World { server }
}

fn superuser(world: &World, rest: &str) -> String {
    format!("postgresql://postgres:superuser-secret@127.0.0.1:{}/{rest}", world.server.port())
}

#[tokio::test]
async fn logins_that_a_server_refuses() {
    let w = &*WORLD;
    let port = w.server.port();
    let url = |role: &str| w.url(role, "app");
    let dir = w.server.socket_dir().display().to_string();
    let bad = format!("postgresql://app:bad@127.0.0.1:{port}/app");
    let refusing = Refusing::new();
    let second = refusing.port;
    let hosts = format!("postgresql://app:bad@127.0.0.1:{port},127.0.0.1:{second}/app");
    let auth = |name, url| scenario(name, url, C::AuthFailed, P::Authentication, "28P01");
    all(vec![
        auth("wrong password", bad.clone()),
        auth("empty-looking password", format!("postgresql://app:%20@127.0.0.1:{port}/app")),
        auth("multi-host,badpw-first-then-good?", hosts),
        auth("role-has-no-password", url("nopw")),
        auth("password-expired", url("expired")),
        auth("role-missing(scram)", url("nosuchrole")),
        auth("role in another case", url("APP")),
        auth("over the socket", format!("host={dir} port={port} user=app password=bad dbname=app")),
        scenario(
            "no-password-supplied",
            format!("postgresql://app@127.0.0.1:{port}/app"),
            C::PasswordMissing,
            P::Authentication,
            "",
        ),
        scenario("hba-reject-line", url("rejected"), C::HbaRejected, P::Startup, "28000"),
        scenario("no entry for the role", url("noentry"), C::HbaRejected, P::Startup, "28000"),
        scenario(
            "no entry for IPv6",
            format!("postgresql://app:{CANARY}@[::1]:{port}/app"),
            C::HbaRejected,
            P::Startup,
            "28000",
        ),
        scenario(
            "tls-required-by-hba,sslmode=disable,server-ssl-off",
            w.url("tlsonly", "app?sslmode=disable"),
            C::HbaRejected,
            P::Startup,
            "28000",
        ),
        scenario("ident-failed", url("identuser"), C::PeerAuthFailed, P::Startup, "28000"),
        scenario(
            "peer-failed",
            format!("host={dir} port={port} user=peerrole dbname=app"),
            C::PeerAuthFailed,
            P::Startup,
            "28000",
        ),
        scenario("role-missing(trust)", url("missingtrusty"), C::RoleMissing, P::Database, "28000"),
        scenario("nologin(scram)", url("nologin"), C::RoleCannotLogin, P::Database, "28000"),
        scenario("nologin(trust)", url("trustynologin"), C::RoleCannotLogin, P::Database, "28000"),
        scenario("role-connection-limit", url("lim"), C::SlotsExhausted, P::Database, "53300"),
        scenario(
            "cleartext password asked without TLS",
            w.url("clear", "app?sslmode=disable"),
            C::AuthMethodUnsupported,
            P::Authentication,
            "",
        ),
    ])
    .await;
    let causes = refused(&bad).await.message;
    for cause in ["password is wrong", "expired", "never set", "does not exist"] {
        assert!(causes.contains(cause), "{causes}");
    }
}

#[tokio::test]
async fn databases_that_a_server_refuses() {
    let w = &*WORLD;
    let missing = |name, database: &str| {
        scenario(name, w.url("app", database), C::DatabaseMissing, P::Database, "3D000")
    };
    let (port, refusing) = (w.server.port(), Refusing::new());
    let down = refusing.port;
    let long = "x".repeat(70);
    all(vec![
        missing("database missing", "nosuchdb"),
        missing("db-name-case", "APP"),
        missing("db-name-too-long", &long),
        missing("with spaces", "my%20shop"),
        missing("with a slash", "app%2F"),
        missing("a dash for an underscore", "with-space"),
        missing("a hint of injection", "app%22%3B--"),
        Scenario {
            url: format!("postgresql://app:{CANARY}@127.0.0.1:{down},127.0.0.1:{port}/nosuchdb"),
            ..missing("first host down", "")
        },
        Scenario {
            url: format!("postgresql://app:{CANARY}@127.0.0.1:{port},127.0.0.1:{down}/nosuchdb"),
            ..missing("multi-host,dbmissing-first-host", "")
        },
        scenario("connect revoked", w.url("other", "closed"), C::ConnectDenied, P::Database, "42501"),
        scenario("datallowconn=false", w.url("app", "frozen"), C::ConnectDenied, P::Database, "55000"),
        scenario("template0", w.url("app", "template0"), C::ConnectDenied, P::Database, "55000"),
        scenario("db-connection-limit", w.url("app", "limdb"), C::SlotsExhausted, P::Database, "53300"),
    ])
    .await;
    assert!(open(&w.url("app", "with%20space")).await.is_ok());
    let limits = [("lim", "app", "role `lim`"), ("app", "limdb", "database `limdb`")];
    for (role, database, who) in limits {
        let said = refused(&w.url(role, database)).await.message;
        assert!(said.contains(who) && said.contains("limit"), "{said}");
    }
}

#[tokio::test]
async fn parameters_that_a_server_refuses() {
    let rejected = |name, options: &str, sqlstate| {
        let url = WORLD.url("app", &format!("app?options={options}"));
        scenario(name, url, C::StartupParameterRejected, P::Database, sqlstate)
    };
    all(vec![
        rejected("bad-startup-option", "-c%20nosuch%3D1", "42704"),
        rejected("bad-guc-value", "-c%20statement_timeout%3Dbanana", "22023"),
        rejected("a value out of range", "-c%20work_mem%3D1", "22023"),
        rejected("only at the server's start", "-c%20shared_buffers%3D1MB", "55P02"),
        rejected("only for superusers", "-c%20log_min_messages%3Ddebug1", "42501"),
        rejected("a role without the membership", "-c%20role%3Dpostgres", "42501"),
        rejected("no option at all", "nosuch", "42601"),
        rejected("an unknown switch", "-x", "42601"),
        rejected("the long form", "--nosuch%3D1", "42704"),
        rejected("a time zone", "-c%20TimeZone%3DNowhere%2FAtAll", "22023"),
        scenario(
            "role-set-option-missing",
            WORLD.url("app", "app?options=-c%20role%3Dnosuch"),
            C::RoleMissing,
            P::Database,
            "22023",
        ),
    ])
    .await;
}

#[tokio::test]
async fn tls_that_is_asked_for_or_not() {
    let e = &*ENCRYPTED;
    let (tls, plain) = ("postgres?sslmode=require", "postgres?sslmode=disable");
    all(vec![
        scenario(
            "tls-not-supported,sslmode=require",
            WORLD.url("app", "app?sslmode=require"),
            C::TlsRefused,
            P::Tls,
            "",
        ),
        scenario("hostssl only", e.url("onlytls", plain), C::HbaRejected, P::Startup, "28000"),
        scenario("hostnossl only", e.url("onlyplain", tls), C::HbaRejected, P::Startup, "28000"),
        scenario("a certificate for the role", e.url("certrole", tls), C::HbaRejected, P::Startup, "28000"),
        scenario("a certificate besides", e.url("certtoo", tls), C::HbaRejected, P::Startup, "28000"),
    ])
    .await;
    // `prefer` finds the way that pg_hba.conf leaves open
    for role in ["onlytls", "onlyplain"] {
        assert!(open(&e.url(role, "postgres")).await.is_ok(), "{role}");
    }
    let said = refused(&e.url("certtoo", tls)).await;
    assert!(said.message.contains("client certificate"), "{said}");
}

#[tokio::test]
async fn servers_that_take_nobody() {
    // three slots, two of them kept for superusers: one session and it is full
    let small = cluster("max_connections = 3\nsuperuser_reserved_connections = 2\nmax_wal_senders = 0", &[]);
    small.server.wait_until_ready();
    small.server.sql("postgres", &format!("CREATE ROLE app LOGIN PASSWORD '{CANARY}'"));
    let url = small.url("app", "postgres");
    let full = |name, url: String| scenario(name, url, C::SlotsExhausted, P::Database, "53300");
    let held = open(&url).await.expect("the one slot");
    all(vec![full("only reserved slots left", url.clone())]).await;
    let said = refused(&url).await.message;
    assert!(said.contains("superuser"), "{said}");
    let more = (open(&superuser(&small, "postgres")).await, open(&superuser(&small, "postgres")).await);
    assert!(more.0.is_ok() && more.1.is_ok());
    let failure = refused(&superuser(&small, "postgres")).await;
    assert_eq!((failure.class, failure.retryable), (C::SlotsExhausted, true), "{failure}");
    drop((held, more));
}

#[tokio::test]
async fn servers_that_start_stop_or_stand_by() {
    // recovery begins with a command that does not end
    let starting = cluster("restore_command = 'sleep 60; false'", &[("recovery.signal", "")]);
    let until = Instant::now() + Duration::from_secs(20);
    let url = superuser(&starting, "postgres?sslmode=disable");
    let failure = loop {
        let failure = refused(&url).await;
        if failure.class != C::ConnectionRefused || Instant::now() > until {
            break failure;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    };
    let state = failure.sqlstate.map(|s| s.to_string());
    assert_eq!((failure.class, failure.retryable), (C::ServerStarting, true), "{failure}");
    assert_eq!((failure.phase, state.as_deref()), (P::Startup, Some("57P03")));
    drop(starting);

    let off = cluster("hot_standby = off", &[("standby.signal", "")]);
    let url = superuser(&off, "postgres");
    let failure = loop {
        let failure = refused(&url).await;
        if !matches!(failure.class, C::ConnectionRefused | C::ServerStarting) || Instant::now() > until {
            break failure;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    };
    let verdict = (failure.class, failure.phase, failure.retryable);
    assert_eq!(verdict, (C::NotQueryableStandby, P::Startup, true), "{}", "standby-hot_standby=off");
    drop(off);

    let standby = cluster("hot_standby = on", &[("standby.signal", "")]);
    standby.server.wait_until_ready();
    all(vec![scenario(
        "a standby where a primary is wanted",
        superuser(&standby, "postgres?target_session_attrs=read-write"),
        C::SessionAttrsUnmet,
        P::Session,
        "",
    )])
    .await;
    assert!(open(&superuser(&standby, "postgres?target_session_attrs=read-only")).await.is_ok());
    // until every value of libpq is spoken, one that is not refuses before anything is sent
    let primary = refused(&superuser(&standby, "postgres?target_session_attrs=primary")).await;
    let told = matches!(primary.class, C::SessionAttrsUnmet | C::ParameterUnsupported);
    assert!(told, "{}: {primary}", "hot-standby,target=primary(libpq)");

    // smart shutdown waits for the session that is open
    let stopping = cluster("", &[]);
    stopping.server.wait_until_ready();
    let held = open(&superuser(&stopping, "postgres")).await.expect("a session");
    signal(stopping.server.pid(), "TERM");
    let until = Instant::now() + Duration::from_secs(10);
    while open(&superuser(&stopping, "postgres")).await.is_ok() {
        assert!(Instant::now() < until, "it does not begin to stop");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let stop = superuser(&stopping, "postgres?sslmode=disable");
    all(vec![scenario("shutting-down(smart)", stop, C::ServerStopping, P::Startup, "57P03")]).await;
    drop(held);
}

fn signal(pid: u32, name: &str) {
    let sent = Command::new("kill").args([&format!("-{name}"), &pid.to_string()]).status();
    assert!(sent.is_ok_and(|status| status.success()));
}

#[tokio::test]
async fn sessions_that_are_ended() {
    let w = &*WORLD;
    let url = w.url("app", "app?application_name=to-be-ended");
    let long =
        Bounds { statement_timeout: Duration::from_secs(20), timeout: Duration::from_secs(20), ..bounds() };
    let asking = open_with(&url, vec![Query::new("sleep", "SELECT pg_sleep(15)")], long);
    let ending = async {
        let sql = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                   WHERE application_name = 'to-be-ended' AND query LIKE '%pg_sleep(15)%' AND state = 'active'";
        for _ in 0..200 {
            if w.server.sql("postgres", sql) == "t" {
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("there is no such session");
    };
    let (outcome, ()) = tokio::join!(asking, ending);
    let failure = outcome.err().expect("terminated in session");
    let state = failure.sqlstate.map(|s| s.to_string());
    assert_eq!((failure.class, failure.phase), (C::ServerStopping, P::Query), "{failure}");
    assert_eq!((state.as_deref(), failure.retryable), (Some("57P01"), true));

    // another process of the server crashes: every session ends
    let crashing = cluster("restart_after_crash = on", &[]);
    crashing.server.wait_until_ready();
    let url = superuser(&crashing, "postgres");
    let victim = open(&url).await.expect("a session");
    let pid = victim.session().and_then(pgward::Session::pid).expect("a process");
    let asking = open_with(&url, vec![Query::new("sleep", "SELECT pg_sleep(15)")], long);
    let killing = async {
        let asked = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(15)%' AND pid <> pg_backend_pid()";
        while crashing.server.sql("postgres", asked) == "0" {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        signal(pid.unsigned_abs(), "KILL");
    };
    let (outcome, ()) = tokio::join!(asking, killing);
    let failure = outcome.err().expect("the server ended it");
    assert!(
        matches!(failure.class, C::ConnectionClosed | C::ServerStopping) && failure.retryable,
        "{failure}"
    );
}

#[tokio::test]
async fn questions_that_time_out_or_meet_a_lock() {
    let w = &*WORLD;
    let class = |answer: pgward::unstable::probe::Answer| answer.sqlstate().and_then(C::of_statement);
    let bounded = Bounds { statement_timeout: Duration::from_millis(500), ..bounds() };
    let url = w.url("app", "app");
    assert_eq!(
        class(answer(&url, "SELECT pg_sleep(5)", bounded).await),
        Some(C::StatementTimeout),
        "statement-timeout"
    );

    let url_of_lock = w.url("app", "app?sslmode=disable");
    let mut held = Command::new("psql")
        .args(["-X", "-d", &url_of_lock, "-c", "BEGIN; LOCK TABLE lk; SELECT pg_sleep(60)"])
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .spawn()
        .expect("psql runs");
    let locks =
        "SELECT count(*) FROM pg_locks WHERE relation = 'lk'::regclass AND mode = 'AccessExclusiveLock'";
    let until = Instant::now() + Duration::from_secs(10);
    while w.server.sql("app", locks) == "0" {
        assert!(Instant::now() < until, "nobody took the lock");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let locked = Bounds { lock_timeout: Duration::from_millis(200), ..bounds() };
    let waits = answer(&url, "SELECT * FROM lk", locked).await;
    assert_eq!(class(waits), Some(C::LockTimeout), "lock-wait-no-timeout");
    let at_once = answer(&url, "LOCK TABLE lk IN ACCESS SHARE MODE NOWAIT", bounds()).await;
    assert_eq!(class(at_once), Some(C::LockTimeout), "lock-nowait");
    w.server.sql("postgres", "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(60)%' AND pid <> pg_backend_pid()");
    let _ = held.wait();
    for class in [C::StatementTimeout, C::LockTimeout] {
        assert!(class.is_retryable());
    }
}
