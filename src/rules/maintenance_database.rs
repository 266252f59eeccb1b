use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "maintenance-database",
    since: "0.1.0",
    levels: Levels::of("IIWW"),
    boot: false,
    traits: COMMON,
    page: include_str!("maintenance_database.md"),
    checks: &[Check::Target(check)],
};

fn check(target: &Target, settings: &Settings, out: &mut Sink<'_>) {
    let Some(dbname) = target.get("dbname").filter(|_| target.is_postgres() && !target.is_ambiguous()) else {
        return;
    };
    let Some(name) =
        ["postgres", "template1", "template0"].into_iter().find(|name| dbname.value.equals(name))
    else {
        return;
    };
    // What looks at a server from outside connects where every server has a database.
    if target.looks_on() {
        return;
    }
    // These services hand out one database, and it has this name.
    if name == "postgres" && target.is_preset_named_postgres() {
        return;
    }
    let (label, note) = match name {
        "template1" => (
            "every new database is a copy of this one",
            "what the service makes here is in each database that is created from now on, and CREATE DATABASE fails \
             while somebody is connected",
        ),
        "template0" => (
            "nobody may connect to this one",
            "it stays as initdb made it, so that dumps can be restored into an empty copy",
        ),
        _ => (
            "the database for maintenance",
            "tools and administrators connect to it by default: its tables are met by whatever they run without a name, \
             and dropping and restoring the service's database is no longer a matter of the service alone",
        ),
    };
    let draft = out
        .report(format!("the service's database is `{name}`, which every server has"))
        .at(&dbname.origin, label)
        .note(note)
        .help("create one of the service's own: `CREATE DATABASE app OWNER app`");
    // What an image has for a container beside it, which nobody needs a password for, is told once, by `url-in-image`.
    let sketch = target.around.in_image && target.is_single_label() && target.credential().is_none();
    if settings.administers || sketch {
        draft.at_most(Levels::of("IIII"));
    }
}
