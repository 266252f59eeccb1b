//! A password never comes out: in no format, `Debug`, error, log or panic, wherever it stands and however it is
//! written. Generated canaries in every template × what parsers stumble over × every writer.
//!
//! Shown on purpose, and so no place for a password: the words of switches and environment markers, hosts, users,
//! database names and the paths of libpq's keywords when they are plain, and variable names in capitals.
//! A finding's column is the real file's: behind a password on its line it tells how long that is.

#![cfg(feature = "cli")]

#[path = "secrets/canary.rs"]
mod canary;
#[path = "secrets/containers.rs"]
mod containers;
#[path = "secrets/guard.rs"]
mod guard;
#[path = "secrets/log.rs"]
mod log;
#[path = "secrets/mended.rs"]
mod mended;
#[path = "secrets/process.rs"]
mod process;
#[path = "secrets/templates.rs"]
mod templates;
#[path = "secrets/writers.rs"]
mod writers;

use canary::{Canary, NASTY, Random};
use containers::CONTAINERS;
use pgward::{Policy, Secret, figment};
use std::collections::BTreeMap;
use templates::{CODE, DOCUMENTS, PASSWORD_KEYS, PASSWORD_LINES, POLICIES, URL_LINES, URLS};
use writers::Outputs;

/// The lines around the password, so that the rules have something to say.
const BEFORE: &str = "APP_ENV=production\nDB_HOST=db.example.com\nDB_NAME=app\nDB_USER=app\n";
const AFTER: &str = "\nSQL_HOST=localhost\nSQL_DATABASE=app_test\nDEBUG=true\nUSE_POSTGRESQL=1\n";

/// Counts what was proved and collects what was not.
#[derive(Default)]
struct Proof {
    inputs: usize,
    outputs: usize,
    /// By template: the first leak of each.
    leaks: BTreeMap<String, String>,
}

impl Proof {
    fn take(&mut self, template: &str, input: &str, canary: &Canary, outputs: &Outputs) {
        self.inputs += 1;
        self.outputs += outputs.len();
        assert!(canary.found_in(input).is_some(), "the canary does not stand in {input:?}");
        let whole: Vec<&str> = outputs.iter().map(|(_, text)| text.as_str()).collect();
        if canary.found_in(&whole.join("\n")).is_none() {
            return;
        }
        for (writer, text) in outputs {
            if let Some(needle) = canary.found_in(text) {
                let line = text.lines().find(|line| canary.found_in(line).is_some()).unwrap_or(text);
                let at = line.to_ascii_lowercase().find(needle).unwrap_or_default().saturating_sub(100);
                let near: String = line.chars().skip(at).take(250).collect();
                self.leaks
                    .entry(format!("{template:?}"))
                    .or_insert_with(|| format!("`{needle}` by {writer} of {input:?}\n    in {near}"));
            }
        }
    }

    fn finish(self, least: usize) {
        let leaks: Vec<String> = self.leaks.iter().map(|(k, v)| format!("{k}: {v}")).collect();
        assert!(leaks.is_empty(), "{} leaks:\n{}", leaks.len(), leaks.join("\n"));
        assert!(self.inputs >= least, "only {} inputs", self.inputs);
    }
}

/// A canary in a template; none where the template shows by design what its writer meant to be a password.
fn fill(template: &str, canary: &Canary) -> String {
    template.replace("{}", &canary.text)
}

/// Nobody says who reads the file, or each loader does, in force before two others.
fn readers() -> Vec<Policy> {
    let declared = pgward::dotenv::Dialect::ALL.into_iter().map(|d| {
        let text = format!("loaders = [\"{}\", \"python-dotenv\", \"systemd EnvironmentFile\"]", d.as_str());
        Policy::from_toml(&text).expect("a policy")
    });
    std::iter::once(Policy::default()).chain(declared).collect()
}

#[test]
fn what_a_loader_joins_is_not_shown() {
    let policy = Policy::from_toml("loaders = [\"honcho\"]").expect("a policy");
    let canary = Canary::new(&mut Random::new(), "//");
    for template in ["host=db.example.com {}", "host=db.example.com {} dbname=app", "postgresql://u@h/app {}"]
    {
        let text = format!("DATABASE_URL={}\n", fill(template, &canary));
        let mut proof = Proof::default();
        let outputs = writers::env_file(".env.production", text.as_bytes(), &policy);
        proof.take(template, &text, &canary, &outputs);
        proof.finish(1);
    }
}

