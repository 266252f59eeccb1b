//! `pgward run`: whatever a command does by itself it does under pgward, to the byte; and how it ends when the command
//! is not started. The server is a real one.
#![cfg(target_os = "linux")]
#![expect(clippy::disallowed_methods, reason = "the tests write files and start commands")]

#[path = "support"]
mod support {
    pub(crate) mod pg;
}

#[path = "run/export.rs"]
mod export;
#[path = "run/first.rs"]
mod first;
#[path = "run/refusals.rs"]
mod refusals;

use std::{
    ffi::{OsStr, OsString},
    fs,
    os::unix::{
        ffi::{OsStrExt as _, OsStringExt as _},
        process::ExitStatusExt as _,
    },
    path::PathBuf,
    process::{Command, Output, Stdio},
    sync::LazyLock,
};
use support::pg;

const PGWARD: &str = env!("CARGO_BIN_EXE_pgward");

/// Letters alone, so that it needs no encoding and cannot stand in a text by chance.
const CANARY: &str = "cAnArYpAsSwOrDrUnQz";

struct World {
    server: pg::Server,
    files: tempfile::TempDir,
}

static WORLD: LazyLock<World> = LazyLock::new(|| {
    let server = pg::Server::start(&pg::Setup {
        hba: "local all app scram-sha-256\nhost all all all scram-sha-256\n",
        conf: "max_connections = 120",
        sql: &format!("CREATE ROLE app LOGIN PASSWORD '{CANARY}'; CREATE DATABASE app OWNER app;"),
        ..pg::Setup::default()
    });
    World { server, files: tempfile::tempdir().expect("a temporary directory") }
});

fn url() -> String {
    format!("postgresql://app:{CANARY}@localhost:{}/app", WORLD.server.port())
}

/// A port at which nobody answers: tcpmux, which the system gives to nobody who asks for any.
const CLOSED: u16 = 1;

fn file(name: &str) -> PathBuf {
    WORLD.files.path().join(name)
}

/// The environment of every command here: a database that is ready.
fn environment() -> Vec<(OsString, OsString)> {
    let pairs = [("DATABASE_URL", url().as_str()), ("PGWARD_ENV", "development"), ("HOME", "/nonexistent")]
        .map(|(name, value)| (name.into(), value.into()));
    let path = std::env::var_os("PATH").expect("a PATH");
    pairs.into_iter().chain([("PATH".into(), path)]).collect()
}

/// A program in an empty directory, with [`environment`], nothing on standard input, and no signal ignored, whatever the
/// tests were started with (a shell has SIGINT ignored in what it runs in the background).
fn program(name: impl AsRef<OsStr>) -> Command {
    let empty = file("empty");
    fs::create_dir_all(&empty).expect("created");
    let mut command = Command::new("env");
    command.arg("--default-signal").arg(name);
    command.current_dir(empty).env_clear().envs(environment()).stdin(Stdio::null());
    command
}

/// `pgward ARGUMENTS`; it shows no password and writes nothing to standard output but what its command writes.
fn pgward(arguments: &[&str], more: &[(&str, &str)]) -> Output {
    let output = program(PGWARD).args(arguments).envs(more.iter().copied()).output().expect("it runs");
    let shown = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!shown.contains(CANARY), "a password is shown: {shown}");
    output
}

fn last_line(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).lines().last().unwrap_or_default().to_owned()
}

/// Lines of sh, if any, and words, after which a command is executed: by itself, or by pgward.
struct After<'a> {
    setup: &'a str,
    words: &'a [&'a str],
}

const NOTHING: After<'_> = After { setup: "", words: &[] };

