//! libpq's own files: the connection service file and the password file, and what of them may be shown.

use super::{MARK, Target};
use pgward::{
    Part,
    conninfo::{Conninfo, Libpq, PassKey, find_password, find_service, visible_service},
};
use secrecy::ExposeSecret as _;
use std::ops::Range;

pub(super) const TARGET: Target = Target {
    name: "libpqfiles",
    run,
    replay: run,
    readers: (1, |_, data| run(data)),
    words: &[
        "[app]",
        "[app]\n",
        "[",
        "]",
        "[x]\n",
        "#",
        "\n",
        "\r\n",
        "\0",
        "\0\n",
        "=",
        "host=h\n",
        "host = h\n",
        "password=cAnArY9Qz7Wx\n",
        "service=x\n",
        "ldap://x\n",
        "sslmode=require\n",
        "nothing=1\n",
        "dbname=\n",
        ":",
        "*",
        "*:*:*:*:",
        "h:5432:shop:app:cAnArY9Qz7Wx\n",
        "h:5432:shop:app:\n",
        "h:",
        "5432",
        "shop",
        "app",
        "\\",
        "\\:",
        "\\\\",
        " ",
        "\t",
        "ż",
        "cAnArY9Qz7Wx",
        "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
    ],
    lines: &[],
    around: &[
        ("", ""),
        ("[app]\n", "\n"),
        ("[app]\npassword=", "\n"),
        ("h:5432:shop:app:", "\n"),
        ("#", "\n"),
    ],
    cost: 1,
};

fn run(data: &[u8]) {
    services(data);
    passwords(data);
}

fn within(data: &[u8], range: &Range<usize>) {
    assert!(range.start <= range.end && range.end <= data.len(), "{range:?} of {}", data.len());
}

fn services(data: &[u8]) {
    let visible = visible_service(data);
    let mut end = 0;
    for range in &visible {
        within(data, range);
        assert!(end <= range.start, "{range:?} comes again");
        end = range.end;
        assert!(std::str::from_utf8(&data[range.clone()]).is_ok(), "half a character is shown");
    }
    for libpq in [Libpq::V15, Libpq::V16, Libpq::V17, Libpq::V18] {
        match find_service(data, "app", libpq) {
            Err(error) => {
                within(data, &error.range);
                assert!(!format!("{error}{error:?}").contains(MARK), "an error quotes the file");
            }
            Ok(None) => {}
            Ok(Some(service)) => {
                assert_eq!(&data[service.name.clone()], b"app", "another service");
                for (i, entry) in service.entries.iter().enumerate() {
                    within(data, &entry.value);
                    assert_eq!(&data[entry.name.clone()], entry.keyword.as_bytes(), "another keyword");
                    assert!(entry.name.end < entry.value.start, "the name runs into the value");
                    assert!(std::str::from_utf8(&data[entry.value.clone()]).is_ok(), "no UTF-8");
                    assert!(service.entries[..i].iter().all(|e| e.keyword != entry.keyword), "twice");
                    if matches!(entry.keyword, "password" | "sslpassword") {
                        let overlaps =
                            |r: &Range<usize>| r.start.max(entry.value.start) < r.end.min(entry.value.end);
                        assert!(!visible.iter().any(overlaps), "a password may be shown");
                    }
                }
            }
        }
    }
}

fn passwords(data: &[u8]) {
    for (conninfo, user) in [("host=h", "app"), ("host=/tmp", "app"), ("host=a:b port=5433", "a\\p")] {
        let dial = Conninfo::parse(conninfo).expect("a connection string").dial();
        let endpoint = dial.endpoints.first().expect("an endpoint");
        let key = PassKey::new(endpoint, &Part::harmless("shop"), &Part::harmless(user)).expect("a key");
        let Some(entry) = find_password(data, &key) else { continue };
        assert!(!format!("{entry:?}{key:?}").contains(MARK), "a password is printed");
        let mut end = 0;
        for field in entry.fields.iter().chain([&entry.range]) {
            within(data, field);
            assert!(end <= field.start, "{field:?} comes again");
            end = field.end;
        }
        let written = &data[entry.range.clone()];
        if let Some(password) = entry.password
            && !written.contains(&b'\\')
            && !data.contains(&0)
        {
            assert_eq!(password.to_secret_string().expose_secret().as_bytes(), written, "another password");
        }
    }
}
