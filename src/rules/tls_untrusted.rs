use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "tls-untrusted",
    since: "0.1.0",
    levels: Levels::of("EEEE"),
    boot: true,
    traits: COMMON,
    page: include_str!("tls_untrusted.md"),
    checks: &[Check::Failure(FailureClass::TlsUntrusted, check)],
};

fn check(target: &Target, failure: &Failure, out: &mut Sink<'_>) {
    // That there is no root file, or none that is one, is said without a server, where the mode can be told.
    let told = target.tls_mode().is_some() && failure.phase == Phase::Configuration;
    let useless = |f: &TlsFile| f.keyword == "sslrootcert" && f.fault.is_some();
    let useless = target.tls_files.as_ref().is_some_and(|all| all.files.iter().any(useless));
    if told && (target.lacks_root_file() || useless) {
        return;
    }
    if failure.phase == Phase::Configuration
        && let Some(keyword) = unreachable::keyword(target, failure)
    {
        unreachable::report(target, failure, out, &[keyword], "looked into for what was revoked")
            .help("it must be a PEM file that this system user may read, with a list of each authority in the chain");
        return;
    }
    if failure.phase == Phase::Configuration {
        unreachable::report(target, failure, out, &["sslrootcert", "sslmode", "host"], "verified as this says")
            .help("sslrootcert must be a PEM file that this system user may read, and host the name in the certificate");
        return;
    }
    let address = advice::connect_to(target);
    let draft = unreachable::report(
        target,
        failure,
        out,
        &["sslrootcert", "sslmode", "host"],
        "verified as this says",
    );
    let compare = format!(
        "compare the chain that `openssl s_client -starttls postgres -connect {address} -showcerts` prints with sslrootcert"
    );
    draft.help(failure.help().map_or(compare, str::to_owned));
}
