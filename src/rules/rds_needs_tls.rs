use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "rds-needs-tls",
    since: "0.1.0",
    levels: Levels::of("WWEE"),
    boot: false,
    traits: COMMON,
    page: include_str!("rds_needs_tls.md"),
    checks: &[Check::Target(check)],
};

fn check(target: &Target, settings: &Settings, out: &mut Sink<'_>) {
    if target.hosted() != Some(Hosted::Rds) || target.names_placeholder_host() {
        return;
    }
    let help = "say `sslmode=verify-full` with Amazon's bundle in `sslrootcert`, at least `sslmode=require`";
    let refused = "since PostgreSQL 15 the parameter `rds.force_ssl` is on unless someone turned it off: the server \
                   answers `no pg_hba.conf entry … no encryption`";
    match target.sslmode() {
        Some(Ok(SslMode::Disable)) => {
            out.report("Amazon RDS refuses connections without TLS, and this one never asks for it")
                .at(target.origin_of("sslmode"), "never")
                .also(target.origin_of("host"), "Amazon RDS")
                .note(refused)
                .help(help);
        }
        // libpq's default tries TLS first; these try it only when they are told to.
        None if target.form == Form::Url && target.spelling().is_native() => {
            let plain = |c: Consumer| matches!(c, Consumer::NodePostgres | Consumer::PostgresJs);
            let Some(consumer) = settings.consumers.iter().find(|c| plain(c.value)) else { return };
            out.report(format!(
                "Amazon RDS refuses connections without TLS, and {} tries none",
                consumer.value.as_str()
            ))
            .at(target.origin_of("host"), "no sslmode for this host")
            .also(&consumer.origin, "reads it")
            .note(refused)
            .note("the code may ask for TLS itself: then say so under `[connection]` in pgward.toml")
            .help(help)
            .at_most(Levels::of("IIWW"));
        }
        _ => {}
    }
}
