use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "toggle-contradiction",
    since: "0.1.0",
    levels: Levels::of("WWEE"),
    boot: true,
    traits: COMMON,
    page: include_str!("toggle_contradiction.md"),
    checks: &[Check::Settings(check)],
};

fn check(settings: &Settings, out: &mut Sink<'_>) {
    let Some(toggle) = &settings.toggle else { return };
    if let Some(other) = &settings.opposed {
        of_two(toggle, other, out);
    }
    let primary = settings.targets.iter().find(|t| t.role == Role::Primary && t.environment.is_none());
    let Some(target) = primary else { return };
    let says_sqlite = matches!(toggle.says, Some(Engine::Sqlite { .. }));
    let says_postgres = toggle.says == Some(Engine::Postgres);
    let complete = |set: &&PartSet| set.telling() == 3 && set.other_engine().is_none();
    let (what, place) = match target.form {
        Form::Url if says_sqlite && target.is_postgres() => (target.name.as_str(), &target.engine.origin),
        Form::Url if says_postgres && target.is_sqlite() => (target.name.as_str(), &target.engine.origin),
        Form::Toggle => match settings.parts.as_ref().filter(complete) {
            Some(set) => (set.name, &set.parts["host"].origin),
            None => return,
        },
        _ => return,
    };
    let (switch, other) = if says_sqlite { ("SQLite", "PostgreSQL") } else { ("PostgreSQL", "SQLite") };
    let key = &toggle.setting.key;
    // `DB_CONNECTION=sqlite` names the engine that the framework takes; the parts beside it are for when it is turned.
    let settled = target.form == Form::Toggle && toggle.kind == ToggleKind::Engine;
    let levels = if settled { "IIWW" } else { "WWEE" };
    out.report(format!("`{key}` says {switch}, `{what}` says {other}"))
        .usually(Levels::of(levels))
        .at(&toggle.setting.origin, format!("this switches to {switch}"))
        .also(place, format!("this speaks of {other}"))
        .note("which of the two is used is decided by the order in which the code asks")
        .help(format!("turn the switch, or remove `{what}`"));
}

fn of_two(toggle: &Toggle, other: &Toggle, out: &mut Sink<'_>) {
    let sqlite = matches!(toggle.says, Some(Engine::Sqlite { .. }));
    let (one, two) = if sqlite { ("SQLite", "PostgreSQL") } else { ("PostgreSQL", "SQLite") };
    let (key, other_key) = (&toggle.setting.key, &other.setting.key);
    out.report(format!("`{key}` says {one}, `{other_key}` says {two}"))
        .at(&toggle.setting.origin, format!("this switches to {one}"))
        .also(&other.setting.origin, format!("this switches to {two}"))
        .note(
            "which of the two is used is decided by the order in which the code asks; pgward takes the first",
        )
        .help(format!("make the two agree, or remove `{other_key}`"));
}
