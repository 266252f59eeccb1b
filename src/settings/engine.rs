//! Which engine a URL speaks of, and in whose way it is written.

pub(in crate::settings) mod sqlite;
pub(in crate::settings) mod unknown;

use super::host::is_port_of_ours;
use crate::{conninfo, layer::Entry};
use std::{fmt, ops::Range};

/// A database engine.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum Engine {
    /// PostgreSQL, or what speaks its protocol.
    Postgres,
    /// SQLite.
    Sqlite {
        /// In memory: gone with the process.
        memory: bool,
    },
    /// Another engine, by its name in our vocabulary.
    Other(&'static str),
    /// No engine is recognised.
    Unknown,
}

impl Engine {
    /// As people call it.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Postgres => "PostgreSQL",
            Self::Sqlite { .. } => "SQLite",
            Self::Other(name) => name,
            Self::Unknown => "unknown engine",
        }
    }
}

impl fmt::Display for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// How the text of a URL is to be read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Spelling {
    /// libpq's own: `postgresql://`, `postgres://` or keyword/value.
    Libpq,
    /// Another scheme in front of the same shape: `postgresql+psycopg://`, `postgis://`.
    Scheme,
    /// pgjdbc's: `jdbc:postgresql://…`.
    Jdbc,
    /// r2dbc-postgresql's: `r2dbc:postgresql://…`.
    R2dbc,
    /// Npgsql's, .NET's client: `Host=…;Username=…`.
    Npgsql,
    /// Something else: SQLite, another engine.
    Foreign,
}

impl Spelling {
    /// Whether what reads PostgreSQL's own strings reads it, be it for an exchanged scheme.
    pub fn is_native(&self) -> bool {
        matches!(self, Self::Libpq | Self::Scheme)
    }

    /// Whose it is, for a way of writing that only one family of clients reads.
    pub fn owner(&self) -> Option<&'static str> {
        match self {
            Self::Jdbc => Some("JDBC"),
            Self::R2dbc => Some("R2DBC"),
            Self::Npgsql => Some("Npgsql"),
            _ => None,
        }
    }
}

/// The engine that a word in small letters names, or contains: `postgresql`, `django.db.backends.postgresql`, `pg`, `mysql`.
pub(in crate::settings) fn of_word(word: &str) -> Option<Engine> {
    match word {
        _ if word.contains("sqlite") => Some(Engine::Sqlite { memory: false }),
        "pg" | "pgsql" | "psql" => Some(Engine::Postgres),
        _ if word.contains("postg") || word.contains("psycopg") => Some(Engine::Postgres),
        _ => other(word),
    }
}

