//! Connection strings: every libpq, every way of reading one, and what may be shown of it.

use super::{MARK, Target, ascending, inside, marked_once};
use pgward::conninfo::{Conninfo, Error, Libpq, Value, unencoded, visible, visible_url};
use std::ops::Range;

pub(super) const TARGET: Target = Target {
    name: "conninfo",
    run,
    replay: run,
    readers: (1, |_, data| run(data)),
    words: &[
        "postgresql://",
        "postgres://",
        "jdbc:postgresql://",
        "://",
        "@",
        ":",
        "/",
        "?",
        "&",
        "=",
        "#",
        ",",
        ";",
        "[",
        "]",
        "[::1]",
        "%",
        "%40",
        "%2F",
        "%00",
        "%FF",
        "%zz",
        "\\",
        "\\'",
        "'",
        "\"",
        " ",
        "\t",
        "\n",
        "\u{a0}",
        "ż",
        "host=",
        "hostaddr=",
        "port=",
        "user=",
        "password=",
        "dbname=",
        "sslmode=",
        "sslmode=require",
        "options=-c%20x",
        "ssl=true",
        "requiressl=1",
        "service=",
        "target_session_attrs=any",
        "connect_timeout=1",
        "5432",
        "99999",
        "-1",
        "/run",
        "cAnArY9Qz7Wx",
        "app",
        "db.example.com",
        "u:p@h/d",
        "a=b&",
        "h1,h2:2,",
    ],
    lines: &[],
    around: &[
        ("postgresql://", ""),
        ("postgresql://u:", "@h/d"),
        ("host=h password='", "'"),
        ("postgresql://h/d?", ""),
    ],
    cost: 1,
};

const VERSIONS: [Libpq; 4] = [Libpq::V15, Libpq::V16, Libpq::V17, Libpq::V18];

fn run(data: &[u8]) {
    let text = &*String::from_utf8_lossy(data);
    for ranges in [visible(text), visible_url(text)] {
        ascending(text, &ranges);
    }
    if let Some(found) = unencoded(text) {
        inside(text, &found.range);
        assert!(text[found.range].starts_with(found.character));
    }
    for libpq in VERSIONS {
        check(text, Conninfo::parse_as(text, libpq));
    }
    for parsed in [
        Conninfo::parse(text),
        Conninfo::parse_any_scheme(text, Libpq::V18),
        Conninfo::parse_passing_unknown(text, Libpq::V18),
    ] {
        check(text, parsed);
    }
}

fn check(text: &str, parsed: Result<Conninfo, Error>) {
    let conninfo = match parsed {
        Ok(conninfo) => conninfo,
        Err(error) => return refused(text, &error),
    };
    ascending(text, conninfo.visible());
    let mut ranges: Vec<Range<usize>> = conninfo.unknown().to_vec();
    ranges.extend(conninfo.scheme());
    for host in conninfo.hosts() {
        ranges.push(host.host.clone());
        ranges.extend(host.port.clone());
    }
    for parameter in conninfo.parameters() {
        ranges.extend([parameter.name.clone(), parameter.value.clone()]);
    }
    for (keyword, value) in conninfo.keywords() {
        ranges.extend(value.range());
        ranges.extend(value.name_range());
        assert_eq!(conninfo.get(keyword).map(Value::range), Some(value.range()), "{keyword}");
        if matches!(keyword, "password" | "sslpassword") {
            assert!(value.part().shown().is_none() && value.as_str().is_none(), "{keyword}");
            let range = value.range().unwrap_or(0..0);
            let overlaps = |r: &&Range<usize>| r.start.max(range.start) < r.end.min(range.end);
            let shown = conninfo.visible().iter().chain(&visible(text)).any(|r| overlaps(&r));
            assert!(!shown, "a password may be shown");
        }
    }
    ranges.extend(conninfo.invalid_values().into_iter().filter_map(|v| v.range));
    let dial = conninfo.dial();
    for endpoint in &dial.endpoints {
        ranges.extend(
            [&endpoint.host_range, &endpoint.hostaddr_range, &endpoint.port_range]
                .into_iter()
                .flatten()
                .cloned(),
        );
    }
    assert_eq!(conninfo.endpoints().is_ok(), dial.errors.is_empty());
    for error in &dial.errors {
        refused(text, error);
    }
    for range in ranges {
        inside(text, &range);
    }
    let password = conninfo.get("password").map(Value::secret);
    if marked_once(text) && password.is_some_and(|p| p.equals(MARK)) {
        assert!(!format!("{conninfo:?}{dial:?}").contains(MARK), "a password is printed");
    }
}

/// The parser quotes nothing.
fn refused(text: &str, error: &Error) {
    if let Some(range) = error.range() {
        inside(text, &range);
    }
    assert!(!format!("{error}{error:?}").contains(MARK), "an error quotes the text");
}
