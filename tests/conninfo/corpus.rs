//! What libpq 15 and 18 made of 420 connection strings: `PQconninfoParse` and the places they dialled.

use pgward::{
    Part,
    conninfo::{
        Conninfo, Endpoint, EndpointKind, ErrorKind, Expected, Libpq, find_service, keyword_names,
        keyword_since,
    },
};
use serde_json::{Map, Value as Json};

pub(crate) fn rows() -> Vec<Json> {
    let text = include_str!("../corpora/conninfo.public.jsonl");
    text.lines().map(|line| serde_json::from_str(line).expect("a JSON object a line")).collect()
}

/// A text, or bytes in hexadecimal where they are no UTF-8.
fn bytes(value: &Json) -> Vec<u8> {
    match value["hex"].as_str() {
        None => value.as_str().expect("a text").as_bytes().to_vec(),
        Some(hex) => {
            let digits: Vec<u8> = hex
                .chars()
                .map(|c| u8::try_from(c.to_digit(16).expect("hexadecimal")).expect("a digit"))
                .collect();
            digits.chunks(2).map(|pair| pair[0] * 16 + pair[1]).collect()
        }
    }
}

fn agrees(parsed: &Result<Conninfo, pgward::conninfo::Error>, recorded: &Json) -> bool {
    match (parsed, recorded["ok"].as_bool().expect("ok")) {
        (Err(_), false) => true,
        (Ok(conninfo), true) => {
            let recorded: &Map<String, Json> = recorded["opts"].as_object().expect("opts");
            conninfo.keywords().count() == recorded.len()
                && conninfo
                    .keywords()
                    .all(|(k, v)| recorded.get(k).is_some_and(|r| v.equals_bytes(&bytes(r))))
        }
        _ => false,
    }
}

#[test]
fn every_row_is_parsed_as_libpq_15_and_18_do() {
    let rows = rows();
    for row in &rows {
        let (id, input) = (&row["id"], row["input"].as_str().expect("a text"));
        let old = &row["libpq15"]["parse"];
        assert!(agrees(&Conninfo::parse(input), old), "{id} as 15: {input:?}");
        // Recorded only where it differs.
        let new = if row["libpq18"].is_null() { old } else { &row["libpq18"]["parse"] };
        assert!(agrees(&Conninfo::parse_as(input, Libpq::V18), new), "{id} as 18: {input:?}");
    }
    assert_eq!(rows.len(), 420);
}

/// Keywords that libpq fills from the environment.
const VARIABLES: &[(&str, &str)] = &[
    ("PGHOST", "host"),
    ("PGHOSTADDR", "hostaddr"),
    ("PGPORT", "port"),
    ("PGUSER", "user"),
    ("PGPASSWORD", "password"),
    ("PGDATABASE", "dbname"),
    ("PGSSLMODE", "sslmode"),
    ("PGOPTIONS", "options"),
    ("PGTARGETSESSIONATTRS", "target_session_attrs"),
];

fn fill(conninfo: &mut Conninfo, env: &Json) {
    for (variable, keyword) in VARIABLES {
        if let Some(text) = env[*variable].as_str() {
            conninfo.fill(keyword, Part::harmless(text));
        }
    }
    if env["PGREQUIRESSL"] == "1" {
        conninfo.fill("sslmode", Part::harmless("require"));
    }
}

fn target(endpoint: &Endpoint) -> (String, u64) {
    let part = match endpoint.kind {
        EndpointKind::HostAddr => endpoint.hostaddr.as_ref(),
        EndpointKind::Name | EndpointKind::Unix => endpoint.host.as_ref(),
    };
    let text = part.expect("something to dial").secret().to_secret_string();
    (secrecy_text(&text), u64::from(endpoint.port))
}

#[expect(clippy::disallowed_methods, reason = "the corpus holds no secrets, and the text is compared")]
fn secrecy_text(text: &secrecy::SecretString) -> String {
    secrecy::ExposeSecret::expose_secret(text).to_owned()
}

#[test]
fn every_row_is_dialled_as_libpq_15_does() {
    let (mut dialled, mut refused) = (0, 0);
    for row in rows() {
        let (id, input, expect) = (&row["id"], row["input"].as_str().expect("a text"), &row["expect"]);
        let Ok(mut conninfo) = Conninfo::parse(input) else { continue };
        if let Some(service) = row["env"]["PGSERVICE"].as_str() {
            // Recorded where there was no service file.
            assert_eq!(find_service(b"", service, Libpq::V15), Ok(None), "{id}");
            assert!(expect["error"].as_str().is_some_and(|e| e.contains("not found")), "{id}");
            refused += 1;
            continue;
        }
        fill(&mut conninfo, &row["env"]);
        let dial = conninfo.dial();
        let mut invalid = conninfo.invalid_values();
        // What `PQconnectStart`, which was recorded, does not look at before the first packet.
        invalid.retain(|i| i.expected != Expected::Integer);
        if expect["ok"] == true {
            let mut ours: Vec<_> = dial.endpoints.iter().map(target).collect();
            if conninfo.get("target_session_attrs").is_some_and(|v| v.part().equals("prefer-standby")) {
                ours.extend(ours.clone());
            }
            let theirs: Vec<_> = expect["targets"]
                .as_array()
                .expect("targets")
                .iter()
                .map(|t| (t[0].as_str().expect("a host").to_owned(), t[1].as_u64().expect("a port")))
                .collect();
            assert_eq!(ours, theirs, "{id}: {input:?}");
            assert!(invalid.is_empty(), "{id}: {invalid:?}");
            // A bad port further on is met only after the first host failed.
            assert!(dial.errors.iter().all(|e| e.kind() == ErrorKind::PortInvalid), "{id}: {dial:?}");
            dialled += 1;
        } else {
            assert!(
                !invalid.is_empty() || (dial.endpoints.is_empty() && !dial.errors.is_empty()),
                "{id}: {input:?} is refused by libpq: {expect}"
            );
            refused += 1;
        }
    }
    assert_eq!((dialled, refused), (286, 35));
}

