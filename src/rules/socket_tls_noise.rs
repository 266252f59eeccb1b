use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "socket-tls-noise",
    since: "0.1.0",
    levels: Levels::of("IIII"),
    boot: false,
    traits: Traits { pedantic: true, ..COMMON },
    page: include_str!("socket_tls_noise.md"),
    checks: &[Check::Target(check)],
};

fn check(target: &Target, settings: &Settings, out: &mut Sink<'_>) {
    let demanded = match target.sslmode() {
        Some(Ok(mode)) => mode >= SslMode::Require,
        _ => false,
    };
    // A variable may be there for other targets, and asyncpg's word is not libpq's.
    let own = target.says_itself("sslmode") && target.tls_written() == "sslmode";
    if !demanded || !own || !target.is_socket() || target.is_elsewhere() || target.oddities.explain() {
        return;
    }
    let asks = settings.consumers.iter().find(|c| !c.value.does_tls_as_libpq());
    let draft = out
        .report("`sslmode` asks for TLS over a Unix socket, where there is none")
        .at(target.origin_of("sslmode"), "libpq passes over it here")
        .also(target.origin_of("host"), "a socket");
    if let Some(asks) = asks {
        let name = asks.value.as_str();
        draft
            .also(&asks.origin, format!("{name} is named here"))
            .note(format!("{name} asks for TLS there too, and the server says no: it does not connect"))
            .help("take `sslmode` out: who may open a socket is decided by the modes of its directory");
        return;
    }
    let draft =
        draft.help("take `sslmode` out: who may open a socket is decided by the modes of its directory");
    let whole = target.url_parameters().into_iter().find(|p| p.keyword == Some("sslmode")).map(|p| p.whole);
    if let Some(span) = whole.and_then(|whole| target.exact_place_of(whole)) {
        draft.edit(span, "");
    }
}
