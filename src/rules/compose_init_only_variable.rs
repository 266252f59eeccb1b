use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "compose-init-only-variable",
    since: "0.1.0",
    levels: Levels::of("IIII"),
    boot: false,
    traits: COMMON,
    page: include_str!("compose_init_only_variable.md"),
    checks: &[Check::File(check)],
};

fn check(file: &File<'_>, _: &Project<'_>, out: &mut Sink<'_>) {
    let Structure::Compose(compose) = &file.carried.structure else { return };
    for service in compose.services.iter().filter(|s| s.server) {
        let keeps = |m: &&Mount| m.data && matches!(m.source, Source::Volume);
        let Some(volume) = service.mounts.iter().find(keeps) else { continue };
        let block = service.layer.and_then(|i| file.views.get(i)).and_then(|v| v.layers.last());
        let known = |name: &str| VARIABLES.contains(&name);
        let entry = block.and_then(|b| b.entries.iter().find(|e| known(&e.key))).map(|e| e.key_span);
        let read = block.and_then(|b| b.reads.iter().find(|r| known(&r.variable))).map(|r| r.span);
        let script = service.mounts.iter().find(|m| m.init).map(|m| m.span);
        let Some(first) = entry.or(read).or(script) else { continue };
        out.report(format!("what makes roles and databases of `{}` counts at the first start alone", service.name))
            .at_span(first, "read while the data directory is empty")
            .also_span(volume.span, "the data directory outlives the container")
            .note("a password or a database that is changed here later changes nothing in a volume that is there")
            .help("change it in the database too: `ALTER ROLE … PASSWORD`, `CREATE DATABASE`; or make the volume anew");
    }
}

/// What the images read while they make the data directory.
const VARIABLES: &[&str] = &[
    "POSTGRES_PASSWORD",
    "POSTGRES_DB",
    "POSTGRES_USER",
    "POSTGRES_MULTIPLE_DATABASES",
    "POSTGRES_INITDB_ARGS",
    "POSTGRES_HOST_AUTH_METHOD",
];
