//! Which certificate convinces: libpq's rules on top of rustls'. The handshake signature is always verified,
//! whatever else is not: without it channel binding is worth nothing.

use super::peer::{self, CertificateInfo};
use super::revocation::Lookup;
use crate::probe::{TlsTrouble, Untrusted, Verify};
use crate::x509::Certificate;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{verify_server_cert_signed_by_trust_anchor, verify_server_name};
use rustls::crypto::{
    WebPkiSupportedAlgorithms, verify_tls12_signature, verify_tls13_signature,
    verify_tls13_signature_with_raw_key,
};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, DigitallySignedStruct, Error, OtherError, RootCertStore, SignatureScheme};
use rustls_pki_types::{CertificateDer, ServerName, SubjectPublicKeyInfoDer, UnixTime};
use std::{fmt, net::IpAddr, sync::Arc, time::Duration};

#[derive(Debug)]
pub(super) struct Verifier {
    verify: Verify,
    anchors: RootCertStore,
    exact: Vec<CertificateDer<'static>>,
    algorithms: WebPkiSupportedAlgorithms,
    lookup: Lookup,
}

impl Verifier {
    /// `exact` are the certificates of the root file as they are, `anchors` what rustls made of them.
    pub(super) fn new(
        verify: Verify,
        anchors: RootCertStore,
        exact: Vec<CertificateDer<'static>>,
        algorithms: WebPkiSupportedAlgorithms,
        lookup: Lookup,
    ) -> Self {
        Self { verify, anchors, exact, algorithms, lookup }
    }

    fn chain(
        &self,
        leaf: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> Result<(), TlsTrouble> {
        let seen = Certificate::parse(leaf).ok_or(Untrusted::Encoding)?;
        // OpenSSL trusts a self-issued leaf that stands in the root file; webpki refuses a CA as a leaf
        if seen.self_issued && self.exact.contains(leaf) {
            return match now.as_secs() {
                now if now < seen.not_before => Err(Untrusted::NotYetValid.into()),
                now if now > seen.not_after => Err(Untrusted::Expired.into()),
                _ => self.lookup.own(),
            };
        }
        if seen.version < 3 {
            return Err(TlsTrouble::Certificate("it is of X.509 version 1"));
        }
        let others = [intermediates, &self.exact].concat();
        let chained = |anchors: &RootCertStore| {
            let parsed = ParsedCertificate::try_from(leaf)?;
            let all = self.algorithms.all;
            verify_server_cert_signed_by_trust_anchor(&parsed, anchors, intermediates, now, all)
        };
        chained(&self.anchors).map_err(|error| match trouble(&error, &seen, &others) {
            // of that name, with another key
            TlsTrouble::Untrusted(Untrusted::Signature) if seen.self_issued => Untrusted::SelfSigned.into(),
            TlsTrouble::Untrusted(Untrusted::Signature) => Untrusted::Issuer.into(),
            other => other,
        })?;
        // webpki looks at no date of an anchor, OpenSSL does
        let (mut valid, now) = (RootCertStore::empty(), now.as_secs());
        let in_time = |root: &&CertificateDer<'static>| {
            Certificate::parse(root).is_none_or(|root| (root.not_before..=root.not_after).contains(&now))
        };
        valid.add_parsable_certificates(self.exact.iter().filter(in_time).cloned());
        if valid.len() < self.anchors.len() && chained(&valid).is_err() {
            return Err(Untrusted::Authority.into());
        }
        self.lookup
            .chain(leaf, intermediates, UnixTime::since_unix_epoch(Duration::from_secs(now)))
            .map_err(|error| trouble(&error, &seen, &others))
    }
}

impl Verifier {
    /// As [`refuse`], with what the certificates say of themselves.
    fn refuse_chain(
        &self,
        trouble: TlsTrouble,
        leaf: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
    ) -> Error {
        let sent: Vec<_> = std::iter::once(leaf).chain(intermediates).cloned().collect();
        refusal(Reason { trouble, chain: peer::chain(&sent, &self.exact) })
    }
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        leaf: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        _ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        if self.verify != Verify::None {
            self.chain(leaf, intermediates, now)
                .map_err(|trouble| self.refuse_chain(trouble, leaf, intermediates))?;
        }
        if self.verify == Verify::Full && !name_matches(leaf, name) {
            return Err(self.refuse_chain(Untrusted::Name.into(), leaf, intermediates));
        }
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        leaf: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, leaf, signature, &self.algorithms).map_err(|e| handshake(&e, leaf))
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        leaf: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        match Certificate::parse(leaf) {
            // webpki reads no version 1; the key alone is enough to verify a signature
            Some(seen) if seen.version < 3 => {
                let key = SubjectPublicKeyInfoDer::from(seen.spki);
                verify_tls13_signature_with_raw_key(message, &key, signature, &self.algorithms)
            }
            _ => verify_tls13_signature(message, leaf, signature, &self.algorithms),
        }
        .map_err(|e| handshake(&e, leaf))
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}

