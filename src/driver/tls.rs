//! rustls, set up as libpq's sslmodes ask: ring given explicitly and none installed for the process, P-256
//! first, because PostgreSQL before 18 takes nothing else without another round trip.

use super::identity;
use super::peer::{self, CertificateInfo};
use super::revocation::Lookup;
use super::seen::Seen;
use super::verify::{Reason, Verifier};
use crate::probe::{
    ClientCert, Dial, Ended, Phase, Revocation, RootCert, RootTrouble, SslNegotiation, TlsTrouble,
    TlsVersions, Trouble, Untrusted, Verify,
};
use crate::x509::{self, Certificate};
use rustls::client::Resumption;
use rustls::crypto::{CryptoProvider, ring as provider};
use rustls::sign::CertifiedKey;
use rustls::version::{TLS12, TLS13};
use rustls::{AlertDescription, CertificateError, ClientConfig, RootCertStore, SupportedProtocolVersion};
use rustls_pki_types::{CertificateDer, pem::PemObject};
use std::{
    io,
    sync::{Arc, OnceLock},
};

/// A session's encryption, as negotiated.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TlsInfo {
    /// `TLSv1.3` or `TLSv1.2`.
    pub version: &'static str,
    /// The IANA name of the cipher suite.
    pub cipher: String,
    /// Whether the chain was verified.
    pub chain_verified: bool,
    /// Whether the name was verified.
    pub name_verified: bool,
    /// The server's certificate and those that signed it; verified only as far as the fields above say.
    pub chain: Vec<CertificateInfo>,
}

impl TlsInfo {
    /// `known` are certificates that the server need not send.
    pub(super) fn of(
        session: &rustls::ClientConnection,
        verify: Verify,
        known: &[CertificateDer<'_>],
    ) -> Self {
        let version = match session.protocol_version() {
            Some(rustls::ProtocolVersion::TLSv1_3) => "TLSv1.3",
            _ => "TLSv1.2",
        };
        let suite = session.negotiated_cipher_suite().map(|suite| format!("{:?}", suite.suite()));
        Self {
            version,
            // rustls writes TLS13_AES_…, IANA TLS_AES_…
            cipher: suite.unwrap_or_default().replacen("TLS13_", "TLS_", 1),
            chain_verified: verify != Verify::None,
            name_verified: verify == Verify::Full,
            chain: peer::chain(session.peer_certificates().unwrap_or_default(), known),
        }
    }
}

/// How TLS is done with one target: its files, decoded when they are first needed.
pub(super) struct Trust {
    root: Option<RootCert>,
    revocation: Option<Revocation>,
    client: Option<ClientCert>,
    versions: TlsVersions,
    sni_off: bool,
    direct: bool,
    /// For each [`Verify`].
    made: [OnceLock<Result<Config, Trouble>>; 3],
}

impl Trust {
    pub(super) fn new(dial: &Dial) -> Self {
        Self {
            root: dial.sslrootcert.clone(),
            revocation: dial.revocation.clone(),
            client: dial.sslcert.clone(),
            versions: dial.tls_versions,
            sni_off: dial.sni_off,
            direct: dial.sslnegotiation == SslNegotiation::Direct,
            made: Default::default(),
        }
    }

    /// A client configuration. Fails only over the files. Made once: a key may take a second to decrypt.
    pub(super) fn config(&self, verify: Verify) -> Result<Config, Trouble> {
        self.made[verify as usize].get_or_init(|| self.make(verify)).clone()
    }

