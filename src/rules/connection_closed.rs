use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "connection-closed",
    since: "0.1.0",
    levels: Levels::of("EEEE"),
    boot: true,
    traits: COMMON,
    page: include_str!("connection_closed.md"),
    checks: &[Check::Failure(FailureClass::ConnectionClosed, check)],
};

fn check(target: &Target, failure: &Failure, out: &mut Sink<'_>) {
    let draft = unreachable::report(target, failure, out, &["host", "port"], "it hung up");
    let draft = if target.wants_direct_tls() {
        draft.note(
            "`sslnegotiation=direct` begins with TLS at once: servers before 17, and most poolers, hang up",
        )
    } else {
        draft
    };
    draft.help("read the log of the server, and of the proxy or pooler before it, for this moment");
}
