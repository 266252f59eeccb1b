//! Connection strings: parts and places in a table, recorded answers of libpq, libpq itself, and secrecy.

#[path = "conninfo/corpus.rs"]
mod corpus;
#[path = "conninfo/differential.rs"]
mod differential;
#[cfg(unix)]
#[path = "conninfo/files.rs"]
mod files;
#[path = "conninfo/foreign.rs"]
mod foreign;
#[path = "conninfo/libpq.rs"]
mod libpq;
#[path = "conninfo/secrecy.rs"]
mod secrecy_of_passwords;

use pgward::Part;
use pgward::conninfo::{
    Conninfo, EndpointKind, Error, ErrorKind, Expected, Form, Libpq, Place, SslMode, UserinfoPart,
    keyword_names, keyword_since, unencoded, visible, visible_url,
};
use std::ops::Range;

fn parse(text: &str) -> Conninfo {
    Conninfo::parse(text).unwrap_or_else(|e| panic!("{text}: {e}"))
}

fn error(text: &str) -> Error {
    Conninfo::parse(text).expect_err(text)
}

/// The input with everything masked that may not be shown.
fn shown(text: &str, ranges: Vec<Range<usize>>) -> String {
    let (mut out, mut at) = (String::new(), 0);
    for range in ranges {
        out += if range.start > at { "•" } else { "" };
        out += &text[range.clone()];
        at = range.end;
    }
    out + if at < text.len() { "•" } else { "" }
}

#[test]
fn parts_of_a_uri_have_their_places() {
    let text = "postgresql://app:s3cret@db1:5433,[::1]:5434/shop?sslmode=require&application_name=web%20one";
    let conninfo = parse(text);
    assert_eq!(conninfo.form(), Form::Uri);
    assert_eq!(&text[conninfo.scheme().expect("a scheme")], "postgresql");
    let place = |keyword: &str| &text[conninfo.get(keyword).expect(keyword).range().expect("a range")];
    assert_eq!(place("user"), "app");
    assert_eq!(place("password"), "s3cret");
    assert_eq!(place("host"), "db1:5433,[::1");
    assert_eq!(place("port"), "5433,[::1]:5434");
    assert_eq!(place("dbname"), "shop");
    assert_eq!(place("sslmode"), "require");
    assert_eq!(place("application_name"), "web%20one");
    let value = |keyword: &str| conninfo.get(keyword).and_then(|v| v.as_str());
    assert_eq!(value("host"), Some("db1,::1"));
    assert_eq!(value("port"), Some("5433,5434"));
    assert_eq!(value("application_name"), Some("web one"));
    assert_eq!(value("password"), None);
    assert!(conninfo.get("password").expect("given").secret().equals("s3cret"));
    let hosts: Vec<_> =
        conninfo.hosts().iter().map(|h| (&text[h.host.clone()], h.port.clone().map(|p| &text[p]))).collect();
    assert_eq!(hosts, [("db1", Some("5433")), ("::1", Some("5434"))]);
    let parameters: Vec<_> = conninfo
        .parameters()
        .iter()
        .map(|p| (p.keyword, &text[p.name.clone()], &text[p.value.clone()]))
        .collect();
    assert_eq!(
        parameters,
        [("sslmode", "sslmode", "require"), ("application_name", "application_name", "web%20one")]
    );
    let endpoints = conninfo.endpoints().expect("two places");
    let place = |r: &Option<Range<usize>>| text[r.clone().expect("a range")].to_owned();
    let dialled: Vec<_> =
        endpoints.iter().map(|e| (place(&e.host_range), place(&e.port_range), e.port)).collect();
    assert_eq!(
        dialled,
        [("db1".to_owned(), "5433".to_owned(), 5433), ("::1".to_owned(), "5434".to_owned(), 5434)]
    );
    assert_eq!(
        format!("{conninfo:?}"),
        "Conninfo { user: Part(app), password: Part(•••), dbname: Part(shop), host: Part(db1,::1), \
         port: Part(5433,5434), application_name: Part(•••), sslmode: Part(require) }"
    );
}

