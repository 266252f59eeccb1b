use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "tls-unverified",
    since: "0.1.0",
    levels: Levels::of("..IW"),
    boot: false,
    traits: COMMON,
    page: include_str!("tls_unverified.md"),
    checks: &[Check::Target(check)],
};

fn check(target: &Target, settings: &Settings, out: &mut Sink<'_>) {
    if let Some(said) = target.tls_beside.as_ref().filter(|s| s.value == Tls::Unverified) {
        return beside_it(target, said, out);
    }
    // With a root file `require` verifies the chain (libpq), and channel binding proves that the server which knows
    // the password's hash is the one at the other end of this very TLS session.
    let set = |keyword| target.get(keyword).is_some_and(|p| !p.value.is_empty());
    let bound = target.get("channel_binding").is_some_and(|p| p.value.equals("require"));
    if target.sslmode() != Some(Ok(SslMode::Require)) || set("sslrootcert") || bound || target.is_managed() {
        return;
    }
    let Some(class) = target.host_class().filter(|c| *c != HostClass::Local) else { return };
    // node-postgres verifies under this word, and libpq does where its default root file lies.
    let read = target.encrypted_by(settings);
    let home = target.tls_files.as_ref().is_some_and(|files| files.root_at_home == Some(true));
    let verified = |(consumer, encryption): &(&Setting<Consumer>, Encryption)| {
        *encryption >= Encryption::VerifyCa || home && consumer.value.does_tls_as_libpq()
    };
    if !read.is_empty() && read.iter().all(verified) || home && settings.consumers.is_empty() {
        return;
    }
    let (note, help) = match target.tls_word() {
        "ssl" => (
            "asyncpg checks one only when a root file lies in ~/.postgresql",
            "use `ssl=verify-full` with `PGSSLROOTCERT=PATH`: the provider's PEM file, or \
             /etc/ssl/certs/ca-certificates.crt for a public CA",
        ),
        "sslMode" => (
            "r2dbc-postgresql checks one from `verify-ca` on",
            "use `sslMode=verify-full` with `sslRootCert=PATH`: the provider's PEM file",
        ),
        _ => (
            "libpq checks one only when a root file lies in ~/.postgresql; most other clients not even then",
            "use `sslmode=verify-full` with `sslrootcert=PATH`: the provider's PEM file, or \
             /etc/ssl/certs/ca-certificates.crt for a public CA",
        ),
    };
    let draft = out
        .report(format!(
            "`{}=require` encrypts, but takes any server for the right one",
            target.tls_written()
        ))
        .at(target.origin_of("sslmode"), "no certificate is checked")
        .note(note)
        .help(help);
    if class == HostClass::Private {
        draft.at_most(Levels::of("..II"));
    }
}

/// A word of another client than libpq, as `rejectUnauthorized: false`.
fn beside_it(target: &Target, said: &Setting<Tls>, out: &mut Sink<'_>) {
    if target.get("sslmode").is_some() || target.is_managed() {
        return;
    }
    let Some(class) = target.host_class().filter(|c| *c != HostClass::Local) else { return };
    let draft = out
        .report("TLS is asked for, but any server is taken for the right one")
        .at(&said.origin, "no certificate is checked")
        .also(target.origin_of("host"), format!("a {} host", class.as_str()))
        .help(
            "have the client check the server's certificate: against the provider's CA, or the public ones",
        );
    if class == HostClass::Private {
        draft.at_most(Levels::of("..II"));
    }
}
