use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "placeholder-host",
    since: "0.1.0",
    levels: Levels::of("WWEE"),
    boot: false,
    traits: COMMON,
    page: include_str!("placeholder_host.md"),
    checks: &[Check::Target(check)],
};

fn check(target: &Target, settings: &Settings, out: &mut Sink<'_>) {
    // `<host>` and `${DB_HOST}` are reported as references that nothing filled in.
    if !target.is_postgres()
        || !target.oddities.placeholders.is_empty()
        || target.is_ambiguous()
        || !target.names_placeholder_host()
    {
        return;
    }
    let key = target.get("host").map_or(target.name.as_str(), |s| s.key.as_str());
    let draft = out
        .report(format!("the host in `{key}` was never filled in"))
        .at(target.origin_of("host"), "a placeholder")
        .note("no server has this name; the service will not find one")
        .help("put the server's real name in its place, as the provider's console shows it");
    // Who copies an example, installs a chart or sets the variable fills it in; a URL in code may be what it shows or
    // proposes.
    let shown = |at: &Whereabouts| target.form == Form::Url && at.is_code();
    let copied = |at: &Whereabouts| at.is_aside() || at.is_chart() || shown(at);
    let others = settings.is_to_be_copied() || settings.whereabouts.as_ref().is_some_and(copied);
    if others || target.oddities.fallbacks.iter().any(|f| f.supplies == "url") {
        draft.at_most(Levels::of("IIII"));
    }
}
