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
    let name = target.get("dbname").map(|s| &s.value);
    let database = advice::shell(name, "DATABASE");
    let role = advice::shell(target.get("user").map(|s| &s.value), "ROLE");
    let mut draft = unreachable::report(target, failure, out, &["dbname"], "this database");
    if let Some(shown) = name.and_then(Part::shown) {
        if shown.len() > 63 {
            draft = draft.note("PostgreSQL cuts names after 63 bytes; this one is longer");
        } else if shown.bytes().any(|b| b.is_ascii_uppercase()) {
            draft = draft.note("SQL without quotes makes names of lower case, and here the case counts");
        }
    }
    draft.help(format!(
        "correct the name, or create it as a role with CREATEDB: `createdb{client} -U ADMIN -O {role} {database}`"
    ));
}
