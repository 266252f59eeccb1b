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