    fn make(&self, verify: Verify) -> Result<Config, Trouble> {
        let provider = Arc::new(CryptoProvider {
            kx_groups: vec![
                provider::kx_group::SECP256R1,
                provider::kx_group::X25519,
                provider::kx_group::SECP384R1,
            ],
            ..provider::default_provider()
        });
        let (anchors, exact) = match &self.root {
            Some(root) if verify != Verify::None => roots(root).map_err(Trouble::RootCert)?,
            _ => (RootCertStore::empty(), Vec::new()),
        };
        let lookup = match &self.revocation {
            Some(revocation) if verify != Verify::None => Lookup::new(revocation, &anchors, &provider)?,
            _ => Lookup::Nowhere,
        };
        let key = self.client.as_ref().map(identity::open).transpose().map_err(Trouble::ClientCert)?;
        let versions: &[_] = match self.versions {
            TlsVersions::Both => BOTH,
            TlsVersions::Only12 => &BOTH[1..],
            TlsVersions::Only13 => &BOTH[..1],
        };
        let algorithms = provider.signature_verification_algorithms;
        let verifier = Verifier::new(verify, anchors, exact.clone(), algorithms, lookup);
        let mut config = ClientConfig::builder_with_provider(provider)
            .with_protocol_versions(versions)
            .map_err(|_| Trouble::Tls(TlsTrouble::Incompatible))?
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(verifier))
            .with_no_client_auth();
        config.enable_sni = !self.sni_off;
        // each session shows and verifies its certificates anew, as with libpq
        config.resumption = Resumption::disabled();
        if self.direct {
            config.alpn_protocols = vec![ALPN.to_vec()];
        }
        Ok(Config { client: config, known: exact.into(), key, direct: self.direct })
    }
}

const BOTH: &[&SupportedProtocolVersion] = &[&TLS13, &TLS12];

/// PostgreSQL's name among the protocols that TLS carries (protocol documentation, "SSL Session Encryption").
const ALPN: &[u8] = b"postgresql";

/// How to do TLS.
#[derive(Clone)]
pub(super) struct Config {
    client: ClientConfig,
    /// The certificates of the root file.
    pub(super) known: Arc<[CertificateDer<'static>]>,
    key: Option<Arc<CertifiedKey>>,
    /// TLS comes at once.
    pub(super) direct: bool,
}

impl Config {
    /// For one connection, which sees whether its certificate is asked for.
    pub(super) fn for_connection(&self, seen: &Seen) -> Arc<ClientConfig> {
        let mut client = self.client.clone();
        client.client_auth_cert_resolver = identity::resolver(self.key.clone(), seen.clone());
        Arc::new(client)
    }

    /// The same without the client's certificate.
    pub(super) fn without_certificate(self) -> Self {
        Self { key: None, ..self }
    }

    /// For a look at who listens: nobody is shown the client's certificate.
    pub(super) fn for_look(&self) -> ClientConfig {
        self.client.clone()
    }

    /// Whether the server said what libpq insists on after a handshake that nobody asked for.
    pub(super) fn is_agreed(&self, session: &rustls::ClientConnection) -> bool {
        !self.direct || session.alpn_protocol() == Some(ALPN)
    }
}

fn roots(root: &RootCert) -> Result<(RootCertStore, Vec<CertificateDer<'static>>), RootTrouble> {
    let pem = root.pem.as_ref().map_err(|kind| RootTrouble::Unreadable(*kind))?;
    let exact: Vec<CertificateDer<'static>> =
        CertificateDer::pem_slice_iter(pem).collect::<Result<_, _>>().map_err(|_| RootTrouble::NotPem)?;
    let mut anchors = RootCertStore::empty();
    let (added, _) = anchors.add_parsable_certificates(exact.iter().cloned());
    if added == 0 { Err(RootTrouble::NotPem) } else { Ok((anchors, exact)) }
}

/// RFC 5929, `tls-server-end-point`: the hash of the certificate's own signature, SHA-256 for MD5 and SHA-1.
/// None where that is not defined (Ed25519) or not agreed upon (RSASSA-PSS).
pub(super) fn channel_binding(certificate: &CertificateDer<'_>) -> Option<Vec<u8>> {
    let parsed = Certificate::parse(certificate)?;
    let algorithm = match parsed.signature_algorithm {
        x509::RSA_MD5 | x509::RSA_SHA1 | x509::RSA_SHA256 | x509::ECDSA_SHA1 | x509::ECDSA_SHA256 => {
            &ring::digest::SHA256
        }
        x509::RSA_SHA384 | x509::ECDSA_SHA384 => &ring::digest::SHA384,
        x509::RSA_SHA512 | x509::ECDSA_SHA512 => &ring::digest::SHA512,
        _ => return None,
    };
    Some(ring::digest::digest(algorithm, certificate).as_ref().to_vec())
}

/// What an error of a stream means in this phase.
pub(super) fn trouble_of(error: &io::Error, phase: Phase) -> Trouble {
    let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>());
    let Some(tls) = inner else {
        let by_peer = matches!(
            error.kind(),
            io::ErrorKind::UnexpectedEof | io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe
        );
        return match error.kind() {
            // the client library's own complaints about what it cannot parse
            io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData | io::ErrorKind::Other => {
                Trouble::NotPostgres(phase, None)
            }
            kind => Trouble::Closed(phase, if by_peer { Ended::ByPeer } else { Ended::Failed(kind) }),
        };
    };
    match tls {
        rustls::Error::InvalidMessage(_) if phase == Phase::Tls => Trouble::NotPostgres(phase, Some(b'S')),
        other => Trouble::Tls(tls_trouble(other)),
    }
}

