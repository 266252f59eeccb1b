//! From what was seen to what it is called: by phase, SQLSTATE and the server's own routine names. Message text
//! decides only where these leave several causes, in every language that is known; one that is not falls back to a
//! sentence that names them all (PostgreSQL 15: auth.c, miscinit.c, postinit.c, postmaster.c).

mod language;
mod pooler;
mod server;
mod tls;

pub(in crate::probe) use server::both_ways;

use super::{Ended, Evidence, Failure, FailureCause, FailureClass as C, Over, Phase, Trouble, Unresolved};
use crate::probe::dial::{AuthMethod, Dial};
use std::io::ErrorKind;

impl Trouble {
    /// Whether a pooler ended a plaintext attempt because it serves TLS alone.
    pub(in crate::probe) fn demands_tls(&self) -> bool {
        matches!(self, Self::Server(_, error) if error.over == Over::Plaintext && pooler::demands_tls(error))
    }

    /// The failure, in words. `place` is as [`crate::probe::Attempt::place`] writes it.
    pub fn classify(&self, dial: &Dial, place: &str) -> Failure {
        let said = match self {
            Self::Server(phase, error) => return server::failure(*phase, error, dial, place),
            Self::Tls(trouble) => tls::failed(*trouble, dial, place),
            Self::Tcp(kind) => tcp(*kind, place),
            Self::Dns(unresolved) => dns(*unresolved, place),
            _ => self.other(dial, place),
        };
        said.into_failure()
    }

    fn other(&self, dial: &Dial, place: &str) -> Said {
        use Phase::{Configuration, Query, Session, Tcp};
        match self {
            Self::Unsupported(u) => say(
                u.class(),
                Configuration,
                format!(
                    "the connection parameter `{}` cannot be honoured here, and is not ignored",
                    u.keyword()
                ),
            ),
            Self::NoHost => say(C::ParameterUnsupported, Configuration, "there is no host to connect to"),
            Self::TlsForbidden => {
                say(C::TlsRefused, Configuration, "TLS is required here, and sslmode=disable forbids it")
                    .help("set sslmode=verify-full, with sslrootcert")
            }
            Self::RootCertMissing(mode) => say(
                C::TlsUntrusted,
                Configuration,
                format!(
                    "sslmode={} verifies the server's certificate, and sslrootcert is not set",
                    mode.as_str()
                ),
            )
            .help("set sslrootcert to the PEM file of the authority that signed the server's certificate"),
            Self::HostNameMissing => {
                let text = "sslmode=verify-full verifies a host name, and only hostaddr is set";
                say(C::TlsUntrusted, Configuration, text).help("set host to the name in the certificate")
            }
            Self::RootCert(trouble) => tls::root_cert(*trouble, dial),
            Self::Revocation(at, trouble) => tls::revocation(*at, *trouble, dial),
            Self::ClientCert(trouble) => tls::client_cert(*trouble, dial),
            Self::Elapsed(phase) if *phase <= Tcp => match phase {
                Phase::Dns => say(
                    C::DnsFailed,
                    *phase,
                    format!("the host name `{}` did not resolve in time", name(place)),
                )
                .retryable(true),
                _ => say(
                    C::ConnectTimeout,
                    *phase,
                    format!("{place} did not answer the TCP handshake in time"),
                )
                .help("a firewall or security group may drop the packets, or the address is wrong"),
            },
            Self::Elapsed(phase) => say(
                C::DeadlineExceeded,
                *phase,
                format!("{place} accepted the connection and did not answer in time, in the phase {phase}"),
            ),
            Self::NotPostgres(phase, _) if *phase >= Phase::Authentication => say(
                C::NotPostgres,
                *phase,
                format!("{place} does not keep to PostgreSQL's protocol, in the phase {phase}"),
            )
            .help("a proxy that cuts or changes what passes through does this, and a server that fails"),
            Self::Endless(phase) => say(
                C::NotPostgres,
                *phase,
                format!("{place} sends without end, in the phase {phase}: more than any answer holds"),
            ),
            Self::NotPostgres(phase, byte) => say(
                C::NotPostgres,
                *phase,
                format!("what listens at {place} is not PostgreSQL{}", banner(*byte)),
            ),
            Self::Closed(phase, ended) => {
                let how = match ended {
                    Ended::ByPeer => "closed the connection without a word",
                    Ended::Failed(_) => "lost the connection",
                };
                say(C::ConnectionClosed, *phase, format!("{place} {how}, in the phase {phase}"))
                    .help("a proxy without a server behind it does this, and a server that crashes")
            }
            Self::AdminConsole => say(
                C::NotPostgres,
                Query,
                format!("{place} answers as PgBouncer's administration console, which takes no SQL"),
            )
            .help("the database named pgbouncer is the console; name the real database"),
            Self::SessionAttrs => say(
                C::SessionAttrsUnmet,
                Session,
                format!("the session at {place} {}", dial.target_session_attrs.unmet()),
            ),
            _ => self.authentication(dial, place),
        }
    }

