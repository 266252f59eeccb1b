//! pgward.schema.json says what the reader takes. `UPDATE=1 cargo test --test schema` writes it anew; the rest holds
//! the two against each other, document by document.

#![expect(clippy::disallowed_methods, reason = "the test reads and writes the schema")]

#[path = "schema/write.rs"]
mod write;

use jsonschema::Validator;
use pgward::{
    Policy,
    unstable::policy::{KEYS, Key, Kind},
};
use serde_json::Value;
use std::{fs, path::PathBuf};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn validator() -> Validator {
    jsonschema::draft202012::new(&write::schema()).expect("the schema is one")
}

fn json(toml: &str) -> Value {
    toml::from_str(toml).unwrap_or_else(|e| panic!("{e}\n{toml}"))
}

#[test]
fn the_schema_is_written() {
    let text = serde_json::to_string_pretty(&write::schema()).expect("JSON") + "\n";
    let path = root().join("pgward.schema.json");
    if fs::read_to_string(&path).is_ok_and(|there| there == text) {
        return;
    }
    if std::env::var_os("UPDATE").is_some() {
        fs::write(&path, text).expect("the schema can be written");
    } else {
        panic!("pgward.schema.json is out of date: run `UPDATE=1 cargo test --test schema`");
    }
}

#[test]
fn the_schema_follows_its_own() {
    jsonschema::draft202012::meta::validate(&write::schema()).expect("a schema of draft 2020-12");
}

#[test]
fn every_example_is_accepted() {
    let (validator, mut seen) = (validator(), 0);
    for directory in ["config-examples", "tests/cases", "tests/config-examples-bad"] {
        let mut stack = vec![root().join(directory)];
        while let Some(here) = stack.pop() {
            for entry in fs::read_dir(&here).expect("a directory") {
                let path = entry.expect("an entry").path();
                if path.is_dir() {
                    stack.push(path);
                } else if path.file_name().is_some_and(|name| name == "pgward.toml") {
                    let text = fs::read_to_string(&path).expect("a file");
                    let errors: Vec<String> =
                        validator.iter_errors(&json(&text)).map(|e| e.to_string()).collect();
                    assert!(errors.is_empty(), "{}: {errors:?}", path.display());
                    seen += 1;
                }
            }
        }
    }
    assert!(seen >= 5, "{seen} examples");
}

/// Both take these.
const TAKEN: &[&str] = &[
    "",
    "consumers = []",
    "consumers = [\"sqlalchemy\", \"SQLAlchemy\", \"psycopg2\", \"pg\"]",
    "loaders = [\"python-dotenv\", \"docker\"]",
    "env-files = [\".env\", \"deploy/app.env\"]",
    "extensions = [\"pg_trgm\", \"uuid-ossp\"]",
    "libpq = 15",
    "libpq = 0x10",
    "tls = \"required\"",
    "tls = \"default\"",
    "include = [\"services/**\", \"*.env\"]",
    "exclude = [\"legacy/\", \"{a,b}/[c-e]?\"]",
    "baseline = \"ci/pgward-baseline.json\"",
    "[environments]\nexperiment = \"staging\"\ndemo = \"PROD\"",
    "[environments]\nproductive = \"production\"",
    "[variables]\nurl = [\"APP_DB\"]\nsecret-json = [\"DB_SECRET\"]",
    "[connection]\nsslmode = \"require\"\nconnect_timeout = 5",
    "[connection]\nconnect_timeout = \"5\"",
    "[rules]\nfallback-default = \"warn\"",
    "[rules]\na-rule-of-tomorrow = \"deny\"",
    "[rules]\nweak-secret = { level = \"allow\", reason = \"demo\" }",
    "[rules]\nweak-secret = { level = \"note\" }",
    "[rules]\nas-of = \"0.3\"",
    "[rules]\nas-of = \"0.3.1\"",
    "[rules.production]\nlocalhost-in-production = { level = \"allow\", reason = \"a proxy\" }",
    "[rules.Prod]\ntls-weak = \"deny\"",
    "[rules.ci]\ntls-weak = \"allow\"",
    "[rules.paths.\"deploy/**/*.yaml\"]\nfallback-default = { level = \"allow\", reason = \"x\" }",
    "[rules.paths.tests]\nweak-secret = \"allow\"",
    "[rules.paths.tests.production]\nweak-secret = \"warn\"",
    "[rules.paths]",
    "[boot]\ndeny = [\"weak-secret\", \"of-tomorrow\"]",
    "[boot]",
    "[[secret]]\nname = \"SECRET_KEY\"",
    "[[server]]\nname = \"shared\"",
    "[[server]]\nname = \"shared\"\nenvironment = \"production\"\nmax-connections = 100\nreserve = 10",
    "[[database]]\nname = \"healthtech\"",
    "[[database]]\nname = \"a\"\ndbname = \"a b\"\nenvironment = \"staging\"\nstatus = \"testing\"\nowner = \"Bart\"",
    "[[database]]\nname = \"a\"\npool = { size = 10, overflow = 5, processes = 2, replicas = 3 }\nreserve = 2",
    "[[database]]\nname = \"a\"\n[database.pool]\nreplicas = 0",
    "[[database]]\nname = \"a\"\nexpect = { role = \"app\", server-version = \"16\", tables = 57 }",
    "[[database]]\nname = \"a\"\nexpect = { server-version = \"16.4\", empty = true, engine = \"sqlite\" }",
    "[[server]]\nname = \"s\"\n[[database]]\nname = \"a\"\nserver = \"s\"",
];

