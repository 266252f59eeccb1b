//! What a server's certificates say of themselves, verified or not.

use crate::probe::Evidence;
use crate::x509::{self, Certificate};
use rustls_pki_types::CertificateDer;
use std::net::IpAddr;

/// One certificate. Its texts are a stranger's: they are cleaned before they are shown.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CertificateInfo {
    /// Whose it is, as a distinguished name.
    pub subject: String,
    /// Who signed it.
    pub issuer: String,
    /// The host names and addresses that it is for; its common name where it has none.
    pub names: Vec<String>,
    /// Its first moment, in seconds since 1970.
    pub not_before: u64,
    /// Its last moment, in seconds since 1970.
    pub not_after: u64,
}

impl CertificateInfo {
    fn of(seen: &Certificate<'_>) -> Self {
        let address = |bytes: &&[u8]| {
            let four = <[u8; 4]>::try_from(*bytes).map(IpAddr::from);
            four.or_else(|_| <[u8; 16]>::try_from(*bytes).map(IpAddr::from)).ok()
        };
        let addresses = seen.addresses.iter().filter_map(address).map(|a| a.to_string());
        let mut names: Vec<String> =
            seen.dns_names.iter().map(ToString::to_string).chain(addresses).take(NAMES).collect();
        if names.is_empty() {
            names.extend(seen.common_name.map(str::to_owned));
        }
        Self {
            subject: x509::distinguished(seen.subject),
            issuer: x509::distinguished(seen.issuer),
            names,
            not_before: seen.not_before,
            not_after: seen.not_after,
        }
    }

    /// [`CertificateInfo::not_after`] as RFC 3339 writes it.
    pub fn until(&self) -> String {
        x509::rfc3339(self.not_after)
    }

    /// [`CertificateInfo::not_before`] as RFC 3339 writes it.
    pub fn since(&self) -> String {
        x509::rfc3339(self.not_before)
    }
}

/// The server's own certificate and those that signed it, each by the name that the one before it gives, as far as
/// the server sent them or they are known.
pub(super) fn chain(sent: &[CertificateDer<'_>], known: &[CertificateDer<'_>]) -> Vec<CertificateInfo> {
    let mut others: Vec<Certificate<'_>> =
        sent.iter().skip(1).chain(known).filter_map(|der| Certificate::parse(der)).collect();
    let mut out = Vec::new();
    let mut next = sent.first().and_then(|leaf| Certificate::parse(leaf));
    while let Some(certificate) = next.take() {
        out.push(CertificateInfo::of(&certificate));
        if !certificate.self_issued {
            let issuer = others.iter().position(|other| other.subject == certificate.issuer);
            next = issuer.map(|at| others.swap_remove(at));
        }
    }
    out
}

/// What a chain that was refused says of itself, fit to be shown.
pub(super) fn evidence(chain: &[CertificateInfo]) -> Option<Evidence> {
    let (leaf, others) = chain.split_first()?;
    let plain = |text: &str| -> String {
        text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).take(128).collect()
    };
    let signers = std::iter::once(leaf).chain(others).map(|one| plain(&one.issuer));
    let mut issuers: Vec<String> = Vec::new();
    for issuer in signers.take(NAMED) {
        if issuers.last() != Some(&issuer) {
            issuers.push(issuer);
        }
    }
    Some(Evidence::Certificate {
        names: leaf.names.iter().map(|name| plain(name)).take(NAMED).collect(),
        issuers,
        not_before: leaf.since(),
        not_after: leaf.until(),
    })
}

/// So many names, and so many who signed, are shown of a certificate that was refused.
const NAMED: usize = 5;

/// Of a certificate for more, so many are named.
const NAMES: usize = 100;