    fn authentication(&self, dial: &Dial, place: &str) -> Said {
        use Phase::Authentication;
        match self {
            Self::PasswordMissing => say(
                C::PasswordMissing,
                Authentication,
                format!("{place} asks for a password for {}, and none is set", server::role(dial)),
            ),
            Self::CleartextRefused => say(
                C::AuthMethodUnsupported,
                Authentication,
                format!("{place} asks for the password in clear text on a connection without TLS; it was not sent"),
            )
            .help("use TLS (sslmode=verify-full), or scram-sha-256 in pg_hba.conf"),
            Self::Md5Refused => say(
                C::AuthMethodUnsupported,
                Authentication,
                format!("{place} asks for an MD5 hash of the password on a connection without TLS; it was not sent"),
            )
            .help("use TLS (sslmode=verify-full), or scram-sha-256 in pg_hba.conf"),
            Self::AuthMethod(code) if (2..=12).contains(code) => say(
                C::AuthMethodUnsupported,
                Authentication,
                format!("{place} asks for {}, which is not spoken here", method(*code)),
            )
            .help("have scram-sha-256 set for this role in pg_hba.conf"),
            Self::AuthMethod(code) => say(
                C::NotPostgres,
                Authentication,
                format!("what listens at {place} is not PostgreSQL: it asks for authentication method {code}"),
            ),
            Self::SaslMechanism => say(
                C::AuthMethodUnsupported,
                Authentication,
                format!("{place} offers no SASL mechanism that is spoken here (SCRAM-SHA-256)"),
            ),
            Self::TooManyRounds => say(
                C::AuthMethodUnsupported,
                Authentication,
                format!("{place} asks for more than a million rounds of SCRAM hashing, which is not done here"),
            )
            .help("set scram_iterations lower at the server, and the role's password anew"),
            Self::ChannelBinding => say(
                C::AuthMethodUnsupported,
                Authentication,
                format!("channel_binding=require, and {place} authenticates without channel binding"),
            )
            .help("channel binding needs TLS and a scram-sha-256 password"),
            Self::RequireAuth(method) => say(
                C::AuthMethodUnsupported,
                Authentication,
                format!("{place} asks for {}, which require_auth does not allow; nothing was answered", asked(*method)),
            )
            .help("have the server ask for scram-sha-256 in pg_hba.conf, or allow in require_auth what it asks for"),
            Self::RequireAuthUnmet => say(
                C::AuthMethodUnsupported,
                Authentication,
                format!("{place} let the client in before the authentication that require_auth demands was over"),
            ),
            Self::ClientCertUnsent(asked) => say(
                C::AuthMethodUnsupported,
                Authentication,
                if *asked {
                    format!("sslcertmode=require, and there was no client certificate to send to {place}")
                } else {
                    format!("sslcertmode=require, and {place} did not ask for a client certificate")
                },
            )
            .help("set sslcert and sslkey, and have the server ask: ssl_ca_file, and clientcert or cert in pg_hba.conf"),
            Self::ServerProof => say(
                C::WrongServerSuspected,
                Authentication,
                format!("{place} could not prove that it knows the password: it may be another server"),
            ),
            _ => say(C::ServerError, Authentication, format!("{place} cannot be used")),
        }
    }
}

