//! Who wins: URL before document before parts, one family of parts taken whole, `[connection]` and then `PG*` fill
//! what is empty.

mod beside;
mod engines;
mod of_document;
mod of_parts;
mod select;
mod switch;
mod url_names;

use super::{
    ByKeyword, PartSet, Settings,
    document::{self, Document},
    drivers, encrypted,
    engine::{Engine, Spelling, is_for_npgsql, unknown},
    foreign, functions,
    lookup::Lookup,
    misspelt, overrides, parts, platform, pooling, readers,
    reading::scheme_end,
    schema, secret_file,
    service::{ServiceFiles, ServiceTrouble},
    setting::{Origin, Setting},
    settle::Settled,
    suspect,
    target::{Around, Facts, Form, Oddities, Target, Wrapped},
    variables::{Meaning, Role, meaning_of, prefixed},
    words,
};
use crate::{
    conninfo::{Conninfo, Libpq, keyword_since},
    consumer::Consumer,
    layer::{Entry, LayerKind, Means, Read, Seat, Value},
    policy::{Policy, Wanted},
    repository::{Package, Repository},
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
    /// Who reads the URL, where the kind of file says so; none: the policy or the repository does.
    pub readers: Option<&'a [Consumer]>,
    /// What is the matter with files that `X_FILE` variables name, by `X`.
    pub faults: &'a BTreeMap<String, secret_file::Fault>,
    /// The service files that libpq would read.
    pub services: &'a ServiceFiles,
    /// Whether libpq's `PG*` variables are read.
    pub pg_env: bool,
}

