use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "rootcert-without-verify",
    since: "0.1.0",
    levels: Levels::of("IIWW"),
    boot: false,
    traits: COMMON,
    page: include_str!("rootcert_without_verify.md"),
    checks: &[Check::Target(check)],
};

fn check(target: &Target, settings: &Settings, out: &mut Sink<'_>) {
    let local = target.host_class().is_none_or(|class| class == HostClass::Local);
    if local || !target.has("sslrootcert") || target.names_system_roots() {
        return;
    }
    match target.tls_mode() {
        Some(SslMode::Require) => require(target, settings, out),
        // Where it matters, that the mode is too weak says it already.
        Some(mode @ (SslMode::Allow | SslMode::Prefer))
            if matches!(out.environment(), Environment::Development | Environment::Test) =>
        {
            let own = !settings.consumers.is_empty();
            if own && !settings.consumers.iter().any(|c| c.value.does_tls_as_libpq()) {
                return;
            }
            out.report(format!("`sslrootcert` under `sslmode={mode}` can turn encryption off"))
                .at(target.origin_of("sslrootcert"), "verified by this")
                .note("where the file does not verify the server, libpq goes on in plain text without a word")
                .help("write `sslmode=verify-full` beside it");
        }
        _ => {}
    }
}

fn require(target: &Target, settings: &Settings, out: &mut Sink<'_>) {
    let read = target.encrypted_by(settings);
    let those = |what: fn(Encryption) -> bool| {
        let those = read.iter().filter(|(_, encryption)| what(*encryption));
        those.map(|(consumer, _)| *consumer).collect::<Vec<_>>()
    };
    let names = |all: &[&Setting<Consumer>]| advice::names(all.iter().map(|c| c.value.as_str()));
    let nothing = those(|e| e < Encryption::VerifyCa);
    let chain = those(|e| e == Encryption::VerifyCa);
    let known = !settings.consumers.is_empty();
    if known && nothing.is_empty() && chain.is_empty() {
        return;
    }
    let word = target.tls_written();
    let message = match (nothing.first(), known) {
        (Some(_), _) => {
            format!("`{word}=require` with a root certificate verifies nothing to {}", names(&nothing))
        }
        (None, true) => {
            format!("`{word}=require` with a root certificate does not check the server's name")
        }
        (None, false) => {
            format!("what `{word}=require` with a root certificate verifies depends on who reads it")
        }
    };
    let mut draft = out
        .report(message)
        .at(target.origin_of("sslmode"), "does not say what to verify")
        .also(target.origin_of("sslrootcert"), "the root certificate");
    if let Some(first) = nothing.first() {
        draft = draft.also(&first.origin, format!("{} is named here", first.value.as_str()));
    }
    draft = match (chain.is_empty(), known) {
        (false, _) => draft.note(format!(
            "{} verifies the chain as under `verify-ca`: any certificate of that authority will do",
            names(&chain)
        )),
        (true, true) => draft.note("libpq would verify the chain, as under `verify-ca`"),
        (true, false) => draft.note(
            "libpq and asyncpg verify the chain and not the name, node-postgres both, sqlx nothing at all",
        ),
    };
    draft = draft.help(format!(
        "write `{word}=verify-full`, which all take alike; `verify-ca` where the name cannot match"
    ));
    let written = target.get("sslmode").filter(|s| s.value.is_harmless() && target.says_itself("sslmode"));
    if let Some(span) = written.and_then(Setting::span) {
        draft = draft.edit_unsafe(span, "verify-full");
    }
    if nothing.is_empty() {
        draft.at_most(Levels::of("IIII"));
    }
}
