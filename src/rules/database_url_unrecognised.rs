use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "database-url-unrecognised",
    since: "0.1.0",
    levels: Levels::of("EEEE"),
    boot: true,
    traits: COMMON,
    page: include_str!("database_url_unrecognised.md"),
    checks: &[Check::Target(check)],
};

fn check(target: &Target, _: &Settings, out: &mut Sink<'_>) {
    // `${DATABASE_URL}` is a placeholder before it is anything else.
    if target.engine.value != Engine::Unknown || target.oddities.explain() {
        return;
    }
    // CircleCI fills in `<< parameters.url >>` itself.
    if target.is_parameter_of_ci() {
        return;
    }
    let draft = out
        .report(format!("`{}` is no connection string of any engine that is known", target.name))
        .at(target.origin(), "neither a known scheme nor `keyword=value`")
        .help("write `postgresql://user:password@host:5432/dbname`");
    // Nobody reads it where env.py sets another one.
    if let Some(place) = target.replaced {
        draft.also_span(place, "set here in any case").at_most(Levels::of("IIII"));
    }
}
