//! The binary against a real PostgreSQL over TLS: what it says, how it exits, how long it takes.
#![cfg(unix)]
#![expect(clippy::disallowed_methods, reason = "the tests write files and start servers")]

#[path = "support"]
mod support {
    pub(crate) mod certs;
    pub(crate) mod page;
    pub(crate) mod pg;
}

#[path = "preflight/certificates.rs"]
mod certificates;
#[path = "preflight/pages.rs"]
mod pages;

use std::{
    net::TcpListener,
    path::PathBuf,
    process::{Command, Stdio},
    sync::LazyLock,
    time::{Duration, Instant},
};
use support::{certs, pg};

/// Letters alone, so that it needs no encoding and cannot stand in a text by chance.
const CANARY: &str = "cAnArYpAsSwOrDqXvB";

struct World {
    server: pg::Server,
    files: tempfile::TempDir,
}

static WORLD: LazyLock<World> = LazyLock::new(|| {
    let authority = certs::Authority::new("the right authority");
    let identity = authority.leaf(&["localhost"], |_| {});
    let server = pg::Server::start(&pg::Setup {
        hba: "host all plain all password\nhost all all all scram-sha-256\n",
        conf: "ssl = on\nmax_connections = 120",
        files: &[("server.crt", &identity.pem), ("server.key", &identity.key_pem)],
        sql: &format!(
            "CREATE ROLE app LOGIN PASSWORD '{CANARY}'; CREATE DATABASE app OWNER app;
             CREATE ROLE other LOGIN PASSWORD '{CANARY}'; CREATE DATABASE fresh OWNER app;
             CREATE ROLE plain LOGIN PASSWORD '{CANARY}'; CREATE DATABASE denied OWNER other;
             CREATE ROLE boss LOGIN SUPERUSER PASSWORD '{CANARY}';"
        ),
    });
    let files = tempfile::tempdir().expect("a temporary directory");
    std::fs::write(files.path().join("ca.pem"), &authority.pem).expect("written");
    std::fs::write(files.path().join("other.pem"), certs::Authority::new("another").pem).expect("written");
    World { server, files }
});

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
}

fn file(name: &str) -> String {
    WORLD.files.path().join(name).to_string_lossy().into_owned()
}

fn url(rest: &str) -> String {
    format!("postgresql://app:{CANARY}@localhost:{}/{rest}", WORLD.server.port())
}

/// `pgward ARGS` in an empty directory and with no environment but what is given.
fn pgward(arguments: &[&str], environment: &[(&str, &str)]) -> Ran {
    // It starts the server when it is the first, which is not the program's time.
    let mut command = command(arguments, environment);
    let began = Instant::now();
    let output = command.output().expect("the binary runs");
    let ran = Ran {
        code: output.status.code().expect("no signal"),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        took: began.elapsed(),
    };
    let all = format!("{}{}", ran.stdout, ran.stderr);
    assert!(!all.contains(CANARY) && !all.contains(&CANARY[..9]), "a password is shown: {all}");
    ran
}

fn command(arguments: &[&str], environment: &[(&str, &str)]) -> Command {
    let empty = WORLD.files.path().join("empty");
    std::fs::create_dir_all(&empty).expect("created");
    let mut command = Command::new(env!("CARGO_BIN_EXE_pgward"));
    command
        .args(arguments)
        .current_dir(empty)
        .env_clear()
        .env("HOME", WORLD.files.path().join("empty"))
        .envs(environment.iter().copied())
        .stdin(Stdio::null());
    command
}

#[test]
fn ready_in_one_line() {
    let url = url(&format!("app?sslmode=verify-full&sslrootcert={}", file("ca.pem")));
    let ran = pgward(&["preflight"], &[("DATABASE_URL", &url), ("APP_ENV", "development")]);
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
    let port = WORLD.server.port();
    let line = ran.stdout.trim_end();
    assert!(line.starts_with(&format!("pgward: ready: app as app at localhost:{port} (")), "{line}");
    assert!(line.contains("PostgreSQL ") && line.contains(", TLSv1.3, development from APP_ENV, "), "{line}");
    assert_eq!(line.lines().count(), 1, "{line}");
    assert_eq!(ran.stderr, "");
}

