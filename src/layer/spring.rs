//! `application.yml` and `application.properties` of Spring Boot, with their profiles: `spring.datasource.*` and what
//! else is a connection there.

use super::{
    Entry, Layer, Means, Read,
    carried::Reader,
    general,
    reference::{self, Syntax},
    tree::{Mapped, Node},
};
use crate::{environment::Environment, source::Span};
use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
};

/// The keys under a data source, in Spring's relaxed spelling without `-`, and libpq's keywords for them.
const KEYS: &[(&str, &str)] = &[("username", "user"), ("user", "user"), ("password", "password")];

/// Prefixes of data sources that Spring Boot, Quarkus and Flyway know; the first is the service's.
const SOURCES: &[&str] =
    &["spring.datasource", "spring.datasource.hikari", "spring.r2dbc", "spring.flyway", "quarkus.datasource"];

/// What stands before the URL of Quarkus' reactive clients.
const REACTIVE: &str = "vertx-reactive:";

/// Reads the file that the reader is at.
pub(super) fn read(reader: &mut Reader<'_>) {
    if reader.path.ends_with(".properties") {
        let Some(text) = reader.text() else { return };
        let properties = properties(reader, &text);
        let ours = Ours::of(properties.iter().flatten());
        for document in properties.split(Option::is_none) {
            take_profiles(reader, &document.iter().flatten().collect::<Vec<_>>(), &ours);
        }
        return;
    }
    let Some(documents) = reader.yaml() else { return };
    let flat = |document| {
        let mut out = Vec::new();
        flatten(document, "", &mut out, 0);
        out
    };
    let flat: Vec<Vec<Property>> = documents.iter().map(flat).collect();
    let ours = Ours::of(flat.iter().flatten());
    for (document, properties) in documents.iter().zip(&flat) {
        let properties: Vec<&Property> = properties.iter().collect();
        let before = reader.layers.len();
        take_profiles(reader, &properties, &ours);
        // What Spring has a name for is read once.
        let known = reader.layers.len();
        let spans = reader.layers[before..].iter().flat_map(|l| &l.entries).map(|e| e.value_span);
        let spans: BTreeSet<Span> = spans.collect();
        general::take(reader, document);
        let word = word_of(reader, &properties);
        for layer in &mut reader.layers[known..] {
            layer.entries.retain(|e| !spans.contains(&e.value_span));
            layer.word = layer.word.take().or_else(|| word.clone());
        }
        let of_document = reader.layers.split_off(before);
        reader.layers.extend(of_document.into_iter().filter(|layer| !layer.entries.is_empty()));
    }
}

/// One property: its name, Quarkus' profile that was before it (`%prod.`), and its assignment.
struct Property {
    name: String,
    profile: Option<String>,
    entry: Entry,
}

impl Property {
    fn new(name: &str, entry: Entry) -> Self {
        let split = name.strip_prefix('%').and_then(|rest| rest.split_once('.'));
        let (profile, name) = split.map_or((None, name), |(profile, name)| (Some(profile.to_owned()), name));
        Self { name: name.to_owned(), profile, entry }
    }

    /// Whether it may be of a data source.
    fn may_connect(&self) -> bool {
        let name = relaxed(&self.name);
        ["datasource", "r2dbc", "flyway"].iter().any(|word| name.contains(word))
    }
}

/// Nested keys as the names that they stand for.
fn flatten(node: &Node, prefix: &str, out: &mut Vec<Property>, depth: usize) {
    if depth > 24 || prefix.len() > 256 {
        return;
    }
    for (key, value) in node.pairs() {
        let Some(own) = key.text() else { continue };
        let name = if prefix.is_empty() { own.to_owned() } else { format!("{prefix}.{own}") };
        match value.entry(name.clone(), key.span) {
            Some(entry) => out.push(Property::new(&name, entry)),
            None => flatten(value, &name, out, depth + 1),
        }
    }
}

