//! A reading against the recorded answer of the real library: the fields in which they differ.

use pgward::Secret;
use pgward::consumer::{Accepted, Backend, Encryption, Fate, Reading};
use serde_json::Value as Json;

/// The names of what differs; empty where the reading is the library's.
pub(crate) type Differences = Vec<&'static str>;

/// The reading as accepted, or what a difference in acceptance is called.
fn accepted<'r>(reading: &'r Reading, recorded: &Json) -> Result<Option<&'r Accepted>, Differences> {
    match (reading, recorded["ok"].as_bool().expect("ok")) {
        (Reading::Accepted(accepted), true) => Ok(Some(accepted)),
        (Reading::Rejected(_), false) => Ok(None),
        (Reading::Accepted(_), false) => Err(vec!["accepted, but the library refuses"]),
        (Reading::Rejected(_), true) => Err(vec!["refused, but the library accepts"]),
    }
}

/// A text or nothing; the empty text is nothing.
fn same(read: Option<&Secret>, recorded: &Json) -> bool {
    match (read, recorded.as_str().unwrap_or_default()) {
        (None, recorded) => recorded.is_empty(),
        (Some(read), recorded) => read.equals(recorded),
    }
}

/// The text that Python's `str` makes of an option.
fn text(value: &Json) -> String {
    match value {
        Json::String(text) => text.clone(),
        Json::Bool(true) => "True".to_owned(),
        Json::Bool(false) => "False".to_owned(),
        Json::Array(items) => {
            let item = |i: &Json| if i.is_string() { repr(&text(i)) } else { text(i) };
            format!("[{}]", items.iter().map(item).collect::<Vec<_>>().join(", "))
        }
        other => other.to_string(),
    }
}

/// Python's `repr` of a text without control characters.
fn repr(text: &str) -> String {
    let quote = if text.contains('\'') && !text.contains('"') { '"' } else { '\'' };
    let escaped: String =
        text.chars().flat_map(|c| (c == quote || c == '\\').then_some('\\').into_iter().chain([c])).collect();
    format!("{quote}{escaped}{quote}")
}

/// What stands twice in a query comes with commas here, as a tuple there: neither is what was meant.
fn joined(value: Json) -> Json {
    match value {
        Json::Array(items) => items.iter().map(text).collect::<Vec<_>>().join(",").into(),
        other => other,
    }
}

/// A host and a port as a library hands them on. With libpq below, commas part several; a port that no server has
/// is 0, as is none at all where another engine is below.
fn targets(host: &Json, port: &Json, libpq: bool, default: u16) -> Vec<(String, u16)> {
    let number = |text: &str| match text.trim() {
        "" => default,
        text => text.parse().unwrap_or(0),
    };
    let unset = |value: &Json| value.is_null() || value.as_str() == Some("") || value.as_u64() == Some(0);
    let list = |value: &Json| match value {
        unset_value if unset(unset_value) => vec![String::new()],
        Json::Array(items) => items.iter().map(text).collect::<Vec<_>>(),
        value if libpq => text(value).split(',').map(str::to_owned).collect(),
        value => vec![text(value)],
    };
    if unset(host) && unset(port) {
        return Vec::new();
    }
    let (hosts, ports) = (list(host), list(port));
    let one = ports.len() == 1;
    let port = |i: usize| ports.get(if one { 0 } else { i }).map_or(0, |p| number(p));
    hosts.into_iter().enumerate().map(|(i, host)| (host, port(i))).collect()
}

fn same_targets(read: &[(Secret, u16)], recorded: &[(String, u16)]) -> bool {
    read.len() == recorded.len()
        && read.iter().zip(recorded).all(|((host, port), (h, p))| host.equals(h) && port == p)
}

/// What stands in the query, one pair a value, against the parameters and the word for encryption, which goes by the
/// second of `own`. Twice the same word for encryption comes with a comma, or the last of them counts.
fn same_pairs<'r>(
    mut read: Vec<(&'r Secret, &'r Secret)>,
    own: Option<(&'r Secret, &str)>,
    recorded: Vec<(String, String)>,
) -> bool {
    let mut words = Vec::new();
    for (name, value) in recorded {
        if own.is_some_and(|(_, known)| known == name) {
            words.push(value);
            continue;
        }
        match read.iter().position(|(n, v)| n.equals(&name) && v.equals(&value)) {
            Some(i) => drop(read.remove(i)),
            None => return false,
        }
    }
    let word = own.is_none_or(|(word, _)| {
        word.equals(&words.join(",")) || words.last().is_some_and(|last| word.equals(last))
    });
    read.is_empty() && word
}

