//! Readings beside libpq's: the rows that people meet.

use crate::{accepted, text};
use pgward::{
    Consumer, Secret,
    consumer::{Aspect, Comparison, Encryption, Fate, Shift, Verdict},
};

fn compare(consumer: Consumer, string: &str) -> Comparison {
    let secret = Secret::new(string);
    Comparison::between(&Consumer::Libpq.read(&secret), &consumer.read(&secret))
}

#[test]
fn the_rows_that_people_meet() {
    use Consumer::{
        Asyncpg, DjDatabaseUrl, DjangoEnviron, NodePostgres, PostgresJs, SqlAlchemy, Sqlx, TokioPostgres,
    };
    for (string, consumer, verdict) in [
        ("postgres://u:p@h/db", TokioPostgres, Verdict::Accepted),
        ("postgres://u:p@h/db", Sqlx, Verdict::Accepted),
        ("postgres://u:p@[::1]:5432/db", Sqlx, Verdict::Accepted),
        ("postgres://u:p@H.example/db?sslmode=disable", Sqlx, Verdict::Accepted),
        ("postgres://u:p@%2Ftmp/db", Sqlx, Verdict::Accepted),
        ("postgres://u:p@h", Sqlx, Verdict::Accepted),
        ("postgres://u@h/u", Sqlx, Verdict::Accepted),
        ("postgres://u:p@h/db?sslmode=verify-full", TokioPostgres, Verdict::Rejected),
        ("postgres://u:p@/db?host=/tmp", Sqlx, Verdict::Rejected),
        ("postgres://u:p@h1,h2/db", Sqlx, Verdict::DifferentTarget),
        ("postgres://u:p@h1,h2/db", TokioPostgres, Verdict::Accepted),
        ("postgres://u:p@ss@h/db", Sqlx, Verdict::DifferentTarget),
        ("postgres://u:p@h/db?keepalives=1", Sqlx, Verdict::IgnoredParameter),
        ("postgres://u:p@h/db?ssl=true", Sqlx, Verdict::DifferentEncryption),
        ("postgres:///db", TokioPostgres, Verdict::Rejected),
        ("postgres:///db", NodePostgres, Verdict::DifferentTarget),
        ("postgres://u:p@h/db?sslmode=require", NodePostgres, Verdict::DifferentEncryption),
        ("postgres://u:p@h/db?sslmode=require", PostgresJs, Verdict::Accepted),
        ("postgres://u:p@h/db?host=other", PostgresJs, Verdict::DifferentTarget),
        ("postgres://u:p@[::1]/db", PostgresJs, Verdict::DifferentTarget),
        ("host=h dbname=db", NodePostgres, Verdict::DifferentTarget),
        ("postgresql://u:p@h/db?sslmode=require&sslrootcert=/ca.pem", SqlAlchemy, Verdict::Accepted),
        ("postgresql://u:p@h/db?sslmode=require&sslrootcert=/ca.pem", DjDatabaseUrl, Verdict::Accepted),
        ("postgresql://u:p@h/db?sslmode=require&sslrootcert=/ca.pem", Asyncpg, Verdict::Accepted),
        ("postgresql://u:p@h/db?sslmode=verify-full", Asyncpg, Verdict::Accepted),
        ("postgresql://u:p@/db?host=/tmp", SqlAlchemy, Verdict::Accepted),
        ("postgresql://u:p@/db?host=/tmp", DjDatabaseUrl, Verdict::Accepted),
        ("postgresql://u:p@/db?host=/tmp", DjangoEnviron, Verdict::Accepted),
        ("postgresql://u:p@/db?host=/tmp", Asyncpg, Verdict::Accepted),
        ("postgresql://u:p@h/db?hostaddr=10.0.0.1", SqlAlchemy, Verdict::Accepted),
        ("postgresql://u:p@h/db?hostaddr=10.0.0.1", DjDatabaseUrl, Verdict::Accepted),
        ("postgresql://u:p@h/db?user=v", SqlAlchemy, Verdict::Accepted),
        ("postgresql://u:p@h/db?user=v", DjDatabaseUrl, Verdict::DifferentTarget),
        ("postgresql:///db", SqlAlchemy, Verdict::Accepted),
        ("postgresql:///db", DjDatabaseUrl, Verdict::Accepted),
        ("postgresql:///db", Asyncpg, Verdict::DifferentTarget),
        ("postgresql://:6432/db", DjDatabaseUrl, Verdict::Accepted),
        ("postgresql://u:p@H.example/db", DjDatabaseUrl, Verdict::Accepted),
        ("postgresql://u:p@h1,h2:2/db", SqlAlchemy, Verdict::DifferentTarget),
        ("postgresql://u:p@h1,h2:2/db", DjangoEnviron, Verdict::DifferentTarget),
        ("postgresql://u:p@h1,h2:2/db", Asyncpg, Verdict::Accepted),
        ("postgresql://u:p@h1:1,h2:2/db", DjangoEnviron, Verdict::Accepted),
        ("postgresql://u:p@h1:1,h2:2/db", SqlAlchemy, Verdict::Rejected),
        ("postgresql://u:p@ss@h/db", SqlAlchemy, Verdict::Accepted),
        ("postgresql://u:p@ss@h/db", DjangoEnviron, Verdict::DifferentTarget),
        ("postgresql://u:p@%2Ftmp/db", SqlAlchemy, Verdict::DifferentTarget),
        ("postgresql://u:p@%2Ftmp/db", DjDatabaseUrl, Verdict::Accepted),
        ("postgres://u:p@h/db", SqlAlchemy, Verdict::Rejected),
    ] {
        let found = compare(consumer, string);
        assert_eq!(found.verdict(), verdict, "{consumer:?} {string}: {found:?}");
    }
}

#[test]
fn what_differs_is_named() {
    let found = compare(
        Consumer::Sqlx,
        "postgres://u:p@ss@h/db?sslrootcert=/ca.pem&sslmode=require&connect_timeout=5",
    );
    assert_eq!(found.differs, [Aspect::Hosts, Aspect::Password]);
    let (from, to) = (Encryption::VerifyCa, Encryption::Require);
    assert_eq!(found.encryption, Some(Shift::Weaker { from, to }));
    assert_eq!(found.ignored.iter().map(text).collect::<Vec<_>>(), ["connect_timeout"]);
    assert!(found.is_unsafe());
    let found = compare(
        Consumer::PostgresJs,
        "postgres://u@h/db?sslmode=verify-full&sslrootcert=/ca.pem&application_name=a",
    );
    assert_eq!((found.differs.as_slice(), found.encryption), (&[][..], None));
    assert_eq!(found.settings.iter().map(text).collect::<Vec<_>>(), ["sslrootcert"]);
}

#[test]
fn parameters_have_their_fate() {
    let string = "postgres://u@h/db?application_name=a&keepalives=1&options=-c%20x%3Dy";
    let fates = |consumer: Consumer| {
        let read = accepted(consumer.read(&Secret::new(string)));
        read.parameters.iter().map(|p| p.fate).collect::<Vec<_>>()
    };
    assert_eq!(fates(Consumer::Libpq), [Fate::Heeded; 3]);
    assert_eq!(fates(Consumer::TokioPostgres), [Fate::Heeded; 3]);
    assert_eq!(fates(Consumer::Sqlx), [Fate::Heeded, Fate::Ignored, Fate::Heeded]);
    assert_eq!(fates(Consumer::NodePostgres), [Fate::Heeded, Fate::Ignored, Fate::Heeded]);
    assert_eq!(fates(Consumer::PostgresJs), [Fate::Setting; 3]);
}
