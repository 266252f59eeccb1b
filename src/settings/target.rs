//! A database that the configuration speaks of: every part with where it came from.

mod around;
mod class;
mod credential;
mod facts;
mod oddities;
mod stands_for;

pub use around::Around;
pub use credential::{Credential, SecretName};
pub(super) use facts::{Facts, fact};
pub use oddities::{
    DoubleEncoded, Duplicate, Fallback, Oddities, Placeholder, Unencoded, UnknownParameter, Wrapped,
};
pub use stands_for::StandsFor;

use super::{
    ByKeyword,
    drivers::MissingDriver,
    engine::{Engine, Spelling, sqlite},
    files::FileFacts,
    host::{HostClass, is_managed, is_same_host, is_socket},
    overrides::Override,
    passfile::PassFile,
    platform::Nameless,
    pooling::Preparer,
    service::ServiceTrouble,
    setting::{Origin, Setting},
    tls::TlsFiles,
    variables::{BESIDE, Role},
    words::Named,
};
use crate::{
    conninfo::{self, Conninfo, EndpointKind, SslMode},
    environment::Environment,
    layer::{Tls, Value},
    policy::Wanted,
    repository::Replaced,
    secret::{Part, Secret},
    source::Span,
};
use std::ops::Range;

/// One database that the configuration speaks of. As [`Settings`](super::Settings), one is kept for each of many files.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "independent facts about one connection")]
#[non_exhaustive]
pub struct Target {
    /// The variable or set that it comes from: `DATABASE_URL`, `DB_*`.
    pub name: String,
    /// What it is for.
    pub role: Role,
    /// Its own environment, when the variable's name says one (`PROD_DATABASE_URL`).
    pub environment: Option<Environment>,
    /// How it is written.
    pub form: Form,
    /// The engine, with the place that says so.
    pub engine: Setting<Engine>,
    /// What libpq (18, unless the policy pins another) makes of it, the layers below filled in; an error keeps every
    /// default away.
    pub parsed: Result<Conninfo, conninfo::Error>,
    /// Every libpq keyword in force, by its name; the password too, masked.
    pub parameters: ByKeyword,
    /// Of host, dbname and user those that nobody set, for a target made of variables.
    pub missing: Vec<&'static str>,
    /// Its carrier itself calls it a connection, or is no env file; else a variable's name does.
    pub told: bool,
    /// A program of Java reads JDBC's, one of .NET Npgsql's: a word beside it, or what is built here, says so.
    pub native: bool,
    /// Its text is a bare name, beside variables that make a connection and lack nothing but a host; or it leads to a server that
    /// is started beside it.
    pub is_host: bool,
    /// Where code sets another URL in its place.
    pub replaced: Option<Replaced>,
    /// The text as a whole, for a target that is one.
    pub text: Option<Setting<Secret>>,
    /// The map of the text to its source, without the text; see [`Target::place_of`].
    pub(super) written: Option<Value>,
    /// What is odd about the text.
    pub oddities: Oddities,
    /// Extensions that it must have.
    pub extensions: Vec<Wanted>,
    /// Tests make this database themselves, from this name.
    pub derived_from: Option<Box<Setting<Part>>>,
    /// The policy wants TLS for private hosts too.
    pub tls_required: bool,
    /// What `[connection]` sets and the libpq that the policy pins does not know.
    pub newer: Vec<(&'static str, Setting<Part>)>,
    /// What came of the service that it names; `None` without one, and where service files are not consulted.
    pub service: Option<Result<(), ServiceTrouble>>,
    /// The password file that libpq looks into, when there is no other password and it is consulted.
    pub passfile: Option<Box<PassFile>>,
    /// The file of `sslkey`, when it is consulted and there.
    pub key_file: Option<FileFacts>,
    /// What lies where its keywords of TLS point; none where nobody looked, or libpq would not.
    pub tls_files: Option<TlsFiles>,
    /// TLS that words beside it ask for, where no keyword does.
    pub tls_beside: Option<Setting<Tls>>,
    /// The schema that its tables are in, where one is named that is not `public`.
    pub(super) schema: Option<Secret>,
    /// A driver that it needs and that the project does not require.
    pub missing_driver: Option<Box<MissingDriver>>,
    /// Who reads it and prepares statements by name.
    pub preparer: Option<Box<Preparer>>,
    /// Of host, dbname and user those whose names say an environment.
    pub names: Vec<Named>,
    /// Keywords that lead somewhere and that libpq's variables of the process fill; none for a target made of them.
    pub ambient: Vec<&'static str>,
    /// Of host, dbname and user what the process environment sets otherwise than a file that was read.
    pub overrides: Vec<Override>,
    /// Its client leaves the server's name out of the TLS handshake; looked at only where a service needs it.
    pub sends_no_name: Option<Nameless>,
    /// What stands around it.
    pub around: Around,
    /// `sslrootcert` is set, to what is known only where the program runs.
    pub root_is_open: bool,
    /// How the text is written; `Libpq` for a target that is none.
    pub(super) spelling: Spelling,
    pub(super) facts: Facts,
}

/// Hosts (loopback names alike) with their ports, and the database.
pub(super) type Place = (Vec<(String, u16)>, String);

/// A part that a URL and a family of variables name differently.
#[derive(Clone, Copy, Debug)]
pub struct Difference<'s> {
    /// The libpq keyword.
    pub keyword: &'static str,
    /// What the URL says.
    pub own: &'s Setting<Part>,
    /// What the variable says.
    pub other: &'s Setting<Part>,
}

