//! What to dial: one target in libpq's words, ready to use. Plain data; nothing is read or resolved here.

mod tls;

pub use tls::{
    AuthMethod, AuthMethods, ClientCert, ClientKey, KeyFile, NamedFile, Revocation, SslCertMode,
    SslNegotiation, TlsVersions,
};

use super::{
    failure::{FailureClass, Trouble},
    parameter::Wanted,
};
pub use crate::conninfo::SslMode;
use crate::secret::{Part, Secret};
use std::{net::IpAddr, net::SocketAddr, time::Duration};

/// One target, ready to dial; names are libpq's keywords.
///
/// Host, user and dbname are [`Part`]s, so that a failure may quote them where they were proved harmless.
#[derive(Clone, Debug, Default)]
pub struct Dial {
    /// In libpq's order; tried one after another.
    pub hosts: Vec<DialHost>,
    /// None: libpq's default, the name of the operating system's user.
    pub user: Option<Part>,
    /// For every host without one of its own. None: nothing to answer a password request with (`password-missing`).
    pub password: Option<Secret>,
    /// None: the server's default, the name of the user.
    pub dbname: Option<Part>,
    /// Which of libpq's six ways to use TLS.
    pub sslmode: SslMode,
    /// The certificates that are trusted; with it `require`, `prefer` and `allow` verify the chain, as in libpq.
    pub sslrootcert: Option<RootCert>,
    /// Who this client is, when the server asks for a certificate.
    pub sslcert: Option<ClientCert>,
    /// Whether a client certificate may or must be sent.
    pub sslcertmode: SslCertMode,
    /// Where to look whether a certificate was revoked.
    pub revocation: Option<Revocation>,
    /// How TLS begins.
    pub sslnegotiation: SslNegotiation,
    /// Which versions of TLS are spoken.
    pub tls_versions: TlsVersions,
    /// `sslsni=0`: the host's name is not sent. An address never is.
    pub sni_off: bool,
    /// The ways to authenticate that a server may choose from.
    pub require_auth: Option<AuthMethods>,
    /// Keywords whose file is missing, where libpq goes on without it.
    pub absent: Vec<&'static str>,
    /// A policy demands TLS: no plaintext over TCP, whatever `sslmode` allows. Unix sockets are exempt.
    pub tls_required: bool,
    /// SCRAM's binding to the TLS session.
    pub channel_binding: ChannelBinding,
    /// Which sessions are accepted.
    pub target_session_attrs: TargetSessionAttrs,
    /// libpq's `load_balance_hosts=random`: hosts, and the addresses of each, in an order of chance.
    pub load_balance_hosts: bool,
    /// Bounds one address from the TCP handshake to the end of the authentication.
    pub connect_timeout: Option<Duration>,
    /// Sent in the startup message.
    pub application_name: Option<Part>,
    /// Command-line options for the server, sent in the startup message. A setting may hold anything: masked.
    pub options: Option<Secret>,
    /// What of it is known and can be compared with what is in force.
    pub parameters: Vec<Wanted>,
    /// TCP keepalives.
    pub keepalives: Keepalives,
    /// What was written and cannot be honoured; anything in here refuses before a packet is sent.
    pub unsupported: Vec<Unsupported>,
}

/// One host with its port.
#[derive(Clone, Debug)]
pub struct DialHost {
    /// Where it is.
    pub place: Place,
    /// TCP port, or the number in the socket file's name.
    pub port: u16,
    /// The password of this host alone: what a password file has for it.
    pub password: Option<Secret>,
}

impl DialHost {
    /// A name (or the text of an address) that is resolved when it is dialled.
    pub fn name(name: Part, port: u16) -> Self {
        Self { place: Place::Name(name), port, password: None }
    }

    /// A `hostaddr`, with the `host` that certificates are verified against.
    pub fn addr(host: Option<Part>, addr: IpAddr, port: u16) -> Self {
        Self { place: Place::Addr { host, addr }, port, password: None }
    }

    /// A directory with a Unix socket.
    pub fn unix(dir: Part, port: u16) -> Self {
        Self { place: Place::Unix(dir), port, password: None }
    }

    /// For sentences, before an address is known: `db.example:5432`.
    pub(super) fn place(&self) -> String {
        match &self.place {
            Place::Name(name) => format!("{name}:{}", self.port),
            Place::Addr { addr, .. } => SocketAddr::new(*addr, self.port).to_string(),
            Place::Unix(dir) => Address::Unix(dir.clone(), self.port).to_string(),
        }
    }
}

