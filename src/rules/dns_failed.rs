use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "dns-failed",
    since: "0.1.0",
    levels: Levels::of("EEEE"),
    boot: true,
    traits: COMMON,
    page: include_str!("dns_failed.md"),
    checks: &[Check::Failure(FailureClass::DnsFailed, check)],
};

fn check(target: &Target, failure: &Failure, out: &mut Sink<'_>) {
    let host = advice::host(target);
    unreachable::report(target, failure, out, &["host"], "this name").help(format!(
        "correct the name, or run where it resolves: `getent hosts {host}` must print an address there"
    ));
}
