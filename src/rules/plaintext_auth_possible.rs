use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "plaintext-auth-possible",
    since: "0.1.0",
    levels: Levels::of("..WE"),
    boot: false,
    traits: Traits { pedantic: true, ..COMMON },
    page: include_str!("plaintext_auth_possible.md"),
    checks: &[Check::Target(check)],
};

fn check(target: &Target, settings: &Settings, out: &mut Sink<'_>) {
    let bound = target.get("channel_binding").is_some_and(|s| s.value.equals("require"));
    let verified = target.tls_mode().is_none_or(|mode| mode == SslMode::VerifyFull);
    if bound || verified || target.has("require_auth") {
        return;
    }
    if target.host_class().is_none_or(|class| class == HostClass::Local) {
        return;
    }
    // Only libpq has a word for it.
    let other = |c: &Setting<Consumer>| !c.value.does_tls_as_libpq() || c.value == Consumer::Asyncpg;
    if !settings.consumers.is_empty() && settings.consumers.iter().all(other) {
        return;
    }
    out.report("whoever answers may ask for the password in clear text or as an MD5 hash")
        .at(place(target, &["sslmode", "host"]), "does not make sure who answers")
        .note("libpq then sends it: it answers every method that it is asked for")
        .help(if target.knows_system_roots() {
            "set `require_auth=scram-sha-256` (PGREQUIREAUTH), which libpq has from 16 on; or `sslmode=verify-full`"
        } else {
            "set `channel_binding=require` with `sslmode=require`; or `sslmode=verify-full`"
        });
}
