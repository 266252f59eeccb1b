use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "fallback-default",
    since: "0.1.0",
    levels: Levels::of("EEEE"),
    boot: true,
    traits: COMMON,
    page: include_str!("fallback_default.md"),
    checks: &[Check::Target(check)],
};

fn check(target: &Target, _: &Settings, out: &mut Sink<'_>) {
    let production = out.environment() == Environment::Production;
    // A profile for another engine.
    if matches!(target.engine.value, Engine::Other(_)) {
        return;
    }
    for fallback in &target.oddities.fallbacks {
        let (what, levels) = match fallback.supplies {
            "url" => ("its whole value", "IIWE"),
            "password" => ("the password", "IIWE"),
            "host" => ("the host", "IIIW"),
            "user" => ("the user", "IIIW"),
            "dbname" => ("the database", "IIIW"),
            _ => continue,
        };
        // Who takes away the password's default looks at its neighbours too.
        let worse = target.oddities.fallbacks.iter().any(|f| f.supplies == "password");
        let levels = if worse && fallback.supplies != "password" { "IIII" } else { levels };
        let draft = out
            .report(format!("`{}` takes {what} from a default", fallback.key))
            .at_span(
                fallback.span,
                if fallback.alone {
                    "taken where the variable is not set"
                } else {
                    "the variable in here is not set"
                },
            )
            .help("remove the default, so that a missing variable is noticed");
        // Production's own name in its own section is in its place.
        if fallback.towards_production && !production {
            draft.note("the default leads to production or to a public host: who sets nothing works on it");
        } else {
            draft
                .note("whoever forgets the variable connects to what the default names, without a word")
                .at_most(Levels::of(levels));
        }
    }
}
