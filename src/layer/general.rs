//! YAML, TOML and JSON files that hold connection settings among others: values that are URLs of a database, mappings
//! that are a connection by their name and keys, variables in capitals. What is none of these is passed over.

mod list;
mod text;

use super::{
    Entry, Kamal, Layer, Means, Read, Structure, Tls,
    carried::Reader,
    is_of_chart, json,
    reference::{self, Syntax},
    shell::{self, Script, inside},
    toml,
    tree::Node,
};
use crate::{environment::Environment, source::Span};
use std::collections::BTreeSet;
pub(super) use text::is_url;
use text::{is_slip, is_string};

/// Keys of a connection and libpq's keywords for them, as settings files spell them.
const KEYS: &[(&str, &str)] = &[
    ("host", "host"),
    ("hostname", "host"),
    ("server", "host"),
    ("port", "port"),
    ("database", "dbname"),
    ("database_name", "dbname"),
    ("dbname", "dbname"),
    ("db", "dbname"),
    ("name", "dbname"),
    ("user", "user"),
    ("username", "user"),
    ("password", "password"),
    ("passwd", "password"),
    ("pass", "password"),
    ("sslmode", "sslmode"),
    ("ssl_mode", "sslmode"),
];

/// Words of a key that make the mapping under it a connection.
const NAMES: &[&str] =
    &["database", "databases", "db", "postgres", "postgresql", "pg", "datasource", "datasources", "sql"];

/// Words of a key under which another engine's connection stands, whatever is above it.
const OTHERS: &[&str] =
    &["mysql", "mariadb", "mongo", "mongodb", "mssql", "sqlserver", "oracle", "redis", "clickhouse"];

/// Variables of URLs that have a meaning by their names.
const VARIABLES: &[&str] = &[
    "DATABASE_URL",
    "TEST_DATABASE_URL",
    "DIRECT_URL",
    "DIRECT_DATABASE_URL",
    "SHADOW_DATABASE_URL",
    "POSTGRES_PRISMA_URL",
    "POSTGRES_URL_NON_POOLING",
];

/// Engines that a mapping under such a key may name instead.
const ENGINES: &[&str] = &["engine", "driver", "dialect", "adapter", "client", "type"];

/// Mappings inside each other beyond this say nothing of a connection.
const DEPTH: usize = 24;

/// Reads a file of YAML.
pub(super) fn read(reader: &mut Reader<'_>) {
    let Some(documents) = reader.yaml() else { return };
    for document in documents.iter().filter(|document| !is_of_helm_unittest(document)) {
        take(reader, document);
        if let Some(kamal) = Kamal::of(document) {
            reader.structure = Structure::Kamal(kamal);
        }
    }
}

/// Whether a document is a suite of helm-unittest: it renders templates with values that nothing connects by.
fn is_of_helm_unittest(document: &Node) -> bool {
    let asserts = |test: &Node| test.get("it").is_some() && test.get("asserts").is_some();
    document.get("tests").is_some_and(|tests| tests.items().iter().any(|test| asserts(test)))
}

/// Reads a file of JSON, which is YAML but for rarities, with the comments that editors and their kin allow in it; of a
/// package's its scripts too.
pub(super) fn read_json(reader: &mut Reader<'_>) {
    let Some(text) = reader.text() else { return };
    let Some(documents) = reader.documents(&json::without_comments(&text)) else { return };
    let mut script = Script::default();
    for document in &documents {
        take(reader, document);
        let scripts = document.get("scripts").filter(|_| reader.path.ends_with("package.json"));
        for (_, command) in scripts.map(Node::pairs).unwrap_or_default() {
            inside::lines(reader, &text, command, &mut script);
        }
    }
    shell::settled(reader, script);
}

/// Reads a file of TOML.
pub(super) fn read_toml(reader: &mut Reader<'_>) {
    let Some(text) = reader.text() else { return };
    match toml::parse(reader.id, &text) {
        Ok(document) => take(reader, &document),
        Err(invalid) => reader.invalid(invalid),
    }
}

