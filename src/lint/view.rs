//! One layer of a file ▶ what it comes to: what it stands on, which environment it is for, who reads it.

use super::Files;
use crate::{
    consumer::Consumer,
    environment::Environment,
    judge::Judge,
    layer::{Carried, Carrier, Entry, Footing, Layer, LayerKind, Means, Read, Structure, compose::Compose},
    policy::Policy,
    repository::Repository,
    rules::SERVERS_PASSWORD,
    settings::{
        Git, Origin, Request, ServiceFiles, Setting, Settings, Target, Whereabouts,
        lookup::Lookup,
        platform::of_manifest,
        resolve,
        settle::{self, leads_out, of_laptop, of_path},
        variables::{Meaning, meaning},
    },
    source::{Span, directory, is_within},
};
use std::{borrow::Cow, collections::BTreeMap, slice};

/// One layer of a file with what it stands on. A layer that stands alone is not copied: it may have as many lines as a
/// file holds.
pub(super) struct FileView<'c> {
    pub(super) layers: Cow<'c, [Layer]>,
    pub(super) environment: Environment,
    /// The environment is how a service of docker compose that has no database was built (`NODE_ENV`): it says nothing of the
    /// server beside it.
    pub(super) weak: bool,
    pub(super) settings: Settings,
}

impl<'c> FileView<'c> {
    pub(super) fn of(
        file: &Carried,
        layer: &'c Layer,
        env_files: &BTreeMap<&str, &Layer>,
        policy: &Policy,
        repository: &Repository,
        files: &Files,
    ) -> Self {
        let with = |layers| Self::with(file, layers, None, policy, repository, files);
        if layer.kind == LayerKind::Block {
            let footing = file.structure.footing(layer);
            let layers = stood_on(file, layer, &footing, env_files, policy, files);
            // A step that is started in a directory is of the program in it.
            let started = layer.started_in.as_deref().map(|directory| format!("{directory}/step"));
            let program = footing.built_from.as_deref().or(started.as_deref());
            let mut view = Self::with(file, layers, program, policy, repository, files);
            view.settings.seat = footing.seat;
            if let Some(at) = &mut view.settings.whereabouts {
                at.is_secret = footing.secret;
                // What says itself whose it is was filled in for that; a namespace may be called anything.
                let word = layer.word.as_deref().and_then(Environment::from_word);
                let plain = || word.is_none() && of_path(&at.path, policy).is_none();
                at.remarks.copy |= footing.secret && plain() && holds_another_placeholder(layer, policy);
            }
            view.settings.foreign = footing.foreign;
            view.settings.administers = footing.administers;
            if footing.foreign && policy.consumers.is_empty() {
                view.settings.consumers.clear();
            }
            // The packages of a manifest outside of what is built are another program's.
            let sealed = footing.context.as_deref().filter(|c| !c.is_empty()).is_some_and(|context| {
                repository.home(&format!("{context}/x")).is_some_and(|home| !is_within(&home, context))
            });
            for target in &mut view.settings.targets {
                target.missing_driver = target.missing_driver.take().filter(|_| !sealed);
                let host = target.get("host").map(|h| &h.value);
                if let Structure::Compose(compose) = &file.structure {
                    let beside =
                        |host| compose.stands_beside(layer.block.as_deref().unwrap_or_default(), host);
                    target.around.neighbour = host.is_some_and(beside);
                    share_defaults(target, compose);
                }
            }
            return view;
        }
        let alone = with(Cow::Borrowed(slice::from_ref(layer)));
        if alone.settings.targets.iter().any(|t| t.missing.is_empty()) || layer.kind != LayerKind::EnvFile {
            return alone;
        }
        let Some(base) = base_of(&layer.name).and_then(|base| env_files.get(base.as_str())) else {
            return alone;
        };
        // `.env.production` that sets only some variables of a family stands on the `.env` beside it, as in every
        // cascade; a URL below is not taken up, because a platform may set the real one.
        let below =
            FileView::with(file, Cow::Borrowed(slice::from_ref(*base)), None, policy, repository, files);
        let family = below.settings.parts.map(|set| set.name);
        let shares = |entry: &Entry| match meaning(&entry.key, policy) {
            Some(Meaning::Part(set, _)) => family == Some(set),
            _ => false,
        };
        if !layer.entries.iter().any(shares) {
            return alone;
        }
        with(Cow::Owned(vec![(*base).clone(), layer.clone()]))
    }