/// How a target is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Form {
    /// One URL or keyword/value string.
    Url,
    /// One variable a part.
    Parts,
    /// A JSON document.
    Document,
    /// Only a switch that says SQLite.
    Toggle,
}

impl Target {
    /// A setting by libpq's keyword.
    pub fn get(&self, keyword: &str) -> Option<&Setting<Part>> {
        self.parameters.get(keyword)
    }

    /// Whether a keyword is set to something.
    pub fn has(&self, keyword: &str) -> bool {
        self.get(keyword).is_some_and(|s| !s.value.is_empty())
    }

    /// Whether a URL or string of libpq's kind leaves a keyword open, and no service file may say it.
    pub fn leaves_open(&self, keyword: &str) -> bool {
        let clear = self.is_postgres() && self.parsed.is_ok() && !self.oddities.explain();
        let own = self.form == Form::Url && self.spelling().is_native();
        // What was never filled in is reported as that.
        clear && own && !self.has(keyword) && !self.is_elsewhere() && !self.names_placeholder_host()
    }

    /// Whether it is PostgreSQL.
    pub fn is_postgres(&self) -> bool {
        self.engine.value == Engine::Postgres
    }

    /// Whether it is SQLite.
    pub fn is_sqlite(&self) -> bool {
        matches!(self.engine.value, Engine::Sqlite { .. })
    }

    /// The place to point at when no part is nearer.
    pub fn origin(&self) -> &Origin {
        self.text.as_ref().map_or(&self.engine.origin, |t| &t.origin)
    }

    /// The place of a keyword, else of the whole.
    pub fn origin_of(&self, keyword: &str) -> &Origin {
        self.get(keyword).map_or_else(|| self.origin(), |s| &s.origin)
    }

    /// The place of a range of the text: the range itself where it stands in the source as it is, else the whole
    /// text. None for a target that is no text.
    pub fn place_of(&self, range: Range<usize>) -> Option<Span> {
        self.written.as_ref().and_then(|w| w.span_of(range)).or(self.text.as_ref()?.span())
    }

    /// As [`Target::place_of`], only where the range stands in the source as it is: the place of an edit.
    pub fn exact_place_of(&self, range: Range<usize>) -> Option<Span> {
        self.written.as_ref()?.span_of(range)
    }