/// The settings that the layers come to.
pub fn resolve(request: &Request<'_>) -> Settings {
    let Request { lookup, policy, settled, django, extensions, .. } = request;
    let Request { repository, path, readers, faults, services, pg_env, .. } = request;
    let environment = settled.environment.as_ref().map(|s| s.value);
    let sets = parts::collect(lookup, policy);
    let mut switches = switch::toggles(lookup, policy).into_iter();
    let toggle = switches.next().map(Box::new);
    let mut reads = lookup.layers().iter().flat_map(|layer| &layer.reads);
    let is_ours =
        toggle.as_ref().is_some_and(|t| t.says == Some(Engine::Postgres)) || reads.any(Read::says_postgres);
    let chosen_set = parts::choose(&sets, is_ours).cloned();
    let opposed = switches.find(|other| toggle.as_ref().is_some_and(|first| first.opposes(other)));
    let mut out = Settings {
        settled: settled.clone(),
        targets: Vec::with_capacity(1),
        chosen: None,
        empty: Vec::new(),
        unfilled: Vec::new(),
        empty_parts: Vec::new(),
        opposed: opposed.map(Box::new),
        toggle,
        aliases: Vec::new(),
        document: document::collect(lookup, policy).into_iter().next().map(Box::new),
        undivided: document::undivided(lookup, policy),
        secret_files: secret_file::collect(lookup, policy, faults),
        secrets: policy.secrets.iter().filter_map(|(name, _)| lookup.winner(name)).collect(),
        parts: chosen_set,
        consumers: match readers {
            Some(known) => readers::known(known),
            None => readers::consumers(policy, repository, *path, environment),
        },
        given: None,
        loaders: readers::of_layers(lookup.layers(), policy, repository, environment),
        misreadings: Vec::new(),
        misspelt: misspelt::collect(lookup, policy),
        platform: platform::of(lookup).map(Box::new),
        whereabouts: None,
        django: *django,
        tests_derive: false,
        functions: None,
        now: None,
        seat: Seat::default(),
        foreign: false,
        administers: false,
        rails: request.lookup.entry("RAILS_ENV").is_some(),
        without_postgres: false,
        without_programs: false,
        never_checks: false,
        hosted_on: Vec::new(),
        without_sqlite: false,
        open: lookup.layers().iter().flat_map(|l| &l.reads).any(|r| r.variable == Read::REST),
    };
    out.given = readers::given(&out.consumers, repository);
    let libpq = if *pg_env { parts::libpq(lookup) } else { ByKeyword::new() };
    let services_unread =
        !out.consumers.is_empty() && !out.consumers.iter().any(|c| c.value.reads_services());
    let (wanted, go) = (wanted(policy, extensions), foreign::is_for_go(repository, *path));
    let of_file = path.is_some();
    let resolver =
        Resolver { lookup, policy, libpq, services, services_unread, go, repository, wanted, of_file };
    resolver.document_of_flag(&mut out);
    resolver.urls(&mut out);
    // What one program is told says nothing of another's.
    let of_another = |set: &PartSet| {
        let primary = out.targets.iter().find(|t| t.role == Role::Primary && t.environment.is_none());
        primary.is_some_and(|t| parts::program_of_url(&t.name) != set.program())
    };
    out.parts = out.parts.take().filter(|set| !of_another(set));
    // The secret of another database, as far as anyone can tell.
    let spoken_for = !out.targets.is_empty() || out.parts.as_ref().is_some_and(|set| set.has("host"));
    let ours = |d: &Document| d.sure || !spoken_for && !d.is_foreign();
    out.document = out.document.take().filter(|d| ours(d));
    if !out.targets.iter().any(|t| t.role == Role::Primary && t.environment.is_none()) {
        resolver.of_parts(&mut out, &sets);
    }
    let packages: Vec<&Package> = repository.packages(*path).collect();
    engines::by_readers(&mut out, lookup, repository, &packages, *path);
    for target in out.targets.iter_mut().filter(|t| t.name == "sqlalchemy.url") {
        target.replaced = path.and_then(|path| repository.replaces_url_of(path));
        target.around.filled = path.is_some_and(|path| repository.fills_options_of(path));
    }
    for target in out.targets.iter_mut().filter(|t| t.engine.value == Engine::Unknown) {
        let bare = target.text.as_ref().is_some_and(|t| unknown::is_bare_name(t.value.expose()));
        target.is_host = bare && sets.iter().any(parts::lacks_a_host);
    }
    let tls = encrypted::said(lookup, policy).filter(|_| !out.targets.is_empty());
    for target in &mut out.targets {
        target.tls_beside.clone_from(&tls);
        suspect::name_variables(&mut target.oddities.fallbacks, lookup.layers(), policy);
        target.schema = schema::of(target, lookup);
        let url = |key: &str| resolver.in_env_file(key);
        target.names = words::of_target(target, policy);
        target.overrides = overrides::of_target(target, lookup, policy, &url);
    }
    select::select(&mut out, lookup);
    functions::look(&mut out, lookup, &packages);
    drivers::compare(&mut out, repository, *path);
    pooling::compare(&mut out, &packages);
    platform::compare(&mut out, repository, *path);
    out
}

fn wanted(policy: &Policy, extra: &[Wanted]) -> Vec<Wanted> {
    let mut seen = BTreeSet::new();
    policy.extensions.iter().chain(extra).filter(|w| seen.insert(w.name.clone())).cloned().collect()
}

/// The name of a target that libpq's own variables make.
const LIBPQ_SET: &str = "PG*";

struct Resolver<'r> {
    lookup: &'r Lookup<'r>,
    policy: &'r Policy,
    libpq: ByKeyword,
    services: &'r ServiceFiles,
    /// Of the consumers that are known, none reads services.
    services_unread: bool,
    /// A client of Go reads it.
    go: bool,
    repository: &'r Repository,
    wanted: Vec<Wanted>,
    /// A file is judged, and no process, which takes one URL.
    of_file: bool,
}

