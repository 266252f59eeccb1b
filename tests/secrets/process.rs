//! The binary itself: standard output, standard error, and the report files.

use crate::{
    AFTER, BEFORE, Proof,
    canary::{Canary, NASTY, Random},
    fill,
    templates::{PASSWORD_LINES, POLICIES, URL_LINES, URLS},
    whole_without_host,
    writers::Outputs,
};
use std::{
    fs,
    io::{Read as _, Write as _},
    net::{Ipv4Addr, TcpListener},
    path::Path,
    process::{Command, Stdio},
};

/// One run in `directory`, with nothing of this process' environment.
fn run(directory: &Path, arguments: &[&str], variables: &[(&str, &str)], input: &str, out: &mut Outputs) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_pgward"))
        .args(arguments)
        .current_dir(directory)
        .env_clear()
        .envs(variables.iter().copied())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary starts");
    // It may end without reading.
    let _gone = child.stdin.take().map(|mut stdin| stdin.write_all(input.as_bytes()));
    let output = child.wait_with_output().expect("the binary ends");
    let code = output.status.code();
    assert!(
        matches!(code, Some(0 | 1 | 2 | 75)),
        "{arguments:?} ended with {code:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    out.push(("stdout", String::from_utf8_lossy(&output.stdout).into_owned()));
    out.push(("stderr", String::from_utf8_lossy(&output.stderr).into_owned()));
    for name in ["report.json", "report.txt", "report.log"] {
        if let Ok(text) = read(&directory.join(name)) {
            out.push(("report file", text));
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "a test reads back what was written")]
fn read(path: &Path) -> std::io::Result<String> {
    fs::read_to_string(path)
}

/// One of these after the other, so that each meets every kind of line.
const FILE_RUNS: &[&[&str]] = &[
    &["lint", "--color", "always", "-v"],
    &["lint", "--format", "json"],
    &["lint", "--format", "concise", "-v", ".env"],
    &["lint", "-"],
    &["show", "--env-file", ".env"],
    &["show", "--format", "json", "--env-file", ".env,.env.production"],
    &[
        "check",
        "-v",
        "--env-file",
        ".env",
        "--report",
        "json=report.json,text=report.txt",
        "--report",
        "concise=report.log",
    ],
    &["check", "--format", "json", "--environment", "development"],
    &[
        "lint",
        "-v",
        "--statistics",
        "--format",
        "sarif",
        "--report",
        "gitlab=report.json,junit=report.txt,markdown=report.log",
    ],
    &[
        "check",
        "-v",
        "--format",
        "github",
        "--env-file",
        ".env",
        "--report",
        "checkstyle=report.txt,rdjson=report.log",
    ],
    &["preflight", "--timeout", "2s", "--environment", "development", "-v"],
    &["show", "--environment", "test", "-v"],
];

#[test]
fn env_files() {
    let (mut random, mut proof) = (Random::new(), Proof::default());
    let directory = tempfile::tempdir().expect("a directory");
    let urls = URLS.iter().enumerate().map(|(i, url)| URL_LINES[i % URL_LINES.len()].replace("<u>", url));
    let lines = urls.chain(PASSWORD_LINES.iter().map(|line| (*line).to_owned()));
    for (i, line) in lines.enumerate() {
        let nasty = NASTY[(i * 7) % NASTY.len()];
        if whole_without_host(&line, nasty) {
            continue;
        }
        let canary = Canary::new(&mut random, nasty);
        let text = format!("{BEFORE}{}{AFTER}", fill(&line, &canary));
        for name in [".env", ".env.production"] {
            fs::write(directory.path().join(name), &text).expect("the file is written");
        }
        let mut out = Outputs::new();
        for arguments in [FILE_RUNS[i % FILE_RUNS.len()], FILE_RUNS[(i + 3) % FILE_RUNS.len()]] {
            run(directory.path(), arguments, &[], &text, &mut out);
        }
        proof.take(&line, &text, &canary, &out);
    }
    proof.finish(100);
}

#[test]
fn variables_flags_and_standard_input() {
    let (mut random, mut proof) = (Random::new(), Proof::default());
    let directory = tempfile::tempdir().expect("a directory");
    for (i, url) in URLS.iter().enumerate() {
        let nasty = NASTY[(i * 5) % NASTY.len()];
        if whole_without_host(url, nasty) {
            continue;
        }
        let canary = Canary::new(&mut random, nasty);
        let text = fill(url, &canary);
        let mut out = Outputs::new();
        let here = directory.path();
        let at = |variable| [("APP_ENV", "production"), (variable, text.as_str())];
        match i % 6 {
            0 => run(here, &["show"], &at("DATABASE_URL"), "", &mut out),
            1 => run(here, &["check", "-v"], &at("PGWARD_DATABASE_URL"), "", &mut out),
            2 => run(here, &["check", "--database-url", &text], &at("PGPASSWORD"), "", &mut out),
            3 => run(here, &["show", "--database-url", "-", "--format", "json"], &[], &text, &mut out),
            4 => run(here, &["check", "--format", "json", "-v"], &at("DB_PASSWORD"), "", &mut out),
            _ => run(here, &["show", &format!("--database-url={text}")], &[], "", &mut out),
        }
        proof.take(url, &text, &canary, &out);
    }
    proof.finish(60);
}

#[test]
fn a_port_where_nobody_listens() {
    let (mut random, mut proof) = (Random::new(), Proof::default());
    let directory = tempfile::tempdir().expect("a directory");
    let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).and_then(|l| l.local_addr()).expect("a port");
    let port = free.port().to_string();
    for (i, nasty) in NASTY.iter().enumerate().filter(|(i, _)| i % 4 == 0) {
        let canary = Canary::new(&mut random, nasty);
        let encoded = canary.percent_encoded();
        let url = format!("postgres://app:{}@127.0.0.1:{port}/app", encoded.text);
        let parts = [("PGHOST", "127.0.0.1"), ("PGPORT", &port), ("PGUSER", "app"), ("PGDATABASE", "app")];
        let mut variables = vec![("APP_ENV", "development")];
        if i % 8 == 0 {
            variables.push(("DATABASE_URL", &url));
        } else {
            variables.extend(parts);
            variables.push(("PGPASSWORD", &canary.text));
        }
        let mut out = Outputs::new();
        let format = ["text", "concise", "json"][i % 3];
        let arguments = ["preflight", "-v", "--timeout", "3s", "--format", format];
        run(directory.path(), &arguments, &variables, "", &mut out);
        let asked = out.iter().any(|(_, text)| text.contains("connection-refused"));
        assert!(asked, "nothing was dialled: {out:?}");
        proof.take(nasty, &canary.text, &canary, &out);
    }
    proof.finish(15);
}

