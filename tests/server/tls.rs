//! libpq's six modes, names and certificates.

use super::support::{certs, fake::Fake};
use super::{LOCALHOST, WORLD, at, bounds, class, dial, open, open_with, refused, root, root_file};
use pgward::Part;
use pgward::unstable::probe::{Bounds, Dial, DialHost, Failure, FailureClass, Phase, RootCert, SslMode};
use std::time::Duration;

#[tokio::test]
async fn six_modes() {
    let how = |user: &'static str, sslmode, root: Option<RootCert>| async move {
        let driver = open(Dial { sslmode, sslrootcert: root, ..dial(user, "app") }).await;
        driver.map(|driver| driver.session().unwrap().tls().is_some()).map_err(|failure| failure.class)
    };
    let right = || root(&WORLD.authority.pem);
    let other = || root(&certs::Authority::new("other authority").pem);
    let untrusted = Err(FailureClass::TlsUntrusted);
    assert_eq!(how("app", SslMode::Disable, None).await, Ok(false));
    assert_eq!(how("app", SslMode::Disable, other()).await, Ok(false));
    assert_eq!(how("app", SslMode::Allow, None).await, Ok(false));
    assert_eq!(how("onlytls", SslMode::Allow, None).await, Ok(true));
    assert_eq!(how("onlyplain", SslMode::Allow, None).await, Ok(false));
    assert_eq!(how("app", SslMode::Prefer, None).await, Ok(true));
    assert_eq!(how("app", SslMode::Prefer, right()).await, Ok(true));
    assert_eq!(how("app", SslMode::Prefer, other()).await, untrusted, "never plaintext instead");
    assert_eq!(how("onlyplain", SslMode::Prefer, None).await, Ok(false));
    assert_eq!(how("app", SslMode::Require, None).await, Ok(true));
    assert_eq!(how("app", SslMode::Require, other()).await, untrusted);
    assert_eq!(how("app", SslMode::VerifyCa, right()).await, Ok(true));
    assert_eq!(how("app", SslMode::VerifyCa, other()).await, untrusted);
    assert_eq!(how("app", SslMode::VerifyFull, None).await, untrusted);
    assert_eq!(how("onlyplain", SslMode::Require, None).await, Err(FailureClass::HbaRejected));
    let policy = Dial { sslmode: SslMode::Prefer, tls_required: true, ..dial("onlyplain", "app") };
    assert_eq!(class(policy).await, FailureClass::HbaRejected);
    let policy = Dial { sslmode: SslMode::Disable, tls_required: true, ..dial("app", "app") };
    assert_eq!(refused(policy).await.phase, Phase::Configuration);
}

#[tokio::test]
async fn names() {
    let at_name =
        |name: &str| vec![DialHost::addr(Some(Part::harmless(name)), LOCALHOST, WORLD.server.port())];
    let wrong = refused(Dial { hosts: at_name("db.example"), ..dial("app", "app") }).await;
    assert_eq!(wrong.class, FailureClass::TlsUntrusted);
    assert!(wrong.message.contains("another host name"), "{wrong}");
    let chain_only = Dial { hosts: at_name("db.example"), sslmode: SslMode::VerifyCa, ..dial("app", "app") };
    assert!(open(chain_only).await.is_ok());
    assert!(open(Dial { hosts: at_name("127.0.0.1"), ..dial("app", "app") }).await.is_ok());
    let literal = vec![DialHost::name(Part::harmless("127.0.0.1"), WORLD.server.port())];
    assert!(open(Dial { hosts: literal, ..dial("app", "app") }).await.is_ok());
    let resolved = vec![DialHost::name(Part::harmless("localhost"), WORLD.server.port())];
    assert!(open(Dial { hosts: resolved, ..dial("app", "app") }).await.is_ok());
    let none = vec![DialHost::addr(None, LOCALHOST, WORLD.server.port())];
    assert_eq!(refused(Dial { hosts: none, ..dial("app", "app") }).await.phase, Phase::Configuration);
}

