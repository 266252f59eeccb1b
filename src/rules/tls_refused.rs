use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "tls-refused",
    since: "0.1.0",
    levels: Levels::of("EEEE"),
    boot: true,
    traits: COMMON,
    page: include_str!("tls_refused.md"),
    checks: &[Check::Failure(FailureClass::TlsRefused, check), Check::File(compose)],
};

fn check(target: &Target, failure: &Failure, out: &mut Sink<'_>) {
    let draft = unreachable::report(target, failure, out, &["sslmode", "host"], "this decides about TLS");
    if failure.phase == Phase::Configuration {
        draft.help(match target.tls_word() {
            "ssl" => "set ssl=verify-full, with PGSSLROOTCERT",
            _ => "set sslmode=verify-full, with sslrootcert",
        });
    } else if target.wants_direct_tls() {
        draft.help(
            "take `sslnegotiation` out: servers before PostgreSQL 17 and most poolers want to be asked first",
        );
    } else {
        draft.help("turn ssl on at the server or pooler: in psql there, `SHOW ssl` must say on");
    }
}

/// A service of a compose file that asks for TLS, and the server beside it, which has none.
fn compose(file: &File<'_>, _: &Project<'_>, out: &mut Sink<'_>) {
    let Structure::Compose(compose) = &file.carried.structure else { return };
    for service in compose.services.iter().filter(|s| !s.server && !s.foreign_network) {
        let Some(view) = service.layer.and_then(|i| file.views.get(i)) else { continue };
        for target in view.settings.targets.iter().filter(|t| t.is_postgres()) {
            let needs = matches!(
                target.sslmode(),
                Some(Ok(SslMode::Require | SslMode::VerifyCa | SslMode::VerifyFull))
            );
            let (Some(mode), Some(host)) = (target.get("sslmode").filter(|_| needs), target.get("host"))
            else {
                continue;
            };
            // What pgward.toml says of all environments may be otherwise in this one.
            let own = |l: &Layer| l.kind != LayerKind::Policy && l.source == mode.span().map(|s| s.source);
            let reached = |s: &&Service| s.server && s.hosts.iter().any(|n| host.value.same_as(n));
            let mut servers = compose.services.iter().filter(reached);
            if let (Some(server), None, true) = (servers.next(), servers.next(), view.layers.iter().any(own))
                && server.clear
                && !server.partial
            {
                out.report(format!("`{}` needs TLS, and `{}` beside it has none", service.name, server.name))
                    .at(&mode.origin, "this decides about TLS")
                    .also_span(server.span, "the image as it comes has TLS off")
                    .note("every login fails: \"server does not support SSL, but SSL was required\"")
                    .help("start the server with `-c ssl=on` and a certificate, or leave TLS out on this network")
                    .at_most(Levels::of("WWEE"));
            }
        }
    }
}
