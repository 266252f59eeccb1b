//! SQLAlchemy, the two Django helpers and asyncpg: recorded answers of the real libraries, the traps by name, and
//! inputs that nobody writes.

#[path = "orm_urls/answers.rs"]
mod answers;

use answers::Differences;
use pgward::consumer::{Accepted, Backend, Encryption, Fate, Reading};
use pgward::{Consumer, Secret};
use serde_json::Value as Json;

type Judge = fn(&Reading, &Json) -> Differences;

const PEERS: [(&str, Consumer, Judge); 4] = [
    ("sqlalchemy", Consumer::SqlAlchemy, answers::sqlalchemy),
    ("dj_database_url", Consumer::DjDatabaseUrl, answers::django),
    ("django_environ", Consumer::DjangoEnviron, answers::django),
    ("asyncpg", Consumer::Asyncpg, answers::asyncpg),
];

fn rows(text: &str) -> Vec<Json> {
    text.lines().map(|line| serde_json::from_str(line).expect("a JSON object a line")).collect()
}

fn read(consumer: Consumer, text: &str) -> Reading {
    consumer.read(&Secret::from(text))
}

fn accepted(consumer: Consumer, text: &str) -> Accepted {
    match read(consumer, text) {
        Reading::Accepted(accepted) => accepted,
        Reading::Rejected(why) => panic!("{text}: {why}"),
    }
}

/// Rows with an answer of the peer, and those of them that are read differently.
fn measure(rows: &[Json], key: &str, consumer: Consumer, judge: Judge) -> (usize, Vec<String>) {
    let answered: Vec<_> = rows.iter().filter(|row| row[key].is_object()).collect();
    let differing = answered.iter().filter_map(|row| {
        let input = row["input"].as_str().expect("a text");
        let fields = judge(&read(consumer, input), &row[key]);
        (!fields.is_empty()).then(|| format!("{} {input:?}: {}", row["id"], fields.join(", ")))
    });
    (answered.len(), differing.collect())
}

fn all_are_alike(corpus: &str, least: usize) {
    let rows = rows(corpus);
    for (key, consumer, judge) in PEERS {
        let (count, differing) = measure(&rows, key, consumer, judge);
        // asyncpg has no answers in the first corpus.
        assert!(count >= least || key == "asyncpg", "{key}: {count} answers");
        assert!(
            differing.is_empty(),
            "{key}: {} of {count} differ\n{}",
            differing.len(),
            differing.join("\n")
        );
    }
}

/// docs/consumers.md says that no row differs; the least that is promised is 97 of 100.
#[test]
fn every_recorded_url_is_read_as_the_orm_does() {
    all_are_alike(include_str!("corpora/orm-urls.public.jsonl"), 196);
}

/// Recorded by `orm_urls/record.py` from URLs that a generator put together and mutated.
#[test]
fn generated_urls_are_read_as_the_libraries_do() {
    all_are_alike(include_str!("corpora/python-urls.jsonl"), 350);
}

/// `ssl_require=True` of dj-database-url is an argument, not the string's: it sets `sslmode` whatever was there.
#[test]
fn ssl_require_changes_the_options_alone() {
    for row in rows(include_str!("corpora/orm-urls.public.jsonl")) {
        let (plain, required) = (&row["dj_database_url"], &row["dj_database_url_ssl_require"]);
        if required.is_null() {
            continue;
        }
        assert_eq!(required["OPTIONS"]["sslmode"], "require", "{}", row["id"]);
        for field in ["ENGINE", "NAME", "USER", "PASSWORD", "HOST", "PORT"] {
            assert_eq!(plain[field], required[field], "{} {field}", row["id"]);
        }
    }
}

fn hosts(read: &Accepted) -> Vec<(&Secret, u16)> {
    read.hosts.iter().map(|(host, port)| (host, *port)).collect()
}

