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

fn check(target: &Target, _: &Settings, out: &mut Sink<'_>) {
    let Engine::Other(name) = target.engine.value else { return };
    let variable = if target.form == Form::Url { &target.name } else { &target.engine.key };
    out.report(format!("`{variable}` names {name}, not PostgreSQL"))
        .at(&target.engine.origin, format!("this is {name}"))
        .help("set a `postgresql://` URL, or take the variable out of this service's environment");
}
