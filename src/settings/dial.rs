//! A target ▶ what the driver dials. A keyword that cannot be honoured is handed on as such and refuses there.

mod tls;

use super::{files::LibpqFiles, target::Target};
use crate::{
    conninfo::{self, Conninfo, EndpointKind, Libpq, SslMode},
    probe::{AuthMethods, ChannelBinding, Dial, DialHost, Keepalives, Place, Unsupported},
    secret::Part,
};
use std::time::Duration;
use tls::SYSTEM;

/// Why a target cannot be dialled at all.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Undialable {
    /// Another engine.
    #[error("not a PostgreSQL database")]
    NotPostgres,
    /// The text, a port or a word in it is wrong; a rule says which.
    #[error("the connection settings cannot be read")]
    Unreadable,
}

/// The dial of a target, with the files of TLS that it names, and libpq's own in `~/.postgresql` unless
/// [`LibpqFiles::home`] is none.
///
/// # Errors
/// For another engine, and for settings that libpq would refuse before dialling.
pub fn dial(target: &Target, files: &LibpqFiles) -> Result<Dial, Undialable> {
    if !target.is_postgres() {
        return Err(Undialable::NotPostgres);
    }
    let conninfo = target.parsed.as_ref().map_err(|_| Undialable::Unreadable)?;
    let endpoints = conninfo.endpoints().map_err(|_| Undialable::Unreadable)?;
    let unknown = !target.oddities.unknown.is_empty() || !target.newer.is_empty();
    // Java and .NET take the role from elsewhere, too; without one it would be somebody else's session.
    let foreign = !target.spelling().is_native() && (target.is_misplaced() || target.get("user").is_none());
    if unknown || target.lacks_service() || !conninfo.invalid_values().is_empty() || foreign {
        return Err(Undialable::Unreadable);
    }
    let mut hosts = Vec::new();
    for (number, endpoint) in endpoints.into_iter().enumerate() {
        let host = endpoint.host.filter(|h| !h.is_empty());
        let mut host = match (endpoint.kind, host, endpoint.hostaddr) {
            (EndpointKind::Unix, Some(dir), _) => DialHost::unix(dir, endpoint.port),
            (EndpointKind::HostAddr, host, Some(addr)) => {
                let addr = addr.expose().parse().map_err(|_| Undialable::Unreadable)?;
                DialHost::addr(host, addr, endpoint.port)
            }
            (_, Some(name), _) => DialHost::name(name, endpoint.port),
            _ => return Err(Undialable::Unreadable),
        };
        let password = target.passfile.as_ref().and_then(|file| file.password(number));
        host.password = password.map(|s| s.value.secret().clone());
        hosts.push(host);
    }
    let words = Words::of(target, conninfo);
    let tcp = hosts.iter().any(|host| !matches!(host.place, Place::Unix(_)));
    let mut dial = Dial {
        hosts,
        user: words.part("user"),
        password: words.part("password").map(|p| p.secret().clone()),
        dbname: target.get("dbname").map(|s| s.value.clone()).filter(|p| !p.is_empty()),
        sslmode: words.sslmode(),
        tls_required: target.tls_required,
        channel_binding: match words.text("channel_binding") {
            Some("disable") => ChannelBinding::Disable,
            Some("require") => ChannelBinding::Require,
            _ => ChannelBinding::Prefer,
        },
        // A word that libpq does not know was refused before.
        target_session_attrs: words
            .text("target_session_attrs")
            .and_then(|word| word.parse().ok())
            .unwrap_or_default(),
        load_balance_hosts: words.text("load_balance_hosts") == Some("random"),
        // libpq: zero, negative or absent means no limit; up to 16 one second counts as two.
        connect_timeout: words
            .number("connect_timeout")
            .filter(|n| *n > 0)
            .map(|n| if conninfo.libpq() < Libpq::V17 { n.max(2) } else { n })
            .map(Duration::from_secs),
        application_name: words
            .part("application_name")
            .or_else(|| words.part("fallback_application_name"))
            .or_else(|| Some(Part::harmless("pgward"))),
        options: words.part("options").map(|p| p.secret().clone()),
        parameters: target.session_parameters().0,
        keepalives: Keepalives {
            on: words.number("keepalives") != Some(0),
            idle: words.seconds("keepalives_idle"),
            interval: words.seconds("keepalives_interval"),
            count: words.number("keepalives_count").and_then(|n| u32::try_from(n).ok()).filter(|n| *n > 0),
            user_timeout: words.number("tcp_user_timeout").filter(|n| *n > 0).map(Duration::from_millis),
        },
        require_auth: words.text("require_auth").and_then(AuthMethods::parse),
        unsupported: words.unsupported(),
        ..Dial::default()
    };
    tls::fill(&mut dial, &words, files, tcp);
    Ok(dial)
}