    /// Who judges it, of those who judge its file: what is said anew where the program runs is worth a note.
    pub(super) fn judge<'a>(&self, judge: Judge<'a>) -> Judge<'a> {
        let replaced = self.settings.whereabouts.as_ref().is_some_and(|at| at.replaced);
        Judge { archived: judge.archived || replaced, ..judge }
    }

    /// The same with its layers in its own hands.
    pub(super) fn into_owned(self) -> FileView<'static> {
        FileView { layers: Cow::Owned(self.layers.into_owned()), ..self }
    }

    /// `program`: a path in the directory of the program that reads it, where that is another one.
    fn with(
        file: &Carried,
        own: Cow<'c, [Layer]>,
        program: Option<&str>,
        policy: &Policy,
        repository: &Repository,
        files: &Files,
    ) -> Self {
        let path = own.last().map(|l| l.name.clone()).unwrap_or_default();
        let word = own.last().and_then(|l| l.word.as_deref()).and_then(|word| policy.environment(word));
        // `shop-staging`, a namespace.
        let within = match (own.last().and_then(|l| l.word.as_deref()), file.carrier) {
            (Some(namespace), Carrier::Kubernetes) => {
                namespace.rsplit_once('-').and_then(|(_, last)| policy.environment(last))
            }
            _ => None,
        };
        let fallback = match usual_environment(file.carrier, &path, policy) {
            // `ENVIRONMENT: kubernetes-local`.
            _ if file.carrier == Carrier::Kubernetes && own.iter().any(is_of_laptop) => {
                Environment::Development
            }
            _ if matches!(&file.structure, Structure::Kubernetes(objects) if objects.of_laptop
                && !own.iter().any(|layer| leads_out(layer, &|host| objects.names.lead_to(host)))) =>
            {
                Environment::Development
            }
            usual => usual,
        };
        // What it says of a server elsewhere is not for its tests.
        let tests = matches!(&file.structure, Structure::Pipeline(pipeline)
            if own.last().and_then(|l| l.block.as_ref()).is_some_and(|block| pipeline.testing.contains(block)))
            && !own.iter().any(|layer| leads_out(layer, &|_| false));
        let own_means_url = own.iter().flat_map(|l| &l.entries).any(|e| e.told.is_some());
        let layers = match &policy.connection {
            Some(connection) => Cow::Owned([slice::from_ref(connection), &*own].concat()),
            None => own,
        };
        let set = |value, origin| Setting { value, key: path.clone(), origin, shadowed: Vec::new() };
        let of_path = of_path(&path, policy).filter(|of| !tests || *of < Environment::Staging);
        // What a container is called says less than the file's own name.
        let says_whose = || match (&file.structure, layers.last().and_then(|l| l.block.as_deref())) {
            (Structure::Compose(compose), Some(block)) => compose.says_whose(block),
            (Structure::Compose(_), None) => false,
            _ => true,
        };
        let said = if word.is_some() && says_whose() { word } else { of_path.or(word) };
        let by_itself = || file.remarks.not_for_production.then_some(Environment::Development);
        let said = said.or(within).or_else(by_itself);
        // A section for tests, and a job that tests, are not what the user speaks of. Of paths `asked_for` knows.
        let own = word.or(within).or_else(by_itself).or_else(|| tests.then_some(Environment::Test));
        let asked = files
            .asked_for(&path, policy)
            .filter(|asked| files.asks_for(&path) || own.is_none_or(|own| own == *asked));
        let named = match asked {
            Some(asked) => Some(set(asked, Origin::Program)),
            None => said.map(|e| set(e, Origin::Path(path.clone()))),
        };
        // A file that says nothing is what its kind usually is: an env file a developer's.
        let fallback = set(fallback, Origin::Default("the carrier's default"));
        let lookup = Lookup::new(&layers);
        let mut settled = settle::settle(&lookup, policy, named, None, &[], Some(fallback.clone()));
        // Beside a program of another language `NODE_ENV` says how its scripts and styles are built, and beside a file
        // that production has for itself, a server that is not started again, or a page of `localhost`, how a developer's
        // images are.
        let built = || {
            matches!(&file.structure, Structure::Compose(compose) if compose.replaced || compose.is_for_once() || compose.seen_here)
                || repository
                    .packages(Some(program.unwrap_or(&path)))
                    .any(|package| package.ecosystem.is_served_beside_node())
        };
        if settled.environment.as_ref().is_some_and(|s| s.key == "NODE_ENV") && built() {
            settled = settle::settle(&lookup, policy, Some(fallback), None, &[], None);
        }
        let environment = settled.environment.as_ref().map_or(Environment::Development, |s| s.value);
        let pages = settled.environment.as_ref().is_some_and(|s| s.key == "NODE_ENV")
            && matches!((&file.structure, layers.last().and_then(|own| own.block.as_deref())),
                (Structure::Compose(compose), Some(block)) if !compose.may_have_database(block));
        let told = lookup.told().any(|e| matches!(e.means(), Some(Means::Part("DATABASES", _))));
        let named = lookup.entry("DJANGO_SETTINGS_MODULE").is_some();
        let django = named || told || policy.django;
        // The service files of the machine that lints are not those of the service.
        let request = Request {
            readers: readers_of(file.carrier, own_means_url),
            lookup,
            policy,
            settled,
            django,
            extensions: &[],
            faults: &BTreeMap::new(),
            repository,
            path: Some(program.unwrap_or(&path)),
            services: &ServiceFiles::default(),
            pg_env: !files.no_pg_env,
        };
        let mut settings = resolve(&request);
        settings.platform = settings.platform.or_else(|| of_manifest(&path).map(Box::new));
        // Passwords in other carriers have rules of their own.
        let known = files.git.get(&path).copied();
        let git = known.filter(|_| file.carrier == Carrier::Dotenv);
        let source = layers.last().and_then(|own| own.source);
        let mut whereabouts = Whereabouts::new(&path, repository.home(&path), git, policy);
        whereabouts.kept = known == Some(Git::Tracked);
        whereabouts.remarks = file.remarks;
        whereabouts.source = source;
        if whereabouts.is_archived() && files.asks_for(&path) {
            whereabouts.take_out();
        }
        if file.carrier == Carrier::Python {
            settings.never_checks = repository.pinned_below(Some(&path), "django", (4, 1, 0)).is_some();
        }
        if !whereabouts.is_env_file() {
            let hosts = repository.hosts_of(&path).iter();
            settings.hosted_on = hosts.filter_map(|host| of_manifest(host)).map(|s| s.value).collect();
        }
        settings.whereabouts = Some(whereabouts);
        let weak = pages && settings.targets.is_empty();
        Self { layers, environment, weak, settings }
    }
}

