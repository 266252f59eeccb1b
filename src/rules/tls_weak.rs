use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "tls-weak",
    since: "0.1.0",
    levels: Levels::of("..EE"),
    boot: true,
    traits: COMMON,
    page: include_str!("tls_weak.md"),
    checks: &[Check::Target(check)],
};

fn check(target: &Target, _: &Settings, out: &mut Sink<'_>) {
    let Some(Ok(mode)) = target.sslmode() else { return };
    // libpq does not go on in plain text then, it refuses: that has a rule of its own.
    if target.wants_direct_tls() {
        return;
    }
    let what = match mode {
        SslMode::Disable => "never encrypts",
        SslMode::Allow => "encrypts only when the server insists",
        SslMode::Prefer => "goes on in plain text when anybody on the way says no to TLS",
        SslMode::Require | SslMode::VerifyCa | SslMode::VerifyFull => return,
    };
    let Some(class) = target.host_class().filter(|c| *c != HostClass::Local) else { return };
    let help = match target.tls_word() {
        "ssl" => "use `ssl=verify-full` with the server's CA in `PGSSLROOTCERT`, at least `ssl=require`",
        "sslMode" => {
            "use `sslMode=verify-full` with the server's CA in `sslRootCert`, at least `sslMode=require`"
        }
        _ => "use `sslmode=verify-full` with the server's CA in `sslrootcert`, at least `sslmode=require`",
    };
    let draft = out
        .report(format!("`{}={mode}` to a {} host {what}", target.tls_written(), class.as_str()))
        .at(target.origin_of("sslmode"), "too weak for this host")
        .also(target.origin_of("host"), format!("a {} host", class.as_str()))
        .help(help);
    // What may be shown stands in the source as it is; the policy's own `sslmode` is not the file's to change.
    let here = target.origin().span().map(|s| s.source);
    let shown = target.get("sslmode").filter(|s| s.value.is_harmless());
    let written = shown.and_then(Setting::span).filter(|s| Some(s.source) == here);
    let draft = match written {
        Some(span) => draft.edit_unsafe(span, "require"),
        None => draft,
    };
    if let Some(why) = advice::meant_in_clear(target) {
        draft.note(why).at_most(Levels::of("..II"));
    } else if class == HostClass::Private && !target.tls_required {
        draft.at_most(Levels::of("..WW"));
    }
}
