//! What a project's code says: which variables it reads and what for, and what it fixes beside them. For the other files
//! of the project this precedes guessed spellings, and `[variables]` of pgward.toml precedes both.

use crate::{
    environment::Environment,
    layer::{Carried, Carrier, Entry, Layer, LayerKind, Means, SegmentKind, Tls},
    policy::Policy,
    repository::{Home, Repository},
    settings::{
        settle::of_path,
        variables::{Meaning, OWN, Role, TOGGLE_SQLITE, meaning},
    },
};
use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
};

/// By project what its code says.
#[derive(Default)]
pub(super) struct Vocabulary(BTreeMap<Home, Code>);

#[derive(Default)]
struct Code {
    /// Names by the keys of `[variables]`, in the order of the files.
    names: BTreeMap<&'static str, Vec<String>>,
    /// What is fixed, by libpq's keyword, each with the environment of its file; none for every one.
    fixed: Vec<(Option<Environment>, &'static str, Entry)>,
    /// TLS in other words, each with the environment of its file.
    tls: Vec<(Option<Environment>, Entry)>,
    django: bool,
    /// Parts for which it has a default.
    defaulted: BTreeSet<&'static str>,
    /// The variables that it takes parts from.
    taken: BTreeSet<String>,
}

/// Keywords that code may fix for every variable beside it; what a connection leads to is none.
const FIXED: &[&str] = &[
    "sslmode",
    "sslrootcert",
    "sslcert",
    "sslkey",
    "channel_binding",
    "connect_timeout",
    "application_name",
    "target_session_attrs",
];

/// Words of a name that say that another engine is meant.
const OTHERS: &[&str] = &[
    "PLANETSCALE",
    "MYSQL",
    "MARIADB",
    "MSSQL",
    "MONGO",
    "MONGODB",
    "REDIS",
    "CLICKHOUSE",
    "TINYBIRD",
    "TURSO",
    "LIBSQL",
    "SQLITE",
    "NEO4J",
    "ELASTICSEARCH",
    "CASSANDRA",
    "SNOWFLAKE",
    "BIGQUERY",
    "AMQP",
    "RABBITMQ",
];

fn is_code(carrier: Carrier) -> bool {
    matches!(carrier, Carrier::Python | Carrier::JavaScript | Carrier::Prisma)
}

impl Vocabulary {
    /// What the code among the files says.
    pub(super) fn of(carried: &[Carried], policy: &Policy, repository: &Repository) -> Self {
        let mut out = Self::default();
        for file in carried.iter().filter(|f| is_code(f.carrier)) {
            // What tests read and set is theirs.
            let Some(home) = repository.place_of(&file.path) else { continue };
            let of_file = of_path(&file.path, policy);
            if of_file == Some(Environment::Test) || file.layers.is_empty() {
                continue;
            }
            let code = out.0.entry(home).or_default();
            for layer in &file.layers {
                let word = layer.word.as_deref().and_then(|word| policy.environment(word));
                code.take(layer, word.or(of_file), policy);
            }
        }
        out
    }

    /// The policy for a file: with the names that its project's code reads, and with what that fixes in the
    /// environment of the file.
    pub(super) fn policy<'p>(
        &self,
        file: &Carried,
        environment: Option<Environment>,
        policy: &'p Policy,
        repository: &Repository,
    ) -> Cow<'p, Policy> {
        if is_code(file.carrier) || self.0.is_empty() {
            return Cow::Borrowed(policy);
        }
        let Some(home) = repository.place_of(&file.path) else { return Cow::Borrowed(policy) };
        // The files above several programs belong to the only one whose code speaks.
        let only = || self.0.values().next().filter(|_| self.0.len() == 1);
        let Some(code) = self.0.get(&home).or_else(only) else { return Cow::Borrowed(policy) };
        let mut own = policy.clone();
        own.django |= code.django;
        own.defaulted.extend(&code.defaulted);
        own.taken.extend(code.taken.iter().cloned());
        if policy.variables.is_empty() {
            for (key, names) in &code.names {
                own.variables.insert((*key).to_owned(), names.clone());
            }
        }
        let here = environment.or_else(|| of_path(&file.path, policy)).unwrap_or(Environment::Development);
        let mut layer = policy
            .connection
            .clone()
            .unwrap_or_else(|| Layer { kind: LayerKind::Policy, ..Layer::block("code", file.source, "") });
        let before = layer.entries.len();
        for (environment, keyword, entry) in &code.fixed {
            let known = layer.entries.iter().any(|e| e.key == *keyword);
            if !known && environment.is_none_or(|e| e == here) {
                layer.entries.push(Entry { key: (*keyword).to_owned(), told: None, ..entry.clone() });
            }
        }
        let tls = code.tls.iter().filter(|(environment, _)| environment.is_none_or(|e| e == here));
        layer.entries.extend(tls.map(|(_, entry)| entry.clone()));
        if layer.entries.len() > before {
            own.connection = Some(layer);
        }
        Cow::Owned(own)
    }
}

