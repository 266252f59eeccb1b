//! What SQLAlchemy 2.1.9 makes of a connection string: `make_url`, the dialect that it names, and what
//! `create_connect_args` of that dialect hands to the driver.

mod hosts;
mod url;

use super::{
    Accepted, Backend, Encryption, Fate, Parameter, Reading, asyncpg,
    below::{self, Below},
    python,
};
use crate::{conninfo::DEFAULT_PORT, secret::Secret};
use hosts::several;
use url::Url;

const PORT: &str = "the port is no number";
const NO_URL: &str = "it is no URL: a scheme of letters, digits, `_` and `+`, and `://`";
const POSTGRES: &str = "SQLAlchemy has no dialect called postgres; it is postgresql";
const NO_DIALECT: &str = "SQLAlchemy brings no dialect or driver of that name";
const SQLITE_HOST: &str = "SQLAlchemy refuses an SQLite URL that names a host, a port or a user";
const SQLITE_VALUE: &str = "a parameter of the SQLite URL is no number or truth value";
const ARGUMENT: &str = "the driver's connect() takes no argument of that name";
const TEXT: &str = "the driver's connect() takes no text for this argument";
const ASYNCPG_LIST: &str = "for asyncpg every host of a list needs its port";

/// As `create_engine` reads it.
pub(super) fn read(text: &str) -> Reading {
    match url::parse(text) {
        Err(url::Error::NoUrl) => Reading::Rejected(NO_URL),
        Err(url::Error::Port) => Reading::Rejected(PORT),
        Ok(url) => Reading::Accepted(accept(&url)),
    }
}

/// Who takes the arguments.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Driver {
    /// psycopg, psycopg2, psycopg2cffi.
    Libpq,
    Asyncpg,
    Pg8000,
    Sqlite,
    /// Of another engine.
    Other,
}

/// The dialect and driver of a drivername, where SQLAlchemy brings them itself. Case counts.
fn driver(name: &str) -> Option<Driver> {
    let (dialect, driver) = name.split_once('+').unwrap_or((name, "base"));
    let one = |of: &[&str], kind| (driver == "base" || of.contains(&driver)).then_some(kind);
    match (dialect, driver) {
        ("postgresql", "asyncpg") => Some(Driver::Asyncpg),
        ("postgresql", "pg8000") => Some(Driver::Pg8000),
        ("postgresql", _) => one(&["psycopg", "psycopg_async", "psycopg2", "psycopg2cffi"], Driver::Libpq),
        ("sqlite", _) => one(&["pysqlite", "aiosqlite", "pysqlcipher"], Driver::Sqlite),
        ("mysql" | "mariadb", _) => one(MYSQL, Driver::Other),
        ("oracle", _) => one(&["oracledb", "oracledb_async", "cx_oracle"], Driver::Other),
        ("mssql", _) => one(&["pyodbc", "aioodbc", "pymssql", "mssqlpython"], Driver::Other),
        _ => None,
    }
}

/// A driver for PostgreSQL that SQLAlchemy brings, as a word of ours.
#[cfg(feature = "guard")]
pub(super) fn known_driver(name: &str) -> Option<&'static str> {
    let all = ["psycopg", "psycopg_async", "psycopg2", "psycopg2cffi", "asyncpg", "pg8000"];
    all.into_iter().find(|known| *known == name)
}

const MYSQL: &[&str] =
    &["mysqldb", "pymysql", "aiomysql", "asyncmy", "cymysql", "mariadbconnector", "mysqlconnector", "pyodbc"];

fn accept(url: &Url) -> Accepted {
    let found = driver(&url.drivername);
    let unknown = match found {
        Some(_) => None,
        None if url.drivername.split('+').next() == Some("postgres") => Some(POSTGRES),
        None => Some(NO_DIALECT),
    };
    let mut out = match found {
        Some(Driver::Sqlite) => sqlite(url),
        Some(Driver::Other) => plain(url, Backend::Other, Fate::HandedOn),
        Some(Driver::Asyncpg) => by_asyncpg(url),
        Some(Driver::Pg8000) => by_pg8000(url),
        Some(Driver::Libpq) => by_libpq(url),
        // Nothing is dialled, but a reader wants to know where it would have gone.
        None => Accepted { backend: Backend::Other, ..by_libpq(url) },
    };
    out.later = unknown.or(out.later);
    out.driver = Some(Secret::from(url.drivername.as_str()));
    out
}

fn set(text: &str) -> Option<Secret> {
    (!text.is_empty()).then(|| Secret::from(text))
}

/// The URL's own fields; 0 for a port that is not given or that no server has.
fn plain(url: &Url, backend: Backend, fate: Fate) -> Accepted {
    let port = u16::try_from(url.port.unwrap_or(0)).unwrap_or(0);
    let hosts = if url.host.is_empty() && url.port.unwrap_or(0) == 0 {
        Vec::new()
    } else {
        vec![(url.host.as_str().into(), port)]
    };
    Accepted {
        backend,
        hosts,
        user: set(&url.username),
        password: set(&url.password),
        dbname: set(&url.database),
        parameters: parameters(url, |_| fate),
        ..Accepted::default()
    }
}

