use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "compose-weak-healthcheck",
    since: "0.1.0",
    levels: Levels::of("IIWW"),
    boot: false,
    traits: COMMON,
    page: include_str!("compose_weak_healthcheck.md"),
    checks: &[Check::File(check)],
};

fn check(file: &File<'_>, project: &Project<'_>, out: &mut Sink<'_>) {
    let Structure::Compose(compose) = &file.carried.structure else { return };
    // What connects to it stands here too, and is started when it likes.
    let whole = !project.gates && compose.services.iter().all(|s| !s.partial);
    let started =
        whole && compose.services.iter().any(|s| !s.server && (s.built || !s.depends_on.is_empty()));
    for service in compose.services.iter().filter(|s| s.server) {
        // Other images make their data directory otherwise.
        let official = service.built || service.image.as_ref().is_some_and(|i| i.official);
        let view = service.layer.and_then(|i| file.views.get(i));
        let by_variable = view.is_some_and(|v| v.layers.iter().any(|l| l.entry("PGHOST").is_some()));
        let Some(check) = service.healthcheck.as_ref().filter(|c| official && !c.disabled) else { continue };
        let Some(call) = check.is_ready.filter(|c| !c.host && !by_variable) else { continue };
        let draft = out
            .report(format!(
                "the healthcheck of `{}` is passed by a server that takes no connections yet",
                service.name
            ))
            .at_span(call.word.unwrap_or(check.span), "asks the socket")
            .note("while the data directory is made, a temporary server listens on the socket alone")
            .help("ask over TCP, as the services do: `pg_isready -h 127.0.0.1`");
        let draft = if call.user {
            draft
        } else {
            draft.note("without `-U` the server's log gets `role \"root\" does not exist` each time")
        };
        let draft = if started && !project.waits.gates(service, compose) {
            draft.note("no service here waits until it is healthy").at_most(Levels::of("IIII"))
        } else {
            draft
        };
        if let Some(word) = call.word.filter(|_| call.in_line) {
            draft.edit(Span { start: word.end, ..word }, " -h 127.0.0.1");
        }
    }
}
