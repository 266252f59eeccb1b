//! The binary through a pooler: both legs of TLS, the findings, many at once, installing.

use super::{CANARY, WORLD, pooler};
use std::process::{Command, Output, Stdio};

/// `pgward preflight` with these arguments, in an empty directory and with no environment but this.
fn command(url: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pgward"));
    command
        .arg("preflight")
        .args(arguments)
        .current_dir(WORLD.empty.path())
        .env_clear()
        .env("HOME", WORLD.empty.path())
        .env("DATABASE_URL", url)
        .env("APP_ENV", "development")
        .stdin(Stdio::null());
    command
}

fn text(output: &Output) -> String {
    let (out, err) = (&output.stdout, &output.stderr);
    let all = format!("{}{}", String::from_utf8_lossy(out), String::from_utf8_lossy(err));
    assert!(!all.contains(&CANARY[..9]), "a password is shown: {all}");
    all
}

fn json(url: &str, arguments: &[&str]) -> serde_json::Value {
    let output =
        command(url, &[&["--format", "json"], arguments].concat()).output().expect("the binary runs");
    let all = text(&output);
    serde_json::from_slice(&output.stdout).unwrap_or_else(|e| panic!("{e}: {all}"))
}

fn url(port: u16, rest: &str) -> String {
    format!("postgresql://app:{CANARY}@localhost:{port}/{rest}")
}

fn finds(json: &serde_json::Value, rule: &str) -> Option<serde_json::Value> {
    json["findings"].as_array()?.iter().find(|f| f["rule"] == rule).cloned()
}

#[test]
fn the_two_legs_are_told_apart() {
    let certificate = "client_tls_key_file = DIR/server.key\nclient_tls_cert_file = DIR/server.crt\n";
    let front = pooler(
        "app = SERVER",
        &format!("client_tls_sslmode = require\n{certificate}server_tls_sslmode = disable"),
    );
    let back = pooler("app = SERVER", "server_tls_sslmode = require");
    let root = WORLD.empty.path().join("ca.pem");
    std::fs::write(&root, &WORLD.authority.pem).expect("written");
    let full = format!("app?sslmode=verify-full&sslrootcert={}", root.display());
    for (port, rest, client, server, line) in [
        (front.port(), full.as_str(), true, false, "TLSv1.3, through a pooler (no TLS to the server)"),
        (back.port(), "app?sslmode=disable", false, true, "no TLS, through a pooler (TLS to the server)"),
    ] {
        let url = url(port, rest);
        let json = json(&url, &[]);
        assert_eq!(json["ready"], true, "{json:#}");
        assert_eq!(json["target"]["pooler"], true, "{json:#}");
        assert_eq!(!json["server"]["tls"].is_null(), client, "{json:#}");
        assert_eq!(json["server"]["server_sees_tls"], server, "{json:#}");
        let found = finds(&json, "pooler-detected").expect("a note");
        assert_eq!(found["severity"], "note");
        // The client's leg is this program's own, on a loopback address.
        assert!(finds(&json, "tls-not-active").is_none(), "{json:#}");
        let text = text(&command(&url, &[]).output().expect("the binary runs"));
        assert!(text.contains(line), "{text}");
    }
    let direct = json(&url(WORLD.server.port(), "app"), &[]);
    assert_eq!(direct["target"]["pooler"], false);
    assert!(finds(&direct, "pooler-detected").is_none() && direct["target"]["pool_mode"].is_null());
}

#[test]
fn a_dropped_setting_is_a_finding_and_a_refused_one_a_failure() {
    let dropping = pooler("app = SERVER", "ignore_startup_parameters = options");
    let refusing = pooler("app = SERVER", "");
    let rest = "app?sslmode=disable&options=-c%20statement_timeout%3D4321";
    let json_of = |port| json(&url(port, rest), &[]);
    let dropped = json_of(dropping.port());
    let found = finds(&dropped, "session-state-via-pooler").unwrap_or_else(|| panic!("{dropped:#}"));
    assert!(found["message"].as_str().is_some_and(|m| m.contains("statement_timeout")), "{found:#}");
    assert!(!dropped.to_string().contains("4321"), "{dropped:#}");
    assert!(finds(&json_of(WORLD.server.port()), "session-state-via-pooler").is_none());

    let refused = json_of(refusing.port());
    assert_eq!(refused["failure"]["class"], "startup-parameter-rejected", "{refused:#}");
    let found = finds(&refused, "startup-parameter-rejected").expect("the finding");
    assert!(found["help"].as_str().is_some_and(|h| h.contains("ignore_startup_parameters")), "{found:#}");
    assert!(found["message"].as_str().is_some_and(|m| m.contains("the pooler at")), "{found:#}");
}

#[test]
fn refusals_end_with_the_code_of_their_kind() {
    let pooler = pooler("app = SERVER\ndown = host=127.0.0.1 port=1 dbname=app", "query_wait_timeout = 1");
    for (database, class, code) in [("down", "pooler-unavailable", 75), ("nowhere", "database-missing", 1)] {
        let output = command(&url(pooler.port(), database), &[]).output().expect("the binary runs");
        let text = text(&output);
        assert_eq!(output.status.code(), Some(code), "{text}");
        assert!(text.contains(class) && text.contains("connection pooler's"), "{text}");
        assert!(!text.contains("createdb"), "what a server's administrator would do: {text}");
    }
}

#[test]
fn fifty_at_once_through_a_small_pool_are_ready() {
    let pooler = pooler("app = SERVER\nfresh = SERVER", "default_pool_size = 3\nmax_client_conn = 200");
    let spawn = |rest: &str, arguments: &[&str]| {
        let mut command = command(&url(pooler.port(), rest), arguments);
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("spawned")
    };
    let children: Vec<_> = (0..50).map(|_| spawn("app", &["--timeout", "60s"])).collect();
    let install = ["--timeout", "60s", "--install", "--require-extension", "hstore"];
    let installing: Vec<_> = (0..10).map(|_| spawn("fresh", &install)).collect();
    for child in children.into_iter().chain(installing) {
        let output = child.wait_with_output().expect("it ends");
        let text = text(&output);
        assert_eq!(output.status.code(), Some(0), "{text}");
        assert!(text.contains("through a pooler"), "{text}");
    }
    let count = "SELECT count(*) FROM pg_extension WHERE extname = 'hstore'";
    assert_eq!(WORLD.server.sql("fresh", count), "1");
}