/// Both refuse these.
const REFUSED: &[&str] = &[
    "consumer = [\"sqlalchemy\"]",
    "consumers = \"sqlalchemy\"",
    "consumers = [\"sqlalchmey\"]",
    "consumers = [1]",
    "loaders = [\"Python-Dotenv\"]",
    "env_files = [\".env\"]",
    "env-files = \".env\"",
    "extensions = [\"pg trgm\"]",
    "extensions = [\"\"]",
    "libpq = 14",
    "libpq = \"18\"",
    "libpq = 18.5",
    "tls = true",
    "tls = \"require\"",
    "tls = \"Required\"",
    "include = [\"\"]",
    "exclude = [\"!a\"]",
    "exclude = [\"a\\\\b\"]",
    "baseline = \"\"",
    "baseline = \" \"",
    "baseline = [\"a.json\"]",
    "environments = [\"staging\"]",
    "[environments]\nprod = \"staging\"",
    "[environments]\nProd = \"staging\"",
    "[environments]\nexperiment = \"stagging\"",
    "[variables]\nurls = [\"X\"]",
    "[variables]\nurl = \"X\"",
    "[connection]\npassword = \"x\"",
    "[connection]\nuser = \"x\"",
    "[connection]\nsslmod = \"require\"",
    "[connection]\nsslmode = true",
    "rules = \"0.3\"",
    "[rules]\nweak-secret = \"error\"",
    "[rules]\nweak-secret = true",
    "[rules]\nweak-secret = { reason = \"x\" }",
    "[rules]\nweak-secret = { level = \"allow\", because = \"x\" }",
    "[rules]\nas-of = 0.3",
    "[rules]\nas-of = \"v0.3\"",
    "[rules]\nas-of = \"latest\"",
    "[rules]\nproduction = \"warn\"",
    "[rules]\npaths = \"warn\"",
    "[rules.production]\nweak-secret = \"off\"",
    "[rules.paths.tests]\nweak-secret = \"off\"",
    "[rules.paths.\"!tests\"]\nweak-secret = \"allow\"",
    "[rules.paths]\nweak-secret = \"allow\"",
    "[boot]\nallow = []",
    "[boot]\ndeny = \"weak-secret\"",
    "secret = { name = \"X\" }",
    "[[secret]]\nnames = \"X\"",
    "[[secret]]",
    "[[server]]\nmax-connections = 100",
    "[[server]]\nname = \"s\"\nmax-connections = 0",
    "[[server]]\nname = \"s\"\nmax_connections = 100",
    "[[server]]\nname = \"s\"\nmax-connections = \"100\"",
    "[[database]]\ndbname = \"x\"",
    "[[database]]\nname = \"a b\"",
    "[[database]]\nname = \"\"",
    "[[database]]\nname = \"a\"\nstatus = \"dead\"",
    "[[database]]\nname = \"a\"\nenvironment = \"experiment\"",
    "[[database]]\nname = \"a\"\npool = 10",
    "[[database]]\nname = \"a\"\npool = { size = 0 }",
    "[[database]]\nname = \"a\"\npool = { size = -1 }",
    "[[database]]\nname = \"a\"\npool = { size = 1000001 }",
    "[[database]]\nname = \"a\"\npool = { sizes = 1 }",
    "[[database]]\nname = \"a\"\nexpect = { version = \"16\" }",
    "[[database]]\nname = \"a\"\nexpect = { server-version = 16 }",
    "[[database]]\nname = \"a\"\nexpect = { server-version = \"16.4.1\" }",
    "[[database]]\nname = \"a\"\nexpect = { empty = \"yes\" }",
    "[[database]]\nname = \"a\"\nexpect = { engine = \"mysql\" }",
    "[[database]]\nname = \"a\"\npassword = \"x\"",
    "database = [1]",
];