fn goes_to(read: &Accepted, expected: &[(&str, u16)]) -> bool {
    let hosts = hosts(read);
    hosts.len() == expected.len()
        && hosts.iter().zip(expected).all(|((host, port), (h, p))| host.equals(h) && port == p)
}

#[test]
fn an_at_sign_in_a_password_sends_sqlalchemy_elsewhere() {
    let url = "postgresql://app:a@b@db/shop";
    assert!(goes_to(&accepted(Consumer::SqlAlchemy, url), &[("b@db", 5432)]));
    assert!(goes_to(&accepted(Consumer::Asyncpg, url), &[("b@db", 5432)]));
    for django in [Consumer::DjDatabaseUrl, Consumer::DjangoEnviron] {
        let read = accepted(django, url);
        assert!(goes_to(&read, &[("db", 5432)]));
        assert!(read.password.is_some_and(|p| p.equals("a@b")));
    }
}

#[test]
fn a_password_in_the_query_makes_a_port_the_password() {
    // SQLAlchemy looks for the `@` behind the first `:`, wherever it stands.
    let read = accepted(Consumer::SqlAlchemy, "postgresql://db:5432/shop?options=a@b");
    assert!(read.user.is_some_and(|u| u.equals("db")));
    assert!(read.password.is_some_and(|p| p.equals("5432/shop?options=a")));
}

#[test]
fn two_slashes_of_sqlite_are_three_things() {
    let url = "sqlite://db.sqlite3";
    for django in [Consumer::DjDatabaseUrl, Consumer::DjangoEnviron] {
        assert_eq!(accepted(django, url).backend, Backend::Sqlite { memory: true });
    }
    let read = accepted(Consumer::SqlAlchemy, url);
    assert!(read.later.is_some_and(|why| why.contains("host")));
    assert!(matches!(read_rejected(Consumer::Asyncpg, url), Some(why) if why.contains("scheme")));
    let read = accepted(Consumer::DjDatabaseUrl, "sqlite:memory:");
    assert_eq!(read.backend, Backend::Sqlite { memory: false });
    assert!(read.dbname.is_some_and(|name| name.equals("emory:")));
}

fn read_rejected(consumer: Consumer, text: &str) -> Option<&'static str> {
    match read(consumer, text) {
        Reading::Rejected(why) => Some(why),
        Reading::Accepted(_) => None,
    }
}

#[test]
fn the_scheme_decides_who_can_load_what() {
    let read = accepted(Consumer::SqlAlchemy, "postgres://u:p@h/db");
    assert_eq!(read.backend, Backend::Other);
    assert!(read.later.is_some_and(|why| why.contains("postgresql")));
    assert!(accepted(Consumer::SqlAlchemy, "postgresql://u:p@h/db").later.is_none());
    assert!(read_rejected(Consumer::DjDatabaseUrl, "postgresql+psycopg://u:p@h/db").is_some());
    let read = accepted(Consumer::DjangoEnviron, "postgresql+psycopg://u:p@h/db");
    assert!(read.later.is_some() && read.driver.is_some_and(|d| d.equals("postgresql+psycopg")));
    let read = accepted(Consumer::DjangoEnviron, "$DATABASE_URL");
    assert!(read.later.is_some() && read.driver.is_none() && read.hosts.is_empty());
}

#[test]
fn what_is_accepted_may_still_fail() {
    for consumer in [Consumer::SqlAlchemy, Consumer::DjDatabaseUrl, Consumer::DjangoEnviron] {
        let later = |url: &str| accepted(consumer, url).later;
        assert_eq!(later("postgresql://u:p@h/db?sslmode=require&connect_timeout=5"), None, "{consumer:?}");
        assert!(later("postgresql://u:p@h/db?sslmode=REQUIRE").is_some_and(|why| why.contains("sslmode")));
        assert!(later("postgresql://u:p@h/db?schema=public").is_some());
    }
    assert!(accepted(Consumer::DjDatabaseUrl, "postgresql://u:p@h/").later.is_some());
    assert!(read_rejected(Consumer::Asyncpg, "postgresql://u:p@h/db?sslmode=REQUIRE").is_some());
    // A keyword of libpq that asyncpg's connect() does not have.
    assert!(accepted(Consumer::SqlAlchemy, "postgresql+asyncpg://u:p@h/db?sslmode=require").later.is_some());
    let read = accepted(Consumer::SqlAlchemy, "postgresql+asyncpg://u:p@h/db?ssl=require");
    assert_eq!((read.later, read.encryption), (None, Some(Encryption::Require)));
}