    /// The mode in force; `Err` for a word that libpq does not know, `None` when nobody set one.
    pub fn sslmode(&self) -> Option<Result<SslMode, ()>> {
        let setting = self.get("sslmode")?;
        Some(setting.value.expose().parse().map_err(|_| ()))
    }

    /// Whether a reserved character in user or password leaves readers at odds about where these end and the host
    /// begins. Brackets and blanks do not: `[YOUR-PASSWORD]` ends where it seems to.
    pub fn is_ambiguous(&self) -> bool {
        let several = || self.text.as_ref().is_some_and(|t| t.value.expose().matches('@').count() > 1);
        self.oddities.unencoded.as_ref().is_some_and(|u| "@/#?:".contains(u.character) || several())
    }

    /// Whether there could be such hosts, a database and a role of such names: what libpq makes of `p@ss@host` is no
    /// host, and nobody ends a name in a blank. A directory of sockets may have any name.
    pub fn could_exist(&self) -> bool {
        let text = |keyword: &str| self.get(keyword).map_or("", |s| s.value.expose());
        let bare = |name: &str| {
            let inner = name.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
            let quoted =
                ['"', '\''].iter().any(|q| name.len() > 2 && name.starts_with(*q) && name.ends_with(*q));
            inner == name && !quoted
        };
        crate::conninfo::are_possible_hosts(text("host")) && bare(text("dbname")) && bare(text("user"))
    }

    /// Whether the rest of it stands in a service file that was not consulted or says nothing of it.
    pub fn is_elsewhere(&self) -> bool {
        let settled = matches!(self.service, Some(Ok(()) | Err(ServiceTrouble { unread: true, .. })));
        !settled && self.get("service").is_some()
    }

    /// Whether libpq, or another that reads services, refuses it for its service.
    pub(super) fn lacks_service(&self) -> bool {
        matches!(self.service, Some(Err(ServiceTrouble { unread: false, .. })))
    }

    /// Whether everything it dials is a loopback address over TCP; a socket is none.
    pub fn is_loopback(&self) -> bool {
        self.all_hosts(|host| !is_socket(host) && HostClass::of(host) == HostClass::Local)
    }

    /// Whether every host is one label: the name of a service inside a compose network or a Kubernetes namespace.
    pub fn is_single_label(&self) -> bool {
        let label = |host: &str| !host.contains(['.', ':', '[']) && HostClass::of(host) == HostClass::Private;
        self.all_hosts(label)
    }

    /// Whether every host is a service of the cluster that it is dialled from, by its name.
    pub fn is_service_of_cluster(&self) -> bool {
        self.all_hosts(super::host::is_service_of_cluster)
    }

    /// Whether every host is one of a hosted service, by its name.
    pub fn is_managed(&self) -> bool {
        self.all_hosts(is_managed)
    }

    /// Whether it leads to the socket of a proxy of Google's Cloud SQL: `/cloudsql/shop:us-central1:db`.
    pub fn is_of_cloud_sql(&self) -> bool {
        self.get("host").is_some_and(|h| h.value.expose().starts_with("/cloudsql/"))
    }

    /// Whether every host that is named has the property; false when none is.
    fn all_hosts(&self, property: impl Fn(&str) -> bool) -> bool {
        let list = |keyword: &str| self.get(keyword).map(|s| s.value.expose()).filter(|v| !v.is_empty());
        let named = self.class_by_name().is_some();
        let hosts = list("host").or_else(|| list("hostaddr")).filter(|_| named);
        hosts.is_some_and(|hosts| hosts.split(',').all(property))
    }

