//! The boot API as a service uses it, blocking and asynchronous, against a real PostgreSQL over TLS.
#![cfg(unix)]
#![expect(clippy::disallowed_methods, reason = "the tests write files, read variables and start a server")]

#[path = "support"]
mod support {
    pub(crate) mod certs;
    pub(crate) mod pg;
}

use pgward::{Consumer, Environment, Error, Guard, Policy, figment::providers::Serialized};
use std::{path::PathBuf, process::Command, sync::LazyLock, time::Duration};
use support::{certs, pg};

const CANARY: &str = "cAnArYpAsSwOrDqXvB";

struct World {
    server: pg::Server,
    files: tempfile::TempDir,
}

static WORLD: LazyLock<World> = LazyLock::new(|| {
    let authority = certs::Authority::new("the authority");
    let identity = authority.leaf(&["localhost"], |_| {});
    let server = pg::Server::start(&pg::Setup {
        hba: "host all all all scram-sha-256\n",
        conf: "ssl = on",
        files: &[("server.crt", &identity.pem), ("server.key", &identity.key_pem)],
        sql: &format!(
            "CREATE ROLE app LOGIN PASSWORD '{CANARY}'; CREATE DATABASE app OWNER app; CREATE DATABASE later OWNER app;"
        ),
    });
    let files = tempfile::tempdir().expect("a temporary directory");
    std::fs::write(files.path().join("ca.pem"), &authority.pem).expect("written");
    World { server, files }
});

fn url(dbname: &str) -> String {
    let root = WORLD.files.path().join("ca.pem");
    format!(
        "postgresql://app:{CANARY}@localhost:{}/{dbname}?sslmode=verify-full&sslrootcert={}",
        WORLD.server.port(),
        root.to_string_lossy()
    )
}

/// A guard over a configuration of the program's own, so that the tests' environment does not count.
fn guard(url: &str) -> Guard {
    Guard::from_env()
        .expect("a guard")
        .environment(Environment::Development)
        .layer(Serialized::default("database_url", url.to_owned()))
        .timeout(Duration::from_secs(20))
}

fn refused(error: &Error) -> String {
    let (shown, debugged) = (error.to_string(), format!("{error:?}"));
    assert_eq!(shown, debugged, "a `main` that returns the error prints the report");
    assert!(!shown.contains(CANARY), "{shown}");
    shown
}

#[cfg(feature = "blocking")]
#[test]
fn the_blocking_lines() {
    let ready =
        guard(&url("later")).require_extension("pg_trgm").install_extensions().enforce().expect("ready");
    let mut client: postgres::Client = ready.connect().expect("connected");
    let row = client
        .query_one("SELECT similarity('word', 'words') > 0, current_database()::text", &[])
        .expect("a row");
    assert!(row.get::<_, bool>(0));
    assert_eq!(row.get::<_, String>(1), "later");
    assert_eq!(ready.report().ready, Some(true));
    assert!(ready.report().extensions[0].installed_now);
    assert!(!format!("{ready:?}").contains(CANARY));
}

#[tokio::test]
async fn the_asynchronous_lines_hand_the_session_over() {
    let ready = guard(&url("app")).enforce_async().await.expect("ready");
    assert_eq!(
        ready.report().server.as_ref().and_then(|s| s.tls.as_ref()).map(|t| t.name_verified),
        Some(true)
    );
    let (client, connection) = ready.into_client();
    let driving = tokio::spawn(connection);
    let row = client.query_one("SELECT 1", &[]).await.expect("a row");
    assert_eq!(row.get::<_, i32>(0), 1);
    drop(client);
    driving.await.expect("no panic").expect("closed in order");
}

#[tokio::test]
async fn both_doors_inside_a_runtime() {
    let ready = guard(&url("app")).enforce().expect("the blocking guard works here too");
    #[cfg(feature = "blocking")]
    assert!(matches!(ready.connect().map(drop), Err(Error::InsideRuntime)));
    let (client, connection) = ready.connect_async().await.expect("connected");
    let driving = tokio::spawn(connection);
    client.simple_query("SELECT 1").await.expect("answered");
    drop(client);
    driving.await.expect("no panic").expect("closed in order");
}