#[test]
fn parts_of_a_keyword_value_string_have_their_places() {
    let text = r"host = h1,h2 password='it\'s' port=5433 dbname=a\ b";
    let conninfo = parse(text);
    assert_eq!(conninfo.form(), Form::KeywordValue);
    let pairs: Vec<_> =
        conninfo.parameters().iter().map(|p| (&text[p.name.clone()], &text[p.value.clone()])).collect();
    assert_eq!(pairs, [("host", "h1,h2"), ("password", r"'it\'s'"), ("port", "5433"), ("dbname", r"a\ b")]);
    assert!(conninfo.get("password").expect("given").secret().equals("it's"));
    let endpoints = conninfo.endpoints().expect("two places");
    assert_eq!(endpoints.len(), 2);
    assert_eq!(&text[endpoints[1].host_range.clone().expect("a range")], "h2");
    assert_eq!(&text[endpoints[1].port_range.clone().expect("a range")], "5433");
}

#[test]
fn the_traps_of_libpq() {
    let get =
        |text: &str, keyword: &str| parse(text).get(keyword).and_then(|v| v.as_str()).map(str::to_owned);
    for (text, keyword, value) in [
        ("postgres://u:p@ss@h/db", "host", Some("ss@h")),
        ("postgres://u:p/ss@h/db", "host", Some("u")),
        ("postgres://u:p/ss@h/db", "port", Some("p")),
        ("postgres://u:p/ss@h/db", "dbname", Some("ss@h/db")),
        ("postgres://h/db#frag", "dbname", Some("db#frag")),
        ("postgres://h/db?application_name=a+b", "application_name", Some("a+b")),
        ("postgres://h/db?ssl=true", "sslmode", Some("require")),
        ("postgres://h/db?requiressl=0", "sslmode", Some("prefer")),
        ("postgres://h/db?sslmode=require&sslmode=disable", "sslmode", Some("disable")),
        ("postgres://a/db?host=b", "host", Some("b")),
        ("postgres://:5433/", "host", None),
        ("postgres://u@/", "dbname", None),
        ("host= user=u", "host", Some("user=u")),
        ("dbname=postgres://h/db", "dbname", Some("postgres://h/db")),
    ] {
        assert_eq!(get(text, keyword).as_deref(), value, "{text}");
    }
    let lossy = parse("postgres://h/%FF");
    let dbname = lossy.get("dbname").expect("given");
    assert!(dbname.is_lossy() && dbname.equals_bytes(b"\xFF") && !dbname.equals_bytes("ÿ".as_bytes()));
}

#[test]
fn refusals_name_the_part_and_its_place() {
    let newer = ErrorKind::KeywordNewer { keyword: "require_auth", since: Libpq::V16 };
    for (text, kind, place, range) in [
        ("postgres://u%zz@h", ErrorKind::EscapeInvalid, Place::User, 12..13),
        ("postgres://ä:p%4@h", ErrorKind::EscapeInvalid, Place::Password, 15..16),
        ("postgres://u:p@h%00/", ErrorKind::EscapeNul, Place::Host(1), 16..19),
        ("postgres://a,b:%,c/", ErrorKind::EscapeInvalid, Place::Port(2), 15..16),
        ("postgres://a,[::1", ErrorKind::BracketOpen, Place::Host(2), 13..14),
        ("postgres://[]", ErrorKind::BracketEmpty, Place::Host(1), 11..13),
        ("postgres://[::1]5", ErrorKind::BracketTrailing, Place::Host(1), 16..17),
        ("postgres://h/%", ErrorKind::EscapeInvalid, Place::Dbname, 13..14),
        ("postgres://h?user", ErrorKind::ParameterWithoutValue, Place::Name(1), 13..17),
        ("postgres://h?user=u&&", ErrorKind::ParameterWithoutValue, Place::Name(2), 20..20),
        ("postgres://h?user=u=v", ErrorKind::ParameterSecondEquals, Place::Value(1), 19..20),
        ("postgres://h?schema=x", ErrorKind::KeywordUnknown, Place::Name(1), 13..19),
        ("postgres://h?ssl=on", ErrorKind::KeywordUnknown, Place::Name(1), 13..16),
        ("postgres://h?require_auth=none", newer, Place::Name(1), 13..25),
        ("mysql://h/db", ErrorKind::SchemeUnknown, Place::Scheme, 0..5),
        ("postgres:/h/db", ErrorKind::SchemeUnknown, Place::Scheme, 0..8),
        ("host=h user", ErrorKind::EqualsMissing, Place::Name(2), 7..11),
        ("host=h user='u", ErrorKind::QuoteOpen, Place::Value(2), 12..13),
        ("host=h\0", ErrorKind::Nul, Place::Whole, 6..7),
    ] {
        let error = error(text);
        assert_eq!((error.kind(), error.place(), error.range()), (kind, place, Some(range)), "{text}");
    }
    let display = |text| error(text).to_string();
    assert_eq!(
        display("postgres://ä:p%4@h"),
        "a % without two hexadecimal digits in the password, at character 15"
    );
    let raw = Conninfo::parse_as("postgres://u:a b@h", Libpq::V18).expect_err("18 refuses it");
    assert_eq!((raw.kind(), raw.range()), (ErrorKind::SpaceRaw, Some(14..15)));
    assert!(Conninfo::parse_as("postgres://u:p@h?require_auth=none", Libpq::V16).is_ok());
}

