//! `pgward lint` among files that nobody would write: whatever lies in a tree, the run ends, says what it could not read,
//! goes on with the rest, prints no control character and no secret, and ends with a documented code.
#![cfg(target_os = "linux")]
#![expect(clippy::disallowed_methods, reason = "the tests write files and start commands")]

#[path = "hostile/checkouts.rs"]
mod checkouts;
#[path = "hostile/entries.rs"]
mod entries;
#[path = "hostile/input.rs"]
mod input;
#[path = "hostile/names.rs"]
mod names;
#[path = "hostile/policies.rs"]
mod policies;
#[path = "hostile/sizes.rs"]
mod sizes;
#[path = "hostile/texts.rs"]
mod texts;

use std::{
    ffi::{OsStr, OsString},
    fs::{self, File},
    io::Read as _,
    os::unix::process::CommandExt as _,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

/// Letters alone, so that it stands in no text by chance.
const SECRET: &str = "cAnArYpAsSwOrDrUnQz";

/// Every format, and text as a terminal gets it.
const FORMATS: &[&[&str]] = &[
    &["--format", "text"],
    &["--format", "text", "--color", "always"],
    &["--format", "concise"],
    &["--format", "json"],
    &["--format", "sarif"],
    &["--format", "github"],
    &["--format", "gitlab"],
    &["--format", "junit"],
    &["--format", "checkstyle"],
    &["--format", "rdjson"],
    &["--format", "markdown"],
];

/// The user of the tests that is nobody's.
const NOBODY: u32 = 65_534;
/// A run that waits longer hangs.
const PATIENCE: Duration = Duration::from_secs(300);
/// A run that takes more seconds of a processor does not come to an end. It is far more than any of these needs, because
/// what is tested is not fast.
const PROCESSOR: &str = "20";

/// In KiB. What reads a device to its end needs more.
const MEMORY: &str = "4194304";

/// A tree in a temporary directory.
struct Tree {
    directory: tempfile::TempDir,
}

impl Tree {
    fn new() -> Self {
        Self { directory: tempfile::tempdir().expect("a temporary directory") }
    }

    /// One with these files.
    fn of(files: &[(&str, &[u8])]) -> Self {
        let out = Self::new();
        for (path, bytes) in files {
            out.write(path, bytes);
        }
        out
    }

    fn path(&self, name: impl AsRef<Path>) -> PathBuf {
        self.directory.path().join(name)
    }

    fn write(&self, name: impl AsRef<Path>, bytes: impl AsRef<[u8]>) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().expect("a directory")).expect("a directory");
        fs::write(path, bytes).expect("a file");
    }

    /// A file of a length that takes no room on the disk, with this at its beginning.
    fn sparse(&self, name: &str, begins: &str, length: u64) {
        self.write(name, begins);
        let file = File::options().write(true).open(self.path(name)).expect("a file");
        file.set_len(length).expect("a sparse file");
    }

    fn link(&self, target: impl AsRef<Path>, name: &str) {
        std::os::unix::fs::symlink(target, self.path(name)).expect("a link");
    }

    fn pipe(&self, name: &str) {
        let made = Command::new("mkfifo").arg(self.path(name)).status().expect("mkfifo starts");
        assert!(made.success(), "a pipe");
    }

    fn lint(&self, arguments: &[&str]) -> Run {
        self.start(arguments, Stdio::null(), &[], None)
    }

    /// `pgward lint` in the tree, with nothing of this process' environment.
    fn start(
        &self,
        arguments: &[impl AsRef<OsStr>],
        input: Stdio,
        variables: &[(&str, &str)],
        user: Option<u32>,
    ) -> Run {
        let mut command = Command::new("sh");
        command
            .arg("-c")
            .arg(format!("ulimit -t {PROCESSOR} && ulimit -v {MEMORY} && exec \"$0\" lint \"$@\""))
            .arg(env!("CARGO_BIN_EXE_pgward"))
            .args(arguments)
            .env_clear()
            .env("PATH", "/usr/bin:/bin")
            .envs(variables.iter().copied())
            .current_dir(self.directory.path())
            .stdin(input)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        if let Some(user) = user {
            command.uid(user).gid(user);
        }
        let what = arguments.iter().map(|a| a.as_ref().to_owned()).collect();
        Run::of(command.spawn().expect("the binary starts"), what)
    }

    /// A run in each format: harmless, well-formed, and with the same code.
    fn in_every_format(&self, arguments: &[&str]) -> Vec<Run> {
        let runs: Vec<Run> =
            FORMATS.iter().map(|format| self.lint(&[*format, arguments].concat()).harmless()).collect();
        for run in &runs {
            assert_eq!(run.code, runs[0].code, "{:?}: {}", run.what, run.all());
        }
        runs
    }
}

/// What a run came to.
struct Run {
    what: Vec<OsString>,
    code: Option<i32>,
    stdout: Vec<u8>,
    stderr: Vec<u8>,
    took: Duration,
}

