//! The spelling of a URL that a client library reads rightly. What is written is read back before it is given away.

use super::{Accepted, Comparison, Consumer, Encryption, Reading, Shift, sqlalchemy};
use crate::{
    conninfo::{DEFAULT_PORT, SslMode},
    secret::{Part, Secret},
};
use std::fmt::Write as _;

impl Consumer {
    /// A URL for this library on one host and port (those that were verified). `set` gives what is set by libpq
    /// keyword. Everything reserved is percent-encoded; parameters that the library would refuse are left out.
    ///
    /// Where no URL says it to this library (a socket or an IPv6 address to postgres.js), what is given fails to
    /// resolve or to find its database, and leads nowhere else; [`Consumer::spell`] tells. `driver` as there, but for
    /// one that cannot be told of the encryption: psycopg can.
    pub(crate) fn url<'a>(
        self,
        driver: Option<&str>,
        set: impl Fn(&str) -> Option<&'a Part>,
        host: &str,
        port: u16,
    ) -> Secret {
        let places = [(host, port)];
        let spelled = self.spell(driver, &set, &places).or_else(|| self.spell(None, &set, &places));
        spelled.unwrap_or_else(|| Secret::new(self.write(PSYCOPG, &set, &places, false)))
    }

    /// A URL for this library on these hosts, in their order; `None` where none is read back as the same hosts, user,
    /// password and database with encryption that is no weaker. tokio-postgres has no `verify-*`: it is given
    /// `require`, and its TLS connector verifies. SQLAlchemy keeps the `driver` that it is used with, if it is one of
    /// its own, and has psycopg else.
    pub(crate) fn spell<'a>(
        self,
        driver: Option<&str>,
        set: impl Fn(&str) -> Option<&'a Part>,
        places: &[(&str, u16)],
    ) -> Option<Secret> {
        let text = |keyword: &str| set(keyword).map(Part::secret).filter(|t| !t.is_empty()).cloned();
        let encryption = wanted(&set);
        let driver = driver.and_then(sqlalchemy::known_driver).unwrap_or(PSYCOPG);
        let wanted = Reading::Accepted(Accepted {
            hosts: places.iter().map(|(host, port)| (Secret::from(*host), *port)).collect(),
            user: text("user"),
            password: text("password"),
            dbname: text("dbname"),
            encryption,
            ..Accepted::default()
        });
        [false, true].into_iter().map(|raw| Secret::new(self.write(driver, &set, places, raw))).find(|url| {
            let found = Comparison::between(&wanted, &self.read(url));
            let same = found.refused.is_none() && found.differs.is_empty();
            let weaker = matches!(found.encryption, Some(Shift::Weaker { to, .. })
                if self != Self::TokioPostgres || to < Encryption::Require);
            same && !weaker
        })
    }

    /// `raw`: the path as the library takes it undecoded.
    fn write<'a>(
        self,
        driver: &str,
        set: &impl Fn(&str) -> Option<&'a Part>,
        places: &[(&str, u16)],
        raw: bool,
    ) -> String {
        let text = |keyword: &str| set(keyword).map(Part::expose).filter(|t| !t.is_empty());
        let mut out = match self {
            Self::SqlAlchemy => format!("postgresql+{driver}://"),
            _ => "postgresql://".to_owned(),
        };
        let (user, password) = (text("user"), text("password"));
        encode(&mut out, user.unwrap_or_default(), "");
        if let Some(password) = password {
            out.push(':');
            encode(&mut out, password, "");
        }
        if user.is_some() || password.is_some() {
            out.push('@');
        }
        let by_parameter = self.by_parameter(places);
        for (i, (host, port)) in places.iter().enumerate().filter(|_| !by_parameter) {
            if i > 0 {
                out.push(',');
            }
            if host.contains(':') && !host.starts_with('/') {
                out.push('[');
                encode(&mut out, host, ":");
                out.push(']');
            } else {
                encode(&mut out, host, "");
            }
            if *port != DEFAULT_PORT || places.len() > 1 {
                let _infallible = write!(out, ":{port}");
            }
        }
        out.push('/');
        if let Some(dbname) = text("dbname") {
            match (self, raw) {
                // Not decoded at all.
                (Self::PostgresJs, true) => out.push_str(dbname),
                // `decodeURI` leaves the escapes of these.
                (Self::NodePostgres, true) => encode(&mut out, dbname, ";/:@&=+$,"),
                _ => encode(&mut out, dbname, ""),
            }
        }
        let mut parameters = Vec::new();
        if by_parameter {
            let list =
                |each: &dyn Fn(&(&str, u16)) -> String| places.iter().map(each).collect::<Vec<_>>().join(",");
            parameters.push(("host", list(&|(host, _)| (*host).to_owned())));
            if places.iter().any(|(_, port)| *port != DEFAULT_PORT) {
                parameters.push(("port", list(&|(_, port)| port.to_string())));
            }
        }
        let sockets = places.iter().all(|(host, _)| host.starts_with('/'));
        for keyword in self.parameters(driver) {
            if let Some(value) = text(keyword).and_then(|value| self.value(keyword, value)) {
                parameters.push((*keyword, value.to_owned()));
            }
        }
        if !sockets {
            parameters.extend(self.tls(driver, set));
        }
        for (i, (name, value)) in parameters.iter().enumerate() {
            let _infallible = write!(out, "{}{name}=", if i == 0 { '?' } else { '&' });
            encode(&mut out, value, "");
        }
        out
    }

    /// Whether the hosts go into the query: sockets, and names that this library does not decode.
    fn by_parameter(self, places: &[(&str, u16)]) -> bool {
        let special = |host: &str| {
            host.starts_with('/') || !host.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._:".contains(&b))
        };
        let special = places.iter().any(|(host, _)| special(host));
        match self {
            Self::Libpq | Self::NodePostgres | Self::Asyncpg => special,
            Self::SqlAlchemy | Self::DjDatabaseUrl | Self::DjangoEnviron => special || places.len() > 1,
            Self::TokioPostgres | Self::Sqlx | Self::PostgresJs => false,
        }
    }

    /// The parameters that the library understands as libpq does, but for those of TLS.
    fn parameters(self, driver: &str) -> &'static [&'static str] {
        match self {
            Self::SqlAlchemy if driver == "asyncpg" => &["target_session_attrs"],
            Self::SqlAlchemy if driver == "pg8000" => &["application_name"],
            Self::Libpq => &[
                "channel_binding",
                "connect_timeout",
                "application_name",
                "options",
                "target_session_attrs",
                "client_encoding",
                "keepalives",
                "keepalives_idle",
                "keepalives_interval",
                "keepalives_count",
                "tcp_user_timeout",
                "gssencmode",
            ],
            Self::SqlAlchemy | Self::DjDatabaseUrl | Self::DjangoEnviron => {
                &["channel_binding", "connect_timeout", "application_name", "options", "target_session_attrs"]
            }
            Self::TokioPostgres => {
                &["connect_timeout", "application_name", "options", "channel_binding", "target_session_attrs"]
            }
            Self::Asyncpg => &["application_name", "target_session_attrs"],
            Self::Sqlx | Self::NodePostgres => &["application_name", "options"],
            Self::PostgresJs => &["connect_timeout", "application_name", "options", "target_session_attrs"],
        }
    }

    /// The value that means the same to this library; `None` where it would refuse all that do.
    fn value<'v>(self, keyword: &str, value: &'v str) -> Option<&'v str> {
        if keyword != "target_session_attrs" {
            return Some(value);
        }
        match (self, value) {
            (Self::TokioPostgres, "primary") => Some("read-write"),
            (Self::TokioPostgres, "standby") => Some("read-only"),
            (Self::TokioPostgres, "prefer-standby") | (Self::PostgresJs, "any") => None,
            _ => Some(value),
        }
    }

    /// The parameters of TLS that mean to this library what the words mean to libpq, or more.
    fn tls<'a>(self, driver: &str, set: &impl Fn(&str) -> Option<&'a Part>) -> Vec<(&'static str, String)> {
        let text = |keyword: &str| set(keyword).map(Part::expose).filter(|t| !t.is_empty());
        let (word, root) = (text("sslmode"), text("sslrootcert"));
        let own = || {
            let written = [("sslmode", word), ("sslrootcert", root)];
            let more = OWN.iter().map(|name| (*name, text(name))).filter(|_| self == Self::Libpq);
            let all = written.into_iter().chain(more);
            all.filter_map(|(name, value)| Some((name, value?.to_owned()))).collect()
        };
        // The system's roots are what these check against without a word.
        let file = root.filter(|r| *r != "system").map(str::to_owned);
        let mode = match (word.map(str::parse::<SslMode>), root) {
            (None, Some("system")) => Some(SslMode::VerifyFull),
            // postgres.js does no TLS unasked, and can fall back as libpq does.
            (None, _) if self == Self::PostgresJs => Some(SslMode::Prefer),
            (None, _) => None,
            (Some(Err(_)), _) => return own(),
            (Some(Ok(mode)), _) => Some(mode),
        };
        let Some(mode) = mode.filter(|_| !matches!(self, Self::Libpq)) else { return own() };
        let says = |word: &str| vec![("sslmode", word.to_owned())];
        match self {
            // A root cannot be named: asyncpg has `PGSSLROOTCERT` and ~/.postgresql, and refuses without either.
            Self::SqlAlchemy if driver == "asyncpg" => {
                let word = if mode == SslMode::Require && file.is_some() { SslMode::VerifyCa } else { mode };
                vec![("ssl", word.as_str().to_owned())]
            }
            // It takes no word for TLS in a URL.
            Self::SqlAlchemy if driver == "pg8000" => Vec::new(),
            Self::TokioPostgres => match mode {
                SslMode::Disable => says("disable"),
                SslMode::Allow | SslMode::Prefer => says("prefer"),
                SslMode::Require | SslMode::VerifyCa | SslMode::VerifyFull => says("require"),
            },
            Self::Sqlx => {
                let word = match mode {
                    // Its `allow` is plaintext, and its `require` passes over the root.
                    SslMode::Allow => "prefer",
                    SslMode::Require if file.is_some() => "verify-ca",
                    mode => mode.as_str(),
                };
                let mut out = says(word);
                out.extend(file.map(|file| ("sslrootcert", file)));
                out
            }
            Self::NodePostgres => {
                let libpq =
                    |word: &str| vec![("uselibpqcompat", "true".to_owned()), ("sslmode", word.to_owned())];
                let mut out = match mode {
                    SslMode::Disable => return says("disable"),
                    // It has no way back to plaintext: TLS without a check.
                    SslMode::Allow | SslMode::Prefer => return libpq("prefer"),
                    SslMode::Require => libpq("require"),
                    SslMode::VerifyCa if file.is_some() => libpq("verify-ca"),
                    SslMode::VerifyCa | SslMode::VerifyFull => says("verify-full"),
                };
                out.extend(file.map(|file| ("sslrootcert", file)));
                out
            }
            // A root cannot be named: `sslrootcert` would be asked of the server as a setting.
            Self::PostgresJs => match mode {
                SslMode::Allow => says("prefer"),
                SslMode::Require if file.is_some() => says("verify-full"),
                SslMode::VerifyCa => says("verify-full"),
                mode => says(mode.as_str()),
            },
            _ => own(),
        }
    }
}

