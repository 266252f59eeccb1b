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
            if let Some(place) = port.local {
                draft.edit_unsafe(place, "127.0.0.1:");
            }
        }
    }
}
