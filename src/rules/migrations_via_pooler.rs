use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "migrations-via-pooler",
    since: "0.1.0",
    levels: Levels::of("WWEE"),
    boot: false,
    traits: COMMON,
    page: include_str!("migrations_via_pooler.md"),
    checks: &[Check::Target(check)],
};

fn check(target: &Target, _: &Settings, out: &mut Sink<'_>) {
    if target.role != Role::Direct {
        return;
    }
    let Some(pooling) = target.pooling() else { return };
    let draft = match pooling.mode {
        PoolMode::Session => return,
        PoolMode::Transaction => {
            out.report(format!("`{}` is for what must pass the pooler by, and leads to it", target.name))
        }
        PoolMode::Open => out
            .report(format!("`{}` is for what must pass a pooler by, and seems to lead to one", target.name)),
    };
    let draft = draft
        .at(place(target, &[pooling.by.unwrap_or("host"), "host"]), pooling.tells)
        .note(
            "migration tools lock and set things for a session; by transaction the lock stays with a server session \
             that others get, and the settings go to them",
        )
        .help(pooling.past);
    if pooling.mode == PoolMode::Open {
        draft
            .note("whether it pools by transaction is set elsewhere; by session nothing is lost")
            .at_most(Levels::of("IIII"));
    }
}