/// The profile that a document is for.
fn word_of(reader: &Reader<'_>, properties: &[&Property]) -> Option<String> {
    let of = |name: &str| properties.iter().find(|p| relaxed(&p.name) == name);
    let profile = of("spring.config.activate.onprofile").or_else(|| of("spring.profiles"));
    profile.map(|p| p.entry.value.text.expose().to_owned()).or_else(|| profile_of(reader.path))
}

/// The data sources of one document, those of each profile by themselves: what a profile shares with the others is mostly
/// what a developer's machine has. `ours`: what all documents of the file say.
fn take_profiles(reader: &mut Reader<'_>, properties: &[&Property], ours: &Ours) {
    let mut profiles: BTreeMap<Option<&str>, Vec<&Property>> = BTreeMap::new();
    for property in properties.iter().filter(|p| p.profile.is_none() || p.may_connect()) {
        profiles.entry(property.profile.as_deref()).or_default().push(property);
    }
    // Production's first: of very many not all are looked at.
    let mut profiles: Vec<_> = profiles.into_iter().collect();
    let next = |profile: &str| Reverse(strictest(profile).and_then(Environment::from_word));
    profiles.sort_by_key(|(profile, _)| profile.map(next));
    for (profile, own) in profiles.into_iter().take(MANY) {
        let word = match profile {
            Some(profile) => strictest(profile).map(str::to_owned),
            None => word_of(reader, &own),
        };
        take(reader, &own, word.as_deref(), profile.is_some(), ours);
    }
}

/// Of `%prod,staging.…` the one that is next to production.
fn strictest(profile: &str) -> Option<&str> {
    let profiles = profile.trim_start_matches('{').trim_end_matches('}').split(',').map(str::trim);
    profiles.max_by_key(|word| Environment::from_word(word))
}

/// Whether the URL of a data source leads to the machine that the program runs on: pgjdbc goes there without a host too. Of a
/// reference nobody knows it.
fn is_here(url: &str) -> bool {
    let Some((_, rest)) = url.split_once("postgresql:").filter(|_| !url.starts_with("${")) else {
        return false;
    };
    let Some(rest) = rest.strip_prefix("//") else { return !rest.is_empty() };
    let hosts = rest.split(['/', '?', ';']).next().unwrap_or_default();
    let hosts = hosts.rsplit('@').next().unwrap_or_default();
    hosts.split(',').all(|host| {
        let name = match host.strip_prefix('[').and_then(|inner| inner.split_once(']')) {
            Some((name, _)) => name,
            None => host.split(':').next().unwrap_or_default(),
        };
        name.eq_ignore_ascii_case("localhost") || name == "::1" || name.starts_with("127.")
    })
}

/// The data sources of one document in one profile. Quarkus, which alone has these in the names, has `prod` for whatever is packaged:
/// one beside its server is on a developer's machine.
fn take(
    reader: &mut Reader<'_>,
    properties: &[&Property],
    word: Option<&str>,
    of_quarkus: bool,
    ours: &Ours,
) {
    let known = SOURCES.iter().map(|source| (*source, (*source).to_owned()));
    let others = others(properties).into_iter().map(|prefix| (SOURCES[0], prefix));
    for (source, prefix) in known.chain(others) {
        let plain = prefix.len() <= 64 && prefix.bytes().all(|b| b.is_ascii_lowercase() || b == b'.');
        let mut layer = reader.block(if plain { prefix.as_str() } else { source });
        let mut here = None;
        for property in properties {
            let name = relaxed(&property.name);
            let Some(key) = name.strip_prefix(&*prefix).and_then(|rest| rest.strip_prefix('.')) else {
                continue;
            };
            let means = match key {
                _ if URLS.contains(&key) => Means::Url,
                // What the pool hands to the driver beside the URL.
                "hikari.datasourceproperties.sslmode" => Means::Fixed("sslmode"),
                "properties.sslmode" if source == "spring.r2dbc" => Means::Fixed("sslmode"),
                _ => match KEYS.iter().find(|(own, _)| *own == key) {
                    Some((_, keyword)) => Means::Part(source, keyword),
                    None => continue,
                },
            };
            if of_quarkus && means == Means::Url {
                here = Some(here.unwrap_or(true) && is_here(property.entry.value.text.expose()));
            }
            push(reader, &mut layer, &property.entry, means);
            // `jdbc:postgresql://${DB_HOST}/shop` is no entry, and says the engine all the same.
            if means == Means::Url && property.entry.value.text.expose().starts_with("jdbc:postgresql:") {
                layer.reads.push(Read::postgres(property.entry.value_span));
            }
        }
        layer.word = word.filter(|_| here != Some(true)).map(str::to_owned);
        // Where a URL stands too, that says which engine it is, or that the two do not go together.
        let url = layer.entries.iter().any(|e| e.told.as_deref() == Some(&Means::Url));
        if !layer.entries.is_empty() && (url || !is_of_other(properties, ours, &prefix)) {
            reader.layers.push(layer);
        }
    }
}

