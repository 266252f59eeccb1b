//! The pooler that a target leads to, as far as its host, its port or a parameter say: conventions of hosting services
//! and of the poolers themselves. The server's answers tell the rest.

use super::{
    Settings,
    engine::Spelling,
    setting::{Origin, Setting},
    target::{Target, fact},
};
use crate::{
    conninfo::{Endpoint, EndpointKind},
    consumer::{Consumer, prepared::OptOut},
    environment::Environment,
    repository::{Ecosystem, Package},
    secret::Part,
    source::Span,
};

/// How long a client keeps a server session.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PoolMode {
    /// For a transaction: nothing of a session is there in the next one.
    Transaction,
    /// Until it disconnects, as without a pooler.
    Session,
    /// Someone decides that elsewhere; PgBouncer's own default is the session.
    Open,
}

/// A pooler and what is known of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Pooling {
    /// How long a client keeps a server session.
    pub mode: PoolMode,
    /// The keyword whose value tells: `host`, `port`, or none for a parameter.
    pub by: Option<&'static str>,
    /// What tells, in a sentence.
    pub tells: &'static str,
    /// The service keeps statements that the protocol prepared by name, across its server sessions.
    pub keeps_prepared: bool,
    /// It is known to offer no login that is bound to its TLS session.
    pub cannot_bind: bool,
    /// The way past it.
    pub past: &'static str,
}

/// A client that prepares statements by name, and has not been told not to.
#[derive(Clone, Debug)]
pub struct Preparer {
    /// Its name.
    pub name: &'static str,
    /// Who says that it reads the URL; the URL itself for a spelling that only one library reads.
    pub origin: Option<Origin>,
    /// Where it is told.
    pub opt_out: OptOut,
    /// Code that stands with the target tells it here; looked for in files alone.
    pub told: Option<Span>,
}

const SUPABASE: Pooling = Pooling {
    mode: PoolMode::Transaction,
    by: Some("port"),
    tells: "port 6543 is Supabase's pooler by transaction",
    keeps_prepared: false,
    cannot_bind: true,
    past: "port 5432 is its pooler by session; db.PROJECT_REF.supabase.co is the server itself",
};
const SUPABASE_SESSION: Pooling = Pooling {
    mode: PoolMode::Session,
    by: Some("host"),
    tells: "Supabase's pooler",
    keeps_prepared: true,
    ..SUPABASE
};
const NEON: Pooling = Pooling {
    mode: PoolMode::Transaction,
    by: Some("host"),
    tells: "`-pooler` in the name is Neon's pooler by transaction",
    keeps_prepared: true,
    cannot_bind: false,
    past: "take `-pooler` out of the host's name",
};
const PGBOUNCER: Pooling = Pooling {
    mode: PoolMode::Open,
    by: Some("port"),
    tells: "6432 is PgBouncer's port",
    keeps_prepared: false,
    cannot_bind: true,
    past: "name the server itself, by default on port 5432",
};
/// Which one it is the name need not say.
const NAMED: Pooling =
    Pooling { by: Some("host"), tells: "the name says a pooler", cannot_bind: false, ..PGBOUNCER };
const DECLARED: Pooling = Pooling {
    mode: PoolMode::Transaction,
    by: None,
    tells: "`pgbouncer=true` says a pooler by transaction",
    ..PGBOUNCER
};

impl Target {
    /// The pooler that all hosts of the target are, as far as their names and ports tell.
    pub fn pooling(&self) -> Option<Pooling> {
        // Where readers are at odds about the host, nothing is known of it.
        self.class_by_name()?;
        *fact(&self.facts.pooling, || self.pooling_by_name())
    }

    fn pooling_by_name(&self) -> Option<Pooling> {
        let endpoints = self.parsed.as_ref().ok()?.places()?;
        let mut all = endpoints.iter().map(of_endpoint);
        let first = all.next()?;
        let alike = all.all(|other| other == first);
        let declared = self.says("pgbouncer").is_some_and(|v| v.eq_ignore_ascii_case("true") || v == "1");
        match first.filter(|_| alike) {
            Some(pooling) if pooling.mode != PoolMode::Open => Some(pooling),
            _ if declared => Some(DECLARED),
            found => found,
        }
    }

    /// The pooler that one of the hosts is, as far as its name and port tell, and that knows no channel binding.
    pub fn pooler_without_binding(&self) -> Option<Pooling> {
        let endpoints = self.parsed.as_ref().ok().filter(|_| self.is_postgres())?.places()?;
        endpoints.iter().filter_map(of_endpoint).find(|pooling| pooling.cannot_bind)
    }

