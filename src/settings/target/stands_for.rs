//! What stands where a connection string should, and what it says of who reads it.

use super::Target;
use crate::{
    conninfo::{ErrorKind, Libpq},
    secret::{Part, Secret},
    settings::{
        engine::{Engine, unknown},
        foreign,
        host::{is_managed, is_placeholder},
    },
};

/// What somebody wrote in the place of a connection string, and meant.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum StandsFor {
    /// `xxx`, `your_database_url`, the variable's own name: to be replaced by whoever copies the file.
    Placeholder,
    /// `__DATABASE_URL__`: to be replaced by a build or a deployment.
    Mark,
    /// `surrealdb://…`: the address of a store that nobody here knows.
    AnotherStore,
    /// `store:8000`: a server's address, and not at PostgreSQL's port.
    Address,
    /// `https://…`: a store that is spoken to over HTTP, or the wrong line of somebody's dashboard.
    Web,
    /// `pgsql:host=…`, `dbi:Pg:…`: what PHP's PDO or Perl's DBI reads.
    Scripts,
    /// `memory`, `mock`: a kind of store.
    Kind,
    /// `localhost`, beside variables for everything else, or the name of a server beside it: programs put the rest around.
    Host,
}

impl Target {
    /// Why the text may be no connection string and no slip either; none for what somebody meant to be one.
    pub fn stands_for(&self) -> Option<StandsFor> {
        let text = &self.text.as_ref()?.value;
        let own = self.name.rsplit('.').next().unwrap_or(&self.name);
        let written = text.expose();
        Some(if text.looks_like_placeholder() || text.same_ignore_case(&Secret::from(own)) {
            StandsFor::Placeholder
        } else if text.is_replaced_by_a_build() || !written.bytes().any(|b| b.is_ascii_alphanumeric()) {
            // `***`, or `✅`, is what a tool writes over one.
            StandsFor::Mark
        } else if unknown::is_dsn_of_scripts(written) {
            StandsFor::Scripts
        } else if unknown::is_unknown_url(written) {
            let web = ["http://", "https://"].iter().any(|scheme| written.trim().starts_with(scheme))
                && !unknown::is_firebase(written);
            if web { StandsFor::Web } else { StandsFor::AnotherStore }
        } else if unknown::is_kind_of_store(written) {
            StandsFor::Kind
        } else if self.is_host {
            StandsFor::Host
        } else if unknown::is_address(written) {
            StandsFor::Address
        } else {
            return None;
        })
    }

    /// Whether the text is in the place of a connection string what a store of another kind is reached by.
    pub fn is_place_of_a_store(&self) -> bool {
        let at = || self.stands_for();
        // A hosting service of PostgreSQL's, be it at another port.
        let hosted = || self.text.as_ref().is_some_and(|text| is_hosting(text.value.expose()));
        self.engine.value == Engine::Unknown
            && matches!(at(), Some(StandsFor::Web | StandsFor::Address))
            && !hosted()
    }

    /// Whether the text is no connection string and has no place for a password either: a `$` was forgotten in
    /// `{DATABASE_URL}`.
    pub fn holds_nothing(&self) -> bool {
        let place = |b: u8| matches!(b, b'@' | b':' | b'=' | b'/' | b'?' | b' ');
        let nothing = |text: &str| !text.bytes().any(place);
        self.engine.value == Engine::Unknown
            && self.text.as_ref().is_some_and(|text| nothing(text.value.expose()))
    }

    /// Whether the text is a name in capitals that asks for a URL: `REQUIRED_DATABASE_URL`.
    pub fn is_sentinel(&self) -> bool {
        let asks = |text: &str| {
            let plain = text.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_');
            plain && text.contains('_') && text.split('_').any(|word| ["URL", "URI", "DSN"].contains(&word))
        };
        self.text.as_ref().is_some_and(|text| asks(text.value.expose().trim()))
    }

