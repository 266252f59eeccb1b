use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "compose-no-health-gate",
    since: "0.1.0",
    levels: Levels::of("IIWW"),
    boot: false,
    traits: COMMON,
    page: include_str!("compose_no_health_gate.md"),
    checks: &[Check::File(check)],
};

fn check(file: &File<'_>, project: &Project<'_>, out: &mut Sink<'_>) {
    let Structure::Compose(compose) = &file.carried.structure else { return };
    for service in compose.services.iter().filter(|s| !s.server && !s.waits) {
        // A console for the database shows an error and goes on.
        let view = service.layer.and_then(|i| file.views.get(i));
        let connects = view.is_some_and(|view| view.settings.targets.iter().any(Target::is_postgres));
        // Its own image may wait.
        if !connects && !service.built || project.waits.has(service) {
            continue;
        }
        let own = !connects && view.is_some_and(|view| speaks(view, project));
        for dependency in service.depends_on.iter().filter(|d| !d.gated) {
            let named = |s: &&Service| s.server && s.name.same_as(&dependency.service);
            let server = compose.services.iter().find(named);
            if let Some(server) = server.filter(|server| !compose.waits_through(service, server)) {
                let told = connects || own || view.is_some_and(|view| leads(view, server));
                let behind = !told && compose.stands_behind_another(service, server);
                report(service, server, dependency, behind, out);
            }
        }
    }
}

/// Whether its variables, set or not, are those of a database.
fn speaks(view: &View<'_>, project: &Project<'_>) -> bool {
    let ours = |key: &str| {
        let meaning = meaning(key, project.policy);
        meaning.is_some_and(|m| {
            use Meaning::{Document, Libpq, Part, Toggle, Url};
            matches!(m, Url(_) | Part(..) | Libpq(_) | Toggle(_) | Document)
        })
    };
    view.layers.iter().any(|layer| {
        layer.entries.iter().any(|e| ours(&e.key)) || layer.reads.iter().any(|r| ours(&r.variable))
    })
}

/// Whether one of its variables is a name of the server.
fn leads(view: &View<'_>, server: &Service) -> bool {
    let leads = |e: &Entry| server.hosts.iter().any(|host| e.value.text.same_as(host.secret()));
    view.layers.iter().any(|layer| layer.entries.iter().any(leads))
}

fn report(service: &Service, server: &Service, dependency: &Dependency, behind: bool, out: &mut Sink<'_>) {
    let draft = out
        .report(format!("`{}` is started before `{}` takes connections", service.name, server.name))
        .at_span(dependency.span, "waits until the container runs, not until the server is ready")
        .note(
            "the first start makes the data directory and takes seconds: until then connections are refused",
        );
    let draft = match &server.healthcheck {
        Some(check) if !check.disabled => draft,
        _ => draft.also_span(server.span, "has no healthcheck to wait for"),
    };
    // A page, or a proxy before the service that logs in.
    let draft = if behind { draft.at_most(Levels::of("IIII")) } else { draft };
    draft.help("write `condition: service_healthy` below the name, with a healthcheck of the server; or wait in the command: `pgward run --wait 60s -- …`");
}