/// Marks the defaults that the server takes too.
fn share_defaults(target: &mut Target, compose: &Compose) {
    let mut fallbacks = std::mem::take(&mut target.oddities.fallbacks);
    for fallback in &mut fallbacks {
        let named = target.get("host").zip(target.get(fallback.supplies));
        fallback.shared = named.is_some_and(|(host, part)| {
            compose.is_servers_default(fallback.supplies, &part.value, fallback.span, &host.value)
        });
    }
    target.oddities.fallbacks = fallbacks;
}

/// A block with the env files below it that are known and for the same environment.
fn stood_on<'c>(
    file: &Carried,
    layer: &'c Layer,
    footing: &Footing,
    env_files: &BTreeMap<&str, &Layer>,
    policy: &Policy,
    files: &Files,
) -> Cow<'c, [Layer]> {
    let environment = files.environment_of(&file.path, file.carrier, policy);
    let own = layer.word.as_deref().and_then(|word| policy.environment(word)).unwrap_or(environment);
    let same = |path: &str| {
        let of_file = files.environment_of(path, Carrier::Dotenv, policy);
        of_file == environment || of_file == own
    };
    let known = |path: &String| env_files.get(path.as_str()).filter(|_| same(path)).copied();
    let mut out: Vec<Layer> = footing.env_files.iter().filter_map(known).cloned().collect();
    let open = layer.source.filter(|_| footing.open || out.len() < footing.env_files.len());
    if out.is_empty() && footing.below.is_empty() && open.is_none() {
        return Cow::Borrowed(slice::from_ref(layer));
    }
    let mut layer = layer.clone();
    if let Some(source) = open {
        layer.reads.push(Read::new(Read::REST, Span { source, start: 0, end: 0 }));
    }
    out.extend(footing.below.iter().cloned());
    // What the shell sets is not what the file below says.
    for below in &mut out {
        below.entries.retain(|e| layer.reads.iter().all(|r| r.variable != e.key));
    }
    out.push(layer);
    Cow::Owned(out)
}

