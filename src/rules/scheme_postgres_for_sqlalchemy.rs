use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "scheme-postgres-for-sqlalchemy",
    since: "0.1.0",
    levels: Levels::of("WWEE"),
    boot: false,
    traits: COMMON,
    page: include_str!("scheme_postgres_for_sqlalchemy.md"),
    checks: &[Check::Target(check)],
};

fn check(target: &Target, settings: &Settings, out: &mut Sink<'_>) {
    let Some(scheme) = target.scheme().filter(|s| s.short) else { return };
    let family = scheme.range.start..scheme.range.start + "postgres".len();
    let refusals = target.refused_for(settings, &family, "postgresql");
    let Some(first) = refusals.iter().find(|r| r.consumer.value == Consumer::SqlAlchemy) else { return };
    let lint = out.door() == Door::Lint;
    let draft = out
        .report(format!("`{}` begins with `postgres://`, which SQLAlchemy does not know", target.name))
        .at_span(target.place_of(family.clone()), "since 1.4 `postgresql` alone")
        .also(&first.consumer.origin, "SQLAlchemy is named here")
        .note("Heroku and others hand it out so; every other client takes both")
        .help("write `postgresql://`");
    let keeps = target.keeps(settings, &family, "postgresql");
    let draft = match target.exact_place_of(family) {
        Some(span) if keeps => draft.edit(span, "postgresql"),
        Some(span) => draft.edit_unsafe(span, "postgresql"),
        None => draft,
    };
    if lint && target.around.scheme_is_put {
        draft
            .note("no driver is required that SQLAlchemy takes for `postgresql://`: another client may be the one that reads it")
            .at_most(Levels::of("IIII"));
    }
}