#[test]
fn compose_files_and_objects_of_kubernetes() {
    let (mut random, mut proof, policy) = (Random::new(), Proof::default(), Policy::default());
    for (i, (path, template)) in CONTAINERS.iter().enumerate() {
        let urls = if template.contains("<u>") { URLS } else { &URLS[..1] };
        for (j, url) in urls.iter().enumerate() {
            for (k, nasty) in NASTY.iter().enumerate() {
                if (i + j + k) % if urls.len() > 1 { 60 } else { 2 } > 0 || whole_without_host(url, nasty) {
                    continue;
                }
                let canary = Canary::new(&mut random, nasty);
                let text = fill(&template.replace("<u>", url), &canary);
                let beside = fill("NOPE='{}'\nDB_PASSWORD={}\n", &canary);
                let files = vec![
                    (".env".to_owned(), beside.into_bytes()),
                    ((*path).to_owned(), text.clone().into_bytes()),
                ];
                proof.take(path, &text, &canary, &writers::files(files, &policy));
            }
        }
    }
    proof.finish(150);
}

#[test]
fn urls_in_env_files() {
    let (mut random, mut proof, readers) = (Random::new(), Proof::default(), readers());
    let mut turn = 0;
    for (i, url) in URLS.iter().enumerate() {
        for (j, nasty) in NASTY.iter().enumerate() {
            turn += 1;
            let line = URL_LINES[if j < URL_LINES.len() { j } else { turn % URL_LINES.len() }];
            let line = if (i + j) % 3 == 0 { "DATABASE_URL=<u>" } else { line };
            if (i + j) % 6 > 0 {
                continue;
            }
            let plain = Canary::new(&mut random, nasty);
            let canary = if turn % 7 == 0 { plain.percent_encoded() } else { plain };
            let text = format!("{BEFORE}{}{AFTER}", fill(&line.replace("<u>", url), &canary));
            if whole_without_host(url, nasty) {
                continue;
            }
            // Half of them with nobody's word.
            let policy = &readers[if turn % 2 == 0 { 0 } else { turn / 2 % readers.len() }];
            let outputs = writers::env_file(".env.production", text.as_bytes(), policy);
            proof.take(&format!("{line} {url}"), &text, &canary, &outputs);
        }
    }
    proof.finish(1_000);
}

/// `u:a@b` is a whole URL: nothing tells that its writer forgot the host.
fn whole_without_host(url: &str, nasty: &str) -> bool {
    nasty.contains('@') && !url.contains('@')
}

#[test]
fn passwords_in_env_files() {
    let (mut random, mut proof, readers) = (Random::new(), Proof::default(), readers());
    for (i, line) in PASSWORD_LINES.iter().enumerate() {
        for (j, nasty) in NASTY.iter().enumerate().filter(|(j, _)| (i + j) % 5 == 0) {
            let key = PASSWORD_KEYS[j % PASSWORD_KEYS.len()];
            let line = if j % 2 == 0 { (*line).to_owned() } else { line.replace("DB_PASSWORD", key) };
            let canary = Canary::new(&mut random, nasty);
            let text = format!("{BEFORE}{}{AFTER}", fill(&line, &canary));
            let policy = &readers[(i + j / 5) % readers.len()];
            let outputs = writers::env_file(".env.production", text.as_bytes(), policy);
            proof.take(&line, &text, &canary, &outputs);
        }
    }
    proof.finish(800);
}

#[test]
fn passwords_in_code() {
    let (mut random, mut proof) = (Random::new(), Proof::default());
    for (i, (path, template)) in CODE.iter().enumerate() {
        for (_, nasty) in NASTY.iter().enumerate().filter(|(j, _)| (i + j) % 2 == 0) {
            let canary = Canary::new(&mut random, nasty);
            let text = fill(template, &canary);
            let outputs = writers::env_file(path, text.as_bytes(), &Policy::default());
            proof.take(&format!("{path}: {template}"), &text, &canary, &outputs);
        }
    }
    proof.finish(200);
}

#[test]
fn documents_and_secrets_in_files() {
    let (mut random, mut proof, policy) = (Random::new(), Proof::default(), Policy::default());
    for (i, template) in DOCUMENTS.iter().enumerate() {
        for (j, nasty) in NASTY.iter().enumerate().filter(|(j, _)| (i + j) % 3 == 0) {
            let canary = Canary::new(&mut random, nasty);
            let text = fill(template, &canary);
            let key = ["APP_SECRET", "DB_SECRET", "DATABASE_URL", "DB_PASSWORD"][j % 4];
            proof.take(template, &text, &canary, &writers::secret_file(key, &text));
            let line = ["DB_SECRET={}", "DB_SECRET='{}'", "DB_SECRET=\"{}\""][j % 3].replace("{}", &text);
            let line = format!("APP_ENV=production\n{line}\n");
            let outputs = writers::env_file(".env.production", line.as_bytes(), &policy);
            proof.take(template, &line, &canary, &outputs);
        }
    }
    proof.finish(700);
}

