//! Which environment: the strongest word that says so, and the words that disagree with it.

use super::{
    host::HostClass,
    lookup::Lookup,
    setting::{LayerId, Origin, Setting},
    variables::{DEBUGS, Kinds, MARKERS, TEST_MODES},
};
use crate::{
    environment::Environment,
    layer::{Entry, Layer, LayerKind, is_code},
    policy::Policy,
    secret::Secret,
    source::Span,
};

/// The environment and who said so.
#[derive(Clone, Debug)]
pub struct Settled {
    /// The environment; none when nothing said so.
    pub environment: Option<Setting<Environment>>,
    /// Words that say something else than what was settled, or switches that do not belong to it.
    pub contradictions: Vec<Contradiction>,
    /// Markers whose word means no environment to this project.
    pub unknown: Vec<Setting<()>>,
    /// `TEST_MODE` and its like, when switched on.
    pub test_mode: Option<Setting<()>>,
    /// `TEST_MODE` and its like that are neither on nor off for every reader: off here.
    pub ambiguous: Vec<Setting<()>>,
}

/// A word that disagrees.
#[derive(Clone, Debug)]
pub struct Contradiction {
    /// The variable.
    pub key: String,
    /// Where it stands.
    pub span: Span,
    /// What it says instead; none for a switch (`DEBUG`, `TEST_MODE`).
    pub says: Option<Environment>,
}

/// Settles the environment. In order: `named`, what the user said outright; the words of the process (`PGWARD_ENV`,
/// then the application's own); `by_name`, what the name of an env file says; the words inside env files; the build
/// mode `NODE_ENV`; `fallback`. A file is opened for an environment and does not choose it: the words of the `silent`
/// layers can only disagree.
pub fn settle(
    lookup: &Lookup<'_>,
    policy: &Policy,
    named: Option<Setting<Environment>>,
    by_name: Option<Setting<Environment>>,
    silent: &[LayerId],
    fallback: Option<Setting<Environment>>,
) -> Settled {
    let mut found: Vec<(u8, Setting<Environment>)> = Vec::new();
    let mut unknown = Vec::new();
    let markers = if lookup.has(Kinds::MARKER) { MARKERS } else { &[] };
    for (key, rank) in markers {
        for setting in lookup.every(key) {
            let text = setting.value.expose();
            match word(key, text, policy) {
                Word::Means(environment) => found.push((*rank, setting.map(environment))),
                Word::Unknown => unknown.push(setting.map(())),
                Word::Nothing => {}
            }
        }
    }
    // `every` gives the strongest layer first; the sort is stable.
    found.sort_by_key(|(rank, _)| *rank);
    let in_file = |s: &Setting<Environment>| match s.origin {
        Origin::Entry { layer, .. } => lookup.kind(layer) == LayerKind::EnvFile,
        _ => false,
    };
    let chooses = |s: &Setting<Environment>| match s.origin {
        Origin::Entry { layer, .. } => !silent.contains(&layer),
        _ => true,
    };
    let word = |wanted: &dyn Fn(u8, bool) -> bool| {
        found.iter().find(|(rank, s)| chooses(s) && wanted(*rank, in_file(s))).map(|(_, s)| s.clone())
    };
    let environment = named
        .or_else(|| word(&|rank, file| rank < BUILD_MODE && !file))
        .or(by_name)
        .or_else(|| word(&|rank, _| rank < BUILD_MODE))
        .or_else(|| word(&|_, _| true))
        .or(fallback);
    let mut contradictions = Vec::new();
    if let Some(settled) = &environment {
        let own = found.iter().find(|(_, s)| s.origin == settled.origin).map(|(rank, _)| *rank);
        for (rank, marker) in &found {
            let Origin::Entry { layer, span } = marker.origin else { continue };
            let inside_file = lookup.kind(layer) == LayerKind::EnvFile;
            // A weaker word contradicts nothing, except inside a file that was opened for the settled environment.
            let speaks = *rank == 1 && (own == Some(1) || inside_file);
            // `APP_ENV=test` over a developer's `.env` is how tests are run; over or under production it is not. What a ConfigMap
            // says for all containers, one of them may say more strictly for itself.
            let mild = || [marker.value, settled.value].iter().all(|e| *e < Environment::Staging);
            let stricter = || !inside_file && marker.value < settled.value;
            let harmless = lookup.is_shadowed(layer, &marker.key) && (stricter() || mild());
            if speaks && marker.value != settled.value && !harmless {
                contradictions.push(Contradiction {
                    key: marker.key.clone(),
                    span,
                    says: Some(marker.value),
                });
            }
        }
        if settled.value == Environment::Production && lookup.has(Kinds::MODE) {
            for key in DEBUGS.iter().chain(TEST_MODES) {
                // Of Flask's alone `1` is as usual.
                let on = |text: &str| is_true(text) || *key == "FLASK_DEBUG" && text.trim() == "1";
                if let Some(on) = lookup.winner(key).filter(|s| on(s.value.expose()))
                    && let Some(span) = on.span()
                {
                    contradictions.push(Contradiction { key: on.key, span, says: None });
                }
            }
        }
    }
    let modes = if lookup.has(Kinds::MODE) { TEST_MODES } else { &[] };
    let test_mode =
        modes.iter().filter_map(|k| lookup.winner(k)).find(|s| is_true(s.value.expose())).map(|s| s.map(()));
    let neither = |text: &str| !is_true(text) && !is_off(text);
    // In a block the name may be any word of a text, or of a vocabulary.
    let switch = |s: &Setting<Secret>| {
        let block = lookup.entry(&s.key).is_some_and(|(layer, _)| lookup.kind(layer) == LayerKind::Block);
        !block
            || ["1", "yes", "on", "y", "t", "enable", "enabled"]
                .iter()
                .any(|on| s.value.expose().trim().eq_ignore_ascii_case(on))
    };
    let ambiguous = modes
        .iter()
        .filter_map(|k| lookup.winner(k))
        .filter(|s| neither(s.value.expose()) && switch(s))
        .map(|s| s.map(()))
        .collect();
    Settled { environment, contradictions, unknown, test_mode, ambiguous }
}

