use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "tenants-share-database",
    since: "0.1.0",
    levels: Levels::of("IIWW"),
    boot: false,
    traits: COMMON,
    page: include_str!("tenants_share_database.md"),
    checks: &[Check::Project(check)],
};

fn check<'p>(project: &Project<'p>, out: &mut Sink<'_>) {
    let sides = beside::sides(project);
    let key = |s: &Side<'p>| {
        let far = s.environment == out.environment() && s.target.is_same_everywhere();
        far.then(|| s.target.database_key()).flatten()
    };
    for group in beside::alike(&sides, key) {
        let tenant = |s: &Side<'_>| s.at.tenant.clone();
        let named = |s: &Side<'_>| tenant(s).is_some_and(|t| s.target.dbname_says(&t));
        // A web process and a worker have one database; that of `healthtech` under another's name is a mistake.
        let Some(owner) = group.iter().find(|s| named(s)) else { continue };
        let guests: Vec<_> = group.iter().filter(|s| tenant(s).is_some() && !named(s)).collect();
        let Some((first, rest)) = guests.split_first() else { continue };
        let mut draft = out
            .report("two services use one database, which is named for one of them")
            .at(first.target.origin_of("dbname"), "another's, by its name")
            .also(owner.target.origin_of("dbname"), "its owner");
        for other in rest.iter().take(8) {
            draft = draft.also(other.target.origin_of("dbname"), "here too");
        }
        draft = draft
            .note("one of them changes tables that the other relies on, and either may read and delete what is the other's")
            .help("give each a database of its own; where they share it on purpose, allow this rule with that reason");
        let role = |s: &Side<'_>| s.target.role_key();
        if guests.iter().all(|s| role(s) != role(owner)) {
            draft.note("each has a role of its own").at_most(Levels::of("IIII"));
        }
    }
}
