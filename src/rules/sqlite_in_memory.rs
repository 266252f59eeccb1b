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
    let environment = out.environment();
    let draft = out
        .report(format!("{environment} uses an SQLite database in memory"))
        .at(&target.engine.origin, "gone when the process ends")
        .note("every process has a database of its own, and every one of them starts empty");
    // `sqlite:///:memory:` and `?mode=memory` say so; `sqlite://db.sqlite3` was meant as a file.
    let meant = target.text.as_ref().is_some_and(|t| t.value.has_word(&["memory"]).is_some());
    if meant || environment >= Environment::Staging {
        draft.help("set DATABASE_URL to a `postgresql://` URL");
    } else {
        draft.help("a file needs a third slash, `sqlite:///db.sqlite3`: what follows two is read as a host");
    }
}
