use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "localhost-in-production",
    since: "0.1.0",
    levels: Levels::of("..IE"),
    boot: false,
    traits: Traits { fills_in: true, ..COMMON },
    page: include_str!("localhost_in_production.md"),
    checks: &[Check::Target(check)],
};

fn check(target: &Target, settings: &Settings, out: &mut Sink<'_>) {
    // A proxy or a pooler in the same pod is dialled just so.
    if settings.seat == Seat::Accompanied {
        return;
    }
    // `PROD_DATABASE_URL` names somebody else's environment, often through a tunnel from a laptop.
    if !target.is_loopback() || target.environment.is_some() {
        return;
    }
    // A host that is taken where nobody named one: that it is a default is told by a rule of its own. What a program
    // itself falls back to its author has decided.
    let code = settings.whereabouts.as_ref().is_none_or(Whereabouts::is_code);
    let default = || target.oddities.fallbacks.iter().any(|f| matches!(f.supplies, "host" | "url"));
    if out.door() == Door::Lint && !code && default() {
        return;
    }
    let place = if target.get("hostaddr").is_some_and(|h| !h.value.is_empty()) { "hostaddr" } else { "host" };
    let environment = out.environment();
    let draft = out
        .report(format!("{environment} connects to this very machine"))
        .at(target.origin_of(place), "a loopback address");
    // A unit of systemd is started on the machine.
    let unit = settings.whereabouts.as_ref().is_some_and(|at| at.path.rsplit('.').next() == Some("service"));
    let draft = if unit {
        draft.note("no `After=` or `Requires=` of the unit names a server on this machine")
    } else {
        draft.note("inside a container that is the container itself, where no PostgreSQL runs")
    };
    if let Some(server) = settings.whereabouts.as_ref().and_then(|at| at.server) {
        draft
            .also_span(server, "here the machine has a server")
            .help("name the server where the service is moved to a container or another machine")
            .at_most(Levels::of("..II"));
    } else if code && target.around.said_anew {
        draft
            .note("each service of a compose file that is built around this file is given another host")
            .help("remove the default, so that a missing variable is noticed")
            .at_most(Levels::of("..II"));
    } else if settings.seat == Seat::Alone {
        draft.note("no other container of the pod could listen there").help("name the server's service");
    } else {
        draft
            .help("name the server; where a proxy, tunnel or pooler listens here, allow this rule with that reason")
            .usually(Levels::of("..IW"));
    }
}