impl Run {
    fn of(mut child: Child, what: Vec<OsString>) -> Self {
        let read = |mut from: Box<dyn std::io::Read + Send>| {
            thread::spawn(move || {
                let mut bytes = Vec::new();
                from.read_to_end(&mut bytes).map(|_| bytes)
            })
        };
        let stdout = read(Box::new(child.stdout.take().expect("a pipe")));
        let stderr = read(Box::new(child.stderr.take().expect("a pipe")));
        let began = Instant::now();
        let status = loop {
            if let Some(status) = child.try_wait().expect("a child") {
                break status;
            }
            if began.elapsed() > PATIENCE {
                child.kill().expect("a child");
                panic!("{what:?} hangs");
            }
            thread::sleep(Duration::from_millis(5));
        };
        let bytes = |reader: thread::JoinHandle<std::io::Result<Vec<u8>>>| {
            reader.join().expect("a reader").expect("a pipe that is read")
        };
        let took = began.elapsed();
        Self { what, code: status.code(), stdout: bytes(stdout), stderr: bytes(stderr), took }
    }

    fn all(&self) -> String {
        String::from_utf8_lossy(&[&self.stdout[..], &self.stderr[..]].concat()).into_owned()
    }

    /// The run, after a look at its code and at all that it wrote.
    #[track_caller]
    fn harmless(self) -> Self {
        let all = self.all();
        let said: String = all.chars().take(4000).collect();
        assert!(
            matches!(self.code, Some(0..=2)),
            "{:?} ended with {:?} after {:?}: {said}",
            self.what,
            self.code,
            self.took
        );
        assert!(!all.contains("panicked") && !all.contains("overflow"), "{:?}: {said}", self.what);
        assert!(!all.contains(SECRET), "{:?} shows the secret: {said}", self.what);
        let colour = self.what.iter().any(|a| a == "always");
        for bytes in [&self.stdout, &self.stderr] {
            let text = std::str::from_utf8(bytes).expect("UTF-8");
            let plain = if colour { without_colours(text) } else { text.to_owned() };
            let raw = plain.chars().find(|c| is_raw(*c));
            assert_eq!(raw, None, "{:?}: {said}", self.what);
        }
        for line in String::from_utf8_lossy(&self.stderr).lines() {
            assert!(line.starts_with("pgward: "), "{:?}: {line}", self.what);
        }
        let stdout = String::from_utf8_lossy(&self.stdout);
        let format = self.what.iter().skip_while(|a| *a != "--format").nth(1);
        // Without a file or a policy there may be no report.
        if let Some(format) = format.and_then(|f| f.to_str()).filter(|_| !stdout.is_empty()) {
            well_formed(format, &stdout);
        }
        self
    }

    #[track_caller]
    fn says(self, words: &[&str]) -> Self {
        let all = self.all();
        for word in words {
            assert!(all.contains(word), "{:?} does not say {word:?}: {all}", self.what);
        }
        self
    }

    #[track_caller]
    fn ends_with(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{:?}: {}", self.what, self.all());
        self
    }
}

/// Without ESC `[` digits and semicolons `m`, which is all that is ours where no terminal is.
fn without_colours(text: &str) -> String {
    let mut parts = text.split("\u{1b}[");
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let length = part.find(|c: char| c != ';' && !c.is_ascii_digit()).unwrap_or(part.len());
        // What is none stays, and is found.
        let is_colour = part[length..].starts_with('m');
        out.push_str(if is_colour { &part[length + 1..] } else { "\u{1b}" });
    }
    out
}

/// Control characters of C0 and C1, and what turns the direction of reading.
fn is_raw(c: char) -> bool {
    c.is_control() && c != '\n'
        || matches!(c, '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// What a reader of the format would stumble over.
#[track_caller]
fn well_formed(format: &str, out: &str) {
    match format {
        "json" | "sarif" | "gitlab" | "rdjson" => {
            serde_json::from_str::<serde_json::Value>(out).expect("JSON");
        }
        "junit" | "checkstyle" => {
            roxmltree::Document::parse(out).expect("XML");
        }
        "github" => {
            let ours = ["::error ", "::error::", "::warning ", "::notice ", "pgward: "];
            let foreign = out.lines().find(|line| !ours.iter().any(|begin| line.starts_with(begin)));
            assert_eq!(foreign, None);
            assert!(!out.contains("##["), "{out}");
        }
        "markdown" => {
            let cells = |line: &&str| line.starts_with("| ") && line.matches('|').count() != 5;
            assert_eq!(out.lines().find(cells), None);
            assert!(!out.contains("<b>") && !out.contains("](http://evil") && !out.contains("!["), "{out}");
        }
        _ => {}
    }
}

/// A URL with the secret, of the file that shows that a run went on.
const URL: &str = "postgresql://shop:cAnArYpAsSwOrDrUnQz@db.example.com/shop";

/// One text after the other.
fn many(numbers: impl IntoIterator<Item = usize>, one: impl Fn(usize) -> String) -> String {
    let mut out = String::new();
    for number in numbers {
        out.push_str(&one(number));
    }
    out
}

/// Whether this process may read what nobody else may.
fn is_root() -> bool {
    fs::metadata("/proc/self").is_ok_and(|facts| std::os::unix::fs::MetadataExt::uid(&facts) == 0)
}