impl Target {
    /// Keywords in force that the driver cannot honour: each refuses before anything is sent.
    pub fn unsupported_keywords(&self) -> Vec<&'static str> {
        let conninfo = self.parsed.as_ref().ok().filter(|_| self.is_postgres());
        let found = conninfo.map(|conninfo| Words::of(self, conninfo).unsupported()).unwrap_or_default();
        found.into_iter().map(Unsupported::keyword).collect()
    }

    /// Whether a certificate is to be verified over TCP and no file says by whose word, the default
    /// `~/.postgresql/root.crt` among them: the driver refuses.
    pub fn lacks_root_file(&self) -> bool {
        let Some(conninfo) = self.parsed.as_ref().ok().filter(|_| self.is_postgres()) else { return false };
        let words = Words::of(self, conninfo);
        let tcp = conninfo.places().is_some_and(|all| all.iter().any(|e| e.kind != EndpointKind::Unix));
        let home = self.tls_files.as_ref().is_some_and(|files| files.root_at_home == Some(true));
        tcp && !home
            && words.part("sslrootcert").is_none()
            && matches!(words.sslmode(), SslMode::VerifyCa | SslMode::VerifyFull)
    }
}

struct Words<'c> {
    conninfo: &'c Conninfo,
    /// The service was looked up; what came of it is said elsewhere.
    service: bool,
    /// A password file was looked for, or is not needed.
    passfile: bool,
}

impl<'c> Words<'c> {
    fn of(target: &Target, conninfo: &'c Conninfo) -> Self {
        let passfile =
            target.passfile.is_some() || target.get("password").is_some_and(|s| !s.value.is_empty());
        Self { conninfo, service: target.service.is_some(), passfile }
    }

    /// Empty counts as absent, as in `connectOptions2`.
    fn part(&self, keyword: &str) -> Option<Part> {
        self.conninfo.get(keyword).map(|v| v.part().clone()).filter(|p| !p.is_empty())
    }

    fn text(&self, keyword: &str) -> Option<&str> {
        self.conninfo.get(keyword).and_then(conninfo::Value::as_str).filter(|t| !t.is_empty())
    }

    fn number(&self, keyword: &str) -> Option<u64> {
        self.text(keyword)?.trim().parse().ok()
    }

    fn seconds(&self, keyword: &str) -> Option<Duration> {
        self.number(keyword).filter(|n| *n > 0).map(Duration::from_secs)
    }

    /// libpq 15 takes `system` for the name of a file.
    fn knows_system(&self) -> bool {
        self.conninfo.libpq() >= Libpq::V16
    }

    fn sslmode(&self) -> SslMode {
        // libpq 16 and later: the system's roots are no use without the name, so they imply it.
        let implied = if self.knows_system() && self.text("sslrootcert") == Some(SYSTEM) {
            SslMode::VerifyFull
        } else {
            SslMode::Prefer
        };
        // A word that libpq does not know was refused before.
        self.text("sslmode").and_then(|word| word.parse().ok()).unwrap_or(implied)
    }

    /// What was written and would be passed over: each refuses.
    fn unsupported(&self) -> Vec<Unsupported> {
        self.conninfo
            .keywords()
            .filter(|(keyword, value)| {
                let text = value.as_str().unwrap_or("•");
                let honoured = match *keyword {
                    "service" => self.service,
                    "passfile" => self.passfile,
                    keyword => honoured(keyword, text),
                };
                !text.is_empty() && !honoured
            })
            .map(|(keyword, _)| Unsupported::new(keyword))
            .collect()
    }
}

/// Whether the driver does what the keyword asks for. What it never does itself (Kerberos, compression, protocol
/// versions above 3.0) is honoured by not doing it, when the value allows that.
fn honoured(keyword: &str, value: &str) -> bool {
    match keyword {
        "host"
        | "hostaddr"
        | "port"
        | "user"
        | "password"
        | "dbname"
        | "sslmode"
        | "channel_binding"
        | "connect_timeout"
        | "application_name"
        | "fallback_application_name"
        | "options"
        | "keepalives"
        | "keepalives_idle"
        | "keepalives_interval"
        | "keepalives_count"
        | "tcp_user_timeout"
        | "target_session_attrs"
        | "load_balance_hosts"
        | "krbsrvname"
        | "gsslib"
        | "gssdelegation"
        | "sslcompression"
        | "sslrootcert"
        | "sslcert"
        | "sslkey"
        | "sslpassword"
        | "sslcertmode"
        | "sslcrl"
        | "sslcrldir"
        | "sslsni"
        | "sslnegotiation"
        | "ssl_min_protocol_version"
        | "require_auth" => true,
        "client_encoding" => {
            value.eq_ignore_ascii_case("utf8") || value.eq_ignore_ascii_case("utf-8") || value == "auto"
        }
        "gssencmode" => value != "require",
        "replication" => matches!(value, "false" | "off" | "no" | "0"),
        // TLS 1.2 is the least that is spoken.
        "ssl_max_protocol_version" => ["TLSv1.2", "TLSv1.3"].iter().any(|v| v.eq_ignore_ascii_case(value)),
        "min_protocol_version" => value == "3.0",
        "max_protocol_version" => matches!(value, "3.0" | "latest"),
        _ => false,
    }
}
