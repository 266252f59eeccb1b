use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "verify-without-root",
    since: "0.1.0",
    levels: Levels::of("WWEE"),
    boot: true,
    traits: COMMON,
    page: include_str!("verify_without_root.md"),
    checks: &[Check::Target(check)],
};

fn check(target: &Target, settings: &Settings, out: &mut Sink<'_>) {
    let Some(mode @ (SslMode::VerifyCa | SslMode::VerifyFull)) = target.tls_mode() else { return };
    if target.has("sslrootcert") || target.root_is_open || out.failed_unsent(FailureClass::TlsUntrusted) {
        return;
    }
    let (files, door) = (out.door() == Door::Lint, out.door());
    // Clients that bring roots of their own want no file.
    let needs = settings.consumers.iter().find(|c| c.value.does_tls_as_libpq());
    let others_only = needs.is_none() && !settings.consumers.is_empty();
    let selected = settings.selected().is_some_and(|t| std::ptr::eq(t, target));
    if files && others_only || !files && (!selected || !target.lacks_root_file()) {
        return;
    }
    // What is dialled is dialled as libpq does it.
    if others_only && door == Door::Check {
        return;
    }
    let word = target.tls_written();
    let name = needs.map_or("libpq", |c| c.value.as_str());
    let mut draft = out
        .report(if files {
            format!("`{word}={mode}` verifies by a file that nothing here names")
        } else {
            format!("`{word}={mode}` has no root certificate to verify by")
        })
        .at(target.origin_of("sslmode"), "verifies a certificate");
    draft = match needs {
        Some(consumer) => draft.also(&consumer.origin, format!("{name} is named here")),
        None => draft,
    };
    draft = draft.note(if files {
        format!("{name} then wants ~/.postgresql/root.crt where the service runs, and refuses to connect without it")
    } else if others_only {
        "pgward verifies as libpq does, by that file or ~/.postgresql/root.crt alone, and so cannot connect here"
            .to_owned()
    } else {
        match target.tls_files.as_ref().and_then(|f| f.root_at_home) {
            Some(_) => "there is no ~/.postgresql/root.crt either: libpq refuses to connect".to_owned(),
            None => "libpq refuses to connect without one".to_owned(),
        }
    });
    let knows = settings.consumers.iter().all(|c| matches!(c.value, Consumer::Libpq));
    let system = target.knows_system_roots() && mode == SslMode::VerifyFull && knows && word == "sslmode";
    let variable = word == "ssl" || target.form != Form::Url;
    let set = if variable { "PGSSLROOTCERT" } else { "sslrootcert" };
    let draft = draft.help(if system {
        format!(
            "set {set} to the provider's PEM file; for a public CA to `system`, which libpq has from 16 on"
        )
    } else {
        format!(
            "set {set} to the provider's PEM file; for a public CA to the system's bundle, such as \
             /etc/ssl/certs/ca-certificates.crt"
        )
    });
    let written = target.get("sslmode").filter(|s| s.value.is_harmless() && target.says_itself("sslmode"));
    let draft = match written.and_then(Setting::span).filter(|_| system && target.scheme().is_some()) {
        Some(span) => draft.edit_unsafe(span, "verify-full&sslrootcert=system"),
        None => draft,
    };
    if files {
        // The file may lie where the service runs, and with nobody known it may be the business of none.
        draft.at_most(Levels::of(if needs.is_some() { "WWWW" } else { "IIII" }));
    }
}
