use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "verify-full-with-ip",
    since: "0.1.0",
    levels: Levels::of("WWWE"),
    boot: true,
    traits: COMMON,
    page: include_str!("verify_full_with_ip.md"),
    checks: &[Check::Target(check)],
};

fn check(target: &Target, _: &Settings, out: &mut Sink<'_>) {
    if target.tls_mode() != Some(SslMode::VerifyFull) {
        return;
    }
    match target.nameless() {
        Some(Nameless::HostAddr) => {
            out.report("`sslmode=verify-full` has no name to look for in the certificate")
                .at(target.origin_of("hostaddr"), "an address, and no `host` beside it")
                .also(target.origin_of("sslmode"), "checks the name")
                .note("libpq refuses every certificate then, also one that names the address")
                .help("write the name that the certificate has into `host`, beside `hostaddr`: libpq dials the one and checks the other");
        }
        // The server's certificate says whether it names the address, and is asked soon.
        Some(Nameless::Address) if out.door() < Door::Preflight => {
            out.report("`sslmode=verify-full` looks for an address in the certificate, where mostly names stand")
                .at(target.origin_of("host"), "an address, not a name")
                .also(target.origin_of("sslmode"), "checks what stands in `host`")
                .note("it connects only if the certificate names the address (subjectAltName IP), which libpq takes from 15 on")
                .help("write the name that the certificate has; where it cannot be resolved, libpq takes the address as `hostaddr` beside it")
                .at_most(Levels::of("IIWW"));
        }
        _ => {}
    }
}
