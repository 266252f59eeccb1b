use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "shadowed-source",
    since: "0.1.0",
    levels: Levels::of("EEII"),
    boot: true,
    traits: COMMON,
    page: include_str!("shadowed_source.md"),
    checks: &[Check::Target(check)],
};

fn check(target: &Target, _: &Settings, out: &mut Sink<'_>) {
    // What leads to production first.
    let towards = target.overrides.iter().find(|o| o.towards_production);
    let Some(first) = towards.or(target.overrides.first()) else { return };
    let word = |keyword: &str| match keyword {
        "dbname" => "database",
        "user" => "role",
        _ => "host",
    };
    let environment = out.environment();
    let key = &first.own.key;
    let mut draft = if towards.is_some() {
        out.report(format!(
            "`{key}` of the process takes {environment} from the file's {} to production's",
            word(first.keyword)
        ))
    } else {
        out.report(format!("`{key}` of the process leads to another {} than the file", word(first.keyword)))
    };
    draft = draft
        .at(&first.own.origin, if towards.is_some() { "in force, and says production" } else { "in force" });
    for other in &target.overrides {
        draft = draft.also(&other.file.origin, format!("the {} that the file says", word(other.keyword)));
    }
    if towards.is_some() {
        draft
            .note("a variable that was exported for one command is there for all that follow in the same shell")
            .help(format!(
                "`unset {key}`; where it is meant, say so: `PGWARD_ENV=production`, or `--environment production`"
            ));
    } else {
        draft
            .note("the process environment goes before files, in every loader in use")
            .help(format!("`unset {key}` where the file is meant; `pgward show` lists who wins"))
            .at_most(Levels::of("IIII"));
    }
}
