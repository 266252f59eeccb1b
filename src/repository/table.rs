//! What a package means: which client library reads URLs with it, which loader reads env files.

use super::{Ecosystem, Package};
use crate::consumer::Consumer;

/// Others in the same project.
fn any(beside: &[&Package], names: &[&str]) -> bool {
    beside.iter().any(|p| names.contains(&p.name.as_str()))
}

/// What reads connection URLs itself and hands a driver only the parts.
const PYTHON_FRONTS: &[&str] = &[
    "databases",
    "ormar",
    "gino",
    "django",
    "tortoise-orm",
    "piccolo",
    "peewee",
    "pony",
    "edgy",
    "saffier",
    "sqlmesh",
    "apache-airflow",
    "odoo",
];
const RUBY_FRONTS: &[&str] =
    &["rails", "activerecord", "sequel", "rom-sql", "hanami-model", "sinatra-activerecord"];

/// Whether a package is SQLAlchemy, or nothing without it: `sqlalchemy-utils`, `marshmallow-sqlalchemy`.
fn is_on_sqlalchemy(name: &str) -> bool {
    name.split('-').any(|word| word == "sqlalchemy")
        || matches!(name, "sqlmodel" | "alembic" | "advanced-alchemy" | "geoalchemy2" | "google-adk")
}

/// Whether one beside reads the URLs, and hands a driver the parts.
fn has_front(beside: &[&Package]) -> bool {
    any(beside, PYTHON_FRONTS) || beside.iter().any(|p| is_on_sqlalchemy(&p.name))
}

/// The client library that reads URLs by this package.
pub(super) fn consumer(ecosystem: Ecosystem, package: &Package, beside: &[&Package]) -> Option<Consumer> {
    let name = package.name.as_str();
    let feature = |f: &str| package.features.iter().any(|x| x == f);
    // Features say which database; without any the project may have put them elsewhere.
    let postgres = |words: &[&str], others: &[&str]| {
        package.features.iter().any(|f| words.contains(&f.as_str()))
            || !package.features.iter().any(|f| others.contains(&f.as_str()))
    };
    Some(match (ecosystem, name) {
        (Ecosystem::Python, name) if is_on_sqlalchemy(name) => Consumer::SqlAlchemy,
        (Ecosystem::Python, "dj-database-url") => Consumer::DjDatabaseUrl,
        (Ecosystem::Python, "environs") if feature("django") => Consumer::DjDatabaseUrl,
        (Ecosystem::Python, "django-environ") => Consumer::DjangoEnviron,
        (Ecosystem::Python, "asyncpg") if !has_front(beside) => Consumer::Asyncpg,
        (Ecosystem::Python, "psycopg" | "psycopg-binary" | "psycopg2" | "psycopg2-binary" | "aiopg")
            if !has_front(beside) =>
        {
            Consumer::Libpq
        }
        (Ecosystem::Node, "pg" | "pg-promise" | "pg-connection-string" | "slonik") => Consumer::NodePostgres,
        (Ecosystem::Node, "postgres") => Consumer::PostgresJs,
        (Ecosystem::Cargo, "sqlx") if postgres(&["postgres", "any"], &["mysql", "sqlite"]) => Consumer::Sqlx,
        (Ecosystem::Cargo, "sea-orm")
            if postgres(&["sqlx-postgres", "sqlx-all"], &["sqlx-mysql", "sqlx-sqlite"]) =>
        {
            Consumer::Sqlx
        }
        (
            Ecosystem::Cargo,
            "tokio-postgres" | "postgres" | "deadpool-postgres" | "bb8-postgres" | "mobc-postgres"
            | "r2d2_postgres",
        ) => Consumer::TokioPostgres,
        (Ecosystem::Cargo, "diesel-async" | "diesel_async") if feature("postgres") => Consumer::TokioPostgres,
        (Ecosystem::Cargo, "diesel") if feature("postgres") || feature("postgres_backend") => {
            // With diesel-async the URL goes to tokio-postgres.
            if any(beside, &["diesel-async"]) { Consumer::TokioPostgres } else { Consumer::Libpq }
        }
        (Ecosystem::Ruby, "pg") if !any(beside, RUBY_FRONTS) => Consumer::Libpq,
        _ => return None,
    })
}

/// The loader that reads `.env` by this package.
pub(super) fn loader(ecosystem: Ecosystem, package: &Package, beside: &[&Package]) -> Option<&'static str> {
    Some(match (ecosystem, package.name.as_str()) {
        // environs reads with python-dotenv; pydantic-settings too, but only where the code names a file.
        (Ecosystem::Python, "python-dotenv" | "environs") => "python-dotenv",
        (Ecosystem::Python, "django-environ") => "django-environ",
        (Ecosystem::Python, "python-decouple") => "python-decouple",
        (Ecosystem::Python, "honcho") => "honcho",
        (Ecosystem::Node, "next" | "@next/env") => "@next/env",
        // dotenv-expand goes over what dotenv read; so does Prisma before 7, which reads the file itself.
        (Ecosystem::Node, "dotenv" | "dotenv-flow" | "@nestjs/config")
            if !any(beside, &["dotenv-expand"]) && !beside.iter().any(|p| is_prisma_that_reads(p)) =>
        {
            "node dotenv"
        }
        (Ecosystem::Node, "dotenv-expand" | "dotenv-cli") => "dotenv-expand",
        (Ecosystem::Node, "@dotenvx/dotenvx") => "dotenvx",
        (Ecosystem::Cargo, "dotenvy" | "dotenvy_macro") => "dotenvy",
        (Ecosystem::Cargo, "dotenv") => "dotenv(rs)",
        (Ecosystem::Go, "github.com/joho/godotenv") => "godotenv",
        (Ecosystem::Ruby, "dotenv" | "dotenv-rails") => "ruby dotenv",
        (Ecosystem::Php, "vlucas/phpdotenv" | "laravel/framework" | "laravel/lumen-framework") => "phpdotenv",
        (Ecosystem::Php, "symfony/dotenv") => "symfony/dotenv",
        _ => return None,
    })
}

/// Prisma's client loads `.env` up to version 6; the upgrade guide to 7 says that it does no more.
fn is_prisma_that_reads(package: &Package) -> bool {
    let major = package.version.trim_start_matches(|c: char| !c.is_ascii_digit());
    let major: Option<u32> = major.split(|c: char| !c.is_ascii_digit()).next().and_then(|m| m.parse().ok());
    package.name == "@prisma/client" && !package.dev && major.is_some_and(|major| major < 7)
}

/// Whether the name is one of a PostgreSQL driver that findings may point at.
pub(super) fn is_driver(ecosystem: Ecosystem, name: &str) -> bool {
    match ecosystem {
        Ecosystem::Node => name == "@prisma/client",
        Ecosystem::Go => matches!(name, "github.com/jackc/pgx/v4" | "github.com/jackc/pgx/v5"),
        Ecosystem::Python => matches!(
            name,
            "sqlalchemy"
                | "psycopg"
                | "psycopg-binary"
                | "psycopg2"
                | "psycopg2-binary"
                | "asyncpg"
                | "pg8000"
                | "psycopg2cffi"
        ),
        _ => false,
    }
}