#[tokio::test]
async fn pools_take_the_configuration_and_the_door() {
    let ready = guard(&url("app")).enforce_async().await.expect("ready");
    let (config, tls) = (ready.config().expect("PostgreSQL"), ready.tls().expect("PostgreSQL"));
    for _ in 0..3 {
        let (client, connection) = config.connect(tls.clone()).await.expect("connected");
        tokio::spawn(connection);
        let rows = client
            .query("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()", &[])
            .await
            .expect("rows");
        assert!(rows[0].get::<_, bool>(0), "a pool's session is encrypted as the probe's was");
    }
    assert!(!format!("{config:?}{tls:?}").contains(CANARY));
}

#[test]
fn the_asynchronous_door_needs_a_runtime() {
    let mut future = std::pin::pin!(guard(&url("app")).enforce_async());
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    match future.as_mut().poll(&mut context) {
        std::task::Poll::Ready(Err(Error::NoRuntime)) => {}
        other => panic!("{:?}", other.map(|r| r.map(drop))),
    }
}

#[tokio::test]
async fn sqlite_is_ready_and_gives_no_session() {
    let sqlite = "sqlite:///./service.db";
    let ready = guard(sqlite).require_extension("pg_trgm").enforce().expect("fine in development");
    assert!(ready.report().remarks.iter().any(|r| r.contains("extensions")), "{:?}", ready.report().remarks);
    assert!(matches!(ready.config().map(drop), Err(Error::NotPostgres(_))));
    assert!(matches!(ready.connect_async().await.map(drop), Err(Error::NotPostgres(_))));
    assert!(matches!(guard(sqlite).enforce_async().await.map(drop), Err(Error::NotPostgres(_))));
    let error =
        guard(sqlite).environment(Environment::Production).enforce().expect_err("refused in production");
    assert!(refused(&error).contains("sqlite-in-production"));
}

#[test]
fn a_refusal_is_the_report() {
    let wrong = url("app").replace(CANARY, "wrong-password-of-a-test");
    let error = guard(&wrong).enforce().expect_err("refused");
    let Error::Refused(report) = &error else { panic!("{error}") };
    assert_eq!(report.failure.as_ref().map(|f| f.class.as_str()), Some("auth-failed"));
    assert!(
        refused(&error).lines().last().is_some_and(|l| l.contains("auth-failed")),
        "the last line is the summary"
    );
    let missing =
        guard(&url("app")).require_extension("pgward_no_such_extension").environment(Environment::Production);
    let error = missing.enforce().expect_err("refused");
    assert!(refused(&error).contains("extension-unavailable"));
    assert!(matches!(guard(&url("app")).check(), Ok(report) if report.ready == Some(true)));
}

#[test]
fn observing_never_refuses_but_tests_on_the_real_database() {
    let wrong = url("nodb");
    let ready = guard(&wrong).observe().enforce().expect("observed");
    assert_eq!(ready.report().failure.as_ref().map(|f| f.class.as_str()), Some("database-missing"));
    assert!(matches!(ready.config().map(drop), Err(Error::NotPostgres(_))));
    let same = guard(&url("app")).layer(Serialized::default("test_database_url", url("app"))).observe();
    let error = same.environment(Environment::Test).enforce().expect_err("refused all the same");
    assert!(refused(&error).contains("test-equals-primary"));
}