#[test]
fn endpoints_follow_the_lists() {
    let dial = |text: &str| parse(text).dial();
    let kinds = |text: &str| dial(text).endpoints.iter().map(|e| (e.kind, e.port)).collect::<Vec<_>>();
    assert_eq!(kinds(""), [(EndpointKind::Unix, 5432)]);
    assert_eq!(
        kinds("host=h,/tmp,@a port=1"),
        [(EndpointKind::Name, 1), (EndpointKind::Unix, 1), (EndpointKind::Unix, 1)]
    );
    assert_eq!(
        kinds("host=h1,h2 hostaddr=,127.0.0.1 port=1,"),
        [(EndpointKind::Name, 1), (EndpointKind::HostAddr, 5432)]
    );
    let complaints = |text: &str| dial(text).errors.iter().map(|e| (e.kind(), e.place())).collect::<Vec<_>>();
    assert_eq!(
        complaints("host=a,b port=1,2,3"),
        [(ErrorKind::PortCount { ports: 3, hosts: 2 }, Place::Whole)]
    );
    assert_eq!(
        complaints("host=a hostaddr=1.1.1.1,1.1.1.2"),
        [(ErrorKind::HostCount { hosts: 1, hostaddrs: 2 }, Place::Whole)]
    );
    // A port out of range skips its host, one that is no number ends the list: measured with libpq 15.
    assert_eq!(complaints("postgres://a:0,b:5"), [(ErrorKind::PortRange, Place::Port(1))]);
    assert_eq!(kinds("postgres://a:0,b:5"), [(EndpointKind::Name, 5)]);
    assert_eq!(complaints("postgres://a:1,b:x,c:0"), [(ErrorKind::PortInvalid, Place::Port(2))]);
    assert_eq!(kinds("postgres://a:1,b:x,c:3"), [(EndpointKind::Name, 1)]);
    assert_eq!(complaints("host=a port='+5432 '"), []);
    let long = format!("host=/{}", "x".repeat(93));
    assert_eq!(complaints(&long), [(ErrorKind::SocketPathTooLong, Place::Host(1))]);
    assert_eq!(complaints(&long[..long.len() - 1]), []);
    let error = parse("postgres://ä:1,h:abc/db").endpoints().expect_err("no number");
    assert_eq!(error.to_string(), "no whole number in the port of host 2, at character 18");
    assert_eq!(error.range(), Some(18..21));
}

