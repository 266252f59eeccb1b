use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "tls-refused",
    since: "0.1.0",
    levels: Levels::of("EEEE"),
    boot: true,
    traits: COMMON,
    page: include_str!("tls_refused.md"),
    checks: &[Check::Failure(FailureClass::TlsRefused, check)],
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