    /// Whether this and another target are the same database: hosts, ports and name, after libpq's defaults.
    pub fn same_database_as(&self, other: &Self) -> bool {
        match (&self.engine.value, &other.engine.value) {
            (Engine::Postgres, Engine::Postgres) => match (self.identity(), other.identity()) {
                (Some(a), Some(b)) => a == b,
                (None, None) => self.same_text_as(other),
                _ => false,
            },
            (Engine::Sqlite { memory: false }, Engine::Sqlite { memory: false }) => {
                let file = |t: &Self| t.text.as_ref().map(|t| sqlite_file(t.value.expose()));
                file(self).is_some_and(|a| file(other).is_some_and(|b| a == b))
            }
            (Engine::Other(a), Engine::Other(b)) => a == b && self.same_text_as(other),
            _ => false,
        }
    }

    /// What cannot be taken apart is at least the same when it is written the same.
    fn same_text_as(&self, other: &Self) -> bool {
        matches!((&self.text, &other.text), (Some(a), Some(b)) if a.value.same_as(&b.value))
    }

    /// Hosts (loopback names alike), ports and database.
    pub(super) fn identity(&self) -> Option<&Place> {
        fact(&self.facts.identity, || self.dialled_place()).as_ref()
    }

    fn dialled_place(&self) -> Option<Place> {
        let conninfo = self.parsed.as_ref().ok().filter(|_| !self.is_elsewhere())?;
        let mut hosts: Vec<(String, u16)> = conninfo
            .places()?
            .iter()
            .map(|e| {
                let host =
                    e.host.as_ref().or(e.hostaddr.as_ref()).map_or("", Part::expose).to_ascii_lowercase();
                let loopback = e.kind != EndpointKind::Unix && HostClass::of(&host) == HostClass::Local;
                (
                    if loopback { "localhost".to_owned() } else { host.trim_end_matches('.').to_owned() },
                    e.port,
                )
            })
            .collect();
        hosts.sort();
        let text = |k: &str| self.get(k).map(|s| s.value.expose()).filter(|v| !v.is_empty());
        let dbname = text("dbname").or_else(|| text("user")).unwrap_or_default();
        Some((hosts, dbname.to_owned()))
    }

    /// Whether an SQLite URL has the file's name where a host stands (`sqlite://db.sqlite3`), which Django takes for a
    /// database in memory.
    pub fn sqlite_names_host(&self) -> bool {
        self.is_sqlite() && self.text.as_ref().is_some_and(|t| sqlite::names_host(t.value.expose().trim()))
    }

    /// Whether the URL of an SQLite database itself says that it is to be in memory.
    pub fn sqlite_asks_for_memory(&self) -> bool {
        self.is_sqlite()
            && self.text.as_ref().is_some_and(|t| sqlite::asks_for_memory(t.value.expose().trim()))
    }

    /// Whether it is a file of SQLite at a place of its own, which the directory does not change.
    pub fn is_placed_file(&self) -> bool {
        self.sqlite_file().is_some_and(|path| path.expose().starts_with('/'))
    }

    /// The file of an SQLite database, as the URL names it.
    pub fn sqlite_file(&self) -> Option<Part> {
        let text = self.text.as_ref().filter(|_| self.is_sqlite())?.value.expose();
        let path = sqlite::path(text);
        let shown = super::reveal::url(text).contains(&(0..text.len()));
        Some(Part::with_proof(if path.is_empty() { ":memory:" } else { path }, shown))
    }

    /// Whether it is a file of SQLite at a path that is among those asked for.
    pub(crate) fn is_file_within(&self, within: impl Fn(&str) -> bool) -> bool {
        self.sqlite_file().is_some_and(|path| within(path.expose()))
    }

    /// Host or socket directory, and port, of the first endpoint.
    #[cfg(feature = "guard")]
    pub(crate) fn first_endpoint(&self) -> Option<(String, u16)> {
        let endpoint = self.parsed.as_ref().ok()?.endpoints().ok()?.into_iter().next()?;
        let host = endpoint.host.or(endpoint.hostaddr)?;
        Some((host.expose().to_owned(), endpoint.port))
    }

