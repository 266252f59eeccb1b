use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "same-target-two-environments",
    since: "0.1.0",
    levels: Levels::of("WWEE"),
    boot: false,
    traits: COMMON,
    page: include_str!("same_target_two_environments.md"),
    checks: &[Check::Project(check)],
};

fn check<'p>(project: &Project<'p>, out: &mut Sink<'_>) {
    let sides: Vec<Side<'_>> = beside::sides(project).into_iter().filter(Side::is_of_one).collect();
    let key = |s: &Side<'p>| {
        // `PGHOST` and `PGUSER` leave the database to the program, which may have it from elsewhere.
        if s.target.form != Form::Url && s.target.get("dbname").is_none() {
            return None;
        }
        // A loopback address is one server to the files of one service.
        let home = if s.target.is_same_everywhere() { "" } else { s.at.home.as_str() };
        Some((s.at.project.as_str(), home, s.target.database_key()?))
    };
    for group in beside::alike(&sides, key) {
        let Some(group) = comparable(group) else { continue };
        let Some(strict) = beside::strictest(&group).filter(|s| s.environment == out.environment()) else {
            continue;
        };
        let others: Vec<&Side<'_>> = group
            .into_iter()
            .filter(|s| s.environment < strict.environment && !inherits(s, strict))
            // Whoever starts a tool by hand means the database that it names: it moves data to production.
            .filter(|s| s.told || !s.at.is_tool() || is_of_developers(&s.at.path))
            // What a test run drops is its own schema. Staging still takes room and locks from production.
            .filter(|s| strict.environment > Environment::Test || !s.target.is_apart_from(strict.target))
            .collect();
        let Some(mildest) = others.iter().min_by_key(|s| s.environment) else { continue };
        let mut draft = out
            .report(format!("{} and {} use one database", mildest.environment, strict.environment))
            .at(strict.target.origin_of("dbname"), format!("{} here", strict.environment));
        for other in others.iter().take(8) {
            let label = format!("the same host, port and database: {}", other.environment);
            draft = draft.also(other.target.origin_of("dbname"), label);
        }
        draft = draft
            .note("what is tried out in the one is done to the other")
            .help("give each environment a database and a role of its own");
        if !strict.told || others.iter().all(|s| !s.told) {
            draft.at_most(Levels::of("WWWW"));
        }
    }
}

/// Those of a group whose hosts mean the same server. A loopback address does on a developer's machine, where tests
/// run too; a service's name and production's own loopback do not.
fn comparable<'s, 'p>(group: Vec<&'s Side<'p>>) -> Option<Vec<&'s Side<'p>>> {
    let first = group.first()?;
    if first.target.is_same_everywhere() {
        return Some(group);
    }
    let here = |s: &&Side<'_>| {
        s.environment <= Environment::Test && !makes_its_own(s.settings) && !is_of_ci(&s.at.path)
    };
    first.target.is_loopback().then(|| group.into_iter().filter(here).collect())
}

/// Whether a tool is by its name one that developers run over their own database: `scripts/seed.ts`, `tools/dev_reset.py`.
fn is_of_developers(path: &str) -> bool {
    let name = path.rsplit(['/', '\\']).next().unwrap_or_default();
    let of = |word: &str| {
        ["dev", "local", "seed", "reset", "fixtures"].iter().any(|w| word.eq_ignore_ascii_case(w))
    };
    name.split(|c: char| !c.is_ascii_alphanumeric()).any(of)
}

/// Whether a file is by its name for a pipeline, which runs on a machine of its own: `config.ci.json`.
fn is_of_ci(path: &str) -> bool {
    let name = path.rsplit(['/', '\\']).next().unwrap_or_default();
    name.split(|c: char| !c.is_ascii_alphanumeric()).any(|word| word.eq_ignore_ascii_case("ci"))
}

/// Whether tests make a database of their own beside the one that is named.
fn makes_its_own(settings: &Settings) -> bool {
    let makes = |c: Consumer| matches!(c, Consumer::DjDatabaseUrl | Consumer::DjangoEnviron | Consumer::Sqlx);
    settings.django || settings.consumers.iter().any(|c| makes(c.value))
}

/// Whether both have it from the very same lines: one file stands on the other.
fn inherits(a: &Side<'_>, b: &Side<'_>) -> bool {
    ["host", "dbname"].iter().all(|k| a.target.origin_of(k).span() == b.target.origin_of(k).span())
}
