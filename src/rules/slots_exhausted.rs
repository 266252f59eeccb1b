use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "slots-exhausted",
    since: "0.1.0",
    levels: Levels::of("EEEE"),
    boot: true,
    traits: COMMON,
    page: include_str!("slots_exhausted.md"),
    checks: &[Check::Failure(FailureClass::SlotsExhausted, check)],
};

fn check(target: &Target, failure: &Failure, out: &mut Sink<'_>) {
    unreachable::report(target, failure, out, &["user", "host"], "no connection was left for this").help(
        "see who holds them: SELECT usename, datname, state, count(*) FROM pg_stat_activity GROUP BY 1, 2, 3 ORDER BY 4 DESC",
    );
}