/// Where a host is.
#[derive(Clone, Debug)]
pub enum Place {
    /// A name to resolve, or the text of an IP address.
    Name(Part),
    /// libpq's `hostaddr`.
    Addr {
        /// libpq's `host`, for TLS and messages.
        host: Option<Part>,
        /// The address to dial.
        addr: IpAddr,
    },
    /// The directory of a Unix socket.
    Unix(Part),
}

/// libpq's `channel_binding`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum ChannelBinding {
    /// Never.
    Disable,
    /// When the server offers it.
    #[default]
    Prefer,
    /// Nothing else.
    Require,
}

/// libpq's `target_session_attrs`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum TargetSessionAttrs {
    /// Any session.
    #[default]
    Any,
    /// Writes are possible: no standby and `default_transaction_read_only` is off.
    ReadWrite,
    /// The opposite.
    ReadOnly,
    /// No standby.
    Primary,
    /// A standby.
    Standby,
    /// A standby; when no host is one, any session.
    PreferStandby,
}

impl TargetSessionAttrs {
    /// As libpq writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Any => "any",
            Self::ReadWrite => "read-write",
            Self::ReadOnly => "read-only",
            Self::Primary => "primary",
            Self::Standby => "standby",
            Self::PreferStandby => "prefer-standby",
        }
    }

    /// What a session that lacks the attributes is.
    pub(super) fn unmet(self) -> &'static str {
        match self {
            Self::Any => "is not accepted",
            Self::ReadWrite => "is not read-write",
            Self::ReadOnly => "is not read-only",
            Self::Primary => "is on a standby",
            Self::Standby | Self::PreferStandby => "is not on a standby",
        }
    }
}

impl std::str::FromStr for TargetSessionAttrs {
    type Err = ();

    /// libpq's words; case counts there.
    fn from_str(word: &str) -> Result<Self, ()> {
        [Self::Any, Self::ReadWrite, Self::ReadOnly, Self::Primary, Self::Standby, Self::PreferStandby]
            .into_iter()
            .find(|attrs| attrs.as_str() == word)
            .ok_or(())
    }
}

/// TCP keepalives, as libpq's keywords; None leaves the operating system's value.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Keepalives {
    /// Whether keepalives are sent.
    pub on: bool,
    /// `keepalives_idle`.
    pub idle: Option<Duration>,
    /// `keepalives_interval`.
    pub interval: Option<Duration>,
    /// `keepalives_count`.
    pub count: Option<u32>,
    /// `tcp_user_timeout`.
    pub user_timeout: Option<Duration>,
}

impl Default for Keepalives {
    /// libpq's: on, with the system's values.
    fn default() -> Self {
        Self { on: true, idle: None, interval: None, count: None, user_timeout: None }
    }
}

/// The trusted certificates: the caller reads the file and hands over what it got.
#[derive(Clone)]
pub struct RootCert {
    /// For messages.
    pub path: Part,
    /// The file's bytes (PEM), or why there are none.
    pub pem: Result<Vec<u8>, std::io::ErrorKind>,
}

impl std::fmt::Debug for RootCert {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RootCert").field("path", &self.path).finish_non_exhaustive()
    }
}

/// A keyword that was written and that this program cannot honour.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Unsupported {
    keyword: &'static str,
}

impl Unsupported {
    /// `keyword` is libpq's, from our vocabulary, never text of the user.
    pub fn new(keyword: &'static str) -> Self {
        Self { keyword }
    }

    /// libpq's keyword.
    pub fn keyword(self) -> &'static str {
        self.keyword
    }

    /// `tls-unsupported` for what concerns TLS, else `parameter-unsupported`.
    pub fn class(self) -> FailureClass {
        let tls = self.keyword.starts_with("ssl") && self.keyword != "sslmode";
        if tls { FailureClass::TlsUnsupported } else { FailureClass::ParameterUnsupported }
    }
}

/// A dialable address.
#[derive(Clone, Debug)]
pub enum Address {
    /// TCP.
    Tcp(SocketAddr),
    /// The directory of a Unix socket and the number in the file's name.
    Unix(Part, u16),
}

impl Address {
    /// The same machine by construction: a Unix socket or a loopback address.
    pub fn is_local(&self) -> bool {
        match self {
            Self::Tcp(addr) => addr.ip().to_canonical().is_loopback(),
            Self::Unix(..) => true,
        }
    }

