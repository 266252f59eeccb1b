//! Who wins: URL before document before parts, one family of parts taken whole, `[connection]` and then `PG*` fill
//! what is empty.

mod of_document;

use super::{
    PartSet, Settings, Toggle,
    document::{self, Document},
    engine::{Engine, Spelling, recognise},
    lookup::Lookup,
    parts, readers, secret_file,
    setting::{Origin, Setting},
    settle::Settled,
    suspect,
    target::{Form, Oddities, Target, Wrapped},
    variables::{Meaning, Role, TOGGLES, ToggleKind, URLS, meaning, prefixed},
};
use crate::{
    conninfo::{Conninfo, Libpq},
    environment::Environment,
    layer::{Entry, LayerKind},
    policy::{Policy, Wanted},
    repository::Repository,
    secret::{Part, Secret},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
};

/// What is to be resolved.
pub struct Request<'a> {
    /// The layers.
    pub lookup: Lookup<'a>,
    /// What the project decided.
    pub policy: &'a Policy,
    /// The environment, settled before.
    pub settled: Settled,
    /// Whether the project's test runner makes `test_` + name itself (Django).
    pub django: bool,
    /// Extensions that the program or the command line asks for.
    pub extensions: &'a [Wanted],
    /// What the manifests beside the configuration come to.
    pub repository: &'a Repository,
    /// The file that is judged; none: the process itself, in the directory where it starts.
    pub path: Option<&'a str>,
    /// What is the matter with files that `X_FILE` variables name, by `X`.
    pub faults: &'a BTreeMap<String, secret_file::Fault>,
}

/// The settings that the layers come to.
pub fn resolve(request: &Request<'_>) -> Settings {
    let Request { lookup, policy, settled, django, extensions, faults, repository, path } = request;
    let environment = settled.environment.as_ref().map(|s| s.value);
    let sets = parts::collect(lookup, policy);
    let chosen_set = parts::choose(&sets).cloned();
    let mut switches = toggles(lookup, policy).into_iter();
    let toggle = switches.next();
    let mut out = Settings {
        settled: settled.clone(),
        targets: Vec::new(),
        chosen: None,
        empty: Vec::new(),
        unfilled: Vec::new(),
        empty_parts: Vec::new(),
        opposed: switches.find(|other| toggle.as_ref().is_some_and(|first| first.opposes(other))),
        toggle,
        aliases: Vec::new(),
        document: document::collect(lookup, policy).into_iter().next(),
        undivided: document::undivided(lookup, policy),
        secret_files: secret_file::collect(lookup, policy, faults),
        secrets: policy.secrets.iter().filter_map(|(name, _)| lookup.winner(name)).collect(),
        parts: chosen_set,
        consumers: readers::consumers(policy, repository, *path, environment),
        loaders: readers::of_layers(lookup.layers(), policy, repository, environment),
        misreadings: Vec::new(),
        django: *django,
    };
    let resolver =
        Resolver { lookup, policy, libpq: parts::libpq(lookup), wanted: wanted(policy, extensions) };
    resolver.document_of_flag(&mut out);
    resolver.urls(&mut out);
    // The secret of another database, as far as anyone can tell.
    let spoken_for = !out.targets.is_empty() || out.parts.as_ref().is_some_and(|set| set.has("host"));
    let ours = |d: &Document| d.sure || !spoken_for && !d.is_foreign();
    out.document = out.document.take().filter(ours);
    if !out.targets.iter().any(|t| t.role == Role::Primary && t.environment.is_none()) {
        resolver.of_parts(&mut out, &sets);
    }
    select(&mut out, lookup);
    out
}

fn wanted(policy: &Policy, extra: &[Wanted]) -> Vec<Wanted> {
    let mut seen = BTreeSet::new();
    policy.extensions.iter().chain(extra).filter(|w| seen.insert(w.name.clone())).cloned().collect()
}

/// The switches that are set, the one in force first. A name before an engine's name, because code asks the switch
/// first.
fn toggles(lookup: &Lookup<'_>, policy: &Policy) -> Vec<Toggle> {
    let own = policy.names("toggle").iter().map(|name| (name.as_str(), ToggleKind::Postgres));
    own.chain(TOGGLES.iter().copied()).filter_map(|(key, kind)| toggle(lookup, key, kind)).collect()
}

