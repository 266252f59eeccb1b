//! What this process would start with: the layers in their order, the environment, the settings. Pure; `check`,
//! `preflight`, `run` and the guard all begin here.

use crate::{
    environment::Environment,
    finding::{Finding, Place},
    judge::{self, Evidence, Judge, Judged},
    layer::{
        self, Layer, LayerKind,
        compose::Waits,
        dotenv::{self, Dialect},
    },
    policy::{Policy, Wanted},
    report::EnvironmentReport,
    repository::Repository,
    rules::{Door, Made, Project, View},
    secret::Secret,
    settings::{
        LibpqFiles, Origin, Request, ServiceFiles, Setting, Settings, document,
        files::key_files,
        lookup::Lookup,
        misreading, passfile, platform, readers, resolve, reveal, secret_file,
        settle::{self, of_path},
        tls, variables,
    },
    source::{SourceKind, Sources},
};
use std::collections::BTreeMap;

/// What there is to configure from.
#[derive(Default)]
pub struct Input {
    /// The policy's own source and those of provider layers are in here already.
    pub sources: Sources,
    /// What the project decided.
    pub policy: Policy,
    /// Env files in the order of their strength, weakest first: path and bytes.
    pub env_files: Vec<(String, Vec<u8>)>,
    /// Nobody named the env files: they were opened for an environment that was settled before.
    pub found: bool,
    /// The process environment.
    pub variables: BTreeMap<String, Vec<u8>>,
    /// Layers of the program and the command line.
    pub layers: Vec<Layer>,
    /// What stands in the files of [`Input::secret_paths`]; a path that is not in here is a file that nobody read.
    pub secret_files: secret_file::Files,
    /// The environment that a flag or the program names, and its spelling; none of it for the variables.
    pub environment: Option<(Environment, Option<String>)>,
    /// Extensions that the program or a flag asks for.
    pub extensions: Vec<Wanted>,
    /// Env files that were found and not read.
    pub unread: Vec<String>,
    /// The one of them that says an environment in which it is not read.
    pub unread_says: Option<(String, Environment)>,
    /// The project is Django's even if no variable says so.
    pub django: bool,
    /// Path and bytes of the manifests beside it.
    pub manifests: Vec<(String, Vec<u8>)>,
    /// The files of libpq's world; without them no service and no password file is consulted.
    pub libpq_files: Option<LibpqFiles>,
    /// libpq's `PG*` variables and its files are left alone.
    pub no_pg_env: bool,
    /// The present time in seconds since 1970; without it nothing is said to be out of date.
    pub now: Option<u64>,
}

/// What the input comes to.
pub struct Configuration {
    /// All texts.
    pub sources: Sources,
    /// What the project decided.
    pub policy: Policy,
    /// All layers, lowest first.
    pub layers: Vec<Layer>,
    /// Environment, targets, provenance.
    pub settings: Settings,
    /// How to judge.
    pub judged: Judged,
    /// Env files that were found and not read.
    pub unread: Vec<String>,
    /// The one of them that says an environment in which it is not read.
    pub unread_says: Option<(String, Environment)>,
}

