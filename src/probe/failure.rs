//! Why a server could not be used: classes, phases and what is said about them. Our own words and shown parts
//! only: no text of a server, a library or a secret is ever stored in a [`Failure`].

mod classify;
mod trouble;

pub(super) use classify::both_ways;

pub use trouble::{
    ClientTrouble, Ended, Fingerprint, Over, RootTrouble, ServerError, ServerText, TlsTrouble, Trouble,
    Unresolved, Untrusted,
};

use super::{ask::SqlState, wait::Waited};
use std::fmt;

/// A failed attempt to use a server, classified.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Failure {
    /// What it is called.
    pub class: FailureClass,
    /// How far the attempt came.
    pub phase: Phase,
    /// What the server said, when it said something.
    pub sqlstate: Option<SqlState>,
    /// Whether waiting may mend it.
    pub retryable: bool,
    /// Which of the things that the class stands for it is, where the next step depends on that.
    pub cause: Option<FailureCause>,
    /// What else was seen, in order.
    pub evidence: Vec<Evidence>,
    /// One English sentence, free of secrets and of server text.
    pub message: String,
}

/// One of several things that a [`FailureClass`] stands for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum FailureCause {
    /// `slots-exhausted`: the limit of the role.
    RoleLimit,
    /// `slots-exhausted`: the limit of the database.
    DatabaseLimit,
    /// `connect-denied`: the database was left half dropped.
    HalfDropped,
    /// `connect-denied`: the database takes no connections.
    DatabaseClosed,
    /// `hba-rejected`: the server wants a client certificate.
    ClientCertificate,
    /// `hba-rejected`: a connection over TLS.
    OverTls,
    /// `hba-rejected`: a connection without TLS.
    WithoutTls,
    /// `hba-rejected`: both were tried.
    EitherWay,
    /// `tls-untrusted`: what the certificate lacks.
    Untrusted(Untrusted),
    /// `auth-failed`: LDAP, PAM, RADIUS or BSD authentication checks the password for the server.
    OutsideService,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} [{}]", self.message, self.class)?;
        for evidence in &self.evidence {
            write!(f, "\n  {evidence}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Failure {}

impl Failure {
    /// What to do about it, where the attempt itself knows.
    pub fn help(&self) -> Option<&'static str> {
        self.evidence.iter().find_map(|evidence| match evidence {
            Evidence::Help(text) => Some(*text),
            _ => None,
        })
    }

    /// A failure of a class with nothing else known, for the examples on the rules' pages.
    #[doc(hidden)]
    pub fn of_class(class: FailureClass, phase: Phase) -> Self {
        let retryable = class.is_retryable();
        let message = format!("the connection failed with {class}");
        Self { class, phase, sqlstate: None, retryable, cause: None, evidence: Vec::new(), message }
    }
}

/// Something seen on the way to a [`Failure`] or a session.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum Evidence {
    /// Another attempt of the same walk, which failed as well.
    Attempt {
        /// Over TLS, as far as was decided.
        tls: bool,
        /// Its failure's class.
        class: FailureClass,
        /// Its failure's sentence.
        message: String,
    },
    /// Somebody listens elsewhere on this machine.
    Listens {
        /// Where: an address, or a socket's path.
        at: String,
        /// Who.
        who: Listener,
    },
    /// The other loopback address takes connections on the same port, and nothing tells whether it is the same server.
    OtherLoopback(String),
    /// The certificate that was refused, by what it says of itself: a stranger's words, cleaned.
    Certificate {
        /// The host names and addresses that it is for.
        names: Vec<String>,
        /// Who signed it, and who signed theirs.
        issuers: Vec<String>,
        /// Its first moment, as RFC 3339 writes it.
        not_before: String,
        /// Its last moment.
        not_after: String,
    },
    /// The answer has the shape of a pooler's, not of PostgreSQL's.
    ViaPooler,
    /// How often the walk over the addresses was made, and where the time went.
    Waited(Waited),
    /// What to do about it.
    Help(&'static str),
}

impl fmt::Display for Evidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Attempt { message, class, .. } => write!(f, "also tried: {message} [{class}]"),
            Self::Listens { at, who } => write!(f, "{who} answers at {at}"),
            Self::OtherLoopback(at) => {
                write!(f, "PostgreSQL answers at {at} as well: the same server, or the one that is meant")
            }
            Self::Certificate { names, issuers, not_before, not_after } => {
                let names = if names.is_empty() { "no name".to_owned() } else { names.join(", ") };
                let issuers = issuers.join(", signed by ");
                write!(
                    f,
                    "its certificate is for {names}, signed by {issuers}, valid from {not_before} to {not_after}"
                )
            }
            Self::ViaPooler => {
                f.write_str("the answer has the form of a connection pooler's, not of PostgreSQL's")
            }
            Self::Waited(waited) => waited.fmt(f),
            Self::Help(text) => write!(f, "help: {text}"),
        }
    }
}