#[test]
fn words_and_integers_that_libpq_refuses_later() {
    let invalid = |text: &str| {
        parse(text).invalid_values().into_iter().map(|i| (i.keyword, i.range, i.expected)).collect::<Vec<_>>()
    };
    let words = ["disable", "allow", "prefer", "require", "verify-ca", "verify-full"];
    let found = invalid("postgres://h?sslmode=REQUIRE");
    assert_eq!((found[0].0, found[0].1.clone()), ("sslmode", Some(21..28)));
    assert!(matches!(found[0].2, Expected::OneOf(w) if w == words));
    assert_eq!(invalid("connect_timeout=1.5"), [("connect_timeout", Some(16..19), Expected::Integer)]);
    assert_eq!(
        invalid("ssl_max_protocol_version=TLSv1.1"),
        [("ssl_max_protocol_version", Some(25..32), Expected::NotBelow("ssl_min_protocol_version"))]
    );
    for fine in ["keepalives=''", "ssl_min_protocol_version=tlsv1.3", "connect_timeout=-1", "sslsni=x", ""] {
        assert_eq!(invalid(fine), [], "{fine}");
    }
    for bad in ["channel_binding=''", "gssencmode=x", "target_session_attrs=master", "tcp_user_timeout=''"] {
        assert_eq!(invalid(bad).len(), 1, "{bad}");
    }
    assert!(SslMode::VerifyFull > SslMode::VerifyCa && SslMode::Prefer < SslMode::Require);
    for mode in words {
        assert_eq!(mode.parse::<SslMode>().expect(mode).to_string(), mode);
    }
    assert!("required".parse::<SslMode>().is_err() && "Require".parse::<SslMode>().is_err());
}

#[test]
fn what_may_be_shown() {
    for (text, expected) in [
        ("postgresql://app:s3cret@db.internal:5432/shop", "postgresql://app:•@db.internal:5432/shop"),
        ("postgres://u:p@h1:1,[::1]:2/d?sslmode=require", "postgres://u:•@h1:1,[::1]:2/d?sslmode=require"),
        ("postgres://u%40x:p@h/d", "postgres://•:•@h/d"),
        ("postgres://u:p@h/a%20b?user=x", "postgres://u:•@h/•?user=x"),
        ("postgres://u:p@%2Fvar%2Frun/d", "postgres://u:•@%2Fvar%2Frun/d"),
        ("postgres://u:p@/d?host=/cloudsql/p:r:i", "postgres://u:•@/d?host=/cloudsql/p:r:i"),
        ("postgres://u:p@h/d?password=x&pgbouncer=true", "postgres://u:•@h/d?password=•&•=•"),
        ("postgres://u:p@h/d?options=-csearch&port=1", "postgres://u:•@h/d?options=•&port=1"),
        ("postgres://u:p@h/d?sslrootcert=/etc/ca.pem", "postgres://u:•@h/d?sslrootcert=/etc/ca.pem"),
        ("postgres://u:p@ss@h/d", "postgres://•"),
        ("postgres://u:p/ss@h/d", "postgres://•"),
        ("postgres://u:hunter2", "postgres://•"),
        ("postgres://h/d?application_name=a@b", "postgres://•"),
        ("postgres://u:p@h/d#x", "postgres://•"),
        ("hunter2://u:p@h/d", "•"),
        ("host=h user=u password=s3cret sslmode=require", "host=h user=u password=• sslmode=require"),
        ("host=h password='s3cret'", "•"),
        ("host=h  user=u", "•"),
        ("host= user=u", "•"),
    ] {
        assert_eq!(shown(text, visible(text)), expected, "{text}");
    }
    for (text, expected) in [
        ("sqlite:///./babyshield_dev.db", "sqlite:///./babyshield_dev.db"),
        ("sqlite:///:memory:", "sqlite:///:memory:"),
        ("sqlite::memory:", "sqlite::memory:"),
        ("sqlite:///x.db?key=s3cret", "sqlite://•"),
        ("mysql+pymysql://u:p@h:3306/d", "mysql+pymysql://u:•@h:3306/d"),
        ("postgresql+psycopg://u:p@h/d", "postgresql+psycopg://u:•@h/d"),
        ("jdbc:postgresql://h:5432/d?user=u&password=p", "jdbc:postgresql://h:5432/d?user=u&password=•"),
    ] {
        assert_eq!(shown(text, visible_url(text)), expected, "{text}");
    }
    // A part is harmless exactly where its bytes may be shown.
    let mangled = parse("postgres://u:p@ss@h/db");
    assert_eq!(mangled.get("host").expect("given").part().to_string(), "•••");
    assert_eq!(parse("postgres://u:p@h/db").get("host").expect("given").part().to_string(), "h");
}

