use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "url-parts-conflict",
    since: "0.1.0",
    levels: Levels::of("WWEE"),
    boot: true,
    traits: COMMON,
    page: include_str!("url_parts_conflict.md"),
    checks: &[Check::Target(check)],
};

fn check(target: &Target, settings: &Settings, out: &mut Sink<'_>) {
    let primary = target.role == Role::Primary && target.environment.is_none() && target.form == Form::Url;
    let Some(set) = settings.parts.as_ref().filter(|_| primary && target.is_postgres()) else { return };
    // Where the text is not certain, neither is the difference.
    if target.oddities.explain() {
        return;
    }
    let differences = target.differences(set);
    let Some(first) = differences.first() else { return };
    let word = |keyword| if keyword == "dbname" { "database" } else { keyword };
    let what: Vec<&str> = differences.iter().map(|d| word(d.keyword)).collect();
    let mut draft = out
        .report(format!("`{}` and `{}` disagree about the {}", target.name, set.name, what.join(" and ")))
        .at(&first.own.origin, format!("one {} here", what[0]))
        .note(
            "pgward goes by the URL; code that builds its URL from the variables reaches the other database",
        )
        .help("keep one of the two, or make them agree");
    for (i, difference) in differences.iter().enumerate() {
        if i > 0 {
            draft = draft.also(&difference.own.origin, format!("one {} here", what[i]));
        }
        draft = draft.also(&difference.other.origin, format!("another in `{}`", difference.other.key));
    }
}
