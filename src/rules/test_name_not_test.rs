use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "test-name-not-test",
    since: "0.1.0",
    levels: Levels::of(".E.."),
    boot: false,
    traits: COMMON,
    page: include_str!("test_name_not_test.md"),
    checks: &[Check::Target(check)],
};

fn check(target: &Target, _: &Settings, out: &mut Sink<'_>) {
    // A name that the runner derives says `test_` itself.
    if target.role != Role::Test || !target.is_postgres() || target.derived_from.is_some() {
        return;
    }
    let Some(dbname) = target.get("dbname").filter(|d| !d.value.is_empty()) else { return };
    if dbname.value.secret().names_tests() {
        return;
    }
    // Runners and scripts that wait for a server come in here, and make the tests' own database.
    let door = ["postgres", "template1"].iter().any(|own| dbname.value.equals(own));
    let draft = out
        .report(format!(
            "the name of the test database, `{}`, does not say that it is for tests",
            dbname.value
        ))
        .at(&dbname.origin, "no word `test` in here")
        .note("the name is the last thing that a person or a script sees before the tables are dropped")
        .help("call it after its service and purpose, such as `app_test`");
    if door {
        draft.at_most(Levels::of("IIII"));
    }
}
