use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "engine-not-postgres",
    since: "0.1.0",
    levels: Levels::of("WWEE"),
    boot: false,
    traits: COMMON,
    page: include_str!("engine_not_postgres.md"),
    checks: &[Check::Target(check)],
};

fn check(target: &Target, settings: &Settings, out: &mut Sink<'_>) {
    let Engine::Other(name) = target.engine.value else { return };
    // `prisma+postgres://` is not another database: it is a way to one, over HTTP.
    if name == "Prisma Accelerate" {
        out.report(format!("`{}` is the address of Prisma Accelerate, not of a database", target.name))
            .at(&target.engine.origin, "HTTP, which only Prisma speaks")
            .help("for pgward, migrations and `psql` set `DIRECT_URL` to the database's own `postgresql://` URL")
            .at_most(Levels::of("IIWW"));
        return;
    }
    // A pipeline that tests with every engine, a profile with H2: outside of production it is no slip.
    let lint = out.door() == Door::Lint;
    if lint && target.told && out.environment() < Environment::Staging {
        return;
    }
    let variable = if target.form == Form::Url { &target.name } else { &target.engine.key };
    // A host is no name of an engine: it is what stands beside it that tells.
    let parts =
        target.form == Form::Parts && settings.toggle.as_ref().is_none_or(|t| t.setting.key != *variable);
    let (says, label) = if parts { ("is for", "is for") } else { ("names", "this is") };
    out.report(format!("`{variable}` {says} {name}, not PostgreSQL"))
        .at(&target.engine.origin, format!("{label} {name}"))
        .help("set a `postgresql://` URL, or take the variable out of this service's environment")
        // A framework's file beside others may be for another engine: a profile, an example among examples. That of a
        // developer may be for a project that never had PostgreSQL.
        .at_most(Levels::of(match (lint, target.told) {
            (_, true) => "IIII",
            (true, false) if settings.without_postgres => "IIII",
            (true, false) => "IIEE",
            (false, false) => "EEEE",
        }));
}
