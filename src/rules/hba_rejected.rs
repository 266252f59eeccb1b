use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "hba-rejected",
    since: "0.1.0",
    levels: Levels::of("EEEE"),
    boot: true,
    traits: COMMON,
    page: include_str!("hba_rejected.md"),
    checks: &[Check::Failure(FailureClass::HbaRejected, check)],
};

fn check(target: &Target, failure: &Failure, out: &mut Sink<'_>) {
    let role = advice::sql(target.get("user").map(|s| &s.value), "THE_ROLE");
    let database = advice::sql(target.get("dbname").map(|s| &s.value), "THE_DATABASE");
    let socket = target.get("host").and_then(|s| s.value.shown()).is_some_and(|h| h.starts_with('/'));
    let plain = target.get("sslmode").is_some_and(|s| s.value.equals("disable"));
    let certificate = failure.cause == Some(FailureCause::ClientCertificate);
    let keywords: &[&str] =
        if certificate { &["sslcert", "sslmode", "user", "host"] } else { &["sslmode", "user", "host"] };
    let draft = unreachable::report(target, failure, out, keywords, "not admitted with this");
    if certificate {
        draft
            .help(failure.help().unwrap_or("set sslcert and sslkey to a certificate that the server trusts"));
        return;
    }
    let unencrypted = plain || failure.cause == Some(FailureCause::WithoutTls) && target.is_loopback();
    let (kind, address) = match (socket, unencrypted) {
        (true, _) => ("local", ""),
        (false, true) => ("host", " CLIENT_ADDRESS"),
        (false, false) => ("hostssl", " CLIENT_ADDRESS"),
    };
    let line = format!(
        "have the administrator add `{kind} {database} {role}{address} scram-sha-256` to pg_hba.conf, above any line that rejects it, and run SELECT pg_reload_conf()"
    );
    draft.help(if plain && !socket {
        format!("if the server demands TLS, set {}; else {line}", advice::verify_full(target))
    } else {
        line
    });
}
