//! bash and dash themselves read thousands of generated files. No file can run anything: there is no command
//! substitution and no redirection in them, and `PATH` leads nowhere.

use pgward::{
    dotenv::{self, Dialect},
    unstable::layer::ProblemKind,
};
use std::{collections::BTreeMap, fs, path::Path, process::Command};

/// What files are made of.
const PIECES: &[&str] = &[
    "A=",
    "B=",
    "C=",
    "A=",
    "B=",
    "\n",
    "\n",
    "\n",
    " ",
    " ",
    "\t",
    "x",
    "y1",
    "a b",
    "'",
    "\"",
    "'",
    "\"",
    "\\",
    "#",
    " #",
    "# c\n",
    "$",
    "$H",
    "${H}",
    "$A",
    "${A}",
    "${N:-d}",
    "${N-d}",
    "${E:-d}",
    "${E-d}",
    "${H:+y}",
    "${N:?no}",
    "${N:=z}",
    "${#H}",
    "${H#env}",
    "${H%host}",
    "${H%%o*}",
    "${N:-'q'}",
    "${N:-\"q\"}",
    "${N:-$H}",
    "${N:-${E:-z}}",
    "${",
    "}",
    "'a b'",
    "\"a b\"",
    "'#'",
    "\"$H\"",
    "'$H'",
    "\\\n",
    "\\$",
    "\\\"",
    "\\'",
    "\\\\",
    "\\n",
    ";",
    "&&",
    "||",
    "!",
    "=",
    ",",
    ".",
    "-",
    "/",
    ":",
    "%",
    "@",
    "+",
    "[",
    "]",
    "{",
    "^",
    "export ",
    "export A",
    "readonly ",
    "é",
    "\r",
    "\r\n",
    "unset A\n",
    "$((1+2))",
    "A=1\n",
    "B='2'\n",
    "export C=3\n",
    "+=",
];

/// xorshift: the same files on every machine.
struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % n as u64).expect("small")
    }

    fn file(&mut self) -> String {
        let mut text = String::new();
        if self.below(3) > 0 {
            text.push_str(["A=", "A='", "A=\"", "export A=", "A=x"][self.below(5)]);
        }
        for _ in 0..=self.below(12) {
            text.push_str(PIECES[self.below(PIECES.len())]);
        }
        if self.below(2) == 0 {
            text.push_str("\nZ=end\n");
        }
        text
    }
}

const DRIVER: &str = r#"
for f in *.env; do
  ( set -a; . "./$f"; echo $? > "$f.status"; exec /usr/bin/env -0 > "$f.out" ) > /dev/null 2>&1
done
"#;

fn environment() -> BTreeMap<String, String> {
    [("H", "envhost"), ("E", "")].into_iter().map(|(k, v)| (k.to_owned(), v.to_owned())).collect()
}

/// Variables that the shell has of itself.
fn own(name: &str) -> bool {
    matches!(name, "_" | "PWD" | "OLDPWD" | "SHLVL" | "PATH")
}

fn real(dir: &Path, i: usize) -> Option<(bool, BTreeMap<String, String>)> {
    let status = fs::read_to_string(dir.join(format!("{i:05}.env.status"))).ok()?;
    let out = fs::read(dir.join(format!("{i:05}.env.out"))).ok()?;
    let pair = |line: &str| line.split_once('=').map(|(k, v)| (k.to_owned(), v.to_owned()));
    let text = String::from_utf8_lossy(&out).into_owned();
    Some((status.trim() == "0", text.split('\0').filter_map(pair).filter(|(k, _)| !own(k)).collect()))
}

fn compare(shell: &str, dialect: Dialect, files: usize, seed: u64) {
    let dir = tempfile::tempdir().expect("a directory");
    let mut random = Random(seed);
    let texts: Vec<String> = (0..files).map(|_| random.file()).collect();
    for (i, text) in texts.iter().enumerate() {
        fs::write(dir.path().join(format!("{i:05}.env")), text).expect("a file");
    }
    let ran = Command::new(shell)
        .args(["-c", DRIVER])
        .env_clear()
        .env("PATH", "/nonexistent")
        .envs(environment())
        .current_dir(dir.path())
        .status();
    assert!(ran.is_ok(), "{shell} must be installed");
    let (mut compared, mut bad) = (0, Vec::new());
    for (i, text) in texts.iter().enumerate() {
        let ours = dotenv::read(text.as_bytes(), dialect, &environment());
        let read = match &ours {
            Ok(read) => read,
            Err(refused) => &refused.before,
        };
        // A `$` that a continued line parts from its name, and a reference that begins with a backslash, are beyond us.
        if text.contains("$\\\n") || text.contains("${\\") {
            continue;
        }
        // The last part of a value may hang on the shell itself (`$-`, a home directory).
        if read.depends.iter().any(|d| d.kind != ProblemKind::Command) {
            continue;
        }
        compared += 1;
        let mut variables = environment();
        for (key, value) in &read.variables {
            let value = secrecy::ExposeSecret::expose_secret(&value.to_secret_string()).to_owned();
            variables.insert(key.clone(), value);
        }
        variables.retain(|key, _| !own(key));
        let same = match real(dir.path(), i) {
            None => ours.is_err(),
            Some((ok, theirs)) => ok == ours.is_ok() && theirs == variables,
        };
        if !same {
            bad.push(format!(
                "{text:?}\n  {shell} {:?}\n  ours {:?} {variables:?}",
                real(dir.path(), i),
                ours.err()
            ));
        }
    }
    assert!(compared * 10 > files * 9, "only {compared} of {files} were compared");
    let shown = &bad[..bad.len().min(12)];
    assert!(bad.is_empty(), "{} of {compared} differ\n{}", bad.len(), shown.join("\n"));
}

#[test]
fn bash_reads_them_alike() {
    compare("/bin/bash", Dialect::Bash, 3000, 0x5eed_0b45);
}

#[test]
fn dash_reads_them_alike() {
    compare("/bin/dash", Dialect::Dash, 3000, 0x5eed_0da5);
}
