use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "server-stopping",
    since: "0.1.0",
    levels: Levels::of("EEEE"),
    boot: true,
    traits: COMMON,
    page: include_str!("server_stopping.md"),
    checks: &[Check::Failure(FailureClass::ServerStopping, check)],
};

fn check(target: &Target, failure: &Failure, out: &mut Sink<'_>) {
    unreachable::report(target, failure, out, &["host"], "on its way down")
        .help("wait for it to come back; if it does not, its log says who stopped it");
}