impl Code {
    fn take(&mut self, layer: &Layer, environment: Option<Environment>, policy: &Policy) {
        let read = || layer.reads.iter().filter(|r| !r.variable.is_empty());
        let of_django = layer.block.as_deref().is_some_and(|b| b.starts_with("DATABASES"));
        self.django |= of_django;
        // In `class TestConfig` a variable is of tests alone where its own name says so: others read it too.
        let of_tests = |name: &str| {
            let test = |word: &str| ["TEST", "TESTS", "TESTING"].iter().any(|t| word.eq_ignore_ascii_case(t));
            environment == Some(Environment::Test) && name.split('_').any(test)
        };
        for variable in read() {
            if let (Some(Means::Part(_, keyword)), true) = (variable.means, variable.defaulted) {
                self.defaulted.insert(keyword);
            }
            // Of a database whose engine stands elsewhere the code says the names all the same.
            if matches!(variable.means, Some(Means::Part(..))) || of_django && variable.means.is_none() {
                self.taken.insert(variable.variable.clone());
            }
            let known = meaning(&variable.variable, policy);
            match variable.means {
                Some(Means::Url) if !matches!(known, Some(Meaning::Url(_))) => {
                    let key = if of_tests(&variable.variable) { "test-url" } else { "url" };
                    self.name(key, &variable.variable);
                }
                Some(Means::TestUrl) if known != Some(Meaning::Url(Role::Test)) => {
                    self.name("test-url", &variable.variable);
                }
                Some(Means::Switch { postgres }) if !matches!(known, Some(Meaning::Toggle(_))) => {
                    self.name(if postgres { "toggle" } else { TOGGLE_SQLITE }, &variable.variable);
                }
                _ => {}
            }
        }
        // One name that is not known makes the whole family the project's own: families are never mixed.
        let parts: Vec<(&str, &'static str)> = read()
            .filter_map(|r| match r.means {
                Some(Means::Part(_, keyword)) => Some((r.variable.as_str(), keyword)),
                _ => None,
            })
            .collect();
        let families: BTreeSet<Option<&str>> = parts
            .iter()
            .map(|(variable, keyword)| match meaning(variable, policy) {
                Some(Meaning::Part(family, known)) if known == *keyword => Some(family),
                _ => None,
            })
            .collect();
        if families.contains(&None) && !parts.iter().any(|(variable, _)| of_tests(variable)) {
            for (variable, keyword) in parts {
                if let Some((key, _)) = OWN.iter().find(|(_, k)| *k == keyword) {
                    self.name(key, variable);
                }
            }
        }
        for entry in &layer.entries {
            if matches!(entry.means(), Some(Means::Tls(tls)) if tls != Tls::Off) {
                self.tls.push((environment, entry.clone()));
            }
            let Some(Means::Fixed(keyword) | Means::Part(_, keyword)) = entry.means() else { continue };
            let plain = entry.value.map.iter().all(|s| s.kind != SegmentKind::Fallback);
            if plain && FIXED.contains(&keyword) {
                self.fixed.push((environment, keyword, entry.clone()));
            }
        }
    }

    fn name(&mut self, key: &'static str, variable: &str) {
        // `PLANETSCALE_DATABASE_URL || DATABASE_URL`: the one is another engine's.
        if key == "url" && variable.split('_').any(|word| OTHERS.iter().any(|o| o.eq_ignore_ascii_case(word)))
        {
            return;
        }
        // `DATABASE_URL_REPLICA || DATABASE_URL`: who writes takes the other one.
        let copies =
            |word: &str| matches!(word, "REPLICA" | "REPLICAS" | "READONLY" | "STANDBY" | "FOLLOWER");
        if key == "url" && variable.split('_').any(copies) {
            return;
        }
        let names = self.names.entry(key).or_default();
        if names.len() < 16 && names.iter().all(|n| n != variable) {
            names.push(variable.to_owned());
        }
    }
}