impl Resolver<'_> {
    /// Every variable that holds a URL; of the spellings of one role the first that is not empty.
    fn urls(&self, out: &mut Settings) {
        let mut seen = BTreeSet::new();
        for (key, role) in self.url_names() {
            let Some((layer, entry)) = self.lookup.entry(key).filter(|_| seen.insert(key)) else { continue };
            // A carrier may know better what a name like ours stands for.
            if !matches!(meaning_of(entry, self.policy), Some(Meaning::Url(_))) {
                continue;
            }
            let Some(setting) = self.lookup.winner(key) else { continue };
            if out.document.as_ref().is_some_and(|d| d.key == key)
                || setting.value.is_blank() && secret_file::stands_elsewhere(self.lookup, key)
            {
                continue;
            }
            let own = prefixed(key).map(|(environment, _)| environment).filter(|_| role != Role::Test);
            if setting.value.is_blank() {
                match suspect::placeholders(entry) {
                    unfilled if !unfilled.is_empty() => out.unfilled.extend(unfilled),
                    _ if own.is_none() => out.empty.push((role, setting.map(()))),
                    _ => {}
                }
                continue;
            }
            // Several of .NET's are several databases of one program.
            let known = out.targets.iter().any(|t| t.role == role && t.environment == own);
            // So are those of a file whose passwords differ; which one a process takes it says by the first.
            let several = entry.told.is_some() && is_for_npgsql(entry);
            if known && !several && !(self.of_file && role == Role::Primary) {
                continue;
            }
            let mut target = self.url(key, role, setting, layer, entry);
            if known && !several && !target.has_password_of_its_own(&out.targets) {
                continue;
            }
            match entry.means() {
                Some(Means::Url | Means::TestUrl) => self.beside(layer, &mut target),
                _ => self.beside_variable(&mut target),
            }
            target.environment = own;
            out.targets.push(target);
        }
    }

    /// The line ends of a secret's file are judged with the file.
    fn wrapped(&self, layer: usize, entry: &Entry) -> Option<Wrapped> {
        let in_file = self.lookup.kind(layer) == LayerKind::SecretFile;
        suspect::wrapped(layer, entry).filter(|w| !in_file || w.what != "a line end")
    }

    /// What the URL of a variable sets in the strongest env file.
    fn in_env_file(&self, key: &str) -> Option<ByKeyword> {
        let (layer, entry) = self.lookup.entry_in(key, LayerKind::EnvFile)?;
        let origin = Origin::Entry { layer, span: entry.value_span };
        let text =
            Setting { value: entry.value.text.clone(), key: key.to_owned(), origin, shadowed: Vec::new() };
        Some(self.url(key, Role::Primary, text, layer, entry).parameters)
    }

    fn url(&self, key: &str, role: Role, text: Setting<Secret>, layer: usize, entry: &Entry) -> Target {
        let (engine, spelling, says) = engines::recognise_for(self.repository, entry.value.text.expose());
        let trimmed = entry.value.text.expose();
        let offset = trimmed.len()
            - trimmed.trim_start_matches(|c: char| c.is_whitespace() || "\"'\u{feff}".contains(c)).len();
        let engine_span = entry.span_of(says.start + offset..says.end + offset);
        let libpq = self.policy.reading();
        let mut parsed = match spelling {
            Spelling::Libpq if scheme_end(trimmed).is_none() => {
                let strict = Conninfo::parse_as(trimmed, libpq);
                strict.or_else(|error| foreign::pairs(trimmed, libpq).filter(|_| self.go).ok_or(error))
            }
            Spelling::Libpq | Spelling::Scheme => Conninfo::parse_passing_unknown(trimmed, libpq),
            Spelling::Jdbc => Conninfo::parse_jdbc(trimmed),
            Spelling::R2dbc => Conninfo::parse_r2dbc(trimmed, libpq),
            Spelling::Npgsql => Conninfo::parse_npgsql(trimmed),
            Spelling::Foreign => Conninfo::parse_any_scheme(trimmed, libpq),
        };
        let mut parameters = ByKeyword::new();
        if engine == Engine::Postgres
            && spelling != Spelling::Foreign
            && let Ok(conninfo) = &mut parsed
        {
            // What is not in the source as it stands is not shown, wherever it is read later.
            let exact = |r: Range<usize>| !entry.doubtful && entry.value.span_of(r).is_some();
            conninfo.mask_unless(|value| value.range().is_none_or(exact));
            parameters = ByKeyword::with_capacity(conninfo.keywords().count() + 1);
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
            wrapped: self.wrapped(layer, entry).map(Box::new),
            placeholders: suspect::placeholders(entry),
            fallbacks: suspect::url_fallbacks(entry, parsed.as_ref().ok()),
            unencoded: suspect::unencoded(entry, parsed.as_ref().ok()).map(Box::new),
            unknown: suspect::unknown(
                entry,
                parsed.as_ref().ok().filter(|_| spelling.is_native() || spelling == Spelling::R2dbc),
            ),
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
        target.told = entry.told.is_some() || self.lookup.kind(layer) == LayerKind::Block;
        target.text = Some(text);
        target.spelling = spelling;
        target.written = Some(Value { text: Secret::default(), map: entry.value.map.clone() });
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
        mut parameters: ByKeyword,
    ) -> Target {
        let (mut service, mut newer, mut ambient) = (None, Vec::new(), Vec::new());
        if engine.value == Engine::Postgres
            && let Ok(conninfo) = &mut parsed
        {
            let set = |setting: &Setting<Part>| !setting.value.is_empty();
            let fixed = self.fixed().into_iter().filter(|(_, s)| set(s));
            let (known, unknown): (Vec<_>, Vec<_>) =
                fixed.partition(|(keyword, _)| keyword_since(keyword).is_some_and(|k| k <= conninfo.libpq()));
            fill(conninfo, &mut parameters, known.into_iter());
            newer = unknown;
            // Neither pgjdbc nor Npgsql is libpq.
            if conninfo.form().is_libpq() {
                // libpq takes an empty PGSERVICE for a name.
                let named = conninfo.get("service").map(|v| v.part().clone());
                let named = named.or_else(|| self.libpq.get("service").map(|s| s.value.clone()));
                service = named
                    .and_then(|name| self.services.find(&name, conninfo.libpq()))
                    .map(|found| found.map(|entries| fill(conninfo, &mut parameters, entries.into_iter())))
                    .map(|found| {
                        found.map_err(|trouble| ServiceTrouble { unread: self.services_unread, ..trouble })
                    });
                let libpq = self.libpq.clone();
                fill(conninfo, &mut parameters, libpq.into_iter().filter(|(_, s)| set(s)));
                if name != LIBPQ_SET {
                    ambient = overrides::ambient(&parameters, &self.libpq, self.lookup);
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
            told: false,
            native: false,
            is_host: false,
            replaced: None,
            text: None,
            written: None,
            oddities: Oddities::default(),
            extensions: self.wanted.clone(),
            derived_from: None,
            tls_required: self.policy.tls_required,
            newer,
            service,
            passfile: None,
            key_file: None,
            tls_files: None,
            tls_beside: None,
            schema: None,
            missing_driver: None,
            preparer: None,
            names: Vec::new(),
            ambient,
            overrides: Vec::new(),
            sends_no_name: None,
            around: Around::default(),
            root_is_open: self.lookup.leaves_to_program("sslrootcert"),
            spelling: Spelling::Libpq,
            facts: Facts::default(),
        }
    }

    /// `[connection]` of pgward.toml, and what code fixes beside a URL.
    fn fixed(&self) -> Vec<(&'static str, Setting<Part>)> {
        let mut out = self.declared();
        if self.lookup.told().next().is_none() {
            return out;
        }
        for (layer, entry) in
            self.lookup.layers().iter().enumerate().flat_map(|(i, l)| l.entries.iter().map(move |e| (i, e)))
        {
            let Some(Means::Fixed(keyword)) = entry.means() else { continue };
            let shown = crate::conninfo::shows(keyword, entry.value.text.expose());
            let value = Part::with_proof(entry.value.text.clone(), shown);
            let origin = Origin::Entry { layer, span: entry.value_span };
            out.push((keyword, Setting { value, key: entry.key.clone(), origin, shadowed: Vec::new() }));
        }
        out
    }

    fn declared(&self) -> Vec<(&'static str, Setting<Part>)> {
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
}

/// Fills what is open; what was set before wins, and remembers what it won over.
fn fill(
    conninfo: &mut Conninfo,
    parameters: &mut ByKeyword,
    more: impl Iterator<Item = (&'static str, Setting<Part>)>,
) {
    for (keyword, setting) in more {
        if conninfo.fill(keyword, setting.value.clone()) {
            parameters.insert(keyword, setting);
        } else if let Some(winner) = parameters.get_mut(keyword) {
            winner.beats(setting);
        }
    }
}