fn parameters(url: &Url, fate: impl Fn(&str) -> Fate) -> Vec<Parameter> {
    let one = |name: &String, value: &String| Parameter {
        name: name.as_str().into(),
        value: value.as_str().into(),
        fate: fate(name),
    };
    url.query.iter().flat_map(|(name, values)| values.iter().map(move |value| one(name, value))).collect()
}

/// `SQLiteDialect_pysqlite.create_connect_args`.
fn sqlite(url: &Url) -> Accepted {
    let named = |name: &str| url.query.iter().find(|(n, _)| n == name).and_then(|(_, v)| v.last());
    let uri = named("uri").and_then(|word| truth(word)) == Some(true);
    let in_uri = uri && (named("mode").is_some_and(|m| m == "memory") || url.database.contains(":memory:"));
    let memory = matches!(url.database.as_str(), "" | ":memory:") || in_uri;
    let own = ["uri", "timeout", "isolation_level", "detect_types", "check_same_thread", "cached_statements"];
    let fate = |name: &str| if uri || own.contains(&name) { Fate::HandedOn } else { Fate::Ignored };
    let placed = !url.host.is_empty()
        || !url.username.is_empty()
        || !url.password.is_empty()
        || url.port.is_some_and(|port| port != 0);
    let converts = |name: &str| {
        named(name).is_none_or(|text| match name {
            "uri" | "check_same_thread" => truth(text).is_some(),
            "timeout" => text.trim().parse::<f64>().is_ok(),
            _ => python::int(text).is_some(),
        })
    };
    let mut typed = ["uri", "check_same_thread", "timeout", "detect_types", "cached_statements"].into_iter();
    let later =
        placed.then_some(SQLITE_HOST).or_else(|| typed.any(|name| !converts(name)).then_some(SQLITE_VALUE));
    Accepted {
        parameters: parameters(url, fate),
        later,
        ..plain(url, Backend::Sqlite { memory }, Fate::HandedOn)
    }
}

/// `asbool`.
fn truth(word: &str) -> Option<bool> {
    match word.trim().to_lowercase().as_str() {
        "true" | "yes" | "on" | "y" | "t" | "1" => Some(true),
        "false" | "no" | "off" | "n" | "f" | "0" => Some(false),
        _ => None,
    }
}

/// `_PGDialect_common_psycopg.create_connect_args`: what stands in the query overrides the URL's own fields.
fn by_libpq(url: &Url) -> Accepted {
    let (multi, mut later) = several(url).map_or_else(|why| (None, Some(why)), |multi| (multi, None));
    let port = url.port.filter(|port| *port != 0).map(|port| port.to_string());
    let joined = |values: &[String]| values.join(",");
    let mut opts: Vec<(&str, String)> = vec![
        ("host", url.host.clone()),
        ("dbname", url.database.clone()),
        ("user", url.username.clone()),
        ("password", url.password.clone()),
        ("port", port.unwrap_or_default()),
    ];
    opts.retain(|(_, value)| !value.is_empty());
    opts.extend(url.query.iter().map(|(name, values)| (name.as_str(), joined(values))));
    if let Some(multi) = multi.filter(|m| !m.is_empty()) {
        let hosts: Vec<&str> = multi.iter().map(|(host, _)| host.as_str()).collect();
        let number = |(_, port): &(String, Option<i64>)| {
            port.filter(|p| *p != 0).map_or_else(String::new, |p| p.to_string())
        };
        let ports: Vec<String> = multi.iter().map(number).collect();
        opts.push(("host", hosts.join(",")));
        let ports = ports.join(",");
        if !ports.is_empty() {
            opts.push(("port", ports));
        }
    }
    let handed = opts.iter().filter(|(n, _)| !NOT_LIBPQS.contains(n)).map(|(n, v)| (*n, v.as_str()));
    let Below { hosts, later: below } = below::libpq(handed);
    later = later.or(below);
    let last = |name: &str| opts.iter().rev().find(|(n, _)| *n == name).map_or("", |(_, v)| v.as_str());
    let sslmode = last("sslmode");
    Accepted {
        host_is_default: last("host").is_empty() && last("hostaddr").is_empty(),
        hosts,
        user: set(last("user")),
        password: set(last("password")),
        dbname: set(last("dbname")),
        sslmode: set(sslmode),
        encryption: below::encryption(sslmode, Some(last("sslrootcert"))),
        parameters: parameters(url, |_| Fate::HandedOn)
            .into_iter()
            .filter(|p| !p.name.equals("sslmode"))
            .collect(),
        later,
        ..Accepted::default()
    }
}

