//! Compose files: the environment of each service, and what the rules about compose look at. `${…}` is read as docker
//! compose v2 reads it; a variable that nothing beside the file sets is the shell's, and stays open.

mod built;
pub(super) mod client;
pub(super) mod command;
mod extends;
mod given;
pub(super) mod image;
pub(super) mod keeping;
mod mount;
mod network;
mod overlay;
mod service;
mod stage;
mod tag;
mod variables;

pub use built::Waits;
pub use given::Without;
pub use image::{Image, Pinned};
pub use keeping::{Keeping, is_for_a_while};
pub use mount::{Mount, Source, from_above, from_below};
pub use service::{Dependency, HealthCheck, Interface, IsReady, Port};
pub use tag::Layout;
pub(super) use variables::filled;

use super::{Footing, Layer, Seat, carried::Reader, carried::Structure};
use crate::{
    secret::{Part, Secret},
    source::Span,
};
use std::collections::{BTreeMap, BTreeSet};

/// What a compose file says beside the environments of its services.
#[expect(clippy::struct_excessive_bools, reason = "independent marks")]
#[derive(Clone, Default, Debug)]
pub struct Compose {
    /// In the order of the text.
    pub services: Vec<Service>,
    /// Variables that the environments take from the shell or from `.env`, without a default.
    pub wanted: Vec<Wanted>,
    /// Production has a file of its own beside it, which needs nothing of this one.
    pub replaced: bool,
    /// It says of what another file has that it is not to be (`!reset`, `!override`).
    takes_back: bool,
    /// Pages of a service in it are opened on the machine that runs it.
    pub seen_here: bool,
    /// A server in it says `restart: no`, as one that serves somebody does not.
    stops: bool,
    /// A server in it is started again.
    goes_on: bool,
    /// Addresses of the machine itself in the networks of the containers.
    gateways: Vec<Part>,
    /// Names of the servers in the file that it changes.
    beneath: Vec<Part>,
    /// What those of them are set up with that take a default: libpq's keyword and the reference.
    beneath_made: Vec<(Vec<Part>, &'static str, Secret)>,
    /// Defaults that the environments take, by their places as maps of values have them.
    defaults: BTreeMap<Span, Defaulted>,
    /// Those that alone make a name which a server may be set up with, by block and variable; none where something else does.
    made: BTreeMap<(String, String), Option<Secret>>,
}

/// A variable that docker compose puts into the environment of a service, or hands on to it.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// Its name.
    pub variable: String,
    /// The variable of the service that it becomes, or becomes a part of.
    pub becomes: String,
    /// Where.
    pub span: Span,
}

/// `${NAME:-default}` whose default is taken.
#[derive(Clone, Debug)]
struct Defaulted {
    /// As it is written: the same reference comes to the same wherever it stands in the file.
    reference: Secret,
    /// The default.
    value: Secret,
}

