use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "sqlite-in-production",
    since: "0.1.0",
    levels: Levels::of("..WE"),
    boot: true,
    traits: COMMON,
    page: include_str!("sqlite_in_production.md"),
    checks: &[Check::Target(check)],
};

fn check(target: &Target, settings: &Settings, out: &mut Sink<'_>) {
    if !target.is_sqlite() {
        return;
    }
    // `environ.get("DATABASE_URL") or "sqlite:///app.db"`: in production a rule of its own calls any default an error.
    let lint = out.door() == Door::Lint;
    let strict = lint && out.environment() == Environment::Production;
    if strict && target.oddities.fallbacks.iter().any(|f| f.supplies == "url") {
        return;
    }
    let environment = out.environment();
    // Django's own word for it in its settings.
    let engine = target.form == Form::Toggle && target.engine.key == "ENGINE";
    let mut draft = out
        .report(if target.around.in_image {
            format!("{environment}'s image has SQLite for a default")
        } else {
            format!("{environment} uses SQLite")
        })
        .at(
            &target.engine.origin,
            if target.form == Form::Toggle && !engine { "this switches to SQLite" } else { "this is SQLite" },
        )
        .note(if target.around.in_volume {
            "no second instance can share the file, and who starts it without the volume has a new one"
        } else {
            "an SQLite file in a container is lost with it, and no second instance can share it"
        })
        .help(match target.form {
            Form::Toggle if engine => {
                "set `ENGINE` to `django.db.backends.postgresql`; what only a developer's machine needs stands in \
                 settings of its own"
            }
            Form::Toggle => "turn the switch, or set DATABASE_URL to a `postgresql://` URL",
            Form::Url | Form::Parts | Form::Document => "set it to a `postgresql://` URL",
        });
    if settings.without_sqlite {
        draft = draft.note(
            "what is installed there has no driver of SQLite but PostgreSQL's: DATABASE_URL must say so",
        );
    }
    if let Some(word) = settings.settled.environment.as_ref().filter(|s| s.value == environment) {
        draft = draft.also(&word.origin, format!("{environment} is set here"));
    }
    // Nothing here could be meant for PostgreSQL; a switch or its variables are.
    let switch = settings.toggle.as_ref().is_some_and(|t| t.kind != ToggleKind::Engine);
    let waits = switch || settings.parts.as_ref().is_some_and(|p| p.has("host"));
    let chosen = lint && (settings.without_postgres || settings.without_sqlite) && !waits;
    // What the image of somebody else is switched to, its maker offers.
    let offered = lint && settings.is_offered() && target.form == Form::Toggle && !engine;
    let anew = target.around.in_volume && target.around.said_anew;
    if chosen || anew || offered || settings.whereabouts.as_ref().is_some_and(Whereabouts::says_sqlite) {
        draft.at_most(Levels::of("IIII"));
    } else if target.around.in_volume {
        // Whoever starts the image without naming the volume has a new one each time.
        draft.at_most(Levels::of("..WW"));
    }
}
