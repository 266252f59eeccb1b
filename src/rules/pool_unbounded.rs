use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "pool-unbounded",
    since: "0.1.0",
    levels: Levels::of("..IW"),
    boot: false,
    traits: COMMON,
    page: include_str!("pool_unbounded.md"),
    checks: &[Check::Policy(check)],
};

fn check(policy: &Policy, out: &mut Sink<'_>) {
    for database in policy.databases.iter().filter(|d| d.status != Status::Retired) {
        let Some(pool) = database.pool.filter(|pool| pool.size.is_none() && pool.holders() > 1) else {
            continue;
        };
        if database.environment.unwrap_or(Environment::Production) != out.environment() {
            continue;
        }
        let several = [pool.processes, pool.replicas].into_iter().flatten().find(|at| at.value > 1);
        let holders = pool.holders();
        out.report(format!("{holders} processes hold a pool each, and nothing says how large one is"))
            .at_span(several.map(|at| at.span), "each of them has a pool of its own")
            .also_span(database.span, "of this database")
            .help("set the size in the code, and write it down as `size`");
    }
}
