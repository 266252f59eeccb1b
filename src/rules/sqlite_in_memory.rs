use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "sqlite-in-memory",
    since: "0.1.0",
    levels: Levels::of("W.EE"),
    boot: true,
    traits: COMMON,
    page: include_str!("sqlite_in_memory.md"),
    checks: &[Check::Target(check)],
};

fn check(target: &Target, settings: &Settings, out: &mut Sink<'_>) {
    // A test run chosen by a switch alone keeps the environment's name; in-memory is what it asked for.
    let testing = settings.settled.test_mode.is_some() && out.environment() < Environment::Staging;
    if target.engine.value != (Engine::Sqlite { memory: true }) || testing {
        return;
    }
    // `sqlite://db.sqlite3` is a file for sqlx alone; SQLAlchemy refuses it.
    let by_accident = target.sqlite_names_host() && !target.sqlite_asks_for_memory();
    let sqlx = |c: &Setting<Consumer>| c.value == Consumer::Sqlx;
    if by_accident && !settings.consumers.is_empty() && settings.consumers.iter().all(sqlx) {
        return;
    }
    let environment = out.environment();
    // `create_engine("sqlite://")` in a program, or what a tool of the project falls back on: it is what that program wants.
    // In alembic.ini it holds the place of what env.py sets: nothing is left of a migration in memory.
    let tool = || settings.whereabouts.as_ref().is_some_and(Whereabouts::is_tool);
    let chosen = target.name.contains('(') || target.name == "sqlalchemy.url" || !by_accident && tool();
    let asked = environment < Environment::Staging && target.told && chosen;
    let aside = asked || settings.whereabouts.as_ref().is_some_and(Whereabouts::is_aside);
    let draft = out
        .report(format!("{environment} uses an SQLite database in memory"))
        .at(&target.engine.origin, "gone when the process ends")
        .note("every process has a database of its own, and every one of them starts empty");
    let draft = if aside { draft.at_most(Levels::of("IIII")) } else { draft };
    let draft = if by_accident {
        draft.note("so it is in Django, which drops what stands between `//` and `/`; SQLAlchemy refuses it, sqlx opens a file")
    } else {
        draft
    };
    if !by_accident || environment >= Environment::Staging {
        draft.help("set DATABASE_URL to a `postgresql://` URL");
    } else {
        draft.help("a file needs a third slash, `sqlite:///db.sqlite3`: what follows two is read as a host");
    }
}
