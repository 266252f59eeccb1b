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
    if failure.phase == Phase::Configuration {
        let list = unreachable::keyword(target, failure).filter(|keyword| keyword.starts_with("sslcrl"));
        if let Some(keyword) = list {
            unreachable::report(target, failure, out, &[keyword], "looked into for what was revoked")
                .help("it must be a PEM file that this system user may read, with a list of each authority in the chain");
            return;
        }
        let draft = unreachable::report(target, failure, out, ROOT, "verified as this says");
        draft.help(failure.help().unwrap_or(
            "sslrootcert must be a PEM file that this system user may read, and host the name in the certificate",
        ));
        return;
    }
    let (keywords, label) = decided(target, failure);
    let mut draft = unreachable::report(target, failure, out, keywords, label);
    let home = !target.has("sslrootcert")
        && target.tls_files.as_ref().is_some_and(|files| files.root_at_home == Some(true));
    if home && keywords == ROOT {
        draft = draft
            .note("the root certificate file is ~/.postgresql/root.crt, because no keyword names another");
    }
    let address = advice::connect_to(target);
    let compare = format!(
        "compare the chain that `openssl s_client -starttls postgres -connect {address} -showcerts` prints with sslrootcert"
    );
    draft.help(failure.help().map_or(compare, str::to_owned));
}

/// What of the configuration the certificate was held against.
fn decided(target: &Target, failure: &Failure) -> (&'static [&'static str], &'static str) {
    use Untrusted as U;
    match failure.cause {
        Some(FailureCause::Untrusted(U::Name)) if target.has("host") => {
            (HOST, "not a name in its certificate")
        }
        Some(FailureCause::Untrusted(
            U::Expired | U::NotYetValid | U::Purpose | U::Signature | U::Encoding,
        )) => (HOST, "the certificate of this server"),
        Some(FailureCause::Untrusted(U::Revoked | U::RevocationUnknown | U::RevocationStale)) => {
            (&["sslcrl", "sslcrldir", "sslrootcert", "sslmode", "host"], "looked into for what was revoked")
        }
        _ if target.has("sslrootcert") => (ROOT, "the authorities that count"),
        _ => (ROOT, "verified as this says"),
    }
}

const ROOT: &[&str] = &["sslrootcert", "sslmode", "host"];
const HOST: &[&str] = &["host", "hostaddr", "sslmode"];
