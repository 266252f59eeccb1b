//! The binary waits for a real PostgreSQL: what it waits for, what ends it at once, what it says meanwhile.
#![cfg(unix)]
#![expect(clippy::disallowed_methods, reason = "the tests start servers and programs")]

#[path = "support"]
mod support {
    pub(crate) mod pg;
}

use std::{
    io::{BufRead as _, BufReader},
    net::TcpListener,
    process::{Child, Command, Stdio},
    sync::{Arc, LazyLock, Mutex},
    thread::JoinHandle,
    time::{Duration, Instant},
};
use support::pg;

const CANARY: &str = "cAnArYpAsSwOrDqXvB";

static SERVER: LazyLock<pg::Server> = LazyLock::new(|| {
    pg::Server::start(&pg::Setup {
        hba: "host all trusty all trust\nhost all all all scram-sha-256\n",
        conf: "",
        files: &[],
        sql: &format!(
            "CREATE ROLE app LOGIN PASSWORD '{CANARY}'; CREATE DATABASE app OWNER app; CREATE ROLE trusty LOGIN;
             CREATE ROLE late LOGIN PASSWORD 'not-yet'; CREATE ROLE wrong LOGIN PASSWORD '{CANARY}';"
        ),
    })
});

/// The log is counted: one at a time.
static LOG: Mutex<()> = Mutex::new(());

struct Ran {
    code: i32,
    stdout: String,
    stderr: String,
    took: Duration,
}

impl Ran {
    fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|e| panic!("{e}: {}{}", self.stdout, self.stderr))
    }

    /// The reasons of the lines about waiting, in order.
    fn waited_for(&self) -> Vec<&str> {
        let lines = self.stderr.lines().filter_map(|line| line.strip_prefix("pgward: waiting for "));
        lines.filter_map(|line| Some(line.split_once(": ")?.1.split_once(" (")?.0)).collect()
    }
}

/// `pgward preflight ARGS`, running.
struct Running {
    child: Child,
    began: Instant,
    stderr: Arc<Mutex<String>>,
    reading: JoinHandle<()>,
}

fn spawn(url: &str, arguments: &[&str]) -> Running {
    let home = std::env::temp_dir();
    let command = Command::new(env!("CARGO_BIN_EXE_pgward"))
        .arg("preflight")
        .args(arguments)
        .current_dir("/")
        .env_clear()
        .env("HOME", home.join("pgward-has-no-home"))
        .envs([("DATABASE_URL", url), ("APP_ENV", "development")])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let mut child = command.expect("the binary runs");
    let mut lines = BufReader::new(child.stderr.take().expect("a pipe")).lines();
    let stderr = Arc::new(Mutex::new(String::new()));
    let said = Arc::clone(&stderr);
    let reading = std::thread::spawn(move || {
        while let Some(Ok(line)) = lines.next() {
            let mut said = said.lock().expect("no panic");
            said.push_str(&line);
            said.push('\n');
        }
    });
    Running { child, began: Instant::now(), stderr, reading }
}

impl Running {
    /// Waits until it said this on standard error.
    fn says(&self, words: &str) {
        while !self.stderr.lock().expect("no panic").contains(words) {
            assert!(self.began.elapsed() < Duration::from_secs(50), "it never said {words:?}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    fn end(self) -> Ran {
        let output = self.child.wait_with_output().expect("it ends");
        let took = self.began.elapsed();
        self.reading.join().expect("no panic");
        let ran = Ran {
            code: output.status.code().expect("no signal"),
            stdout: String::from_utf8(output.stdout).expect("UTF-8"),
            stderr: self.stderr.lock().expect("no panic").clone(),
            took,
        };
        let all = format!("{}{}", ran.stdout, ran.stderr);
        assert!(!all.contains(&CANARY[..9]), "a password is shown: {all}");
        ran
    }
}

fn pgward(url: &str, arguments: &[&str]) -> Ran {
    spawn(url, arguments).end()
}

fn url(role: &str, port: u16, database: &str) -> String {
    format!("postgresql://{role}:{CANARY}@127.0.0.1:{port}/{database}")
}

fn closed_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).expect("a port").port()
}

