use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "suppression-unused",
    since: "0.1.0",
    levels: Levels::of("WWWW"),
    boot: false,
    traits: Traits { beyond_comments: true, ..COMMON },
    page: include_str!("suppression_unused.md"),
    checks: &[Check::Comment(check)],
};

const IN_POLICY: &str = "decide it in pgward.toml, with a reason";

fn check(fault: &Fault, out: &mut Sink<'_>) {
    let rules: Vec<String> = fault.rules.iter().map(|id| format!("`{id}`")).collect();
    let rules = advice::names(rules.iter().map(String::as_str));
    let one = fault.rules.len() == 1;
    let draft = match &fault.kind {
        FaultKind::Unused { dangling } => {
            let not_found = if one { "is" } else { "are" };
            let draft = out
                .report(format!("a comment silences {rules}, which {not_found} not found here"))
                .at_span(fault.span, "there is nothing to silence");
            let draft = if *dangling { draft.note("no line follows that it could speak of") } else { draft };
            match fault.remove {
                Some(line) => draft.help("remove it").edit_unsafe(line, ""),
                None => draft.help(format!("take {rules} out of the brackets")),
            }
        }
        FaultKind::Unknown(meant) => {
            let draft = out
                .report("a comment silences a rule that this version does not have")
                .at_span(fault.span, "a newer rule, or a misspelt one");
            match meant {
                Some(meant) => draft.help(format!("did you mean `{meant}`?")),
                None => draft.help("`pgward rules` lists the names"),
            }
        }
        FaultKind::Steadfast => out
            .report(format!("no comment silences {rules}"))
            .at_span(fault.span, "it is reported all the same")
            .help(IN_POLICY),
        FaultKind::Elsewhere => out
            .report(format!("a comment silences {rules}, which `lint` never reports"))
            .at_span(fault.span, "there is nothing to silence")
            .note("what a server says is judged by `preflight` and `run`, which read no comments")
            .help(IN_POLICY),
        FaultKind::Behind => out
            .report("a comment behind a value silences nothing in this kind of file")
            .at_span(fault.span, "to some readers it is a part of the value")
            .help("write it on a line of its own above"),
        FaultKind::Text => out
            .report("a comment that another loader takes for a part of a value silences nothing")
            .at_span(fault.span, "within quotes to that loader")
            .help("close the quotes above it, or write it above the value"),
        FaultKind::Unreadable => out
            .report("a comment to pgward cannot be read, and silences nothing")
            .at_span(fault.span, "not `allow[…]` with the name of a rule")
            .help("write `pgward: allow[the-rule] and the reason`"),
        FaultKind::NoDay => out
            .report("`until=` names no day, so that the comment silences nothing")
            .at_span(fault.span, "its end cannot be read")
            .help("write one day of the calendar, such as until=2027-01-31"),
        _ => return,
    };
    drop(draft);
}
