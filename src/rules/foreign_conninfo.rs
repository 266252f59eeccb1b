use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "foreign-conninfo",
    since: "0.1.0",
    levels: Levels::of("EEEE"),
    boot: true,
    traits: COMMON,
    page: include_str!("foreign_conninfo.md"),
    checks: &[Check::Target(check)],
};

fn check(target: &Target, settings: &Settings, out: &mut Sink<'_>) {
    let Some(owner) = target.spelling().owner().filter(|_| target.is_misplaced()) else { return };
    let (java, jdbc) = (owner != "Npgsql", owner == "JDBC");
    let lint = out.door() == Door::Lint;
    // What an image that is not built here reads, who made it knows.
    let unread = settings.without_programs && settings.consumers.is_empty() || settings.is_offered();
    let draft = out
        .report(format!(
            "`{}` is {}, which only {} reads",
            target.name,
            match owner {
                "JDBC" => "a JDBC URL",
                "R2DBC" => "an R2DBC URL",
                _ => "a string of Npgsql",
            },
            if java { "Java" } else { ".NET" }
        ))
        .at(&target.engine.origin, if java { "a scheme of Java" } else { "pairs between semicolons" })
        .note(if jdbc {
            "libpq refuses it; sqlx connects to localhost instead"
        } else if java {
            "libpq refuses it, and so do other clients that are not Java's"
        } else {
            "libpq takes `host=h;port=5432` for the name of one host, and refuses `Host`; URL parsers refuse it all"
        })
        .help(if java {
            "write `postgresql://user:password@host:5432/dbname`, with user and password before the host"
        } else {
            "write `postgresql://user:password@host:5432/dbname`, each part percent-encoded"
        });
    // Without properties the rest is spelt alike.
    let bare =
        jdbc && target.get("user").is_none() && target.get("sslmode").is_none() && target.has("dbname");
    let draft = match target.exact_place_of(0.."jdbc:".len()).filter(|_| bare) {
        Some(span) => draft.edit_unsafe(span, ""),
        None => draft,
    };
    if lint && unread {
        draft.at_most(Levels::of("IIII"));
    }
}