fn toggle(lookup: &Lookup<'_>, key: &str, kind: ToggleKind) -> Option<Toggle> {
    let setting = lookup.winner(key)?;
    let text = setting.value.expose().trim().to_ascii_lowercase();
    let sqlite = Engine::Sqlite { memory: false };
    let says = match (kind, text.as_str()) {
        (ToggleKind::Engine, engine) if engine.contains("sqlite") => Some(sqlite),
        (ToggleKind::Engine, engine) if engine.contains("postg") || engine.contains("psycopg") => {
            Some(Engine::Postgres)
        }
        (ToggleKind::Engine, engine) => super::engine::other(engine),
        (ToggleKind::Postgres, "true") | (ToggleKind::Sqlite, "false") => Some(Engine::Postgres),
        (ToggleKind::Postgres, "false") | (ToggleKind::Sqlite, "true") => Some(sqlite),
        _ => None,
    };
    let shown = text.len() <= 64 && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"_.-".contains(&b));
    let value = Part::with_proof(setting.value.clone(), shown);
    Some(Toggle { setting: setting.map(value), kind, says })
}

struct Resolver<'r> {
    lookup: &'r Lookup<'r>,
    policy: &'r Policy,
    libpq: BTreeMap<&'static str, Setting<Part>>,
    wanted: Vec<Wanted>,
}