/// Prefixes of data sources that a project names itself, or a library that keeps several: `spring.datasource.druid`,
/// `spring.datasource.dynamic.datasource.master`, `app.datasource.first`.
fn others(properties: &[&Property]) -> BTreeSet<String> {
    let of = |property: &&Property| {
        let name = relaxed(&property.name);
        let (prefix, last) = name.rsplit_once('.')?;
        // Quarkus' own are one word longer: `quarkus.datasource.users.jdbc.url`.
        let prefix =
            [".jdbc", ".reactive"].iter().find_map(|word| prefix.strip_suffix(word)).unwrap_or(prefix);
        let text = property.entry.value.text.expose().trim_start();
        let open = text.strip_prefix("${").and_then(|rest| rest.split_once(':'));
        let text = open.map_or(text, |(_, default)| default);
        let url = matches!(last, "url" | "jdbcurl") && SCHEMES.iter().any(|s| text.starts_with(s));
        let named = prefix.split('.').any(|segment| matches!(segment, "datasource" | "datasources"));
        (url && named && !SOURCES.contains(&prefix)).then(|| prefix.to_owned())
    };
    properties.iter().filter_map(of).take(MANY).collect()
}

/// How a URL begins that is PostgreSQL's perhaps.
const SCHEMES: &[&str] = &["jdbc:", "r2dbc:", REACTIVE];

/// Which data sources of a file are PostgreSQL's in any of its profiles: by their engine or URL, or all by the mapper's dialect.
#[derive(Default)]
struct Ours {
    prefixes: BTreeSet<String>,
    mapper: bool,
}

impl Ours {
    fn of<'p>(properties: impl Iterator<Item = &'p Property>) -> Self {
        let mut out = Self::default();
        for property in properties {
            if !property.entry.value.text.expose().to_ascii_lowercase().contains("postgres") {
                continue;
            }
            let name = relaxed(&property.name);
            out.mapper |=
                ["spring.jpa.", "quarkus.hibernate", "hibernate."].iter().any(|of| name.starts_with(of));
            let keys = ENGINE.iter().chain(URLS);
            let prefix =
                keys.filter_map(|key| name.strip_suffix(key)?.strip_suffix('.')).min_by_key(|p| p.len());
            out.prefixes.extend(prefix.map(str::to_owned));
        }
        out
    }
}

/// Whether a data source is another engine's by its `driver-class-name`, or Quarkus' `db-kind`, and nothing in the file says that
/// it is PostgreSQL's in another profile. The pool's and Flyway's data source is Spring Boot's own.
fn is_of_other(properties: &[&Property], ours: &Ours, prefix: &str) -> bool {
    let own = if matches!(prefix, "spring.datasource.hikari" | "spring.flyway") {
        "spring.datasource"
    } else {
        prefix
    };
    let says = |property: &&Property| {
        let name = relaxed(&property.name);
        let key = name.strip_prefix(own).and_then(|rest| rest.strip_prefix('.'));
        key.is_some_and(|key| ENGINE.contains(&key)) && names_other(property.entry.value.text.expose())
    };
    !ours.mapper && !ours.prefixes.contains(own) && properties.iter().any(says)
}

