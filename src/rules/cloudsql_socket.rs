use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "cloudsql-socket",
    since: "0.1.0",
    levels: Levels::of("WWWW"),
    boot: false,
    traits: COMMON,
    page: include_str!("cloudsql_socket.md"),
    checks: &[Check::Target(check)],
};

fn check(target: &Target, settings: &Settings, out: &mut Sink<'_>) {
    if !target.oddities.placeholders.is_empty() {
        return;
    }
    let help =
        "the host is `/cloudsql/PROJECT:REGION:INSTANCE`, in a URL `?host=/cloudsql/PROJECT:REGION:INSTANCE`";
    let (message, place, label) = match target.cloudsql_fault() {
        Some(CloudSqlFault::Shape) => (
            "the path of a Cloud SQL socket does not name project, region and instance".to_owned(),
            "host",
            "three names with `:` between them",
        ),
        Some(CloudSqlFault::Socket) => (
            "a Cloud SQL socket is named twice".to_owned(),
            "host",
            "the client adds `/.s.PGSQL.5432` itself",
        ),
        Some(CloudSqlFault::AsDatabase) => (
            "the path of a Cloud SQL socket stands where the database's name does".to_owned(),
            "dbname",
            "read as the name of a database",
        ),
        Some(CloudSqlFault::Long(bytes)) => (
            format!("the path of a Cloud SQL socket has {bytes} bytes, and 107 is the most"),
            "host",
            "too long with the socket's own name behind it",
        ),
        None => return over_tls(target, settings, out),
    };
    out.report(message).at(target.origin_of(place), label).note("no socket is found there").help(help);
}

/// libpq leaves TLS out on a socket; others ask for it, and the proxy has none to offer.
fn over_tls(target: &Target, settings: &Settings, out: &mut Sink<'_>) {
    let strict = |mode| matches!(mode, SslMode::Require | SslMode::VerifyCa | SslMode::VerifyFull);
    let asks = target.sslmode().is_some_and(|mode| mode.is_ok_and(strict));
    if !target.is_cloudsql_socket() || !asks {
        return;
    }
    let Some(other) = settings.consumers.iter().find(|c| !c.value.does_tls_as_libpq()) else { return };
    out.report(format!(
        "TLS is asked for on a socket of Cloud SQL, and {} insists on it",
        other.value.as_str()
    ))
    .at(target.origin_of("sslmode"), "the proxy encrypts by itself")
    .also(target.origin_of("host"), "a socket")
    .also(&other.origin, "reads it")
    .note("the proxy's own way to the server is encrypted; on the socket it offers no TLS")
    .help("leave `sslmode` out here");
}
