//! What lies where `sslrootcert` and its like point, as the rules see it: no server, no file, a day of our own.
#![cfg(feature = "cli")]

mod support {
    pub(crate) mod certs;
}

use pgward::unstable::{
    configuration::{Configuration, Input},
    finding::{Located, Severity},
    judge::Evidence,
    rules::Door,
    settings::{FileFacts, LibpqFiles},
};
use std::collections::BTreeMap;
use support::certs;

/// 1 January 2026, in seconds since 1970.
const NOW: u64 = 1_767_225_600;
const DAY: u64 = 86_400;

#[derive(Clone, Default)]
struct World(BTreeMap<&'static str, FileFacts>);

impl World {
    fn with(mut self, path: &'static str, text: impl Into<Vec<u8>>) -> Self {
        let facts =
            FileFacts { bytes: Some(text.into()), regular: true, mode: 0o600, ..FileFacts::default() };
        self.0.insert(path, facts);
        self
    }

    fn facts(mut self, path: &'static str, facts: FileFacts) -> Self {
        self.0.insert(path, facts);
        self
    }

    /// The findings of these rules, as `rule` or `rule!` for an error.
    fn says(&self, door: Door, now: u64, query: &str) -> Vec<String> {
        let mut found: Vec<_> = self.findings(door, now, query, &[]).iter().map(short).collect();
        found.dedup();
        found
    }

    fn findings(&self, door: Door, now: u64, query: &str, more: &[(&str, &str)]) -> Vec<Located> {
        let url = format!("postgresql://app:k3Vq9mT2xLpW7c@db.example.com/shop?{query}");
        let mut variables = vec![("APP_ENV", "production"), ("DATABASE_URL", url.as_str())];
        variables.extend(more);
        let world = self.clone();
        let libpq_files = LibpqFiles {
            home: Some("/home/app".into()),
            user: Box::new(|| Some("app".into())),
            look: Box::new(move |path| world.0.get(path).cloned()),
            ..LibpqFiles::default()
        };
        let configuration = Configuration::new(Input {
            variables: variables.iter().map(|(k, v)| ((*k).to_owned(), v.as_bytes().to_vec())).collect(),
            libpq_files: Some(libpq_files),
            now: Some(now),
            ..Input::default()
        });
        let found = configuration.findings(door, Evidence::default());
        let found = found.iter().map(|f| f.locate(&configuration.sources));
        found.filter(|f| OURS.contains(&&*f.rule)).collect()
    }
}

/// Rules that may not speak of one cause together.
const OURS: &[&str] = &[
    "verify-without-root",
    "tls-file-missing",
    "tls-cert-expiring",
    "secret-file-mode",
    "parameter-unsupported",
];

fn short(found: &Located) -> String {
    format!("{}{}", found.rule, if found.severity == Severity::Error { "!" } else { "" })
}

const FULL: &str = "sslmode=verify-full&sslrootcert=/ca.pem";

fn ca() -> String {
    certs::Authority::new("the authority").pem
}

#[test]
fn what_is_no_use_is_told_where_it_matters() {
    let (good, missing) = (ca(), ["tls-file-missing!"]);
    let identity = certs::Authority::new("another").leaf(&["app"], |_| {});
    for door in [Door::Check, Door::Preflight, Door::Boot] {
        assert!(World::default().with("/ca.pem", good.as_str()).says(door, NOW, FULL).is_empty(), "{door:?}");
        let said = World::default().says(door, NOW, FULL);
        assert_eq!(said, if door == Door::Check { &[][..] } else { &missing[..] }, "{door:?}: absent");
        let broken = "-----BEGIN CERTIFICATE-----\nnot base64\n-----END CERTIFICATE-----\n";
        for bad in ["", "\n", "hello", identity.key_pem.as_str(), broken] {
            let said = World::default().with("/ca.pem", bad).says(door, NOW, FULL);
            assert_eq!(said, missing, "{door:?}: {bad:?}");
        }
        let der = World::default().with("/ca.pem", identity.der.as_slice());
        assert_eq!(der.says(door, NOW, FULL), missing);
        let directory = FileFacts { directory: true, ..FileFacts::default() };
        assert_eq!(World::default().facts("/ca.pem", directory).says(door, NOW, FULL), missing);
        let forbidden = FileFacts { regular: true, ..FileFacts::default() };
        assert_eq!(World::default().facts("/ca.pem", forbidden).says(door, NOW, FULL), missing);
        // A pipe is not looked into: nobody knows.
        assert!(World::default().facts("/ca.pem", FileFacts::default()).says(door, NOW, FULL).is_empty());
    }
}

#[test]
fn at_boot_only_what_keeps_from_connecting_refuses() {
    let world = World::default().with("/ca.pem", ca());
    for keyword in ["sslcert", "sslcrl"] {
        let query = format!("{FULL}&{keyword}=/nowhere.pem");
        let of = |door| -> Vec<Severity> {
            let found = world.findings(door, NOW, &query, &[]);
            found.iter().filter(|f| f.rule == "tls-file-missing").map(|f| f.severity).collect()
        };
        assert_eq!(of(Door::Preflight), [Severity::Error], "{keyword}");
        assert_eq!(of(Door::Boot), [Severity::Warning], "{keyword}");
    }
}

#[test]
fn certificate_and_key_are_told_apart() {
    let identity = certs::Authority::new("another").leaf(&["app"], |_| {});
    let world = World::default().with("/ca.pem", ca());
    let world = world.with("/a", identity.pem.as_str()).with("/b", identity.key_pem.as_str());
    let says = |files: &str| world.says(Door::Preflight, NOW, &format!("{FULL}&{files}"));
    let ours = |said: Vec<String>| said.into_iter().filter(|s| s.starts_with("tls-")).collect::<Vec<_>>();
    assert!(ours(says("sslcert=/a&sslkey=/b")).is_empty());
    assert_eq!(ours(says("sslcert=/b&sslkey=/a")), ["tls-file-missing!"]);
    assert_eq!(ours(says("sslcrl=/a")), ["tls-file-missing!"]);
}

#[test]
fn no_day_refuses_at_boot() {
    let until = |year| certs::Authority::until("the authority", year).pem;
    let old = World::default().with("/ca.pem", until(2025));
    assert_eq!(old.says(Door::Preflight, NOW, FULL), ["tls-cert-expiring!"]);
    assert_eq!(old.says(Door::Boot, NOW, FULL), ["tls-cert-expiring"]);
    // The same file a year later, and what is near its end.
    let year = World::default().with("/ca.pem", until(2027));
    assert!(year.says(Door::Boot, NOW, FULL).is_empty());
    assert!(year.says(Door::Preflight, NOW + 334 * DAY, FULL).is_empty());
    assert_eq!(year.says(Door::Preflight, NOW + 336 * DAY, FULL), ["tls-cert-expiring"]);
    assert_eq!(year.says(Door::Boot, NOW + 400 * DAY, FULL), ["tls-cert-expiring"]);
    // In a bundle the last counts, in either order.
    for both in [[until(2025), until(2027)], [until(2027), until(2025)]] {
        assert!(World::default().with("/ca.pem", both.concat()).says(Door::Preflight, NOW, FULL).is_empty());
    }
}

#[test]
fn what_libpq_would_not_open_is_nothing() {
    for query in [
        "sslmode=disable&sslrootcert=/ca.pem",
        "sslmode=verify-full&sslrootcert=system",
        "sslmode=verify-full&sslrootcert=system&sslkey=/key.pem",
        "sslmode=verify-full&sslrootcert=system&sslcertmode=disable&sslcert=/a.pem&sslkey=/b.pem",
        "sslmode=verify-full&sslrootcert=/ca.pem&host=/var/run/postgresql",
    ] {
        let said = World::default().findings(Door::Boot, NOW, query, &[]);
        assert!(!said.iter().any(|f| f.rule == "tls-file-missing"), "{query}: {said:#?}");
    }
}

#[test]
fn the_default_root_is_libpqs() {
    let query = "sslmode=verify-full";
    let says = |world: &World, more: &[(&str, &str)]| -> Vec<String> {
        world.findings(Door::Preflight, NOW, query, more).iter().map(short).collect()
    };
    let home = "/home/app/.postgresql/root.crt";
    assert_eq!(says(&World::default(), &[]), ["verify-without-root!"]);
    assert!(says(&World::default().with(home, ca()), &[]).is_empty());
    assert_eq!(says(&World::default().with(home, "hello"), &[]), ["tls-file-missing!"]);
    let old = certs::Authority::until("the authority", 2025).pem;
    assert_eq!(says(&World::default().with(home, old), &[]), ["tls-cert-expiring!"]);
    // A variable of libpq names another.
    let other = World::default().with(home, "hello").with("/ca.pem", ca());
    assert!(says(&other, &[("PGSSLROOTCERT", "/ca.pem")]).is_empty());
}

#[test]
fn a_path_is_shown_and_a_certificate_is_not() {
    let pem = ca();
    let line = pem.lines().nth(1).expect("base64");
    let found = World::default().findings(Door::Boot, NOW, "sslmode=verify-full", &[("PGSSLROOTCERT", &pem)]);
    let said: Vec<_> = found.iter().map(short).collect();
    assert_eq!(said.first().map(String::as_str), Some("tls-file-missing!"), "{said:?}");
    assert_eq!(said.len(), 1, "{said:?}");
    assert!(!format!("{found:?}").contains(line), "{found:#?}");
}
