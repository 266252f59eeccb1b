//! How it ends when the command is not started.

use super::{CLOSED, PGWARD, file, last_line, pgward, program, url};
use std::{
    fs,
    os::unix::{fs::PermissionsExt as _, process::ExitStatusExt as _},
    process::{Output, Stdio},
    time::{Duration, Instant},
};

fn closed() -> String {
    format!("postgresql://app@localhost:{CLOSED}/app?sslmode=disable")
}

/// `pgward ARGUMENTS` that must not start its command: nothing on standard output, this code, and a last line.
fn ends(arguments: &[&str], more: &[(&str, &str)], code: i32, last: &str) -> Output {
    let output = pgward(arguments, more);
    let all = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(code), "{arguments:?}: {all}");
    assert!(output.stdout.is_empty(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stdout));
    assert!(last_line(&output).contains(last), "{arguments:?}: {all}");
    assert!(last_line(&output).starts_with("pgward: "), "{arguments:?}: {all}");
    output
}

#[test]
fn a_refusal_is_78() {
    let line =
        "pgward: refused: 1 error (sqlite-in-production); SQLite database app.db, production from PGWARD_ENV";
    let sqlite = [("DATABASE_URL", "sqlite:///app.db"), ("PGWARD_ENV", "production")];
    let printed = ends(&["run", "--", "echo", "started"], &sqlite, 78, line);
    assert!(String::from_utf8_lossy(&printed.stderr).contains("error[sqlite-in-production]"));
    ends(&["run", "-q", "--", "echo", "started"], &sqlite, 78, line);
    let concise = ends(&["run", "--format", "concise", "--", "echo"], &sqlite, 78, line);
    assert!(concise.stderr.starts_with(b"DATABASE_URL: error[sqlite-in-production] "), "{concise:?}");
    let json = ends(&["run", "--format", "json", "--", "echo"], &sqlite, 78, line);
    let text = String::from_utf8_lossy(&json.stderr).into_owned();
    let document = text.trim_end().strip_suffix(line).expect("the line comes last");
    let document: serde_json::Value = serde_json::from_str(document).expect("JSON before it");
    assert_eq!((&document["command"], &document["ready"]), (&"run".into(), &false.into()));

    let wrong = url().replacen("app:", "app:x", 1);
    ends(&["run", "--wait", "30s", "--", "echo"], &[("DATABASE_URL", &wrong)], 78, "refused: auth-failed");
    ends(&["run", "--", "echo"], &[("DATABASE_URL", "")], 78, "refused");
    ends(&["run", "--require-extension", "nosuch", "--", "echo"], &[], 78, "extension-unavailable");
}

#[test]
fn not_in_time_is_75() {
    let closed = closed();
    ends(&["run", "--", "echo"], &[("DATABASE_URL", &closed)], 75, "not ready: connection-refused");
    let began = Instant::now();
    ends(&["run", "--wait", "2s", "--", "echo"], &[("DATABASE_URL", &closed)], 75, "not ready");
    assert!(began.elapsed() > Duration::from_secs(1), "it did not wait");
}

#[test]
fn what_pgward_cannot_do_is_125() {
    let usage = |arguments: &[&str], last: &str| ends(arguments, &[], 125, last);
    usage(&["run"], "missing: <COMMAND>");
    usage(&["run", "--"], "missing: <COMMAND>");
    usage(&["run", "-q"], "missing: <COMMAND>");
    usage(&["run", "--wiat", "60s", "--", "echo"], "unknown flag `--wiat`; did you mean `--wait`?");
    usage(&["--nope", "run", "echo"], "unknown flag");
    usage(&["run", "--wait", "soon", "echo"], "--wait (or its PGWARD_* variable)");
    usage(&["--fail-on", "x", "run", "echo"], "--fail-on");
    usage(&["run", "--config", "missing.toml", "echo"], "there is no file `missing.toml`");
    usage(&["run", "--env-file", "missing.env", "echo"], "there is no file `missing.env`");
    usage(&["run", "--database-url", "-", "echo"], "standard input is the command's");
    usage(&["run", "--secret-json", "-", "echo"], "standard input is the command's");
    usage(&["run", "--report", "json=/dev/stdout", "echo"], "standard output is the command's");
    usage(&["run", "--report", "json=/nonexistent/x", "echo"], "cannot write the json file");
    usage(&["run", "--export", "2X", "echo"], "NAME=CONSUMER");
    usage(&["run", "--export", "X=sqlalchmy", "echo"], "did you mean `sqlalchemy`?");
    ends(&["run", "echo"], &[("PGWARD_DATABASE_URL", "-")], 125, "standard input is the command's");
    ends(&["run", "echo"], &[("PGWARD_MODE", "maybe")], 125, "--mode");
    // Of other commands it is 2, with `run` among their arguments too.
    for arguments in [&["check", "run", "--nope"][..], &["explain", "run", "x"], &["--nope"]] {
        assert_eq!(pgward(arguments, &[]).status.code(), Some(2), "{arguments:?}");
    }
}

