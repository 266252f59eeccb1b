//! What TLS and authentication need beside the mode: files as they were read, versions, what a server may ask for.
//! Plain data.

use crate::secret::{Part, Secret, SecretBytes};
use std::io::ErrorKind;

/// A file that a keyword names, or libpq's default for it.
#[derive(Clone)]
pub struct NamedFile {
    /// libpq's keyword.
    pub keyword: &'static str,
    /// As a failure names it.
    pub path: Part,
    /// What was read. The texts are public: certificates and lists of them.
    pub pem: Result<Vec<u8>, ErrorKind>,
}

impl std::fmt::Debug for NamedFile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NamedFile")
            .field("keyword", &self.keyword)
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}

/// libpq's `sslcert` with its `sslkey`: sent when the server asks for a certificate.
#[derive(Clone, Debug)]
pub struct ClientCert {
    /// The certificate, and behind it those that signed it.
    pub certificate: NamedFile,
    /// Its key.
    pub key: ClientKey,
}

/// libpq's `sslkey` with its `sslpassword`.
#[derive(Clone, Debug)]
pub struct ClientKey {
    /// As a failure names it.
    pub path: Part,
    /// PEM or DER, as it was read.
    pub bytes: Result<SecretBytes, KeyFile>,
    /// What an encrypted key is opened with.
    pub password: Option<Secret>,
}

/// Why libpq opens no key (`initialize_SSL` in fe-secure-openssl.c).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum KeyFile {
    /// There is none.
    Missing,
    /// It is no regular file.
    NotRegular,
    /// Group or others may do something with it: the permission bits.
    TooOpen(u32),
    /// It could not be read.
    Unreadable(ErrorKind),
    /// `engine:name`, a key that OpenSSL's engines keep.
    Engine,
}

/// Lists of revoked certificates. Where there are any to look into, each certificate of the chain must be in the
/// domain of one, as libpq asks of OpenSSL (`CRL_CHECK_ALL`).
#[derive(Clone, Default, Debug)]
pub struct Revocation {
    /// The files; of a directory those that OpenSSL would look at.
    pub lists: Vec<NamedFile>,
}

/// libpq's `sslcertmode`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum SslCertMode {
    /// No client certificate is sent.
    Disable,
    /// When the server asks for it and there is one.
    #[default]
    Allow,
    /// The server must ask for one and get one.
    Require,
}

/// libpq's `sslnegotiation`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum SslNegotiation {
    /// TLS is asked for first.
    #[default]
    Postgres,
    /// The TLS handshake comes at once, with ALPN; servers since PostgreSQL 17.
    Direct,
}

/// What `ssl_min_protocol_version` and `ssl_max_protocol_version` leave of TLS 1.2 and 1.3.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum TlsVersions {
    /// Both.
    #[default]
    Both,
    /// 1.2 alone.
    Only12,
    /// 1.3 alone.
    Only13,
}

/// A way to authenticate, as `require_auth` names it. What is never done here (gss, sspi, oauth) is not among them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum AuthMethod {
    /// The server asks for nothing (trust, cert, peer).
    None,
    /// The password itself.
    Password,
    /// Its MD5 hash.
    Md5,
    /// SCRAM.
    ScramSha256,
}

/// libpq's `require_auth`: the ways that a server may choose from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct AuthMethods(u8);

impl AuthMethods {
    /// Reads a list that libpq accepts (connectOptions2 in fe-connect.c): `scram-sha-256,none`, `!password,!md5`.
    /// None when it is empty.
    pub fn parse(list: &str) -> Option<Self> {
        let bit = |word: &str| match word {
            "none" => AuthMethod::None.bit(),
            "password" => AuthMethod::Password.bit(),
            "md5" => AuthMethod::Md5.bit(),
            "scram-sha-256" => AuthMethod::ScramSha256.bit(),
            _ => 0,
        };
        let named = list.split(',').fold(0, |all, word| all | bit(word.trim_start_matches('!')));
        let negated = list.starts_with('!');
        (!list.is_empty()).then_some(Self(if negated { !named } else { named }))
    }

    /// Whether a server may choose it.
    pub fn allow(self, method: AuthMethod) -> bool {
        self.0 & method.bit() != 0
    }
}

impl AuthMethod {
    fn bit(self) -> u8 {
        1 << self as u8
    }
}

#[cfg(test)]
mod tests {
    use super::{AuthMethod, AuthMethods};

    #[test]
    fn lists() {
        use AuthMethod::{Md5, None as Nothing, Password, ScramSha256};
        let allowed = |list: &str| {
            let methods = AuthMethods::parse(list).unwrap();
            [Nothing, Password, Md5, ScramSha256].map(|method| methods.allow(method))
        };
        assert_eq!(AuthMethods::parse(""), None);
        assert_eq!(allowed("scram-sha-256"), [false, false, false, true]);
        assert_eq!(allowed("none,md5"), [true, false, true, false]);
        assert_eq!(allowed("!password,!md5"), [true, false, false, true]);
        assert_eq!(allowed("!none"), [false, true, true, true]);
        assert_eq!(allowed("gss"), [false; 4]);
        assert_eq!(allowed("!gss,!sspi"), [true; 4]);
    }
}
