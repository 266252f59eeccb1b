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
    // An entrypoint of the project's own images that waits: which image has it, its Dockerfile says.
    let mut scripts = project.views.iter().filter_map(|v| v.carried);
    let waits = scripts.any(|c| c.carrier == Carrier::Shell && c.script.waits());
    for service in compose.services.iter().filter(|s| !s.server && !s.waits) {
        // A console for the database shows an error and goes on.
        let connects = service
            .layer
            .and_then(|i| file.views.get(i))
            .is_some_and(|view| view.settings.targets.iter().any(Target::is_postgres));
        if !connects && !service.built || service.built && waits {
            continue;
        }
        for dependency in service.depends_on.iter().filter(|d| !d.gated) {
            let named = |s: &&Service| s.server && s.name.same_as(&dependency.service);
            if let Some(server) = compose.services.iter().find(named) {
                report(service, server, dependency, out);
            }
        }
    }
}

fn report(service: &Service, server: &Service, dependency: &Dependency, out: &mut Sink<'_>) {
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
    draft.help("write `condition: service_healthy` below the name, with a healthcheck of the server; or wait in the command: `pgward run --wait 60s -- …`");
}