#[test]
fn bytes_that_are_no_text() {
    let (mut random, mut proof, policy) = (Random::new(), Proof::default(), Policy::default());
    let around: &[(&[u8], &[u8])] = &[
        (b"\xff", b""),
        (b"", b"\xff"),
        (b"\xc3", b"\x28"),
        (b"\0", b""),
        (b"", b"\0"),
        (b"\xef\xbb\xbf", b"\xef\xbb"),
        (b"\xff\xfe", b"\0"),
        (b"\xed\xa0\x80", b"\xf4\x90\x80\x80"),
    ];
    for (i, line) in PASSWORD_LINES.iter().enumerate() {
        for (before, after) in around.iter().skip(i % 3).step_by(3) {
            let canary = Canary::new(&mut random, "");
            let text = format!("{BEFORE}{}{AFTER}", fill(line, &canary));
            let at = text.find(&canary.text).expect("the canary stands in it");
            let end = at + canary.text.len();
            let bytes =
                [&text.as_bytes()[..at], before, &text.as_bytes()[at..end], after, &text.as_bytes()[end..]]
                    .concat();
            proof.take(line, &text, &canary, &writers::env_file(".env.production", &bytes, &policy));
            let value = [*before, canary.text.as_bytes(), *after].concat();
            for key in ["DB_PASSWORD", "DATABASE_URL", "PGHOST"] {
                proof.take(line, &text, &canary, &writers::raw_value(key, &value));
            }
        }
    }
    proof.finish(600);
}

#[test]
fn values_of_environment_flag_and_provider() {
    let (mut random, mut proof) = (Random::new(), Proof::default());
    for (i, url) in URLS.iter().enumerate() {
        for (j, nasty) in NASTY.iter().enumerate() {
            let plain = Canary::new(&mut random, nasty);
            let canary = if j % 5 == 0 { plain.percent_encoded() } else { plain };
            let text = fill(url, &canary);
            if whole_without_host(url, nasty) {
                continue;
            }
            proof.take(url, &text, &canary, &writers::conninfo(&text));
            if (i + j) % 9 > 0 {
                continue;
            }
            let key = ["DATABASE_URL", "POSTGRES_URL", "PROD_DATABASE_URL", "TEST_DATABASE_URL"][j % 4];
            proof.take(url, &text, &canary, &writers::value(key, &text));
        }
    }
    for key in PASSWORD_KEYS {
        for nasty in NASTY.iter().skip(key.len() % 5).step_by(5) {
            let canary = Canary::new(&mut random, nasty);
            proof.take(key, &canary.text, &canary, &writers::value(key, &canary.text));
        }
    }
    proof.finish(3_000);
}

#[test]
fn providers() {
    let (mut random, mut proof) = (Random::new(), Proof::default());
    for nasty in NASTY.iter().step_by(3) {
        for key in [
            "database_url",
            "db.password",
            "db.host",
            "port",
            "app_env",
            "debug",
            "unknown.key",
            "pgpassword",
        ] {
            let canary = Canary::new(&mut random, nasty);
            let url = format!("postgres://app:{}@db.example.com/app", canary.text);
            let list = figment::Figment::new().merge((key, vec![&canary.text, &url]));
            proof.take(key, &url, &canary, &writers::foreign(&list));
            let table = figment::Figment::new()
                .merge((key, BTreeMap::from([("password", &canary.text), ("url", &url)])));
            proof.take(key, &url, &canary, &writers::foreign(&table));
            proof.take(key, &url, &canary, &writers::foreign(&Failing(url.clone())));
        }
    }
    proof.finish(150);
}

/// A provider whose error quotes what it read, as figment's own do.
struct Failing(String);

impl figment::Provider for Failing {
    fn metadata(&self) -> figment::Metadata {
        figment::Metadata::named("failing")
    }

    fn data(&self) -> Result<figment::value::Map<figment::Profile, figment::value::Dict>, figment::Error> {
        let found = figment::error::Actual::Str(self.0.clone());
        Err(figment::Error::from(figment::error::Kind::InvalidType(found, "a number".into())))
    }
}

#[test]
fn policies() {
    let (mut random, mut proof) = (Random::new(), Proof::default());
    for (i, template) in POLICIES.iter().enumerate() {
        for nasty in NASTY.iter().skip(i % 2).step_by(2) {
            let canary = Canary::new(&mut random, nasty);
            let text = fill(template, &canary);
            proof.take(template, &text, &canary, &writers::policy(&text));
        }
    }
    proof.finish(2_000);
}