/// Waits until the server's log has these words so often.
fn until_logged(words: &str, times: usize) {
    let began = Instant::now();
    while SERVER.log().matches(words).count() < times {
        assert!(began.elapsed() < Duration::from_secs(50), "{}", SERVER.log());
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Gives `pgward` the time to try a few times.
fn meanwhile() {
    std::thread::sleep(Duration::from_millis(600));
}

#[test]
fn ready_when_the_server_is() {
    let mut server =
        pg::Server::prepare(&pg::Setup { hba: "host all all all trust\n", ..pg::Setup::default() });
    let to = format!("postgresql://postgres@127.0.0.1:{}/postgres", server.port());
    let by_socket = format!(
        "postgresql://postgres@/postgres?host={}&port={}",
        server.socket_dir().display(),
        server.port()
    );
    for url in [to, by_socket] {
        let waiting = spawn(&url, &["--wait", "60s", "--format", "json"]);
        meanwhile();
        server.launch();
        let ran = waiting.end();
        let json = ran.json();
        assert_eq!((ran.code, &json["ready"]), (0, &true.into()), "{json:#}{}", ran.stderr);
        let connection = &json["connection"];
        assert!(connection["tries"].as_u64() > Some(2) && connection["wait_over"] == false, "{connection:#}");
        assert!(connection["spent"]["pauses_ms"].as_u64() > Some(100), "{connection:#}");
        let addresses = connection["addresses"].as_array().expect("a list");
        assert!(addresses.len() == 1 && addresses[0]["answered"] == true, "the last walk: {connection:#}");
        let reasons = ran.waited_for();
        assert!(matches!(reasons[0], "connection-refused" | "socket-missing"), "{}", ran.stderr);
        assert!(reasons.windows(2).all(|pair| pair[0] != pair[1]), "each change once: {}", ran.stderr);
        assert!(reasons.len() <= 4, "{}", ran.stderr);
        server.stop();
    }
    let quiet = spawn(
        &format!("postgresql://postgres@127.0.0.1:{}/postgres", server.port()),
        &["--wait", "60s", "-q"],
    );
    meanwhile();
    server.launch();
    let ran = quiet.end();
    assert_eq!((ran.code, ran.stdout.as_str(), ran.stderr.as_str()), (0, "", ""));
}

#[test]
fn a_wrong_password_costs_one_login() {
    let _one = LOG.lock();
    let refusals = || SERVER.log().matches("password authentication failed for user \"wrong\"").count();
    let all = || SERVER.log().matches("FATAL").count();
    let before = (refusals(), all());
    let wrong = url("wrong", SERVER.port(), "app").replace(CANARY, "another");
    let ran = pgward(&wrong, &["--wait", "30s", "--format", "json"]);
    let json = ran.json();
    assert_eq!((ran.code, &json["failure"]["class"]), (1, &"auth-failed".into()), "{json:#}");
    assert_eq!(
        (json["connection"]["tries"].as_u64(), json["failure"]["retryable"].as_bool()),
        (Some(1), Some(false))
    );
    assert_eq!((refusals(), all()), (before.0 + 1, before.1 + 1), "{}", SERVER.log());
    assert!(ran.took < Duration::from_secs(10), "{:?}", ran.took);
    // Behind a host that is down, too: there libpq stops as well.
    let hosts = wrong.replace("@127", &format!("@127.0.0.1:{},127", closed_port()));
    let ran = pgward(&hosts, &["--wait", "30s"]);
    assert_eq!((ran.code, refusals()), (1, before.0 + 2), "{}", ran.stdout);
}

#[test]
fn what_a_deployment_knows_to_pass() {
    let _one = LOG.lock();
    let port = SERVER.port();
    let waiting =
        spawn(&url("late", port, "app"), &["--wait", "60s", "--retry", "auth-failed,database-missing"]);
    until_logged("password authentication failed for user \"late\"", 2);
    SERVER.sql("postgres", &format!("ALTER ROLE late PASSWORD '{CANARY}'"));
    let ran = waiting.end();
    assert_eq!((ran.code, ran.waited_for()), (0, vec!["auth-failed"]), "{}{}", ran.stdout, ran.stderr);
    let refused = SERVER.log().matches("password authentication failed for user \"late\"").count();
    assert!((2..20).contains(&refused), "not at 20 ms: {refused}");

    let waiting = spawn(&url("app", port, "not_yet"), &["--wait", "60s", "--retry", "database-missing"]);
    until_logged("database \"not_yet\" does not exist", 1);
    SERVER.sql("postgres", "CREATE DATABASE not_yet OWNER app");
    let ran = waiting.end();
    assert_eq!((ran.code, ran.waited_for()), (0, vec!["database-missing"]), "{}{}", ran.stdout, ran.stderr);

    // Known to pass, and it did not: try later. Without a wait it is the same.
    let ran = pgward(&url("app", port, "never"), &["--wait", "3s", "--retry", "database-missing"]);
    assert_eq!(ran.code, 75, "{}", ran.stdout);
    assert!(ran.stdout.contains("not ready: database-missing: "), "{}", ran.stdout);
    assert!(ran.stdout.contains("; the wait is over, after "), "{}", ran.stdout);
    assert_eq!(pgward(&url("app", port, "never"), &["--retry", "database-missing"]).code, 75);
    assert_eq!(pgward(&url("app", port, "never"), &["--wait", "30s"]).code, 1);
}

#[test]
fn rules_over_the_server_are_judged_again() {
    SERVER.sql("postgres", "CREATE DATABASE bare OWNER trusty");
    let wants = ["--require-extension", "hstore", "--deny", "extension-missing"];
    let to = url("trusty", SERVER.port(), "bare");
    let run = |more: &[&str]| spawn(&to, &[&wants[..], more].concat());
    let ran = run(&["--wait", "30s"]).end();
    assert!(ran.code == 1 && ran.took < Duration::from_secs(10), "waiting does not mend it: {}", ran.stdout);
    let ran = run(&["--wait", "4s", "--retry", "extension-missing", "--format", "json"]).end();
    let json = ran.json();
    assert_eq!((ran.code, &json["connection"]["wait_over"]), (1, &true.into()), "{json:#}");
    assert!(json["connection"]["tries"].as_u64() > Some(1) && json["failure"].is_null(), "{json:#}");
    // Another rule that refuses ends it at once.
    let ran = run(&["--wait", "30s", "--retry", "extension-missing", "--require-extension", "no_such"]).end();
    assert!(ran.code == 1 && ran.took < Duration::from_secs(10), "{}", ran.stdout);

    let waiting = run(&["--wait", "60s", "--retry", "extension-missing", "--format", "json"]);
    waiting.says("waiting for");
    SERVER.sql("bare", "CREATE EXTENSION hstore");
    let ran = waiting.end();
    assert_eq!((ran.code, ran.waited_for()), (0, vec!["extension-missing"]), "{}{}", ran.stdout, ran.stderr);
    assert!(ran.json()["connection"]["tries"].as_u64() > Some(1), "{}", ran.stdout);
}

#[test]
fn the_wait_ends_when_its_time_is_over() {
    let nobody = url("app", closed_port(), "app");
    let ran = pgward(&nobody, &["--wait", "1s", "--format", "json"]);
    let json = ran.json();
    assert_eq!((ran.code, &json["failure"]["class"]), (75, &"connection-refused".into()), "{json:#}");
    let total = json["connection"]["spent"]["total_ms"].as_u64().expect("a number");
    assert!((950..5000).contains(&total), "neither before nor long after: {total}");
    assert!(json["connection"]["tries"].as_u64() > Some(5), "{json:#}");

    // `--timeout` bounds one attempt, `--wait` all of them.
    let silent = TcpListener::bind("127.0.0.1:0").expect("a port");
    let to = url("app", silent.local_addr().expect("an address").port(), "app?sslmode=disable");
    let ran = pgward(&to, &["--timeout", "300ms", "--wait", "2s", "--format", "json"]);
    let json = ran.json();
    assert_eq!((ran.code, &json["failure"]["class"]), (75, &"deadline-exceeded".into()), "{json:#}");
    assert!((2..8).contains(&json["connection"]["tries"].as_u64().expect("a number")), "{json:#}");
    let ran = pgward(&to, &["--timeout", "60s", "--wait", "1s"]);
    assert!(ran.code == 75 && ran.took < Duration::from_secs(10), "{:?} {}", ran.took, ran.stdout);
    assert!(ran.stdout.contains("; the wait is over, after 1 try in "), "{}", ran.stdout);
    // Without a wait nothing is said of one.
    let ran = pgward(&nobody, &[]);
    assert!(ran.code == 75 && !ran.stdout.contains("the wait") && ran.stderr.is_empty(), "{}", ran.stdout);
    assert!(ran.stdout.contains("--wait 60s"), "{}", ran.stdout);
}

#[test]
fn names_that_no_retry_can_help() {
    let to = url("app", closed_port(), "app");
    for (names, says) in [
        ("auth-faild", "did you mean `auth-failed`?"),
        ("auth-failed,extension-mising", "did you mean `extension-missing`?"),
        ("sqlite-in-production", "`sqlite-in-production` judges the configuration"),
        (CANARY, "no rule of this version is called so; what may be named: dns-failed"),
    ] {
        let ran = pgward(&to, &["--retry", names]);
        assert!(ran.code == 2 && ran.stderr.contains(says) && ran.stdout.is_empty(), "{}", ran.stderr);
    }
}

#[test]
fn a_guard_waits_too() {
    use pgward::{Environment, Error, Guard, figment::providers::Serialized};
    let _one = LOG.lock();
    let guard = |port| {
        Guard::from_env()
            .expect("a guard")
            .environment(Environment::Development)
            .no_pg_env()
            .layer(Serialized::default("database_url", url("guarded", port, "app")))
    };
    let refused = |guard: Guard| match guard.enforce().map(drop) {
        Err(Error::Refused(report)) => report,
        other => panic!("{other:?}"),
    };
    let report = refused(guard(closed_port()).wait(Duration::from_secs(1)));
    let connection = report.connection.as_ref().expect("dialled");
    assert!(connection.wait_over && connection.tries > 5, "{report}");
    assert!(report.to_string().contains("the wait is over, after "), "{report}");
    let report = refused(guard(SERVER.port()).wait(Duration::from_secs(30)));
    assert_eq!(report.connection.as_ref().map(|c| (c.tries, c.wait_over)), Some((1, false)), "{report}");

    let waiting = guard(SERVER.port()).wait(Duration::from_secs(60)).retry(["auth-failed"]);
    let before = SERVER.log().matches("for user \"guarded\"").count();
    let making = std::thread::spawn(move || {
        until_logged("for user \"guarded\"", before + 2);
        SERVER.sql("postgres", &format!("CREATE ROLE guarded LOGIN PASSWORD '{CANARY}'"));
    });
    let ready = waiting.enforce().expect("ready once the role is made");
    making.join().expect("made");
    assert!(ready.report().connection.as_ref().is_some_and(|c| c.tries > 1 && !c.wait_over));

    let error = guard(1).retry(["extension-mising"]).check().expect_err("no such rule");
    assert!(matches!(error, Error::Retry(_)) && error.to_string().contains("`extension-missing`"), "{error}");
}