#[tokio::test]
async fn root_files() {
    for (root, word) in [
        (root_file(Err(std::io::ErrorKind::NotFound)), "does not exist"),
        (root_file(Err(std::io::ErrorKind::PermissionDenied)), "may not be read"),
        (root_file(Ok(b"not a certificate".to_vec())), "no certificate in PEM form"),
    ] {
        let failure = refused(Dial { sslrootcert: Some(root), ..dial("app", "app") }).await;
        assert_eq!((failure.class, failure.phase), (FailureClass::TlsUntrusted, Phase::Configuration));
        assert!(failure.message.contains("ca.pem") && failure.message.contains(word), "{failure}");
    }
}

#[tokio::test]
async fn certificates_that_do_not_convince() {
    let authority = certs::Authority::new("an authority");
    let verify = |identity: &certs::Identity, sslmode, pem: &str| {
        let fake = Fake::tls(identity);
        let bounds = Bounds { timeout: Duration::from_millis(700), ..bounds() };
        let dial = Dial { sslrootcert: root(pem), ..at(fake.port, sslmode) };
        async move { open_with(dial, Vec::new(), bounds).await.err().expect("it never answers") }
    };
    // past the handshake the fake says nothing: that is how it shows that the certificate convinced
    let accepted =
        |failure: Failure| (failure.class, failure.phase) == (FailureClass::DeadlineExceeded, Phase::Startup);
    let good = authority.leaf(&["localhost"], |_| {});
    assert!(accepted(verify(&good, SslMode::VerifyFull, &authority.pem).await));
    let expired = authority.leaf(&["localhost"], |p| p.not_after = rcgen::date_time_ymd(2001, 1, 1));
    let later = authority.leaf(&["localhost"], |p| p.not_before = rcgen::date_time_ymd(2089, 1, 1));
    let own = certs::self_signed(&["localhost"], |_| {});
    let own_expired = certs::self_signed(&["localhost"], |p| p.not_after = rcgen::date_time_ymd(2001, 1, 1));
    let other = certs::self_signed(&["localhost"], |_| {});
    for (identity, pem, word) in [
        (&expired, &authority.pem, "expired"),
        (&later, &authority.pem, "not valid yet"),
        (&own, &authority.pem, "self-signed"),
        (&own, &other.pem, "self-signed"),
        (&own_expired, &own_expired.pem, "expired"),
        (&good, &other.pem, "no authority"),
    ] {
        let failure = verify(identity, SslMode::VerifyFull, pem).await;
        assert_eq!((failure.class, failure.phase), (FailureClass::TlsUntrusted, Phase::Tls), "{failure}");
        assert!(failure.message.contains(word), "{word}: {failure}");
    }
    let old = certs::Authority::until("an old authority", 2001);
    let failure = verify(&old.leaf(&["localhost"], |_| {}), SslMode::VerifyFull, &old.pem).await;
    assert!(failure.message.contains("authority that signed it is out of date"), "{failure}");
    // as `openssl req -x509` makes them, the root file being the certificate itself
    assert!(accepted(verify(&own, SslMode::VerifyFull, &own.pem).await));
    let wrong_name = certs::self_signed(&["db.example"], |_| {});
    assert!(accepted(verify(&wrong_name, SslMode::VerifyCa, &wrong_name.pem).await));
    let failure = verify(&wrong_name, SslMode::VerifyFull, &wrong_name.pem).await;
    assert!(failure.message.contains("another host name"), "{failure}");
    // the common name counts when there is no alternative name
    let named = |name: &'static str| {
        authority.leaf(&[], move |p| p.distinguished_name.push(rcgen::DnType::CommonName, name))
    };
    assert!(accepted(verify(&named("localhost"), SslMode::VerifyFull, &authority.pem).await));
    let failure = verify(&named("db.example"), SslMode::VerifyFull, &authority.pem).await;
    assert_eq!(failure.class, FailureClass::TlsUntrusted);
}