/// The certificates that did not convince, if that is what ended a handshake.
pub(super) fn refused(error: &io::Error) -> Vec<CertificateInfo> {
    let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>());
    match inner {
        Some(rustls::Error::InvalidCertificate(CertificateError::Other(other))) => {
            other.0.downcast_ref::<Reason>().map(|reason| reason.chain.clone()).unwrap_or_default()
        }
        _ => Vec::new(),
    }
}

fn tls_trouble(error: &rustls::Error) -> TlsTrouble {
    match error {
        rustls::Error::InvalidCertificate(CertificateError::Other(other)) => {
            match other.0.downcast_ref::<Reason>() {
                Some(reason) => reason.trouble,
                None => TlsTrouble::Certificate("it breaks a rule that rustls insists on"),
            }
        }
        rustls::Error::InvalidCertificate(CertificateError::BadSignature) => {
            TlsTrouble::Untrusted(Untrusted::Signature)
        }
        rustls::Error::InvalidCertificate(_) => {
            TlsTrouble::Certificate("it breaks a rule that rustls insists on")
        }
        rustls::Error::PeerIncompatible(_) => TlsTrouble::Incompatible,
        rustls::Error::AlertReceived(alert) => TlsTrouble::Alert(alert_name(*alert)),
        rustls::Error::UnsupportedNameType => TlsTrouble::HostName,
        _ => TlsTrouble::Broken,
    }
}

/// RFC 8446's names.
fn alert_name(alert: AlertDescription) -> &'static str {
    match alert {
        AlertDescription::HandshakeFailure => "handshake_failure",
        AlertDescription::ProtocolVersion => "protocol_version",
        AlertDescription::InsufficientSecurity => "insufficient_security",
        AlertDescription::CertificateRequired => "certificate_required",
        AlertDescription::BadCertificate => "bad_certificate",
        AlertDescription::CertificateExpired => "certificate_expired",
        AlertDescription::CertificateRevoked => "certificate_revoked",
        AlertDescription::CertificateUnknown => "certificate_unknown",
        AlertDescription::UnsupportedCertificate => "unsupported_certificate",
        AlertDescription::UnknownCA => "unknown_ca",
        AlertDescription::UnrecognisedName => "unrecognized_name",
        AlertDescription::AccessDenied => "access_denied",
        AlertDescription::InternalError => "internal_error",
        AlertDescription::IllegalParameter => "illegal_parameter",
        AlertDescription::DecodeError => "decode_error",
        AlertDescription::DecryptError => "decrypt_error",
        AlertDescription::NoApplicationProtocol => "no_application_protocol",
        _ => "of another kind",
    }
}
