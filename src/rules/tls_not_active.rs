use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "tls-not-active",
    since: "0.1.0",
    levels: Levels::of("..EE"),
    boot: true,
    traits: COMMON,
    page: include_str!("tls_not_active.md"),
    // The client knows its own leg without asking: whoever cannot answer must not switch this off.
    checks: &[Check::Server(&[], check)],
};

fn check(target: &Target, answers: &Answers<'_>, out: &mut Sink<'_>) {
    let class = target.host_class().unwrap_or(HostClass::Public);
    if answers.link.encrypted || answers.link.socket || class == HostClass::Local {
        return;
    }
    let label = match target.get("sslmode") {
        Some(_) => "this mode went on without TLS",
        None => "no sslmode: the default, prefer, goes on without TLS",
    };
    let mut draft = out
        .report("the session is not encrypted: queries, rows and perhaps the password crossed the network in clear")
        .at(place(target, &["sslmode", "host"]), label)
        .help(match target.tls_word() {
            "ssl" => "turn ssl on at the server or pooler, and set ssl=verify-full with PGSSLROOTCERT",
            _ => "turn ssl on at the server or pooler, and set sslmode=verify-full with sslrootcert",
        });
    draft = match answers.value(&SERVER, "server_sees_tls") {
        Some("t") => draft
            .note("the server does see TLS: something between, a pooler or proxy, encrypts only its own leg"),
        Some("f") => draft.note("the server sees no TLS either"),
        _ => draft,
    };
    if class == HostClass::Private && !target.tls_required {
        draft.at_most(Levels::of("..WW"));
    }
}
