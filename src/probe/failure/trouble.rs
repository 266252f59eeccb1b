//! What the driver saw go wrong, before anyone names it. Server text is compared with PostgreSQL's own
//! sentences and never shown.

use super::Phase;
use crate::probe::ask::SqlState;
use crate::probe::dial::{AuthMethod, KeyFile, SslMode, Unsupported};
use std::io::ErrorKind;

/// What went wrong, as seen.
#[derive(Clone, Debug)]
pub enum Trouble {
    /// A keyword that cannot be honoured.
    Unsupported(Unsupported),
    /// No host to dial.
    NoHost,
    /// `sslmode=disable` under a policy that demands TLS.
    TlsForbidden,
    /// `verify-ca` or `verify-full` without a root file.
    RootCertMissing(SslMode),
    /// `verify-full` without a name to verify.
    HostNameMissing,
    /// The root file is of no use.
    RootCert(RootTrouble),
    /// A list of revoked certificates is of no use, by its place in [`crate::probe::Revocation::lists`].
    Revocation(usize, RootTrouble),
    /// The client's certificate or its key is of no use.
    ClientCert(ClientTrouble),
    /// The name did not resolve.
    Dns(Unresolved),
    /// The operating system refused or failed to connect.
    Tcp(ErrorKind),
    /// Time was up in this phase.
    Elapsed(Phase),
    /// TLS did not come about.
    Tls(TlsTrouble),
    /// The first byte of something that is not PostgreSQL, where one was read.
    NotPostgres(Phase, Option<u8>),
    /// More than any answer holds was sent in this phase.
    Endless(Phase),
    /// The peer closed the connection, or the socket failed, in this phase.
    Closed(Phase, Ended),
    /// An `ErrorResponse` ended the attempt in this phase.
    Server(Phase, ServerError),
    /// The server asks for a password and there is none.
    PasswordMissing,
    /// The server asks for the password in the clear on a plaintext connection; it was not sent.
    CleartextRefused,
    /// The server asks for an MD5 hash on a plaintext connection over the network; it was not sent.
    Md5Refused,
    /// An authentication request that this program does not speak.
    AuthMethod(u32),
    /// A SASL request without a SCRAM mechanism.
    SaslMechanism,
    /// SCRAM with so many rounds of hashing that no deadline could be kept.
    TooManyRounds,
    /// `channel_binding=require`, and the server did not offer it.
    ChannelBinding,
    /// `require_auth` does not allow what the server asks for.
    RequireAuth(AuthMethod),
    /// `require_auth` allows the server nothing that was authenticated to the end.
    RequireAuthUnmet,
    /// `sslcertmode=require`; whether the server asked for a certificate at all.
    ClientCertUnsent(bool),
    /// The server could not prove that it knows the password (SCRAM's server signature).
    ServerProof,
    /// PgBouncer's administration console, which answers no SQL.
    AdminConsole,
    /// The session lacks the wanted attributes.
    SessionAttrs,
}

/// Why a name did not resolve.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Unresolved {
    /// The name does not exist, or has no address.
    NoName,
    /// The resolver could not say.
    Temporary,
    /// No resolver thread could be started.
    NoThread,
}

/// What is wrong with the root file.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RootTrouble {
    /// It was not read.
    Unreadable(ErrorKind),
    /// It holds none of what it should hold in PEM form, or one that cannot be decoded.
    NotPem,
    /// A list of revoked certificates of a kind that rustls does not read.
    Kind,
}

/// What is wrong with the client's certificate or its key.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ClientTrouble {
    /// The certificate's file.
    Certificate(RootTrouble),
    /// The key's file.
    File(KeyFile),
    /// The file holds no private key that can be decoded.
    NotKey,
    /// An encrypted key, and no `sslpassword`.
    Encrypted,
    /// `sslpassword` does not open the key.
    Password,
    /// The encryption is one that this program does not do; why.
    Cipher(&'static str),
    /// A key of a kind that ring cannot sign with.
    Kind,
    /// The key of another certificate.
    Mismatch,
}

/// How a connection ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Ended {
    /// Orderly, or by a reset.
    ByPeer,
    /// In another way.
    Failed(ErrorKind),
}

