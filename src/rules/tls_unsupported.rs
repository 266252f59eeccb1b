use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "tls-unsupported",
    since: "0.1.0",
    levels: Levels::of("EEEE"),
    boot: true,
    traits: COMMON,
    page: include_str!("tls_unsupported.md"),
    checks: &[Check::Failure(FailureClass::TlsUnsupported, check)],
};

fn check(target: &Target, failure: &Failure, out: &mut Sink<'_>) {
    // `parameter-unsupported` says it without a server.
    if failure.phase == Phase::Configuration && !target.unsupported_keywords().is_empty() {
        return;
    }
    if let Some(keyword) = unreachable::keyword(target, failure) {
        unreachable::report(target, failure, out, &[keyword], "not honoured here")
            .help(failure.help().unwrap_or(
            "take the keyword out if it is not needed: `pgward show` lists what is in force and who set it",
        ));
        return;
    }
    if failure.phase == Phase::Configuration {
        let help =
            failure.help().unwrap_or("the files of ~/.postgresql are used when no keyword names others");
        unreachable::report(target, failure, out, &["sslmode", "host"], "TLS with this server").help(help);
        return;
    }
    let address = advice::connect_to(target);
    let look =
        format!("see what the server speaks: `openssl s_client -starttls postgres -connect {address}`");
    let draft = unreachable::report(target, failure, out, &["sslmode", "host"], "TLS with this server");
    match failure.help() {
        Some(help) => draft.note(look).help(help),
        None => draft.help(look),
    };
}
