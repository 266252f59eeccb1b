use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "dbname-implicit",
    since: "0.1.0",
    levels: Levels::of("WWEE"),
    boot: false,
    traits: COMMON,
    page: include_str!("dbname_implicit.md"),
    checks: &[Check::Target(check)],
};

fn check(target: &Target, _: &Settings, out: &mut Sink<'_>) {
    if !target.leaves_open("dbname") {
        return;
    }
    // Test runners make databases of their own on the server; Rails takes the name from database.yml.
    if out.door() == Door::Lint && target.told && out.environment() == Environment::Test {
        return;
    }
    let user = if target.has("user") { "the user's name" } else { "the name of the user that runs it" };
    out.report(format!("`{}` names no database", target.name))
        .at(target.origin_of("host"), "no `/dbname` behind it")
        .note(format!("clients then take {user} for the name of the database"))
        .help("write the database's name behind the host: `postgresql://user@host:5432/dbname`");
}
