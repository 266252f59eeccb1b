use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "verify-ca-public-root",
    since: "0.1.0",
    levels: Levels::of("..WW"),
    boot: false,
    traits: COMMON,
    page: include_str!("verify_ca_public_root.md"),
    checks: &[Check::Target(check)],
};

fn check(target: &Target, settings: &Settings, out: &mut Sink<'_>) {
    if target.tls_mode() != Some(SslMode::VerifyCa) || !target.names_public_roots() {
        return;
    }
    if target.host_class().is_none_or(|class| class == HostClass::Local) {
        return;
    }
    // Some clients check the name under this word as well.
    let read = target.encrypted_by(settings);
    if !read.is_empty() && read.iter().all(|(_, encryption)| *encryption == Encryption::VerifyFull) {
        return;
    }
    let draft = out
        .report("`sslmode=verify-ca` with the public authorities takes anybody's certificate for the server's")
        .at(target.origin_of("sslmode"), "the name is not checked")
        .also(target.origin_of("sslrootcert"), "the public authorities")
        .note("each of them signs for whoever owns some name: one that costs nothing is enough to stand between")
        .help("use `sslmode=verify-full`; or name the provider's own authority in `sslrootcert`, if it has one");
    let written = target.get("sslmode").filter(|s| s.value.is_harmless() && target.says_itself("sslmode"));
    if let Some(span) = written.and_then(Setting::span) {
        draft.edit_unsafe(span, "verify-full");
    }
}