/// A service.
#[expect(clippy::struct_excessive_bools, reason = "independent marks, each off for most services")]
#[derive(Clone, Debug)]
pub struct Service {
    /// Its name, shown where it is made of small letters, digits and `._-`.
    pub name: Part,
    /// Where the name stands.
    pub span: Span,
    /// Names under which other services reach it, its own first.
    pub hosts: Vec<Part>,
    /// The image that it runs; none for one that is built, or that only changes another file's service.
    pub image: Option<Image>,
    /// It runs a PostgreSQL server: by its image, or for it mounts that server's data directory.
    pub server: bool,
    /// It leads to a server: a pooler or a proxy, by its image or its name.
    way: bool,
    /// It is a server without TLS: one of those images as it comes, or told so by its command.
    pub clear: bool,
    /// Its image is built from sources of the project, so that more may be in it than its name says.
    pub built: bool,
    /// The path of the Dockerfile that it is built from, where that is known.
    built_from: Option<String>,
    /// The stage of it that is built.
    target: Option<String>,
    /// The directory that it is built from, where that is known.
    context: Option<String>,
    /// Nothing else of the project comes into its container: it mounts no other path and has no further contexts.
    sealed: bool,
    /// Its block among the layers of the file; none where it has no environment.
    pub layer: Option<usize>,
    /// It stands beside production's of the same name, and is another environment's: `admin-dev` and `admin-prod`.
    paired: bool,
    /// What the file that this one changes gives it, as far as it is left.
    below: Option<Layer>,
    /// It changes a service of the file below: it takes none over from a file that it names, and is not switched off.
    on_base: bool,
    /// The block's own words.
    block: String,
    /// Env files, as [`Footing::env_files`].
    env_files: Vec<Part>,
    /// What it waits for.
    pub depends_on: Vec<Dependency>,
    /// How it is told whether it is ready.
    pub healthcheck: Option<HealthCheck>,
    /// What it publishes on the machine.
    pub ports: Vec<Port>,
    /// What is mounted into it.
    pub mounts: Vec<Mount>,
    /// Variables that name the file of a secret that the service is not given: the name, and where the path stands.
    pub ungranted: Vec<(String, Span)>,
    /// It keeps a server's data in memory: they are gone with the container.
    pub in_memory: bool,
    /// It runs only when a profile asks for it.
    pub profiled: bool,
    /// It shares the network of the machine, or of another container.
    pub foreign_network: bool,
    /// It is on a network that was made outside of the file, where containers of others are too.
    joined: bool,
    /// The service whose network it shares: `network_mode: service:app`.
    pub shares: Option<Part>,
    /// It waits for the server by itself, or needs none to be started.
    pub waits: bool,
    /// Its command makes databases.
    pub creates: bool,
    /// Its command makes roles or databases.
    pub makes: bool,
    /// It starts another program than the image does, which may be a copy of another server.
    pub own_entrypoint: bool,
    /// It is given another command than the image has.
    own_command: bool,
    /// It starts as its image does: what it is told are options of the server.
    pub plain: bool,
    /// The names of the scripts that it is told to run.
    scripts: Vec<String>,
    /// It is a part of a service: what it changes or takes over stands in another file.
    pub partial: bool,
}

/// The files that docker compose reads without being told, the first that is there.
pub const BASES: [&str; 4] = ["compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml"];

impl Compose {
    /// Learns of its partial services which are servers in the file that it changes.
    pub fn take_over(&mut self, base: &Self) {
        for service in self.services.iter_mut().filter(|s| s.partial) {
            service.server |= base.services.iter().any(|b| b.server && b.name.same_as(&service.name));
        }
        self.beneath =
            base.services.iter().filter(|b| b.server || b.way).flat_map(|b| b.hosts.clone()).collect();
        let set_up = |server: &Service, variable: &str| {
            base.made.get(&(server.block.clone(), variable.to_owned()))?.as_ref()
        };
        for server in base.services.iter().filter(|b| b.server) {
            let made =
                MADE.iter().filter_map(|(own, variable)| Some((*own, set_up(server, variable)?.clone())));
            self.beneath_made.extend(made.map(|(own, reference)| (server.hosts.clone(), own, reference)));
        }
    }

    /// Whether it runs a server and what connects to it without another file: a file that changes another one rarely says
    /// again where the server comes from and what it is set up with.
    pub fn stands_alone(&self) -> bool {
        let whole = |s: &Service| !s.partial;
        let set_up = |s: &Service| s.server && s.layer.is_some();
        self.services.iter().all(whole)
            && self.services.iter().any(set_up)
            && self.services.iter().any(|s| !s.server)
    }

    /// The names of its PostgreSQL servers, poolers and proxies that are looked up in its own network: one with a domain means
    /// the same server everywhere.
    pub fn server_names(&self) -> impl Iterator<Item = &Part> {
        let hosts = self.services.iter().filter(|s| s.server || s.way).flat_map(|s| &s.hosts);
        hosts.filter(|name| !name.expose().contains('.'))
    }