#[test]
fn a_socket_in_the_query_is_handed_on_or_passed_over() {
    let url = "postgresql://u:p@/db?host=/cloudsql/p:r:i";
    let socket = [("/cloudsql/p:r:i", 5432)];
    assert!(goes_to(&accepted(Consumer::SqlAlchemy, url), &socket));
    let read = accepted(Consumer::Asyncpg, url);
    assert!(goes_to(&read, &socket));
    assert_eq!(read.encryption, Some(Encryption::Plaintext));
    for django in [Consumer::DjDatabaseUrl, Consumer::DjangoEnviron] {
        let read = accepted(django, url);
        assert!(read.hosts.is_empty());
        assert!(read.handed_on("host").is_some_and(|host| host.equals("/cloudsql/p:r:i")));
    }
    let read = accepted(Consumer::Asyncpg, "postgresql://u:p@localhost/db?host=/cloudsql/p:r:i");
    assert!(goes_to(&read, &[("localhost", 5432)]));
    assert_eq!(read.parameters.first().map(|p| p.fate), Some(Fate::Ignored));
}

#[test]
fn an_unknown_parameter_is_a_setting_of_asyncpgs_session() {
    let read = accepted(Consumer::Asyncpg, "postgresql://u:p@h/db?search_path=app&sslmode=require");
    assert_eq!(read.parameters.iter().map(|p| p.fate).collect::<Vec<_>>(), [Fate::Setting]);
    let hosts = accepted(Consumer::Asyncpg, "postgresql://").hosts;
    assert_eq!(hosts.len(), 5);
}

/// The same numbers on every run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).expect("31 bits") % end
    }
}

#[test]
fn no_input_makes_a_reader_panic() {
    let rows = rows(include_str!("corpora/orm-urls.public.jsonl"));
    let pieces: Vec<char> = "@:/?#[]%,;=&+ \t\n\0'\"\\_.-0aZä٣²\u{1f}：\u{2028}😀".chars().collect();
    let mut numbers = Numbers(2_026);
    for _ in 0..6_000 {
        let row = &rows[numbers.below(rows.len())];
        let mut text: Vec<char> = row["input"].as_str().expect("a text").chars().collect();
        for _ in 0..=numbers.below(4) {
            let (at, piece) = (numbers.below(text.len() + 1), pieces[numbers.below(pieces.len())]);
            match numbers.below(3) {
                0 => text.insert(at, piece),
                1 if at < text.len() => text[at] = piece,
                _ => text.truncate(at),
            }
        }
        let text: String = text.into_iter().collect();
        for (_, consumer, _) in PEERS {
            let _reading = read(consumer, &text);
        }
    }
}

#[test]
fn long_inputs_take_no_more_than_their_length() {
    for piece in
        ["@", ":", "%", "%4", "[", "]", ",", "/", "&a=1", "&host=h:1", "?", "#", "+", "ä", "1", ";", "_1"]
    {
        for head in
            ["postgresql://", "postgresql://u:p@", "postgresql://h/d?a=b", "postgres://[", "sqlite:///"]
        {
            let text = head.to_owned() + &piece.repeat(10_000);
            let begin = std::time::Instant::now();
            for (_, consumer, _) in PEERS {
                let _reading = read(consumer, &text);
            }
            assert!(begin.elapsed().as_secs() < 5, "{head}{piece}…: {:?}", begin.elapsed());
        }
    }
}
