//! Four systems as they were, their corrected twins and the examples, through the built binary.
//! `expected.txt` beside the files is what pgward says to all of them; `UPDATE=1 cargo test --test cases` writes it
//! anew; read the difference by eye. What the systems were promised stands here, and no `UPDATE` changes it.
#![cfg(feature = "cli")]
#![expect(clippy::disallowed_methods, reason = "the test reads the cases and a variable of its own")]

use std::{
    collections::BTreeMap,
    fmt::{self, Write as _},
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

#[test]
fn babyshield_as_was() {
    let case = Case::judged("cases/babyshield/as-was");
    case.lint(&[
        ".env.production:3 error[weak-secret]",
        ".env.production:3 error[superuser-role]",
        ".env.production:3 warning[localhost-in-production]",
        ".env.production:4 error[dev-secret-in-production]",
        ".env.production:5 error[dev-secret-in-production]",
        ".env.test:3 error[test-equals-primary]",
        "Dockerfile.final:7:18 error[sqlite-in-production]",
        "config/environments/production.yaml:4:25 error[fallback-default]",
        "config/environments/production.yaml:4:60 warning[tls-unspecified]",
        "config/environments/staging.yaml:4:25 warning[fallback-default]",
        "config/environments/staging.yaml:4:25 warning[sqlite-in-production]",
        "db/alembic.ini:4:47 error[url-in-framework-config]",
        "core_infra/database.py:6 note[fallback-default]",
        "core/startup.py:12 note[superuser-role]",
        "core/startup.py:19 note[url-composed-unencoded]",
        "docker-compose.dev.yml:6 note[url-in-compose]",
        "docker-compose.dev.yml:11 note[url-in-compose]",
        "docker-compose.dev.yml:14 note[compose-no-health-gate]",
    ]);
    case.silent_about(&["tests/conftest.py"]);
    // A developer's SQLite and default passwords are in their place, and an example is nobody's configuration.
    case.silent_about(&[".env", ".env.example"]);
    case.check("production-nothing-set", &["error[database-url-unset]"]);
    case.check("production-empty", &["DATABASE_URL error[database-url-empty]"]);
    case.check("production-sqlite", &["DATABASE_URL error[sqlite-in-production]"]);
    case.check(
        "production-default",
        &[
            "DATABASE_URL error[weak-secret]",
            "DATABASE_URL error[superuser-role]",
            "DATABASE_URL warning[localhost-in-production]",
        ],
    );
    case.check("production-tests-on", &["TEST_MODE error[environment-contradiction]"]);
    case.check("tests-without-their-own", &["DATABASE_URL warning[test-inherits-database-url]"]);
    case.check("tests-on-primary", &["TEST_DATABASE_URL error[test-equals-primary]"]);
    case.check("url-and-parts", &["DATABASE_URL error[url-parts-conflict]"]);
    case.check("parts-without-database", &["DB_HOST error[parts-incomplete]"]);
}

#[test]
fn event_horizon_as_was() {
    let case = Case::judged("cases/event-horizon/as-was");
    case.lint(&[
        ".env:1 warning[toggle-contradiction]",
        "event_horizon/settings/production.py:9 warning[parts-incomplete]",
        "event_horizon/settings/production.py:12 warning[fallback-default]",
        "event_horizon/settings/production.py:12 warning[localhost-in-production]",
        "event_horizon/settings/production.py:14 warning[persistent-connection-unchecked]",
    ]);
    case.silent_about(&["event_horizon/settings/development.py"]);
    case.check(
        "production-toggle-off",
        &["USE_POSTGRESQL error[sqlite-in-production]", "USE_POSTGRESQL error[toggle-contradiction]"],
    );
    case.check("production-toggle-one", &["USE_POSTGRESQL error[toggle-ambiguous]"]);
    case.check("development-toggle-yes", &["USE_POSTGRESQL warning[toggle-ambiguous]"]);
    case.check("production-without-name", &["DB_HOST error[parts-incomplete]"]);
}

#[test]
fn event_horizon_switched() {
    let case = Case::judged("cases/event-horizon/switched");
    case.lint(&[
        ".env:3 note[superuser-role]",
        ".env:4 warning[empty-password]",
        ".env.production:4 warning[superuser-role]",
        ".env.production:5 error[empty-password]",
        ".env.production:6 error[tls-unspecified]",
    ]);
    // Django's runner makes `test_event_horizon_dev` beside the real one.
    case.check("tests", &[]);
    case.never("tests", "test-equals-primary");
    case.check("tests-on-primary", &["TEST_DATABASE_URL error[test-equals-primary]"]);
}

#[test]
fn startupwebapp_as_was() {
    let case = Case::judged("cases/startupwebapp/as-was");
    case.lint(&[
        ".env.production:2 error[environment-contradiction]",
        ".env.production:5 error[dev-secret-in-production]",
        ".env.production:6 error[tls-unspecified]",
        "forks/production/healthtech.env:3 error[placeholder-secret]",
        "forks/production/healthtech.env:4 error[tls-unspecified]",
        "forks/production/fintech.env:1 error[environment-word-mismatch]",
        "forks/production/fintech.env:3 error[placeholder-secret]",
        "StartupWebApp/settings.py:6 error[fallback-default]",
        "StartupWebApp/settings.py:9 error[fallback-default]",
        "StartupWebApp/settings.py:9 warning[placeholder-host]",
        "StartupWebApp/settings.py:11 note[persistent-connection-unchecked]",
        "StartupWebApp/production/settings_secret.py:4 error[sqlite-in-production]",
        "docker-compose.yml:6 note[url-in-compose]",
        "docker-compose.yml:10 warning[init-script-missing]",
        "docker-compose.yml:12 note[compose-port-public]",
        "docker-compose.yml:14 note[compose-weak-healthcheck]",
        "docker-compose.yml:22 note[url-in-compose]",
        "docker-compose.yml:35 error[compose-credential-mismatch]",
        "docker-compose.yml:38 note[compose-no-health-gate]",
        "docker-compose.prod.yml:4 error[url-in-compose]",
        "docker-compose.prod.yml:6 error[compose-port-public]",
    ]);
    case.silent_about(&[".env"]);
    case.check("production-without-name", &["DATABASE_HOST error[parts-incomplete]"]);
    case.check(
        "production-debug",
        &[
            "DEBUG error[environment-contradiction]",
            "DATABASE_PASSWORD error[dev-secret-in-production]",
            "DATABASE_HOST error[tls-unspecified]",
        ],
    );
    case.check(
        "development-towards-production",
        &["DATABASE_NAME error[environment-word-mismatch]", "DATABASE_NAME error[shadowed-source]"],
    );
    case.check("aliases-disagree", &["DATABASE_NAME error[alias-conflict]"]);
}

#[test]
fn obcms() {
    let case = Case::judged("cases/obcms/as-was");
    case.lint(&[".env.production:1 error[sqlite-in-production]"]);
    case.silent_about(&[".env"]);
    let case = Case::judged("cases/obcms/moved");
    case.lint(&[
        ".env.production:1 error[dev-secret-in-production]",
        ".env.production:1 warning[localhost-in-production]",
    ]);
    case.silent_about(&[".env"]);
    case.check("production-without-tls", &["DATABASE_URL error[tls-unspecified]"]);
    case.check("production-rolled-back", &["DATABASE_URL error[sqlite-in-production]"]);
    case.check("nobody-says-where", &["error[environment-undetermined]"]);
}

#[test]
fn corrected_twins_are_clean() {
    for system in ["babyshield", "event-horizon", "startupwebapp", "obcms"] {
        let case = Case::judged(&format!("cases/{system}/corrected"));
        for (command, run) in &case.runs {
            assert_eq!(run.code, Some(0), "{system}: {command}\n{}", run.text);
            let loud: Vec<&Found> = run.found.iter().filter(|f| f.severity != "note").collect();
            assert!(loud.is_empty(), "{system}: {command}: {loud:?}\n{}", run.text);
        }
    }
}

#[test]
fn good_examples_are_clean() {
    let run = Run::of(&root(), &["lint", "config-examples", "-v"], &[]);
    assert_eq!(run.code, Some(0), "{}", run.text);
    let loud: Vec<&Found> = run.found.iter().filter(|f| f.severity != "note").collect();
    assert!(loud.is_empty(), "{loud:?}\n{}", run.text);
    // Each one by itself too: the nearest pgward.toml is then the one that is found.
    let mut seen = 0;
    for directory in directories(&root().join("config-examples")) {
        let run = Run::of(&directory, &["lint", "-v"], &[]);
        assert_eq!(run.code, Some(0), "{}\n{}", directory.display(), run.text);
        let loud: Vec<&Found> = run.found.iter().filter(|f| f.severity != "note").collect();
        assert!(loud.is_empty(), "{}: {loud:?}\n{}", directory.display(), run.text);
        seen += 1;
    }
    assert!(seen >= 6, "{seen} examples");
}

#[test]
fn the_first_command_of_the_readme_succeeds() {
    let flag = ["check", "--env-file", "config-examples/development-sqlite/.env"];
    let run = Run::of(&root(), &flag, &[]);
    assert_eq!((run.code, run.found.len()), (Some(0), 0), "{}", run.text);
    let run = Run::of(&root().join("config-examples/development-sqlite"), &["check"], &[]);
    assert_eq!((run.code, run.found.len()), (Some(0), 0), "{}", run.text);
}

#[test]
fn the_readme_shows_what_lint_says() {
    let readme = std::fs::read_to_string(root().join("README.md")).expect("the README");
    let path = "tests/cases/obcms/moved";
    let shown = readme.split_once(&format!("$ pgward lint {path}\n")).expect("the sample").1;
    let shown = shown.split_once("```").expect("its end").0;
    let mut lint = Command::new(env!("CARGO_BIN_EXE_pgward"));
    let output = lint.args(["lint", path]).current_dir(root()).env_clear().output().expect("the binary runs");
    assert_eq!(String::from_utf8_lossy(&output.stdout), shown);
}

#[test]
fn bad_examples_are_flagged() {
    let case = Case::judged("config-examples-bad/development-sqlite");
    case.lint(&[".env:2 error[database-url-empty]"]);
    let case = Case::judged("config-examples-bad/django-split");
    case.lint(&[
        ".env.production:2 error[environment-contradiction]",
        ".env.production:3 error[tls-unspecified]",
        ".env.production:5 warning[superuser-role]",
        ".env.production:3 warning[parts-incomplete]",
        ".env.production:6 error[placeholder-secret]",
    ]);
    let case = Case::judged("config-examples-bad/fastapi");
    case.lint(&[
        ".env:3 error[test-equals-primary]",
        ".env.production:2 error[superuser-role]",
        ".env.production:2 error[weak-secret]",
        ".env.production:2 error[tls-weak]",
        ".env.production:3 error[dev-secret-in-production]",
        ".env.staging:2 warning[sqlite-in-production]",
    ]);
    let case = Case::judged("config-examples-bad/rust-sqlx");
    case.lint(&[
        ".env:2 error[reserved-char-unencoded]",
        ".env.production:2 error[tls-unspecified]",
        ".env.test:3 warning[unresolved-placeholder]",
        ".env.staging:2 error[parameter-value-invalid]",
    ]);
}

/// A directory of files, and what pgward says to each way of looking at them.
struct Case {
    name: String,
    /// `lint`, and the stem of each `*.environment`.
    runs: BTreeMap<String, Run>,
}

impl Case {
    /// Lints the directory, then judges each `*.environment` in it as `check` does; compares with `expected.txt`.
    fn judged(name: &str) -> Self {
        let directory = root().join("tests").join(name);
        let mut runs = BTreeMap::from([("lint".to_owned(), Run::of(&directory, &["lint", "-v"], &[]))]);
        for path in
            entries(&directory).into_iter().filter(|p| p.extension().is_some_and(|x| x == "environment"))
        {
            let text = fs::read_to_string(&path).expect("a scenario");
            let variables: Vec<(&str, &str)> = text.lines().filter_map(|l| l.split_once('=')).collect();
            let stem = path.file_stem().and_then(|s| s.to_str()).expect("a name").to_owned();
            runs.insert(stem, Run::of(&directory, &["check", "-v"], &variables));
        }
        let case = Self { name: name.to_owned(), runs };
        case.compare(&directory.join("expected.txt"));
        case
    }

    fn compare(&self, path: &Path) {
        let mut text = String::new();
        let lint = self.runs.iter().filter(|(name, _)| *name == "lint");
        for (name, run) in lint.chain(self.runs.iter().filter(|(name, _)| *name != "lint")) {
            let command =
                if name == "lint" { "pgward lint".to_owned() } else { format!("pgward check  # {name}") };
            let code = run.code.map_or("none".to_owned(), |c| c.to_string());
            write!(text, "$ {command}\n{}exit {code}\n\n", run.text).expect("writing to a string");
        }
        let text = text.trim_end().to_owned() + "\n";
        if std::env::var_os("UPDATE").is_some() {
            fs::write(path, &text).expect("expected.txt can be written");
        }
        let expected = fs::read_to_string(path).unwrap_or_default();
        assert!(
            text == expected,
            "{}: run `UPDATE=1 cargo test --test cases` and read the difference; pgward now says:\n{text}",
            self.name
        );
    }

    /// Among what `lint` says are these.
    fn lint(&self, promised: &[&str]) {
        self.says("lint", promised);
    }

    /// Among what `check` says in a scenario are these; none promised: it accepts.
    fn check(&self, scenario: &str, promised: &[&str]) {
        if promised.is_empty() {
            assert_eq!(self.runs[scenario].code, Some(0), "{}", self.runs[scenario].text);
        }
        self.says(scenario, promised);
    }

    fn says(&self, command: &str, promised: &[&str]) {
        let run = &self.runs[command];
        let found: Vec<String> = run.found.iter().map(ToString::to_string).collect();
        for promise in promised {
            assert!(
                found.iter().any(|f| f == promise) || run.found.iter().any(|f| f.exactly() == *promise),
                "{}: {command}: no {promise} in {found:#?}\n{}",
                self.name,
                run.text
            );
        }
        if promised.iter().any(|p| p.contains("error[")) {
            assert_eq!(run.code, Some(1), "{}: {command}\n{}", self.name, run.text);
        }
    }

    /// `lint` finds nothing but notes in these files.
    fn silent_about(&self, files: &[&str]) {
        for found in self.runs["lint"].found.iter().filter(|f| f.severity != "note") {
            let at = found.place.as_deref().unwrap_or_default();
            let file = at.rsplit_once(':').map_or(at, |(file, _)| file);
            assert!(!files.contains(&file), "{}: {found}\n{}", self.name, self.runs["lint"].text);
        }
    }

    fn never(&self, command: &str, rule: &str) {
        assert!(self.runs[command].found.iter().all(|f| f.rule != rule), "{}", self.runs[command].text);
    }
}

/// What one run of the binary said.
struct Run {
    text: String,
    code: Option<i32>,
    found: Vec<Found>,
}

impl Run {
    /// What stands above the directory is not its own: it is judged as if nothing did.
    fn of(directory: &Path, arguments: &[&str], variables: &[(&str, &str)]) -> Self {
        let copy = tempfile::tempdir().expect("a temporary directory");
        let directory = if directory == root() {
            directory
        } else {
            copy_into(directory, copy.path());
            copy.path()
        };
        let Output { status, stdout, stderr } = Command::new(env!("CARGO_BIN_EXE_pgward"))
            .args(arguments)
            .args(["--format", "concise"])
            .current_dir(directory)
            .env_clear()
            .envs(variables.iter().copied())
            .output()
            .expect("the binary runs");
        let [out, err] = [stdout, stderr].map(|bytes| String::from_utf8(bytes).expect("text"));
        let found = out.lines().filter_map(Found::parse).collect();
        Self { text: out + &err, code: status.code(), found }
    }
}

fn copy_into(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).expect("a directory") {
        let path = entry.expect("an entry").path();
        let target = to.join(path.file_name().expect("a name"));
        if path.is_dir() {
            fs::create_dir_all(&target).expect("a directory can be made");
            copy_into(&path, &target);
        } else {
            fs::copy(&path, &target).expect("a file can be copied");
        }
    }
}