#[test]
fn the_documented_json() {
    let url = url(&format!("app?sslmode=verify-full&sslrootcert={}", file("ca.pem")));
    let arguments = ["preflight", "--format", "json", "--require-extension", "plpgsql"];
    let json = pgward(&arguments, &[("DATABASE_URL", &url), ("APP_ENV", "development")]).json();
    assert_eq!(json["schema"], "pgward/1");
    assert_eq!(json["ready"], true);
    for field in ["host", "address", "port", "database", "role", "in_recovery", "pooler"] {
        assert!(!json["target"][field].is_null(), "target.{field}: {json:#}");
    }
    assert_eq!(json["target"]["database"], "app");
    assert_eq!(json["target"]["in_recovery"], false);
    assert_eq!(json["target"]["pooler"], false);
    assert!(json["server"]["version_num"].as_u64().is_some_and(|v| v >= 120_000), "{json:#}");
    assert_eq!(json["server"]["tls"]["version"], "TLSv1.3");
    assert_eq!(json["server"]["tls"]["name_verified"], true);
    assert_eq!(json["server"]["server_sees_tls"], true);
    let certificate = &json["server"]["tls"]["certificate"];
    assert_eq!(certificate["names"][0], "localhost", "{certificate}");
    assert_eq!(certificate["not_after"], "2090-01-01T00:00:00Z");
    assert_eq!(certificate["chain"][0]["subject"], certificate["issuer"], "the root file has its issuer");
    assert_eq!(json["extensions"][0]["name"], "plpgsql");
    assert!(json["extensions"][0]["installed"].is_string());
    assert!(json["failure"].is_null() && json["elapsed_ms"].is_u64());
}

#[test]
fn each_failure_has_its_class_and_its_exit_code() {
    let port = WORLD.server.port();
    let (ca, other) = (file("ca.pem"), file("other.pem"));
    let closed = TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).expect("a port").port();
    let (silent_port, _silent) = silent();
    let (no_tls, _thread) = refuses_tls();
    let full = format!("sslmode=verify-full&sslrootcert={ca}");
    let to =
        |role: &str, port: u16, rest: &str| format!("postgresql://{role}:{CANARY}@localhost:{port}/{rest}");
    let by_address = format!("postgresql://app:{CANARY}@127.0.0.1:{port}/app?{full}");
    let wrong = format!("postgresql://app:{CANARY}x@localhost:{port}/app?{full}");
    for (what, url, class, phase, code) in [
        ("wrong password", wrong, "auth-failed", "authentication", 1),
        ("missing role", to("nobody", port, &format!("app?{full}")), "auth-failed", "authentication", 1),
        ("missing database", to("app", port, &format!("nodb?{full}")), "database-missing", "database", 1),
        ("nothing listens", to("app", closed, "app"), "connection-refused", "tcp", 75),
        ("no TLS", to("app", no_tls, &format!("app?{full}")), "tls-refused", "tls", 1),
        (
            "wrong authority",
            to("app", port, &format!("app?sslmode=verify-full&sslrootcert={other}")),
            "tls-untrusted",
            "tls",
            1,
        ),
        (
            "another authority than the system's",
            to("app", port, "app?sslrootcert=system"),
            "tls-untrusted",
            "tls",
            1,
        ),
        ("wrong name", by_address, "tls-untrusted", "tls", 1),
        ("silent", to("app", silent_port, "app?sslmode=disable"), "deadline-exceeded", "startup", 75),
        (
            "no such host",
            format!("postgresql://app:{CANARY}@no-such-host.invalid/app"),
            "dns-failed",
            "dns",
            1,
        ),
        (
            "cleartext",
            to("plain", port, "app?sslmode=disable"),
            "auth-method-unsupported",
            "authentication",
            1,
        ),
    ] {
        let environment = [("DATABASE_URL", url.as_str()), ("APP_ENV", "development")];
        // Generous where something answers: the machine is busy with the other tests.
        let timeout = if what == "silent" { "2s" } else { "20s" };
        let ran = pgward(&["preflight", "--timeout", timeout, "--format", "json"], &environment);
        let json = ran.json();
        assert_eq!(json["failure"]["class"], class, "{what}: {json:#}");
        assert_eq!(json["failure"]["phase"], phase, "{what}: {json:#}");
        assert_eq!(json["ready"], false, "{what}");
        assert_eq!(json["failure"]["retryable"], code == 75, "{what}");
        assert_eq!(ran.code, code, "{what}: {json:#}");
        let bound = Duration::from_secs(if what == "silent" { 5 } else { 20 });
        assert!(ran.took < bound, "{what}: {:?}", ran.took);
        // The finding and the failure are one thing under one name.
        let named = json["findings"].as_array().into_iter().flatten().filter(|f| f["rule"] == class).count();
        let text = pgward(&["preflight", "--timeout", timeout], &environment);
        assert!(named <= 1 && text.stdout.contains(class), "{what}: {}", text.stdout);
        assert_eq!(text.code, code, "{what}: {}", text.stdout);
    }
}