    /// The value of a parameter that may be another client's own.
    pub(super) fn says(&self, name: &str) -> Option<&str> {
        let (_, query) = self.text.as_ref()?.value.expose().split_once('?')?;
        let query = query.split('#').next().filter(|_| self.class_by_name().is_some())?;
        let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        pairs.find(|(n, _)| *n == name).map(|(_, value)| value)
    }
}

fn of_endpoint(endpoint: &Endpoint) -> Option<Pooling> {
    // Of a bare `hostaddr` the port tells what it tells.
    let host = endpoint.host.as_ref().map_or("", Part::expose).trim_end_matches('.').to_ascii_lowercase();
    if endpoint.kind == EndpointKind::Unix {
        return None;
    }
    let first = host.split('.').next().unwrap_or_default();
    let supabase = host.ends_with(".pooler.supabase.com");
    match endpoint.port {
        6543 if supabase || host.ends_with(".supabase.co") => Some(SUPABASE),
        5432 if supabase => Some(SUPABASE_SESSION),
        _ if first.ends_with("-pooler") && host.ends_with(".neon.tech") => Some(NEON),
        6432 => Some(PGBOUNCER),
        _ if names_pooler(first) => Some(NAMED),
        _ => None,
    }
}

/// `pgbouncer`, `hippo-pgbouncer`, `db-pooler-rw`.
fn names_pooler(label: &str) -> bool {
    let words = ["pgbouncer", "pooler", "pgcat", "odyssey", "supavisor"];
    label.split(['-', '_']).any(|word| words.contains(&word))
}

/// Finds for each target who prepares by name.
pub(super) fn compare(settings: &mut Settings, packages: &[&Package]) {
    let environment = settings.settled.environment.as_ref().map(|s| s.value);
    let preparers: Vec<Option<Preparer>> = settings
        .targets
        .iter()
        .map(|target| {
            let environment = target.environment.or(environment);
            let dev = environment.is_none_or(|e| e < Environment::Staging);
            of_spelling(target)
                .or_else(|| settings.consumers.iter().find_map(|c| of_consumer(target, c)))
                .or_else(|| of_packages(target, packages, dev))
        })
        .collect();
    for (target, preparer) in settings.targets.iter_mut().zip(preparers) {
        target.preparer = preparer.map(Box::new);
    }
}

fn of_spelling(target: &Target) -> Option<Preparer> {
    if target.spelling() != Spelling::Jdbc || target.says("prepareThreshold") == Some("0") {
        return None;
    }
    let opt_out = OptOut {
        url: Some("prepareThreshold=0"),
        code: Some("the same property of the data source"),
        words: &[],
    };
    Some(Preparer { name: "the JDBC driver", origin: None, opt_out, told: None })
}

fn of_consumer(target: &Target, consumer: &Setting<Consumer>) -> Option<Preparer> {
    let text = &target.text.as_ref().filter(|_| target.spelling().is_native())?.value;
    let opt_out = consumer.value.prepares(text, &consumer.key)?;
    let name = match (consumer.value, consumer.key.as_str()) {
        (Consumer::Libpq, "diesel") => "diesel",
        (Consumer::Libpq, _) => "psycopg",
        (other, _) => other.as_str(),
    };
    Some(Preparer { name, origin: Some(consumer.origin.clone()), opt_out, told: None })
}

/// Clients that pgward does not read URLs for.
fn of_packages(target: &Target, packages: &[&Package], dev: bool) -> Option<Preparer> {
    if target.text.is_none() || !target.spelling().is_native() {
        return None;
    }
    let packages = || packages.iter().filter(|p| dev || !p.dev);
    // With an adapter Prisma hands its queries to a driver of Node's, which prepares what has a name.
    let adapted = || packages().any(|p| p.name.starts_with("@prisma/adapter-"));
    packages().find_map(|package| {
        let (name, opt_out) = match (package.ecosystem, package.name.as_str()) {
            (Ecosystem::Node, "@prisma/client") if !adapted() => {
                let told = target.says("pgbouncer").is_some_and(|v| v.eq_ignore_ascii_case("true"));
                (!told).then_some(("Prisma", OptOut { url: Some("pgbouncer=true"), ..OptOut::default() }))?
            }
            (Ecosystem::Go, "github.com/jackc/pgx/v4" | "github.com/jackc/pgx/v5") => {
                let told =
                    target.says("default_query_exec_mode").is_some_and(|mode| mode != "cache_statement")
                        || target.says("statement_cache_mode") == Some("describe");
                let (url, code) = ("default_query_exec_mode=exec", "`DefaultQueryExecMode`");
                (!told).then_some(("pgx", OptOut { url: Some(url), code: Some(code), words: &[] }))?
            }
            _ => return None,
        };
        let origin = Some(Origin::Entry { layer: usize::MAX, span: package.span });
        Some(Preparer { name, origin, opt_out, told: None })
    })
}