/// What one document says.
pub(super) fn take(reader: &mut Reader<'_>, document: &Node) {
    let mut path = Vec::new();
    let mut found = Vec::new();
    walk(reader, document, &mut path, &mut found);
    reader.layers.extend(found.into_iter().filter(|layer| !layer.entries.is_empty()));
}

/// Whether a mapping holds examples as `OpenAPI` has them, each with its `value`.
fn is_of_an_interface(examples: &Node) -> bool {
    let pairs = examples.pairs();
    !pairs.is_empty() && pairs.iter().all(|(_, example)| example.get("value").is_some())
}

/// The blocks of a node and of what is below it.
fn walk<'n>(reader: &mut Reader<'_>, node: &'n Node, path: &mut Vec<&'n str>, out: &mut Vec<Layer>) {
    if path.len() > DEPTH {
        return;
    }
    let block = shown(path);
    let word = path.iter().rev().find(|word| Environment::from_word(word).is_some()).copied();
    let word = word.or_else(|| is_of_tests(path).then_some("test")).map(str::to_owned);
    let new = |reader: &Reader<'_>| Layer { word: word.clone(), ..reader.block(block.as_str()) };
    for item in node.items().iter().filter(|item| !list::is_nameless(item)) {
        walk(reader, item, path, out);
    }
    if !node.items().is_empty() {
        let layer = new(reader);
        out.extend(list::variables(reader, node, &layer));
    }
    let pairs = node.pairs();
    if pairs.is_empty() {
        return;
    }
    let mut variables = new(reader);
    let mut parts = new(reader);
    let connection = is_connection(node, path);
    let listed = list::name_of(node).is_some();
    for (key, value) in pairs {
        let Some(name) = key.text() else { continue };
        // Read as the variable that it is of; a preview has rows of its own.
        if listed && matches!(name, "value" | "previewValue") {
            continue;
        }
        let Some(entry) = value.entry(name, key.span) else {
            // What a description of an interface shows is nobody's.
            if name == "examples" && is_of_an_interface(value) {
                continue;
            }
            path.push(name);
            walk(reader, value, path, out);
            path.pop();
            continue;
        };
        let means = means(name, &entry, connection);
        let resolved = reference::resolve(reader.id, &entry.value, value.span, Syntax::Shell, means);
        let text = resolved.value.text.expose();
        let is_url = means.is_none()
            && (is_url(text)
                || names_url(name) && is_slip(text)
                || names_string(name) && is_string(text) && !is_of_others(path));
        // What a description of an interface or a form shows for a value.
        let shown = || {
            const WORDS: &[&str] =
                &["example", "examples", "placeholder", "description", "toolTip", "tooltip", "hint"];
            path.iter().chain([&name]).any(|word| WORDS.contains(word))
        };
        let is_url = is_url && !shown();
        // The variables of a process belong together.
        let is_url = is_url && !VARIABLES.contains(&name);
        let mut own = new(reader);
        // The variable by which .NET takes it too; whose string it is, is asked of all of them at one place.
        if path.last() == Some(&"ConnectionStrings") && means.is_none() && !is_url {
            let key = format!("ConnectionStrings__{}", entry.key);
            own.entries.push(Entry { key, value: resolved.value, ..entry });
            out.push(own);
            continue;
        }
        let layer = match means {
            _ if is_url => &mut own,
            Some(_) => &mut parts,
            None if is_variable(name) => &mut variables,
            None => continue,
        };
        let role = if names_tests(name) { Means::TestUrl } else { Means::Url };
        let means = if is_url { Some(role) } else { means };
        layer.reads.extend(resolved.reads);
        let text = resolved.value.text.expose();
        // The name of a key in a Secret, of which a chart makes a reference, is none of a URL's. Where nothing stands, the
        // Serverless Framework sets nothing.
        if text::is_from_elsewhere(text)
            || value.is_null()
                && reader.path.rsplit('/').next().is_some_and(|name| name.starts_with("serverless."))
            || is_of_chart(reader.path) && VARIABLES.contains(&name) && text::is_word(text)
        {
            layer.reads.push(Read { variable: entry.key.clone(), span: value.span, means, defaulted: false });
            continue;
        }
        // What is empty in a file of settings is for others to fill in: `values.yaml` of a chart, `config.default.json`.
        if resolved.open || matches!(means, Some(Means::Part(..))) && resolved.value.text.is_blank() {
            continue;
        }
        reveal(reader, name, key.span, value.span);
        // A settings file with such a URL is Java's own: it is in its place.
        let java = is_url && resolved.value.text.expose().trim_start().starts_with("jdbc:");
        let key = if java { format!("jdbc {}", entry.key) } else { entry.key.clone() };
        layer.entries.push(Entry { key, value: resolved.value, ..entry }.telling(means));
        if is_url {
            out.push(own);
        }
    }
    if connection {
        let libpqs = |name: &str, value: &Node| {
            value.entry(name, value.span).is_some_and(|entry| means(name, &entry, true).is_some())
        };
        parts.entries.extend(Tls::of_mapping(node, &libpqs));
    }
    out.extend([variables, parts]);
}