impl After<'_> {
    fn command<S: AsRef<OsStr>>(&self, under: bool, command: &[S]) -> Command {
        let mut words: Vec<OsString> = Vec::new();
        if !self.setup.is_empty() {
            // It hands on no variable that it has no name for.
            words.extend(["/bin/sh", "-c"].map(OsString::from));
            words.extend([format!("{}\nexec \"$@\"", self.setup).into(), OsString::from("sh")]);
        }
        words.extend(self.words.iter().map(OsString::from));
        if under {
            words.extend([PGWARD, "run", "-q", "--"].map(OsString::from));
        }
        words.extend(command.iter().map(OsString::from));
        let mut out = program(words.remove(0));
        out.args(words);
        out
    }

    /// Runs it both ways, and both must end and write alike. Gives what came of it.
    fn alike<S: AsRef<OsStr>>(&self, command: &[S]) -> Output {
        let words: Vec<_> = command.iter().map(|word| word.as_ref().to_string_lossy()).collect();
        let mut alone = self.command(false, command).output().expect("it runs");
        let mut under = self.command(true, command).output().expect("it runs");
        for output in [&mut alone, &mut under] {
            output.stdout = without_own_signals(&output.stdout);
        }
        let what = format!("{} ▶ {words:?}: {}", self.setup, String::from_utf8_lossy(&under.stderr));
        assert_eq!(under.status, alone.status, "{what}");
        assert_eq!(String::from_utf8_lossy(&under.stderr), String::from_utf8_lossy(&alone.stderr), "{what}");
        assert!(under.stdout == alone.stdout, "{what}\n{}", {
            let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).chars().take(3000).collect::<String>();
            format!("alone:\n{}\nunder pgward:\n{}", text(&alone.stdout), text(&under.stdout))
        });
        under
    }
}

/// The C library has signals 32 and 33 for itself, and sets the second one's action where there are threads. No program
/// can name them.
fn without_own_signals(text: &[u8]) -> Vec<u8> {
    let Some(at) = text.windows(8).position(|w| w == b"SigIgn:\t") else { return text.to_vec() };
    let digits = at + 8..at + 24;
    let mask = std::str::from_utf8(&text[digits.clone()]).ok().and_then(|t| u64::from_str_radix(t, 16).ok());
    let mask = mask.expect("a mask in hexadecimal") & !(0b11 << 31);
    [&text[..digits.start], format!("{mask:016x}").as_bytes(), &text[digits.end..]].concat()
}

#[test]
fn every_exit_code_is_the_commands_own() {
    for code in 0..=255 {
        let script = format!("exit {code}");
        let mut run = NOTHING.command(true, &["sh", "-c", &script]);
        if code % 8 != 0 {
            // A server is asked in some of them only: it would take half a minute.
            run.env("DATABASE_URL", "sqlite:///x.db");
        }
        assert_eq!(run.status().expect("it runs").code(), Some(code));
    }
}

#[test]
fn every_death_is_the_commands_own() {
    for (name, number) in [
        ("TERM", 15),
        ("INT", 2),
        ("KILL", 9),
        ("SEGV", 11),
        ("PIPE", 13),
        ("HUP", 1),
        ("ABRT", 6),
        ("USR1", 10),
    ] {
        let died = NOTHING.alike(&["sh", "-c", &format!("kill -{name} $$")]);
        assert_eq!(died.status.signal(), Some(number), "{name}");
    }
}

#[test]
fn it_is_the_same_process() {
    let mut child = NOTHING.command(true, &["sh", "-c", "echo $$ $PPID"]);
    let mut child = child.stdout(Stdio::piped()).spawn().expect("it starts");
    let id = child.id();
    let mut said = String::new();
    std::io::Read::read_to_string(&mut child.stdout.take().expect("a pipe"), &mut said).expect("text");
    assert!(child.wait().expect("it ends").success());
    assert_eq!(said, format!("{id} {}\n", std::process::id()));
}

#[test]
fn output_passes_untouched() {
    // Every byte, in no order that repeats.
    let mut seed = 1u32;
    let noise: Vec<u8> = std::iter::repeat_with(|| {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        seed.to_be_bytes()[0]
    })
    .take(10 << 20)
    .collect();
    fs::write(file("noise"), &noise).expect("written");
    let source = file("noise").display().to_string();
    assert!(NOTHING.alike(&["cat", &source]).stdout == noise, "through a pipe");

    let out = file("out").display().to_string();
    for under in [false, true] {
        fs::write(&out, "what was there\n").expect("written");
        let setup = format!("exec >>'{out}' <'{source}'; head -c 5 >/dev/null");
        let mut command = After { setup: &setup, ..NOTHING }.command(under, &["head", "-c", "4000000"]);
        assert!(command.status().expect("sh runs").success());
        let written = fs::read(&out).expect("read");
        let rest = written.strip_prefix(b"what was there\n").expect("appended");
        // How much the first `head` reads is its own affair; where it stopped the second goes on.
        let at = (5..1 << 20).find(|at| noise[*at..].starts_with(rest)).expect("a piece of the input");
        assert_eq!(rest.len(), 4_000_000, "under: {under}, at {at}");
    }
}

