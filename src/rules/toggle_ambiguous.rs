use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "toggle-ambiguous",
    since: "0.1.0",
    levels: Levels::of("WWEE"),
    boot: true,
    traits: COMMON,
    page: include_str!("toggle_ambiguous.md"),
    checks: &[Check::Settings(check), Check::Settings(of_tests), Check::Settings(of_loaders)],
};

fn check(settings: &Settings, out: &mut Sink<'_>) {
    let Some(Toggle { setting, kind, says: None }) = settings.toggle.as_deref() else { return };
    // The name of an engine that is not known is no yes or no.
    if setting.value.is_empty() || *kind == ToggleKind::Engine {
        return;
    }
    out.report(format!("`{}` is neither `true` nor `false`", setting.key))
        .at(&setting.origin, "read differently by different code")
        .note("`.lower() == \"true\"` takes it for no; `env.bool` of django-environ takes `1`, `yes`, `on` for yes")
        .help("write `true` or `false`, which every reader takes alike");
}

/// A loader keeps the comment behind it, or makes something else of the line.
fn of_loaders(settings: &Settings, out: &mut Sink<'_>) {
    let told: Vec<Span> = settings
        .toggle
        .iter()
        .filter(|t| t.says.is_none())
        .filter_map(|t| t.setting.span())
        .chain(settings.settled.ambiguous.iter().filter_map(Setting::span))
        .collect();
    misread::report(settings, Teller::Switch, &told, out, |_, subject| {
        format!("{subject} is neither `true` nor `false` to some loader")
    });
}

fn of_tests(settings: &Settings, out: &mut Sink<'_>) {
    let tests = settings.settled.environment.as_ref().is_some_and(|s| s.value == Environment::Test);
    for switch in &settings.settled.ambiguous {
        let draft = out
            .report(format!("`{}` is neither `true` nor `false`", switch.key))
            .at(&switch.origin, "read differently by different code")
            .note(if tests {
                "taken for off here; other code takes `1`, `yes`, `on` for yes"
            } else {
                "taken for off here: what is judged is the primary database, not that of the tests"
            })
            .help("write `true` or `false`, which every reader takes alike");
        // A file for tests is judged as theirs whatever the switch says.
        if tests && settings.whereabouts.is_some() {
            draft.at_most(Levels::of("IIII"));
        }
    }
}