    /// The names of its servers of other engines, each with the engine, as [`Compose::server_names`].
    pub fn other_servers(&self) -> impl Iterator<Item = (&Part, &'static str)> {
        let engine = |s: &Service| {
            let kept = || s.mounts.iter().filter(|_| s.built).find_map(Mount::other_engine);
            s.image.as_ref().and_then(Image::other_engine).or_else(kept)
        };
        let named = self.services.iter().filter_map(move |s| Some((s, engine(s)?)));
        let all = named.flat_map(|(s, engine)| s.hosts.iter().map(move |name| (name, engine)));
        all.filter(|(name, _)| !name.expose().contains('.'))
    }

    /// The names of its services that are no servers.
    pub fn programs(&self) -> impl Iterator<Item = &str> {
        self.services.iter().filter(|s| !s.server).map(|s| s.name.expose())
    }

    /// The paths of the env files that its services are given.
    pub fn env_files(&self) -> impl Iterator<Item = &str> {
        self.services.iter().flat_map(|s| &s.env_files).map(Part::expose)
    }

    /// The paths of the Dockerfiles that its services are built from.
    pub fn dockerfiles(&self) -> impl Iterator<Item = &str> {
        self.services.iter().filter_map(|s| s.built_from.as_deref())
    }

    /// The directories that its services are built from, without a slash at their ends.
    pub fn contexts(&self) -> impl Iterator<Item = &str> {
        self.services.iter().filter_map(|s| s.context.as_deref())
    }

    /// Whether [`Compose::named_paths`] may find something in a text: it names the directory of scripts, or escapes what it
    /// names. Most need not be taken apart to know it.
    pub fn may_name_paths(bytes: &[u8]) -> bool {
        std::str::from_utf8(bytes).is_ok_and(|text| text.contains("initdb") || text.contains('\\'))
    }

    /// Whether none of its servers is started again, and one says so.
    pub fn is_for_once(&self) -> bool {
        self.stops && !self.goes_on
    }

    /// Paths that are mounted as scripts for a new data directory.
    pub fn named_paths(&self) -> impl Iterator<Item = &str> {
        let mounts = self.services.iter().flat_map(|s| &s.mounts).filter(|m| m.init);
        mounts.filter_map(|m| match &m.source {
            Source::Path(path) => Some(path.expose()),
            _ => None,
        })
    }

    /// Whether a service is started after another one was healthy, because what it waits for waits for that: docker compose starts
    /// nothing before its dependencies are started.
    pub fn waits_through(&self, service: &Service, server: &Service) -> bool {
        // Without a healthcheck docker compose starts none of it; the image of one that is built may have one.
        if !server.built && server.healthcheck.as_ref().is_none_or(|check| check.disabled) {
            return false;
        }
        let (mut found, mut at) = (vec![service], 0);
        while let Some(here) = found.get(at).copied() {
            at += 1;
            if here.depends_on.iter().any(|d| d.gated && d.service.same_as(&server.name)) {
                return true;
            }
            let waited = |s: &&Service| here.depends_on.iter().any(|d| d.service.same_as(&s.name));
            // What a profile asks for need not be started.
            for next in self.services.iter().filter(waited).filter(|s| !s.profiled).take(FEW) {
                if found.len() < FEW && found.iter().all(|s| !s.name.same_as(&next.name)) {
                    found.push(next);
                }
            }
        }
        false
    }