#[test]
fn input_is_not_read() {
    for input in ["one\ntwo\nthree\n", ""] {
        for under in [false, true] {
            let mut child = NOTHING.command(under, &["cat"]);
            let mut child = child.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("it starts");
            let mut pipe = child.stdin.take().expect("a pipe");
            std::io::Write::write_all(&mut pipe, input.as_bytes()).expect("written");
            drop(pipe);
            let output = child.wait_with_output().expect("it ends");
            assert_eq!(String::from_utf8_lossy(&output.stdout), input, "under: {under}");
        }
    }
}

/// What the kernel knows of the process that asks; executed as it is, because a shell has signals of its own.
const STATE: [&str; 4] = [
    "grep",
    "-E",
    "^(Sig(Pnd|Blk|Ign|Cgt)|ShdPnd|Umask|Threads|Uid|Gid|Groups|Cap.*|NoNewPrivs|Seccomp|PPid):|Max |^[0-9]|timer",
    "/proc/self/status",
];

#[test]
fn signals_limits_and_masks_are_as_they_were() {
    let setups: [(&str, &[&str]); 8] = [
        ("", &[]),
        ("trap '' PIPE", &[]),
        ("trap '' TERM INT HUP QUIT USR1", &[]),
        ("trap '' PIPE TERM", &["env", "--block-signal=PIPE,USR2"]),
        ("", &["env", "--block-signal=TERM,INT,CHLD"]),
        ("trap '' TERM", &["env", "--ignore-signal=PIPE", "--default-signal=TERM"]),
        ("umask 0137; ulimit -n 64; ulimit -c 0", &[]),
        ("cd /", &["nice", "-n", "5"]),
    ];
    let files = ["limits", "oom_score_adj", "timerslack_ns", "personality", "cpuset", "cgroup"];
    let files = files.map(|file| format!("/proc/self/{file}"));
    let more = "pwd; umask; readlink /proc/self/cwd; cut -d' ' -f5-8,19 /proc/$$/stat";
    for (setup, words) in setups {
        let after = After { setup, words };
        let status =
            after.alike(&STATE.map(str::to_owned).into_iter().chain(files.clone()).collect::<Vec<_>>());
        assert!(status.stdout.len() > 1000, "{}", String::from_utf8_lossy(&status.stdout));
        after.alike(&["sh", "-c", more]);
    }
    // The two that Rust's runtime changes, seen from what they do.
    let writes = ["sh", "-c", "(sleep 0.2; printf x; echo went on: $? >&2) | true; wait"];
    for setup in ["", "trap '' PIPE"] {
        After { setup, ..NOTHING }.alike(&writes);
    }
}

#[test]
fn open_files_are_as_they_were() {
    let out = file("descriptors").display().to_string();
    let find = ["find", "/proc/self/fd", "-mindepth", "1", "-printf", "%f %l\n", "-fprintf"];
    for setup in [
        "",
        "exec <&-",
        "exec >&-",
        "exec 2>&-",
        "exec <&- >&- 2>&-",
        "exec <>/dev/null 5</etc/passwd 7>>/dev/null",
        "exec 3<&0 <&-",
        "exec >/dev/full",
    ] {
        // Both runs have the same streams, so that their names are the same.
        let setup = format!("exec </dev/null >/dev/null 2>/dev/null\n{setup}");
        let listed = [false, true].map(|under| {
            let command: Vec<&str> = find.into_iter().chain([out.as_str(), "%f %l\n"]).collect();
            let mut child = After { setup: &setup, ..NOTHING }.command(under, &command);
            let ended = child.stdout(Stdio::null()).stderr(Stdio::null()).status().expect("sh runs");
            let list = fs::read_to_string(&out).expect("a list");
            // Of `find` itself, which opens its own directory by its number.
            let ours = |line: &&str| !line.contains(" /proc/");
            (ended.code(), list.lines().filter(ours).map(str::to_owned).collect::<Vec<_>>())
        });
        assert_eq!(listed[1], listed[0], "{setup}");
        assert!(!listed[0].1.is_empty(), "{listed:?}");
        let closed = setup.contains("<&-");
        assert_eq!(listed[0].1.iter().any(|line| line == "0 /dev/null"), !closed, "{setup}: {listed:?}");
    }
    // What a closed stream is for the command.
    for setup in ["exec <&-", "exec >&-", "exec 2>&-", "exec <&- >&- 2>&-"] {
        After { setup, ..NOTHING }.alike(&["cat"]);
        After { setup, ..NOTHING }.alike(&[
            "sh",
            "-c",
            "cat; echo out; echo err >&2; exec 3</etc/hostname; cat <&3",
        ]);
    }
}