    /// Whether this is a Unix socket, where libpq never speaks TLS.
    pub fn is_unix(&self) -> bool {
        matches!(self, Self::Unix(..))
    }
}

impl std::fmt::Display for Address {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Tcp(addr) => addr.fmt(f),
            Self::Unix(dir, port) => write!(f, "{dir}/.s.PGSQL.{port}"),
        }
    }
}

/// What one attempt does about TLS.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Tls {
    /// Plaintext; no TLS is requested.
    Never,
    /// TLS is requested; plaintext on the same socket when the server answers `N`.
    IfOffered,
    /// TLS is requested; the attempt fails when the server answers `N`.
    Always,
}

/// How much of the server's certificate is verified. The handshake signature always is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Verify {
    /// Nothing.
    None,
    /// The chain.
    Chain,
    /// The chain and the host name.
    Full,
}

/// One address, one TLS decision.
#[derive(Clone, Debug)]
pub struct Attempt {
    /// The name that was asked for, when the address is not all there is.
    pub host: Option<Part>,
    /// What to dial.
    pub address: Address,
    /// Whether to use TLS.
    pub tls: Tls,
    /// What to verify.
    pub verify: Verify,
    /// What a password request is answered with.
    pub password: Option<Secret>,
    /// When the attempt must have ended, on the probe's clock.
    pub until: Duration,
    /// When the TCP handshake must have; not after `until`.
    pub tcp_until: Duration,
}

impl Attempt {
    /// For sentences: `db.example:5432 (192.0.2.1)`, an address alone, or a socket's path.
    pub fn place(&self) -> String {
        match (&self.host, &self.address) {
            (Some(host), Address::Tcp(addr)) if !host.equals(&addr.ip().to_string()) => {
                format!("{host}:{} ({})", addr.port(), addr.ip())
            }
            (_, address) => address.to_string(),
        }
    }
}

impl Dial {
    /// libpq's attempts for one address, in order (fe-connect.c, `PQconnectPoll`).
    pub(super) fn decisions(&self, address: &Address) -> &'static [Tls] {
        match self.sslmode {
            _ if address.is_unix() => &[Tls::Never],
            SslMode::Disable => &[Tls::Never],
            _ if self.tls_required => &[Tls::Always],
            SslMode::Allow => &[Tls::Never, Tls::Always],
            SslMode::Prefer => &[Tls::IfOffered, Tls::Never],
            SslMode::Require | SslMode::VerifyCa | SslMode::VerifyFull => &[Tls::Always],
        }
    }

    /// What is verified: below `verify-ca` the chain as soon as there is a root file, as libpq does.
    pub fn verify(&self) -> Verify {
        match self.sslmode {
            SslMode::VerifyFull => Verify::Full,
            SslMode::VerifyCa => Verify::Chain,
            _ if self.sslrootcert.is_some() => Verify::Chain,
            _ => Verify::None,
        }
    }

    /// All hosts, for one line: those behind the third are counted.
    pub(super) fn places(&self) -> String {
        let mut places: Vec<String> = Vec::new();
        for place in self.hosts.iter().map(DialHost::place) {
            if !places.contains(&place) {
                places.push(place);
            }
        }
        let more = places.len().saturating_sub(3);
        places.truncate(3);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        format!("{}{more}", places.join(", "))
    }

    /// What refuses before a packet is sent.
    pub(super) fn refusal(&self) -> Option<Trouble> {
        let tcp = self.hosts.iter().any(|h| !matches!(h.place, Place::Unix(_)));
        if let Some(unsupported) = self.unsupported.first() {
            return Some(Trouble::Unsupported(*unsupported));
        }
        if self.hosts.is_empty() {
            return Some(Trouble::NoHost);
        }
        if tcp && self.tls_required && self.sslmode == SslMode::Disable {
            return Some(Trouble::TlsForbidden);
        }
        if tcp
            && self.sslrootcert.is_none()
            && matches!(self.sslmode, SslMode::VerifyCa | SslMode::VerifyFull)
        {
            return Some(Trouble::RootCertMissing(self.sslmode));
        }
        let nameless = |h: &DialHost| matches!(h.place, Place::Addr { host: None, .. });
        if self.sslmode == SslMode::VerifyFull && self.hosts.iter().any(nameless) {
            return Some(Trouble::HostNameMissing);
        }
        None
    }
}
