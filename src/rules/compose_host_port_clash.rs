use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "compose-host-port-clash",
    since: "0.1.0",
    levels: Levels::of("WW.."),
    boot: false,
    traits: COMMON,
    page: include_str!("compose_host_port_clash.md"),
    checks: &[Check::File(check)],
};

/// No compose file has more services; what compares each with each ends here.
const MANY: usize = 200;

fn check(file: &File<'_>, _: &Project<'_>, out: &mut Sink<'_>) {
    let Structure::Compose(compose) = &file.carried.structure else { return };
    // Services of profiles need not run side by side.
    let running: Vec<&Service> =
        compose.services.iter().filter(|s| !s.profiled && !s.partial).take(MANY).collect();
    for (i, service) in running.iter().enumerate() {
        for other in &running[..i] {
            if service.server || other.server {
                compare(other, service, out);
            }
        }
    }
}

fn compare(earlier: &Service, later: &Service, out: &mut Sink<'_>) {
    for port in later.ports.iter().take(MANY) {
        let Some(here) = &port.published else { continue };
        let meets = |other: &&Port| {
            let same =
                other.published.as_ref().is_some_and(|o| o.start() <= here.end() && here.start() <= o.end());
            // An address that is not known may be another one; a range takes the first that is free.
            let addresses = [other.interface, port.interface];
            let known = !addresses.contains(&Interface::Other);
            same && known && here.start() == here.end()
        };
        let Some(other) = earlier.ports.iter().find(meets) else { continue };
        let draft = out
            .report(format!("`{}` and `{}` publish the same port of the machine", earlier.name, later.name))
            .at_span(port.span, format!("`{}` as well", later.name))
            .also_span(other.span, format!("`{}` has it", earlier.name))
            .note("docker starts the one and says `port is already allocated` for the other")
            .help("publish one of them on another port, `5433:5432`: the services still reach it on 5432");
        // `postgres16`, `postgres17`: who starts one of them by its name leaves the others alone.
        if earlier.server && later.server {
            draft.at_most(Levels::of("IIII"));
        }
    }
}
