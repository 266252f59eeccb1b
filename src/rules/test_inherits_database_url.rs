use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "test-inherits-database-url",
    since: "0.1.0",
    levels: Levels::of("WWW."),
    boot: false,
    traits: COMMON,
    page: include_str!("test_inherits_database_url.md"),
    checks: &[Check::Target(check)],
};

fn check(target: &Target, settings: &Settings, out: &mut Sink<'_>) {
    let settled = &settings.settled;
    let environment = settled.environment.as_ref();
    let testing = environment.is_some_and(|e| e.value == Environment::Test) || settled.test_mode.is_some();
    let chosen = settings.selected().is_some_and(|t| std::ptr::eq(t, target)) && target.role == Role::Primary;
    if !testing || !chosen || settings.tests_derive || !target.is_postgres() {
        return;
    }
    // On this machine or in a container beside it the database is there for these tests. One that says production has a
    // rule of its own.
    let beside = target.is_single_label() || target.has_word("host", &["docker"]);
    let far = target.host_class().is_some_and(|class| class != HostClass::Local) && !beside;
    if !far || target.names_tests() || target.names_production() || target.names_placeholder_host() {
        return;
    }
    // `db.example.com` leads nowhere: what reads settings is tested, and nobody connects.
    if target.names_documentation_host() {
        return;
    }
    // `ci/values-enterprise.yaml` of a chart shows what an installation says.
    if settings.whereabouts.as_ref().is_some_and(Whereabouts::is_chart) {
        return;
    }
    let mut draft = out
        .report(format!("tests run in the database of `{}`, and nothing calls it one for tests", target.name))
        .at(place(target, &["dbname", "host"]), "tests create, empty and drop tables here");
    draft = match (&settled.test_mode, environment) {
        (Some(mode), _) => draft.also(&mode.origin, "tests are on"),
        (None, Some(word)) => draft.also(&word.origin, "this is the test environment"),
        (None, None) => draft,
    };
    let draft = draft.help("set `TEST_DATABASE_URL` to a database with `test` in its name, or give the tests a server of their own");
    // What runs among tests asks the server of its own cluster.
    let aside = settings.whereabouts.as_ref().is_some_and(Whereabouts::is_aside);
    if aside && target.is_service_of_cluster() {
        draft.at_most(Levels::of("IIII"));
    }
}
