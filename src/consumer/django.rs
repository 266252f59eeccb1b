//! What Django makes of the dictionary that dj-database-url or django-environ gives it: the engine, and what
//! `get_connection_params` of its PostgreSQL backend hands to psycopg.

use super::{Accepted, Backend, Fate, Parameter, below};
use crate::secret::Secret;

/// One of `DATABASES`. Texts as Python's `str` gives them; empty where nothing is set.
#[derive(Default)]
pub(super) struct Database {
    pub(super) engine: String,
    /// The engine is a scheme that was passed through.
    pub(super) unknown: bool,
    pub(super) name: String,
    pub(super) user: String,
    pub(super) password: String,
    pub(super) host: String,
    pub(super) port: String,
    /// `OPTIONS`, in order.
    pub(super) options: Vec<(String, String)>,
    /// Parameters that became something else than an option.
    pub(super) heeded: Vec<(String, String)>,
}

const NAME_EMPTY: &str = "Django refuses an empty NAME";
const NAME_LONG: &str = "Django refuses a NAME of more than 63 characters";
const ENGINE: &str = "Django has no engine of that name";

/// Options that Django's backend or psycopg's `connect` keep to themselves; libpq sees none of them.
#[rustfmt::skip]
const NOT_LIBPQS: &[&str] = &[
    "assume_role", "isolation_level", "pool", "server_side_binding", "client_encoding", "cursor_factory",
    "prepare_threshold", "autocommit", "context", "row_factory",
];

impl Database {
    /// As Django goes on with it.
    pub(super) fn accepted(self) -> Accepted {
        let backend = backend(&self.engine, &self.name);
        let option =
            |name: &str| self.options.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str());
        let sslmode = option("sslmode").filter(|_| backend == Backend::Postgres);
        let own = [
            ("user", self.user.as_str()),
            ("password", &self.password),
            ("host", &self.host),
            ("port", &self.port),
        ];
        let given = own.into_iter().filter(|(_, value)| !value.is_empty());
        let places = given.clone().filter(|(n, _)| matches!(*n, "host" | "port"));
        let (hosts, later) = match backend {
            Backend::Postgres => {
                let name = Some(("dbname", self.name.as_str())).filter(|(_, name)| !name.is_empty());
                let options = self.options.iter().map(|(n, v)| (n.as_str(), v.as_str()));
                let handed = options.filter(|(n, _)| !NOT_LIBPQS.contains(n));
                let below = below::libpq(name.into_iter().chain(handed).chain(given.clone()));
                let later = match () {
                    () if self.name.is_empty() && option("service").is_none_or(str::is_empty) => {
                        Some(NAME_EMPTY)
                    }
                    () if self.name.chars().count() > 63 => Some(NAME_LONG),
                    () => below.later,
                };
                (below::libpq(places).hosts, later)
            }
            // Nothing is dialled, but a reader wants to know where it would have gone.
            _ if self.unknown => (below::libpq(places).hosts, Some(ENGINE)),
            _ if self.host.is_empty() && self.port.is_empty() => (Vec::new(), None),
            _ => (vec![(Secret::from(self.host.as_str()), self.port.parse().unwrap_or(0))], None),
        };
        let dbname = option("dbname").filter(|_| backend == Backend::Postgres).unwrap_or(&self.name);
        let set = |text: &str| (!text.is_empty()).then(|| Secret::from(text));
        let parameters = |list: &[(String, String)], fate| -> Vec<Parameter> {
            let others = list.iter().filter(|(name, _)| sslmode.is_none() || name != "sslmode");
            others
                .map(|(n, v)| Parameter { name: n.as_str().into(), value: v.as_str().into(), fate })
                .collect()
        };
        Accepted {
            backend,
            host_is_default: backend == Backend::Postgres && self.host.is_empty(),
            hosts,
            user: set(&self.user),
            password: set(&self.password),
            dbname: set(dbname),
            sslmode: sslmode.map(Secret::from),
            encryption: sslmode.and_then(|word| below::encryption(word, option("sslrootcert"))),
            driver: set(&self.engine),
            parameters: [parameters(&self.heeded, Fate::Heeded), parameters(&self.options, Fate::HandedOn)]
                .concat(),
            later,
        }
    }
}

fn backend(engine: &str, name: &str) -> Backend {
    match engine {
        "django.db.backends.postgresql"
        | "django.contrib.gis.db.backends.postgis"
        | "django_prometheus.db.backends.postgresql"
        | "django_prometheus.db.backends.postgis"
        | "timescale.db.backends.postgresql"
        | "timescale.db.backends.postgis"
        | "django_cockroachdb"
        | "django_redshift_backend" => Backend::Postgres,
        "django.db.backends.sqlite3"
        | "django.contrib.gis.db.backends.spatialite"
        | "django_prometheus.db.backends.spatialite"
        | "django_prometheus.db.backends.sqlite3" => {
            // Django opens every name with `uri=True`.
            let file = name.strip_prefix("file:").unwrap_or_default();
            let memory = file.starts_with(":memory:") || file.contains("mode=memory");
            Backend::Sqlite { memory: memory || name == ":memory:" }
        }
        _ => Backend::Other,
    }
}
