use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "compose-localhost-host",
    since: "0.1.0",
    levels: Levels::of("WWEE"),
    boot: false,
    traits: COMMON,
    page: include_str!("compose_localhost_host.md"),
    checks: &[Check::File(check)],
};

fn check(file: &File<'_>, _: &Project<'_>, out: &mut Sink<'_>) {
    let Structure::Compose(compose) = &file.carried.structure else { return };
    let mut servers = compose.services.iter().filter(|s| s.server);
    let server = servers.next().filter(|_| servers.next().is_none());
    // Another container may listen on the same loopback address: a server or a proxy.
    let joined = |s: &Service| {
        compose.services.iter().any(|other| other.shares.as_ref().is_some_and(|n| n.same_as(&s.name)))
    };
    // A cache that is handed an env file reads nothing of this in it.
    let other = |s: &Service| s.image.as_ref().is_some_and(Image::is_no_client);
    let client = |s: &&Service| !s.server && !s.foreign_network && !joined(s) && !other(s);
    for service in compose.services.iter().filter(client) {
        let Some(view) = service.layer.and_then(|i| file.views.get(i)) else { continue };
        let ours = |t: &&Target| t.is_postgres() && t.environment.is_none() && t.is_loopback();
        for target in view.settings.targets.iter().filter(ours) {
            // What stands in for a variable is told as a default.
            if target.oddities.fallbacks.iter().any(|f| matches!(f.supplies, "url" | "host")) {
                continue;
            }
            report(target, service, server, out);
        }
    }
}

fn report(target: &Target, service: &Service, server: Option<&Service>, out: &mut Sink<'_>) {
    let draft = out
        .report(format!("`{}` looks for its database inside its own container", service.name))
        .at(target.origin_of("host"), "a loopback address")
        .also_span(service.span, "runs in a container of its own")
        .note("each service of a compose file has a loopback address of its own; no PostgreSQL listens on this one");
    let Some(server) = server.filter(|s| s.name.is_harmless()) else {
        draft.help(
            "name the service of the database, or `host.docker.internal` for a server on the machine itself",
        );
        return;
    };
    let draft = draft.help(format!("write `{}`, the name of the database's service", server.name));
    let written = target.get("host").filter(|host| host.value.is_harmless()).and_then(Setting::span);
    if let Some(span) = written {
        draft.edit_part(span, server.name.clone()).needs_a_look();
    }
}