/// The keys that lead to a block; one that may be anything is left out.
fn shown(path: &[&str]) -> String {
    let plain = |word: &&&str| {
        word.len() <= 32
            && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_uppercase() || b"_-".contains(&b))
    };
    path.iter().filter(plain).copied().collect::<Vec<_>>().join(".")
}

fn words(name: &str) -> impl Iterator<Item = String> + '_ {
    name.split(|c: char| !c.is_ascii_alphanumeric()).map(str::to_ascii_lowercase)
}

/// Whether the keys lead to what a program that runs tests puts into the environment: pytest-env and tox in
/// pyproject.toml, AVA in package.json.
fn is_of_tests(path: &[&str]) -> bool {
    matches!(path, ["tool", "pytest_env" | "tox", ..] | ["ava", "environmentVariables", ..])
}

fn names_tests(name: &str) -> bool {
    words(name).any(|word| matches!(word.as_str(), "test" | "tests" | "testing"))
}

/// A host and a database or a role under a key that says database.
fn is_connection(node: &Node, path: &[&str]) -> bool {
    let named = path.iter().rev().take(2).any(|key| words(key).any(|word| NAMES.contains(&word.as_str())));
    // `db.mysql`
    let other = path.last().is_some_and(|key| words(key).any(|word| OTHERS.contains(&word.as_str())));
    let named = named && !other;
    let has = |keyword: &str| {
        let value = |own: &str| node.get(own).and_then(|v| v.scalar());
        KEYS.iter()
            .any(|(own, means)| *means == keyword && value(own).is_some_and(|v| !v.value.text.is_blank()))
    };
    // Sequelize's config.json and its like name the engine, and above it the environment alone.
    let engine = || {
        let engines = ENGINES.iter().filter_map(|key| node.get(key)?.text());
        engines
            .map(str::to_ascii_lowercase)
            .any(|text| ["postg", "sqlite", "mysql"].iter().any(|e| text.contains(e)))
    };
    has("host") && (has("dbname") || has("user")) && (named || engine()) && !is_labels(node)
}

/// Whether the values are words for people: the texts of a form in some language have the same keys.
fn is_labels(node: &Node) -> bool {
    let said = |keyword: &str| {
        let keys = KEYS.iter().filter(move |(_, means)| *means == keyword);
        keys.filter_map(|(own, _)| node.get(own)?.text()).map(str::trim).collect::<Vec<_>>()
    };
    let filled_in = |text: &str| text.contains(['$', '{', '<', '%', '#']);
    let phrase = |text: &&str| text.contains(char::is_whitespace) && !filled_in(text);
    let no_number =
        |text: &&str| !text.is_empty() && !text.contains(|c: char| c.is_ascii_digit()) && !filled_in(text);
    said("host").iter().any(phrase) || said("port").iter().any(no_number)
}