    /// Whether a service reaches a server by another one, for all that is known: it waits for one that depends on the server,
    /// and shares neither sources nor env files with any that does.
    pub fn stands_behind_another(&self, service: &Service, server: &Service) -> bool {
        let few = |s: &Service| s.depends_on.len() <= FEW && s.env_files.len() <= FEW;
        let Some(own) = service.context.as_ref().filter(|_| self.services.len() <= FEW) else { return false };
        let depends = |s: &Service| !s.server && s.depends_on.iter().any(|d| d.service.same_as(&server.name));
        let is_own = |s: &Service| s.name.same_as(&service.name);
        let shares = |other: &Service| {
            other.context.as_ref() == Some(own)
                || other.env_files.iter().any(|theirs| service.env_files.iter().any(|f| f.same_as(theirs)))
        };
        let clash = |s: &Service| !few(s) || !is_own(s) && depends(s) && shares(s);
        if self.services.iter().any(clash) {
            return false;
        }
        let (mut found, mut at) = (vec![service], 0);
        while let Some(here) = found.get(at).copied() {
            at += 1;
            let waited = |s: &&Service| here.depends_on.iter().any(|d| d.service.same_as(&s.name));
            for next in self.services.iter().filter(|s| !s.server).filter(waited) {
                if !is_own(next) && next.context.is_some() && depends(next) {
                    return true;
                }
                if found.iter().all(|s| !s.name.same_as(&next.name)) {
                    found.push(next);
                }
            }
        }
        false
    }

    /// Whether a part of a connection is a default that the server takes too, by the very same reference: whoever sets its
    /// variable sets it for both.
    pub fn is_servers_default(&self, keyword: &str, part: &Part, default: Span, host: &Part) -> bool {
        let Some((_, variable)) = MADE.iter().find(|(own, _)| *own == keyword) else { return false };
        let named = |s: &&Service| s.hosts.iter().any(|name| host.is_host_called(name));
        // Behind a pooler stands the only server that there is.
        let pooled = self.services.iter().filter(named).any(|s| !s.server);
        let mut servers = self.services.iter().filter(|s| s.server && (pooled || named(s)));
        let Some(own) = self.defaults.get(&default).filter(|d| d.value.same_as(part.secret())) else {
            return false;
        };
        let of = |server: &Service| self.made.get(&(server.block.clone(), (*variable).to_owned()));
        let beneath = || {
            let named = |hosts: &[Part]| hosts.iter().any(|name| host.is_host_called(name));
            let mut theirs = self.beneath_made.iter().filter(|(hosts, of, _)| *of == keyword && named(hosts));
            theirs.next().filter(|_| theirs.next().is_none()).map(|(_, _, reference)| reference)
        };
        let reference = match (servers.next(), servers.next()) {
            (Some(server), None) => match of(server) {
                Some(own) => own.as_ref(),
                None => server.partial.then(beneath).flatten(),
            },
            (None, None) => beneath(),
            _ => None,
        };
        reference.is_some_and(|reference| reference.same_as(&own.reference))
    }

    /// Of some places with defaults, and what they are of, those that no place among `told` has by the very same reference;
    /// of several with one reference the first.
    pub fn untold<T>(&self, places: Vec<(Span, T)>, told: impl Iterator<Item = Span>) -> Vec<(Span, T)> {
        let reference = |place: &Span| Some(self.defaults.get(place)?.reference.expose());
        let mut seen: BTreeSet<&str> = told.filter_map(|place| reference(&place)).collect();
        let own = |(place, _): &(Span, T)| reference(place).is_none_or(|text| seen.insert(text));
        places.into_iter().filter(own).collect()
    }

    /// The variable of `${NAME:-default}`, by the place of its default, where the reference is the whole value and has no other in
    /// it.
    pub fn asks_alone(&self, place: &Span, value: &Secret) -> Option<&str> {
        let of = self.defaults.get(place).filter(|of| of.value.same_as(value))?;
        let inner = of.reference.expose().strip_prefix("${")?;
        let end = inner.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').filter(|end| *end > 0)?;
        let plain = inner[end..].starts_with([':', '-']) && !inner[end..].contains('$');
        plain.then_some(&inner[..end])
    }

