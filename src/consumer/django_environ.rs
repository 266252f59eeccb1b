//! What django-environ 0.14 makes of a connection string (`Env.db_url_config`), and Django of the result.

use super::{
    Accepted, Backend, Reading,
    django::Database,
    python,
    urllib::{self, Split, ValueError},
};

const MALFORMED: &str = "Python cannot take it apart: the port is no number up to 65535";
const NO_ENGINE: &str = "django-environ finds no engine in it, warns, and gives Django an empty dictionary";

/// As `env.db_url` reads it.
pub(super) fn read(text: &str) -> Reading {
    match parse(text) {
        Err(ValueError) => Reading::Rejected(MALFORMED),
        Ok(database) if database.engine.is_empty() => Reading::Accepted(Accepted {
            backend: Backend::Other,
            later: Some(NO_ENGINE),
            ..Accepted::default()
        }),
        Ok(database) => Reading::Accepted(database.accepted()),
    }
}

fn parse(text: &str) -> Result<Database, ValueError> {
    if text == "sqlite://:memory:" {
        let (engine, name) = (engine("sqlite").to_owned(), ":memory:".to_owned());
        return Ok(Database { engine, name, ..Database::default() });
    }
    // Where Python raises or finds no path, everything is percent-encoded and read once more: that is why a raw
    // `#` in a password works, and why what was encoded comes out encoded.
    let mut url = urllib::urlparse(text).or_else(|ValueError| urllib::urlparse(&urllib::quote_url(text)))?;
    if url.path.is_empty() {
        url = urllib::urlparse(&urllib::quote_url(&url.without_path()))?;
    }
    let mut path = url.path.chars();
    path.next();
    let mut name = urllib::unquote_plus(path.as_str().split('?').next().unwrap_or_default());
    let family = POSTGRES_FAMILY.contains(&url.scheme.as_str());
    if url.scheme == "sqlite" && name.is_empty() {
        ":memory:".clone_into(&mut name);
    }
    if url.scheme == "ldap" {
        name = ldap(&url)?;
    }
    let hosts = urllib::unquote(url.netloc.rsplit('@').next().unwrap_or_default());
    let (mut host, port) = if family && hosts.contains(',') {
        cluster(&hosts)?
    } else {
        (url.hostname(), url.port()?.to_string())
    };
    let slash = name.starts_with('/') && (family || name.contains("cloudsql"));
    if let Some((directory, last)) = name.clone().rsplit_once('/').filter(|_| slash) {
        directory.clone_into(&mut host);
        last.clone_into(&mut name);
    }
    if url.scheme == "oracle" && name.is_empty() {
        name = std::mem::take(&mut host);
    }
    let mut out = Database {
        engine: engine(&url.scheme).to_owned(),
        name,
        user: urllib::unquote(url.username()),
        password: urllib::unquote(url.password()),
        host,
        port: if port == "0" { String::new() } else { port },
        unknown: engine(&url.scheme) == url.scheme && url.scheme != "mssql",
        ..Database::default()
    };
    for (name, values) in urllib::grouped(urllib::parse_qsl(&url.query)) {
        let value = values.into_iter().next().unwrap_or_default();
        if DJANGOS.contains(&name.to_uppercase().as_str()) {
            out.heeded.push((name, value));
        } else if python::is_digit(&value) {
            out.options.push((name, python::int_text(&value).ok_or(ValueError)?));
        } else {
            out.options.push((name, value));
        }
    }
    Ok(out)
}

/// Hosts and ports of a list, each joined with commas again. A host without a port leaves no gap among the ports.
fn cluster(list: &str) -> Result<(String, String), ValueError> {
    let (mut hosts, mut ports) = (Vec::new(), Vec::new());
    for spec in list.split(',') {
        let bracketed = spec.starts_with('[').then(|| spec.find(']')).flatten();
        let (host, port) = match bracketed {
            Some(end) if spec[end + 1..].starts_with(':') => (&spec[..=end], &spec[end + 2..]),
            _ if spec.starts_with('[') => (spec, ""),
            _ => spec.rsplit_once(':').filter(|(_, port)| python::is_digit(port)).unwrap_or((spec, "")),
        };
        hosts.push(host);
        ports.extend(Some(port).filter(|p| !p.is_empty()));
    }
    let ports = ports.join(",");
    let ports = if python::is_digit(&ports) { python::int_text(&ports).ok_or(ValueError)? } else { ports };
    Ok((hosts.join(","), ports))
}

fn ldap(url: &Split) -> Result<String, ValueError> {
    let host = url.hostname();
    let host = if host.is_empty() { "None" } else { &host };
    Ok(match url.port()? {
        0 => format!("ldap://{host}"),
        port => format!("ldap://{host}:{port}"),
    })
}

/// Parameters that become keys of Django's dictionary, in any case of their letters.
const DJANGOS: &[&str] =
    &["CONN_MAX_AGE", "ATOMIC_REQUESTS", "AUTOCOMMIT", "DISABLE_SERVER_SIDE_CURSORS", "CONN_HEALTH_CHECKS"];

/// Schemes with a `_` (`prometheus_postgresql`) are registered too, but Python takes none of them for a scheme.
const POSTGRES_FAMILY: &[&str] = &["postgres", "postgresql", "psql", "pgsql", "postgis"];

/// The engine of a scheme; the scheme itself where there is none, which Django then cannot import.
fn engine(scheme: &str) -> &str {
    match scheme {
        "postgres" | "postgresql" | "psql" | "pgsql" => "django.db.backends.postgresql",
        "postgis" => "django.contrib.gis.db.backends.postgis",
        "cockroachdb" => "django_cockroachdb",
        "mysql" | "mysql2" => "django.db.backends.mysql",
        "mysql-connector" => "mysql.connector.django",
        "mysqlgis" => "django.contrib.gis.db.backends.mysql",
        "oracle" => "django.db.backends.oracle",
        "pyodbc" => "sql_server.pyodbc",
        "redshift" => "django_redshift_backend",
        "spatialite" => "django.contrib.gis.db.backends.spatialite",
        "sqlite" => "django.db.backends.sqlite3",
        "ldap" => "ldapdb.backends.ldap",
        other => other,
    }
}