#[test]
fn a_credential_must_be_a_string() {
    let guard = Guard::from_env().expect("a guard").layer(Serialized::default("database.password", 7_007));
    match guard.enforce() {
        Err(error @ Error::Provider(_)) => assert!(!error.to_string().contains("7007"), "{error}"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn each_consumer_gets_a_url_that_it_reads() {
    let nasty = format!("{CANARY}@:/?#%[] &=+ż");
    let config = Serialized::defaults(std::collections::BTreeMap::from([
        ("db_host", "localhost"),
        ("db_port", "5433"),
        ("db_name", "app"),
        ("db_user", "user name"),
        ("db_password", nasty.clone().leak()),
        ("db_sslmode", "require"),
    ]));
    // Nothing listens: observed, so that a `Ready` is handed out all the same.
    let ready =
        Guard::from_env().expect("a guard").environment(Environment::Development).layer(config).observe();
    let ready = ready.timeout(Duration::from_secs(2)).enforce().expect("observed");
    for consumer in Consumer::ALL {
        let secret = ready.url(consumer);
        let text = secrecy::ExposeSecret::expose_secret(&secret).replacen(
            "postgresql+psycopg://",
            "postgresql://",
            1,
        );
        let read = pgward::conninfo::Conninfo::parse_passing_unknown(&text, pgward::conninfo::Libpq::V15);
        let read = read.expect("libpq reads it, but for `uselibpqcompat`");
        assert!(read.get("password").expect("a password").equals_bytes(nasty.as_bytes()), "{consumer:?}");
        assert!(read.get("user").expect("a user").equals_bytes(b"user name"), "{consumer:?}");
        let parsed = url::Url::parse(&text).expect("the url crate reads it");
        assert_eq!(
            (parsed.host_str(), parsed.port(), parsed.path()),
            (Some("localhost"), Some(5433), "/app")
        );
        if consumer == Consumer::TokioPostgres {
            let parsed: tokio_postgres::Config = text.parse().expect("tokio-postgres reads it");
            assert_eq!(parsed.get_password(), Some(nasty.as_bytes()));
        }
    }
}

#[test]
fn a_policy_of_the_program() {
    let policy = Policy::from_toml("[rules]\nextension-missing = \"allow\"\n").expect("a policy");
    let guard =
        guard(&url("app")).policy(policy).require_extension("unaccent").environment(Environment::Production);
    guard.enforce().expect("allowed");
    let error = Policy::from_toml("[connection]\npassword = \"hunter2hunter2\"\n").expect_err("refused");
    assert!(!error.to_string().contains("hunter2"), "{error}");
}

/// Runs this very test binary as a service would run: [`child`] in a directory and an environment of its own.
fn boot(directory: &std::path::Path, environment: &[(&str, &str)]) -> String {
    let output = Command::new(std::env::current_exe().expect("this binary"))
        .args(["--exact", "child", "--nocapture"])
        .current_dir(directory)
        .env_clear()
        .env("PGWARD_TEST_CHILD", "1")
        .envs(environment.iter().copied())
        .output()
        .expect("it runs");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{text}{}", String::from_utf8_lossy(&output.stderr));
    let line = text.lines().find_map(|l| l.split_once("verdict: ")).map(|(_, verdict)| verdict.to_owned());
    line.unwrap_or_else(|| panic!("no verdict: {text}"))
}

/// Not a test of its own: what [`boot`] starts.
#[test]
fn child() {
    if std::env::var_os("PGWARD_TEST_CHILD").is_none() {
        return;
    }
    let guard = Guard::from_env().expect("from_env opens no file");
    let verdict = match guard.enforce() {
        Ok(ready) => format!("ready {:?}", rules(ready.report())),
        Err(Error::Refused(report)) => format!("refused {:?} {:?}", report.failure, rules(&report)),
        Err(error) => format!("error {error}"),
    };
    // A line of its own: the harness writes without one.
    #[expect(clippy::disallowed_macros, reason = "read by the parent")]
    {
        println!("\nverdict: {}", verdict.replace('\n', " "));
    }
}

fn rules(report: &pgward::Report) -> Vec<(String, pgward::Severity)> {
    report.findings.iter().map(|f| (f.rule.clone(), f.severity)).collect()
}

#[test]
fn a_stray_env_file_starts_no_service() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    std::fs::write(
        directory.path().join(".env"),
        format!("APP_ENV=development\nDATABASE_URL={}\n", url("app")),
    )
    .expect("written");
    let verdict = boot(directory.path(), &[("APP_ENV", "production")]);
    assert!(verdict.starts_with("refused") && verdict.contains("database-url-unset"), "{verdict}");
    // A policy that cannot be read is no policy that is passed over.
    std::fs::write(directory.path().join("pgward.toml"), "nonsense = true\n").expect("written");
    let verdict = boot(directory.path(), &[("APP_ENV", "production")]);
    assert!(verdict.starts_with("error pgward.toml:1:1"), "{verdict}");
}

#[test]
fn secrets_in_files_are_read_at_boot() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    std::fs::write(directory.path().join("url"), format!("{}\n", url("app"))).expect("written");
    let found = boot(directory.path(), &[("APP_ENV", "production"), ("DATABASE_URL_FILE", "url")]);
    assert!(found.contains("ready"), "{found}");
    let missing = boot(directory.path(), &[("APP_ENV", "production"), ("DATABASE_URL_FILE", "lru")]);
    assert!(missing.contains("refused") && missing.contains("secret-file-bad"), "{missing}");
    assert!(!missing.contains("database-url-unset"), "one cause, one finding: {missing}");
    let fifo = directory.path().join("pipe");
    assert!(Command::new("mkfifo").arg(&fifo).status().expect("mkfifo runs").success());
    // Nobody ever writes to it; the guard's time bounds the wait.
    let began = std::time::Instant::now();
    let silent = boot(directory.path(), &[("APP_ENV", "production"), ("DATABASE_URL_FILE", "pipe")]);
    assert!(silent.contains("secret-file-bad") && began.elapsed() < Duration::from_secs(20), "{silent}");
}

#[test]
fn a_year_later_the_boot_verdict_is_the_same() {
    let library = ["/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib"]
        .iter()
        .map(|dir| PathBuf::from(dir).join("faketime/libfaketime.so.1"))
        .find(|path| path.exists())
        .expect("libfaketime moves the clock: apt-get install faketime");
    let library = library.to_string_lossy();
    let empty = tempfile::tempdir().expect("a temporary directory");
    let good = url("app");
    let bad = "sqlite:///service.db".to_owned();
    let wrong = url("nodb");
    for url in [&good, &bad, &wrong] {
        let now = [("APP_ENV", "production"), ("DATABASE_URL", url.as_str())];
        let later: Vec<_> = now
            .iter()
            .copied()
            .chain([("LD_PRELOAD", &*library), ("FAKETIME", "+365d"), ("FAKETIME_DONT_FAKE_MONOTONIC", "1")])
            .collect();
        assert_eq!(boot(empty.path(), &now), boot(empty.path(), &later));
    }
    assert!(
        boot(empty.path(), &[("APP_ENV", "production"), ("DATABASE_URL", good.as_str())])
            .starts_with("ready")
    );
    // The library does move the clock.
    let date = Command::new("date")
        .arg("+%Y")
        .env("LD_PRELOAD", &*library)
        .env("FAKETIME", "+365d")
        .output()
        .expect("date");
    let year =
        |o: std::process::Output| String::from_utf8_lossy(&o.stdout).trim().parse::<u32>().expect("a year");
    assert!(year(date) > year(Command::new("date").arg("+%Y").output().expect("date")));
}

/// The password of [`CANARY`]'s role in a service file, and in a password file.
#[test]
fn a_service_of_libpq_is_a_configuration() {
    let root = WORLD.files.path().join("ca.pem");
    let service = format!(
        "[shop]\nhost=localhost\nport={}\ndbname=app\nuser=app\nsslmode=verify-full\nsslrootcert={}\n",
        WORLD.server.port(),
        root.display()
    );
    let write = |name: &str, text: &str| {
        let path = WORLD.files.path().join(name);
        std::fs::write(&path, text).expect("written");
        let owner_alone = std::os::unix::fs::PermissionsExt::from_mode(0o600);
        std::fs::set_permissions(&path, owner_alone).expect("its mode");
        path.to_string_lossy().into_owned()
    };
    let services = write("services", &service);
    let passwords = write("passwords", &format!("*:*:*:app:{CANARY}\n"));
    let guard = || {
        Guard::from_env()
            .expect("a guard")
            .environment(Environment::Development)
            .layer(Serialized::default("pgservice", "shop"))
            .layer(Serialized::default("pgservicefile", services.clone()))
            .layer(Serialized::default("pgpassfile", passwords.clone()))
            .timeout(Duration::from_secs(20))
    };
    let ready = guard().enforce().expect("ready");
    let url = ready.url(Consumer::Sqlx);
    let expected = format!("postgresql://app:{CANARY}@localhost:{}/app", WORLD.server.port());
    assert!(secrecy::ExposeSecret::expose_secret(&url).starts_with(&expected));
    assert!(!format!("{ready:?}{}", ready.report()).contains(CANARY));
    #[cfg(feature = "blocking")]
    ready.connect().expect("a session").simple_query("SELECT 1").expect("an answer");

    let without = guard().environment(Environment::Production).no_pg_env();
    let says = refused(&without.enforce().expect_err("nothing else names a database"));
    assert!(says.contains("database-url-unset"), "{says}");
    let nothing = guard().layer(Serialized::default("pgservice", "another"));
    let says = refused(&nothing.check().expect_err("not defined"));
    assert!(says.contains("service-unusable"), "{says}");
}
