//! In a container: as its first process, and where Kubernetes looks for last words.

use super::{CLOSED, PGWARD, WORLD, file, last_line, program, url};
use std::{
    fs,
    process::{Child, Command, Output, Stdio},
    sync::LazyLock,
    time::{Duration, Instant},
};

/// How this machine makes namespaces: as root, or as a user who is root inside.
static UNSHARE: LazyLock<&[&str]> = LazyLock::new(|| {
    let ways: [&[&str]; 2] =
        [&["--pid", "--mount", "--fork"], &["--map-root-user", "--pid", "--mount", "--fork"]];
    let works = |way: &&[&str]| {
        program("unshare")
            .args(*way)
            .args(["--mount-proc", "true"])
            .output()
            .is_ok_and(|o| o.status.success())
    };
    ways.into_iter().find(works).expect(
        "this machine makes no namespaces of processes and mounts, in which this is tested: run the tests as root, in \
         a container with `--privileged`, or allow it to users (sysctl kernel.unprivileged_userns_clone=1, \
         kernel.apparmor_restrict_unprivileged_userns=0)",
    )
});

/// A command as the first process of a container.
fn first(command: &[&str]) -> Command {
    let mut unshare = program("unshare");
    unshare.args(*UNSHARE).arg("--mount-proc").arg("--").args(command);
    unshare
}

