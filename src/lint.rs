//! The files of a project ▶ findings. Pure: the texts are handed in.

mod meaning;
mod mend;
mod silence;
mod vocabulary;

pub use mend::{Mended, mend};

use crate::{
    consumer::Consumer,
    environment::Environment,
    finding::{Finding, Located},
    fix,
    judge::{self, Evidence, Judge, Merged},
    layer::{Carried, Carrier, Entry, Layer, LayerKind, Means, carried, dotenv::Dialect, is_example},
    policy::Policy,
    repository::{Ecosystem, Repository},
    rules::{Door, File, Project, View},
    settings::{
        Git, Origin, Request, ServiceFiles, Setting, Settings, Whereabouts,
        lookup::Lookup,
        misreading, readers, resolve, reveal,
        settle::{self, of_path},
        variables::{self, Meaning, meaning},
    },
    source::{SourceId, SourceKind, Sources},
};
use meaning::Meanings;
use silence::Spoken;
use std::collections::{BTreeMap, BTreeSet};
use vocabulary::Vocabulary;

/// The files of one project, as their author names them.
#[derive(Clone, Default)]
pub struct Files {
    /// Path and bytes of each file that carries settings, of any [`Carrier`]; one that is none is passed over.
    pub files: Vec<(String, Vec<u8>)>,
    /// Path and bytes of the files that say who reads the env files and URLs, such as Cargo.toml and compose.yml:
    /// those for which [`is_manifest`](crate::is_manifest) holds. Others are passed over.
    pub manifests: Vec<(String, Vec<u8>)>,
    /// What a file is read as, by its path, where its name and text do not decide.
    pub carriers: BTreeMap<String, Carrier>,
    /// The environment that the user named; else each file's own.
    pub environment: Option<Environment>,
    /// libpq's `PG*` variables are left alone.
    pub no_pg_env: bool,
    /// The present time in seconds since 1970; without it no comment with `until=` ends.
    pub now: Option<u64>,
    /// Comments silence nothing.
    pub no_ignores: bool,
    /// These are not all files of the project: a comment that silences nothing here may be of use beside the others.
    pub partial: bool,
    /// What git does with the files, by their paths; of one that is not in here nothing is known.
    pub git: BTreeMap<String, Git>,
}

impl std::fmt::Debug for Files {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let paths: Vec<&String> = self.files.iter().map(|(path, _)| path).collect();
        f.debug_struct("Files")
            .field("paths", &paths)
            .field("manifests", &self.manifests.len())
            .field("carriers", &self.carriers)
            .field("environment", &self.environment)
            .field("no_pg_env", &self.no_pg_env)
            .field("now", &self.now)
            .field("no_ignores", &self.no_ignores)
            .field("partial", &self.partial)
            .field("git", &self.git.len())
            .finish()
    }
}

/// Judges files as `pgward lint` does. The findings are in the order of their places.
pub fn lint(files: &Files, policy: &Policy) -> Vec<Located> {
    let mut sources = Sources::default();
    let policy = policy.rehomed(&mut sources);
    lint_with(&mut sources, files, &policy)
}

/// As [`lint`], with the sources that the policy's own spans speak of.
pub fn lint_with(sources: &mut Sources, files: &Files, policy: &Policy) -> Vec<Located> {
    let repository = Repository::read(sources, &files.manifests);
    let (mut findings, ids, vocabulary) = judged(sources, files, policy, &repository);
    prove_with(sources, files, &ids, policy, &repository, &vocabulary, &mut findings);
    mend::located(&findings, sources)
}

/// The files as their carriers have them, each with its source; `dialect` knows the loader of a file by its path.
fn read(
    sources: &mut Sources,
    files: &[(String, Vec<u8>)],
    carriers: &BTreeMap<String, Carrier>,
    dialect: &dyn Fn(&str) -> Dialect,
) -> Vec<Carried> {
    let mut one = |(path, bytes): &(String, Vec<u8>)| {
        let carrier = carriers.get(path).copied().or_else(|| Carrier::of(path, bytes));
        let id = sources.add(SourceKind::File(path.clone()), bytes.as_slice());
        // What no name tells is read as what `lint -` reads.
        let carrier = carrier.unwrap_or(Carrier::Dotenv);
        carried::read(sources, id, path, carrier, dialect(path))
    };
    files.iter().map(&mut one).collect()
}

