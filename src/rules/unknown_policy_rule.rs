use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "unknown-policy-rule",
    since: "0.1.0",
    levels: Levels::of("WWWW"),
    boot: false,
    traits: COMMON,
    page: include_str!("unknown_policy_rule.md"),
    checks: &[Check::Project(check)],
};

fn check(project: &Project<'_>, out: &mut Sink<'_>) {
    for place in project.unknown_rules {
        let of_flag = if place.is_none() { " on the command line" } else { "" };
        out.report(format!("this version has no rule of the name given{of_flag}"))
            .at_span(*place, "a newer rule, or a misspelt one")
            .note("it is passed over: an older pgward must live with a newer pgward.toml")
            .help("`pgward rules` lists the names");
    }
}