fn means(name: &str, entry: &Entry, connection: bool) -> Option<Means> {
    if !connection {
        return None;
    }
    let lower = name.to_ascii_lowercase();
    let text = entry.value.text.expose().to_ascii_lowercase();
    if ENGINES.contains(&lower.as_str())
        && ["postg", "sqlite", "mysql", "psycopg"].iter().any(|e| text.contains(e))
    {
        return Some(Means::Engine);
    }
    // A switch of the project's own, whatever it makes of it.
    if matches!(lower.as_str(), "sslmode" | "ssl_mode") && matches!(text.as_str(), "true" | "false") {
        return None;
    }
    // Npgsql's words, in a settings object of .NET.
    if lower == "sslmode" && (name == "SslMode" || matches!(text.as_str(), "verifyfull" | "verifyca")) {
        return None;
    }
    KEYS.iter().find(|(own, _)| *own == lower).map(|(_, keyword)| Means::Part("connection", keyword))
}

/// libpq's keyword for a key of a connection.
pub(super) fn keyword(key: &str) -> Option<&'static str> {
    KEYS.iter().find(|(own, _)| key.eq_ignore_ascii_case(own)).map(|(_, keyword)| *keyword)
}

/// Whether an option of a section says that it is another engine's: `type = sqlite3` of Grafana, which keeps the rest as it
/// comes.
pub(super) fn names_other_engine(key: &str, value: &str) -> bool {
    let key = key.to_ascii_lowercase();
    let names = ENGINES.contains(&key.as_str()) || matches!(key.as_str(), "db_type" | "dbtype" | "db_engine");
    // `mysql ; or postgres`
    let value =
        [" ;", " #", "\t;", "\t#"].iter().fold(value, |text, mark| text.split(mark).next().unwrap_or(text));
    let value = value.trim().to_ascii_lowercase();
    let word = |word: &str| {
        let word = word.trim_end_matches(|c: char| c.is_ascii_digit());
        word == "sqlite" || OTHERS.contains(&word)
    };
    let mut words = value.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let (first, last) = (words.clone().next(), words.next_back());
    names
        && !["postg", "psql"].iter().any(|ours| value.contains(ours))
        && [first, last].into_iter().flatten().any(word)
}

/// Whether a section is a connection by its name and keys, as INI files have them.
pub(super) fn is_section<'k>(name: &str, keys: impl Iterator<Item = &'k str>) -> bool {
    let found: BTreeSet<&str> = keys.filter_map(keyword).collect();
    let named = words(name).any(|word| NAMES.contains(&word.as_str()));
    named && found.contains("host") && (found.contains("dbname") || found.contains("user"))
}

fn is_variable(name: &str) -> bool {
    name.len() > 2
        && name.starts_with(|c: char| c.is_ascii_uppercase())
        && name.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_')
}

/// Whether a key says that its value is a URL.
fn names_url(name: &str) -> bool {
    words(name).last().is_some_and(|word| matches!(word.as_str(), "url" | "uri" | "dsn"))
}

/// Whether a key says that its value is a connection string, be it none of the web's.
fn names_string(name: &str) -> bool {
    const OF: [&str; 7] = ["conn", "connection", "db", "database", "pg", "postgres", "postgresql"];
    let all: Vec<String> = words(name).collect();
    let Some((last, before)) = all.split_last() else { return false };
    match last.as_str() {
        "dsn" | "conninfo" | "connstr" | "connectionstring" | "connection" => true,
        "string" | "str" => before.iter().any(|word| OF.contains(&word.as_str())),
        _ => false,
    }
}

/// Whether the keys lead below one that names another engine.
fn is_of_others(path: &[&str]) -> bool {
    path.iter().any(|key| words(key).any(|word| OTHERS.contains(&word.as_str())))
}

/// A key that leads to a URL or is a word of a connection; anything else may be somebody's secret.
fn reveal(reader: &mut Reader<'_>, name: &str, key: Span, value: Span) {
    let known = |word: &String| {
        let word = word.as_str();
        NAMES.contains(&word)
            || ENGINES.contains(&word)
            || KEYS.iter().any(|(own, _)| *own == word)
            || matches!(
                word,
                "url"
                    | "uri"
                    | "dsn"
                    | "test"
                    | "connection"
                    | "string"
                    | "sqlalchemy"
                    | "jdbc"
                    | "ssl"
                    | "mode"
            )
    };
    if is_variable(name) || words(name).all(|word| known(&word)) {
        reader.reveal_lead(key, value);
    }
}