/// Takes the fixes that change the meaning of a file for unsafe ones.
fn prove_with(
    sources: &Sources,
    files: &Files,
    ids: &[SourceId],
    policy: &Policy,
    repository: &Repository,
    vocabulary: &Vocabulary,
    findings: &mut [Finding],
) {
    // A fix that changes another text, the policy, is none that is made here.
    let known: BTreeSet<SourceId> = ids.iter().copied().collect();
    for finding in findings.iter_mut() {
        if !finding.fix.iter().all(|edit| known.contains(&edit.span.source)) {
            finding.fix.clear();
        }
    }
    let meaning = Meanings::new(files, ids, policy, repository, vocabulary);
    fix::prove(sources, findings, &|texts| meaning.same(texts));
}

/// The findings of all files, in no order, the source of each file, and what the code says of names.
fn judged(
    sources: &mut Sources,
    files: &Files,
    policy: &Policy,
    repository: &Repository,
) -> (Vec<Finding>, Vec<SourceId>, Vocabulary) {
    let dialect = |path: &str| {
        readers::in_force(path, policy, repository, files.environment.or_else(|| of_path(path, policy)))
    };
    let carried = read(sources, &files.files, &files.carriers, &dialect);
    let vocabulary = Vocabulary::of(&carried, policy, repository);
    for file in &carried {
        let policy = vocabulary.policy(file, files.environment, policy, repository);
        file.layers.iter().for_each(|layer| reveal::reveal(sources, layer, &policy));
    }
    let ids = carried.iter().map(|c| c.source).collect();
    let env_files: BTreeMap<&str, &Layer> = env_files(&carried);
    // By file, in the order of its layers.
    let mut views_of_files: Vec<Vec<FileView>> = Vec::new();
    for file in &carried {
        let policy = &*vocabulary.policy(file, files.environment, policy, repository);
        let mut views: Vec<FileView> = file
            .layers
            .iter()
            .map(|l| FileView::of(file, l, &env_files, policy, repository, files))
            .collect();
        for (view, layer) in views.iter_mut().zip(&file.layers) {
            let loaders = view.settings.loaders.iter().find(|l| l.path == layer.name);
            if let (Some(loaders), LayerKind::EnvFile) = (loaders, layer.kind) {
                let matter = |key: &str| variables::matter(key, policy);
                let usual = usual(repository, &layer.name);
                view.settings.misreadings =
                    misreading::of_file(sources, file.source, loaders, &usual, &|_| None, &matter);
            }
        }
        views_of_files.push(views);
    }
    settle_names(&carried, &mut views_of_files);
    let view = |file, v| {
        let FileView { layers, settings, .. }: &FileView = v;
        View { layers, settings, carried: Some(file) }
    };
    let views: Vec<View<'_>> = carried
        .iter()
        .zip(&views_of_files)
        .flat_map(|(file, views)| views.iter().map(move |v| view(file, v)))
        .collect();
    let unknown_rules = judge::unknown_rules(policy);
    let extensions: Vec<String> = policy.extensions.iter().map(|w| w.name.clone()).collect();
    let project = Project {
        views: &views,
        door: Door::Lint,
        unread: &[],
        extensions: &extensions,
        unknown_rules: &unknown_rules,
        policy,
    };
    let whole = Judge { policy, door: Door::Lint, example: false, sources, path: None };
    let mut out = Merged::default();
    out.add(whole.declared(&Environment::ALL));
    let mut environments = BTreeSet::new();
    let mut spoken: Vec<Spoken<'_>> = Vec::new();
    let mut at = 0;
    for (file, of_file) in carried.iter().zip(&views_of_files) {
        let (example, path) = (is_example(&file.path), Some(file.path.as_str()));
        let judge = Judge { policy, door: Door::Lint, example, sources, path };
        let views = &views[at..at + of_file.len()];
        at += of_file.len();
        for (own, view) in of_file.iter().zip(views) {
            out.add(judge.in_environment(view, own.environment, Evidence::default()));
            if !example {
                environments.insert(own.environment);
            }
        }
        let environment = of_file.iter().map(|v| v.environment).max();
        let environment = environment.unwrap_or_else(|| environment_of(file, None, policy, files));
        // The one alembic.ini of a project is copied into its image.
        let named = files.environment.is_some() || of_path(&file.path, policy).is_some();
        let of_whole =
            if file.carrier == Carrier::Ini && !named { Environment::Production } else { environment };
        out.add(judge.file(&project, &File { carried: file, views }, of_whole));
        let loaders = of_file.iter().flat_map(|v| &v.settings.loaders).filter(|l| l.path == file.path);
        let declared = loaders.flat_map(|l| &l.loaders).map(|l| l.setting.value);
        let project = &project;
        let everywhere = move || {
            let each = |e: Environment| {
                let in_views =
                    views.iter().flat_map(move |v| judge.in_environment(v, e, Evidence::default()));
                in_views.chain(judge.file(project, &File { carried: file, views }, e))
            };
            Environment::ALL.into_iter().flat_map(each).collect()
        };
        spoken.push(Spoken {
            path: &file.path,
            carrier: file.carrier,
            source: file.source,
            layers: file.layers.iter().collect(),
            dialects: declared.chain(Dialect::LIBRARIES).collect(),
            environment,
            judge,
            everywhere: Box::new(everywhere),
        });
    }
    for environment in environments {
        out.add(whole.together(&project, environment));
    }
    let mut out = out.into_findings();
    silence::silence(sources, files, &spoken, &mut out);
    (out, ids, vocabulary)
}