#[test]
fn fifty_at_once_install_on_a_fresh_database() {
    let url = url("fresh");
    let arguments = ["preflight", "--install", "--require-extension", "pg_trgm", "--timeout", "60s"];
    let environment = [
        ("DATABASE_URL", url.as_str()),
        ("APP_ENV", "production"),
        ("PGWARD_ALLOW", ALLOWED),
        ("PGWARD_REASON", "a test"),
    ];
    let children: Vec<_> = (0..50)
        .map(|_| {
            let mut command = command(&arguments, &environment);
            command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("spawned")
        })
        .collect();
    for child in children {
        let output = child.wait_with_output().expect("it ends");
        let text = String::from_utf8_lossy(&output.stdout);
        assert_eq!(output.status.code(), Some(0), "{text}{}", String::from_utf8_lossy(&output.stderr));
    }
    assert_eq!(WORLD.server.sql("fresh", "SELECT count(*) FROM pg_extension WHERE extname = 'pg_trgm'"), "1");
}

/// What a test server on loopback cannot help.
const ALLOWED: &str = "localhost-in-production";

#[test]
fn nothing_is_installed_untold_or_over_a_refusal() {
    let installed = || WORLD.server.sql("app", "SELECT count(*) FROM pg_extension WHERE extname = 'citext'");
    let url = url("app");
    let production = [("DATABASE_URL", url.as_str()), ("APP_ENV", "production")];
    let ran = pgward(&["preflight", "--require-extension", "citext"], &production);
    assert_eq!((ran.code, installed().as_str()), (1, "0"), "{}", ran.stdout);
    assert!(ran.stdout.contains("extension-missing"), "{}", ran.stdout);
    let denied = ["preflight", "--require-extension", "citext", "--install", "--deny", ALLOWED];
    let ran = pgward(&denied, &production);
    assert_eq!((ran.code, installed().as_str()), (1, "0"), "{}", ran.stdout);
    let foreign = format!("{}denied", url.strip_suffix("app").expect("the database"));
    let ran = pgward(
        &["preflight", "--require-extension", "citext", "--install"],
        &[("DATABASE_URL", &foreign), ("APP_ENV", "development")],
    );
    assert!(ran.code == 1 && ran.stdout.contains("extension-not-permitted"), "{}", ran.stdout);
}

#[test]
fn the_server_tells_a_superuser_by_any_name() {
    let url = url("app").replace("//app:", "//boss:");
    let ran = pgward(&["preflight"], &[("DATABASE_URL", &url), ("APP_ENV", "production")]);
    assert!(ran.code == 1 && ran.stdout.contains("error[superuser-role]"), "{}", ran.stdout);
    let ran = pgward(&["preflight"], &[("DATABASE_URL", &url), ("APP_ENV", "development")]);
    assert!(ran.code == 0 && !ran.stdout.contains("superuser-role"), "{}", ran.stdout);
}