/// A server that repeats what it was told in every field of its errors.
#[test]
fn a_server_that_tells() {
    let (mut random, mut proof) = (Random::new(), Proof::default());
    let directory = tempfile::tempdir().expect("a directory");
    for (i, state) in
        ["28P01", "28000", "3D000", "53300", "57P03", "42501", "XX000", "08P01"].iter().enumerate()
    {
        let canary = Canary::new(&mut random, NASTY[i]);
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
        let port = listener.local_addr().expect("an address").port().to_string();
        let words = format!("password authentication failed with \"{}\"", canary.text);
        let mut fields: Vec<u8> =
            [("S", "FATAL"), ("C", state), ("M", &words), ("D", &words), ("H", &words), ("W", &words)]
                .iter()
                .flat_map(|(field, text)| [field.as_bytes(), text.as_bytes(), b"\0"].concat())
                .collect();
        fields.push(0);
        let length = u32::try_from(fields.len() + 4).expect("a short message");
        let message = [b"E".as_slice(), &length.to_be_bytes(), &fields].concat();
        let server = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().expect("a client");
            let mut startup = [0; 1024];
            let _length = stream.read(&mut startup);
            let _gone = stream.write_all(&message);
        });
        let variables = [
            ("APP_ENV", "development"),
            ("PGHOST", "127.0.0.1"),
            ("PGPORT", &port),
            ("PGUSER", "app"),
            ("PGDATABASE", "app"),
            ("PGSSLMODE", "disable"),
            ("PGPASSWORD", &canary.text),
        ];
        let mut out = Outputs::new();
        let arguments = ["preflight", "-v", "--timeout", "3s", "--format", ["text", "json"][i % 2]];
        run(directory.path(), &arguments, &variables, "", &mut out);
        server.join().expect("the server ends");
        assert!(out.iter().any(|(_, text)| text.contains(state)), "the server was not heard: {out:?}");
        proof.take(state, &canary.text, &canary, &out);
    }
    proof.finish(8);
}

