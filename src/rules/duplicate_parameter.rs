use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "duplicate-parameter",
    since: "0.1.0",
    levels: Levels::of("WWEE"),
    boot: false,
    traits: COMMON,
    page: include_str!("duplicate_parameter.md"),
    checks: &[Check::Target(check)],
};

fn check(target: &Target, _: &Settings, out: &mut Sink<'_>) {
    if target.oddities.explain() {
        return;
    }
    for twice in &target.oddities.duplicates {
        let url = target.parsed.as_ref().is_ok_and(|c| c.scheme().is_some());
        let (first, last) = match (twice.same, url) {
            (true, _) => ("once", "and again"),
            (false, true) => ("django-environ takes this one", "libpq and most others take this one"),
            (false, false) => ("lost", "this one counts"),
        };
        let draft = out
            .report(format!("`{}` stands twice in `{}`", twice.keyword, target.name))
            .at_span(twice.earlier, first)
            .also_span(twice.last, last)
            .help(if twice.same { "leave one of them" } else { "leave the one that is meant" });
        let draft = if url {
            draft.note("SQLAlchemy and dj-database-url hand a list of both on, which the driver refuses")
        } else {
            draft
        };
        let draft = match twice.whole {
            Some(span) if twice.same => draft.edit(span, ""),
            Some(span) => draft.edit_unsafe(span, ""),
            None => draft,
        };
        if twice.same {
            draft.at_most(Levels::of("IIWW"));
        }
    }
}
