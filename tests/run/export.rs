//! `--export`: what the command is handed, and that nobody else sees it.

use super::{CANARY, CLOSED, PGWARD, WORLD, file, last_line, pgward, program, url};
use std::{
    fs,
    process::Stdio,
    time::{Duration, Instant},
};

fn exported(arguments: &[&str], more: &[(&str, &str)]) -> String {
    let arguments = [&["run"][..], arguments, &["--", "printenv", "HANDED"]].concat();
    let output = pgward(&arguments, more);
    assert_eq!(output.status.code(), Some(0), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("text").trim_end().to_owned()
}

#[test]
fn each_library_has_its_spelling() {
    let port = WORLD.server.port();
    let plain = format!("postgresql://app:{CANARY}@localhost:{port}/app");
    for (export, expected) in [
        ("HANDED", plain.clone()),
        ("HANDED=libpq", plain.clone()),
        ("HANDED=psycopg", plain.clone()),
        ("HANDED=sqlx", plain.clone()),
        ("HANDED=sqlalchemy", plain.replacen("postgresql://", "postgresql+psycopg://", 1)),
    ] {
        assert_eq!(exported(&["--export", export], &[]), expected, "{export}");
    }
    // By the variable, and several at once; where SIGPIPE is ignored the environment is put together otherwise.
    for setup in ["", "trap '' PIPE"] {
        let mut sh = program("sh");
        let script = format!("{setup}\nexec \"$0\" run -q -- env -0");
        let output = sh.args(["-c", &script, PGWARD]).env("PGWARD_EXPORT", "A=sqlalchemy,DATABASE_URL,");
        let output = output.env("A", "what was there").output().expect("it runs");
        let text = String::from_utf8(output.stdout).expect("text");
        let value = |name: &str| {
            let of: Vec<&str> =
                text.split('\0').filter_map(|p| p.strip_prefix(name)?.strip_prefix('=')).collect();
            assert_eq!(of.len(), 1, "{name}");
            of[0].to_owned()
        };
        assert_eq!(value("A"), plain.replacen("postgresql://", "postgresql+psycopg://", 1), "{setup}");
        assert_eq!(value("DATABASE_URL"), plain);
        assert_eq!(value("PGWARD_EXPORT"), "A=sqlalchemy,DATABASE_URL,");
        assert_eq!(value("HOME"), "/nonexistent");
    }
}

#[test]
fn what_is_handed_on_leads_to_the_server_that_was_verified() {
    // Parts, a password in a file, and a host before the one that answers.
    let password = file("password");
    fs::write(&password, format!("{CANARY}\n")).expect("written");
    let socket = WORLD.server.socket_dir().display().to_string();
    let port = WORLD.server.port().to_string();
    let several = format!("postgresql://app:{CANARY}@localhost:{CLOSED},localhost:{port}/app");
    let parts = [
        ("DATABASE_URL", ""),
        ("DB_HOST", "localhost"),
        ("DB_PORT", &port),
        ("DB_NAME", "app"),
        ("DB_USER", "app"),
        ("DB_PASSWORD_FILE", password.to_str().expect("text")),
    ];
    let by_socket = format!("postgresql://app:{CANARY}@/app?host={socket}&port={port}");
    for more in [&parts[..], &[("DATABASE_URL", &several)], &[("DATABASE_URL", &by_socket)]] {
        let psql = "exec \"$0\" -X -At \"$HANDED\" -c 'select current_user'";
        let arguments = ["run", "--export", "HANDED", "--", "sh", "-c", psql, "psql"];
        let output = pgward(&arguments, more);
        assert_eq!(output.stdout, b"app\n", "{more:?}: {}", String::from_utf8_lossy(&output.stderr));
    }
    assert!(
        !exported(&["--export", "HANDED"], &[("DATABASE_URL", &several)]).contains(&format!(":{CLOSED}"))
    );
}

#[test]
fn what_cannot_be_handed_on_starts_nothing() {
    let socket = WORLD.server.socket_dir().display().to_string();
    let by_socket = format!("postgresql://app:{CANARY}@/app?host={socket}&port={}", WORLD.server.port());
    let output = pgward(&["run", "--export", "X=postgres.js", "echo"], &[("DATABASE_URL", &by_socket)]);
    assert_eq!((output.status.code(), output.stdout.len()), (Some(125), 0));
    assert_eq!(last_line(&output), "pgward: --export X: no URL says it to postgres.js");
    // Another engine's is handed on as it is, when there is one.
    let sqlite = exported(&["--export", "HANDED=sqlx"], &[("DATABASE_URL", "sqlite:///x.db")]);
    assert_eq!(sqlite, "sqlite:///x.db");
    let output =
        pgward(&["run", "--export", "X", "echo"], &[("DATABASE_URL", ""), ("USE_POSTGRESQL", "false")]);
    assert_eq!(output.status.code(), Some(125), "{}", last_line(&output));
    let none = ["-u", "DATABASE_URL", PGWARD, "run", "--allow", "database-url-unset", "--reason", "x"];
    let output = program("env").args(none).args(["--export", "X", "echo"]).output().expect("it runs");
    assert_eq!(output.status.code(), Some(125), "{}", last_line(&output));
    assert!(last_line(&output).contains("no database is configured"), "{}", last_line(&output));
}

#[test]
fn a_url_that_asks_for_less_starts_nothing() {
    let with = |query: &str| format!("{}?{query}", url());
    for query in ["require_auth=scram-sha-256", "sslmode=disable&require_auth=scram-sha-256"] {
        for export in ["HANDED=sqlx", "HANDED=postgres.js", "HANDED"] {
            let url = with(query);
            let output = pgward(&["run", "--export", export, "echo", "started"], &[("DATABASE_URL", &url)]);
            let last = last_line(&output);
            assert_eq!(
                (output.status.code(), output.stdout.len()),
                (Some(78), 0),
                "{export} {query}: {last}"
            );
            assert!(last.contains("`require_auth`") && last.contains("PGREQUIREAUTH"), "{export}: {last}");
        }
    }
    // The command inherits what its library reads.
    let variable = [("PGREQUIREAUTH", "scram-sha-256")];
    assert!(!exported(&["--export", "HANDED=sqlalchemy"], &variable).contains("require_auth"));
    let output = pgward(&["run", "--export", "HANDED=sqlx", "echo", "started"], &variable);
    assert_eq!((output.status.code(), output.stdout.len()), (Some(78), 0), "{}", last_line(&output));
    // Without TLS nothing is lost by what speaks of certificates, and nothing by a name.
    for query in [
        "sslmode=disable&sslrootcert=/nowhere",
        "sslmode=disable&sslcert=/nowhere",
        "sslnegotiation=postgres",
    ] {
        exported(&["--export", "HANDED=postgres.js"], &[("DATABASE_URL", &with(query))]);
    }
}

#[test]
fn a_runner_that_makes_its_own_database_is_told_of_the_one_it_makes_it_from() {
    let django = file("django");
    fs::create_dir_all(&django).expect("created");
    fs::write(django.join("manage.py"), "").expect("written");
    let mut run = program(PGWARD);
    run.current_dir(django).env("PGWARD_ENV", "test");
    let output = run.args(["run", "--export", "HANDED", "printenv", "HANDED"]).output().expect("it runs");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.contains("the test runner makes its database itself"), "{said}");
    assert_eq!(String::from_utf8_lossy(&output.stdout), format!("{}\n", url()));
}

