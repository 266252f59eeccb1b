use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "pooler-unavailable",
    since: "0.1.0",
    levels: Levels::of("EEEE"),
    boot: true,
    traits: COMMON,
    page: include_str!("pooler_unavailable.md"),
    checks: &[Check::Failure(FailureClass::PoolerUnavailable, check)],
};

fn check(target: &Target, failure: &Failure, out: &mut Sink<'_>) {
    unreachable::report(target, failure, out, &["host", "port"], "a pooler without a server").help(
        "look at the pooler's log and at the server behind it; connect to the server itself to tell which of them fails",
    );
}