/// Arguments that psycopg's or psycopg2's `connect` keeps to itself.
const NOT_LIBPQS: &[&str] = &[
    "conninfo",
    "dsn",
    "autocommit",
    "prepare_threshold",
    "context",
    "row_factory",
    "cursor_factory",
    "connection_factory",
];

/// `PGDialect_asyncpg.create_connect_args`. asyncpg's `connect` has arguments of its own: `ssl`, no `sslmode`.
fn by_asyncpg(url: &Url) -> Accepted {
    let mut out = plain(url, Backend::Postgres, Fate::HandedOn);
    let named = |name: &str| url.get(name).and_then(|values| values.last()).map(String::as_str);
    let default = |port: Option<i64>| port.map_or(DEFAULT_PORT, |p| u16::try_from(p).unwrap_or(0));
    let url_port = url.port.filter(|port| *port != 0);
    match several(url) {
        Err(why) => out.later = Some(why),
        Ok(Some(list)) if list.len() == 1 => {
            let target =
                |(host, port): (String, Option<i64>)| (Secret::new(host), default(port.or(url_port)));
            out.hosts = list.into_iter().map(target).collect();
        }
        Ok(Some(list)) if list.iter().any(|(host, port)| host.is_empty() || port.unwrap_or(0) == 0) => {
            out.later = Some(ASYNCPG_LIST);
        }
        Ok(Some(list)) => {
            out.hosts = list.into_iter().map(|(host, port)| (Secret::new(host), default(port))).collect();
        }
        Ok(None) => {
            let port = named("port").map_or(url_port, python::int);
            if !out.hosts.is_empty() {
                out.hosts = vec![(url.host.as_str().into(), default(port))];
            }
        }
    }
    overridden(&mut out, url);
    let tcp = out.hosts.iter().any(|(host, _)| !host.expose().starts_with('/')) || out.hosts.is_empty();
    let ssl = named("ssl");
    out.encryption = match ssl {
        None if tcp => Some(Encryption::Prefer),
        None => Some(Encryption::Plaintext),
        Some(word) => asyncpg::word_of(word, None),
    };
    out.sslmode = ssl.map(Secret::from);
    out.parameters.retain(|p| !p.name.equals("ssl"));
    let refusal = url.query.iter().find_map(|(name, _)| match name.as_str() {
        "statement_cache_size"
        | "max_cached_statement_lifetime"
        | "max_cacheable_statement_size"
        | "server_settings"
        | "timeout"
        | "loop"
        | "connection_class"
        | "record_class" => Some(TEXT),
        name if ASYNCPG.contains(&name) => None,
        _ => Some(ARGUMENT),
    });
    let bad = out.encryption.is_none().then_some("asyncpg refuses the word for ssl");
    out.later = out.later.or(refusal).or(bad);
    out
}

/// What stands in the query overrides the URL's own fields, for asyncpg and pg8000 by these names.
fn overridden(out: &mut Accepted, url: &Url) {
    let fields = [("user", &mut out.user), ("password", &mut out.password), ("database", &mut out.dbname)];
    for (name, field) in fields {
        if let Some(values) = url.get(name) {
            *field = Some(Secret::new(values.join(",")));
        }
    }
}

/// Arguments of `asyncpg.connect` that a text may stand for, and the dialect's own.
const ASYNCPG: &[&str] = &[
    "dsn",
    "host",
    "port",
    "user",
    "password",
    "passfile",
    "service",
    "servicefile",
    "database",
    "command_timeout",
    "ssl",
    "direct_tls",
    "target_session_attrs",
    "krbsrvname",
    "gsslib",
    "async_creator_fn",
    "prepared_statement_cache_size",
    "prepared_statement_name_func",
];

/// `PGDialect_pg8000.create_connect_args`. pg8000 asks for TLS only with an `ssl_context`, which no URL can give.
fn by_pg8000(url: &Url) -> Accepted {
    let last = |name: &str| url.get(name).and_then(|values| values.last()).map(String::as_str);
    let own = url.port.filter(|port| *port != 0);
    let port = last("port").map_or(own, |port| Some(python::int(port).unwrap_or(0)));
    let mut out = plain(url, Backend::Postgres, Fate::HandedOn);
    let host = last("host").unwrap_or(&url.host);
    if !host.is_empty() || port.is_some() {
        let port = port.map_or(DEFAULT_PORT, |p| u16::try_from(p).unwrap_or(0));
        out.hosts = vec![(host.into(), port)];
    }
    overridden(&mut out, url);
    let known = |name: &str| {
        ["user", "host", "port", "database", "password", "unix_sock", "application_name", "replication"]
            .contains(&name)
    };
    let text = |name: &str| {
        ["source_address", "ssl_context", "timeout", "tcp_keepalive", "startup_params"].contains(&name)
    };
    out.encryption = Some(Encryption::Plaintext);
    out.later = url.query.iter().find_map(|(name, _)| match name.as_str() {
        name if known(name) => None,
        name if text(name) => Some(TEXT),
        _ => Some(ARGUMENT),
    });
    out
}