/// What is shown on purpose is found in every writer, so a password would have been.
#[test]
fn the_search_would_find_it() {
    let canary = Canary::new(&mut Random::new(), "");
    let text = fill("APP_ENV=production\nDATABASE_URL=postgres://app:x@{}.example.com/app\n", &canary);
    let outputs = writers::env_file(".env", text.as_bytes(), &Policy::default());
    for writer in ["text", "json", "report", "panic", "settings"] {
        let found = |(name, text): &(&str, String)| *name == writer && canary.found_in(text).is_some();
        assert!(outputs.iter().any(found), "{writer} shows no host");
    }
    let (text, bytes) = (&canary.text, canary.text.as_bytes());
    let hex = bytes.iter().map(|b| format!("\\x{b:02X}")).collect::<Vec<_>>().concat();
    let split = text.chars().map(|c| format!("{c}\u{1b}[1m│\n")).collect::<Vec<_>>().concat();
    for written in [text, &text[2..11], &text.to_uppercase(), &canary.percent_encoded().text, &hex, &split] {
        assert!(canary.found_in(&format!("before {written} behind")).is_some(), "{written:?}");
    }
    assert!(canary.found_in(&format!("{bytes:?} {bytes:#?}")).is_some());
    let mut other = Random::new();
    let _same = Canary::new(&mut other, "");
    assert!(canary.found_in(&Canary::new(&mut other, "").text).is_none());
}

/// The canary is what the parser took for the password, not a text that it passed over.
#[test]
fn the_canary_is_the_password() {
    let mut random = Random::new();
    for (template, key, nasty) in [
        ("DB_PASSWORD={}", "DB_PASSWORD", "@"),
        ("DB_PASSWORD='{}'", "DB_PASSWORD", " #"),
        ("DB_PASSWORD=\"first\n{}\"", "DB_PASSWORD", "\n"),
        ("SECRET={}\nDB_PASSWORD=${SECRET}", "DB_PASSWORD", "/"),
        ("DB_PASSWORD=${NOPE:-{}}", "DB_PASSWORD", "?"),
    ] {
        let canary = Canary::new(&mut random, nasty);
        let bytes = fill(template, &canary).into_bytes();
        let read = pgward::dotenv::read(&bytes, pgward::dotenv::Dialect::default(), &BTreeMap::new());
        let read = read.expect("python-dotenv reads it").variables;
        let (_, password) = read.iter().rev().find(|(name, _)| name == key).expect("the variable is set");
        let first = Secret::new(format!("first\n{}", canary.text));
        assert!(password.equals(&canary.text) || password.same_as(&first), "{template}");
    }
    for (url, nasty) in
        [("postgres://app:{}@h/app", "%40"), ("host=h password='{}'", " "), ("postgres://h?password={}", "")]
    {
        let canary = Canary::new(&mut random, nasty);
        let parsed = pgward::conninfo::Conninfo::parse(&fill(url, &canary)).expect("libpq takes it");
        let password = parsed.get("password").expect("there is one").secret();
        assert!(password.equals(&canary.text.replace("%40", "@")), "{url}");
    }
}

/// Two passwords that differ in their length differ in no output but in the columns of the real file.
#[test]
fn a_mask_has_one_width() {
    let mut random = Random::new();
    for template in [
        "APP_ENV=production\nDATABASE_URL=postgres://app:{}@db.example.com/app?sslmode=prefer # {}\n",
        "APP_ENV=production\nDATABASE_URL=\"postgres://app:{}@[::1/app\"\n",
        "APP_ENV=production\nDB_HOST=localhost\nDB_NAME=app\nDB_USER=app\nDB_PASSWORD={}\n# {}\n",
        "APP_ENV=production\nDB_HOST=localhost\nDB_NAME=app\nDB_USER=postgres\nDB_PASSWORD=\"dev {}\"\n",
        "APP_ENV=production\nDATABASE_URL=mysql://app:{}@db.example.com/app\n",
        "SECRET={}\nDATABASE_URL=postgres://app:${SECRET}@db.example.com/app\n",
        "[connection]\nsslmode = \"{}\n",
    ] {
        let mut of_length = |parts: usize| {
            let text: String = (0..parts).map(|_| Canary::new(&mut random, "").text).collect();
            let text = template.replace("{}", &text);
            let outputs = writers::env_file(".env", text.as_bytes(), &Policy::default());
            let printed = |(name, _): &(&str, String)| matches!(*name, "text" | "concise" | "json");
            outputs.into_iter().filter(printed).map(|(_, text)| without_columns(&text)).collect::<Vec<_>>()
        };
        assert_eq!(of_length(1), of_length(5), "{template:?}");
    }
}

/// `"column": 31`, `.env:2:31` and `2:31` without the column.
fn without_columns(text: &str) -> String {
    let line = |line: &str| {
        if line.contains("column\":") {
            return String::new();
        }
        let place = |word: &str| {
            let mut parts: Vec<&str> = word.splitn(3, ':').collect();
            if parts.len() == 3 && parts[1].bytes().all(|b| b.is_ascii_digit()) {
                parts.pop();
            }
            parts.join(":")
        };
        line.split(' ').map(place).collect::<Vec<_>>().join(" ")
    };
    text.lines().map(line).collect::<Vec<_>>().join("\n")
}