impl Configuration {
    /// Resolves the input.
    pub fn new(input: Input) -> Self {
        let Input {
            mut sources,
            policy,
            env_files,
            found,
            variables,
            layers: extra,
            secret_files,
            environment,
            extensions,
            unread,
            unread_says,
            django,
            manifests,
            libpq_files,
            no_pg_env,
            now,
        } = input;
        let repository = Repository::read(&mut sources, &manifests);
        let named = environment.as_ref().map(|(e, _)| *e);
        let dialect = |path: &str| readers::in_force(path, &policy, &repository, named);
        let mut layers = layers(&mut sources, &policy, env_files, &variables, extra, &dialect);
        let (files, faults) = secret_file::layer(&mut sources, &layers, &secret_files, &policy);
        layers.push(files);
        layers.sort_by_key(|l| l.kind);
        for layer in &mut layers {
            reveal::reveal(&mut sources, layer, &policy);
        }
        let request = Wishes {
            environment,
            found,
            extensions: &extensions,
            django,
            faults: &faults,
            repository: &repository,
            libpq_files: libpq_files.as_ref().filter(|_| !no_pg_env),
            pg_env: !no_pg_env,
        };
        let mut settings = settings(&mut sources, &layers, &policy, request);
        settings.now = now;
        // What the string itself names is its own, also where libpq's world is left alone.
        if let Some(files) = &libpq_files {
            tls::look(&mut settings, files, !no_pg_env);
        }
        // Where nobody says who reads a file, it is read by one loader here; what others would read is `lint`'s to ask.
        let outer = outer(&variables);
        for layer in &layers {
            let loaders = settings.loaders.iter().find(|l| l.path == layer.name);
            if let (LayerKind::EnvFile, Some(loaders), Some(id)) = (layer.kind, loaders, layer.source) {
                let (one, matter) =
                    (|| vec![Dialect::default()], |key: &str| variables::matter(key, &policy));
                let found = misreading::of_file(&sources, id, loaders, &one, &outer, &matter);
                settings.misreadings.extend(found);
            }
        }
        let judged = match &settings.settled.environment {
            Some(setting) => Judged::In(vec![setting.value]),
            None => Judged::Undetermined,
        };
        Self { sources, policy, layers, settings, judged, unread, unread_says }
    }

    /// The findings, with the server's answers as far as they came.
    pub fn findings(&self, door: Door, evidence: Evidence<'_>) -> Vec<Finding> {
        let view = View { layers: &self.layers, settings: &self.settings, carried: None };
        let unknown_rules = judge::unknown_rules(&self.policy);
        let views = std::slice::from_ref(&view);
        let policy = &self.policy;
        let absent = std::collections::BTreeSet::new();
        let project = Project {
            files: &[],
            made: &Made::default(),
            views,
            door,
            unread: &self.unread,
            extensions: &[],
            unknown_rules: &unknown_rules,
            policy,
            absent: &absent,
            waits: &Waits::default(),
            gates: false,
        };
        let judge = self.judge(door);
        let mut out = judge.view(&project, &view, &self.judged, evidence);
        // What all services of a server take together is not a reason for one of them to speak at every start.
        if door != Door::Boot {
            judge::merge(&mut out, judge.declared(&[self.environment()]));
        }
        out
    }

    /// How many env files were read.
    pub fn env_files_read(&self) -> usize {
        self.layers.iter().filter(|l| l.kind == layer::LayerKind::EnvFile).count()
    }

    /// The judge of this policy.
    pub fn judge(&self, door: Door) -> Judge<'_> {
        Judge {
            policy: &self.policy,
            door,
            example: false,
            aside: false,
            archived: false,
            sources: &self.sources,
            path: None,
        }
    }

    /// The environment that is judged for: production when nobody said.
    pub fn environment(&self) -> Environment {
        self.settings.settled.environment.as_ref().map_or(Environment::Production, |s| s.value)
    }

    /// The environment as a report says it.
    pub fn environment_report(&self) -> EnvironmentReport {
        let settled = self.settings.settled.environment.as_ref();
        let origin = settled.map(|s| match &s.origin {
            Origin::Entry { span, .. } => {
                let place = Place::of(&self.sources, *span);
                if place.path.is_some() { place.to_short() } else { s.key.clone() }
            }
            Origin::Path(path) => path.clone(),
            Origin::Default(what) => (*what).to_owned(),
            Origin::Derived(_) | Origin::Program => s.key.clone(),
        });
        EnvironmentReport { name: self.environment().to_string(), determined: settled.is_some(), origin }
    }
}

impl Input {
    /// The files that `X_FILE` variables name; whoever may read files reads these into [`Input::secret_files`].
    pub fn secret_paths(&self) -> Vec<String> {
        let mut scratch = Sources::default();
        let repository = Repository::read(&mut scratch, &self.manifests);
        let named = self.environment.as_ref().map(|(e, _)| *e);
        let dialect = |path: &str| readers::in_force(path, &self.policy, &repository, named);
        let (files, extra) = (self.env_files.clone(), self.layers.clone());
        let layers = layers(&mut scratch, &self.policy, files, &self.variables, extra, &dialect);
        secret_file::paths(&layers, &self.policy)
    }
}

