use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "pooler-detected",
    since: "0.1.0",
    levels: Levels::of("IIII"),
    boot: false,
    traits: COMMON,
    page: include_str!("pooler_detected.md"),
    // The client sees it without asking; what the server sees is said where it was answered.
    checks: &[Check::Server(&[], check)],
};

fn check(target: &Target, answers: &Answers<'_>, out: &mut Sink<'_>) {
    if answers.session.pooler != Some(true) {
        return;
    }
    let mut draft = out
        .report("a pooler stands between this program and the server")
        .at(place(target, &["host", "port"]), "a pooler answers here")
        .note("the process that answers is not the one that was announced at the login")
        .note(if answers.session.by_transaction {
            "it gives a server session for a transaction: questions of one session met different processes"
        } else {
            "how long it keeps a server session for a client did not show: the same process answered each time"
        });
    let ours = match answers.link {
        link if link.socket => "is a Unix socket",
        link if link.encrypted => "has TLS",
        _ => "has no TLS",
    };
    let theirs = match answers.value(&SERVER, "server_sees_tls") {
        Some("t") => "has TLS",
        Some("f") => "has none",
        _ => "is not known",
    };
    draft =
        draft.note(format!("the leg to the pooler {ours}, the leg from the pooler to the server {theirs}"));
    drop(draft);
}