#[test]
fn waits_for_a_server_that_comes() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    drop(listener);
    let url = format!("postgresql://app:{CANARY}@127.0.0.1:{port}/app");
    let environment = [("DATABASE_URL", url.as_str()), ("APP_ENV", "development")];
    let ran = pgward(&["preflight", "--wait", "1s", "--timeout", "1s"], &environment);
    assert_eq!(ran.code, 75, "{}", ran.stdout);
    // It ends when the next pause would pass the second: the first that can is 400 ms ± 20 %, behind twelve others.
    assert!(ran.took >= Duration::from_millis(520) && ran.took < Duration::from_secs(4), "{:?}", ran.took);
    // A wrong password is not waited for.
    let wrong = url.replace(&port.to_string(), &WORLD.server.port().to_string()).replace(CANARY, "another");
    let ran =
        pgward(&["preflight", "--wait", "20s"], &[("DATABASE_URL", &wrong), ("APP_ENV", "development")]);
    assert_eq!(ran.code, 1, "{}", ran.stdout);
    assert!(ran.took < Duration::from_secs(8), "{:?}", ran.took);
}

#[test]
fn observe_mode_judges_and_does_not_refuse() {
    let url = url("app");
    let environment = [("DATABASE_URL", url.as_str()), ("APP_ENV", "production"), ("PGWARD_MODE", "observe")];
    let ran = pgward(&["preflight", "--require-extension", "hstore", "--format", "json"], &environment);
    let json = ran.json();
    assert_eq!(ran.code, 0, "{json:#}");
    assert!(
        json["findings"].as_array().is_some_and(|f| f.iter().any(|f| f["rule"] == "extension-missing")),
        "{json:#}"
    );
    let same = [
        ("DATABASE_URL", url.as_str()),
        ("TEST_DATABASE_URL", url.as_str()),
        ("APP_ENV", "test"),
        ("PGWARD_MODE", "observe"),
    ];
    assert_eq!(pgward(&["preflight"], &same).code, 1, "tests on the real database are refused all the same");
}

/// A listener that takes connections and says nothing.
fn silent() -> (u16, TcpListener) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    (listener.local_addr().expect("an address").port(), listener)
}

/// A listener that answers `N` to SSLRequest.
fn refuses_tls() -> (u16, std::thread::JoinHandle<()>) {
    use std::io::{Read as _, Write as _};
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let thread = std::thread::spawn(move || {
        for stream in listener.incoming().take(2) {
            let mut stream = stream.expect("accepted");
            let _request = stream.read_exact(&mut [0; 8]);
            let _answer = stream.write_all(b"N");
        }
    });
    (port, thread)
}

fn directory() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src/rules")
}

/// A home directory with these files, each with its mode.
fn home(files: &[(&str, u32, &str)]) -> tempfile::TempDir {
    let directory = tempfile::tempdir().expect("a home directory");
    for (name, mode, text) in files {
        let path = directory.path().join(name);
        std::fs::write(&path, text).expect("written");
        let mode = std::os::unix::fs::PermissionsExt::from_mode(*mode);
        std::fs::set_permissions(&path, mode).expect("its mode");
    }
    directory
}

#[test]
fn the_password_of_a_password_file() {
    let port = WORLD.server.port();
    let rest = format!("app?sslmode=verify-full&sslrootcert={}", file("ca.pem"));
    let url = format!("postgresql://app@localhost:{port}/{rest}");
    let pass = format!("# the test\nlocalhost:{port}:app:other:x\nlocalhost:{port}:*:app:{CANARY}\n");
    let run = |mode, pass: &str, environment: &str| {
        let home = home(&[(".pgpass", mode, pass)]);
        let path = home.path().to_string_lossy().into_owned();
        let variables = [("DATABASE_URL", &*url), ("APP_ENV", environment), ("HOME", &path)];
        pgward(&["preflight", "--format", "concise"], &variables)
    };
    let ran = run(0o600, &pass, "development");
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);

    // Ignored, and named although the login fails for another reason too.
    let ran = run(0o644, &pass, "development");
    assert_eq!(ran.code, 1, "{}{}", ran.stdout, ran.stderr);
    for says in [".pgpass:3:", "[secret-file-mode]", "[password-missing]", "mode 0644"] {
        assert!(ran.stdout.contains(says), "{}{}", ran.stdout, ran.stderr);
    }
    // In production that alone refuses.
    let ran = run(0o644, &pass, "production");
    assert_eq!(ran.code, 1, "{}{}", ran.stdout, ran.stderr);
    assert!(ran.stdout.contains("error[secret-file-mode]") || ran.stdout.contains("secret-file-mode"));

    let ran = run(0o600, &pass.replace(CANARY, "wrong"), "development");
    assert!(ran.stdout.contains("[auth-failed]") && ran.stdout.contains(".pgpass:3:"), "{}", ran.stdout);

    // Each host has its own line, and nobody else's password is sent there.
    let url = format!("postgresql://app@127.0.0.1:1,localhost:{port}/{rest}&connect_timeout=2");
    let home = home(&[(".pgpass", 0o600, &format!("127.0.0.1:*:*:*:wrong\n{pass}"))]);
    let path = home.path().to_string_lossy().into_owned();
    let ran = pgward(
        &["preflight", "--no-pg-env"],
        &[("DATABASE_URL", &url), ("APP_ENV", "development"), ("HOME", &path)],
    );
    assert!(ran.code == 1 && ran.stdout.contains("password-missing"), "{}{}", ran.stdout, ran.stderr);
    let ran = pgward(&["preflight"], &[("DATABASE_URL", &url), ("APP_ENV", "development"), ("HOME", &path)]);
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
}