/// Why TLS did not come about.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TlsTrouble {
    /// The server answered `N`.
    Refused,
    /// The server answered the request for TLS with an error.
    Error,
    /// The certificate does not convince.
    Untrusted(Untrusted),
    /// The certificate is of a kind that this program cannot verify.
    Certificate(&'static str),
    /// No version, cipher, group or signature in common; ours of rustls with ring.
    Incompatible,
    /// The server ended the handshake with an alert; its name.
    Alert(&'static str),
    /// The host is no name that TLS knows.
    HostName,
    /// `sslnegotiation=direct`, and no TLS came of it: servers before PostgreSQL 17 do not know it.
    Direct,
    /// `sslnegotiation=direct`, and the server did not say by ALPN that it is PostgreSQL.
    NoAlpn,
    /// The server does not accept the client's certificate; the alert's name.
    ClientRefused(&'static str),
    /// Any other violation of the protocol.
    Broken,
}

/// Why a certificate does not convince.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Untrusted {
    /// No certificate in the root file signed it.
    Issuer,
    /// It signed itself and is not in the root file.
    SelfSigned,
    /// It is for another host.
    Name,
    /// Its time is over.
    Expired,
    /// Its time has not begun.
    NotYetValid,
    /// The authority that signed it is not valid at this time.
    Authority,
    /// It is not for servers.
    Purpose,
    /// A signature is wrong.
    Signature,
    /// It cannot be read.
    Encoding,
    /// It, or one that signed it, was revoked.
    Revoked,
    /// No list of revoked certificates covers it, or one that signed it.
    RevocationUnknown,
    /// A list of revoked certificates is out of date.
    RevocationStale,
}

/// What carried an attempt.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Over {
    /// TCP without TLS.
    #[default]
    Plaintext,
    /// TLS.
    Tls,
    /// A Unix socket.
    Unix,
}

/// An `ErrorResponse`, of which only SQLSTATE and routine are shown.
#[derive(Clone, Debug, Default)]
pub struct ServerError {
    /// Field `C`.
    pub sqlstate: Option<SqlState>,
    /// Field `R`, never translated; absent when a pooler speaks.
    pub routine: Option<String>,
    /// Field `M`, in the server's language.
    pub message: ServerText,
    /// Field `D`.
    pub detail: ServerText,
    /// How this attempt went.
    pub over: Over,
    /// What tells this server from another, when it showed it.
    pub fingerprint: Option<Fingerprint>,
    /// Whether the server asked for a password before.
    pub password_asked: bool,
    /// Whether `options` sets a role.
    pub sets_role: bool,
}

/// The salt that a server uses for a role's SCRAM login: one and the same for every address of a server (for a
/// missing role it is derived from a secret of the cluster), another for every other server.
#[derive(Clone, PartialEq, Eq)]
pub struct Fingerprint(Vec<u8>);

impl Fingerprint {
    /// From the first message of a SCRAM server (RFC 5802: `r=…,s=<salt>,i=…`).
    pub fn from_scram(first: &[u8]) -> Option<Self> {
        let salt = first.split(|b| *b == b',').find_map(|part| part.strip_prefix(b"s="))?;
        Some(Self(salt.to_vec()))
    }
}

impl std::fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Fingerprint(…)")
    }
}

/// Text of a server, which may quote what a user wrote: it can be compared and never be read.
#[derive(Clone, Default)]
pub struct ServerText(String);

impl ServerText {
    /// Takes what the server sent; bytes that are not UTF-8 are replaced.
    pub fn new(bytes: &[u8]) -> Self {
        Self(String::from_utf8_lossy(bytes).into_owned())
    }

    /// Whether it is one of our phrases and nothing else.
    pub fn is(&self, phrase: &str) -> bool {
        self.0 == phrase
    }

    /// Whether a name stands in it between quotation marks, of whatever language.
    pub fn quotes(&self, name: &str) -> bool {
        const MARKS: &[char] = &[
            '"', '\'', '`', '\u{ab}', '\u{bb}', '\u{2018}', '\u{2019}', '\u{201a}', '\u{201c}', '\u{201d}',
            '\u{201e}', '\u{2039}', '\u{203a}', '\u{300c}', '\u{300d}',
        ];
        !name.is_empty()
            && self.0.match_indices(name).any(|(at, _)| {
                let (before, behind) = (self.0[..at].trim_end(), self.0[at + name.len()..].trim_start());
                before.ends_with(MARKS) && behind.starts_with(MARKS)
            })
    }

    /// The word of ours that stands behind a phrase.
    pub fn word_behind(&self, phrase: &str, words: &[&'static str]) -> Option<&'static str> {
        let behind = self.0.split_once(phrase)?.1;
        let end = behind.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(behind.len());
        words.iter().copied().find(|word| *word == &behind[..end])
    }

    /// Whether there is any.
    pub fn is_there(&self) -> bool {
        !self.0.is_empty()
    }

    /// Whether one of our phrases stands in it.
    pub fn says(&self, phrases: &[&str]) -> bool {
        phrases.iter().any(|phrase| self.0.contains(phrase))
    }
}

impl std::fmt::Debug for ServerText {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ServerText(…)")
    }
}
