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
    let draft = unreachable::report(target, failure, out, &["port", "host"], "something else answers here");
    match (failure.help(), unreachable::elsewhere(failure)) {
        (Some(help), _) => draft.help(help),
        (None, Some(at)) => {
            draft.help(format!("correct host and port: the server at {at} may be the one that is meant"))
        }
        (None, None) => draft.help(format!(
            "correct host and port: `pg_isready{client}` must say that connections are accepted"
        )),
    };
}