/// The variables that are set outside an env file.
fn outer(variables: &BTreeMap<String, Vec<u8>>) -> impl Fn(&str) -> Option<Secret> + '_ {
    |name| variables.get(name).and_then(|v| std::str::from_utf8(v).ok()).map(Secret::new)
}

/// Everything that values come from, lowest first. `dialect` knows the loader of an env file by its path.
fn layers(
    sources: &mut Sources,
    policy: &Policy,
    env_files: Vec<(String, Vec<u8>)>,
    variables: &BTreeMap<String, Vec<u8>>,
    extra: Vec<Layer>,
    dialect: &dyn Fn(&str) -> dotenv::Dialect,
) -> Vec<Layer> {
    let mut layers: Vec<Layer> = policy.connection.iter().cloned().collect();
    let outer = outer(variables);
    for (path, bytes) in env_files {
        let loader = dialect(&path);
        let id = sources.add(SourceKind::File(path), bytes);
        layers.push(dotenv::parse(sources, id, loader, &outer));
    }
    let keep = |key: &str| {
        variables::meaning(key, policy).is_some()
            || secret_file::of(key, policy).is_some()
            || policy.secrets.iter().any(|(name, _)| name == key)
            || platform::is_marker(key)
            || variables.get(key).is_some_and(|value| document::might_be(value))
    };
    let process = variables.iter().map(|(k, v)| (k.as_str(), v.as_slice()));
    layers.push(layer::variables(sources, process, keep));
    layers.extend(extra);
    layers.sort_by_key(|l| l.kind);
    layers
}

/// What is asked for beside the layers.
struct Wishes<'a> {
    environment: Option<(Environment, Option<String>)>,
    found: bool,
    extensions: &'a [Wanted],
    django: bool,
    faults: &'a BTreeMap<String, secret_file::Fault>,
    repository: &'a Repository,
    libpq_files: Option<&'a LibpqFiles>,
    pg_env: bool,
}

fn settings(sources: &mut Sources, layers: &[Layer], policy: &Policy, wishes: Wishes<'_>) -> Settings {
    let Wishes { environment, found, extensions, django, faults, repository, libpq_files, pg_env } = wishes;
    let named = environment.map(|(value, spelling)| match spelling {
        Some(flag) => {
            let id = sources.add(SourceKind::Flag(flag.clone()), value.as_str());
            let span = sources.span(id, 0..value.as_str().len());
            sources.reveal(span);
            Setting {
                value,
                key: flag,
                origin: Origin::Entry { layer: usize::MAX, span },
                shadowed: Vec::new(),
            }
        }
        None => Setting { value, key: "the program".into(), origin: Origin::Program, shadowed: Vec::new() },
    });
    let lookup = Lookup::new(layers);
    // A file that was named outright says by its name what nothing stronger said.
    let mut named_files = layers.iter().rev().filter(|l| l.kind == LayerKind::EnvFile && !found);
    let by_name = named_files.find_map(|l| {
        let value = of_path(&l.name, policy)?;
        Some(Setting {
            value,
            key: l.name.clone(),
            origin: Origin::Path(l.name.clone()),
            shadowed: Vec::new(),
        })
    });
    // Of the others `.env` alone was asked before anything was opened.
    let opened_for = |l: &Layer| found && l.kind == LayerKind::EnvFile && l.name != ".env";
    let silent: Vec<_> = (0..layers.len()).filter(|id| opened_for(&layers[*id])).collect();
    let settled = settle::settle(&lookup, policy, named, by_name, &silent, None);
    let django = django || lookup.entry("DJANGO_SETTINGS_MODULE").is_some();
    let services = &ServiceFiles::read(libpq_files, &lookup, sources);
    let request = Request {
        readers: None,
        lookup,
        policy,
        settled,
        django,
        extensions,
        faults,
        repository,
        path: None,
        services,
        pg_env,
    };
    let mut settings = resolve(&request);
    if let Some(files) = libpq_files {
        passfile::fill(&mut settings, files, sources);
        key_files(&mut settings, files);
    }
    settings
}
