use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "double-encoded",
    since: "0.1.0",
    levels: Levels::of("WWWW"),
    boot: false,
    traits: COMMON,
    page: include_str!("double_encoded.md"),
    checks: &[Check::Target(check)],
};

fn check(target: &Target, _: &Settings, out: &mut Sink<'_>) {
    let Some(found) = target.oddities.double_encoded.as_ref().filter(|_| target.is_postgres()) else {
        return;
    };
    let part = match found.keyword {
        "user" => "user name",
        "dbname" => "name of the database",
        other => other,
    };
    out.report(format!("the {part} in `{}` was percent-encoded twice", target.name))
        .at_span(found.span, "the escape of an escape")
        .note("every reader decodes once: what is left has a `%` and two digits where a character was meant")
        .help("write `%` for `%25` in it, unless the value itself holds a percent sign and two such digits");
}
