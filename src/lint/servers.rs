//! Which servers stand in containers beside what a file configures: what it connects to there is no hop over a network.

use crate::{
    environment::Environment,
    layer::{Carried, Carrier, Structure, is_of_chart},
    policy::Policy,
    secret::Part,
    settings::settle::of_path,
    source::{directories, directory, is_within},
};
use std::collections::{BTreeMap, BTreeSet};

/// The names of the servers that compose files and Kamal start, by what these are known to.
#[derive(Default)]
pub(super) struct Servers<'c> {
    /// By the directory of the compose file, or one that it builds from, without a slash at its end.
    beside: BTreeMap<&'c str, Vec<Server<'c>>>,
    /// By the path of an env file that one of its services is given.
    handed: BTreeMap<&'c str, Vec<Server<'c>>>,
    /// By the path of a Dockerfile that one of its services is built from.
    building: BTreeMap<&'c str, Vec<Server<'c>>>,
}

#[derive(Clone, Copy)]
struct Server<'c> {
    name: &'c Part,
    /// The engine, where it is not PostgreSQL.
    other: Option<&'static str>,
    /// Its compose file is by its name for development or tests.
    mild: bool,
}

impl Server<'_> {
    fn is_at(self, host: &Part, environment: Environment) -> bool {
        host.is_host_called(self.name) && !(self.mild && environment >= Environment::Staging)
    }
}

impl<'c> Servers<'c> {
    pub(super) fn of(carried: &'c [Carried], policy: &Policy) -> Self {
        let mut out = Self::default();
        for file in carried {
            let compose = match &file.structure {
                Structure::Compose(compose) => compose,
                // `config/deploy.yml` is the whole project's, and every service has its network.
                Structure::Kamal(kamal) => {
                    let here = bare(&file.path);
                    let project = here.strip_suffix("config").map_or(here, |p| p.trim_end_matches('/'));
                    let server = |name| Server { name, other: None, mild: false };
                    out.beside.entry(project).or_default().extend(kamal.servers.iter().map(server));
                    continue;
                }
                _ => continue,
            };
            let mild = of_path(&file.path, policy).is_some_and(|e| e < Environment::Staging);
            let own = compose.server_names().map(|name| (name, None));
            let others = compose.other_servers().map(|(name, engine)| (name, Some(engine)));
            let servers: Vec<Server<'c>> =
                own.chain(others).map(|(name, other)| Server { name, other, mild }).collect();
            if servers.is_empty() {
                continue;
            }
            let here = bare(&file.path);
            out.beside.entry(here).or_default().extend(&servers);
            // `docker/compose.yml` that builds `..`: what lies there is the service's own.
            let contexts: BTreeSet<&str> =
                compose.contexts().filter(|context| !is_within(context, here)).collect();
            for context in contexts {
                out.beside.entry(context).or_default().extend(&servers);
            }
            for path in compose.env_files() {
                out.handed.entry(path).or_default().extend(&servers);
            }
            for path in compose.dockerfiles() {
                out.building.entry(path).or_default().extend(&servers);
            }
        }
        out
    }

    /// Whether a host is one of them to the file of a path: of a compose file in its directory or above it. What is for
    /// production does not run in one that is for tests, and what a cluster is given runs in no compose file at all.
    /// To the image of a Dockerfile those are that a service built from it has beside it.
    pub(super) fn has(&self, carrier: Carrier, path: &str, environment: Environment, host: &Part) -> bool {
        carrier != Carrier::Compose
            && self.at(carrier, path, environment, host).into_iter().any(|s| s.other.is_none())
    }

    /// The other engine whose server a host is, and no PostgreSQL of that name is known: to the files that [`Servers::has`]
    /// tells of, and to compose files.
    pub(super) fn other(
        &self,
        carrier: Carrier,
        path: &str,
        environment: Environment,
        host: &Part,
    ) -> Option<&'static str> {
        let found = self.at(carrier, path, environment, host);
        if found.iter().any(|s| s.other.is_none()) { None } else { found.iter().find_map(|s| s.other) }
    }

    fn at(&self, carrier: Carrier, path: &str, environment: Environment, host: &Part) -> Vec<Server<'c>> {
        let is_at = |s: &Server<'c>| s.is_at(host, environment);
        if carrier == Carrier::Dockerfile {
            return self.building.get(path).into_iter().flatten().copied().filter(is_at).collect();
        }
        if self.beside.is_empty() || !is_of_compose(carrier) || is_of_cluster(path) {
            return Vec::new();
        }
        let known = directories(path)
            .filter_map(|d| self.beside.get(d.trim_end_matches(['/', '\\'])))
            .chain(self.handed.get(path))
            .flatten();
        known.copied().filter(is_at).collect()
    }
}

/// Whether a file is by its place a part of what a cluster is given: a chart, its values, an overlay.
fn is_of_cluster(path: &str) -> bool {
    const NAMES: [&str; 8] =
        ["k8s", "kubernetes", "kube", "helm", "chart", "charts", "overlays", "manifests"];
    let mut names = path.split(['/', '\\']);
    names.next_back();
    is_of_chart(path) || names.any(|name| NAMES.contains(&name))
}

/// Whether what a file of this kind says may be read in a container beside those of a compose file. Workflows and
/// clusters have networks of their own.
fn is_of_compose(carrier: Carrier) -> bool {
    matches!(
        carrier,
        Carrier::Dotenv
            | Carrier::Compose
            | Carrier::DatabaseYml
            | Carrier::Spring
            | Carrier::Properties
            | Carrier::Yaml
            | Carrier::Toml
            | Carrier::Json
            | Carrier::Ini
            | Carrier::Python
            | Carrier::JavaScript
    )
}

/// The directory of a path, without its slash.
fn bare(path: &str) -> &str {
    directory(path).trim_end_matches(['/', '\\'])
}