#[test]
fn nothing_is_handed_on_unasked() {
    let env_file = file("app.env");
    fs::write(&env_file, format!("HANDED=x\nDATABASE_URL={}\n", url())).expect("written");
    let path = env_file.display().to_string();
    let script = "echo \"${DATABASE_URL-unset} ${HANDED-unset}\"";
    let output = program("env")
        .args(["-u", "DATABASE_URL", PGWARD, "run", "--env-file", &path, "--", "sh", "-c", script])
        .output()
        .expect("it runs");
    assert_eq!(output.stdout, b"unset unset\n", "{}", last_line(&output));
    // What stands on the command line of pgward alone is surely not known to the command.
    let flag = ["run", "--database-url", &url(), "echo"];
    let output = pgward(&flag, &[]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.contains("the command is not told of what --database-url says: `--export NAME` does that"));
    let quiet = pgward(&["run", "-q", "--database-url", &url(), "echo"], &[]);
    assert!(quiet.stderr.is_empty());
}

#[test]
fn it_stands_on_no_command_line() {
    let env_file = file("only.env");
    fs::write(&env_file, format!("DATABASE_URL={}\n", url())).expect("written");
    let mut run = program(PGWARD);
    run.env_remove("DATABASE_URL").args(["run", "-q", "--env-file"]).arg(&env_file);
    run.args(["--export", "HANDED", "--", "sleep", "30"]).stdout(Stdio::null());
    let mut child = run.spawn().expect("it starts");
    let read = |name: &str| fs::read(format!("/proc/{}/{name}", child.id())).unwrap_or_default();
    let began = Instant::now();
    let canary = |bytes: &[u8]| bytes.windows(CANARY.len()).any(|w| w == CANARY.as_bytes());
    loop {
        // In this order: what was read first is not of the command, when what is read next is not.
        let (environment, line) = (read("environ"), read("cmdline"));
        if line.starts_with(b"sleep") {
            break;
        }
        assert!(!canary(&line) && !canary(&environment), "before it is handed on");
        assert!(began.elapsed() < Duration::from_secs(20), "the command did not start");
        std::thread::sleep(Duration::from_millis(2));
    }
    let (line, environment) = (read("cmdline"), read("environ"));
    child.kill().expect("ended");
    child.wait().expect("waited for");
    assert!(!canary(&line) && canary(&environment));
}