#[test]
fn values_that_libpq_18_refuses_when_it_connects() {
    for (input, keyword) in [
        ("postgresql://u:p@h/db?sslrootcert=system&sslmode=require", "sslmode"),
        ("postgresql://u:p@h/db?require_auth=bogus", "require_auth"),
        ("postgresql://h/db?sslnegotiation=direct", "sslnegotiation"),
        ("host=h require_auth=md5,!none", "require_auth"),
        ("host=h require_auth=md5,md5", "require_auth"),
        ("host=h min_protocol_version=3.2 max_protocol_version=3.0", "max_protocol_version"),
    ] {
        let conninfo = Conninfo::parse_as(input, Libpq::V18).expect("the parser takes it");
        let found: Vec<_> = conninfo.invalid_values().iter().map(|i| i.keyword).collect();
        assert_eq!(found, [keyword], "{input}");
    }
    for input in [
        "host=h require_auth=!password,!md5",
        "host=h sslrootcert=system sslnegotiation=direct",
        "host=h min_protocol_version=3.2 max_protocol_version=latest",
    ] {
        let conninfo = Conninfo::parse_as(input, Libpq::V18).expect("the parser takes it");
        assert_eq!(conninfo.invalid_values(), [], "{input}");
    }
}

/// When each keyword appeared: `PQconndefaults` of 15, 16, 17 and 18.
#[test]
fn each_libpq_has_its_keywords() {
    let newer = |libpq| keyword_names(Libpq::V18).filter(move |k| keyword_since(k) == Some(libpq));
    let count = |libpq| keyword_names(libpq).count();
    assert_eq!([Libpq::V15, Libpq::V16, Libpq::V17, Libpq::V18].map(count), [36, 40, 41, 50]);
    let names: Vec<_> = newer(Libpq::V16).collect();
    assert_eq!(names, ["sslcertmode", "require_auth", "gssdelegation", "load_balance_hosts"]);
    assert_eq!(newer(Libpq::V17).collect::<Vec<_>>(), ["sslnegotiation"]);
    let names: Vec<_> = newer(Libpq::V18).collect();
    let eighteen = [
        "min_protocol_version",
        "max_protocol_version",
        "scram_client_key",
        "scram_server_key",
        "oauth_issuer",
        "oauth_client_id",
        "oauth_client_secret",
        "oauth_scope",
        "sslkeylogfile",
    ];
    assert_eq!(names, eighteen);
    // libpq 19 has it.
    assert_eq!(keyword_since("servicefile"), None);
    for libpq in [Libpq::V15, Libpq::V16, Libpq::V17, Libpq::V18] {
        for keyword in keyword_names(Libpq::V18) {
            let known = keyword_since(keyword).is_some_and(|since| since <= libpq);
            for text in [format!("{keyword}=x"), format!("postgresql://h/?{keyword}=x")] {
                assert_eq!(Conninfo::parse_as(&text, libpq).is_ok(), known, "{text} as {libpq:?}");
            }
            let file = format!("[x]\n{keyword}=x\n");
            let nested = keyword == "service";
            assert_eq!(find_service(file.as_bytes(), "x", libpq).is_ok(), known && !nested, "{keyword}");
        }
    }
}

#[test]
fn rows_where_libpq_18_differs_are_dialled_as_it_does() {
    let mut differing = 0;
    for row in rows().iter().filter(|row| !row["libpq18"].is_null()) {
        let (id, input) = (&row["id"], row["input"].as_str().expect("a text"));
        let recorded = row["libpq18"]["connect"]["targets"].as_array().expect("targets");
        let theirs: Vec<_> = recorded
            .iter()
            .map(|t| (t[1].as_str().expect("a host").to_owned(), t[2].as_str().expect("a port").to_owned()))
            .collect();
        let parsed = Conninfo::parse_as(input, Libpq::V18).ok().filter(|c| c.invalid_values().is_empty());
        let dial = parsed.map(|conninfo| conninfo.dial()).unwrap_or_default();
        let ours: Vec<_> = dial.endpoints.iter().map(|e| (target(e).0, e.port.to_string())).collect();
        assert_eq!(ours, theirs, "{id}: {input:?}");
        differing += 1;
    }
    assert_eq!(differing, 12);
}