/// Keys of a data source that are its URL.
const URLS: &[&str] = &["url", "jdbcurl", "jdbc.url", "reactive.url"];

/// Keys of a data source that name its engine.
const ENGINE: &[&str] = &["driverclassname", "hikari.driverclassname", "dbkind"];

/// Whether the class of a driver, or Quarkus' word, is that of another engine.
fn names_other(text: &str) -> bool {
    // What stands for a class may be any.
    if text.contains("${") {
        return false;
    }
    let text = text.to_ascii_lowercase();
    let others =
        ["mysql", "mariadb", "oracle", "sqlserver", "mssql", "db2", "h2", "sqlite", "derby", "hsqldb"];
    text.split(['.', ':']).any(|word| others.contains(&word))
}

/// So many of them are looked at: each is looked for among all properties.
const MANY: usize = 16;

fn push(reader: &mut Reader<'_>, layer: &mut Layer, entry: &Entry, means: Means) {
    let mut resolved =
        reference::resolve(reader.id, &entry.value, entry.value_span, Syntax::Spring, Some(means));
    // What follows is a URL with the user before the host.
    let text = resolved.value.text.expose();
    if means == Means::Url && text.starts_with(REACTIVE) {
        resolved.value = resolved.value.part(REACTIVE.len()..text.len());
    }
    layer.reads.extend(resolved.reads);
    for span in resolved.code {
        reader.sources.reveal(span);
    }
    reader.reveal_lead(entry.key_span, entry.value_span);
    if !resolved.open && !resolved.value.text.expose().is_empty() {
        let entry = Entry { value: resolved.value, ..entry.clone() };
        layer.entries.push(entry.telling(Some(means)));
    }
}

/// `jdbc-url`, `jdbcUrl` and `JDBC_URL` are one name to Spring.
fn relaxed(name: &str) -> String {
    name.chars().filter(|c| *c != '-' && *c != '_').map(|c| c.to_ascii_lowercase()).collect()
}

/// `prod` of `application-prod.yml`.
fn profile_of(path: &str) -> Option<String> {
    let name = path.rsplit(['/', '\\']).next()?;
    let stem = name.rsplit_once('.')?.0;
    stem.split_once('-').map(|(_, profile)| profile.to_owned())
}

/// The lines of a file of properties (`java.util.Properties.load`); none where `#---` begins another document.
fn properties(reader: &Reader<'_>, text: &str) -> Vec<Option<Property>> {
    let mut out = Vec::new();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let start = at;
        at += line.len();
        let content = line.trim_start();
        let from = start + line.len() - content.len();
        if content.starts_with("#---") || content.starts_with("!---") {
            out.push(None);
            continue;
        }
        if content.is_empty() || content.starts_with(['#', '!']) {
            continue;
        }
        let content = content.trim_end_matches(['\n', '\r']);
        let Some(mark) = content.find(['=', ':']) else { continue };
        let name = content[..mark].trim_end();
        let rest = &content[mark + 1..];
        let value = from + mark + 1 + (rest.len() - rest.trim_start().len())..from + content.len();
        let span = |range: std::ops::Range<usize>| -> Span { reader.sources.span(reader.id, range) };
        let mut mapped = Mapped::new(reader.id);
        mapped.literal(text, value.clone());
        // What is escaped or goes on in the next line is not taken apart.
        let plain = !text[value.clone()].contains('\\');
        let read = if plain { text[value.clone()].to_owned() } else { continue };
        let entry = Entry::new(name, span(from..from + name.len()), mapped.finish(&read), span(value));
        out.push(Some(Property::new(name, entry)));
    }
    out
}