/// The engine of a URL, how to read it, and the bytes that say so. The scheme is compared without case, as URL
/// parsers do.
pub fn recognise(text: &str) -> (Engine, Spelling, Range<usize>) {
    let text = text.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '\u{feff}'));
    let Some(colon) = text.find(':').filter(|i| is_scheme(&text[..*i])) else {
        // SQLite's own name, as diesel and node's drivers are given it.
        return match text.trim_end() {
            ":memory:" => (Engine::Sqlite { memory: true }, Spelling::Foreign, 0..text.len()),
            _ => bare(text),
        };
    };
    let own = &text[..colon];
    if matches!(own, "postgresql" | "postgres") {
        return (Engine::Postgres, Spelling::Libpq, 0..colon);
    }
    let lower = own.to_ascii_lowercase();
    // Not read any further: none of what is known here reads it.
    if unknown::is_dsn_of_scripts(text) {
        return (Engine::Unknown, Spelling::Foreign, 0..0);
    }
    let family = lower.split('+').next().unwrap_or_default();
    let scheme = 0..colon;
    if POSTGRES.contains(&family) {
        return (Engine::Postgres, Spelling::Scheme, scheme);
    }
    if matches!(family, "sqlite" | "sqlite3" | "spatialite" | "file" | "sqlitecloud") {
        return (Engine::Sqlite { memory: sqlite::in_memory(&text[colon..]) }, Spelling::Foreign, scheme);
    }
    // The wrapper of AWS that looks up the password.
    if family == "jdbc-secretsmanager" {
        return (Engine::Other("another engine"), Spelling::Foreign, scheme);
    }
    if family == "jdbc" {
        if is_nested(&text[colon + 1..]) {
            return (Engine::Unknown, Spelling::Foreign, 0..0);
        }
        let (engine, _, inner) = recognise(&text[colon + 1..]);
        // `jdbc:tc:postgresql:16:///app`: a container for this test.
        let rest = &text[colon + 1..];
        let own = rest.find(':').filter(|end| is_scheme(&rest[..*end]));
        if let (Engine::Unknown, Some(end)) = (&engine, own) {
            let name =
                if rest[..end].eq_ignore_ascii_case("tc") { "Testcontainers" } else { "another engine" };
            return (Engine::Other(name), Spelling::Foreign, 0..colon + 1 + end);
        }
        // Drivers of their own, which pgjdbc leaves alone.
        let foreign = ["redshift:", "pgsql:"]
            .iter()
            .any(|own| rest.get(..own.len()).is_some_and(|scheme| scheme.eq_ignore_ascii_case(own)));
        return match engine {
            Engine::Postgres if foreign => {
                (Engine::Other("another engine"), Spelling::Foreign, 0..colon + 1 + inner.end)
            }
            Engine::Postgres => (engine, Spelling::Jdbc, 0..colon + 1 + inner.end),
            engine => (engine, Spelling::Foreign, 0..colon + 1 + inner.end),
        };
    }
    if matches!(family, "r2dbc" | "r2dbcs") {
        let rest = &text[colon + 1..];
        let behind = ["pool:", "proxy:"].iter().find_map(|own| rest.strip_prefix(own)).unwrap_or(rest);
        let inner = text.len() - behind.len();
        if is_nested(behind) {
            return (Engine::Unknown, Spelling::Foreign, 0..0);
        }
        let (engine, _, own) = recognise(behind);
        return match engine {
            Engine::Postgres => (engine, Spelling::R2dbc, 0..inner + own.end),
            // A container for this test.
            Engine::Unknown if behind.starts_with("tc:") => {
                (Engine::Other("Testcontainers"), Spelling::Foreign, 0..inner + 2)
            }
            engine => (engine, Spelling::Foreign, 0..inner + own.end),
        };
    }
    let other = OTHERS.iter().find(|(schemes, _)| schemes.contains(&family)).map(|(_, name)| *name);
    match other {
        Some(name) => (Engine::Other(name), Spelling::Foreign, scheme),
        None => bare(text),
    }
}

/// Whether what stands behind the prefix of Java is another: drivers behind drivers are none.
fn is_nested(behind: &str) -> bool {
    let own = |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '\u{feff}');
    let scheme = behind.trim_start_matches(own).split([':', '+']).next().unwrap_or_default();
    ["jdbc", "r2dbc", "r2dbcs"].iter().any(|prefix| scheme.eq_ignore_ascii_case(prefix))
}

/// A keyword/value string is PostgreSQL's when it begins with `word=`; with a `;` behind the value it is .NET's.
fn bare(text: &str) -> (Engine, Spelling, Range<usize>) {
    if conninfo::is_npgsql(text) {
        return (Engine::Postgres, Spelling::Npgsql, 0..text.find('=').unwrap_or_default());
    }
    let word = text.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(text.len());
    let known = conninfo::keyword_since(&text[..word]).is_some();
    if known && text[word..].trim_start().starts_with('=') {
        return (Engine::Postgres, Spelling::Libpq, 0..word);
    }
    if let Some(file) = sqlite::of_ado(text) {
        let memory = file.eq_ignore_ascii_case(":memory:");
        return (Engine::Sqlite { memory }, Spelling::Foreign, 0..text.len());
    }
    if let Some(name) = of_ado(text) {
        return (Engine::Other(name), Spelling::Foreign, 0..text.find(['=', '@']).unwrap_or_default());
    }
    // `postgres//u@h`: a URI that lost its colon. The parser names the place.
    if matches!(&text[..word], "postgres" | "postgresql") && text[word..].starts_with("//") {
        return (Engine::Postgres, Spelling::Libpq, 0..word);
    }
    // diesel and better-sqlite3 take a path as it is.
    let file = text.trim_end();
    if [".db", ".db3", ".sqlite", ".sqlite3"].iter().any(|end| file.ends_with(end))
        && !file.contains(['=', ' ', '@', '$'])
    {
        return (Engine::Sqlite { memory: false }, Spelling::Foreign, 0..file.len());
    }
    (Engine::Unknown, Spelling::Foreign, 0..0)
}

/// Whether a variable is one from which .NET takes a connection string, `ConnectionStrings__Shop`, and holds Npgsql's.
pub(crate) fn is_for_npgsql(entry: &Entry) -> bool {
    const NAME: &str = "ConnectionStrings__";
    let named = entry.key.get(..NAME.len()).is_some_and(|head| head.eq_ignore_ascii_case(NAME));
    named && conninfo::is_npgsql(entry.value.text.expose()) && is_of_ours(entry.value.text.expose())
}