/// The process that `unshare` started, as it is called out here.
fn inner(unshare: &Child) -> String {
    let children = format!("/proc/{0}/task/{0}/children", unshare.id());
    let began = Instant::now();
    loop {
        let named = fs::read_to_string(&children).unwrap_or_default();
        let runs =
            |id: &str| fs::read(format!("/proc/{id}/cmdline")).is_ok_and(|l| !l.starts_with(b"unshare"));
        match named.split_whitespace().next().filter(|id| runs(id)) {
            Some(id) => return id.to_owned(),
            None => assert!(began.elapsed() < Duration::from_secs(10), "nothing was started"),
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Waits until a process has its action for SIGINT: before that it is handed none.
fn acts_on_signals(id: &str) {
    let acts = || {
        let status = fs::read_to_string(format!("/proc/{id}/status")).unwrap_or_default();
        let mask = status.lines().find_map(|line| line.strip_prefix("SigCgt:"));
        mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).is_some_and(|mask| mask & 0b10 != 0)
    };
    let began = Instant::now();
    while !acts() {
        assert!(began.elapsed() < Duration::from_secs(20), "it has no action for signals");
        std::thread::sleep(Duration::from_millis(5));
    }
    // And on to what it waits for.
    std::thread::sleep(Duration::from_millis(300));
}

fn kill(signal: &str, id: &str) {
    let kill = program("kill").args([&format!("-{signal}"), id]).status().expect("kill runs");
    assert!(kill.success(), "no process {id}");
}

/// Waits at most so long; one that stays is ended.
fn ended_within(mut child: Child, most: Duration) -> Option<Output> {
    let began = Instant::now();
    while began.elapsed() < most {
        if child.try_wait().expect("waited for").is_some() {
            return Some(child.wait_with_output().expect("its output"));
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    kill("KILL", &inner(&child));
    child.wait().expect("waited for");
    None
}

#[test]
fn signals_end_it_while_it_waits() {
    let dead = format!("postgresql://app@localhost:{CLOSED}/app");
    for (name, code) in [("TERM", 143), ("INT", 130), ("QUIT", 131), ("HUP", 129)] {
        let mut run = first(&[PGWARD, "run", "--wait", "60s", "--", "echo", "started"]);
        let run = run.env("DATABASE_URL", &dead).stdout(Stdio::piped()).stderr(Stdio::piped());
        let child = run.spawn().expect("unshare runs");
        let id = inner(&child);
        acts_on_signals(&id);
        kill(name, &id);
        let output =
            ended_within(child, Duration::from_secs(5)).unwrap_or_else(|| panic!("{name} does nothing"));
        assert_eq!((output.status.code(), output.stdout.len()), (Some(code), 0), "{name}: {output:?}");
    }
    // Before anything is asked: an env file that gives nothing.
    let fifo = file("fifo");
    assert!(program("mkfifo").arg(&fifo).status().expect("mkfifo runs").success());
    let mut run =
        first(&[PGWARD, "run", "--env-file", fifo.to_str().expect("text"), "--", "echo", "started"]);
    let child = run.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("unshare runs");
    let id = inner(&child);
    acts_on_signals(&id);
    kill("TERM", &id);
    let output = ended_within(child, Duration::from_secs(5)).expect("it ends");
    assert_eq!(output.status.code(), Some(143), "{output:?}");
}

#[test]
fn what_was_ignored_stays_ignored() {
    let dead = format!("postgresql://app@localhost:{CLOSED}/app");
    let script = "trap '' TERM; exec \"$@\"";
    let run = [PGWARD, "run", "--wait", "3s", "--", "echo", "started"];
    let mut run = first(&[&["sh", "-c", script, "sh"][..], &run].concat());
    let run = run.env("DATABASE_URL", &dead).stdout(Stdio::piped()).stderr(Stdio::piped());
    let child = run.spawn().expect("unshare runs");
    let id = inner(&child);
    acts_on_signals(&id);
    kill("TERM", &id);
    let output = ended_within(child, Duration::from_secs(20)).expect("it ends");
    assert_eq!(output.status.code(), Some(75), "{output:?}");
}

#[test]
fn the_command_is_the_first_process_as_it_would_be_alone() {
    let state = "test $$ = 1 && exec grep -E '^(Sig(Pnd|Blk|Cgt)|ShdPnd|Threads|NSpid|PPid)' /proc/1/status";
    // The shell has an action for it, and ends on what it would not be handed otherwise.
    let dies = "trap 'echo told; exit 3' TERM; kill -TERM $$; echo went on; exit 4";
    // The first process is handed nothing that it has no action for.
    let stays = "kill -TERM $$; echo went on; exit 4";
    for (what, code) in [(state, 0), (dies, 3), (stays, 4)] {
        for setup in ["", "trap '' TERM PIPE"] {
            let script = format!("{setup}\nexec \"$@\"");
            let both = [&[][..], &[PGWARD, "run", "-q", "--"]].map(|under| {
                let words = [&["sh", "-c", &script, "sh"][..], under, &["sh", "-c", what]].concat();
                let output = first(&words).output().expect("unshare runs");
                (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned(), output.stderr)
            });
            assert_eq!(both[1], both[0], "{what}");
            if setup.is_empty() {
                assert_eq!(both[0].0, Some(code), "{what}: {:?}", both[0]);
            }
        }
    }
    // By a signal from outside that nobody can refuse.
    let mut run = first(&[PGWARD, "run", "-q", "--", "sleep", "30"]);
    let child = run.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("unshare runs");
    let began = Instant::now();
    let line = |id: &str| fs::read(format!("/proc/{id}/cmdline")).unwrap_or_default();
    let id = inner(&child);
    while !line(&id).starts_with(b"sleep") {
        assert!(began.elapsed() < Duration::from_secs(20), "the command did not start");
        std::thread::sleep(Duration::from_millis(5));
    }
    kill("TERM", &id);
    std::thread::sleep(Duration::from_millis(200));
    assert!(line(&id).starts_with(b"sleep"), "a handler was left behind");
    kill("KILL", &id);
    let output = child.wait_with_output().expect("it ends");
    assert!(!output.status.success() && line(&id).is_empty(), "{output:?}");
}

/// `pgward ARGUMENTS` with a /dev of its own, in which `log` made /dev/termination-log; gives what is in it then.
fn with_log(log: &str, arguments: &[&str], more: &[(&str, &str)]) -> (Output, String) {
    let copy = file("log-copy");
    let _none = fs::remove_file(&copy);
    let script = "set -e; old=\"$1\"; log=\"$2\"; copy=\"$3\"; shift 3
        mkdir -p \"$old\"; mount --rbind /dev \"$old\"; mount -t tmpfs tmpfs /dev
        : >/dev/null; mount --bind \"$old/null\" /dev/null
        eval \"$log\"
        set +e; \"$@\"; code=$?
        test -f /dev/termination-log && cat /dev/termination-log >\"$copy\"
        exit $code";
    let old = file("old-dev").display().to_string();
    let to = copy.display().to_string();
    let words = [&["sh", "-c", script, "sh", &old, log, &to, PGWARD][..], arguments].concat();
    let mut command = first(&words);
    let child = command.envs(more.iter().copied()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let output = ended_within(child.spawn().expect("unshare runs"), Duration::from_secs(30));
    (output.expect("it ends"), fs::read_to_string(&copy).unwrap_or_default())
}

#[test]
fn last_words_are_where_kubernetes_looks_for_them() {
    assert!(!WORLD.server.socket_dir().starts_with("/dev"));
    let dead = format!("postgresql://app@localhost:{CLOSED}/app");
    let make = "printf 'an older and longer message%01000d' 1 >/dev/termination-log";
    let sqlite = [("DATABASE_URL", "sqlite:///x.db"), ("PGWARD_ENV", "production")];
    for (arguments, more, code) in [
        (&["run", "--", "echo"][..], &sqlite[..], 78),
        (&["run", "-q", "--format", "json", "--", "echo"], &sqlite, 78),
        (&["run", "--", "echo"], &[("DATABASE_URL", dead.as_str())], 75),
        (&["run", "--config", "missing.toml", "echo"], &[], 125),
        (&["run", "--wiat", "60s", "echo"], &[], 125),
        (&["run", "no-such-command"], &[], 127),
    ] {
        let (output, log) = with_log(make, arguments, more);
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {output:?}");
        assert_eq!(log, format!("{}\n", last_line(&output)), "{arguments:?}");
        assert!(log.starts_with("pgward: ") && log.lines().count() == 1, "{log}");
    }
    // Nothing is said of a command that was started.
    let url = url();
    let (output, log) =
        with_log(": >/dev/termination-log", &["run", "echo", "hi"], &[("DATABASE_URL", &url)]);
    assert_eq!((output.stdout.as_slice(), log.as_str()), (&b"hi\n"[..], ""), "{output:?}");
}

#[test]
fn what_is_no_file_is_left_alone() {
    let sqlite = [("DATABASE_URL", "sqlite:///x.db"), ("PGWARD_ENV", "production")];
    for log in [
        ":",
        "mkfifo /dev/termination-log",
        "mkfifo /dev/termination-log; sleep 60 </dev/termination-log &",
        "mkdir /dev/termination-log",
        "ln -s null /dev/termination-log",
        "ln -s termination-log /dev/termination-log",
    ] {
        let (output, _) = with_log(log, &["run", "--", "echo"], &sqlite);
        assert_eq!(output.status.code(), Some(78), "{log}: {output:?}");
        assert!(last_line(&output).starts_with("pgward: refused"), "{log}");
    }
    // A link to a file is followed, as a container may have it; a file that may not be written is no trouble.
    let (_, log) = with_log("touch /dev/real; ln -s real /dev/termination-log", &["run", "no-such"], &[]);
    assert_eq!(log, "pgward: there is no command `no-such`\n");
    let read_only = "touch /dev/termination-log; mount --bind /dev/termination-log /dev/termination-log; \
                     mount -o remount,bind,ro /dev/termination-log";
    let (output, log) = with_log(read_only, &["run", "no-such"], &[]);
    assert_eq!((output.status.code(), log.as_str()), (Some(127), ""), "{output:?}");
}
