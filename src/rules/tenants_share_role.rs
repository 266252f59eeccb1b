use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "tenants-share-role",
    since: "0.1.0",
    levels: Levels::of("IIWW"),
    boot: false,
    traits: COMMON,
    page: include_str!("tenants_share_role.md"),
    checks: &[Check::Project(check)],
};

fn check<'p>(project: &Project<'p>, out: &mut Sink<'_>) {
    let sides = beside::sides(project);
    let key = |s: &Side<'p>| s.target.is_same_everywhere().then(|| s.target.role_key()).flatten();
    for group in beside::alike(&sides, key) {
        let Some(strict) = beside::strictest(&group).filter(|s| s.environment == out.environment()) else {
            continue;
        };
        let database = strict.target.database_key();
        let elsewhere = |s: &&&Side<'_>| s.target.database_key() != database;
        let others: Vec<_> = group.iter().filter(elsewhere).collect();
        let stranger = |s: &&&&Side<'_>| s.at.tenant != strict.at.tenant || s.at.project != strict.at.project;
        let tenants: Vec<_> =
            others.iter().filter(|s| s.environment == strict.environment).filter(stranger).collect();
        let milder: Vec<_> = others.iter().filter(|s| s.environment < strict.environment).collect();
        let (message, label, shown) = match (tenants.is_empty(), milder.first()) {
            (false, _) => {
                ("one role opens the databases of several services".to_owned(), "the same role", tenants)
            }
            (true, Some(mild)) => (
                format!("{} and {} share server and role", mild.environment, strict.environment),
                "the same server and role",
                milder,
            ),
            (true, None) => continue,
        };
        let mut draft = out
            .report(message)
            .at(strict.target.origin_of("user"), "this role")
            .also(strict.target.origin_of("dbname"), "for this database");
        for other in shown.iter().take(8) {
            draft = draft.also(other.target.origin_of("user"), label);
        }
        draft
            .note("whoever gets into one of them has the password to the others")
            .help("create a role for each database, and `REVOKE CONNECT ON DATABASE … FROM PUBLIC`");
    }
}
