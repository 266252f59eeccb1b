//! What the files of a project together settle for each of them.

use super::{read::directory, view::FileView};
use crate::{
    consumer::Consumer,
    layer::{Carried, Carrier, Structure, sql},
    repository::{Ecosystem, Repository},
    secret::Secret,
    settings::{Engine, Setting, Settings, Target, Whereabouts},
    source::Sources,
};
use std::{collections::BTreeSet, mem};

/// Settles what no file says alone.
pub(super) fn settle(
    sources: &Sources,
    carried: &[Carried],
    views: &mut [Vec<FileView<'_>>],
    repository: &Repository,
) {
    drivers(sources, carried, views);
    names(carried, views);
    of_django(sources, carried, views, repository);
    machines(carried, views, repository);
    engines(carried, views, repository);
    programs(carried, views, repository);
}

/// A name that stands in the example of a project too is the project's own, whatever it looks like.
fn names(carried: &[Carried], views: &mut [Vec<FileView<'_>>]) {
    let home = |view: &FileView<'_>| view.settings.whereabouts.as_ref().map(|w| w.project.clone());
    let mut own: BTreeSet<(Option<String>, String)> = BTreeSet::new();
    let examples = carried.iter().zip(&*views).filter(|(file, _)| file.example);
    for view in examples.flat_map(|(_, views)| views) {
        let keys = view.layers.last().into_iter().flat_map(|l| &l.entries).map(|e| e.key.clone());
        own.extend(keys.map(|key| (home(view), key)));
    }
    if own.is_empty() {
        return;
    }
    for view in views.iter_mut().flatten() {
        let home = home(view);
        view.settings.misspelt.retain(|m| !own.contains(&(home.clone(), m.key.clone())));
    }
}

/// A URL that leaves the driver to SQLAlchemy needs none of its own where code below makes it name the one that is there.
fn drivers(sources: &Sources, carried: &[Carried], views: &mut [Vec<FileView<'_>>]) {
    let open = |target: &Target| {
        let missing = target.missing_driver.as_deref();
        missing.is_some_and(|m| m.by_default && m.is_sqlalchemy() && !m.instead.is_empty())
    };
    if !views.iter().flatten().any(|view| view.settings.targets.iter().any(open)) {
        return;
    }
    let names = |file: &&Carried| {
        let bytes = sources.get(file.source).bytes();
        let has = |word: &[u8]| bytes.windows(word.len()).any(|w| w == word);
        file.carrier == Carrier::Python && has(b"replace(") && has(b"\"postgresql+psycopg")
    };
    let programs: Vec<&str> = carried.iter().filter(names).map(|file| &*file.path).collect();
    for (file, views) in carried.iter().zip(views) {
        let here = directory(&file.path);
        if programs.iter().any(|path| path.starts_with(here)) {
            for target in views.iter_mut().flat_map(|view| &mut view.settings.targets).filter(|t| open(t)) {
                target.missing_driver = None;
            }
        }
    }
}

/// Where nothing speaks of PostgreSQL, another engine is what the project is made for.
fn engines(carried: &[Carried], views: &mut [Vec<FileView<'_>>], repository: &Repository) {
    let serves = |file: &Carried| match &file.structure {
        Structure::Compose(compose) => compose.services.iter().any(|s| s.server),
        _ => false,
    };
    let connects = |view: &FileView<'_>| view.settings.targets.iter().any(Target::is_postgres);
    let other = |view: &&mut FileView<'_>| {
        let of = |t: &Target| matches!(t.engine.value, Engine::Other(_) | Engine::Sqlite { .. });
        view.settings.targets.iter().any(of)
    };
    let schema = |file: &Carried| match &file.structure {
        Structure::Prisma(schema) => Some(schema.is_postgres),
        _ => None,
    };
    // Without a schema that names an engine nobody knows what Prisma is for.
    let mut schemas = carried.iter().filter_map(schema).peekable();
    let prisma = schemas.peek().is_none() || schemas.any(|postgres| postgres != Some(false));
    let speaks = carried.iter().any(serves) || views.iter().flatten().any(connects);
    if speaks || repository.may_ask_for_postgres(prisma) {
        return;
    }
    for (file, views) in carried.iter().zip(views) {
        for view in views.iter_mut().filter(other) {
            // Its driver is asked for, be it by a package.json below.
            let driver = |t: &Target| matches!(t.engine.value, Engine::Other(name) if name.len() > 3 && repository.asks_for_word(&name.to_ascii_lowercase()));
            let asked = || view.settings.targets.iter().any(driver);
            view.settings.without_postgres = repository.builds_beside(&file.path) || asked();
        }
    }
}

/// Where nothing is built, a manifest of what runs somewhere is for programs of other repositories.
fn programs(carried: &[Carried], views: &mut [Vec<FileView<'_>>], repository: &Repository) {
    let built = |file: &Carried| match (&file.structure, file.carrier) {
        (Structure::Compose(compose), _) => compose.services.iter().any(|s| s.built),
        (_, of) => {
            matches!(of, Carrier::Dockerfile | Carrier::Python | Carrier::JavaScript | Carrier::Prisma)
        }
    };
    if !repository.builds_nothing() || carried.iter().any(built) {
        return;
    }
    for (file, views) in carried.iter().zip(views) {
        for FileView { settings, .. } in views {
            let chart = || settings.whereabouts.as_ref().is_some_and(Whereabouts::is_chart);
            settings.without_programs = match file.carrier {
                Carrier::Kubernetes | Carrier::EcsTask | Carrier::Compose => true,
                Carrier::Yaml => chart(),
                _ => false,
            };
        }
    }
}

/// Where a program is told its settings of Django, SQLAlchemy reads nothing that no file of Python imports it for: a list
/// of requirements may be that of several programs.
fn of_django(
    sources: &Sources,
    carried: &[Carried],
    views: &mut [Vec<FileView<'_>>],
    repository: &Repository,
) {
    let guessed = |settings: &Settings, c: &Setting<Consumer>| {
        c.value == Consumer::SqlAlchemy && !settings.declares(c) && c.span().is_some()
    };
    let told = |view: &FileView<'_>| {
        let named = || view.layers.iter().any(|l| l.entry("DJANGO_SETTINGS_MODULE").is_some());
        view.settings.consumers.iter().any(|c| guessed(&view.settings, c)) && named()
    };
    if repository.asks_for(Ecosystem::Python, &["django"]).is_none() || !views.iter().flatten().any(told) {
        return;
    }
    let python = carried.iter().filter(|file| file.carrier == Carrier::Python);
    let mut texts = python.map(|file| sources.get(file.source).bytes()).peekable();
    // Whoever names one file to be looked at has not shown the code.
    if texts.peek().is_none()
        || texts.any(|text| text.windows(10).any(|w| w.eq_ignore_ascii_case(b"sqlalchemy")))
    {
        return;
    }
    for view in views.iter_mut().flatten().filter(|view| told(view)) {
        let mut consumers = mem::take(&mut view.settings.consumers);
        consumers.retain(|c| !guessed(&view.settings, c));
        view.settings.consumers = consumers;
        for target in &mut view.settings.targets {
            target.missing_driver = target.missing_driver.take().filter(|missing| !missing.is_sqlalchemy());
        }
    }
}

/// Where the unit of systemd that starts a program waits for a server on its machine, that finds it at a loopback address; in
/// a container it does not.
fn machines(carried: &[Carried], views: &mut [Vec<FileView<'_>>], repository: &Repository) {
    let contained = |file: &Carried| {
        use Carrier::{Compose, Dockerfile, EcsTask, Kubernetes};
        matches!(file.carrier, Compose | Dockerfile | Kubernetes | EcsTask)
    };
    if !repository.has_machines() || carried.iter().any(contained) {
        return;
    }
    for (file, views) in carried.iter().zip(views) {
        let server = repository.server_beside(&file.path);
        for at in views.iter_mut().filter_map(|view| view.settings.whereabouts.as_mut()) {
            at.server = server;
        }
    }
}

/// The roles that scripts make; looked for where a server stands beside what connects to it.
pub(super) fn made_roles(sources: &Sources, carried: &[Carried]) -> Vec<Secret> {
    let serves = |file: &Carried| match &file.structure {
        Structure::Compose(compose) => compose.services.iter().any(|s| s.server),
        Structure::Pipeline(pipeline) => pipeline.jobs.iter().any(|job| !job.services.is_empty()),
        _ => false,
    };
    let script = |file: &&Carried| {
        matches!(
            file.carrier,
            Carrier::Sql | Carrier::Shell | Carrier::Makefile | Carrier::GithubActions | Carrier::GitlabCi
        )
    };
    let scripts = carried.iter().filter(|_| carried.iter().any(serves)).filter(script);
    scripts
        .flat_map(|file| sql::made_roles(&String::from_utf8_lossy(sources.get(file.source).bytes())))
        .collect()
}