/// What no schema can say: the reader refuses these, and the schema takes them.
const BEYOND: &[&str] = &[
    "[[database]]\nname = \"a\"\n[[database]]\nname = \"a\"",
    "[[server]]\nname = \"a\"\n[[server]]\nname = \"a\"",
    "[[database]]\nname = \"a\"\nserver = \"nowhere\"",
    "include = [\"[a\"]",
    "exclude = [\"../a\"]",
    "[rules.paths.\"{a\"]\nweak-secret = \"allow\"",
];

#[test]
fn schema_and_reader_agree() {
    let validator = validator();
    assert!(TAKEN.len() + REFUSED.len() >= 60);
    let verdicts = |text: &str| {
        let json = json(text);
        let schema = validator.validate(&json).map_err(|e| e.to_string());
        (Policy::from_toml(text).map(drop), schema)
    };
    for text in TAKEN {
        let (reader, schema) = verdicts(text);
        assert!(reader.is_ok() && schema.is_ok(), "{text}\nreader: {reader:?}\nschema: {schema:?}");
    }
    for text in REFUSED {
        let (reader, schema) = verdicts(text);
        assert!(reader.is_err() && schema.is_err(), "{text}\nreader: {reader:?}\nschema: {schema:?}");
    }
    for text in BEYOND {
        let (reader, schema) = verdicts(text);
        assert!(reader.is_err() && schema.is_ok(), "{text}\nreader: {reader:?}\nschema: {schema:?}");
    }
}

/// A document with one key, misspelt, at each place of the table.
fn misspelt(keys: &[Key], around: &dyn Fn(String) -> String, out: &mut Vec<(String, String)>) {
    for key in keys {
        for wrong in [format!("{}x", key.name), key.name[1..].to_owned(), format!("x{}", key.name)] {
            if wrong.len() > 2 && keys.iter().all(|k| k.name != wrong) {
                out.push((key.name.to_owned(), around(format!("{wrong} = {{}}"))));
            }
        }
        match &key.kind {
            Kind::Table(inner) => {
                let around = |text: String| around(format!("{} = {{ {text} }}", key.name));
                misspelt(inner, &around, out);
            }
            Kind::Tables(inner) => {
                let name = if inner.iter().any(|k| k.name == "name") { "name = \"a\", " } else { "" };
                let around = |text: String| around(format!("{} = [{{ {name}{text} }}]", key.name));
                misspelt(inner, &around, out);
            }
            _ => {}
        }
    }
}

#[test]
fn every_misspelt_key_is_refused_and_the_right_one_named() {
    let (validator, mut all) = (validator(), Vec::new());
    misspelt(KEYS, &|text| text, &mut all);
    assert!(all.len() > 100, "{}", all.len());
    for (meant, text) in all {
        let error = Policy::from_toml(&text).expect_err(&text).to_string();
        assert!(error.contains(&format!("`{meant}`")) || error.contains("did you mean"), "{text}: {error}");
        assert!(error.starts_with("pgward.toml:1:"), "{text}: {error}");
        assert!(!validator.is_valid(&json(&text)), "{text}");
    }
}