/// Whether such a string names a database, and neither a host that is called after another engine nor the port of one: under the
/// same names MySQL, `ClickHouse` and brokers of messages are reached.
fn is_of_ours(text: &str) -> bool {
    const OTHERS: [&str; 6] = ["mysql", "maria", "click", "rabbit", "mongo", "redis"];
    let value = |names: &[&str]| {
        let mut pairs = text.split(';').filter_map(|pair| pair.split_once('='));
        pairs.find_map(|(name, value)| {
            names.contains(&&*name.trim().to_ascii_lowercase()).then_some(value.trim())
        })
    };
    let host = value(&["host", "server"]).unwrap_or_default().to_ascii_lowercase();
    let port = value(&["port"]).is_none_or(is_port_of_ours);
    port && value(&["database", "db"]).is_some_and(|name| !name.is_empty())
        && !OTHERS.iter().any(|o| host.contains(o))
}

/// Another engine that a string of keywords or a DSN of Go's drivers names, by what stands in none of PostgreSQL's:
/// `Server=.;Database=shop;Trusted_Connection=True`, `root:root@tcp(127.0.0.1:3306)/shop`.
fn of_ado(text: &str) -> Option<&'static str> {
    if !text.contains(['=', '@']) {
        return None;
    }
    if text.contains("@tcp(") || text.contains("@unix(") {
        return Some("MySQL");
    }
    let keyword = |part: &str| {
        let (key, value) = part.split_once('=')?;
        let (key, value) = (key.trim().to_ascii_lowercase(), value.trim().to_ascii_lowercase());
        let local = value.starts_with("(localdb)") || value.contains("\\sqlexpress");
        SQL_SERVER.contains(&key.as_str()).then_some(()).or(local.then_some(()))
    };
    let several = text.contains(';');
    // Npgsql's strings have a port of its own.
    let port = || {
        text.split(';')
            .any(|part| part.split('=').next().is_some_and(|k| k.trim().eq_ignore_ascii_case("port")))
    };
    (several && text.split(';').any(|part| keyword(part).is_some()) && !port()).then_some("SQL Server")
}

/// Keywords of Microsoft's client for SQL Server that Npgsql does not know.
const SQL_SERVER: &[&str] = &[
    "trusted_connection",
    "integrated security",
    "initial catalog",
    "multipleactiveresultsets",
    "trustservercertificate",
    "attachdbfilename",
];

/// The engine that a word such as `mysql` or `django.db.backends.oracle` names, when it is neither PostgreSQL nor
/// SQLite.
pub fn other(word: &str) -> Option<Engine> {
    let name = word.rsplit('.').next().unwrap_or(word);
    OTHERS.iter().find(|(schemes, _)| schemes.contains(&name)).map(|(_, name)| Engine::Other(name))
}

fn is_scheme(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.' | b'_'))
}

/// Schemes whose servers speak PostgreSQL's protocol: SQLAlchemy's, dj-database-url's and django-environ's.
const POSTGRES: &[&str] = &[
    "postgres",
    "postgresql",
    "psql",
    "pgsql",
    "postgis",
    "postgres2",
    // Ecto takes any scheme, and its own documents write this one.
    "ecto",
    "timescale",
    "timescaledb",
    "timescalegis",
    "cockroach",
    "cockroachdb",
    "redshift",
    "prometheus_postgresql",
    "prometheus_postgis",
];

