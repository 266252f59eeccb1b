//! Lists of revoked certificates, beside psql.

use super::{SERIAL, WORLD, connect_with, openssl, path, psql, put, url};
use crate::support::{certs, home};
use pgward::unstable::probe::{FailureClass, Phase};
use std::fs;

#[tokio::test]
async fn lists() {
    let dir = WORLD.dir.path();
    let list = |name: &str, text: &str| put(dir, name, text);
    list("clean.crl", &WORLD.authority.revoked(&[1], 2090));
    list("revoked.crl", &WORLD.authority.revoked(&[1, SERIAL], 2090));
    list("stale.crl", &WORLD.authority.revoked(&[1], 2021));
    list("others.crl", &certs::Authority::new("others").revoked(&[1], 2090));
    for name in ["clean", "revoked"] {
        let text = fs::read_to_string(path(&format!("{name}.crl"))).expect("a list");
        list(&format!("{name}-dir/list.pem"), &text);
        openssl(&format!("rehash {name}-dir"));
        list(&format!("{name}-home/.postgresql/root.crl"), &text);
    }
    for (home, keyword, file, word) in [
        ("empty", "sslcrl", "clean.crl", None),
        ("empty", "sslcrl", "revoked.crl", Some("it was revoked")),
        ("empty", "sslcrl", "stale.crl", Some("out of date")),
        ("empty", "sslcrl", "others.crl", Some("no list of revoked certificates says anything")),
        ("empty", "sslcrldir", "clean-dir", None),
        ("empty", "sslcrldir", "revoked-dir", Some("it was revoked")),
        ("empty", "sslcrldir", "empty", Some("no list of revoked certificates says anything")),
        ("clean-home", "", "", None),
        ("revoked-home", "", "", Some("it was revoked")),
        ("revoked-home", "sslcrl", "clean.crl", None),
    ] {
        for mode in ["require", "verify-ca", "verify-full"] {
            let mut query = format!("sslmode={mode}&sslrootcert={}", path("ca.pem"));
            if !keyword.is_empty() {
                query = format!("{query}&{keyword}={}", path(file));
            }
            let url = url("app", &query);
            let failure = connect_with(&url, || home::files(&dir.join(home))).await.err();
            assert_eq!(
                psql(home, &url),
                failure.is_none(),
                "psql: {home} {keyword} {file} {mode}: {failure:?}"
            );
            assert_eq!(failure.is_some(), word.is_some(), "{home} {keyword} {file} {mode}: {failure:?}");
            if let (Some(failure), Some(word)) = (failure, word) {
                assert_eq!(
                    (failure.class, failure.phase),
                    (FailureClass::TlsUntrusted, Phase::Tls),
                    "{failure}"
                );
                assert!(failure.message.contains(word), "{file}: {failure}");
            }
        }
    }
    // without a root file nothing is verified, and no list is looked into
    let unverified = url("app", &format!("sslmode=require&sslcrl={}", path("revoked.crl")));
    assert!(connect_with(&unverified, || home::files(&dir.join("empty"))).await.is_ok());
    assert!(psql("empty", &unverified));
}

/// libpq goes on without a list that is named and of no use; here that refuses, with the reason.
#[tokio::test]
async fn lists_of_no_use() {
    let dir = WORLD.dir.path();
    put(dir, "garbage.crl", "no list at all");
    for (keyword, file, word) in [
        ("sslcrl", "missing.crl", "does not exist"),
        ("sslcrl", "garbage.crl", "holds no list"),
        ("sslcrldir", "missing-dir", "does not exist"),
    ] {
        let query = format!("sslmode=verify-full&sslrootcert={}&{keyword}={}", path("ca.pem"), path(file));
        let failure = connect_with(&url("app", &query), || home::files(&dir.join("empty"))).await.err();
        let failure = failure.expect("it refuses");
        assert_eq!(
            (failure.class, failure.phase),
            (FailureClass::TlsUntrusted, Phase::Configuration),
            "{failure}"
        );
        assert!(failure.message.contains(word) && failure.message.contains(keyword), "{failure}");
    }
}