macro_rules! words {
    ($(#[$meta:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident = $text:literal,)* }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
        #[non_exhaustive]
        pub enum $name { $($(#[$doc])* $variant,)* }

        impl $name {
            /// Every value, in order.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// As reports and rules write it.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)* }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

words! {
    /// How far an attempt came. The order is that of a connection.
    Phase {
        /// Nothing was sent.
        Configuration = "configuration",
        /// Names are resolved.
        Dns = "dns",
        /// Until the TCP handshake ends, or the socket file is open.
        Tcp = "tcp",
        /// From `SSLRequest` to the end of the handshake.
        Tls = "tls",
        /// The startup message was sent and the server did not yet ask for or grant anything.
        Startup = "startup",
        /// The server asked for a credential.
        Authentication = "authentication",
        /// The server accepted the credential and opens the database.
        Database = "database",
        /// The session is open and is looked at.
        Session = "session",
        /// The questions are asked.
        Query = "query",
    }
}

words! {
    /// Who listens, by the form of the first answer. Sentences write it with its article.
    Listener {
        /// PostgreSQL's protocol is spoken: a server, or a pooler before one.
        Postgres = "PostgreSQL",
        /// PostgreSQL's protocol inside TLS from the first byte, and not outside (`sslnegotiation=direct`).
        PostgresInTls = "PostgreSQL behind TLS",
        /// HTTP.
        Http = "an HTTP server",
        /// HTTP inside TLS.
        Https = "an HTTPS server",
        /// SSH.
        Ssh = "an SSH server",
        /// `MySQL` or `MariaDB`.
        Mysql = "MySQL or MariaDB",
        /// Redis or Valkey.
        Redis = "Redis",
        /// SMTP, POP3 or IMAP.
        Mail = "a mail server",
        /// FTP.
        Ftp = "an FTP server",
        /// AMQP, the protocol of `RabbitMQ`.
        Amqp = "RabbitMQ",
        /// Memcached.
        Memcached = "memcached",
        /// TLS from the first byte.
        Tls = "a server that expects TLS at once",
    }
}

words! {
    /// What a failure is called; the names are those of the rule catalogue.
    FailureClass {
        /// The host name does not resolve.
        DnsFailed = "dns-failed",
        /// Nothing listens.
        ConnectionRefused = "connection-refused",
        /// The TCP handshake did not end in time.
        ConnectTimeout = "connect-timeout",
        /// What listens does not speak PostgreSQL's protocol.
        NotPostgres = "not-postgres",
        /// The server has no TLS.
        TlsRefused = "tls-refused",
        /// The certificate does not convince.
        TlsUntrusted = "tls-untrusted",
        /// 28P01: a wrong password, a missing role or an expired password, which the server does not tell apart.
        AuthFailed = "auth-failed",
        /// Another server than the one that was meant seems to answer.
        WrongServerSuspected = "wrong-server-suspected",
        /// 3D000.
        DatabaseMissing = "database-missing",
        /// `pg_hba.conf` has no line for this connection, or one that rejects it.
        HbaRejected = "hba-rejected",
        /// 53300.
        SlotsExhausted = "slots-exhausted",
        /// 57P03 while starting or recovering.
        ServerStarting = "server-starting",
        /// The role lacks LOGIN.
        RoleCannotLogin = "role-cannot-login",
        /// The role lacks CONNECT, or the database accepts no connections.
        ConnectDenied = "connect-denied",
        /// The socket answers and TCP refuses: a container's temporary server.
        InitServerOnly = "init-server-only",
        /// The server does not accept what `options` asks for.
        StartupParameterRejected = "startup-parameter-rejected",
        /// Time is up, after the TCP handshake.
        DeadlineExceeded = "deadline-exceeded",
        /// The server closed the connection without a word.
        ConnectionClosed = "connection-closed",
        /// The server asks for a password and there is none.
        PasswordMissing = "password-missing",
        /// `peer`, `ident` or `cert` did not map to the role.
        PeerAuthFailed = "peer-auth-failed",
        /// The role does not exist (28000).
        RoleMissing = "role-missing",
        /// No session had the wanted `target_session_attrs`.
        SessionAttrsUnmet = "session-attrs-unmet",
        /// 57P03 or 57P01 while stopping.
        ServerStopping = "server-stopping",
        /// A standby with `hot_standby = off`.
        NotQueryableStandby = "not-queryable-standby",
        /// The pooler has no server to give.
        PoolerUnavailable = "pooler-unavailable",
        /// No file where the Unix socket should be.
        SocketMissing = "socket-missing",
        /// The server asks for a way to authenticate that is not spoken or not allowed.
        AuthMethodUnsupported = "auth-method-unsupported",
        /// A limit of this program's TLS.
        TlsUnsupported = "tls-unsupported",
        /// 57014.
        StatementTimeout = "statement-timeout",
        /// 55P03.
        LockTimeout = "lock-timeout",
        /// A keyword that cannot be honoured.
        ParameterUnsupported = "parameter-unsupported",
        /// Anything else that a server says; the SQLSTATE tells.
        ServerError = "server-error",
    }
}

impl FailureClass {
    /// Whether waiting may mend it, where the class alone decides.
    pub fn is_retryable(self) -> bool {
        matches!(
            self,
            Self::ConnectionRefused
                | Self::ConnectTimeout
                | Self::SlotsExhausted
                | Self::ServerStarting
                | Self::ServerStopping
                | Self::InitServerOnly
                | Self::DeadlineExceeded
                | Self::ConnectionClosed
                | Self::SessionAttrsUnmet
                | Self::NotQueryableStandby
                | Self::PoolerUnavailable
                | Self::SocketMissing
                | Self::LockTimeout
                | Self::StatementTimeout
        )
    }

    /// The class of a statement that failed alone in an open session, where it has one.
    pub fn of_statement(sqlstate: SqlState) -> Option<Self> {
        match sqlstate.as_str() {
            "57014" => Some(Self::StatementTimeout),
            "55P03" => Some(Self::LockTimeout),
            "53300" => Some(Self::SlotsExhausted),
            _ => None,
        }
    }
}