/// A name that stands in the example of a project too is the project's own, whatever it looks like.
fn settle_names(carried: &[Carried], views: &mut [Vec<FileView>]) {
    let home = |view: &FileView| view.settings.whereabouts.as_ref().map(|w| w.project.clone());
    let mut own: BTreeSet<(Option<String>, String)> = BTreeSet::new();
    let examples = carried.iter().zip(&*views).filter(|(file, _)| is_example(&file.path));
    for view in examples.flat_map(|(_, views)| views) {
        let keys = view.layers.last().into_iter().flat_map(|l| &l.entries).map(|e| e.key.clone());
        own.extend(keys.map(|key| (home(view), key)));
    }
    for view in views.iter_mut().flatten() {
        let home = home(view);
        view.settings.misspelt.retain(|m| !own.contains(&(home.clone(), m.key.clone())));
    }
}

/// The env files by their paths, for those that stand on one.
fn env_files(carried: &[Carried]) -> BTreeMap<&str, &Layer> {
    let layers = carried.iter().flat_map(|c| &c.layers).filter(|l| l.kind == LayerKind::EnvFile);
    layers.map(|l| (l.name.as_str(), l)).collect()
}

/// The environment of a file, or of a part of it, where no variable in it says one.
fn environment_of(file: &Carried, layer: Option<&Layer>, policy: &Policy, files: &Files) -> Environment {
    let word = layer.and_then(|l| l.word.as_deref()).and_then(|word| policy.environment(word));
    let named = files.environment.or(word).or_else(|| of_path(&file.path, policy));
    named.unwrap_or_else(|| usual_environment(file.carrier))
}

/// Who reads what a carrier itself calls a connection: whoever else reads URLs in the repository does not read this one.
fn readers_of(carrier: Carrier, told: bool) -> Option<&'static [Consumer]> {
    match carrier {
        _ if !told => None,
        Carrier::Ini => Some(&[Consumer::SqlAlchemy]),
        Carrier::DatabaseYml => Some(&[Consumer::Libpq]),
        Carrier::Spring | Carrier::Properties | Carrier::Yaml | Carrier::Toml | Carrier::Json => Some(&[]),
        _ => None,
    }
}

/// What a carrier that names no environment is for.
fn usual_environment(carrier: Carrier) -> Environment {
    match carrier {
        // Made once, and run wherever the service runs.
        Carrier::Dockerfile
        | Carrier::Kubernetes
        | Carrier::EcsTask
        | Carrier::Systemd
        | Carrier::Procfile => Environment::Production,
        Carrier::GithubActions | Carrier::GitlabCi => Environment::Test,
        // A developer's.
        _ => Environment::Development,
    }
}