/// One line of a report. Its `Display` is how this file promises one.
#[derive(Debug)]
struct Found {
    /// `path:line`, or the variable; none when it is about nothing that is written.
    place: Option<String>,
    column: Option<String>,
    severity: String,
    rule: String,
}

impl Found {
    /// `path:line:column: severity[rule] message`
    fn parse(line: &str) -> Option<Self> {
        let (at, severity) = ["error[", "warning[", "note["]
            .iter()
            .find_map(|s| Some((line.find(s)?, s.trim_end_matches('['))))?;
        let before = line[..at].trim_end_matches(": ");
        let rule = line[at + severity.len() + 1..].split_once(']')?.0.to_owned();
        let (place, column) = match before.rsplit_once(':') {
            _ if before.is_empty() => (None, None),
            // A variable has neither line nor column.
            Some((rest, column)) if column.parse::<u32>().is_ok() => {
                (Some(rest.to_owned()), Some(column.to_owned()))
            }
            _ => (Some(before.to_owned()), None),
        };
        (!line.starts_with(' ')).then_some(Self { place, column, severity: severity.to_owned(), rule })
    }

    /// As a promise has it that names the column too.
    fn exactly(&self) -> String {
        let (place, column) = (self.place.as_deref(), self.column.as_deref());
        format!("{}:{} {}[{}]", place.unwrap_or(""), column.unwrap_or(""), self.severity, self.rule)
    }
}

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(place) = &self.place {
            write!(f, "{place} ")?;
        }
        write!(f, "{}[{}]", self.severity, self.rule)
    }
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn entries(directory: &Path) -> Vec<PathBuf> {
    let read = fs::read_dir(directory).unwrap_or_else(|e| panic!("{}: {e}", directory.display()));
    let mut paths: Vec<PathBuf> = read.map(|e| e.expect("an entry").path()).collect();
    paths.sort();
    paths
}

fn directories(directory: &Path) -> Vec<PathBuf> {
    entries(directory).into_iter().filter(|p| p.is_dir()).collect()
}
