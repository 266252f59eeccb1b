//! Certificates out of date and files out of place, where a real server answers or is not even asked.

use super::{CANARY, WORLD, certs, file, pg, pgward, url};

/// The rules of the findings above a note, and whether the server was asked.
fn said(url: &str) -> (Vec<String>, bool, i32) {
    let arguments = ["preflight", "--format", "json"];
    let ran = pgward(&arguments, &[("DATABASE_URL", url), ("APP_ENV", "production")]);
    let json = ran.json();
    let loud = |f: &&serde_json::Value| f["severity"] != "note" && !OTHERS.iter().any(|o| f["rule"] == *o);
    let findings = json["findings"].as_array().expect("findings");
    let rules =
        findings.iter().filter(loud).map(|f| f["rule"].as_str().expect("a rule").to_owned()).collect();
    (rules, !json["failure"].is_null() || !json["server"].is_null(), ran.code)
}

/// The server is on this machine.
const OTHERS: &[&str] = &["localhost-in-production"];

#[test]
fn a_file_that_is_no_use_is_told_before_the_server_is_asked() {
    std::fs::create_dir_all(WORLD.files.path().join("directory.pem")).expect("created");
    std::fs::write(WORLD.files.path().join("html.pem"), "<html>404</html>").expect("written");
    for (root, rule) in [
        ("&sslrootcert=/nowhere/ca.pem".to_owned(), "tls-file-missing"),
        (format!("&sslrootcert={}", file("directory.pem")), "tls-file-missing"),
        (format!("&sslrootcert={}", file("html.pem")), "tls-file-missing"),
        (String::new(), "verify-without-root"),
    ] {
        let (rules, asked, code) = said(&url(&format!("app?sslmode=verify-full{root}")));
        assert_eq!((rules, asked, code), (vec![rule.to_owned()], false, 1), "{root}");
    }
    let (rules, asked, code) = said(&url(&format!("app?sslmode=verify-full&sslrootcert={}", file("ca.pem"))));
    assert_eq!((rules, asked, code), (vec![], true, 0));
}

#[test]
fn a_servers_certificate_after_its_end() {
    let authority = certs::Authority::new("an authority");
    let identity = authority.leaf(&["127.0.0.1"], |params| {
        params.not_after = rcgen::date_time_ymd(2020, 1, 1);
    });
    let server = pg::Server::start(&pg::Setup {
        hba: "host all all all scram-sha-256\n",
        conf: "ssl = on",
        files: &[("server.crt", &identity.pem), ("server.key", &identity.key_pem)],
        sql: &format!("CREATE ROLE app LOGIN PASSWORD '{CANARY}'; CREATE DATABASE app OWNER app;"),
    });
    std::fs::write(WORLD.files.path().join("address.pem"), &authority.pem).expect("written");
    let url = |mode: &str| {
        let root = file("address.pem");
        format!("postgresql://app:{CANARY}@127.0.0.1:{}/app?sslmode={mode}&sslrootcert={root}", server.port())
    };
    // The certificate is past its end: who verifies it stops there, who does not hears of it.
    assert_eq!(said(&url("verify-full")), (vec!["tls-untrusted".to_owned()], true, 1));
    let ran = pgward(&["preflight"], &[("DATABASE_URL", &url("verify-full")), ("APP_ENV", "production")]);
    let text = ran.stdout.replace('│', "").split_whitespace().collect::<Vec<_>>().join(" ");
    let certificate = "its certificate is for 127.0.0.1, signed by CN=an authority, valid from";
    assert!(text.contains(certificate) && text.contains("2020-01-01T00:00:00Z"), "{}", ran.stdout);
    assert!(text.contains("the certificate of this server"), "the host is underlined: {}", ran.stdout);
    let require = format!("postgresql://app:{CANARY}@127.0.0.1:{}/app?sslmode=require", server.port());
    assert_eq!(said(&require), (vec!["tls-cert-expiring".to_owned()], true, 0));
    let lone = format!("postgresql://app:{CANARY}@/app?hostaddr=127.0.0.1&port={}", server.port());
    let lone = format!("{lone}&sslmode=verify-full&sslrootcert={}", file("address.pem"));
    assert_eq!(said(&lone), (vec!["verify-full-with-ip".to_owned()], false, 1));
}

#[test]
fn an_absent_file_is_told_once() {
    let url = url(&format!("app?sslmode=require&sslcert={}", file("nothing.pem")));
    let variables = [("DATABASE_URL", url.as_str()), ("APP_ENV", "production"), ("PGWARD_MODE", "observe")];
    let ran = pgward(&["preflight", "--format", "json"], &variables);
    let json = ran.json();
    assert!(!json["server"].is_null(), "the server was asked: {json}");
    let findings = json["findings"].as_array().expect("findings");
    assert_eq!(findings.iter().filter(|f| f["rule"] == "tls-file-missing").count(), 1, "{json}");
    let remarks = json["remarks"].as_array().expect("remarks");
    let again = |r: &&serde_json::Value| r.as_str().is_some_and(|r| r.contains("that does not exist"));
    assert_eq!(remarks.iter().filter(again).count(), 0, "{remarks:?}");
}

/// What a rule says of the configuration, and another one of the connection that fails over it.
#[test]
fn what_keeps_from_connecting_is_told_once() {
    use std::os::unix::fs::PermissionsExt as _;
    let authority = certs::Authority::new("an authority");
    let client = authority.leaf(&["app"], |_| {});
    let (certificate, key) = (WORLD.files.path().join("app.crt"), WORLD.files.path().join("app.key"));
    std::fs::write(&certificate, &client.pem).expect("written");
    std::fs::write(&key, &client.key_pem).expect("written");
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o644)).expect("a mode");
    let pair = format!("sslmode=require&sslcert={}&sslkey={}", certificate.display(), key.display());
    for (query, rule) in [("sslmode=verify-full".to_owned(), "tls-untrusted"), (pair, "tls-unsupported")] {
        let variables =
            [("DATABASE_URL", url(&format!("app?{query}"))), ("APP_ENV", "development".to_owned())];
        let variables = variables.each_ref().map(|(name, value)| (*name, value.as_str()));
        let ran = pgward(&["preflight", "--format", "json"], &variables);
        let json = ran.json();
        let findings = json["findings"].as_array().expect("findings");
        let rules: Vec<_> =
            findings.iter().filter(|f| f["severity"] != "note").map(|f| f["rule"].as_str()).collect();
        assert_eq!((rules, ran.code), (vec![Some(rule)], 1), "{json}");
    }
}

/// A list of revoked certificates is used whole or not at all.
#[test]
fn a_list_that_is_too_large_is_not_cut() {
    let mut list = std::fs::read(WORLD.files.path().join("ca.pem")).expect("read");
    list.resize(5 << 20, b'\n');
    std::fs::write(WORLD.files.path().join("large.crl"), list).expect("written");
    let query = format!("sslmode=verify-full&sslrootcert={}&sslcrl={}", file("ca.pem"), file("large.crl"));
    let url = url(&format!("app?{query}"));
    let variables = [("DATABASE_URL", url.as_str()), ("APP_ENV", "development"), ("PGWARD_MODE", "observe")];
    let ran = pgward(&["preflight", "--format", "json"], &variables);
    let message = ran.json()["failure"]["message"].as_str().expect("a failure").to_owned();
    assert!(message.contains("of `sslcrl` is larger than 4 MiB"), "{message}");
}