impl Resolver<'_> {
    /// Every variable that holds a URL; of the spellings of one role the first that is not empty.
    fn urls(&self, out: &mut Settings) {
        let mut keys: Vec<(String, Role)> =
            self.policy.names("url").iter().map(|k| (k.clone(), Role::Primary)).collect();
        keys.extend(self.policy.names("test-url").iter().map(|k| (k.clone(), Role::Test)));
        keys.extend(URLS.iter().map(|(key, role)| ((*key).to_owned(), *role)));
        // `PROD_DATABASE_URL` and its like are in no list.
        for layer in self.lookup.layers() {
            for entry in &layer.entries {
                if let Some(Meaning::Url(role)) = meaning(&entry.key, self.policy) {
                    keys.push((entry.key.clone(), role));
                }
            }
        }
        let mut seen = BTreeSet::new();
        for (key, role) in keys {
            if !seen.insert(key.clone()) {
                continue;
            }
            let Some(setting) = self.lookup.winner(&key) else { continue };
            if out.document.as_ref().is_some_and(|d| d.key == key)
                || setting.value.is_blank() && secret_file::stands_elsewhere(self.lookup, &key)
            {
                continue;
            }
            let own = prefixed(&key).map(|(environment, _)| environment).filter(|_| role != Role::Test);
            if setting.value.is_blank() {
                let unfilled = self.lookup.entry(&key).map(|(_, e)| suspect::placeholders(e));
                match unfilled.filter(|u| !u.is_empty()) {
                    Some(unfilled) => out.unfilled.extend(unfilled),
                    None if own.is_none() => out.empty.push((role, setting.map(()))),
                    None => {}
                }
                continue;
            }
            if out.targets.iter().any(|t| t.role == role && t.environment == own) {
                continue;
            }
            if let Some((layer, entry)) = self.lookup.entry(&key) {
                let mut target = self.url(&key, role, setting, layer, entry);
                target.environment = own;
                out.targets.push(target);
            }
        }
    }

    /// The line ends of a secret's file are judged with the file.
    fn wrapped(&self, layer: usize, entry: &Entry) -> Option<Wrapped> {
        let in_file = self.lookup.kind(layer) == LayerKind::SecretFile;
        suspect::wrapped(layer, entry).filter(|w| !in_file || w.what != "a line end")
    }

    fn url(&self, key: &str, role: Role, text: Setting<Secret>, layer: usize, entry: &Entry) -> Target {
        let (engine, spelling, says) = recognise(entry.value.text.expose());
        let trimmed = entry.value.text.expose();
        let offset = trimmed.len()
            - trimmed.trim_start_matches(|c: char| c.is_whitespace() || "\"'\u{feff}".contains(c)).len();
        let engine_span = entry.span_of(says.start + offset..says.end + offset);
        let mut parsed = match spelling {
            Spelling::Libpq if !trimmed.contains("://") => Conninfo::parse_as(trimmed, Libpq::V18),
            Spelling::Libpq | Spelling::Scheme => Conninfo::parse_passing_unknown(trimmed, Libpq::V18),
            Spelling::Jdbc => Conninfo::parse_jdbc(trimmed),
            Spelling::Npgsql => Conninfo::parse_npgsql(trimmed),
            Spelling::Foreign => Conninfo::parse_any_scheme(trimmed, Libpq::V18),
        };
        let mut parameters = BTreeMap::new();
        if engine == Engine::Postgres
            && spelling != Spelling::Foreign
            && let Ok(conninfo) = &mut parsed
        {
            // What is not in the source as it stands is not shown, wherever it is read later.
            let exact = |r: Range<usize>| !entry.doubtful && entry.value.span_of(r).is_some();
            conninfo.mask_unless(|value| value.range().is_none_or(exact));
            for (keyword, value) in conninfo.keywords() {
                let range = value.range().unwrap_or(0..trimmed.len());
                let exact = entry.value.span_of(range.clone());
                let part = value.part().clone();
                let origin = Origin::Entry { layer, span: exact.unwrap_or(entry.value_span) };
                parameters.insert(
                    keyword,
                    Setting { value: part, key: key.to_owned(), origin, shadowed: Vec::new() },
                );
            }
        }
        let native = parsed.as_ref().ok().filter(|_| spelling.is_native());
        let oddities = Oddities {
            wrapped: self.wrapped(layer, entry),
            placeholders: suspect::placeholders(entry),
            fallbacks: suspect::url_fallbacks(entry, parsed.as_ref().ok()),
            unencoded: suspect::unencoded(entry, parsed.as_ref().ok()),
            unknown: suspect::unknown(entry, native),
            duplicates: suspect::duplicates(entry, native),
            fragment: native.and_then(|_| suspect::fragment(entry)),
            double_encoded: suspect::double_encoded(entry, native),
        };
        let engine = Setting {
            value: engine,
            key: key.to_owned(),
            origin: Origin::Entry { layer, span: engine_span },
            shadowed: Vec::new(),
        };
        let mut target = self.target(key, role, Form::Url, engine, parsed, parameters);
        target.text = Some(text);
        target.written = Some(entry.value.clone());
        target.oddities = oddities;
        target
    }

    /// Fills what the target leaves open: first what the code fixes, then what libpq reads by itself.
    fn target(
        &self,
        name: &str,
        role: Role,
        form: Form,
        engine: Setting<Engine>,
        mut parsed: Result<Conninfo, crate::conninfo::Error>,
        mut parameters: BTreeMap<&'static str, Setting<Part>>,
    ) -> Target {
        if engine.value == Engine::Postgres
            && let Ok(conninfo) = &mut parsed
        {
            let fixed = self.fixed();
            // Neither pgjdbc nor Npgsql is libpq.
            let ambient = if conninfo.form().is_libpq() { self.libpq.clone() } else { BTreeMap::new() };
            for (keyword, setting) in fixed.into_iter().chain(ambient) {
                if setting.value.is_empty() {
                    continue;
                }
                if conninfo.fill(keyword, setting.value.clone()) {
                    parameters.insert(keyword, setting);
                } else if let Some(winner) = parameters.get_mut(keyword) {
                    winner.beats(setting);
                }
            }
        }
        Target {
            name: name.to_owned(),
            role,
            environment: None,
            form,
            engine,
            parsed,
            parameters,
            missing: Vec::new(),
            text: None,
            written: None,
            oddities: Oddities::default(),
            extensions: self.wanted.clone(),
            derived_from: None,
            tls_required: self.policy.tls_required,
        }
    }

    /// `[connection]` of pgward.toml.
    fn fixed(&self) -> Vec<(&'static str, Setting<Part>)> {
        let layers = self.lookup.layers().iter().enumerate().filter(|(_, l)| l.kind == LayerKind::Policy);
        layers
            .flat_map(|(id, layer)| layer.entries.iter().map(move |entry| (id, entry)))
            .filter_map(|(layer, entry)| {
                let keyword = crate::conninfo::keyword_names(Libpq::V18).find(|k| *k == entry.key)?;
                let shown = crate::conninfo::shows(keyword, entry.value.text.expose());
                let value = Part::with_proof(entry.value.text.clone(), shown);
                let origin = Origin::Entry { layer, span: entry.value_span };
                let key = format!("[connection] {keyword}");
                Some((keyword, Setting { value, key, origin, shadowed: Vec::new() }))
            })
            .collect()
    }

    /// The target that a switch and a family of variables make.
    fn of_parts(&self, out: &mut Settings, sets: &[PartSet]) {
        let toggle = out.toggle.clone();
        if let Some(Toggle { setting, says: Some(engine @ Engine::Sqlite { .. }), .. }) = &toggle {
            let engine = setting.map(engine.clone());
            let parsed = Conninfo::parse_as("", Libpq::V18);
            out.targets.push(self.target(
                &setting.key,
                Role::Primary,
                Form::Toggle,
                engine,
                parsed,
                BTreeMap::new(),
            ));
            return;
        }
        if out.document.is_some() {
            return self.of_document(out);
        }
        let set = match out.parts.clone() {
            Some(set) => set,
            // Only what libpq reads by itself: enough when it names a database or a host.
            None if self.libpq.contains_key("host") || self.libpq.contains_key("dbname") => {
                PartSet { name: "PG*", parts: BTreeMap::new(), variables: BTreeMap::new() }
            }
            None => match toggle.clone().filter(|t| t.says == Some(Engine::Postgres)) {
                Some(toggle) => return self.only_a_switch(out, &toggle),
                None => return,
            },
        };
        let mut conninfo = Conninfo::parse_as("", Libpq::V18);
        let mut oddities = Oddities::default();
        let mut parameters = BTreeMap::new();
        for (keyword, setting) in &set.parts {
            if setting.value.is_empty() {
                out.empty_parts.push((keyword, setting.map(())));
                if *keyword != "password" {
                    continue;
                }
            }
            if let Ok(conninfo) = &mut conninfo {
                conninfo.fill(keyword, setting.value.clone());
            }
            if let Some((layer, entry)) = self.lookup.entry(&setting.key) {
                oddities.placeholders.extend(suspect::placeholders(entry));
                oddities.fallbacks.extend(suspect::part_fallback(keyword, entry, &setting.value));
                // A password may end in a quote of its own; one that begins and ends in quotes was wrapped.
                let wrapped = self.wrapped(layer, entry).filter(|w| {
                    *keyword != "password" || w.what != "quotes" || suspect::is_quoted(&setting.value)
                });
                oddities.wrapped = oddities.wrapped.or(wrapped);
            }
            parameters.insert(*keyword, setting.clone());
        }
        let telling =
            ["host", "dbname", "user"].iter().find_map(|k| set.parts.get(k)).or(set.parts.values().next());
        let origin = telling.or(self.libpq.get("host")).or(self.libpq.get("dbname"));
        let engine = match origin {
            // `DB_ENGINE=mysql`: the other variables speak of that engine.
            Some(setting) => match &toggle {
                Some(Toggle { setting: switch, says: Some(other @ Engine::Other(_)), .. }) => {
                    switch.map(other.clone())
                }
                _ => setting.map(Engine::Postgres),
            },
            None => return,
        };
        let missing = if set.name == "PG*" { Vec::new() } else { parts::missing(&set) };
        let mut target = self.target(set.name, Role::Primary, Form::Parts, engine, conninfo, parameters);
        let in_file = |k: &str| {
            out.secret_files.iter().any(|f| {
                !f.read && matches!(f.meaning, Meaning::Part(name, part) if name == set.name && part == k)
            })
        };
        target.missing = missing
            .into_iter()
            .filter(|k| target.get(k).is_none_or(|s| s.value.is_empty()) && !in_file(k))
            .collect();
        target.oddities = oddities;
        out.aliases = parts::aliases(&set, sets, self.lookup);
        out.targets.push(target);
    }

    /// The switch says PostgreSQL, and nothing says which.
    fn only_a_switch(&self, out: &mut Settings, toggle: &Toggle) {
        let parsed = Conninfo::parse_as("", Libpq::V18);
        let engine = toggle.setting.map(Engine::Postgres);
        let mut target =
            self.target(&toggle.setting.key, Role::Primary, Form::Parts, engine, parsed, BTreeMap::new());
        target.missing = vec!["host", "dbname", "user"];
        out.targets.push(target);
    }
}

