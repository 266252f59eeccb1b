use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "keepalive-missing",
    since: "0.1.0",
    levels: Levels::of("...I"),
    boot: false,
    traits: Traits { pedantic: true, ..COMMON },
    page: include_str!("keepalive_missing.md"),
    checks: &[Check::Target(check)],
};

fn check(target: &Target, settings: &Settings, out: &mut Sink<'_>) {
    let remote = target.host_class().is_some_and(|class| class != HostClass::Local);
    let serves = matches!(target.role, Role::Primary | Role::Replica);
    if !remote || !serves || target.parsed.is_err() || target.oddities.explain() {
        return;
    }
    if !target.spelling().is_native() || settings.functions.is_some() {
        return;
    }
    let known = &settings.consumers;
    if !known.is_empty() && known.iter().all(|c| c.value.ends_idle_connections()) {
        return;
    }
    let off = target.get("keepalives").filter(|s| s.value.equals("0"));
    let probes = ["keepalives_idle", "tcp_user_timeout"].iter().any(|k| target.has(k));
    if off.is_none() && (probes || target.has_parameter(LIFETIMES)) {
        return;
    }
    let draft = match off {
        Some(off) => out
            .report(format!("`{}` turns keepalives off", target.name))
            .at(&off.origin, "nobody notices when the way is gone"),
        None => out
            .report(format!(
                "an idle connection of `{}` is probed after two hours at the earliest",
                target.name
            ))
            .at(place(target, &["host", "hostaddr"]), "no keepalives_idle for this host"),
    };
    draft
        .note("NAT gateways and load balancers forget an idle connection after some minutes: the next query hangs on it")
        .help(if target.form == Form::Url {
            "add `keepalives_idle=60&keepalives_interval=10&keepalives_count=3`, or end connections by age in the pool"
        } else {
            "set `keepalives_idle` in the code, or end connections by age in the pool"
        });
}

/// Parameters by which clients end or probe connections themselves.
const LIFETIMES: &[&str] = &[
    "max_lifetime",
    "idle_timeout",
    "idleTimeoutMillis",
    "pool_max_conn_lifetime",
    "pool_max_conn_idle_time",
    "tcpKeepAlive",
    "socketTimeout",
    "conn_max_age",
    "CONN_MAX_AGE",
];
