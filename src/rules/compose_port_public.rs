use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "compose-port-public",
    since: "0.1.0",
    levels: Levels::of("IIWE"),
    boot: false,
    traits: COMMON,
    page: include_str!("compose_port_public.md"),
    checks: &[Check::File(check)],
};

/// Whether the server asks for no password: `POSTGRES_HOST_AUTH_METHOD: trust`, or bitnami's `ALLOW_EMPTY_PASSWORD`.
fn lets_everybody_in(service: &Service, file: &File<'_>) -> bool {
    let layers = file.layers_of(service);
    let is = |key: &str, word: &str| matches!(Given::of(layers, key, false), Given::Entry(entry) if entry.value.text.equals(word));
    is("POSTGRES_HOST_AUTH_METHOD", "trust") || is("ALLOW_EMPTY_PASSWORD", "yes")
}

fn check(file: &File<'_>, _: &Project<'_>, out: &mut Sink<'_>) {
    let Structure::Compose(compose) = &file.carried.structure else { return };
    for service in compose.services.iter().filter(|s| s.server) {
        for port in service.ports.iter().filter(|p| p.target.contains(&5432)) {
            if port.interface != Interface::All {
                continue;
            }
            let draft = out
                .report(format!("`{}` publishes PostgreSQL on every address of the machine", service.name))
                .at_span(port.span, "no address before the port")
                .note("docker opens the port before the rules of ufw and firewalld are asked")
                .help("write `127.0.0.1:` before it, or leave it out: services of one network need no published port");
            let draft = if port.span.source == file.carried.source {
                draft
            } else {
                draft.note(format!(
                    "`{}` is started on top of this file, and takes no port back",
                    file.carried.path
                ))
            };
            let draft = if lets_everybody_in(service, file) {
                draft.note("its image is told to ask nobody for a password")
            } else {
                draft
            };
            if let Some(place) = port.local {
                draft.edit_unsafe(place, "127.0.0.1:");
            }
        }
    }
}
