use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "direct-negotiation-version",
    since: "0.1.0",
    levels: Levels::of("EEEE"),
    boot: true,
    traits: COMMON,
    page: include_str!("direct_negotiation_version.md"),
    checks: &[Check::Target(check)],
};

fn check(target: &Target, _: &Settings, out: &mut Sink<'_>) {
    let Some(conninfo) = target.parsed.as_ref().ok().filter(|_| target.is_postgres()) else { return };
    if !target.spelling().is_native() || target.oddities.explain() {
        return;
    }
    let Some(direct) = target.get("sslnegotiation").filter(|_| target.wants_direct_tls()) else { return };
    if !conninfo.invalid_values().iter().any(|i| i.keyword == "sslnegotiation") {
        return;
    }
    let mode = target.get("sslmode");
    let mut draft = out
        .report("`sslnegotiation=direct` wants TLS without asking for it, and `sslmode` would go without")
        .at(&direct.origin, "no way back to plain text")
        .note("libpq refuses the combination; a server before 17 knows no direct negotiation at all");
    draft = match mode {
        Some(mode) => draft.also(&mode.origin, "less than `require`"),
        None => draft.note("without `sslmode` it is `prefer`"),
    };
    if target.is_socket() {
        draft.help("take `sslnegotiation` out: a socket has no TLS");
        return;
    }
    let draft = draft.help("write `sslmode=verify-full` with `sslrootcert`, at least `sslmode=require`");
    // What libpq refuses outright leads nowhere else once it connects.
    let exact = |s: &Setting<_>, keyword| target.says_itself(keyword).then(|| s.span()).flatten();
    match (mode, target.scheme().is_some()) {
        (Some(mode), _) if mode.value.is_harmless() => match exact(mode, "sslmode") {
            Some(span) => drop(draft.edit(span, "require")),
            None => drop(draft),
        },
        (None, true) if direct.value.is_harmless() => match exact(direct, "sslnegotiation") {
            Some(span) => drop(draft.edit(span, "direct&sslmode=require")),
            None => drop(draft),
        },
        _ => {}
    }
}