/// SQLAlchemy's answer: the arguments for the driver where the corpus has them, else the fields of the URL.
pub(crate) fn sqlalchemy(reading: &Reading, recorded: &Json) -> Differences {
    let read = match accepted(reading, recorded) {
        Err(differences) => return differences,
        Ok(None) => return Vec::new(),
        Ok(Some(read)) => read,
    };
    let dialect = recorded["dialect"].as_str().unwrap_or_default();
    let family = dialect.split('.').nth(2).unwrap_or_default();
    let postgres = family == "postgresql";
    let arguments = recorded["connect_args"].get(1).filter(|_| postgres);
    let libpq = dialect.contains("psycopg") || dialect.is_empty();
    let field = |url: &str, below: &[&str]| match arguments {
        // Nothing is dialled without a dialect; told is where its libpq would go.
        None if libpq => below
            .iter()
            .map(|name| recorded["query"][*name].clone())
            .find(|v| !v.is_null())
            .map_or_else(|| recorded[url].clone(), joined),
        None => recorded[url].clone(),
        Some(arguments) => below
            .iter()
            .map(|name| arguments[*name].clone())
            .find(|v| !v.is_null())
            .map_or(Json::Null, joined),
    };
    // psycopg's and libpq's word, also where nothing can be loaded.
    let name = if libpq { "dbname" } else { "database" };
    let default = if family == "postgresql" || dialect.is_empty() { 5432 } else { 0 };
    let mut host = field("host", &["host"]);
    if host.is_null() && libpq {
        host = joined(recorded["query"]["hostaddr"].clone());
    }
    let hosts = targets(&host, &field("port", &["port"]), libpq, default);
    let query = recorded["query"].as_object().expect("a query").iter().flat_map(|(name, value)| {
        let values = value.as_array().cloned().unwrap_or_else(|| vec![value.clone()]);
        values.into_iter().map(|v| (name.clone(), text(&v)))
    });
    let pairs = read.parameters.iter().map(|p| (&p.name, &p.value)).collect();
    let own = if dialect.contains("asyncpg") { "ssl" } else { "sslmode" };
    // The recorder had not every driver; what fails for want of one is no answer of SQLAlchemy's.
    let refused = recorded["connect_args_error"].is_string() && matches!(family, "postgresql" | "sqlite");
    let memory = (family == "sqlite").then(|| recorded["connect_args"][0][0].as_str() == Some(":memory:"));
    let backend = match (memory, read.backend) {
        (Some(memory), Backend::Sqlite { memory: read }) => refused || memory == read,
        (None, Backend::Postgres) => postgres,
        (None, Backend::Other) => !postgres,
        _ => false,
    };
    // Lists in the query are joined on the way to a driver; without one nothing was joined.
    let unreachable =
        recorded["connect_args"].is_null() && (postgres || (libpq && !recorded["query"]["host"].is_null()));
    [
        ("drivername", same(read.driver.as_ref(), &recorded["drivername"])),
        ("username", unreachable || same(read.user.as_ref(), &field("username", &["user"]))),
        ("password", unreachable || same(read.password.as_ref(), &field("password", &["password"]))),
        ("database", unreachable || same(read.dbname.as_ref(), &field("database", &[name]))),
        ("host and port", unreachable || same_targets(&read.hosts, &hosts)),
        ("query", same_pairs(pairs, read.sslmode.as_ref().map(|s| (s, own)), query.collect())),
        ("backend", backend),
        ("dialect", !recorded["dialect_error"].is_string() || read.later.is_some()),
        ("arguments", !refused || read.later.is_some()),
        ("psycopg", recorded["psycopg_error"].is_null() || read.later.is_some()),
        ("told too early", refused || libpq || postgres || read.later.is_none()),
    ]
    .into_iter()
    .filter_map(|(name, same)| (!same).then_some(name))
    .collect()
}

