//! Lists of revoked certificates, as libpq has OpenSSL look into them: every certificate of the chain but the root
//! must be in the domain of a list that is in force.

use crate::probe::{Revocation, RootTrouble, TlsTrouble, Trouble, Untrusted};
use rustls::client::{VerifierBuilderError, WebPkiServerVerifier, danger::ServerCertVerifier};
use rustls::crypto::CryptoProvider;
use rustls::{CertRevocationListError, CertificateError, Error, RootCertStore};
use rustls_pki_types::{CertificateDer, CertificateRevocationListDer, ServerName, UnixTime, pem::PemObject};
use std::{net::Ipv4Addr, sync::Arc};

/// Where to look.
#[derive(Clone, Debug)]
pub(super) enum Lookup {
    /// Nobody asked for it.
    Nowhere,
    /// A directory without lists: nothing is known of any certificate.
    Empty,
    /// Lists.
    Lists(Arc<WebPkiServerVerifier>),
}

impl Lookup {
    /// Decodes the lists. Fails over one that is of no use.
    pub(super) fn new(
        revocation: &Revocation,
        anchors: &RootCertStore,
        provider: &Arc<CryptoProvider>,
    ) -> Result<Self, Trouble> {
        let mut lists = Vec::new();
        for (at, file) in revocation.lists.iter().enumerate() {
            let fail = |trouble| Trouble::Revocation(at, trouble);
            let pem = file.pem.as_ref().map_err(|kind| fail(RootTrouble::Unreadable(*kind)))?;
            let found: Vec<_> = CertificateRevocationListDer::pem_slice_iter(pem)
                .collect::<Result<_, _>>()
                .map_err(|_| fail(RootTrouble::NotPem))?;
            if found.is_empty() {
                return Err(fail(RootTrouble::NotPem));
            }
            // each file alone, to know which one is of no use
            verifier(&found, anchors, provider).map_err(fail)?;
            lists.extend(found);
        }
        if lists.is_empty() {
            return Ok(Self::Empty);
        }
        verifier(&lists, anchors, provider)
            .map(Self::Lists)
            .map_err(|trouble| Trouble::Revocation(0, trouble))
    }

    /// A chain that was found good before.
    pub(super) fn chain(
        &self,
        leaf: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> Result<(), Error> {
        let lists = match self {
            Self::Nowhere => return Ok(()),
            Self::Empty => return Err(Error::InvalidCertificate(CertificateError::UnknownRevocationStatus)),
            Self::Lists(lists) => lists,
        };
        // the name comes after the chain, and is compared by libpq's rules elsewhere
        let name = ServerName::IpAddress(Ipv4Addr::UNSPECIFIED.into());
        match lists.verify_server_cert(leaf, intermediates, &name, &[], now) {
            Ok(_)
            | Err(Error::InvalidCertificate(
                CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
            )) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// A leaf that is its own authority and stands in the root file.
    pub(super) fn own(&self) -> Result<(), TlsTrouble> {
        match self {
            Self::Nowhere => Ok(()),
            Self::Empty => Err(Untrusted::RevocationUnknown.into()),
            Self::Lists(_) => Err(TlsTrouble::Certificate(
                "it is its own authority, and a list of revoked certificates is to say something of it",
            )),
        }
    }
}

fn verifier(
    lists: &[CertificateRevocationListDer<'static>],
    anchors: &RootCertStore,
    provider: &Arc<CryptoProvider>,
) -> Result<Arc<WebPkiServerVerifier>, RootTrouble> {
    WebPkiServerVerifier::builder_with_provider(Arc::new(anchors.clone()), Arc::clone(provider))
        .with_crls(lists.iter().cloned())
        .enforce_revocation_expiration()
        .build()
        .map_err(|error| match error {
            VerifierBuilderError::InvalidCrl(CertRevocationListError::ParseError) => RootTrouble::NotPem,
            _ => RootTrouble::Kind,
        })
}
