use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "not-postgres",
    since: "0.1.0",
    levels: Levels::of("EEEE"),
    boot: true,
    traits: COMMON,
    page: include_str!("not_postgres.md"),
    checks: &[Check::Failure(FailureClass::NotPostgres, check)],
};

fn check(target: &Target, failure: &Failure, out: &mut Sink<'_>) {
    let client = advice::client(target);
    unreachable::report(target, failure, out, &["port", "host"], "something else answers here")
        .help(format!("correct host and port: `pg_isready{client}` must say that connections are accepted"));
}