    /// Whether the text is JDBC's, R2DBC's or Npgsql's, in a variable that native clients read: by its name it is neither for
    /// Java nor for .NET.
    pub fn is_misplaced(&self) -> bool {
        if self.native || !matches!(self.spelling, Spelling::Jdbc | Spelling::R2dbc | Spelling::Npgsql) {
            return false;
        }
        // A key of a settings file is read by whoever the file is for; a variable by whoever knows its name.
        if self.told && self.name.bytes().any(|b| b.is_ascii_lowercase()) {
            return false;
        }
        let name = self.name.to_ascii_uppercase();
        match self.spelling() {
            Spelling::Jdbc | Spelling::R2dbc => {
                // `url:` in a settings file says of no library that it reads it: a Java program does.
                let key = self.name != name && !name.contains("SQLALCHEMY") && !name.contains('(');
                let java = ["JDBC", "R2DBC"].iter().any(|w| name.contains(w))
                    || ["SPRING", "QUARKUS"].iter().any(|w| name.starts_with(w))
                    || BESIDE.iter().any(|(url, _)| *url == name);
                !key && !java
            }
            Spelling::Npgsql => {
                !["CONNECTIONSTRING", "CONNECTION_STRING", "NPGSQL"].iter().any(|w| name.contains(w))
            }
            _ => false,
        }
    }

    /// The driver that a URL names behind a `+`, as SQLAlchemy has it. Nothing here was proved harmless.
    #[cfg(feature = "guard")]
    pub(crate) fn driver(&self) -> Option<&str> {
        let (scheme, _) = self.text.as_ref()?.value.expose().split_once("://")?;
        scheme.split_once('+').map(|(_, driver)| driver)
    }

    /// The parameter that says in this target's URL what `sslmode` says to libpq: `ssl` to asyncpg below SQLAlchemy.
    pub fn tls_word(&self) -> &'static str {
        if self.spelling == Spelling::R2dbc {
            return "sslMode";
        }
        let asyncpg = self.text.as_ref().is_some_and(|t| conninfo::names_asyncpg(t.value.expose()));
        if asyncpg { "ssl" } else { "sslmode" }
    }

    /// Whether its text is a URL; a keyword/value string spells a password otherwise.
    pub fn is_url(&self) -> bool {
        self.text.as_ref().is_some_and(|t| t.value.expose().contains("://"))
    }

    /// A sentence that names libpq's `sslmode=…`, with this target's own word for it.
    pub fn spelt(&self, sentence: &str) -> String {
        match self.tls_word() {
            "sslmode" => sentence.to_owned(),
            word => sentence.replace("sslmode=", &format!("{word}=")),
        }
    }

    /// As [`Target::tls_word`], for the parameter that stands there.
    pub fn tls_written(&self) -> &'static str {
        let value = self.parsed.as_ref().ok().and_then(|c| c.get("sslmode"));
        let name = value.and_then(conninfo::Value::name_range);
        let written = name.and_then(|name| self.text.as_ref()?.value.expose().get(name));
        if written == Some("ssl") || self.spelling == Spelling::R2dbc { self.tls_word() } else { "sslmode" }
    }

    /// How the URL is spelled; `Libpq` for a target made of parts.
    pub fn spelling(&self) -> Spelling {
        self.spelling
    }
}

/// Whether two values of a keyword lead to the same place.
pub(super) fn same_part(keyword: &str, a: &Part, b: &Part) -> bool {
    a.same_as(b) || keyword == "host" && is_same_host(a.expose(), b.expose())
}

/// The file of an SQLite URL, whatever driver it names: `sqlite:///./x.db` and `sqlite+aiosqlite:///x.db` alike.
fn sqlite_file(text: &str) -> String {
    let text = text.trim().trim_matches(['"', '\'']);
    sqlite::path(text).trim_start_matches("./").replace("/./", "/")
}
