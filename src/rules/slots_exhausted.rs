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
    let role = advice::sql(target.get("user").map(|s| &s.value), "THE_ROLE");
    let database = advice::sql(target.get("dbname").map(|s| &s.value), "THE_DATABASE");
    let draft =
        unreachable::report(target, failure, out, &["user", "host"], "no connection was left for this");
    draft.help(match failure.cause {
        Some(FailureCause::RoleLimit) => format!(
            "close sessions of this role, or have an administrator run: ALTER ROLE {role} CONNECTION LIMIT 20"
        ),
        Some(FailureCause::DatabaseLimit) => format!(
            "close sessions in this database, or have its owner run: ALTER DATABASE {database} CONNECTION LIMIT 20"
        ),
        _ => "see who holds them: SELECT usename, datname, state, count(*) FROM pg_stat_activity GROUP BY 1, 2, 3 \
              ORDER BY 4 DESC"
            .to_owned(),
    });
}
