use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "wrong-server-suspected",
    since: "0.1.0",
    levels: Levels::of("EEEE"),
    boot: true,
    traits: COMMON,
    page: include_str!("wrong_server_suspected.md"),
    checks: &[Check::Failure(FailureClass::WrongServerSuspected, check)],
};

fn check(target: &Target, failure: &Failure, out: &mut Sink<'_>) {
    let draft =
        unreachable::report(target, failure, out, &["host", "port"], "may not be the one that is meant");
    draft.help(match failure.help() {
        Some(help) => format!("{help}, or stop the other; `pgward show` says who set host and port"),
        None => format!(
            "check host and port: `pgward show` says who set them; to be sure who answers set {}",
            advice::verify_full(target)
        ),
    });
}