/// Tests use the database of tests; everything else the primary one. A URL on the command line is meant as it is.
fn select(out: &mut Settings, lookup: &Lookup<'_>) {
    let place = |out: &Settings, role: Role| {
        out.targets.iter().position(|t| t.role == role && t.environment.is_none())
    };
    let environment = out.settled.environment.as_ref().map(|s| s.value);
    let testing = environment == Some(Environment::Test) || out.settled.test_mode.is_some();
    let primary = place(out, Role::Primary);
    let by_flag = primary.is_some_and(|i| {
        lookup.entry(&out.targets[i].name).is_some_and(|(layer, _)| lookup.kind(layer) == LayerKind::Flag)
    });
    out.chosen = if testing && !by_flag {
        place(out, Role::Test).or_else(|| primary.map(|i| derive_test(out, i)))
    } else {
        primary
    };
}

/// Django's runner makes `test_` + name beside the real database; an SQLite one is in memory.
fn derive_test(out: &mut Settings, primary: usize) -> usize {
    let real = &out.targets[primary];
    let Some(dbname) = real.get("dbname").filter(|_| out.django && real.is_postgres()).cloned() else {
        return primary;
    };
    let mut target = real.clone();
    target.role = Role::Test;
    let name = Part::with_proof(format!("test_{}", dbname.value.expose()), dbname.value.is_harmless());
    let derived = Setting {
        value: name,
        key: dbname.key.clone(),
        origin: Origin::Derived(vec![dbname.origin.clone()]),
        shadowed: Vec::new(),
    };
    target.parameters.insert("dbname", derived);
    target.derived_from = Some(dbname);
    target.oddities = Oddities::default();
    out.targets.push(target);
    out.targets.len() - 1
}