/// The rank of a word that says how something was built, not where it runs.
const BUILD_MODE: u8 = 2;

enum Word {
    Means(Environment),
    Unknown,
    Nothing,
}

/// `config.settings.production` is read by its last segment, a list of Spring profiles by its members; where these
/// name no environment they say nothing, as `config.settings` does.
fn word(key: &str, text: &str, policy: &Policy) -> Word {
    let text = text.trim();
    let means = |w: &str| policy.environment(w.trim());
    match key {
        _ if text.is_empty() => Word::Nothing,
        "DJANGO_SETTINGS_MODULE" => {
            text.rsplit('.').next().and_then(means).map_or(Word::Nothing, Word::Means)
        }
        "SPRING_PROFILES_ACTIVE" | "QUARKUS_PROFILE" => {
            text.split(',').find_map(means).map_or(Word::Nothing, Word::Means)
        }
        // The word is an environment of the ecosystem, or of somebody else's.
        "NODE_ENV"
        | "RACK_ENV"
        | "MIX_ENV"
        | "GO_ENV"
        | "ASPNETCORE_ENVIRONMENT"
        | "DOTNET_ENVIRONMENT"
        | "APP_ENVIRONMENT" => means(text).map_or(Word::Nothing, Word::Means),
        _ => means(text).map_or(Word::Unknown, Word::Means),
    }
}

/// A switch that every reader in use takes for on.
fn is_true(text: &str) -> bool {
    text.trim().eq_ignore_ascii_case("true")
}

/// A switch that every reader in use takes for off.
fn is_off(text: &str) -> bool {
    ["", "false", "0", "no", "off"].iter().any(|off| text.trim().eq_ignore_ascii_case(off))
}

/// `app-dev.yaml`, `docker-compose-test.yml`, `task-prod.json`: a document with such a last word has no other reason to.
/// `live`, `local` and `test` say too little. Of an env file the first word does as well: `test_db.env`.
fn of_suffix(path: &str, name: &str, policy: &Policy) -> Option<Environment> {
    let (stem, extension) = name.split_once('.')?;
    // `.env-production`
    if let Some(rest) = extension.strip_prefix("env-").or_else(|| extension.strip_prefix("env_")) {
        return rest
            .split(['-', '_', '.'])
            .find_map(|word| policy.environment(word))
            .filter(|_| stem.is_empty());
    }
    if extension == "env" {
        // `non-prod.env` and `pre-prod.env` are for something else.
        if stem.split(['-', '_']).any(|word| matches!(word, "non" | "not" | "no" | "pre")) {
            return None;
        }
        let mut words = stem.split(['-', '_']).filter(|word| *word != "live");
        let (first, last) = (words.next()?, words.next_back());
        return last.into_iter().chain([first]).find_map(|word| policy.environment(word));
    }
    // `test-core.ini` of Paste and pytest.
    if extension == "ini" {
        return stem.split(['-', '_']).find_map(|word| policy.environment(word));
    }
    // `run_tests.sh`; what else a script is named after is what it does something to.
    if matches!(extension, "sh" | "bash") {
        // `test-database.sh` tries it out.
        let last = stem.rsplit(['-', '_']).next() == Some("test");
        let tests = last || stem.split(['-', '_']).any(|word| word == "tests");
        return tests.then_some(Environment::Test);
    }
    if is_code(path) || extension == "toml" {
        return of_settings(stem, policy);
    }
    let (family, word) = stem.rsplit_once(['-', '_'])?;
    let compose = matches!(family, "compose" | "docker-compose" | "docker_compose" | "values");
    // `load-test.yaml` is a test of its own, wherever it is run.
    let vague = matches!(word, "live" | "local" | "test" | "tests" | "testing");
    let document = matches!(extension, "yaml" | "yml" | "json");
    if document && vague && !compose {
        // In a directory of settings it is one of them: `config/migration-test.json`.
        let mut above = path.rsplit(['/', '\\']).skip(1);
        let settings = |word: &str| matches!(word, "settings" | "config");
        let kind = family.rsplit(['-', '_']).next().unwrap_or(family);
        let tries = matches!(kind, "load" | "smoke" | "stress" | "ab" | "perf" | "performance");
        let own = settings(family) || word == "test" && !tries && above.next().is_some_and(settings);
        return own.then(|| policy.environment(word))?;
    }
    (compose || document).then(|| policy.environment(word))?
}