/// The dictionary that dj-database-url or django-environ makes.
pub(crate) fn django(reading: &Reading, recorded: &Json) -> Differences {
    let read = match accepted(reading, recorded) {
        Err(differences) => return differences,
        Ok(None) => return Vec::new(),
        Ok(Some(read)) => read,
    };
    let engine = recorded["ENGINE"].as_str().unwrap_or_default();
    let postgres = read.backend == Backend::Postgres;
    let empty = serde_json::Map::new();
    let options = recorded["OPTIONS"].as_object().unwrap_or(&empty);
    let name = options.get("dbname").filter(|_| postgres).unwrap_or(&recorded["NAME"]);
    let name = Json::String(if name.is_null() { String::new() } else { text(name) });
    // Nothing is dialled with an engine that Django has not; told is where its libpq would go.
    let libpq = postgres || (read.backend == Backend::Other && read.later.is_some());
    let hosts = targets(&recorded["HOST"], &recorded["PORT"], libpq, if libpq { 5432 } else { 0 });
    let handed = read.parameters.iter().filter(|p| p.fate == Fate::HandedOn);
    // `{"ssl": {"ca": …}}` of MySQL is told as the parameter that it came from.
    let options: Vec<_> =
        options.iter().filter(|(_, v)| !v.is_object()).map(|(n, v)| (n.clone(), text(v))).collect();
    let sslmode = options.iter().find(|(n, _)| n == "sslmode").map(|(_, v)| v.as_str());
    let memory = recorded["NAME"].as_str().is_some_and(|n| n == ":memory:" || n.starts_with("file::memory:"));
    let backend = match read.backend {
        Backend::Postgres => {
            ["postgres", "postgis", "cockroach", "redshift", "timescale"].iter().any(|e| engine.contains(e))
        }
        Backend::Sqlite { memory: read } => engine.contains("lite") && read == memory,
        Backend::Other => !engine.ends_with(".postgresql") && !engine.ends_with(".sqlite3"),
    };
    let encryption = sslmode.is_none()
        || !postgres
        || read.sslmode.as_ref().is_some_and(|s| sslmode.is_some_and(|m| s.equals(m)));
    [
        ("ENGINE", same(read.driver.as_ref(), &recorded["ENGINE"])),
        ("NAME", same(read.dbname.as_ref(), &name)),
        ("USER", same(read.user.as_ref(), &recorded["USER"])),
        ("PASSWORD", same(read.password.as_ref(), &recorded["PASSWORD"])),
        ("HOST and PORT", same_targets(&read.hosts, &hosts)),
        (
            "OPTIONS",
            same_pairs(
                handed.map(|p| (&p.name, &p.value)).collect(),
                read.sslmode.as_ref().map(|s| (s, "sslmode")),
                options.clone(),
            ),
        ),
        ("sslmode", encryption),
        ("backend", backend),
        ("an empty dictionary", !engine.is_empty() || read.later.is_some()),
    ]
    .into_iter()
    .filter_map(|(name, same)| (!same).then_some(name))
    .collect()
}

/// What asyncpg's own parser returned. A file that was not there is no refusal of the string's.
pub(crate) fn asyncpg(reading: &Reading, recorded: &Json) -> Differences {
    let error = recorded["error"].as_str().unwrap_or_default();
    let file = error.starts_with("FileNotFoundError") || error.contains("root certificate file");
    let read = match (reading, file) {
        (Reading::Accepted(_), true) => return Vec::new(),
        _ => match accepted(reading, recorded) {
            Err(differences) => return differences,
            Ok(None) => return Vec::new(),
            Ok(Some(read)) => read,
        },
    };
    let hosts: Vec<_> = recorded["targets"]
        .as_array()
        .expect("targets")
        .iter()
        .map(|t| (text(&t[0]), t[1].as_u64().and_then(|p| u16::try_from(p).ok()).unwrap_or(0)))
        .collect();
    let root = read.parameters.iter().any(|p| p.name.equals("sslrootcert"));
    let word = match read.encryption {
        Some(Encryption::Plaintext) => "disable",
        Some(Encryption::Allow) => "allow",
        Some(Encryption::Prefer) => "prefer",
        Some(Encryption::Require) => "require",
        // `require` with a root that is named.
        Some(Encryption::VerifyCa) if root && recorded["sslmode"] == "require" => "require",
        Some(Encryption::VerifyCa) => "verify-ca",
        Some(Encryption::VerifyFull) => "verify-full",
        None => "",
    };
    let settings =
        read.parameters.iter().filter(|p| p.fate == Fate::Setting).map(|p| (&p.name, &p.value)).collect();
    let recorded_settings =
        recorded["settings"].as_object().into_iter().flatten().map(|(n, v)| (n.clone(), text(v))).collect();
    // The default of the name is the user's, which is none of the string's.
    let named = read.dbname.is_some() || recorded["dbname"] == recorded["user"];
    [
        ("targets", same_targets(&read.hosts, &hosts)),
        ("user", same(read.user.as_ref(), &recorded["user"])),
        ("password", same(read.password.as_ref(), &recorded["password"])),
        ("dbname", same(read.dbname.as_ref(), &recorded["dbname"]) || (named && read.dbname.is_none())),
        ("sslmode", recorded["sslmode"].as_str() == Some(word)),
        (
            "settings",
            recorded["settings"].is_null() && recorded.get("settings").is_none()
                || same_pairs(settings, None, recorded_settings),
        ),
    ]
    .into_iter()
    .filter_map(|(name, same)| (!same).then_some(name))
    .collect()
}
