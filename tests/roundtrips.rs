//! What a preflight costs on a line where every round trip counts: counted by a relay between pgward and a real
//! PostgreSQL, and what `psql` costs on the same line. docs/roundtrips.md has the figures.
#![cfg(unix)]
#![expect(clippy::disallowed_methods, reason = "the tests read files and start a server")]

#[path = "support"]
mod support {
    pub(crate) mod certs;
    pub(crate) mod pg;
    pub(crate) mod relay;
}

use pgward::unstable::rules::{Check, RULES};
use pgward::{Environment, Guard, figment::providers::Serialized};
use std::{process::Command, sync::LazyLock, time::Duration};
use support::{certs, pg, relay::Relay};

const PASSWORD: &str = "cAnArYpAsSwOrDqXvB";

struct World {
    server: pg::Server,
    files: tempfile::TempDir,
}

static WORLD: LazyLock<World> = LazyLock::new(|| {
    let authority = certs::Authority::new("the authority");
    let identity = authority.leaf(&["127.0.0.1"], |_| {});
    let server = pg::Server::start(&pg::Setup {
        hba: "host all all all scram-sha-256\n",
        conf: "ssl = on",
        files: &[("server.crt", &identity.pem), ("server.key", &identity.key_pem)],
        sql: &format!(
            "CREATE ROLE app LOGIN PASSWORD '{PASSWORD}'; CREATE DATABASE app OWNER app;
             CREATE DATABASE fresh1 OWNER app; CREATE DATABASE fresh2 OWNER app;"
        ),
    });
    let files = tempfile::tempdir().expect("a temporary directory");
    std::fs::write(files.path().join("ca.pem"), &authority.pem).expect("written");
    World { server, files }
});

/// Without TLS, and with.
const WAYS: [bool; 2] = [false, true];

fn url(relay: &Relay, tls: bool, dbname: &str) -> String {
    let root = WORLD.files.path().join("ca.pem");
    let verified = format!("sslmode=verify-full&sslrootcert={}", root.to_string_lossy());
    let rest = if tls { verified } else { "sslmode=disable".to_owned() };
    format!("postgresql://app:{PASSWORD}@127.0.0.1:{}/{dbname}?{rest}", relay.port)
}

fn guard(relay: &Relay, tls: bool) -> Guard {
    Guard::from_env()
        .expect("a guard")
        .environment(Environment::Development)
        .layer(Serialized::default("database_url", url(relay, tls, "app")))
        .timeout(Duration::from_secs(20))
}

/// The figures of a row in the document: without TLS, and with.
fn documented(row: &str) -> [usize; 2] {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/roundtrips.md");
    let text = std::fs::read_to_string(path).expect("docs/roundtrips.md");
    let line = text.lines().find(|line| line.starts_with(&format!("| {row} |")));
    let line = line.unwrap_or_else(|| panic!("docs/roundtrips.md has no row `{row}`"));
    let mut figures = line.split('|').skip(2).map(|figure| figure.trim().parse().expect("a number"));
    [(); 2].map(|()| figures.next().expect("two figures"))
}

fn relay() -> Relay {
    Relay::to(WORLD.server.port())
}

/// Runs the binary with every rule that asks the server as a warning at least.
fn preflight(relay: &Relay, tls: bool, dbname: &str, more: &[&str]) {
    let asking =
        RULES.iter().filter(|rule| rule.checks.iter().any(|check| matches!(check, Check::Server(..))));
    let every: Vec<&str> = asking.map(|rule| rule.id).collect();
    assert!(every.len() >= 8, "{every:?}");
    let ran = Command::new(env!("CARGO_BIN_EXE_pgward"))
        .args(["preflight", "--format", "json", "--timeout", "20s", "--warn", &every.join(",")])
        .args(more)
        .current_dir(WORLD.files.path())
        .env_clear()
        .env("HOME", WORLD.files.path())
        .env("APP_ENV", "development")
        .env("DATABASE_URL", url(relay, tls, dbname))
        .output()
        .expect("the binary runs");
    let report: serde_json::Value = serde_json::from_slice(&ran.stdout).expect("JSON");
    assert_eq!(report["ready"], true, "{report}");
    let unanswered = |f: &&serde_json::Value| f["rule"] == "question-unanswered";
    let findings = report["findings"].as_array().expect("a list");
    assert!(!findings.iter().any(|f| unanswered(&f)), "{report}");
}

