//! What the files beside one say of its views: servers, who fills values in, what a reference leads to.

use super::{servers::Servers, view::FileView};
use crate::{
    environment::Environment,
    layer::{
        Carried, Carrier, Layer, LayerKind, Structure,
        compose::Compose,
        kubernetes::{InClear, Names},
    },
    policy::Policy,
    secret::Part,
    settings::{Form, Placeholder, Setting, Target, Whereabouts},
    source::{SourceId, Sources, directory},
};
use std::collections::{BTreeMap, BTreeSet};

/// What all files of a run say of each other.
pub(super) struct Surroundings<'c> {
    servers: Servers<'c>,
    in_clear: InClear<'c>,
    /// What objects of Kubernetes are called in their cluster.
    names: Names,
    /// Flux fills in what it applies, wherever that lies.
    substitutes: bool,
    /// Where there is a `kustomization.yaml`, which makes objects of the files that it names: its directory and its source.
    kustomized: Vec<(&'c str, SourceId)>,
    /// Secrets that ask to be filled in: a container that takes one has as much to be filled in as the Secret itself.
    asking: BTreeSet<SourceId>,
    /// Of an env file that compose hands to a service the variables that it puts into its values: those of the `.env` beside
    /// the compose file.
    given: BTreeMap<SourceId, BTreeSet<&'c str>>,
    /// Directories of projects in which Doctrine puts a suffix behind the name of the database that tests use.
    suffixed: BTreeSet<&'c str>,
    /// Variables that containers are given a URL of PostgreSQL in.
    urls: BTreeSet<&'c str>,
}

impl<'c> Surroundings<'c> {
    pub(super) fn of(
        sources: &Sources,
        carried: &'c [Carried],
        env_files: &BTreeMap<&'c str, &'c Layer>,
        policy: &Policy,
    ) -> Self {
        let fills = |file: &Carried| matches!(&file.structure, Structure::Kubernetes(o) if o.substitutes);
        let asks = |file: &&Carried| file.remarks.copy && file.carrier == Carrier::Kubernetes;
        let mut given: BTreeMap<SourceId, BTreeSet<&str>> = BTreeMap::new();
        for file in carried {
            let Structure::Compose(compose) = &file.structure else { continue };
            let own = format!("{}.env", directory(&file.path));
            let Some(own) = env_files.get(own.as_str()) else { continue };
            let handed = compose.env_files().filter(|path| *path != own.name);
            for id in handed.filter_map(|path| env_files.get(path)?.source) {
                given.entry(id).or_default().extend(own.entries.iter().map(|e| e.key.as_str()));
            }
        }
        let suffixes = |file: &&'c Carried| {
            DOCTRINE.iter().any(|end| file.path.ends_with(end))
                && String::from_utf8_lossy(sources.get(file.source).bytes()).contains("dbname_suffix")
        };
        let project = |file: &'c Carried| file.path.rfind("config/packages/").map(|at| &file.path[..at]);
        Self {
            urls: carried.iter().filter(|f| f.carrier.is_of_containers()).flat_map(urls).collect(),
            suffixed: carried.iter().filter(suffixes).filter_map(project).collect(),
            servers: Servers::of(carried, policy),
            in_clear: InClear::of(carried),
            names: Names::of(carried),
            substitutes: carried.iter().any(fills),
            kustomized: carried
                .iter()
                .filter(|file| is_kustomization(file))
                .map(|file| (directory(&file.path), file.source))
                .collect(),
            asking: carried.iter().filter(asks).map(|file| file.source).collect(),
            given,
        }
    }

    /// Whether a `kustomization.yaml` beside or above a file names it.
    fn kustomizes(&self, sources: &Sources, path: &str) -> bool {
        self.kustomized.iter().any(|(above, source)| {
            let bytes = sources.get(*source).bytes();
            let rest = path.strip_prefix(above).filter(|rest| !rest.is_empty() && bytes.len() <= NAMING);
            let end = |c: Option<char>| {
                c.is_none_or(|c| !c.is_ascii_alphanumeric() && !matches!(c, '_' | '-' | '.'))
            };
            rest.is_some_and(|rest| {
                let text = String::from_utf8_lossy(bytes);
                text.match_indices(rest).any(|(at, _)| {
                    end(text[..at].chars().next_back().filter(|c| *c != '/'))
                        && end(text[at + rest.len()..].chars().next())
                })
            })
        })
    }

    /// Says it of one view.
    pub(super) fn tell(&self, sources: &Sources, file: &Carried, layer: &Layer, view: &mut FileView<'_>) {
        let FileView { layers, environment, settings, .. } = view;
        if let Some(at) = settings.whereabouts.as_mut().filter(|_| !self.asking.is_empty()) {
            at.remarks.copy |= layers.iter().filter_map(|l| l.source).any(|s| self.asking.contains(&s));
        }
        let applied = match file.carrier {
            Carrier::Kubernetes => true,
            Carrier::Dotenv => self.substitutes && self.kustomizes(sources, &file.path),
            _ => false,
        };
        let open = |placeholder: &Placeholder| match self.given.get(&placeholder.span.source) {
            _ if variable(sources, placeholder) == Some(OF_CARGO) => false,
            Some(given) => variable(sources, placeholder).is_none_or(|name| !given.contains(name)),
            None => !self.substitutes || !applied || placeholder.shape != "${…}",
        };
        settings.unfilled.retain(open);
        let suffixed = *environment == Environment::Test && self.suffixed.contains(directory(&layer.name));
        let of_cluster = match file.carrier {
            Carrier::Kubernetes => true,
            Carrier::Yaml => settings.whereabouts.as_ref().is_some_and(Whereabouts::is_chart),
            _ => false,
        };
        // What Flux puts into an env file is a host or a name, and not nothing.
        if applied && file.carrier == Carrier::Dotenv {
            settings.targets.retain(|t| t.oddities.placeholders.iter().all(|p| p.shape != "${…}"));
        }
        for target in &mut settings.targets {
            target.around.suffixed = suffixed && layer.kind == LayerKind::EnvFile;
            target.oddities.placeholders.retain(open);
            if let Structure::Image(recipe) = &file.structure {
                target.around.in_image = true;
                target.around.said_anew = self.urls.contains(&*target.engine.key);
                target.around.in_volume = target.is_file_within(|path| recipe.keeps(path));
            }
            if let Structure::Compose(compose) = &file.structure {
                target.around.own_password = has_own_password(sources, compose, target);
                let block = layer.block.as_deref().unwrap_or_default();
                target.around.in_volume = target.is_file_within(|path| compose.keeps(block, path));
            }
            // `postgres/shop`: the program puts the scheme before it.
            let called = |host: &Part| match &file.structure {
                Structure::Compose(compose) => compose.server_names().any(|name| host.is_host_called(name)),
                _ => false,
            };
            // Of a program that is built here its code says what it reads.
            target.is_host |= settings.foreign && target.bare_place().is_some_and(|host| called(&host));
            // A script that starts MySQL's programs and none of PostgreSQL's.
            let open = settings.parts.as_ref().is_none_or(|set| !set.is_ours());
            if target.form == Form::Parts && target.is_postgres() && open && file.script.is_of_mysql() {
                target.is_of("MySQL");
                continue;
            }
            let Some(host) = target.get("host").map(|h| &h.value) else { continue };
            // What was taken for PostgreSQL's by the name of a variable alone.
            if target.form == Form::Parts && target.is_postgres() {
                let path = if file.carrier == Carrier::Compose { &file.path } else { &layer.name };
                let other = self.servers.other(file.carrier, path, *environment, host);
                if let Some(engine) = other {
                    target.is_of(engine);
                    continue;
                }
            }
            let neighbour = self.servers.has(file.carrier, &layer.name, *environment, host);
            let in_clear = file.carrier == Carrier::Kubernetes
                && self.in_clear.has(host, layer.word.as_deref(), &self.names);
            let in_cluster = of_cluster && self.names.have(host);
            target.around.neighbour |= neighbour;
            target.around.in_cluster = in_cluster;
            target.around.served_in_clear = in_clear;
        }
    }
}

