use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "session-attrs-unmet",
    since: "0.1.0",
    levels: Levels::of("EEEE"),
    boot: true,
    traits: COMMON,
    page: include_str!("session_attrs_unmet.md"),
    checks: &[Check::Failure(FailureClass::SessionAttrsUnmet, check)],
};

fn check(target: &Target, failure: &Failure, out: &mut Sink<'_>) {
    let wanted = target.get("target_session_attrs").map(|s| &s.value);
    let host = match wanted {
        Some(wanted) if wanted.equals("standby") => "of a standby",
        Some(wanted) if wanted.equals("read-only") => "of a standby or of a server that is read-only",
        _ => "of the primary",
    };
    unreachable::report(target, failure, out, &["target_session_attrs", "host"], "no session is like this")
        .help(format!("name the host {host}, or all hosts; `SELECT pg_is_in_recovery()` tells a standby"));
}