    /// The host of a text of no known form that may be `host/dbname` or `host:port/dbname`.
    pub(crate) fn bare_place(&self) -> Option<Part> {
        let text = self.text.as_ref().filter(|_| self.engine.value == Engine::Unknown)?;
        let (place, name) = text.value.expose().split_once('/')?;
        let (host, port) = place.split_once(':').unwrap_or((place, "5432"));
        let plain = |text: &str| {
            !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b))
        };
        let digits = !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit());
        (plain(host) && plain(name) && digits).then(|| Part::masked(host))
    }

    /// Whether one of the hosts is there to be replaced, by its name.
    pub fn names_placeholder_host(&self) -> bool {
        self.get("host").is_some_and(|s| s.value.expose().split(',').any(is_placeholder))
    }

    /// Whether the host is a variable of the process that nothing here gives a value: `jdbc:postgresql://${DB_HOST}/shop`, but
    /// not `${db.host}`, which may stand in the same file.
    pub fn refers_to_host(&self) -> bool {
        let name =
            |text: &str| text.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_');
        let inner = |text: &str| text.strip_prefix("${")?.strip_suffix('}').map(name);
        self.get("host").is_some_and(|s| inner(s.value.expose()) == Some(true))
    }

    /// Whether all hosts are yet to be filled in, by their names or by the brackets that they are in: of several one is where it
    /// is. What stands before the
    /// name of a hosting service changes nothing of where that is.
    pub(super) fn awaits_host(&self) -> bool {
        let bracketed = |host: &str| {
            let inner = |open, end| host.strip_prefix(open).and_then(|rest| rest.strip_suffix(end));
            inner("<", ">").or_else(|| inner("%(", ")s")).is_some_and(|name: &str| !name.contains(['<', '(']))
        };
        self.get("host").is_some_and(|s| {
            s.value.expose().split(',').all(|h| is_placeholder(h) && !is_managed(h) || bracketed(h))
        })
    }

    /// Whether it is what guides have for an example, on whoever's machine reads them: `postgresql://user:pass@localhost/shop`.
    pub fn is_of_guides(&self) -> bool {
        let part = |keyword: &str, text: &str| self.get(keyword).is_some_and(|p| p.value.equals(text));
        self.is_loopback() && part("user", "user") && part("password", "pass")
    }

    /// Whether the text shows what to write where and no database: `postgresql://user:password@host:port/database`, in
    /// any language, or a letter for each. A word where the port should be is no number that somebody mistyped.
    pub fn is_sketch(&self) -> bool {
        let part = |keyword: &str, text: &str| self.get(keyword).is_some_and(|p| p.value.equals(text));
        // What `knex init` writes.
        if self.get("host").is_none() && part("user", "username") && part("password", "password") {
            return true;
        }
        let letter = |keyword: &str| match self.get(keyword) {
            Some(p) => matches!(p.value.expose().as_bytes(), [b] if b.is_ascii_alphabetic()),
            None => matches!(keyword, "user" | "password"),
        };
        // For what wants a URL and dials none.
        if self.get("password").is_none()
            && self.get("user").is_none()
            && (part("dbname", "dummy") || part("dbname", "placeholder"))
        {
            return true;
        }
        // `postgres://a/b`, `postgresql://u:p@h/d`.
        if ["host", "dbname", "user", "password"].into_iter().all(letter) {
            return true;
        }
        let word = |port: &str| port.len() > 2 && port.bytes().all(|b| b.is_ascii_alphabetic());
        self.get("port").is_some_and(|p| word(p.value.expose().trim_matches(['<', '>', '[', ']'])))
            && self.names_placeholder_host()
    }

    /// Whether all that libpq does not know of its pairs is what clients of Go take or hand to the server: `TimeZone=…`,
    /// as GORM's documentation has it.
    pub fn is_as_go_writes(&self) -> bool {
        let unknown = matches!(&self.parsed, Err(e) if e.kind() == ErrorKind::KeywordUnknown);
        unknown
            && self
                .text
                .as_ref()
                .is_some_and(|t| foreign::pairs(t.value.expose().trim(), Libpq::V18).is_some())
    }

    /// Whether a pipeline of `CircleCI` puts something into the text before anybody reads it.
    pub fn is_parameter_of_ci(&self) -> bool {
        self.text
            .as_ref()
            .is_some_and(|t| t.value.expose().split_once("<<").is_some_and(|(_, r)| r.contains(">>")))
    }
}

/// Whether a text is `host:port` or a URL whose host is one of a service that hosts databases.
fn is_hosting(text: &str) -> bool {
    let rest = text.trim();
    let rest = rest.split_once("://").map_or(rest, |(_, rest)| rest);
    is_managed(rest.split([':', '/', '?']).next().unwrap_or_default())
}