/// Whether the password of a target is a variable that nobody fills in and that no server of the file takes for its own.
fn has_own_password(sources: &Sources, compose: &Compose, target: &Target) -> bool {
    let place = target.get("password").and_then(Setting::span);
    let own = |p: &&Placeholder| place.is_some_and(|place| place.overlaps(p.span));
    let Some(name) = target.oddities.placeholders.iter().find(own).and_then(|p| variable(sources, p)) else {
        return false;
    };
    name != "POSTGRES_PASSWORD"
        && !compose.wanted.iter().any(|w| w.becomes == "POSTGRES_PASSWORD" && w.variable == name)
}

/// The variables of a file whose values begin as URLs of PostgreSQL.
fn urls(file: &Carried) -> impl Iterator<Item = &str> {
    let all = file.layers.iter().flat_map(|layer| &layer.entries);
    all.filter(|e| e.has_scheme_of_postgres()).map(|e| e.key.as_str())
}

/// So long may a `kustomization.yaml` be that is looked through for names.
const NAMING: usize = 64 << 10;

fn is_kustomization(file: &Carried) -> bool {
    let name = &file.path[directory(&file.path).len()..];
    file.carrier == Carrier::Kubernetes && matches!(name, "kustomization.yaml" | "kustomization.yml")
}

/// What cargo sets for every program that it runs.
const OF_CARGO: &str = "CARGO_MANIFEST_DIR";

/// Where Symfony configures Doctrine, for all environments and for tests alone.
const DOCTRINE: [&str; 2] = ["config/packages/doctrine.yaml", "config/packages/test/doctrine.yaml"];

/// The variable of `${NAME}`, `${NAME:-…}` and `$NAME`.
fn variable<'s>(sources: &'s Sources, placeholder: &Placeholder) -> Option<&'s str> {
    let bytes = sources.get(placeholder.span.source).bytes().get(placeholder.span.range())?;
    let text = std::str::from_utf8(bytes).ok()?.strip_prefix('$')?.trim_start_matches('{');
    let end = text.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(text.len());
    Some(&text[..end])
}