/// libpq's rule (fe-secure-common.c): rustls' first; then a dNSName that spells the address; then the common
/// name, when there is no alternative name of the host's kind.
fn name_matches(leaf: &CertificateDer<'_>, name: &ServerName<'_>) -> bool {
    if ParsedCertificate::try_from(leaf).is_ok_and(|leaf| verify_server_name(&leaf, name).is_ok()) {
        return true;
    }
    let Some(seen) = Certificate::parse(leaf) else { return false };
    let (host, of_kind) = match name {
        ServerName::DnsName(name) => (name.as_ref().to_owned(), seen.dns_names.len()),
        ServerName::IpAddress(address) => {
            let host = IpAddr::from(*address).to_string();
            if seen.dns_names.contains(&host.as_str()) {
                return true;
            }
            (host, seen.addresses.len())
        }
        _ => return false,
    };
    of_kind == 0 && seen.common_name.is_some_and(|pattern| name_matches_pattern(&host, pattern))
}

/// Without case; `*.` stands for one label.
fn name_matches_pattern(host: &str, pattern: &str) -> bool {
    if host.eq_ignore_ascii_case(pattern) {
        return true;
    }
    let Some(rest) = pattern.strip_prefix("*.") else { return false };
    let label = host.split_once('.');
    label.is_some_and(|(first, after)| {
        !first.is_empty() && rest.contains('.') && after.eq_ignore_ascii_case(rest)
    })
}

/// The handshake's signature could not be verified.
fn handshake(error: &Error, leaf: &CertificateDer<'_>) -> Error {
    match Certificate::parse(leaf) {
        Some(seen) => refuse(trouble(error, &seen, &[])),
        None => refuse(Untrusted::Encoding.into()),
    }
}

fn trouble(error: &Error, leaf: &Certificate<'_>, others: &[CertificateDer<'_>]) -> TlsTrouble {
    let limit = || {
        let mut all =
            std::iter::once(leaf.limit()).chain(others.iter().map(|c| Certificate::parse(c)?.limit()));
        all.find_map(|limit| limit)
    };
    let untrusted = match error {
        Error::InvalidCertificate(error) => match error {
            CertificateError::Expired | CertificateError::ExpiredContext { .. } => Untrusted::Expired,
            CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
                Untrusted::NotYetValid
            }
            CertificateError::UnknownIssuer | CertificateError::Other(_) if leaf.self_issued => {
                Untrusted::SelfSigned
            }
            CertificateError::UnknownIssuer => Untrusted::Issuer,
            CertificateError::Revoked => Untrusted::Revoked,
            CertificateError::UnknownRevocationStatus => Untrusted::RevocationUnknown,
            CertificateError::ExpiredRevocationList
            | CertificateError::ExpiredRevocationListContext { .. } => Untrusted::RevocationStale,
            CertificateError::InvalidPurpose | CertificateError::InvalidPurposeContext { .. } => {
                Untrusted::Purpose
            }
            CertificateError::BadEncoding => Untrusted::Encoding,
            CertificateError::BadSignature
            | CertificateError::UnsupportedSignatureAlgorithmForPublicKeyContext { .. } => {
                Untrusted::Signature
            }
            CertificateError::Other(_) if leaf.is_ca => {
                return TlsTrouble::Certificate(
                    "it is an authority's certificate (CA:TRUE) used by a server",
                );
            }
            _ => return TlsTrouble::Certificate(limit().unwrap_or("its signature is of an unknown kind")),
        },
        Error::PeerMisbehaved(_) => return TlsTrouble::Broken,
        _ => Untrusted::Signature,
    };
    match (untrusted, limit()) {
        (Untrusted::Signature | Untrusted::Encoding, Some(limit)) => TlsTrouble::Certificate(limit),
        _ => TlsTrouble::Untrusted(untrusted),
    }
}

impl From<Untrusted> for TlsTrouble {
    fn from(untrusted: Untrusted) -> Self {
        Self::Untrusted(untrusted)
    }
}

/// Carries the reason through rustls.
#[derive(Debug)]
pub(super) struct Reason {
    pub(super) trouble: TlsTrouble,
    /// The server's certificates, as far as they were looked at.
    pub(super) chain: Vec<CertificateInfo>,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the server's certificate was refused")
    }
}

impl std::error::Error for Reason {}

fn refuse(trouble: TlsTrouble) -> Error {
    refusal(Reason { trouble, chain: Vec::new() })
}

fn refusal(reason: Reason) -> Error {
    Error::InvalidCertificate(CertificateError::Other(OtherError(Arc::new(reason))))
}

#[cfg(test)]
mod tests {
    use super::name_matches_pattern;

    #[test]
    fn one_label_for_a_star() {
        assert!(name_matches_pattern("DB.example.org", "db.Example.org"));
        assert!(name_matches_pattern("a.example.org", "*.example.org"));
        for no in ["a.b.example.org", ".example.org", "example.org", "a.example.com"] {
            assert!(!name_matches_pattern(no, "*.example.org"), "{no}");
        }
        assert!(!name_matches_pattern("a.org", "*.org"));
    }
}
