//! The strings of pgjdbc and Npgsql: their parts in libpq's words, the places of these, and what may be shown.

use super::shown;
use pgward::conninfo::{Conninfo, Error, ErrorKind, Form, is_npgsql, visible_npgsql, visible_url};

/// `keyword=value`, in libpq's order; a credential by its length alone.
fn parts(conninfo: &Conninfo) -> String {
    let part = |(keyword, value): (&str, &pgward::conninfo::Value)| match value.as_str() {
        Some(text) => format!("{keyword}={text}"),
        None => format!("{keyword}=#{}", value.secret().chars()),
    };
    conninfo.keywords().map(part).collect::<Vec<_>>().join(" ")
}

fn jdbc(text: &str) -> Result<String, ErrorKind> {
    Conninfo::parse_jdbc(text).map(|c| parts(&c)).map_err(|e: Error| e.kind())
}

fn npgsql(text: &str) -> Result<String, ErrorKind> {
    Conninfo::parse_npgsql(text).map(|c| parts(&c)).map_err(|e: Error| e.kind())
}

#[test]
fn jdbc_urls() {
    for (text, expected) in [
        ("jdbc:postgresql://h/db?user=u&password=p%40ss", "user=u password=#4 dbname=db host=h"),
        ("jdbc:postgresql://h1:5433,h2,[::1]:5434/db", "dbname=db host=h1,h2,::1 port=5433,,5434"),
        ("jdbc:postgresql:db", "dbname=db host=localhost"),
        ("jdbc:postgresql:", "host=localhost"),
        ("jdbc:postgresql://", "host=localhost"),
        ("jdbc:postgresql:///db", "dbname=db host=localhost"),
        ("jdbc:postgresql://h/", "host=h"),
        ("jdbc:postgresql://h/my%20db", "dbname=my db host=h"),
        ("jdbc:postgresql://h/a+b?user=a+b", "user=a b dbname=a b host=h"),
        ("jdbc:postgresql://h/db?ssl=true", "dbname=db host=h sslmode=verify-full"),
        ("jdbc:postgresql://h/db?ssl", "dbname=db host=h sslmode=verify-full"),
        ("jdbc:postgresql://h/db?ssl=false", "dbname=db host=h"),
        ("jdbc:postgresql://h/db?ssl=true&sslmode=require", "dbname=db host=h sslmode=require"),
        ("jdbc:postgresql://h/db?sslmode=require&ssl=true", "dbname=db host=h sslmode=require"),
        ("jdbc:postgresql://h/db?&&user=u&", "user=u dbname=db host=h"),
        ("jdbc:postgresql://h/db?targetServerType=slave", "dbname=db host=h target_session_attrs=standby"),
        ("jdbc:postgresql://h/db?currentSchema=x&ApplicationName=y", "dbname=db host=h application_name=y"),
    ] {
        assert_eq!(jdbc(text).as_deref(), Ok(expected), "{text}");
    }
    for (text, kind) in [
        ("jdbc:postgres://h/db", ErrorKind::SchemeUnknown),
        ("jdbc:postgresql://h", ErrorKind::PathMissing),
        ("jdbc:postgresql://h?user=u", ErrorKind::PathMissing),
        ("jdbc:postgresql://h/a/b", ErrorKind::PathTwice),
        ("jdbc:postgresql://u:p@h/db", ErrorKind::UserinfoForeign),
        ("jdbc:postgresql://h/db?password=50%off", ErrorKind::EscapeInvalid),
        ("jdbc:postgresql://h/db?user=\0", ErrorKind::Nul),
    ] {
        assert_eq!(jdbc(text), Err(kind), "{text}");
    }
}

#[test]
fn npgsql_strings() {
    for (text, expected) in [
        ("Host=h;Port=5433;Username=u;Password=p;Database=d", "user=u password=#1 dbname=d host=h port=5433"),
        ("server = h ; User Id = u ; pwd = p ;", "user=u password=#1 host=h"),
        ("Host=h1:5433,h2;SSL Mode=VerifyFull", "host=h1:5433,h2 sslmode=verify-full"),
        ("Host=h;SslMode=require;Trust Server Certificate=true", "host=h sslmode=require"),
        ("Host=h;SSL Mode=Sometimes", "host=h sslmode=Sometimes"),
        ("Host=h;Password='a;b''c'", "password=#5 host=h"),
        ("Host=h;Password=\"a'b\" ;Database=d", "password=#3 dbname=d host=h"),
        ("Host=h;Password=a=b", "password=#3 host=h"),
        ("Host=h;Host=i", "host=i"),
        ("Host=h;Database=", "host=h"),
        ("", ""),
    ] {
        assert_eq!(npgsql(text).as_deref(), Ok(expected), "{text}");
    }
    for (text, kind) in [
        ("Host=h;Port", ErrorKind::EqualsMissing),
        ("Host", ErrorKind::EqualsMissing),
        ("Host=h;Password='a", ErrorKind::QuoteOpen),
        ("Host=h;Password='a'b;", ErrorKind::QuoteOpen),
    ] {
        assert_eq!(npgsql(text), Err(kind), "{text}");
    }
}

