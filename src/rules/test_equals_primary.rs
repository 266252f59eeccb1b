use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "test-equals-primary",
    since: "0.1.0",
    levels: Levels::of("EEEE"),
    boot: true,
    traits: Traits { even_observed: true, ..COMMON },
    page: include_str!("test_equals_primary.md"),
    checks: &[Check::Target(check), Check::File(in_code)],
};

fn check(target: &Target, settings: &Settings, out: &mut Sink<'_>) {
    // At boot only the chosen database is judged: the service's own then looks for its tests'.
    let pair = match target.role {
        Role::Test => real(target, settings).map(|real| (target, real)),
        Role::Primary if out.door() == Door::Boot && target.environment.is_none() => settings
            .targets
            .iter()
            .find(|t| t.role == Role::Test && t.same_database_as(target))
            .map(|test| (test, target)),
        _ => None,
    };
    let Some((test, real)) = pair else { return };
    if of_tests_alone(real, settings) {
        return;
    }
    let message = if test.derived_from.is_some() {
        format!("the database that the test runner makes is that of `{}`", real.name)
    } else {
        format!("`{}` and `{}` are the same database", test.name, real.name)
    };
    out.report(message)
        .at(test.origin_of("dbname"), "tests create, empty and drop tables here")
        .also(real.origin_of("dbname"), "the same host, port and database")
        .note("compared as libpq dials: default port and loopback names taken into account, user and parameters not")
        .help("give the tests a database of their own, with `test` in its name");
}

/// `TEST` of Django's settings names the database itself, which the runner then offers to destroy.
fn in_code(file: &File<'_>, _: &Project<'_>, out: &mut Sink<'_>) {
    let Structure::Code(code) = &file.carried.structure else { return };
    for own in code.databases.iter().filter_map(|d| d.test_is_own) {
        out.report("`TEST` names the very database that the service uses")
            .at_span(own, "the same as `NAME`")
            .note("Django's runner finds it there and offers to destroy it; with `--noinput` it does so unasked")
            .help("remove it: without it the runner makes `test_` + `NAME`");
    }
}

/// The database with data in it that is the same as that of the tests.
fn real<'s>(test: &Target, settings: &'s Settings) -> Option<&'s Target> {
    let holds_data = |t: &&Target| matches!(t.role, Role::Primary | Role::Direct | Role::Replica);
    settings.targets.iter().filter(holds_data).find(|t| t.same_database_as(test))
}

/// A CI job sets both variables to the one database that it has just made, whatever it calls its environment.
fn of_tests_alone(real: &Target, settings: &Settings) -> bool {
    let settled = &settings.settled;
    let carrier = |at: &Whereabouts| Carrier::of(&at.path, b"");
    let pipeline = |at: &Whereabouts| matches!(carrier(at), Some(Carrier::GithubActions | Carrier::GitlabCi));
    let test = settings.whereabouts.as_ref().is_some_and(pipeline)
        || match settled.environment.as_ref().map(|e| e.value) {
            Some(environment) => environment == Environment::Test,
            None => settled.test_mode.is_some(),
        };
    test && real.environment.is_none() && real.names_tests()
}