/// `settings_production.py`, `prod_settings.py`, `config-staging.ts`: what is nothing but settings, and for whom. Of
/// code of any other name such a word says what it is about.
fn of_settings(stem: &str, policy: &Policy) -> Option<Environment> {
    let (first, rest) = stem.split_once(['-', '_'])?;
    let (middle, last) = rest.rsplit_once(['-', '_']).map_or((None, rest), |(m, l)| (Some(m), l));
    let (family, word) = match (first, last) {
        ("settings" | "config" | "database" | "db", word) => (first, word),
        (word, "settings" | "config" | "database" | "db") => (last, word),
        _ => return None,
    };
    // Words for a thing that is shown or runs at this moment, too.
    if matches!(word, "local" | "live" | "preview") {
        return None;
    }
    let says = policy.environment(word)?;
    // `db_copy_production.py` does something to it; `test_db.py` tries out whichever it is given, `test_config.py` is for tests
    // whether it configures or tries.
    let plain = middle.is_none() && (family == "config" || says != Environment::Test);
    (family == "settings" || plain).then_some(says)
}

/// `docker-compose.local.yml`, `Procfile.local`: started by hand on a developer's machine. `Dockerfile.e2e`,
/// `.env.integration`: for one kind of tests.
fn of_machine(name: &str) -> Option<Environment> {
    let (mut words, first) = (name.split('.'), name.split(['.', '-']).find(|w| !w.is_empty())?);
    let started = ["compose", "docker", "Procfile", "Dockerfile", "Containerfile"].contains(&first);
    words.find_map(|word| match word {
        "e2e" | "integration" if started || first == "env" => Some(Environment::Test),
        "local" if started => Some(Environment::Development),
        "gitpod" => Some(Environment::Development),
        _ => None,
    })
}

/// What a hosting service of builds reads, or a program that runs tests: its databases are made for one run.
fn of_ci(name: &str) -> Option<Environment> {
    const NAMES: [&str; 8] = [
        "conftest.py",
        "tox.toml",
        ".travis.yml",
        ".drone.yml",
        ".cirrus.yml",
        "appveyor.yml",
        "bitbucket-pipelines.yml",
        "azure-pipelines.yml",
    ];
    // `playwright.config.ts`, `jest.setup.js`; what they call before the first test and behind the last.
    let runner = name.split_once('.').map(|(runner, _)| runner);
    let tests = runner.is_some_and(|r| {
        matches!(r, "playwright" | "cypress" | "jest" | "vitest" | "ava")
            || matches!(r, "global-setup" | "globalSetup" | "global-teardown" | "globalTeardown")
    });
    (tests || NAMES.contains(&name)).then_some(Environment::Test)
}

