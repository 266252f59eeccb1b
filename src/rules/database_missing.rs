use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "database-missing",
    since: "0.1.0",
    levels: Levels::of("EEEE"),
    boot: true,
    traits: COMMON,
    page: include_str!("database_missing.md"),
    checks: &[Check::Failure(FailureClass::DatabaseMissing, check)],
};

fn check(target: &Target, failure: &Failure, out: &mut Sink<'_>) {
    let client = advice::client(target);
    let database = advice::shell(target.get("dbname").map(|s| &s.value), "DATABASE");
    let role = advice::shell(target.get("user").map(|s| &s.value), "ROLE");
    unreachable::report(target, failure, out, &["dbname"], "this database").help(format!(
        "correct the name, or create it as a role with CREATEDB: `createdb{client} -U ADMIN -O {role} {database}`"
    ));
}
