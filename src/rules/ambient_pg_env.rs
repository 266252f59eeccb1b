use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "ambient-pg-env",
    since: "0.1.0",
    levels: Levels::of("IWWW"),
    boot: true,
    traits: COMMON,
    page: include_str!("ambient_pg_env.md"),
    checks: &[Check::Target(check)],
};

fn check(target: &Target, _: &Settings, out: &mut Sink<'_>) {
    let filled = target.ambient.iter().filter_map(|k| Some((*k, target.get(k)?)));
    let filled: Vec<(&str, &Setting<Part>)> = filled.collect();
    let Some((keyword, first)) = filled.first() else { return };
    let word = |keyword: &str| match keyword {
        "dbname" => "the database",
        "user" => "the role",
        "port" => "the port",
        // `hostaddr` is where the host is.
        _ => "the host",
    };
    let names: Vec<String> = filled.iter().map(|(_, s)| format!("`{}`", s.key)).collect();
    let variables = advice::names(names.iter().map(String::as_str));
    let parts = advice::names(filled.iter().map(|(k, _)| word(k)));
    let come = if parts.contains(" and ") { "come" } else { "comes" };
    let mut draft = out
        .report(format!("{parts} of `{}` {come} from {variables} of the process", target.name))
        .at(&first.origin, format!("{} in force", word(keyword)));
    for (keyword, setting) in &filled[1..] {
        draft = draft.also(&setting.origin, format!("{} in force", word(keyword)));
    }
    draft
        .also(target.origin(), "does not say so")
        .note(
            "libpq and what is built on it, asyncpg, sqlx, node-postgres and postgres.js go by such variables, \
             tokio-postgres does not: two programs may reach two databases",
        )
        .help(format!("say it in `{}`, and unset {variables} for this process", target.name));
}