#[test]
fn a_report_does_not_get_into_the_output_of_the_command() {
    let out = file("both");
    let path = out.display().to_string();
    let stream = fs::File::create(&out).expect("created");
    let report = format!("json={path}");
    let mut run = program(PGWARD);
    let run = run
        .args(["run", "--report", &report, "echo"])
        .stdout(stream)
        .stderr(Stdio::null())
        .status()
        .expect("it runs");
    assert_eq!((run.code(), fs::read(&out).expect("read").len()), (Some(125), 0));
    let other = file("report.json");
    let report = format!("json={}", other.display());
    let said = pgward(&["run", "-q", "--report", &report, "--report", "json=/dev/null", "echo", "hi"], &[]);
    assert_eq!((said.stdout.as_slice(), said.stderr.len()), (&b"hi\n"[..], 0));
    let document: serde_json::Value =
        serde_json::from_slice(&fs::read(other).expect("read")).expect("a JSON document");
    assert_eq!((&document["command"], &document["ready"]), (&"run".into(), &true.into()));
}

#[test]
fn no_command_is_127_and_no_right_to_it_126() {
    let plain = file("plain");
    fs::write(&plain, "#!/bin/sh\n").expect("written");
    fs::set_permissions(&plain, fs::Permissions::from_mode(0o644)).expect("a mode");
    let plain = plain.display().to_string();
    let gone = file("gone");
    fs::write(&gone, "#!/nonexistent/interpreter\n").expect("written");
    fs::set_permissions(&gone, fs::Permissions::from_mode(0o755)).expect("a mode");
    let gone = gone.display().to_string();
    for (command, code) in [
        ("no-such-command", 127),
        ("./no-such-command", 127),
        ("", 127),
        (plain.as_str(), 126),
        ("/tmp", 126),
        (gone.as_str(), 127),
    ] {
        // As env(1) has it, which executes what it is given.
        let env = program("env").arg("--").arg(command).output().expect("env runs");
        assert_eq!(env.status.code(), Some(code), "env {command}");
        let there = code == 126 || command == gone;
        let last = if there { "cannot be executed" } else { "there is no command" };
        ends(&["run", "--", command], &[], code, last);
        // Where SIGPIPE is ignored it is executed in another way.
        let script = "trap '' PIPE; exec \"$@\"";
        let mut under = program("sh");
        let under = under.args(["-c", script, "sh", PGWARD, "run", "--", command]).output().expect("sh runs");
        assert_eq!(under.status.code(), Some(code), "{command}: {}", last_line(&under));
    }
    // It is said before a server is waited for, but for what only trying tells.
    let began = Instant::now();
    let closed = closed();
    ends(
        &["run", "--wait", "60s", "no-such-command"],
        &[("DATABASE_URL", &closed)],
        127,
        "`no-such-command`",
    );
    assert!(began.elapsed() < Duration::from_secs(10));
    // A URL in the place of the command, as people write it for env(1).
    let url = url();
    let assignment = format!("DATABASE_URL={url}");
    ends(&["run", "--", &assignment, "echo"], &[], 127, "an assignment: write it before `pgward`");
    ends(&["run", "--", &url, "echo"], &[], 127, "there is no command");
}