/// The environment that a file's name says: `.env.production`, `prod.env`, `.env.test.local`, else the nearest
/// directory: `deploy/staging/app.env`, `.envs/.production/.postgres`; `tests/` and a build service's own are test.
pub fn of_path(path: &str, policy: &Policy) -> Option<Environment> {
    let mut rest = Some(path);
    let mut segments = std::iter::from_fn(move || {
        let here = rest?;
        let at = here.bytes().rposition(|b| matches!(b, b'/' | b'\\'));
        rest = at.map(|at| &here[..at]);
        Some(at.map_or(here, |at| &here[at + 1..]))
    });
    let name = segments.next()?;
    // `.env.production.local` is production's on this machine; `values.local.live.yaml` is this machine's.
    let of_name = name.split('.').filter_map(|w| policy.environment(w).map(|e| (w, e)));
    let mut of_name = of_name.peekable();
    let local = of_name.peek().is_some_and(|(w, _)| w.eq_ignore_ascii_case("local"));
    let mut others = of_name.filter(|(w, _)| !w.eq_ignore_ascii_case("local")).map(|(_, e)| e);
    let here = |e: Environment| if local && e >= Environment::Staging { Environment::Development } else { e };
    let of_name = others.next().map(here);
    // Code among tests is theirs, whatever it tries out.
    let tried = || is_code(name) && path.split(['/', '\\']).rev().skip(1).any(|step| step == "tests");
    let of_suffix = || of_suffix(path, name, policy).filter(|_| !tried());
    of_name.or_else(of_suffix).or_else(|| of_machine(name)).or_else(|| of_ci(name)).or_else(|| {
        segments.find_map(|directory| match directory.trim_start_matches('.') {
            "tests" | "circleci" | "buildkite" | "semaphore" | "woodpecker" => Some(Environment::Test),
            // The machine that an editor works on.
            "devcontainer" | "gitpod" => Some(Environment::Development),
            // A user's /home/live says nothing about what is deployed from there, but a short word for "on this
            // machine" below a project does not either. `overlays/dev` does, where it is below it.
            "local" | "live" => None,
            "dev" if path.starts_with(['/', '\\']) || path.starts_with("..") => None,
            // `dev-portal` is a product.
            word if word.strip_prefix("dev-").is_some_and(|rest| OF_DEVELOPERS.contains(&rest)) => {
                Some(Environment::Development)
            }
            word => policy.environment(word).or_else(|| {
                of_pair(word).filter(|w| !matches!(*w, "local" | "live")).and_then(|w| policy.environment(w))
            }),
        })
    })
}

/// What stands beside the word for what is deployed in the name of a directory: `k8s-prod`, `staging_deploy`, `kubernetes_local`.
fn of_pair(directory: &str) -> Option<&str> {
    let (first, second) = directory.split_once(['-', '_'])?;
    let deployed =
        |word: &str| OF_CLUSTERS.contains(&word) || matches!(word, "docker" | "compose" | "config");
    match (deployed(first), deployed(second)) {
        (true, false) => Some(second),
        (false, true) => Some(first),
        _ => None,
    }
}

/// What stands behind `dev-` in the name of a directory for developers.
const OF_DEVELOPERS: [&str; 8] =
    ["assets", "cluster", "containers", "env", "environment", "setup", "stack", "tools"];

/// Development, where the path of a manifest says a cluster on somebody's machine: `k8s/local/`, `overlays/minikube/`,
/// `api.local.yaml`. Asked where nothing else says an environment, [`of_path`] included, so that `local` weighs least.
pub fn of_laptop(path: &str, policy: &Policy) -> Option<Environment> {
    // `/usr/local` and a home of whatever name lie above the project.
    let outside = path.starts_with(['/', '\\']) || path.starts_with("..") || path.get(1..2) == Some(":");
    let mut inside = false;
    let mut segments = path.split(['/', '\\']);
    let name = segments.next_back()?;
    let means = |word: &str| match word {
        "local" => policy.environment(word),
        "minikube" | "k3d" | "docker-desktop" => Some(Environment::Development),
        _ => None,
    };
    let mut found = None;
    for directory in segments {
        // What kind of thing lies in `kind/` nobody knows, unless it is of clusters.
        let own = means(directory)
            .or((directory == "kind" && inside).then_some(Environment::Development))
            .or_else(|| of_pair(directory).and_then(means));
        found = own.filter(|_| inside || !outside).or(found);
        inside |= OF_CLUSTERS.contains(&directory);
    }
    let (stem, _) = name.rsplit_once('.')?;
    let last = |separator| stem.rsplit(separator).next().and_then(means);
    last('.').or_else(|| last('-')).or(found)
}

/// Whether a variable for a database has the address of a server that no cluster on somebody's machine runs; `inside` knows
/// the names of the cluster.
pub fn leads_out(layer: &Layer, inside: &dyn Fn(&str) -> bool) -> bool {
    let ours = |e: &&Entry| ["DATABASE", "DB", "PG", "POSTGRES"].iter().any(|word| e.key.contains(word));
    let host = |e: &Entry| {
        let text = e.value.text.expose();
        let url = text.split_once("://").map(|(_, rest)| rest.split(['/', '?']).next().unwrap_or(rest));
        let host = url.map(|rest| rest.rsplit('@').next().unwrap_or(rest));
        let host = host.or(e.key.ends_with("HOST").then_some(text));
        let host = host.map(|host| host.split(':').next().unwrap_or(host));
        host.is_some_and(|host| HostClass::of(host) == HostClass::Public && !inside(host))
    };
    layer.entries.iter().filter(ours).any(host)
}

/// Directories of what is deployed to clusters.
const OF_CLUSTERS: [&str; 14] = [
    "k8s",
    "kubernetes",
    "kube",
    "kustomize",
    "helm",
    "chart",
    "charts",
    "overlays",
    "manifests",
    "clusters",
    "deploy",
    "deployment",
    "environments",
    "infra",
];
