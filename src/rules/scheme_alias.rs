use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "scheme-alias",
    since: "0.1.0",
    levels: Levels::of("IIWW"),
    boot: false,
    traits: COMMON,
    page: include_str!("scheme_alias.md"),
    checks: &[Check::Target(check)],
};

fn check(target: &Target, settings: &Settings, out: &mut Sink<'_>) {
    let Some(scheme) = target.scheme().filter(|s| !s.plain) else { return };
    let place = target.place_of(scheme.range.clone());
    let refusals = target.refused_for(settings, &scheme.range, "postgresql");
    let Some(first) = refusals.first() else {
        if settings.consumers.is_empty() {
            out.report(format!("`{}` begins with a scheme that libpq does not know", target.name))
                .at_span(place, "another name for `postgresql`")
                .help("`postgresql://` is read by all; say who reads this one: `consumers` in pgward.toml")
                .at_most(Levels::of("IIII"));
        }
        return;
    };
    let names = advice::names(refusals.iter().map(|r| r.consumer.value.as_str()));
    let draft = out
        .report(format!("`{}` begins with a scheme that is unknown to {names}", target.name))
        .at_span(place, "another name for `postgresql`")
        .also(&first.consumer.origin, format!("{} is named here", first.consumer.value.as_str()))
        .note(advice::reason(first.consumer.value.as_str(), first.why))
        .help("write `postgresql://`; where the scheme chooses an engine of Django, set `ENGINE` in the settings");
    // It may choose an engine of Django's for a reader that the repository does not name.
    let keeps = settings.declares(first.consumer) && target.keeps(settings, &scheme.range, "postgresql");
    match target.exact_place_of(scheme.range) {
        Some(span) if keeps => draft.edit(span, "postgresql"),
        Some(span) => draft.edit_unsafe(span, "postgresql"),
        None => draft,
    };
}