#[test]
fn a_preflight_costs_a_connect_and_one_more() {
    let relay = relay();
    let bare = WAYS.map(|tls| {
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        // the guard's own session does not count
        let ready = guard(&relay, tls).enforce().expect("ready");
        relay.trips();
        runtime.block_on(async {
            let (client, connection) = ready.connect_async().await.expect("connected");
            drop(client);
            connection.await.expect("closed in order");
        });
        relay.trips()
    });
    assert_eq!(bare, documented("a bare connect of tokio-postgres through pgward's door"));
    let whole = WAYS.map(|tls| {
        preflight(&relay, tls, "app", &["--require-extension", "plpgsql"]);
        relay.trips()
    });
    assert_eq!(whole, documented("`pgward preflight`, every rule that asks the server on"));
    assert_eq!(whole, bare.map(|trips| trips + 1));
    assert_eq!(whole, [5, 7]);
}

#[test]
fn an_installation_costs_one_and_the_questions_once_more() {
    let relay = relay();
    let whole = WAYS.map(|tls| {
        let dbname = if tls { "fresh1" } else { "fresh2" };
        preflight(&relay, tls, dbname, &["--require-extension", "pg_trgm", "--install"]);
        relay.trips()
    });
    assert_eq!(whole, documented("`pgward preflight --install`, one extension missing"));
}

/// With TLS the server may still answer the goodbye (`close_notify`) before its socket is gone, on a busy machine: that is
/// no trip that anybody waits for.
fn is([plain, tls]: [usize; 2], [wanted, wanted_tls]: [usize; 2], connections: usize) -> bool {
    plain == wanted && (wanted_tls..=wanted_tls + connections).contains(&tls)
}

#[test]
fn the_asynchronous_guard_hands_its_session_on() {
    let relay = relay();
    let whole = WAYS.map(|tls| {
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        runtime.block_on(async {
            let ready = guard(&relay, tls).enforce_async().await.expect("ready");
            let (client, connection) = ready.into_client();
            let running = tokio::spawn(connection);
            client.simple_query("SELECT 1").await.expect("answered");
            drop(client);
            running.await.expect("no panic").expect("closed in order");
        });
        relay.trips()
    });
    let wanted = documented("`enforce_async`, `into_client` and one `SELECT 1`");
    assert!(is(whole, wanted, 1), "{whole:?} for {wanted:?}");
}

#[cfg(feature = "blocking")]
#[test]
fn the_blocking_guard_logs_in_once_more() {
    let relay = relay();
    let whole = WAYS.map(|tls| {
        let ready = guard(&relay, tls).enforce().expect("ready");
        let mut client = ready.connect().expect("connected");
        client.simple_query("SELECT 1").expect("answered");
        drop(client);
        relay.trips()
    });
    let wanted = documented("`enforce`, `connect` and one `SELECT 1`");
    assert!(is(whole, wanted, 2), "{whole:?} for {wanted:?}");
}

#[test]
fn psql_on_the_same_line() {
    let relay = relay();
    // PostgreSQL 18 takes the key share that OpenSSL offers first
    let retries =
        WORLD.server.sql("postgres", "SHOW server_version_num").parse::<u32>().expect("a number") < 180_000;
    let five = [
        "SELECT version()",
        "SELECT current_user",
        "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()",
        "SELECT extname FROM pg_extension",
        "SELECT name, setting FROM pg_settings WHERE name = 'TimeZone'",
    ];
    for (row, questions) in
        [("`psql`, one `SELECT 1`", &["SELECT 1"][..]), ("`psql`, five questions", &five[..])]
    {
        let trips = WAYS.map(|tls| {
            let ran = Command::new(WORLD.server.program("psql"))
                .args([
                    "-X",
                    "-At",
                    "-h",
                    "127.0.0.1",
                    "-p",
                    &relay.port.to_string(),
                    "-U",
                    "app",
                    "-d",
                    "app",
                ])
                .args(questions.iter().flat_map(|question| ["-c", question]))
                .env_clear()
                .env("HOME", WORLD.files.path())
                .env("PGPASSWORD", PASSWORD)
                .env("PGSSLMODE", if tls { "require" } else { "disable" })
                .output()
                .expect("psql runs");
            assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
            relay.trips()
        });
        let [plain, tls] = documented(row);
        assert_eq!(trips, [plain, tls - usize::from(!retries)], "{row}");
    }
}
