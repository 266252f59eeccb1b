//! Secrets that are JSON documents, in the shape that AWS Secrets Manager gives to those of RDS: `engine`, `host`,
//! `port`, `username`, `password`, `dbname`.

use super::{
    ByKeyword,
    engine::{self, Engine},
    lookup::Lookup,
    setting::{LayerId, Origin, Setting, Shadowed},
    variables::{Meaning, meaning, meaning_of},
};
use crate::{
    conninfo,
    layer::{
        Entry, LayerKind,
        json::{self, Json, Member},
    },
    policy::Policy,
    secret::{Part, Secret},
    source::Span,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
};

/// The key of the layer that `--secret-json` makes.
pub const FLAG: &str = "--secret-json";

/// A document that speaks of a database.
#[derive(Clone, Debug)]
pub struct Document {
    /// The variable that holds it, or [`FLAG`].
    pub key: String,
    /// The whole of it.
    pub origin: Origin,
    /// What it sets, by libpq keyword; empty members are left out, except for the password.
    pub parts: ByKeyword,
    /// The engine that it names, and where; [`Engine::Unknown`] for a word that is none.
    pub engine: Option<Setting<Engine>>,
    /// What is wrong with its shape, in the order of the text.
    pub faults: Vec<Fault>,
    /// Declared, or in a variable whose name says nothing but that it is the database's secret: `DB_SECRET`, not
    /// `REPORTING_DB_SECRET`.
    pub sure: bool,
    /// The layer and the entry that hold it.
    pub(super) entry: Option<(LayerId, Entry)>,
}

/// What is wrong with a document.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Fault {
    /// It is no JSON object; here, and what was expected.
    Invalid(Span, &'static str),
    /// A member stands in it twice: the second place.
    Twice(Span),
    /// The port is no number.
    Port(Span),
    /// A member that names or opens the database is an object or a list.
    Nested(&'static str, Span),
    /// A member that readers take for text is written as a number, `true`, `false` or `null`: what it is for, what it
    /// is written as, and where.
    Typed(&'static str, &'static str, Span),
}

/// libpq keywords and the names of their members. The first ones are those of RDS, the others what other tools write.
const MEMBERS: &[(&str, &[&str])] = &[
    ("host", &["host", "hostname"]),
    ("port", &["port"]),
    ("user", &["username", "user"]),
    ("password", &["password"]),
    ("dbname", &["dbname", "database"]),
    ("sslmode", &["sslmode"]),
];

/// Members that only the secret of a database has.
const TELLING: &[&str] = &["dbname", "database", "dbInstanceIdentifier", "dbClusterIdentifier"];

/// Words in the name of a variable that say what its document is about.
const WORDS: &[&str] = &["db", "database", "pg", "postgres", "postgresql", "rds", "aurora", "sql"];

/// Words in the name of a variable that say nothing about which database it is.
const PLAIN: &[&str] =
    &["secret", "secrets", "credentials", "creds", "config", "connection", "json", "app", "master", "aws"];

impl Document {
    /// Whether it names another engine than PostgreSQL.
    pub fn is_foreign(&self) -> bool {
        self.engine.as_ref().is_some_and(|e| e.value != Engine::Postgres)
    }

    /// Whether it is one at all.
    pub fn is_valid(&self) -> bool {
        !self.faults.iter().any(|f| matches!(f, Fault::Invalid(..)))
    }

    fn read(key: &str, layer: LayerId, entry: &Entry) -> Self {
        let origin = Origin::Entry { layer, span: entry.value_span };
        let mut out = Self {
            key: key.to_owned(),
            origin,
            parts: ByKeyword::new(),
            engine: None,
            faults: Vec::new(),
            sure: true,
            entry: Some((layer, entry.clone())),
        };
        let text = entry.value.text.expose();
        match json::object(text) {
            Ok(members) => out.take(layer, entry, &members),
            Err(invalid) => {
                let end = text[invalid.at..].chars().next().map_or(invalid.at, |c| invalid.at + c.len_utf8());
                out.faults.push(Fault::Invalid(entry.span_of(invalid.at..end), invalid.why));
            }
        }
        out
    }

    fn take(&mut self, layer: LayerId, entry: &Entry, members: &[Member]) {
        // The last one wins, as for every reader that builds a dictionary.
        let mut last: BTreeMap<&'static str, (&Member, bool)> = BTreeMap::new();
        for member in members {
            if let Some(keyword) = keyword_of(member) {
                let twice = last.contains_key(keyword);
                last.insert(keyword, (member, twice));
            }
        }
        let mut last: Vec<_> = last.into_iter().collect();
        last.sort_by_key(|(_, (member, _))| member.key.start);
        for (keyword, (member, twice)) in last {
            let span = entry.span_of(member.range.clone());
            if twice {
                self.faults.push(Fault::Twice(entry.span_of(member.key.clone())));
            }
            let written = match &member.value {
                Json::Text(text) => text.clone(),
                Json::Number(text) => {
                    if keyword != "port" {
                        self.faults.push(Fault::Typed(keyword, "a number", span));
                    }
                    text.clone()
                }
                Json::Truth(truth) => {
                    self.faults.push(Fault::Typed(keyword, "true or false", span));
                    Secret::from(if *truth { "true" } else { "false" })
                }
                Json::Null => {
                    // A member without a value is one that is not there; a password without one is a mistake.
                    if keyword == "password" {
                        self.faults.push(Fault::Typed(keyword, "null", span));
                    }
                    continue;
                }
                Json::Nested => {
                    self.faults.push(Fault::Nested(keyword, span));
                    continue;
                }
            };
            let text = written.expose();
            if keyword == "port" && !text.bytes().all(|b| b.is_ascii_digit()) {
                self.faults.push(Fault::Port(span));
                continue;
            }
            if text.is_empty() && keyword != "password" {
                continue;
            }
            let exact = shown(entry, member) && conninfo::shows(keyword, text);
            let setting = Setting {
                value: Part::with_proof(written, exact),
                key: self.key.clone(),
                origin: Origin::Entry { layer, span },
                shadowed: Vec::new(),
            };
            if keyword == ENGINE {
                let engine = engine_of(setting.value.expose());
                self.engine = Some(setting.map(engine));
            } else {
                self.parts.insert(keyword, setting);
            }
        }
    }
}

/// Stands for the member `engine`, which is no keyword of libpq.
const ENGINE: &str = "engine";

fn keyword_of(member: &Member) -> Option<&'static str> {
    let named = |names: &[&str]| names.iter().any(|name| member.name.equals(name));
    if member.name.equals(ENGINE) {
        return Some(ENGINE);
    }
    MEMBERS.iter().find(|(_, names)| named(names)).map(|(keyword, _)| *keyword)
}

