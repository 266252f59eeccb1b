use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "environment-contradiction",
    since: "0.1.0",
    levels: Levels::of("WWEE"),
    boot: true,
    traits: COMMON,
    page: include_str!("environment_contradiction.md"),
    checks: &[Check::Settings(check)],
};

fn check(settings: &Settings, out: &mut Sink<'_>) {
    let Some(settled) = &settings.settled.environment else { return };
    // A project of another engine.
    let other = |t: &Target| matches!(t.engine.value, Engine::Other(_));
    if out.door() == Door::Lint && !settings.targets.is_empty() && settings.targets.iter().all(other) {
        return;
    }
    let env_file = settings.whereabouts.as_ref().is_some_and(Whereabouts::is_env_file);
    let unknown = out.door() == Door::Lint && env_file && settings.targets.is_empty();
    for word in &settings.settled.contradictions {
        let message = match word.says {
            Some(other) => format!("`{}` says {other}, and this is {}", word.key, settled.value),
            None => format!("`{}` is on in {}", word.key, settled.value),
        };
        let mut draft = out
            .report(message)
            .at_span(word.span, word.says.map_or("switched on here".into(), |other| format!("{other}")))
            .also(&settled.origin, format!("{} is decided here", settled.value));
        draft = match &settled.origin {
            Origin::Path(path) if says(path, settled.value) => {
                draft.note(format!("the name of `{path}` says {}", settled.value))
            }
            _ => draft,
        };
        // What runs in a pipeline may be told anything: a build, a server for tests.
        let pipeline = |path: &str| path.split(['/', '\\', '.']).any(|word| word.eq_ignore_ascii_case("ci"));
        if matches!(&settled.origin, Origin::Path(path) if pipeline(path))
            && word.says.is_some_and(|says| says < Environment::Staging)
        {
            draft = draft.at_most(Levels::of("IIII"));
        }
        // Where no database is named, what is at stake is not known.
        if unknown {
            draft = draft.at_most(Levels::of("IIWW"));
        }
        let testing = settings.settled.test_mode.as_ref().is_some_and(|mode| mode.key == word.key);
        match word.says {
            Some(_) => draft.help("make the two agree, or remove one"),
            None if testing => draft
                .note("code that is told so uses the database of its tests, or SQLite in memory")
                .help("switch it off"),
            None => draft.help("switch it off"),
        };
    }
}

/// Whether a path has a word for an environment; a service's env file may be what says it.
fn says(path: &str, environment: Environment) -> bool {
    path.split(|c: char| !c.is_ascii_alphanumeric())
        .any(|word| Environment::from_word(word) == Some(environment))
}
