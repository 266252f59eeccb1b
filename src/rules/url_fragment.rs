use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "url-fragment",
    since: "0.1.0",
    levels: Levels::of("EEEE"),
    boot: false,
    traits: COMMON,
    page: include_str!("url_fragment.md"),
    checks: &[Check::Target(check)],
};

fn check(target: &Target, _: &Settings, out: &mut Sink<'_>) {
    let Some(span) = target.oddities.fragment.filter(|_| target.is_postgres()) else { return };
    if target.oddities.explain() {
        return;
    }
    out.report(format!("`{}` has a `#` behind the host", target.name))
        .at_span(span, "a fragment, or not")
        .note("libpq, tokio-postgres and SQLAlchemy take it for a character; Django, sqlx and node drop it and the rest")
        .help("take it out; where it is meant as a character, write `%23`");
}