/// `postgres`, `aurora-postgresql`, `mysql`, `sqlserver-se`: the words of RDS.
fn engine_of(word: &str) -> Engine {
    let lower = word.to_ascii_lowercase();
    if lower.contains("postgres") || lower == "redshift" {
        return Engine::Postgres;
    }
    if lower.contains("sqlite") {
        return Engine::Sqlite { memory: false };
    }
    let segments = lower.split(['-', '_', '+']);
    segments.into_iter().find_map(engine::other).unwrap_or(Engine::Unknown)
}

/// Whether the bytes of a member are those of the source, for every loader.
fn shown(entry: &Entry, member: &Member) -> bool {
    member.exact && !entry.doubtful && entry.value.span_of(member.range.clone()).is_some()
}

/// The documents in the order in which they are believed: that of the flag, those of `[variables]`, then whatever
/// has `host` and `username` and speaks of a database.
pub(super) fn collect(lookup: &Lookup<'_>, policy: &Policy) -> Vec<Document> {
    let mut out = Vec::new();
    let declared = policy.names("secret-json").iter().map(String::as_str);
    for key in std::iter::once(FLAG).chain(declared) {
        if let Some((layer, entry)) = lookup.entry(key).filter(|(_, e)| !e.value.text.is_blank()) {
            out.push(Document::read(key, layer, entry));
        }
    }
    // What loses is not looked at.
    let mut in_force: BTreeMap<&str, (LayerId, &Entry)> = BTreeMap::new();
    let layers = if lookup.has_document() { lookup.layers() } else { &[] };
    for layer in layers.iter().filter(|layer| layer.kind != LayerKind::Policy) {
        for entry in layer.entries.iter().filter(|e| might_be(e.value.text.expose().as_bytes())) {
            if let Some(winner) = lookup.entry(&entry.key).filter(|(_, winner)| std::ptr::eq(*winner, entry))
            {
                in_force.insert(&entry.key, winner);
            }
        }
    }
    let guessed =
        in_force.into_iter().filter(|(_, (layer, entry))| is_guessed(lookup.kind(*layer), entry, policy));
    let mut guessed: Vec<Document> =
        guessed.map(|(key, (layer, entry))| Document::read(key, layer, entry)).collect();
    for document in &mut guessed {
        let plain = |word: &str| WORDS.contains(&word) || PLAIN.contains(&word);
        document.sure = document.key.to_ascii_lowercase().split('_').all(plain)
            || meaning(&document.key, policy).is_some();
    }
    guessed.sort_by_key(|d| (d.is_foreign(), !d.sure));
    out.extend(guessed);
    out
}

