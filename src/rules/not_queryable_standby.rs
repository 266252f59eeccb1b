use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "not-queryable-standby",
    since: "0.1.0",
    levels: Levels::of("EEEE"),
    boot: true,
    traits: COMMON,
    page: include_str!("not_queryable_standby.md"),
    checks: &[Check::Failure(FailureClass::NotQueryableStandby, check)],
};

fn check(target: &Target, failure: &Failure, out: &mut Sink<'_>) {
    unreachable::report(target, failure, out, &["host"], "a standby that takes no queries")
        .help("connect to the primary, or have the administrator set hot_standby = on");
}
