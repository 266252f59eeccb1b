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

fn check(target: &Target, settings: &Settings, out: &mut Sink<'_>) {
    if !target.leaves_open("dbname") {
        return;
    }
    // Test runners make databases of their own on the server; Rails takes the name from database.yml.
    if out.door() == Door::Lint && target.told && out.environment() == Environment::Test {
        return;
    }
    let of_rails = || settings.whereabouts.as_ref().is_some_and(Whereabouts::is_database_yml);
    let rails = out.door() == Door::Lint && (settings.rails || of_rails());
    let out_is_mild = out.environment() < Environment::Staging;
    let user = if target.has("user") { "the user's name" } else { "the name of the user that runs it" };
    let draft = out
        .report(format!("`{}` names no database", target.name))
        .at(target.origin_of("host"), "no `/dbname` behind it")
        .note(format!("clients then take {user} for the name of the database"))
        .help("write the database's name behind the host: `postgresql://user@host:5432/dbname`");
    // A developer's own server; programs that take a database for each of their parts name it themselves.
    if rails {
        // What the URL leaves open Rails takes from database.yml.
        draft.at_most(Levels::of("IIII"));
    } else if target.host_class() == Some(HostClass::Local) && out_is_mild {
        draft.at_most(Levels::of("IIWW"));
    }
}