/// A failure in the making.
struct Said {
    class: C,
    phase: Phase,
    message: String,
    help: Option<&'static str>,
    retryable: Option<bool>,
    cause: Option<FailureCause>,
}

fn say(class: C, phase: Phase, message: impl Into<String>) -> Said {
    Said { class, phase, message: message.into(), help: None, retryable: None, cause: None }
}

impl Said {
    fn help(mut self, text: &'static str) -> Self {
        self.help = Some(text);
        self
    }

    fn retryable(mut self, retryable: bool) -> Self {
        self.retryable = Some(retryable);
        self
    }

    fn cause(self, cause: FailureCause) -> Self {
        Self { cause: Some(cause), ..self }
    }

    fn into_failure(self) -> Failure {
        Failure {
            class: self.class,
            phase: self.phase,
            sqlstate: None,
            retryable: self.retryable.unwrap_or(self.class.is_retryable()),
            cause: self.cause,
            evidence: self.help.map(Evidence::Help).into_iter().collect(),
            message: self.message,
        }
    }
}

fn dns(unresolved: Unresolved, place: &str) -> Said {
    let (text, again) = match unresolved {
        Unresolved::NoName => ("does not exist or has no address", false),
        Unresolved::Temporary => ("could not be resolved just now", true),
        Unresolved::NoThread => ("could not be resolved: no thread could be started", true),
    };
    say(C::DnsFailed, Phase::Dns, format!("the host name `{}` {text}", name(place))).retryable(again)
}

/// A place that is not resolved yet, without its port.
fn name(place: &str) -> &str {
    place.rsplit_once(':').map_or(place, |(name, _)| name)
}

fn tcp(kind: ErrorKind, place: &str) -> Said {
    let tcp = |class, text: &str| say(class, Phase::Tcp, format!("{text} {place}"));
    match kind {
        ErrorKind::ConnectionRefused if place.contains("/.s.PGSQL.") => {
            let text = format!("nobody listens on the Unix socket {place}; its file was left behind");
            say(C::ConnectionRefused, Phase::Tcp, text)
        }
        ErrorKind::ConnectionRefused => tcp(C::ConnectionRefused, "nothing listens at"),
        ErrorKind::NotFound => tcp(C::SocketMissing, "there is no Unix socket at"),
        ErrorKind::PermissionDenied => {
            tcp(C::ConnectDenied, "the operating system does not permit a connection to")
        }
        ErrorKind::TimedOut => tcp(C::ConnectTimeout, "no answer to the TCP handshake from"),
        ErrorKind::NetworkUnreachable | ErrorKind::HostUnreachable => {
            tcp(C::ConnectTimeout, "no route leads from here to")
        }
        ErrorKind::AddrNotAvailable => tcp(
            C::ConnectionRefused,
            "this machine has no address of its own to connect from (no IPv6, or no port left) to",
        ),
        _ => tcp(C::ConnectionRefused, "no connection could be made to"),
    }
}

fn asked(method: AuthMethod) -> &'static str {
    match method {
        AuthMethod::None => "no authentication",
        AuthMethod::Password => "the password in clear text",
        AuthMethod::Md5 => "an MD5 hash of the password",
        AuthMethod::ScramSha256 => "a SCRAM login",
    }
}

fn method(code: u32) -> &'static str {
    match code {
        2 => "Kerberos V5",
        6 => "an SCM credential",
        7 | 8 => "GSSAPI",
        9 => "SSPI",
        _ => "an authentication step out of order",
    }
}

/// What speaks, guessed by its first byte where only one guess is likely.
fn banner(byte: Option<u8>) -> &'static str {
    match byte {
        Some(b'H') => ": it answers like an HTTP server",
        Some(b'S') => ": it answers like an SSH server",
        Some(b'J') => ": it answers like MySQL",
        Some(b'-' | b'+') => ": it answers like Redis",
        Some(b'2') => ": it answers like a mail or FTP server",
        Some(0x15 | 0x16) => ": it answers with TLS at once",
        _ => "",
    }
}