/// execvp(3) has sh read what the kernel does not take: also a program for another machine, line by line.
#[test]
fn what_is_no_program_of_this_system_is_not_read_by_sh() {
    let mut elf = fs::read("/bin/ls").expect("a program");
    elf.truncate(300);
    let mut other = fs::read("/bin/ls").expect("a program");
    // e_machine: what nobody has built since 1990.
    other[18..20].copy_from_slice(&[5, 0]);
    let mut unloadable = fs::read("/bin/ls").expect("a program");
    let loader = b"/ld-linux";
    let at = unloadable.windows(loader.len()).position(|w| w == loader).expect("it names its loader");
    unloadable[at + 1] = b'X';
    for (name, bytes, code, last) in [
        ("cut", elf.as_slice(), 126, "a program for another machine, or damaged"),
        ("other", &other, 126, "a program for another machine, or damaged"),
        ("exe", b"MZ\x90\0\x03\0\0\0echo started", 126, "neither a program for this system nor a script"),
        ("unloadable", &unloadable, 127, "what loads it does not exist here"),
        ("crlf", b"#!/bin/sh\r\necho started\r\n", 127, "its first line ends with CR"),
        ("nowhere", b"#!/nonexistent/x -u\n", 127, "the interpreter `/nonexistent/x` of its first line"),
        ("directory", b"#!/tmp\n", 126, "the interpreter `/tmp` of its first line is not executable"),
        ("secret", b"#!/nonexistent/a:b@c\n", 127, "the interpreter of its first line does not exist"),
    ] {
        let path = file(name);
        fs::write(&path, bytes).expect("written");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("a mode");
        let path = path.display().to_string();
        let bash = program("bash").args(["-c", "\"$0\"", &path]).output().expect("bash runs");
        assert_eq!(bash.status.code(), Some(code), "bash and {name}");
        ends(&["run", "--", &path], &[], code, last);
        ends(&["run", "--export", "HANDED", "--", &path], &[], code, last);
    }
    // What is text is a script all the same, and so is nothing at all.
    for (name, text, out) in [("text", "echo \"started $*\"\n", "started a b\n"), ("nothing", "", "")] {
        let path = file(name);
        fs::write(&path, text).expect("written");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("a mode");
        let said = pgward(&["run", "-q", "--", &path.display().to_string(), "a", "b"], &[]);
        assert_eq!((said.status.code(), String::from_utf8_lossy(&said.stdout).as_ref()), (Some(0), out));
    }
}

#[test]
fn without_a_database_it_is_judged_as_preflight_judges_it() {
    let both = |environment: &str| {
        ["run", "preflight"].map(|door| {
            let mut pgward = program(PGWARD);
            pgward.env_remove("DATABASE_URL").env("PGWARD_ENV", environment);
            pgward
                .args([door, "-q"])
                .args((door == "run").then_some("true"))
                .output()
                .expect("it runs")
                .status
                .code()
        })
    };
    assert_eq!(both("development"), [Some(0), Some(0)]);
    assert_eq!(both("production"), [Some(78), Some(1)]);
}

#[test]
fn observe_mode_starts_it_all_the_same() {
    let observe =
        [("PGWARD_MODE", "observe"), ("DATABASE_URL", "sqlite:///x.db"), ("PGWARD_ENV", "production")];
    let said = pgward(&["run", "--", "sh", "-c", "echo started; exit 9"], &observe);
    assert_eq!((said.stdout.as_slice(), said.status.code()), (&b"started\n"[..], Some(9)));
    let all = String::from_utf8_lossy(&said.stderr).into_owned();
    assert!(all.contains("observe mode: what is found here does not refuse"), "{all}");
    assert!(last_line(&said).starts_with("pgward: observe mode: would have been refused"), "{all}");
    let closed = closed();
    let said = pgward(&["run", "echo", "hi"], &[("PGWARD_MODE", "observe"), ("DATABASE_URL", &closed)]);
    assert_eq!((said.stdout.as_slice(), said.status.code()), (&b"hi\n"[..], Some(0)));
    assert!(last_line(&said).starts_with("pgward: observe mode: would not have been ready"), "{said:?}");
}

#[test]
fn while_it_waits_a_signal_ends_it_as_any_process() {
    for (name, number) in [("TERM", 15), ("INT", 2), ("HUP", 1)] {
        let mut child = program(PGWARD);
        let child = child.args(["run", "--wait", "60s", "echo", "started"]).env("DATABASE_URL", closed());
        let child = child.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("it starts");
        std::thread::sleep(Duration::from_millis(500));
        let kill = program("kill").args([&format!("-{name}"), &child.id().to_string()]).status();
        assert!(kill.expect("kill runs").success());
        let output = child.wait_with_output().expect("it ends");
        assert_eq!((output.status.signal(), output.stdout.len()), (Some(number), 0));
    }
}
