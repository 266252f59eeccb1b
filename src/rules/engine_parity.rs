use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "engine-parity",
    since: "0.1.0",
    levels: Levels::of("III."),
    boot: false,
    traits: COMMON,
    page: include_str!("engine_parity.md"),
    checks: &[Check::Project(check)],
};

fn check(project: &Project<'_>, out: &mut Sink<'_>) {
    let mut all: Vec<Said<'_>> = project.views.iter().filter_map(Said::of).collect();
    all.sort_by_key(|said| (said.home, said.database));
    for said in all.chunk_by(|a, b| (a.home, a.database) == (b.home, b.database)) {
        // The strictest environment of a place is what the others are measured by; of two files the first.
        let Some(yardstick) = said.iter().rev().max_by_key(|s| s.environment) else { continue };
        let name = yardstick.name();
        let mut odd: Vec<&Said<'_>> = said
            .iter()
            .filter(|s| s.environment < yardstick.environment)
            .filter(|s| s.name() != name)
            .collect();
        odd.sort_by_key(|s| std::cmp::Reverse(s.environment));
        // The project is judged once for each of its files; one of them reports.
        let Some(first) = odd.first().filter(|s| s.environment == out.environment()) else { continue };
        let mut draft = out
            .report(format!(
                "{} uses {}, {} uses {}",
                first.environment,
                first.name(),
                yardstick.environment,
                name
            ))
            .at(&first.engine.origin, format!("{} here", first.name()))
            .also(&yardstick.engine.origin, format!("{name} here"))
            .note("what differs between the engines is met for the first time where it costs most");
        for other in &odd[1..] {
            draft = draft.also(&other.engine.origin, format!("{} here", other.name()));
        }
        draft.help("run the engine of production everywhere, in a container where nothing else is at hand");
    }
}

/// What one file says.
struct Said<'p> {
    home: &'p str,
    /// Which of several databases of a program it is.
    database: &'p str,
    environment: Environment,
    engine: &'p Setting<Engine>,
}

impl<'p> Said<'p> {
    fn of(view: &'p View<'_>) -> Option<Self> {
        let path = view.layers.last()?.name.as_str();
        let primary =
            view.settings.targets.iter().find(|t| t.role == Role::Primary && t.environment.is_none())?;
        let environment = view.settings.settled.environment.as_ref()?.value;
        // Testcontainers start the engine that a URL names behind `tc:`; it is not looked at here.
        let unknown = matches!(primary.engine.value, Engine::Unknown | Engine::Other("Testcontainers"));
        // What an image has for a default, and each container is given another for, no environment uses.
        // `database.postgresql.yml` beside `database.mysql.yml`: one of them is copied to where it is read.
        let kind =
            path.rsplit('/').next().and_then(|name| name.strip_prefix("database.")?.strip_suffix(".yml"));
        let copied = kind.is_some_and(|kind| !kind.is_empty());
        let known = !unknown && !copied && !view.is_example() && !primary.around.said_anew;
        let database = database(view.layers.last()?.block.as_deref().unwrap_or_default());
        known.then_some(Self { home: home(path), database, environment, engine: &primary.engine })
    }

    fn name(&self) -> &'static str {
        self.engine.value.name()
    }
}

/// The directory that a file speaks for: the nearest one that is not named after an environment. Two services of a
/// monorepo are not compared; `deploy/staging/app.env` and `deploy/production/app.env` are.
fn home(path: &str) -> &str {
    let mut home = path.rfind('/').map_or("", |i| &path[..i]);
    loop {
        let (parent, name) = home.rsplit_once('/').unwrap_or(("", home));
        if Environment::from_word(name.trim_start_matches('.')).is_none() {
            return home;
        }
        home = parent;
    }
}

/// The database that a section is of, before or behind the environment: `warehouse_production`, `production_standby`.
fn database(section: &str) -> &str {
    let says = |word: &str| Environment::from_word(word).is_some();
    let parts = [section.rsplit_once(['_', '-']).map(|(a, b)| (b, a)), section.split_once(['_', '-'])];
    let found = parts.into_iter().flatten().find(|(word, _)| says(word));
    found.filter(|_| !says(section)).map_or("", |(_, database)| database)
}