/// Whether a value that is none of ours asks to be replaced: who does that replaces all of them. `changeme` may be in use.
fn holds_another_placeholder(layer: &Layer, policy: &Policy) -> bool {
    let of_others =
        |e: &&Entry| meaning(&e.key, policy).is_none() && !SERVERS_PASSWORD.contains(&e.key.as_str());
    let mut others = layer.entries.iter().filter(of_others).map(|e| &e.value.text);
    others.any(|text| text.looks_like_placeholder() && !text.would_do())
}

/// `.env` for `.env.production` and `.env.production.local`, in the same directory.
pub(super) fn base_of(path: &str) -> Option<String> {
    let here = directory(path);
    path[here.len()..].starts_with(".env.").then(|| format!("{here}.env"))
}

/// Who reads what a carrier itself calls a connection: whoever else reads URLs in the repository does not read this one.
fn readers_of(carrier: Carrier, told: bool) -> Option<&'static [Consumer]> {
    match carrier {
        _ if !told => None,
        Carrier::Ini => Some(&[Consumer::SqlAlchemy]),
        Carrier::DatabaseYml => Some(&[Consumer::Libpq]),
        Carrier::Spring
        | Carrier::Properties
        | Carrier::Yaml
        | Carrier::Toml
        | Carrier::Json
        | Carrier::Kubernetes => Some(&[]),
        _ => None,
    }
}

/// What a carrier that names no environment is for.
pub(super) fn usual_environment(carrier: Carrier, path: &str, policy: &Policy) -> Environment {
    match carrier {
        // But for a cluster on a developer's machine, which only the path can tell.
        Carrier::Kubernetes => of_laptop(path, policy).unwrap_or(Environment::Production),
        // Made once, and run wherever the service runs.
        Carrier::Dockerfile | Carrier::EcsTask | Carrier::Systemd | Carrier::Procfile => {
            Environment::Production
        }
        Carrier::GithubActions | Carrier::GitlabCi => Environment::Test,
        // A service that hosts programs is told so, and runs them.
        Carrier::Yaml | Carrier::Toml | Carrier::Json if of_manifest(path).is_some() => {
            Environment::Production
        }
        // A developer's.
        _ => Environment::Development,
    }
}

/// Whether a variable for the environment says that the cluster is on somebody's machine, in a word of its own.
fn is_of_laptop(layer: &Layer) -> bool {
    let says = |e: &Entry| e.value.text.has_word(&["local", "minikube", "k3d"]).is_some();
    layer.entries.iter().any(|e| ["ENVIRONMENT", "APP_ENV", "ENV"].contains(&e.key.as_str()) && says(e))
}