/// What is typed in the wrong place.
const MISUSE: &[&[&str]] = &[
    &["check", "postgres://app:{}@db.example.com/app"],
    &["postgres://app:{}@db.example.com/app"],
    &["{}"],
    &["check", "{}"],
    &["show", "password={}"],
    &["lint", "postgres://app:{}@db.example.com/app"],
    &["lint", "password={}"],
    &["explain", "{}"],
    &["explain", "postgres://app:{}@db.example.com/app"],
    &["check", "--database-ur=postgres://app:{}@db.example.com/app"],
    &["check", "--database_url=postgres://app:{}@db.example.com/app"],
    &["check", "--database-url=postgres://app:{}@db.example.com/app", "--database-url=x:{}"],
    &["check", "--databaseurl", "postgres://app:{}@db.example.com/app"],
    &["check", "--password", "{}"],
    &["check", "--password={}"],
    &["check", "--{}"],
    &["check", "--database-url", "--{}"],
    &["check", "-p{}"],
    &["check", "-W", "{}"],
    &["check", "--", "{}"],
    &["check", "--format", "{}"],
    &["check", "--format={}"],
    &["check", "--color", "{}"],
    &["check", "--mode", "{}"],
    &["check", "--fail-on", "{}"],
    &["check", "--report", "{}"],
    &["check", "--report", "{}=x"],
    &["check", "--report", "json=/nowhere/{}"],
    &["check", "--environment", "{}"],
    &["check", "--quiet={}"],
    &["check", "--deny", "{}"],
    &["check", "--allow", "tls-weak", "--reason", "{}"],
    &["check", "--allow", "{}"],
    &["check", "--warn", "postgres://app:{}@db.example.com/app"],
    &["check", "--config", "postgres://app:{}@db.example.com/app"],
    &["check", "--env-file", "postgres://app:{}@db.example.com/app"],
    &["check", "--env-file", "host=db.example.com password={}"],
    &["preflight", "--timeout", "{}"],
    &["preflight", "--wait", "{}"],
    &["preflight", "--install={}"],
    &["rules", "{}"],
    &["help", "{}"],
    &["check", "--help", "{}"],
    &["--version", "{}"],
];

#[test]
fn what_is_typed_in_the_wrong_place() {
    let (mut random, mut proof) = (Random::new(), Proof::default());
    let directory = tempfile::tempdir().expect("a directory");
    for (i, template) in MISUSE.iter().enumerate() {
        for nasty in ["", "@", NASTY[(i * 3) % NASTY.len()], "=", "-"] {
            let canary = Canary::new(&mut random, nasty);
            let arguments: Vec<String> = template.iter().map(|a| fill(a, &canary)).collect();
            let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
            let mut out = Outputs::new();
            run(directory.path(), &arguments, &[], "", &mut out);
            proof.take(&template.join(" "), &arguments.join(" "), &canary, &out);
        }
    }
    for (typed, shown) in [("--correct-horse-battery", false), ("-correct", false), ("--fromat", true)] {
        let mut out = Outputs::new();
        run(directory.path(), &["check", typed], &[], "", &mut out);
        let found = out.iter().any(|(_, text)| text.contains(typed.trim_start_matches('-')));
        assert_eq!(found, shown, "{out:?}");
    }
    for name in [
        "PGWARD_CONFIG",
        "PGWARD_ENV",
        "PGWARD_ENV_FILE",
        "PGWARD_FORMAT",
        "PGWARD_REPORT",
        "PGWARD_MODE",
        "PGWARD_COLOR",
        "PGWARD_FAIL_ON",
        "PGWARD_QUIET",
        "PGWARD_VERBOSE",
        "PGWARD_ALLOW",
        "PGWARD_DENY",
        "PGWARD_REASON",
        "PGWARD_TIMEOUT",
        "PGWARD_WAIT",
        "PGWARD_INSTALL",
        "PGWARD_DATABASE_URL",
    ] {
        for arguments in [&["preflight"][..], &["preflight", "--help"], &["lint"]] {
            let canary = Canary::new(&mut random, "");
            let text = format!("postgres://app:{}@db.example.com/app", canary.text);
            let mut out = Outputs::new();
            run(directory.path(), arguments, &[(name, &text)], "", &mut out);
            proof.take(name, &text, &canary, &out);
        }
    }
    proof.finish(200);
}

#[test]
fn policy_files() {
    let (mut random, mut proof) = (Random::new(), Proof::default());
    let directory = tempfile::tempdir().expect("a directory");
    fs::write(directory.path().join(".env"), format!("{BEFORE}{AFTER}")).expect("the file is written");
    for (i, template) in POLICIES.iter().enumerate() {
        let canary = Canary::new(&mut random, NASTY[(i * 11) % NASTY.len()]);
        let text = fill(template, &canary);
        fs::write(directory.path().join("pgward.toml"), &text).expect("the file is written");
        let mut out = Outputs::new();
        run(directory.path(), FILE_RUNS[i % FILE_RUNS.len()], &[], "", &mut out);
        proof.take(template, &text, &canary, &out);
    }
    proof.finish(50);
}

/// A canary where something is shown on purpose comes out of every command: the search would have found it.
#[test]
fn the_search_would_find_it() {
    let canary = Canary::new(&mut Random::new(), "");
    let directory = tempfile::tempdir().expect("a directory");
    let text = format!("APP_ENV=production\nDATABASE_URL=postgres://app:x@{}.example.com/app\n", canary.text);
    for name in [".env", ".env.production"] {
        fs::write(directory.path().join(name), &text).expect("the file is written");
    }
    for arguments in FILE_RUNS.iter().take(7).filter(|arguments| !arguments.contains(&"concise")) {
        let mut out = Outputs::new();
        run(directory.path(), arguments, &[], &text, &mut out);
        assert!(out.iter().any(|(_, text)| canary.found_in(text).is_some()), "{arguments:?}: {out:?}");
    }
}