#[test]
fn through_a_service() {
    let port = WORLD.server.port();
    let service = format!(
        "[shop]\nhost=localhost\nport={port}\ndbname=app\nuser=app\npassword={CANARY}\nsslmode=verify-full\n\
         sslrootcert={}\n",
        file("ca.pem")
    );
    let home = home(&[(".pg_service.conf", 0o644, &service), ("elsewhere.conf", 0o600, "[none]\n")]);
    let path = home.path().to_string_lossy().into_owned();
    let base = [("PGSERVICE", "shop"), ("APP_ENV", "development"), ("HOME", &*path)];
    let ran = pgward(&["preflight"], &base);
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
    assert!(ran.stdout.contains(&format!("app as app at localhost:{port}")), "{}", ran.stdout);

    let elsewhere = home.path().join("elsewhere.conf").to_string_lossy().into_owned();
    let ran = pgward(
        &["preflight", "--format", "concise"],
        &[&base[..], &[("PGSERVICEFILE", &elsewhere)]].concat(),
    );
    assert!(ran.code == 1 && ran.stdout.contains("[service-unusable]"), "{}{}", ran.stdout, ran.stderr);
    // `PGSERVICEFILE=<(…)`
    let pipe = home.path().join("pipe");
    assert!(Command::new("mkfifo").arg(&pipe).status().is_ok_and(|s| s.success()));
    let (writer, text) = (pipe.clone(), service.clone());
    let writing = std::thread::spawn(move || std::fs::write(writer, text).expect("read at the other end"));
    let pipe = pipe.to_string_lossy().into_owned();
    let ran = pgward(&["preflight"], &[&base[..], &[("PGSERVICEFILE", &pipe)]].concat());
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
    writing.join().expect("written");

    let missing = format!("{path}/missing.conf");
    let ran =
        pgward(&["preflight", "--format", "concise"], &[&base[..], &[("PGSERVICEFILE", &missing)]].concat());
    assert!(ran.code == 1 && ran.stdout.contains("[service-unusable]"), "{}{}", ran.stdout, ran.stderr);
}

/// <https://no-color.org> and <https://bixense.com/clicolors>: the first wins, and `--color` over both.
#[test]
fn colour_is_the_users() {
    let coloured = |arguments: &[&str], more: &[(&str, &str)]| {
        let given = [&[("APP_ENV", "production"), ("DATABASE_URL", "")][..], more].concat();
        pgward(&[&["check"][..], arguments].concat(), &given).stdout.contains('\u{1b}')
    };
    let (no, force) = (("NO_COLOR", "1"), ("CLICOLOR_FORCE", "1"));
    for (arguments, more, expected) in [
        (&[][..], &[][..], false),
        (&[], &[force], true),
        (&[], &[force, no], false),
        (&[], &[force, ("NO_COLOR", "")], true),
        (&[], &[("CLICOLOR_FORCE", "0")], false),
        (&[], &[("CLICOLOR_FORCE", "")], false),
        (&["--color", "always"], &[no], true),
        (&["--color", "never"], &[force], false),
    ] {
        assert_eq!(coloured(arguments, more), expected, "{arguments:?} {more:?}");
    }
}
