use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "database-url-empty",
    since: "0.1.0",
    levels: Levels::of("EEEE"),
    boot: true,
    traits: COMMON,
    page: include_str!("database_url_empty.md"),
    checks: &[Check::Settings(check)],
};

fn check(settings: &Settings, out: &mut Sink<'_>) {
    let environment = out.environment();
    let copied = out.door() == Door::Lint
        && (settings.whereabouts.as_ref().is_some_and(Whereabouts::is_kept_env_file)
            || settings.is_to_be_copied() && environment <= Environment::Test);
    for (role, variable) in &settings.empty {
        let mut draft = out
            .report(format!("`{}` is set and empty", variable.key))
            .at(&variable.origin, "nothing stands here")
            .note("an empty variable is not an unset one: it hides what a file or a default would have given")
            .help("give it a value, or remove it altogether");
        // Who installs a chart says what it is, and who copies a file that git tracks.
        if copied || settings.whereabouts.as_ref().is_some_and(Whereabouts::is_chart) {
            draft.at_most(Levels::of("IIII"));
            continue;
        }
        for hidden in &variable.shadowed {
            draft = draft.also_span(hidden.span, "hidden by the empty one");
        }
        let other = |t: &Target| t.role == Role::Primary && t.environment.is_none();
        match role {
            Role::Primary if settings.targets.iter().any(other) => drop(draft.at_most(Levels::of("WWWW"))),
            Role::Primary => {}
            Role::Test if environment == Environment::Test => {}
            _ => drop(draft.at_most(Levels::of("IIII"))),
        }
    }
}
