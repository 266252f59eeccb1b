use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "init-server-only",
    since: "0.1.0",
    levels: Levels::of("EEEE"),
    boot: true,
    traits: COMMON,
    page: include_str!("init_server_only.md"),
    checks: &[Check::Failure(FailureClass::InitServerOnly, check)],
};

fn check(target: &Target, failure: &Failure, out: &mut Sink<'_>) {
    unreachable::report(target, failure, out, &["host", "port"], "nothing listens here yet").help(
        "a container is ready when its log says `PostgreSQL init process complete`; a server that stays like this has \
         an empty `listen_addresses`",
    );
}
