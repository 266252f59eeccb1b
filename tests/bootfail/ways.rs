//! What a refusal says where the server was tried in two ways, or lets another service check the password.

use super::support::{certs, pg};
use super::{CANARY, refused};
use pgward::unstable::probe::{Evidence, FailureCause, FailureClass as C, Phase as P};
use std::sync::LazyLock;

/// With TLS. Nobody answers where its LDAP server should be (tcpmux).
static SERVER: LazyLock<pg::Server> = LazyLock::new(|| {
    let authority = certs::Authority::new("some authority");
    let identity = authority.leaf(&["localhost", "127.0.0.1"], |_| {});
    let roles = ["nobody", "certonly", "certorpw", "ldaprole", "onlyplain"];
    pg::Server::start(&pg::Setup {
        hba: "hostssl all certonly all cert\nhostssl all certorpw all cert\nhost all certorpw all scram-sha-256\n\
              host all ldaprole all ldap ldapserver=127.0.0.1 ldapport=1 ldapprefix=\"cn=\" ldapsuffix=\",dc=x\"\n\
              host all nobody all reject\n",
        conf: "ssl = on\nssl_ca_file = 'root.crt'",
        files: &[
            ("server.crt", &identity.pem),
            ("server.key", &identity.key_pem),
            ("root.crt", &authority.pem),
        ],
        sql: &roles.map(|role| format!("CREATE ROLE {role} LOGIN PASSWORD '{CANARY}';")).concat(),
    })
});

fn url(user: &str, query: &str) -> String {
    format!("postgresql://{user}@127.0.0.1:{}/postgres?{query}", SERVER.port())
}

fn others(failure: &pgward::unstable::probe::Failure) -> usize {
    failure.evidence.iter().filter(|e| matches!(e, Evidence::Attempt { .. })).count()
}

#[tokio::test]
async fn both_ways_are_said_where_both_were_tried() {
    for (user, query, cause, says) in [
        ("nobody", "sslmode=prefer", FailureCause::EitherWay, "with TLS or without"),
        ("nobody", "sslmode=allow", FailureCause::EitherWay, "with TLS or without"),
        ("nobody", "sslmode=require", FailureCause::OverTls, "over TLS"),
        ("nobody", "sslmode=disable", FailureCause::WithoutTls, "without TLS"),
    ] {
        let failure = refused(&url(user, query)).await;
        assert_eq!((failure.class, failure.cause), (C::HbaRejected, Some(cause)), "{query}: {failure}");
        assert!(failure.message.ends_with(says), "{query}: {failure}");
        assert_eq!(others(&failure), 0, "{query}: {failure}");
    }
}

#[tokio::test]
async fn a_server_that_wants_a_certificate_is_said_to() {
    for (user, query) in [
        ("certonly", "sslmode=require"),
        ("certonly", "sslmode=prefer"),
        ("certonly", "sslmode=allow"),
        // Without TLS a password would do, and there is none.
        ("certorpw", "sslmode=require"),
        ("certorpw", "sslmode=prefer"),
    ] {
        let failure = refused(&url(user, query)).await;
        assert_eq!(
            (failure.class, failure.phase, failure.cause),
            (C::HbaRejected, P::Startup, Some(FailureCause::ClientCertificate)),
            "{user} {query}: {failure}"
        );
        assert!(failure.message.contains("demands a client certificate, and none is set"), "{failure}");
        assert!(failure.help().is_some_and(|help| help.contains("sslcert")), "{failure}");
    }
    // A password that went over and was wrong is the nearer cause.
    let failure = refused(&url("certorpw:wrong", "sslmode=prefer")).await;
    assert_eq!(failure.class, C::AuthFailed, "{failure}");
    let certificate =
        |e: &Evidence| matches!(e, Evidence::Attempt { message, .. } if message.contains("certificate"));
    assert!(failure.evidence.iter().any(certificate), "{failure}");
}

#[tokio::test]
async fn another_services_no_is_not_called_a_wrong_password() {
    let failure = refused(&url(&format!("ldaprole:{CANARY}"), "sslmode=require")).await;
    assert_eq!(
        (failure.class, failure.cause),
        (C::AuthFailed, Some(FailureCause::OutsideService)),
        "{failure}"
    );
    assert!(
        failure.message.contains("LDAP") && failure.message.contains("could not be reached"),
        "{failure}"
    );
}
