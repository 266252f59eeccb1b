use super::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

pub(super) const RULE: Rule = Rule {
    id: "persistent-connections-serverless",
    since: "0.1.0",
    levels: Levels::of("..IW"),
    boot: false,
    traits: COMMON,
    page: include_str!("persistent_connections_serverless.md"),
    checks: &[Check::Target(check), Check::Project(kept)],
};

/// `CONN_MAX_AGE` of Django's settings, where the project's database is behind a pooler by transaction.
fn kept(project: &Project<'_>, out: &mut Sink<'_>) {
    let environment = out.environment();
    let mut ages: BTreeMap<&str, Ages> = BTreeMap::new();
    let mut seen = BTreeSet::new();
    for view in project.views {
        let Some(Carried { path, structure: Structure::Code(code), .. }) = view.carried else { continue };
        let (Some(at), Some(said)) = (&view.settings.whereabouts, &view.settings.settled.environment) else {
            continue;
        };
        // Settings that name no environment are those of all; what an environment's own say comes before them.
        let own = !matches!(said.origin, Origin::Default(_));
        if at.is_aside() || own && said.value != environment || !seen.insert(path.as_str()) {
            continue;
        }
        let ages = ages.entry(&at.project).or_default();
        let to = if own { &mut ages.own } else { &mut ages.general };
        to.extend(code.databases.iter().map(|d| d.max_age));
    }
    if ages.is_empty() {
        return;
    }
    for view in project.views {
        let Some(at) = view.settings.whereabouts.as_ref().filter(|at| !at.is_aside() && !at.example) else {
            continue;
        };
        let here = view.settings.settled.environment.as_ref().is_some_and(|s| s.value == environment);
        let Some(age) = ages.get(at.project.as_str()).filter(|_| here).and_then(Ages::in_force) else {
            continue;
        };
        let pooled = |t: &&Target| {
            t.role == Role::Primary && t.pooling().is_some_and(|p| p.mode == PoolMode::Transaction)
        };
        if let Some(target) = view.settings.targets.iter().find(pooled) {
            out.report("`CONN_MAX_AGE` keeps connections that a pooler by transaction keeps already")
                .at_span(age, "kept between requests")
                .also(place(target, &["host"]), "a pooler by transaction")
                .note("each worker holds a client connection of the pooler, whether it has work or not")
                .help("set `CONN_MAX_AGE` to 0 where the pooler is used");
        }
    }
}

/// `CONN_MAX_AGE` of a project's databases, none where nothing is kept.
#[derive(Default)]
struct Ages {
    own: Vec<Option<Span>>,
    general: Vec<Option<Span>>,
}

impl Ages {
    /// The place, where all of them keep connections: else nobody knows which of them the pooled one is.
    fn in_force(&self) -> Option<Span> {
        let all = if self.own.is_empty() { &self.general } else { &self.own };
        all.iter().copied().collect::<Option<Vec<Span>>>()?.into_iter().next()
    }
}

/// By what env files and manifests say.
fn check(target: &Target, settings: &Settings, out: &mut Sink<'_>) {
    let Some(platform) = &settings.functions else { return };
    // `DIRECT_URL` passes the pooler by on purpose.
    if !matches!(target.role, Role::Primary | Role::Replica) || target.environment.is_some() {
        return;
    }
    if target.host_class() != Some(HostClass::Public) {
        return;
    }
    let past = target.pooling();
    if past.is_some_and(|p| p.mode != PoolMode::Session) || target.is_pooled_by_service() {
        return;
    }
    let offered = target.pooler_on_offer();
    let draft = out
        .report(format!("the program runs on {}, and each instance has a server session of its own by `{}`", platform.value, target.name))
        .at(place(target, &["host"]), past.map_or("the server itself, no pooler", |_| "a session for each client"))
        .also(&platform.origin, format!("{} is named here", platform.value))
        .note("functions come and go by the hundred; what they leave open fills max_connections (SQLSTATE 53300)")
        .help(offered.unwrap_or("connect through a pooler by transaction, such as PgBouncer, and one connection an instance"));
    // A pooler may stand there under any name.
    if offered.is_none() {
        draft.at_most(Levels::of("..II"));
    }
}
