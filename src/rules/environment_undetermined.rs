use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "environment-undetermined",
    since: "0.1.0",
    levels: Levels::of("WWWW"),
    boot: true,
    traits: Traits { folds: true, ..COMMON },
    page: include_str!("environment_undetermined.md"),
    checks: &[Check::Settings(check)],
};

fn check(settings: &Settings, out: &mut Sink<'_>) {
    if settings.settled.environment.is_some() {
        return;
    }
    let mut draft = out.report("nothing says which environment this is").help(
        "set `PGWARD_ENV=production` (or staging, test, development), or pass `--environment production`",
    );
    for (i, marker) in settings.settled.unknown.iter().enumerate() {
        let label = format!("the word in `{}` means no environment", marker.key);
        draft = if i == 0 {
            draft
                .at(&marker.origin, label)
                .note("pgward.toml can say what the word means: `[environments] word = \"staging\"`")
        } else {
            draft.also(&marker.origin, label)
        };
    }
}