/// SQLAlchemy's driver where none is named.
const PSYCOPG: &str = "psycopg";

/// What the settings ask for in libpq's meaning; `None` where they do not say.
fn wanted<'a>(set: &impl Fn(&str) -> Option<&'a Part>) -> Option<Encryption> {
    let mode: SslMode = set("sslmode").map(Part::expose)?.parse().ok()?;
    let root = set("sslrootcert").is_some_and(|root| !root.is_empty());
    Some(if mode == SslMode::Require && root { Encryption::VerifyCa } else { mode.into() })
}

/// Percent-encodes all but RFC 3986's unreserved characters, what every measured parser decodes alike, and `plain`.
fn encode(out: &mut String, text: &str, plain: &str) {
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) || plain.as_bytes().contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _infallible = write!(out, "%{byte:02X}");
        }
    }
}

/// What libpq is told of TLS beside `sslmode` and `sslrootcert`, since version 14.
const OWN: [&str; 8] = [
    "sslcert",
    "sslkey",
    "sslpassword",
    "sslcrl",
    "sslcrldir",
    "sslsni",
    "ssl_min_protocol_version",
    "ssl_max_protocol_version",
];

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    /// Those whose every spelling is held here.
    const HELD: [Consumer; 5] = [
        Consumer::Libpq,
        Consumer::TokioPostgres,
        Consumer::Sqlx,
        Consumer::NodePostgres,
        Consumer::PostgresJs,
    ];

    const NASTY: &[&str] = &[
        "plain",
        "a b",
        "a+b",
        "p@ss:w/rd?#%[]",
        "100%",
        "%41",
        "%zz",
        "żółw🦀",
        "\\'\"`$&$'",
        "&=;,",
        "a\tb",
        "..",
        "{}|^<>",
        "@/",
        "@___DUMMY___/",
    ];

    /// Places, and who can be told of them.
    type Case<'c> = (&'c [(&'c str, u16)], &'c [Consumer]);

    fn spell(consumer: Consumer, set: &[(&str, &str)], places: &[(&str, u16)]) -> Option<Secret> {
        let set: BTreeMap<String, Part> =
            set.iter().map(|(k, v)| ((*k).to_owned(), Part::masked(*v))).collect();
        consumer.spell(None, |keyword| set.get(keyword), places)
    }

    #[test]
    fn nasty_users_and_passwords_are_read_back() {
        for consumer in HELD {
            for nasty in NASTY {
                for sslmode in ["disable", "allow", "prefer", "require", "verify-ca", "verify-full"] {
                    let set = [("user", *nasty), ("password", nasty), ("dbname", "db"), ("sslmode", sslmode)];
                    assert!(
                        spell(consumer, &set, &[("h", 6432)]).is_some(),
                        "{consumer:?} {nasty} {sslmode}"
                    );
                }
                let set = [("password", *nasty), ("dbname", "db")];
                assert!(spell(consumer, &set, &[("h", 5432)]).is_some(), "{consumer:?} {nasty}");
            }
        }
    }

    #[test]
    fn nasty_databases_are_read_back_or_not_spelled() {
        for consumer in HELD {
            for nasty in NASTY {
                let said = spell(consumer, &[("user", "u"), ("dbname", nasty)], &[("h", 5432)]).is_some();
                // A path of the web swallows `..`; pg leaves some escapes in it, and postgres.js all of them.
                let cannot = match consumer {
                    Consumer::Libpq | Consumer::TokioPostgres => false,
                    Consumer::NodePostgres => nasty.contains(['?', '#']) || *nasty == "..",
                    Consumer::PostgresJs => {
                        nasty.contains(['?', '#', ' ', '\t', 'ż', '"', '{']) || *nasty == ".."
                    }
                    _ => *nasty == "..",
                };
                assert_eq!(said, !cannot, "{consumer:?} {nasty}");
            }
        }
    }

    #[test]
    fn places_are_read_back_or_not_spelled() {
        use Consumer::{Libpq, NodePostgres, PostgresJs, Sqlx, TokioPostgres};
        let (two, three) = ([("h1", 5432), ("h2", 6432)], [("h1", 1), ("::1", 2), ("/tmp", 3)]);
        let can: [Case<'_>; 8] = [
            (&[("db.example.com", 5432)], &HELD),
            (&[("::1", 6432)], &[Libpq, TokioPostgres, Sqlx, NodePostgres]),
            (&[("fe80::1%eth0", 5432)], &[Libpq, TokioPostgres, NodePostgres]),
            (&[("/var/run/postgresql", 5432)], &[Libpq, TokioPostgres, Sqlx, NodePostgres]),
            (&[("/cloudsql/p:r:i", 5433)], &[Libpq, TokioPostgres, Sqlx, NodePostgres]),
            (&[("żółw.example", 5432)], &[Libpq, TokioPostgres, NodePostgres]),
            (&two, &[Libpq, TokioPostgres, PostgresJs]),
            (&three, &[Libpq, TokioPostgres]),
        ];
        for (places, able) in can {
            for consumer in HELD {
                for user in [&[("user", "u"), ("password", "p")][..], &[]] {
                    let said = spell(consumer, &[user, &[("dbname", "db")]].concat(), places).is_some();
                    assert_eq!(said, able.contains(&consumer), "{consumer:?} {places:?} {user:?}");
                }
            }
        }
    }

    #[test]
    fn roots_are_handed_on_in_the_words_of_the_library() {
        let url = |consumer, sslmode, root| {
            let set = [("sslmode", sslmode), ("sslrootcert", root), ("dbname", "d")];
            spell(consumer, &set, &[("h", 5432)]).expect("a spelling").expose().to_owned()
        };
        let node = "postgresql://h/d?uselibpqcompat=true&sslmode=verify-ca&sslrootcert=%2Fca.pem";
        assert_eq!(url(Consumer::NodePostgres, "verify-ca", "/ca.pem"), node);
        assert_eq!(
            url(Consumer::NodePostgres, "verify-full", "system"),
            "postgresql://h/d?sslmode=verify-full"
        );
        assert_eq!(url(Consumer::PostgresJs, "verify-ca", "/ca.pem"), "postgresql://h/d?sslmode=verify-full");
        let sqlx = "postgresql://h/d?sslmode=verify-ca&sslrootcert=%2Fca.pem";
        assert_eq!(url(Consumer::Sqlx, "require", "/ca.pem"), sqlx);
        assert_eq!(
            url(Consumer::TokioPostgres, "verify-full", "/ca.pem"),
            "postgresql://h/d?sslmode=require"
        );
    }

    #[test]
    fn sqlalchemy_keeps_its_driver() {
        let url = |driver, sslmode: &'static str| {
            let set: BTreeMap<&str, Part> =
                [("sslmode", sslmode), ("dbname", "d")].map(|(k, v)| (k, Part::masked(v))).into();
            let url = Consumer::SqlAlchemy.spell(Some(driver), |keyword| set.get(keyword), &[("h", 5432)]);
            url.map(|url| url.expose().to_owned())
        };
        let asyncpg = "postgresql+asyncpg://h/d?ssl=verify-full";
        assert_eq!(url("asyncpg", "verify-full").as_deref(), Some(asyncpg));
        let psycopg = "postgresql+psycopg://h/d?sslmode=require";
        assert_eq!(url("unheard", "require").as_deref(), Some(psycopg));
        // It would go in plain text.
        assert_eq!(url("pg8000", "require"), None);
    }
}
