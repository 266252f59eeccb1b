use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "extension-missing",
    since: "0.1.0",
    levels: Levels::of("WWEE"),
    boot: true,
    traits: Traits { mended_by_install: true, ..COMMON },
    page: include_str!("extension_missing.md"),
    // The other two questions only decide who reports: without their answers, it is this rule.
    checks: &[Check::Server(&[&EXTENSIONS], check)],
};

fn check(target: &Target, answers: &Answers<'_>, out: &mut Sink<'_>) {
    for wanted in &target.extensions {
        if extension::state(wanted, answers) != State::Absent {
            continue;
        }
        let name = advice::extension(&wanted.name);
        out.report(format!("extension `{name}` is not installed in this database"))
            .at_span(wanted.span, "required here")
            .help(format!(
                "run `pgward preflight --install`, or in this database: CREATE EXTENSION IF NOT EXISTS {}",
                advice::identifier(advice::is_plain(&wanted.name).then_some(name), "NAME")
            ));
    }
}
