//! What each client library makes of a connection string, and how their readings are compared: no password is told.

use super::{MARK, Target, marked_once};
use pgward::{
    Secret,
    consumer::{Aspect, Comparison, Consumer, Reading, Verdict, agreement},
};

pub(super) const TARGET: Target = Target {
    name: "consumers",
    run,
    replay: run,
    readers: (1, |_, data| run(data)),
    words: &[
        "postgresql://",
        "postgres://",
        "postgresql+psycopg://",
        "postgis://",
        "psql://",
        "sqlite://",
        "sqlite:///x.db",
        "mysql://",
        "://",
        "@",
        ":",
        "/",
        "//",
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
        "+",
        "\\",
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
        "sslmode=require",
        "sslmode=verify-full",
        "ssl=true",
        "ssl=no-verify",
        "channel_binding=require",
        "options=-c%20x",
        "application_name=x",
        "target_session_attrs=any",
        "5432",
        "99999",
        "-1",
        "/run",
        "%2Frun",
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
        ("sqlite:///", ""),
    ],
    cost: 8,
};

fn run(data: &[u8]) {
    let secret = Secret::new(String::from_utf8_lossy(data));
    let readings = Consumer::ALL.map(|consumer| consumer.read(&secret));
    for reading in &readings {
        let own = Comparison::between(reading, reading);
        assert!(own.differs.is_empty() && own.encryption.is_none(), "a reading differs from itself");
        for other in &readings {
            let compared = Comparison::between(reading, other);
            assert!(compared.differs.is_sorted(), "in no order");
        }
    }
    let rows = [true, false].map(|postgres| agreement::compare(&secret, postgres, Consumer::ALL));
    for row in rows.iter().flatten() {
        assert_eq!(row.verdict() == Verdict::Rejected, row.refused.is_some(), "another verdict");
        for (aspect, part) in &row.differs {
            assert!(*aspect != Aspect::Password || part.shown().is_none(), "a password may be shown");
        }
    }
    drop(agreement::disagreement(&secret, &Consumer::ALL));
    for consumer in Consumer::ALL {
        assert!(agreement::keeps(consumer, &secret, &secret), "the same string is not kept");
    }
    let text = String::from_utf8_lossy(data);
    let password = match &readings[0] {
        Reading::Accepted(libpq) => libpq.password.as_ref(),
        Reading::Rejected(_) => None,
    };
    if marked_once(&text) && password.is_some_and(|p| p.equals(MARK)) {
        assert!(!format!("{readings:?}{rows:?}").contains(MARK), "a password is printed");
    }
}
