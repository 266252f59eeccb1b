use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "peer-auth-failed",
    since: "0.1.0",
    levels: Levels::of("EEEE"),
    boot: true,
    traits: COMMON,
    page: include_str!("peer_auth_failed.md"),
    checks: &[Check::Failure(FailureClass::PeerAuthFailed, check)],
};

fn check(target: &Target, failure: &Failure, out: &mut Sink<'_>) {
    unreachable::report(target, failure, out, &["user", "host"], "not the one that the server sees").help(
        "connect as the role of the system user, or have the administrator add a map to pg_ident.conf or `scram-sha-256` to pg_hba.conf",
    );
}