/// Whether a value that nobody declared is a document about a database. A mail server's has `host` and `username`
/// too, so that the engine, another member or the variable's name must tell.
pub(super) fn is_guessed(kind: LayerKind, entry: &Entry, policy: &Policy) -> bool {
    let text = entry.value.text.expose();
    if !might_be(text.as_bytes()) {
        return false;
    }
    let stands_for_nothing_else = match meaning_of(entry, policy) {
        // `DB_CONNECTION={"host": …}` names no engine by a word.
        None | Some(Meaning::Toggle(_)) => true,
        // `DATABASE_URL` with a document in it is no URL for those who read it; a file may rightly hold one.
        Some(Meaning::Url(_)) => kind == LayerKind::SecretFile,
        Some(_) => false,
    };
    // A name that is none of ours is shown in capitals alone: anything else may be a slipped password.
    let capitals = entry.key.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_');
    if !capitals || !stands_for_nothing_else {
        return false;
    }
    let Ok(members) = json::object(text) else { return false };
    let has_text = |keyword: &str| {
        let member = members.iter().find(|m| keyword_of(m) == Some(keyword));
        member.is_some_and(|m| matches!(&m.value, Json::Text(text) if !text.is_empty()))
    };
    let named = |word: &str| members.iter().any(|m| m.name.equals(word));
    let engine = members.iter().any(|m| {
        matches!(&m.value, Json::Text(text) if m.name.equals(ENGINE) && engine_of(text.expose()) != Engine::Unknown)
    });
    let about = engine
        || TELLING.iter().any(|word| named(word))
        || Secret::from(entry.key.as_str()).has_word(WORDS).is_some();
    has_text("host") && has_text("user") && about
}

/// Variables for one part of a connection that hold a whole document: ECS puts it there unless the reference names one
/// of its members (`arn:…:password::`).
pub(super) fn undivided(lookup: &Lookup<'_>, policy: &Policy) -> Vec<Setting<()>> {
    let mut keys = BTreeSet::new();
    let layers = if lookup.has_document() { lookup.layers() } else { &[] };
    let entries = layers.iter().flat_map(|l| &l.entries);
    for entry in entries.filter(|e| might_be(e.value.text.expose().as_bytes())) {
        if matches!(meaning(&entry.key, policy), Some(Meaning::Part(..))) {
            keys.insert(entry.key.as_str());
        }
    }
    let whole = |setting: &Setting<Secret>| {
        let text = setting.value.expose();
        let members = if might_be(text.as_bytes()) { json::object(text).ok() } else { None };
        members.is_some_and(|m| m.iter().any(|m| matches!(keyword_of(m), Some("user" | "password"))))
    };
    keys.into_iter().filter_map(|key| lookup.winner(key)).filter(whole).map(|s| s.map(())).collect()
}

/// Whether bytes may be a document at all: they begin as an object does.
pub fn might_be(bytes: &[u8]) -> bool {
    bytes.trim_ascii_start().first() == Some(&b'{')
}

/// What of a document may be shown: its structure, the names of the members that we know, and values that are no
/// secret.
pub(super) fn visible(entry: &Entry) -> Vec<Range<usize>> {
    let text = entry.value.text.expose();
    let Ok(members) = json::object(text) else { return Vec::new() };
    if entry.doubtful {
        return Vec::new();
    }
    let (mut out, mut end) = (Vec::new(), 0);
    for member in &members {
        // A brace or a comma, and blanks.
        out.push(end..member.key.start);
        let quote = usize::from(matches!(member.value, Json::Text(_)));
        end = member.range.end + quote;
        let Some(keyword) = keyword_of(member) else { continue };
        // The name, the colon, and the quotes around the value.
        out.push(member.key.start..member.range.start);
        out.push(member.range.end..end);
        let (Json::Text(value) | Json::Number(value)) = &member.value else { continue };
        let shows = match keyword {
            ENGINE => engine_of(value.expose()) != Engine::Unknown && value.chars() <= 32,
            _ => conninfo::shows(keyword, value.expose()),
        };
        if shown(entry, member) && shows {
            out.push(member.range.clone());
        }
    }
    out.push(end..text.len());
    out
}

/// Notes what a document covers.
pub(super) fn covers(setting: &mut Setting<Part>, loser: &Setting<Secret>) {
    if let Origin::Entry { layer, span } = loser.origin {
        setting.shadowed.push(Shadowed { key: loser.key.clone(), layer, span });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_engines() {
        for postgres in ["postgres", "postgresql", "aurora-postgresql", "Postgres", "redshift"] {
            assert_eq!(engine_of(postgres), Engine::Postgres, "{postgres}");
        }
        for (word, name) in [
            ("mysql", "MySQL"),
            ("aurora-mysql", "MySQL"),
            ("sqlserver-se", "SQL Server"),
            ("oracle-ee", "Oracle"),
        ] {
            assert_eq!(engine_of(word), Engine::Other(name), "{word}");
        }
        assert_eq!(engine_of("smtp"), Engine::Unknown);
    }
}
