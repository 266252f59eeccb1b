use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "unknown-parameter",
    since: "0.1.0",
    levels: Levels::of("WWEE"),
    boot: true,
    traits: COMMON,
    page: include_str!("unknown_parameter.md"),
    checks: &[Check::Target(check)],
};

fn check(target: &Target, _: &Settings, out: &mut Sink<'_>) {
    if !target.is_postgres() || target.parsed.is_err() || target.oddities.explain() {
        return;
    }
    let r2dbc = target.spelling() == Spelling::R2dbc;
    // In the wrong place it is another rule's.
    if r2dbc && target.is_misplaced() {
        return;
    }
    let reads = out.door() != Door::Lint;
    for parameter in &target.oddities.unknown {
        match (parameter.owner, parameter.meant) {
            // A client's own words for encryption are wrong for libpq alone.
            (Some(_), _) if reads => {
                out.report(format!(
                    "`{}` speaks of encryption in words that libpq does not know",
                    target.name
                ))
                .at_span(parameter.span, "another client's")
                .help("libpq says it by `sslmode`: `sslmode=require`, `sslmode=verify-full`");
            }
            (Some(_), _) => {}
            (None, Some(meant)) => {
                let draft = out
                    .report(format!("`{}` has a parameter that nobody knows", target.name))
                    .at_span(parameter.span, format!("not `{meant}`"))
                    .note(if r2dbc {
                        "r2dbc-postgresql passes over it without a word"
                    } else {
                        "libpq refuses it; most other clients pass over it without a word"
                    })
                    .help(format!("did you mean `{meant}`?"));
                if parameter.exact {
                    draft.edit_unsafe(parameter.span, meant);
                }
            }
            (None, None) => {
                let draft = out
                    .report(format!("`{}` has a parameter that libpq does not know", target.name))
                    .at_span(parameter.span, "no keyword of libpq, nor of another client in use")
                    .help("remove the parameter, or keep it out of the string that libpq reads");
                // Files alone may be meant for a client that is not known here.
                if !reads {
                    draft.at_most(Levels::of("IIII"));
                }
            }
        }
    }
}