#[test]
fn the_environment_is_as_it_was() {
    let odd: Vec<(OsString, OsString)> = vec![
        ("EMPTY".into(), "".into()),
        ("LINES_".into(), "a\nb\n".into()),
        (OsString::from_vec(b"N\xc3\x28".to_vec()), OsString::from_vec(b"\xff\xfe".to_vec())),
        ("PGWARD_DATABASE_URL".into(), url().into()),
        ("PGWARD_QUIET".into(), "1".into()),
        ("with-dash".into(), "x=y=z".into()),
    ];
    for words in [&[][..], &["env", "--ignore-signal=PIPE"]] {
        let listed = [false, true].map(|under| {
            let mut listing = After { words, ..NOTHING }.command(under, &["env", "-0"]);
            let output = listing.envs(odd.clone()).output().expect("env runs");
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
            output.stdout
        });
        assert!(listed[0] == listed[1], "{:?}", listed.map(|l| String::from_utf8_lossy(&l).into_owned()));
        assert!(listed[0].windows(6).any(|w| w == b"N\xc3\x28=\xff\xfe"));
    }
}

#[test]
fn arguments_are_as_they_were() {
    let arguments = ["", " ", "-q", "--help", "--", "*", "a\nb", "$HOME"].map(OsString::from);
    let raw = OsStr::from_bytes(b"\xff\xfe").to_owned();
    let command: Vec<OsString> =
        ["printf", "<%s>\\0"].map(OsString::from).into_iter().chain(arguments).chain([raw]).collect();
    for setup in ["", "trap '' PIPE"] {
        let said = After { setup, ..NOTHING }.alike(&command);
        assert!(said.stdout.ends_with(b"<$HOME>\0<\xff\xfe>\0"), "{said:?}");
    }
    // Without `--` too: what stands behind the command is its own.
    let said = pgward(&["run", "echo", "-q", "--format", "json", "--", "-v"], &[]);
    assert_eq!(said.stdout, b"-q --format json -- -v\n");
    assert!(last_line(&said).starts_with("pgward: ready: app as app at localhost:"), "{}", last_line(&said));
    assert_eq!(String::from_utf8_lossy(&said.stderr).lines().count(), 1);
    // A script without a first line that names its shell, as execvp(3) has it.
    let script = file("script");
    fs::write(&script, "echo \"$0\" \"$@\"\n").expect("written");
    fs::set_permissions(&script, std::os::unix::fs::PermissionsExt::from_mode(0o755)).expect("a mode");
    let script = script.display().to_string();
    for words in [&["env"][..], &["env", "--ignore-signal=PIPE"]] {
        assert!(After { words, ..NOTHING }.alike(&[&script, "x"]).status.success());
    }
}

#[test]
fn a_terminal_is_as_it_was() {
    let typescript = |under: bool| {
        let run = if under { format!("{PGWARD} run -q -- ") } else { String::new() };
        let line = format!(
            "{run}sh -c 'tty | sed s/[0-9]*$//; stty -a; test -t 0 && test -t 1 && test -t 2; echo $?'"
        );
        let mut script = program("script");
        script
            .args(["-q", "-e", "-c", &line, "/dev/null"])
            .env("SHELL", "/bin/sh")
            .output()
            .expect("script runs")
    };
    let (alone, under) = (typescript(false), typescript(true));
    assert!(String::from_utf8_lossy(&alone.stdout).contains("/dev/pts/"), "{alone:?}");
    assert_eq!(String::from_utf8_lossy(&under.stdout), String::from_utf8_lossy(&alone.stdout));
    assert_eq!(under.status, alone.status);
}
