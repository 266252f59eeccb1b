//! A password in many malformed places never comes out, and hostile strings neither panic nor take long.

use crate::differential::{NASTY, Random};
use pgward::conninfo::{Conninfo, Libpq, unencoded, visible, visible_url};
use std::time::{Duration, Instant};

/// Two halves, so that a password which a parser cuts is found in either.
const HALVES: [&str; 2] = ["Qz7Left", "Wk9Right"];

const BETWEEN: &[&str] = &[
    "", "@", "@@", "/", "?", "#", "%", "%40", "%00", "%zz", ":", "[", "]", "[]", " ", "  ", "\t", "\n",
    "\r\n", "&", "=", "==", "+", ";", ",", "'", "\"", "\\", "\\'", "''", "$", "{", "}", "|", "^", "<", ">",
    "`", "!", "(", ")", "*", "~", "ä", "\u{a0}", "😀", "${X}", "://", "/@", "@/", "?@", "#@", ":@", "@:",
    ",@", "@h/", "@h:1/", "\u{1b}",
];

/// `{}` is the password, or something that its writer meant to be one.
const TEMPLATES: &[&str] = &[
    "postgres://u:{}@h:5432/db?sslmode=require",
    "postgresql://u:{}@h",
    "postgresql://:{}@h/db",
    "postgresql://u:{}@",
    "postgresql://u:{}",
    "postgresql://u:{}/db",
    "postgresql://u:${}/db",
    "postgresql://u:${{}}/db",
    "postgresql://u:{}@${H}:5432/${DB}",
    "postgresql://u:{}@${H}:${P}/$DB",
    "postgresql://u:{}@h:5432/${DB}",
    "postgresql://u:${{}}@${H}/${DB}?sslmode=require",
    "postgresql://u:{}@/db?host=/tmp",
    "postgresql://u:{}@h:port/db",
    "postgresql://u:{}@[::1]:5432/db",
    "postgresql://u:{}@[::1/db",
    "postgresql://u:{}@h1,h2:2/db",
    "postgresql://u:{}@h1,u:{}@h2/db",
    "postgresql://u@srv:{}@srv.example:5432/db",
    "postgresql://u:{}@h/db#frag",
    "postgresql://u:{}@h/db?schema=public",
    "postgresql://u:{}@h/db?sslmode",
    "postgresql://u:{}@h/d@b?application_name=a@b",
    "postgresql://h/db?password={}&sslmode=require",
    "postgresql://h/db?user=u&password={}",
    "postgresql://h/db?sslpassword={}",
    "postgresql://h/db?options=-csecret={}",
    "postgresql://h/db?passfile={}",
    "postgresql://h/db?oauth_client_secret={}&user=u",
    "postgresql://h/db?pass={}&user=u",
    "postgresql://h/db?{}",
    "postgresql://h/db?sslmode=require;password={}",
    "postgres:/u:{}@h/db",
    "postgres//u:{}@h/db",
    "postgres:u:{}@h/db",
    "\"postgres://u:{}@h/db\"",
    " postgres://u:{}@h/db",
    "POSTGRES://u:{}@h/db",
    "postgresql+psycopg://u:{}@h/db",
    "psql://u:{}@h/db",
    "mysql://u:{}@h:3306/db",
    "redis://:{}@h/0",
    "jdbc:postgresql://h:5432/db?user=u&password={}",
    "jdbc:postgresql://u:{}@h:5432/db",
    "sqlite://u:{}@h/db",
    "sqlite:///x.db?key={}",
    "https://u:{}@h/db",
    "postgres+{}://h/db",
    "u:{}@h:5432/db",
    "host=h user=u password={} dbname=db",
    "host=h password='{}' dbname=db",
    "host=h password = {} dbname=db",
    "password={}",
    "password='{}",
    "host=h passwd={}",
    "host=h options='-c secret={}'",
    "host=h sslpassword={} port=x",
    "host= password={} user=u",
    "Host=h;Username=u;Password={};Database=db",
    "dbname=postgres://u:{}@h/db",
    "dbname='postgres://u:{}@h/db' host=h",
    "{}",
];

#[test]
fn a_password_never_comes_out() {
    let mut checked = 0;
    for template in TEMPLATES {
        for between in BETWEEN {
            // `u:a@b` is a whole URL: nothing tells that its writer forgot the host.
            if between.contains('@') && template.starts_with("postgresql://u:") && !template.contains('@') {
                continue;
            }
            let text = template.replace("{}", &format!("{}{between}{}", HALVES[0], HALVES[1]));
            for shown in [visible(&text), visible_url(&text)] {
                assert!(shown.windows(2).all(|w| w[0].end < w[1].start), "{text:?}: {shown:?}");
                let shown: String = shown.into_iter().map(|r| &text[r]).collect();
                assert_hidden(&shown, &text);
            }
            for libpq in [Libpq::V15, Libpq::V18] {
                for parsed in [Conninfo::parse_as(&text, libpq), Conninfo::parse_any_scheme(&text, libpq)] {
                    assert_hidden(&outputs(&parsed), &text);
                    checked += 1;
                }
            }
            assert_hidden(&format!("{:?}", unencoded(&text)), &text);
        }
    }
    assert!(checked > 10_000);
}