#[test]
fn places_are_those_of_the_text() {
    let text = "jdbc:postgresql://h1:5433,h2/db?user=u&password=p&ssl=true";
    let read = Conninfo::parse_jdbc(text).expect("a URL");
    let at =
        |keyword: &str| &text[read.get(keyword).and_then(pgward::conninfo::Value::range).expect("written")];
    assert_eq!((at("host"), at("dbname"), at("user")), ("h1:5433,h2", "db", "u"));
    assert_eq!((at("password"), at("sslmode")), ("p", "true"));
    assert_eq!(read.form(), Form::Jdbc);
    assert_eq!(&text[read.scheme().expect("one")], "jdbc:postgresql");

    let text = "Host = h ;Password='x;y'; SSL Mode=Require ";
    let read = Conninfo::parse_npgsql(text).expect("a string");
    let at =
        |keyword: &str| &text[read.get(keyword).and_then(pgward::conninfo::Value::range).expect("written")];
    assert_eq!((at("host"), at("password"), at("sslmode")), ("h", "'x;y'", "Require"));
    assert!(!read.get("host").expect("given").part().is_harmless(), "quotes need a second thought");
}

#[test]
fn npgsql_is_told_from_its_like() {
    for yes in [
        "Host=h;Username=u",
        "host=h;port=5432;dbname=d;user=u;password=p",
        "Server=h;Port=5432;User Id=u;Password=p;Database=d",
        "Host=h;Database=d;Pooling=true;Maximum Pool Size=20",
    ] {
        assert!(is_npgsql(yes), "{yes}");
    }
    for no in [
        "host=h dbname=d password=a;port=5432",
        "host=h",
        "Server=h;Database=d;User Id=u;Password=p",
        "Server=tcp:x,1433;Initial Catalog=d;Encrypt=True",
        "Username=u;Password=p",
        "Host=h;Nonsense=1",
        "postgresql://h/d;x=y",
        "",
    ] {
        assert!(!is_npgsql(no), "{no}");
    }
}

#[test]
fn what_may_be_shown() {
    for (text, expected) in [
        ("Host=h;Port=5432;Username=u;Password=s3cret", "Host=h;Port=5432;Username=u;Password=•"),
        (
            "Host=h;Password=s3cret;SSL Mode=Require;Timezone=x",
            "Host=h;Password=•;SSL Mode=Require;Timezone=•",
        ),
        ("Host=h;Password='s3c;ret'", "•"),
        ("Host=h;Password=s3c;ret", "•"),
        ("Host=h;Password=s3;Password=ret", "•"),
        ("Host=h;Username=u:s3cret", "•"),
    ] {
        assert_eq!(shown(text, visible_npgsql(text)), expected, "{text}");
    }
    for (text, expected) in [
        ("jdbc:postgresql://u:s3cret@h/d", "jdbc:postgresql://u:•@h/d"),
        ("jdbc:postgresql://h/d?password=s3cret&x=s3cret", "jdbc:postgresql://h/d?password=•&•=•"),
        ("jdbc:postgresql:s3cret", "•"),
        // A variable's value takes nothing from the proof of the rest, and is not shown itself.
        ("postgresql://u:s3cret@h:5432/${DB}", "postgresql://u:•@h:5432/•"),
        ("postgresql://u:s3cret@${H}:5432/$DB", "postgresql://u:•@•/•"),
        ("postgresql://u:s3cret@${H}:${P}/d", "postgresql://u:•@•/d"),
        ("postgresql://u:$s3cret/d", "postgresql://•"),
        ("postgresql://u:s3cret@h/${D}x", "postgresql://•"),
        ("postgresql://u:s3cret@${H}x/d", "postgresql://•"),
    ] {
        assert_eq!(shown(text, visible_url(text)), expected, "{text}");
    }
}

#[test]
fn hostile_texts_end() {
    for piece in ["Host=h;", "\"", "'';", "a=b;", "&user=u", ",h", "%", "=;="] {
        let text = piece.repeat(20_000);
        let _any = Conninfo::parse_npgsql(&text).is_ok();
        let _any = Conninfo::parse_jdbc(&format!("jdbc:postgresql://h/d?{text}")).is_ok();
        let _any = (visible_npgsql(&text), is_npgsql(&text));
    }
    for text in ["Host=\u{e4};Pass\u{fc}=\u{2028}", "jdbc:postgresql://\u{e4}/\u{fc}?\u{2028}=%c3%"] {
        let _any = Conninfo::parse_npgsql(text).is_ok();
        let _any = (Conninfo::parse_jdbc(text).is_ok(), visible_npgsql(text));
    }
}
