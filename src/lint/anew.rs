//! What a file of a framework says of a connection, and who runs the program says anew.

use super::view::FileView;
use crate::{
    environment::Environment,
    layer::{Carried, Carrier, Entry, Layer, Means, Structure},
    policy::Policy,
    repository::Repository,
    settings::{Form, Target, settle},
    source::directory,
};
use std::collections::BTreeSet;

/// A section for production that leads to the very machine is what development has in common with it, where the program
/// gets the URL of its primary database from its environment: both Rails and Spring Boot put that before the file. What is
/// given away stays given away.
pub(super) fn said_anew(carried: &[Carried], views: &mut [Vec<FileView<'_>>], repository: &Repository) {
    let spring: Vec<&str> =
        carried.iter().filter(|file| sets_url_of_spring(file)).map(|f| f.path.as_str()).collect();
    let settings = production_settings(carried);
    for (file, views) in carried.iter().zip(views) {
        if file.carrier == Carrier::Python && is_base(&file.path) && settings.contains(directory(&file.path))
        {
            for view in views.iter_mut().filter(|view| is_of_django(view.layers.last())) {
                if let Some(at) = view.settings.whereabouts.as_mut() {
                    at.replaced = true;
                }
            }
        }
        if file.carrier == Carrier::Dockerfile {
            images(carried, file, views);
        }
        if matches!(file.carrier, Carrier::Python | Carrier::JavaScript) {
            defaults(carried, file, views);
        }
        // The URL of alembic.ini that env.py sets in any case is dialled by nobody.
        if file.carrier == Carrier::Ini {
            for view in views.iter_mut() {
                let targets = &view.settings.targets;
                let replaced = !targets.is_empty() && targets.iter().all(Target::is_always_replaced);
                if let Some(at) = view.settings.whereabouts.as_mut() {
                    at.replaced |= replaced;
                }
            }
        }
        let said = match file.carrier {
            // A service that hosts programs sets `DATABASE_URL`.
            Carrier::DatabaseYml => !repository.hosts_of(&file.path).is_empty(),
            // In the program's own module.
            Carrier::Spring => {
                let module = file.path.find("src/main/").map_or("", |at| &file.path[..at]);
                spring.iter().any(|path| path.starts_with(module))
            }
            _ => false,
        };
        if !said {
            continue;
        }
        for view in views.iter_mut().filter(|view| view.environment >= Environment::Staging) {
            let block = view.layers.last().and_then(|layer| layer.block.as_deref()).unwrap_or_default();
            let primary = match file.carrier {
                Carrier::Spring => block == "spring.datasource",
                _ => block.split_once('.').is_none_or(|(_, database)| database == "primary"),
            };
            let here =
                !view.settings.targets.is_empty() && view.settings.targets.iter().all(Target::is_loopback);
            if let Some(at) = view.settings.whereabouts.as_mut() {
                at.replaced = primary && here;
            }
        }
    }
}

/// The same of a default of an image that leads to its own container, where each service that is built from it is given the
/// variable: a build asks for a URL, and nothing dials this one.
fn images(carried: &[Carried], file: &Carried, views: &mut [FileView<'_>]) {
    let deployed = carried.iter().filter(|file| is_deployed(file));
    let started = deployed.filter_map(|file| match &file.structure {
        Structure::Compose(compose) => Some((file, compose)),
        _ => None,
    });
    let services: Vec<Option<&Layer>> = started
        .flat_map(|(of, compose)| {
            let layer = |i: Option<usize>| i.and_then(|i| of.layers.get(i));
            compose.built_from(&file.path).map(move |service| layer(service.layer))
        })
        .collect();
    if services.is_empty() {
        return;
    }
    for view in views {
        let given =
            |target: &Target| services.iter().all(|s| s.is_some_and(|layer| sets(layer, &target.name)));
        let of_build = |target: &Target| target.form == Form::Url && target.is_loopback() && given(target);
        let targets = &view.settings.targets;
        let replaced = !targets.is_empty() && targets.iter().all(of_build);
        if let Some(at) = view.settings.whereabouts.as_mut() {
            at.replaced |= replaced;
        }
    }
}

/// A default of code that leads to its own container, where each service that is built around the file is given the variable.
fn defaults(carried: &[Carried], file: &Carried, views: &mut [FileView<'_>]) {
    let host = |target: &Target| {
        let mut fallbacks = target.oddities.fallbacks.iter();
        fallbacks
            .find(|f| f.supplies == "host")
            .and_then(|f| f.variable.clone())
            .filter(|_| target.is_loopback())
    };
    if !views.iter().flat_map(|view| &view.settings.targets).any(|target| host(target).is_some()) {
        return;
    }
    let mut services: Vec<Option<&Layer>> = Vec::new();
    for of in carried.iter().filter(|file| is_deployed(file)) {
        if let Structure::Compose(compose) = &of.structure {
            services.extend(compose.built_around(&file.path).map(|s| of.layers.get(s.layer?)));
        }
    }
    for target in views.iter_mut().flat_map(|view| &mut view.settings.targets) {
        let Some(variable) = host(target) else { continue };
        let given = |layer: Option<&Layer>| layer.is_some_and(|layer| sets(layer, &variable));
        target.around.said_anew |= !services.is_empty() && services.iter().copied().all(given);
    }
}

/// Whether a file is, by its name, not for tests or developers.
fn is_deployed(file: &Carried) -> bool {
    settle::of_path(&file.path, &Policy::default()).is_none_or(|e| e >= Environment::Staging)
}

fn sets(layer: &Layer, variable: &str) -> bool {
    layer.entries.iter().any(|e| e.key == variable) || layer.reads.iter().any(|r| r.variable == variable)
}

/// Whether a container is started with the URL that Spring Boot takes instead of `spring.datasource.url`, and not by a file for
/// tests or developers.
fn sets_url_of_spring(file: &Carried) -> bool {
    let sets = |layer: &Layer| sets(layer, "SPRING_DATASOURCE_URL");
    is_deployed(file) && file.carrier.is_of_containers() && file.layers.iter().any(sets)
}

/// Directories in which the settings of Django for production say their own `DATABASES`: those of the module that they take the
/// rest from are another environment's.
fn production_settings(carried: &[Carried]) -> BTreeSet<&str> {
    let of_production = |file: &&Carried| {
        file.carrier == Carrier::Python
            && settle::of_path(&file.path, &Policy::default()) == Some(Environment::Production)
            && file.layers.iter().any(|layer| is_of_django(Some(layer)) && is_whole(layer))
    };
    carried.iter().filter(of_production).map(|file| directory(&file.path)).collect()
}

/// Whether a module is by its name what those of the environments have in common.
fn is_base(path: &str) -> bool {
    let name = path.rsplit(['/', '\\']).next().unwrap_or(path);
    matches!(name, "base.py" | "common.py" | "default.py" | "defaults.py")
}

fn is_of_django(layer: Option<&Layer>) -> bool {
    layer.and_then(|layer| layer.block.as_deref()) == Some("DATABASES.default")
}

/// Whether a URL, or most of a connection, is said: what changes a key of a database leaves the rest of it.
fn is_whole(layer: &Layer) -> bool {
    let entries = layer.entries.iter().map(Entry::means);
    let all: Vec<Means> = entries.chain(layer.reads.iter().map(|r| r.means)).flatten().collect();
    let part = |keyword: &&str| all.iter().any(|m| matches!(m, Means::Part(_, own) if own == keyword));
    all.contains(&Means::Url) || ["host", "dbname", "user", "password"].iter().filter(|k| part(k)).count() > 2
}