const OTHERS: &[(&[&str], &str)] = &[
    (
        &["mysql", "mysql2", "mysqlgis", "mysql-connector", "mysqli", "pdo_mysql", "pdo-mysql", "pymysql"],
        "MySQL",
    ),
    (&["mariadb"], "MariaDB"),
    (&["mssql", "mssqlms", "sqlserver", "pyodbc", "sqlsrv", "pdo_sqlsrv", "pdo-sqlsrv"], "SQL Server"),
    (&["oracle", "oraclegis", "cx_oracle", "oci8", "pdo_oci"], "Oracle"),
    (&["mongodb", "mongo"], "MongoDB"),
    (&["dynamodb"], "DynamoDB"),
    (&["snowflake"], "Snowflake"),
    (&["bigquery"], "BigQuery"),
    (&["clickhouse", "clickhousedb"], "ClickHouse"),
    (&["duckdb"], "DuckDB"),
    (&["h2"], "H2"),
    (&["hsqldb"], "HSQLDB"),
    (&["derby"], "Derby"),
    (&["firebird", "firebirdsql"], "Firebird"),
    (&["db2", "ibm_db_sa"], "Db2"),
    (&["libsql"], "libSQL"),
    (&["pglite"], "PGlite"),
    (&["redis", "rediss"], "Redis"),
    // `prisma://` and `prisma+postgres://` speak to a service in front of the database, over HTTP.
    (&["prisma"], "Prisma Accelerate"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn engines() {
        let of = |t| recognise(t).0;
        for postgres in [
            "postgresql://h/db",
            "postgres://h",
            "postgresql+psycopg://h/d",
            "postgis://h/d",
            "host=h dbname=d",
            "jdbc:postgresql://h/d",
            "POSTGRES://h/d",
            "\"postgres://h/d\"",
            "postgres//u:p@h/d",
            "prometheus_postgis://h/d",
            "Host=h;Username=u;Password=p",
            "Server=h;Port=5432;User Id=u;Password=p;Database=d",
        ] {
            assert_eq!(of(postgres), Engine::Postgres, "{postgres}");
        }
        for file in
            ["sqlite:///./babyshield.db", "sqlite:////var/lib/x.db", "sqlite+aiosqlite:///x.db", "file:x.db"]
        {
            assert_eq!(of(file), Engine::Sqlite { memory: false }, "{file}");
        }
        for memory in [
            "sqlite://",
            "sqlite:///:memory:",
            "sqlite://:memory:",
            "sqlite://db.sqlite3",
            "sqlite:///file?mode=memory",
            "sqlite+pysqlite:///:memory:",
        ] {
            assert_eq!(of(memory), Engine::Sqlite { memory: true }, "{memory}");
        }
        assert_eq!(of("mysql+pymysql://u:p@h/d"), Engine::Other("MySQL"));
        assert_eq!(of("jdbc:hsqldb:mem:shop"), Engine::Other("HSQLDB"));
        assert_eq!(of("jdbc:tc:postgresql:16:///shop"), Engine::Other("Testcontainers"));
        for other in ["jdbc:intersystems:x", "jdbc:redshift://h:5439/dev", "jdbc:pgsql://h/d"] {
            assert_eq!(of(other), Engine::Other("another engine"), "{other}");
        }
        assert_eq!(of("jdbc:postgres://h/d"), Engine::Postgres);
        assert_eq!(recognise("r2dbc:pool:postgresql://h/d").1, Spelling::R2dbc);
        assert_eq!(of("r2dbc:tc:postgresql:///d"), Engine::Other("Testcontainers"));
        assert_eq!(of("r2dbc:postgers//h/d"), Engine::Unknown);
        assert_eq!(recognise(&"jdbc:r2dbc:".repeat(100_000)).0, Engine::Unknown);
        assert_eq!(of("jdbc:\u{feff}h2:mem:x"), Engine::Other("H2"));
        assert_eq!(of("host=h user=u password=p@tcp(82 dbname=d"), Engine::Postgres);
        assert_eq!(
            of("Server=h;Port=5433;Database=d;User Id=u;Integrated Security=true;Foo=1"),
            Engine::Unknown
        );
        for server in [
            "Server=.;Database=d;Trusted_Connection=True",
            "Server=(localdb)\\mssqllocaldb;Database=d",
            "Data Source=h;Initial Catalog=d;User ID=u;Password=p",
        ] {
            assert_eq!(of(server), Engine::Other("SQL Server"), "{server}");
        }
        assert_eq!(of("root:root@tcp(127.0.0.1:3306)/d?parseTime=true"), Engine::Other("MySQL"));
        for file in ["test.db", "./data/app.sqlite3", "C:\\db.sqlite3", "Data Source=app.db;Cache=Shared"] {
            assert_eq!(of(file), Engine::Sqlite { memory: false }, "{file}");
        }
        assert_eq!(
            of("prisma+postgres://accelerate.prisma-data.net/?api_key=x"),
            Engine::Other("Prisma Accelerate")
        );
        for unknown in [
            "",
            "postgresql",
            "None",
            "$DATABASE_URL",
            "http://x",
            "sqlite_archive",
            "postgres_url=x",
            "pgsql:host=h;dbname=d",
            // SQL Server's and MySQL's, as likely as PostgreSQL's.
            "Server=h;Database=d;User Id=u;Password=p",
        ] {
            assert_eq!(of(unknown), Engine::Unknown, "{unknown}");
        }
    }
}