/// The libraries that may read a file when nobody says which one does. What dotenvy alone stumbles over, such as
/// blanks without quotes, is not asked about where all packages are of other languages.
fn usual(repository: &Repository, path: &str) -> Vec<Dialect> {
    let mut packages = repository.packages(Some(path)).map(|p| p.ecosystem).peekable();
    let foreign = packages.peek().is_some() && packages.all(|e| e != Ecosystem::Cargo);
    Dialect::LIBRARIES.into_iter().filter(|d| !(foreign && *d == Dialect::Dotenvy)).collect()
}

/// One layer of a file with what it stands on.
struct FileView {
    layers: Vec<Layer>,
    environment: Environment,
    settings: Settings,
}

impl FileView {
    fn of(
        file: &Carried,
        layer: &Layer,
        env_files: &BTreeMap<&str, &Layer>,
        policy: &Policy,
        repository: &Repository,
        files: &Files,
    ) -> Self {
        let with = |layers| Self::with(file, layers, policy, repository, files);
        let alone = with(vec![layer.clone()]);
        if alone.settings.targets.iter().any(|t| t.missing.is_empty()) || layer.kind != LayerKind::EnvFile {
            return alone;
        }
        let Some(base) = base_of(&layer.name).and_then(|base| env_files.get(base.as_str())) else {
            return alone;
        };
        // `.env.production` that sets only some variables of a family stands on the `.env` beside it, as in every
        // cascade; a URL below is not taken up, because a platform may set the real one.
        let family = with(vec![(*base).clone()]).settings.parts.map(|set| set.name);
        let shares = |entry: &Entry| match meaning(&entry.key, policy) {
            Some(Meaning::Part(set, _)) => family == Some(set),
            _ => false,
        };
        if layer.entries.iter().any(shares) { with(vec![(*base).clone(), layer.clone()]) } else { alone }
    }

    fn with(
        file: &Carried,
        own: Vec<Layer>,
        policy: &Policy,
        repository: &Repository,
        files: &Files,
    ) -> Self {
        let path = own.last().map(|l| l.name.clone()).unwrap_or_default();
        let own_means_url = own.iter().flat_map(|l| &l.entries).any(|e| e.means.is_some());
        let word = own.last().and_then(|l| l.word.as_deref()).and_then(|word| policy.environment(word));
        let fallback = usual_environment(file.carrier);
        let layers: Vec<Layer> = policy.connection.iter().cloned().chain(own).collect();
        let set = |value, origin| Setting { value, key: path.clone(), origin, shadowed: Vec::new() };
        let named = files
            .environment
            .map(|e| set(e, Origin::Program))
            .or_else(|| word.or_else(|| of_path(&path, policy)).map(|e| set(e, Origin::Path(path.clone()))));
        // A file that says nothing is what its kind usually is: an env file a developer's.
        let fallback = set(fallback, Origin::Default("the carrier's default"));
        let settled = settle::settle(&Lookup::new(&layers), policy, named, None, &[], Some(fallback));
        let environment = settled.environment.as_ref().map_or(Environment::Development, |s| s.value);
        let told = Lookup::new(&layers).told().any(|e| matches!(e.means, Some(Means::Part("DATABASES", _))));
        let named = Lookup::new(&layers).entry("DJANGO_SETTINGS_MODULE").is_some();
        let django = named || told || policy.django;
        // The service files of the machine that lints are not those of the service.
        let request = Request {
            readers: readers_of(file.carrier, own_means_url),
            lookup: Lookup::new(&layers),
            policy,
            settled,
            django,
            extensions: &[],
            faults: &BTreeMap::new(),
            repository,
            path: Some(path.as_str()),
            services: &ServiceFiles::default(),
            pg_env: !files.no_pg_env,
        };
        let mut settings = resolve(&request);
        // Passwords in other carriers have rules of their own.
        let git = files.git.get(&path).copied().filter(|_| file.carrier == Carrier::Dotenv);
        let source = layers.last().and_then(|own| own.source);
        let whereabouts = Whereabouts::new(&path, repository.home(&path), git, policy);
        settings.whereabouts = Some(Whereabouts { source, ..whereabouts });
        Self { layers, environment, settings }
    }
}

/// `.env` for `.env.production` and `.env.production.local`, in the same directory.
fn base_of(path: &str) -> Option<String> {
    let at = path.rfind(['/', '\\']).map_or(0, |i| i + 1);
    path[at..].starts_with(".env.").then(|| format!("{}.env", &path[..at]))
}