    /// The names of services that others wait for until they are healthy, and that are made in another file: of one of the same
    /// name in a file by itself they know nothing.
    fn gated_elsewhere(&self) -> impl Iterator<Item = &str> {
        let made = |name: &Part| self.services.iter().any(|s| !s.partial && s.name.same_as(name));
        let waited = self.services.iter().flat_map(|s| &s.depends_on).filter(|d| d.gated);
        waited.filter(move |d| !made(&d.service)).map(|d| d.service.expose())
    }

    /// Whether the service of a block may have a database that its variables do not show: it waits for a server, or for the
    /// way to one, or reads env files.
    pub fn may_have_database(&self, block: &str) -> bool {
        let Some(service) = self.services.iter().find(|s| s.block == block) else { return true };
        let servers =
            || self.services.iter().filter(|s| s.server || s.way).map(|s| &s.name).chain(&self.beneath);
        let waits = |d: &Dependency| servers().any(|name| d.service.same_as(name));
        service.partial || !service.env_files.is_empty() || service.depends_on.iter().any(waits)
    }

    /// Whether a file in the container of a service lies in what is mounted there.
    pub fn keeps(&self, block: &str, path: &str) -> bool {
        let mut services = self.services.iter().filter(|s| s.block == block);
        services.any(|s| s.mounts.iter().any(|mount| mount.keeps(path)))
    }

    pub(super) fn footing(&self, block: &str) -> Footing {
        let Some(service) = self.services.iter().find(|s| s.block == block) else {
            return Footing::default();
        };
        let seat = if service.foreign_network { Seat::Accompanied } else { Seat::Open };
        let env_files = service.env_files.iter().map(|p| p.expose().to_owned()).collect();
        let foreign = service.server || !service.built && !service.partial && service.image.is_some();
        let built_from = service.built_from.clone();
        let administers = service.image.as_ref().is_some_and(Image::administers);
        Footing {
            administers,
            foreign,
            built_from,
            context: service.context.clone().filter(|_| service.sealed),
            env_files,
            below: service.below.iter().cloned().collect(),
            open: service.partial,
            seat,
            ..Footing::default()
        }
    }
}

/// What the image makes role and database of, by libpq's keyword.
const MADE: [(&str, &str); 2] = [("user", "POSTGRES_USER"), ("dbname", "POSTGRES_DB")];
/// Where the image of PostgreSQL keeps its data; the second is bitnami's.
const DATA: [&str; 2] = ["/var/lib/postgresql", "/bitnami/postgresql"];
/// Scripts in here run once, while the data directory is made.
pub(super) const INIT: &str = "/docker-entrypoint-initdb.d";

/// So many services, and items of a list of each, are looked at: what compares them with each other stays small.
const MANY: usize = 1000;

/// So many services, with so many dependencies and env files each, are looked at where all three meet.
const FEW: usize = 32;

/// Reads the file that the reader is at.
pub(super) fn read(reader: &mut Reader<'_>) {
    let Some(documents) = reader.yaml() else { return };
    let Some(root) = documents.first() else { return };
    let Some(services) = root.get("services") else { return };
    let takes_back = reader.text().is_some_and(|text| text.contains("!reset") || text.contains("!override"));
    let gateways = network::gateways(root);
    let mut out = Compose { takes_back, gateways, ..Compose::default() };
    for (key, node) in services.pairs().into_iter().take(MANY) {
        let whole = extends::whole(services, node);
        let service = service::read(reader, root, key, &whole, &mut out);
        out.services.extend(service);
    }
    reader.structure = Structure::Compose(out);
}

/// Whether a name of the project may be shown: `postgres-dev`, `web.1`. Passwords of any strength have other letters.
pub(super) fn is_plain_name(name: &str) -> bool {
    name.len() <= 63
        && name.starts_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit())
        && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"._-".contains(&b))
}

/// A name with the proof whether it may be shown.
pub(super) fn name(text: &str) -> Part {
    Part::with_proof(text, is_plain_name(text))
}
