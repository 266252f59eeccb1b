use super::prelude::*;
use std::collections::BTreeMap;

pub(super) const RULE: Rule = Rule {
    id: "budget-exceeded",
    since: "0.1.0",
    levels: Levels::of("..WW"),
    boot: false,
    traits: COMMON,
    page: include_str!("budget_exceeded.md"),
    checks: &[Check::Policy(check)],
};

fn check(policy: &Policy, out: &mut Sink<'_>) {
    let mut by_server: BTreeMap<&str, Vec<&Database>> = BTreeMap::new();
    for database in policy.databases.iter().filter(|d| d.status != Status::Retired) {
        if let Some(server) = policy.server_of(database) {
            by_server.entry(server).or_default().push(database);
        }
    }
    for server in &policy.servers {
        let Some(limit) = server.max_connections else { continue };
        let databases = by_server.remove(server.name.as_str()).unwrap_or_default();
        let strictest = databases.iter().map(|d| d.environment.unwrap_or(Environment::Production)).max();
        if server.environment.or(strictest) != Some(out.environment()) {
            continue;
        }
        let kept = server.reserve.map_or(0, |reserve| u64::from(reserve.value));
        let left = u64::from(limit.value).saturating_sub(kept);
        // A pool without a size adds nothing: it is another rule's business, and the sum is exceeded all the same.
        let asked = databases.iter().map(|d| (*d, most(d))).filter(|(_, most)| *most > 0);
        let asked: Vec<(&Database, u64)> = asked.collect();
        let sum = asked.iter().fold(0u64, |sum, (_, most)| sum.saturating_add(*most));
        if sum <= left {
            continue;
        }
        let mut draft = out
            .report(format!(
                "the services of one server may open {sum} connections, and it has {left} for them"
            ))
            .at_span(limit.span, "so many in all")
            .help("make pools smaller, or put a pooler before the server");
        if let Some(reserve) = server.reserve.filter(|reserve| reserve.value > 0) {
            draft = draft.also_span(reserve.span, "kept free");
        }
        for (database, most) in asked {
            draft = draft.also_span(database.span, format!("up to {most}"));
        }
    }
}

/// How many connections may be open for a database, as far as it is said.
fn most(database: &Database) -> u64 {
    let pool = database.pool.and_then(|pool| pool.most()).unwrap_or(0);
    pool.saturating_add(database.reserve.map_or(0, |reserve| u64::from(reserve.value)))
}
