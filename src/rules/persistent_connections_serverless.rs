use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "persistent-connections-serverless",
    since: "0.1.0",
    levels: Levels::of("..IW"),
    boot: false,
    traits: COMMON,
    page: include_str!("persistent_connections_serverless.md"),
    checks: &[Check::Target(check)],
};

/// By what env files and manifests say. Not here: Django's `CONN_MAX_AGE` above 0 with a pooler by transaction, which
/// stands in settings.py; it comes with the reader of Python's literals.
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
