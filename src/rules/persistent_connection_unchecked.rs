use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "persistent-connection-unchecked",
    since: "0.1.0",
    levels: Levels::of("EEEE"),
    boot: false,
    traits: COMMON,
    page: include_str!("persistent_connection_unchecked.md"),
    checks: &[Check::File(check)],
};

fn check(file: &File<'_>, _: &Project<'_>, out: &mut Sink<'_>) {
    let Structure::Code(code) = &file.carried.structure else { return };
    for database in &code.databases {
        let Some(age) = database.max_age else { continue };
        if let Some(pool) = database.pool {
            out.report("`CONN_MAX_AGE` and a pool exclude each other")
                .at_span(age, "keeps connections")
                .also_span(pool, "asks for a pool")
                .note("Django refuses the two together: \"Pooling doesn't support persistent connections\"")
                .help("remove `CONN_MAX_AGE`; the pool keeps the connections");
        } else if !database.health_checks {
            let never = file.views.iter().any(|view| view.settings.never_checks);
            let draft = out
                .report("connections are kept between requests, and nothing checks that they still live")
                .at_span(age, "`CONN_HEALTH_CHECKS` is not set beside it")
                .note("after a restart or a failover of the server every worker's next request fails once")
                .help(
                    "add `\"CONN_HEALTH_CHECKS\": True`, which Django has from 4.1 on; `dj_database_url` has \
                       `conn_health_checks=True`",
                )
                .at_most(Levels::of("IIWW"));
            // What is asked for is not to be had.
            if never {
                draft.at_most(Levels::of("IIII"));
            }
        }
    }
}
