//! What dj-database-url 3.1.2 makes of a connection string, and Django of the result.

use super::{Reading, django::Database, python, urllib};

const SCHEME: &str = "dj-database-url knows no engine for its scheme";
const MALFORMED: &str =
    "Python cannot take it apart: the port, the brackets, or a number among the parameters";

/// As `dj_database_url.parse` reads it.
pub(super) fn read(text: &str) -> Reading {
    parse(text).map_or_else(Reading::Rejected, |database| Reading::Accepted(database.accepted()))
}

fn parse(text: &str) -> Result<Database, &'static str> {
    if text == "sqlite://:memory:" {
        return Ok(Database {
            engine: SQLITE.to_owned(),
            name: ":memory:".to_owned(),
            ..Database::default()
        });
    }
    let url = urllib::urlsplit(text).map_err(|_| MALFORMED)?;
    let (_, engine) = ENGINES.iter().find(|(scheme, _)| *scheme == url.scheme).ok_or(SCHEME)?;
    let mut options = Vec::new();
    for (name, values) in urllib::grouped(urllib::parse_qsl(&url.query)) {
        options.push((name, option(&values)?));
    }
    let port = url.port().map_err(|_| MALFORMED)?;
    // `path[1:]` drops a character whatever it is: `sqlite:memory:` is a file called `emory:`.
    let mut path = url.path.chars();
    path.next();
    let mut out = Database {
        engine: (*engine).to_owned(),
        name: urllib::unquote(path.as_str()),
        user: urllib::unquote(url.username()),
        password: urllib::unquote(url.password()),
        host: urllib::unquote(&url.hostname()),
        port: if port == 0 { String::new() } else { port.to_string() },
        options,
        ..Database::default()
    };
    match url.scheme.as_str() {
        "sqlite" if out.name.is_empty() => ":memory:".clone_into(&mut out.name),
        "mysql" | "mysql2" => {
            out.take("ssl-ca");
        }
        "postgres" | "postgresql" | "pgsql" | "postgis" | "redshift" | "timescale" | "timescalegis" => {
            let schema = out.take("currentSchema");
            if let Some(schema) = schema.filter(|s| !matches!(s.as_str(), "" | "0" | "False")) {
                let search = format!("-c search_path={schema}");
                match out.options.iter_mut().find(|(name, _)| name == "options") {
                    Some((_, value)) => *value = search,
                    None => out.options.push(("options".to_owned(), search)),
                }
            }
        }
        _ => {}
    }
    Ok(out)
}

/// A number, a truth value or a text; a list of them where a name stands several times.
fn option(values: &[String]) -> Result<String, &'static str> {
    let parsed = values.iter().map(|v| value(v)).collect::<Result<Vec<_>, _>>()?;
    Ok(match parsed.as_slice() {
        [(one, _)] => one.clone(),
        more => python::list(more),
    })
}

/// Python's text of a value, and whether it is a string.
fn value(text: &str) -> Result<(String, bool), &'static str> {
    if python::is_digit(text) {
        return Ok((python::int_text(text).ok_or(MALFORMED)?, false));
    }
    Ok(match text.to_lowercase().as_str() {
        "true" => ("True".to_owned(), false),
        "false" => ("False".to_owned(), false),
        _ => (text.to_owned(), true),
    })
}

impl Database {
    /// Takes an option out for another use.
    fn take(&mut self, name: &str) -> Option<String> {
        let place = self.options.iter().position(|(n, _)| n == name)?;
        let option = self.options.remove(place);
        self.heeded.push(option.clone());
        Some(option.1)
    }
}

const POSTGRES: &str = "django.db.backends.postgresql";
const SQLITE: &str = "django.db.backends.sqlite3";

/// The registered schemes and their engines.
const ENGINES: &[(&str, &str)] = &[
    ("postgres", POSTGRES),
    ("postgresql", POSTGRES),
    ("pgsql", POSTGRES),
    ("postgis", "django.contrib.gis.db.backends.postgis"),
    ("redshift", "django_redshift_backend"),
    ("timescale", "timescale.db.backends.postgresql"),
    ("timescalegis", "timescale.db.backends.postgis"),
    ("cockroach", "django_cockroachdb"),
    ("sqlite", SQLITE),
    ("spatialite", "django.contrib.gis.db.backends.spatialite"),
    ("mysql", "django.db.backends.mysql"),
    ("mysql2", "django.db.backends.mysql"),
    ("mysql-connector", "mysql.connector.django"),
    ("mysqlgis", "django.contrib.gis.db.backends.mysql"),
    ("oracle", "django.db.backends.oracle"),
    ("oraclegis", "django.contrib.gis.db.backends.oracle"),
    ("mssql", "sql_server.pyodbc"),
    ("mssqlms", "mssql"),
];
