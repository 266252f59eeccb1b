use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "unresolved-placeholder",
    since: "0.1.0",
    levels: Levels::of("EEEE"),
    boot: true,
    traits: COMMON,
    page: include_str!("unresolved_placeholder.md"),
    checks: &[Check::Target(of_target), Check::Settings(of_empty)],
};

fn of_target(target: &Target, settings: &Settings, out: &mut Sink<'_>) {
    // `mongodb://${MONGO_HOST}`: whoever reads it is none of ours.
    if out.door() == Door::Lint && matches!(target.engine.value, Engine::Other(_)) {
        return;
    }
    // `<password>` in the password's place is reported as what it is, a secret that was never filled in.
    let template = |p: &Placeholder| {
        let password = target.get("password").and_then(Setting::span);
        p.shape == "<…>"
            && password
                .is_some_and(|s| s.source == p.span.source && s.start <= p.span.start && p.span.end <= s.end)
    };
    let filled = |p: &Placeholder| target.around.filled && p.shape == "${…}";
    let left: Vec<&Placeholder> =
        target.oddities.placeholders.iter().filter(|p| !p.later && !template(p) && !filled(p)).collect();
    report(&left, settings, out);
}

fn of_empty(settings: &Settings, out: &mut Sink<'_>) {
    // A value further down in the same file is taken by loaders that read all of it first. Here there is no database
    // without it, so that only `lint`, which has no loader of its own, is silent.
    let left = settings.unfilled.iter().filter(|p| !p.later || out.door() != Door::Lint);
    report(&left.collect::<Vec<_>>(), settings, out);
}

/// So many more are shown at most.
const MANY: usize = 15;

fn report(left: &[&Placeholder], settings: &Settings, out: &mut Sink<'_>) {
    let Some(first) = left.first() else { return };
    // Who writes `{{ .Values.… }}` among the values of a chart hands them to `tpl`.
    let chart = || settings.whereabouts.as_ref().is_some_and(Whereabouts::is_chart);
    if out.door() == Door::Lint && left.iter().all(|p| p.shape == "{{…}}") && chart() {
        return;
    }
    let filled_in = out.door() == Door::Lint && is_filled_in(left, settings);
    // What a file refers to may be set where the service runs.
    let undecided = out.door() == Door::Lint && left.iter().all(|p| p.shape == "${…}");
    // `%(DB_HOST)s` of alembic.ini: `ConfigParser` would stop at one that env.py does not set.
    let ini = undecided
        && settings.whereabouts.as_ref().is_some_and(|at| at.path.rsplit('.').next() == Some("ini"));
    // Kubernetes fills in no `${…}`: in what git keeps of a Secret somebody does before it is applied.
    let secret = undecided && settings.whereabouts.as_ref().is_some_and(|at| at.kept && at.is_secret);
    let shape = if ini { "%(…)s" } else { first.shape };
    let mut draft = out.report(format!("a `{shape}` in `{}` was not filled in", first.key)).at_span(
        first.span,
        if first.later { "its value stands further down" } else { "nothing gives this a value" },
    );
    // A picture looks at the whole text: of thousands nobody reads more than some.
    for other in left.iter().skip(1).take(MANY) {
        draft = draft.also_span(other.span, "nor this");
    }
    if undecided {
        let draft = draft
            .help("set the variable in the same file, or wherever the service is started")
            .at_most(Levels::of("WWWW"));
        if ini || secret {
            draft.at_most(Levels::of("IIII"));
        }
    } else {
        let manifest = |at: &Whereabouts| matches!(at.path.rsplit('.').next(), Some("yaml" | "yml"));
        if first.shape == "$(…)" && settings.whereabouts.as_ref().is_some_and(manifest) {
            draft = draft.note("Kubernetes fills in what stands above it in the same list, or comes by `envFrom`, and nothing from below");
        }
        let draft = draft
            .note("readers of connection strings do not refuse it: what is left becomes a host, a user or a password")
            .help("put the value in its place before the service is started");
        if filled_in {
            draft.at_most(Levels::of("IIII"));
        }
    }
}

/// A `<…>` that a project keeps in git is there to be copied, where nothing says that the file is for production. A `{{…}}`
/// in anything but an env file is a template's, as charts and workflows have them.
fn is_filled_in(left: &[&Placeholder], settings: &Settings) -> bool {
    let Some(at) = &settings.whereabouts else { return false };
    let kept = settings.is_to_be_copied();
    let template = !at.path.contains(".env") && !at.path.ends_with("env");
    left.iter().all(|p| (kept && p.shape == "<…>") || (template && p.shape == "{{…}}"))
}