/// What a parser takes for the password is never shown, whichever parser it is.
#[test]
fn no_parser_finds_its_password_among_what_is_shown() {
    let mut random = Random(0x2545_F491_4F6C_DD1D);
    let (mut found, mut shown_at_all) = (0, 0);
    for i in 0..100_000 {
        // Half of them from whole URLs, so that what is shown is more than the scheme.
        let mut text: Vec<char> = if i % 2 == 0 {
            random.composed().chars().collect()
        } else {
            format!("postgres://u:{}@h1:1/db?user=x&sslmode=require", HALVES[0]).chars().collect()
        };
        for _ in 0..random.below(4) {
            let at = random.below(text.len() + 1);
            let to = (at + random.below(3)).min(text.len());
            text.splice(at..to, random.pick(BETWEEN).chars());
        }
        if i % 2 == 0 {
            let at = random.below(text.len() + 1);
            text.splice(at..at, HALVES[0].chars());
        }
        let text: String = text.into_iter().collect();
        let has = |password: &str| password.contains(HALVES[0]);
        let mut is_password = url::Url::parse(&text).is_ok_and(|u| u.password().is_some_and(has));
        is_password |= Conninfo::parse(&text)
            .is_ok_and(|c| c.get("password").is_some_and(|v| has(text_of(v.secret()).as_str())));
        #[cfg(feature = "guard")]
        {
            let parsed = text.parse::<tokio_postgres::Config>();
            let password = parsed.ok().and_then(|c| c.get_password().map(<[u8]>::to_vec));
            is_password |= password.is_some_and(|p| has(&String::from_utf8_lossy(&p)));
        }
        let shown: String = visible(&text).into_iter().map(|r| &text[r]).collect();
        if is_password {
            assert_hidden(&shown, &text);
            found += 1;
            shown_at_all += usize::from(shown.len() > "postgres://".len());
        }
    }
    assert!(
        found > 20_000 && shown_at_all > 2_000,
        "{found} passwords, {shown_at_all} of them in a text that is shown"
    );
}

/// All that can be printed of a result.
fn outputs(parsed: &Result<Conninfo, pgward::conninfo::Error>) -> String {
    match parsed {
        Err(error) => format!("{error} {error:?}"),
        Ok(conninfo) => {
            let dial = conninfo.dial();
            let mut out = format!("{conninfo:?} {dial:?} {:?}", conninfo.invalid_values());
            for error in &dial.errors {
                out += &error.to_string();
            }
            for (keyword, value) in conninfo.keywords() {
                out.extend([value.part().to_string(), format!("{keyword} {value:?} {:?}", value.secret())]);
                if keyword.contains("password") {
                    out += value.as_str().unwrap_or_default();
                }
            }
            for endpoint in &dial.endpoints {
                out.extend([format!("{endpoint:?}")]);
            }
            out
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "a canary, and what is asked is whether it is the password")]
fn text_of(secret: &pgward::Secret) -> String {
    secrecy::ExposeSecret::expose_secret(&secret.to_secret_string()).to_owned()
}

fn assert_hidden(out: &str, text: &str) {
    for half in HALVES {
        assert!(!out.contains(half), "{text:?} gives {out:?}");
    }
}

#[test]
fn hostile_strings_are_read_in_linear_time() {
    const SIZE: usize = 100_000;
    let units = [
        "@",
        ":",
        "/",
        "?",
        "#",
        "[",
        "]",
        "%",
        "%2F",
        "%zz",
        "&",
        "=",
        ",",
        " ",
        "'",
        "\\",
        "a",
        "ä",
        "h,",
        "h:1,",
        "[a],",
        "user=a&",
        "a&",
        "user=a ",
        "u:p@",
        "://",
        "postgres://",
        "!md5,",
        "host=,",
        "é@",
    ];
    let heads =
        ["", "postgres://", "postgres://u:", "postgres://u:p@", "postgres://h/", "postgres://h?", "host="];
    for unit in units {
        for head in heads {
            let text = format!("{head}{}", unit.repeat(SIZE / unit.len()));
            let start = Instant::now();
            exercise(&text);
            let took = start.elapsed();
            // Quadratic work would take far longer.
            assert!(took < Duration::from_secs(5), "{head}{unit}… took {took:?}");
        }
    }
    exercise(&format!("postgres://{}/?{}", "h,".repeat(50_000), "user=a&x&".repeat(50_000)));
}

#[test]
fn every_cut_is_read_without_panic() {
    for text in NASTY {
        for (i, _) in text.char_indices() {
            exercise(&text[..i]);
            exercise(&text[i..]);
            exercise(&format!("{}\0{}", &text[..i], &text[i..]));
        }
    }
}

fn exercise(text: &str) {
    for range in visible(text).into_iter().chain(visible_url(text)) {
        assert!(text.get(range).is_some(), "{text:?}");
    }
    if let Some(found) = unencoded(text) {
        assert_eq!(text[found.range].chars().next(), Some(found.character));
    }
    for parsed in [Conninfo::parse(text), Conninfo::parse_any_scheme(text, Libpq::V18)] {
        match parsed {
            Err(error) => assert!(text.get(error.range().expect("a range")).is_some(), "{text:?}: {error:?}"),
            Ok(conninfo) => {
                for (_, value) in conninfo.keywords() {
                    assert!(text.get(value.range().expect("a range")).is_some(), "{text:?}");
                }
                for endpoint in conninfo.dial().endpoints {
                    for range in [endpoint.host_range, endpoint.hostaddr_range, endpoint.port_range] {
                        assert!(range.is_none_or(|r| text.get(r).is_some()), "{text:?}");
                    }
                }
                conninfo.invalid_values();
            }
        }
    }
}
