use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "application-name-missing",
    since: "0.1.0",
    levels: Levels::of("..II"),
    boot: false,
    traits: Traits { pedantic: true, ..COMMON },
    page: include_str!("application_name_missing.md"),
    checks: &[Check::Target(check)],
};

fn check(target: &Target, settings: &Settings, out: &mut Sink<'_>) {
    let clear = target.is_postgres() && target.parsed.is_ok() && !target.oddities.explain();
    if !clear || target.is_elsewhere() || !target.spelling().is_native() {
        return;
    }
    if target.has("application_name") || target.has("fallback_application_name") {
        return;
    }
    let draft = out
        .report(format!("connections of `{}` have no name on the server", target.name))
        .at(place(target, &["dbname", "host"]), "no application_name")
        .note("`pg_stat_activity`, the server's log and a pooler's list then cannot tell which program holds them");
    if target.form != Form::Url {
        draft.help("set `PGAPPNAME` to the service's name, or say it in the code");
        return;
    }
    let draft = draft.help("add `application_name=` with the service's name");
    // The database's name is a beginning: whoever shares it writes something better.
    let name = target.get("dbname").filter(|d| d.value.is_harmless());
    let addition = name.and_then(|name| target.addition(settings, "application_name", &name.value));
    if let Some((span, insert)) = addition {
        draft.edit_part(span, insert);
    }
}