#[test]
fn raw_characters_in_a_user_name_or_password() {
    use UserinfoPart::{Password, User};
    for (text, character, at, part, encoded) in [
        ("postgres://u:p@ss@h/db", '@', 14, Password, "%40"),
        ("postgres://u:p@s/s#1@h:5432/db", '@', 14, Password, "%40"),
        ("postgres://u:p@@h", '@', 14, Password, "%40"),
        ("postgres://user@srv:p@srv.example:5432/db", '@', 15, User, "%40"),
        ("postgres://u:p/ss@h/db", '/', 14, Password, "%2F"),
        ("postgres://u:p/s?s@h/db", '/', 14, Password, "%2F"),
        ("postgres://u:p?ss@h/db", '?', 14, Password, "%3F"),
        ("postgres://u:p#ss@h/db", '#', 14, Password, "%23"),
        ("postgres://u:1#2@h", '#', 14, Password, "%23"),
        ("postgres://u:100%@h/db", '%', 16, Password, "%25"),
        ("postgres://u:p%ss@h/db", '%', 14, Password, "%25"),
        ("postgres://u:p ss@h/db", ' ', 14, Password, "%20"),
        ("postgres://u:[p]@h/db", '[', 13, Password, "%5B"),
        ("postgres://u:p]@h/db", ']', 14, Password, "%5D"),
        ("postgresql+psycopg://u:p@ss@h/db", '@', 24, Password, "%40"),
        ("mysql://u:a/b@h/db", '/', 11, Password, "%2F"),
    ] {
        let found = unencoded(text).unwrap_or_else(|| panic!("{text}"));
        assert_eq!((found.character, found.range, found.part), (character, at..at + 1, part), "{text}");
        assert_eq!(found.encoded, encoded);
    }
    for text in [
        "postgresql://h/db?application_name=a@b",
        "postgres://u:p@h/d?options=x@y",
        "postgres://u:p@h/d@b",
        "postgres://h:5432/d@b",
        "postgres://h1:1,[::1]:2,h3/d@b",
        "postgres://h:${PORT}/d@b",
        "postgres://[::1]/d@b",
        "postgres://h?user=a@b",
        "postgres://h:1?user=a@b",
        "postgres://h:abc/db?application_name=a@b",
        "postgres://u:p%40w@h/db",
        "postgres://u:p:w,x;y&z=1+$!@h/db",
        "postgres://u:${PASSWORD}@h/db",
        "postgres://u:{{ password }}@h/db",
        "postgres://u:p@h1,u:p@h2/db",
        "postgres://u:p@h",
        "postgres://h/db",
        "sqlite:///a@b.db",
        "host=h password=p@ss/w",
        "u:p@ss@h",
        "",
    ] {
        assert_eq!(unencoded(text), None, "{text}");
    }
}

#[test]
fn schemes_of_other_clients() {
    for text in ["postgresql+psycopg://u:p@h:1/db", "psql://u:p@h:1/db", "POSTGRES://u:p@h:1/db"] {
        assert!(Conninfo::parse(text).is_err());
        let conninfo = Conninfo::parse_any_scheme(text, Libpq::V15).expect(text);
        assert_eq!(&text[conninfo.get("host").expect("given").range().expect("a range")], "h");
        assert_eq!(&text[conninfo.scheme().expect("a scheme")], &text[..text.find(':').expect("a colon")]);
    }
    assert!(Conninfo::parse_any_scheme("host=h", Libpq::V15).is_err());
}

#[test]
fn keywords_and_defaults() {
    assert_eq!(keyword_names(Libpq::V15).count(), 36);
    assert_eq!(keyword_names(Libpq::V16).count(), 40);
    assert_eq!(keyword_names(Libpq::V17).count(), 41);
    assert_eq!(keyword_names(Libpq::V18).count(), 50);
    assert_eq!(keyword_since("sslnegotiation"), Some(Libpq::V17));
    assert_eq!(keyword_since("schema"), None);
    let mut conninfo = parse("host='' dbname=db");
    // The empty text was given, so the environment does not fill it.
    assert!(
        !conninfo.fill("host", Part::harmless("env"))
            && !conninfo.fill("sslnegotiation", Part::harmless("x"))
    );
    assert!(conninfo.fill("password", Part::harmless("hunter2")));
    assert!(!format!("{conninfo:?}").contains("hunter2"));
    assert_eq!(conninfo.get("password").expect("filled").range(), None);
    let names: Vec<_> = conninfo.keywords().map(|(k, _)| k).collect();
    assert_eq!(names, ["password", "dbname", "host"]);
}
