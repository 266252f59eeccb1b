use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "driver-suffix",
    since: "0.1.0",
    levels: Levels::of("WWEE"),
    boot: false,
    traits: COMMON,
    page: include_str!("driver_suffix.md"),
    checks: &[Check::Target(check)],
};

fn check(target: &Target, settings: &Settings, out: &mut Sink<'_>) {
    let Some(driver) = target.scheme().and_then(|s| s.driver) else { return };
    let mut refusals = target.refused_for(settings, &driver, "");
    // SQLAlchemy loads the driver; what it makes of the parameters is no fault of the name.
    let loads = refusals.iter().any(|refusal| refusal.consumer.value == Consumer::SqlAlchemy)
        && target.read_by(settings).into_iter().any(|(consumer, row)| {
            consumer.value == Consumer::SqlAlchemy && row.backend == Backend::Postgres
        });
    refusals.retain(|refusal| !(loads && refusal.consumer.value == Consumer::SqlAlchemy));
    let place = target.place_of(driver.clone());
    let Some(first) = refusals.first() else {
        // SQLAlchemy and nobody else, for all that is known, or nothing is known.
        if settings.consumers.is_empty() {
            out.report(format!("`{}` names a driver, which SQLAlchemy alone understands", target.name))
                .at_span(place, "SQLAlchemy's own")
                .help("say who reads it: `consumers = [\"sqlalchemy\"]` in pgward.toml")
                .at_most(Levels::of("IIII"));
        }
        return;
    };
    let names = advice::names(refusals.iter().map(|r| r.consumer.value.as_str()));
    let draft = out
        .report(format!("`{}` names a driver, and is read by {names} too", target.name))
        .at_span(place, "SQLAlchemy's own")
        .also(&first.consumer.origin, format!("{} is named here", first.consumer.value.as_str()))
        .note(advice::reason(first.consumer.value.as_str(), first.why))
        .help("keep a second variable for SQLAlchemy, or let it add the driver: `make_url(url).set(drivername=…)`");
    // Somebody wrote the driver for a reader that the repository does not name.
    let keeps = settings.declares(first.consumer) && target.keeps(settings, &driver, "");
    match target.exact_place_of(driver) {
        Some(span) if keeps => draft.edit(span, ""),
        Some(span) => draft.edit_unsafe(span, ""),
        None => draft,
    };
}
