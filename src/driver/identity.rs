//! The client's certificate and its key, and whether a server asked for them.

use super::key;
use super::seen::{Certificate as Sent, Seen};
use crate::probe::{ClientCert, ClientTrouble, RootTrouble};
use crate::x509::Certificate;
use rustls::SignatureScheme;
use rustls::client::ResolvesClientCert;
use rustls::crypto::ring::sign::any_supported_type;
use rustls::sign::CertifiedKey;
use rustls_pki_types::{CertificateDer, pem::PemObject};
use std::{fmt, sync::Arc};

/// Decodes both and looks whether they belong together.
pub(super) fn open(client: &ClientCert) -> Result<Arc<CertifiedKey>, ClientTrouble> {
    let not_pem = ClientTrouble::Certificate(RootTrouble::NotPem);
    let unreadable = |kind: &std::io::ErrorKind| ClientTrouble::Certificate(RootTrouble::Unreadable(*kind));
    let pem = client.certificate.pem.as_ref().map_err(unreadable)?;
    let chain: Vec<CertificateDer<'static>> =
        CertificateDer::pem_slice_iter(pem).collect::<Result<_, _>>().map_err(|_| not_pem)?;
    let leaf = chain.first().and_then(|leaf| Certificate::parse(leaf)).ok_or(not_pem)?;
    let bytes = client.key.bytes.as_ref().map_err(|file| ClientTrouble::File(*file))?;
    let der = key::decode(bytes.expose(), client.key.password.as_ref())?;
    let key = any_supported_type(&der).map_err(|_| ClientTrouble::Kind)?;
    // rustls would read the certificate with webpki, which refuses what OpenSSL sends: version 1
    if key.public_key().is_some_and(|public| public.as_ref() != leaf.spki) {
        return Err(ClientTrouble::Mismatch);
    }
    Ok(Arc::new(CertifiedKey::new(chain, key)))
}

/// Gives the key to one connection, and tells that it was asked for it. As libpq, whatever authorities the server
/// names.
pub(super) fn resolver(key: Option<Arc<CertifiedKey>>, seen: Seen) -> Arc<dyn ResolvesClientCert> {
    Arc::new(Resolver { key, seen })
}

struct Resolver {
    key: Option<Arc<CertifiedKey>>,
    seen: Seen,
}

impl ResolvesClientCert for Resolver {
    fn resolve(&self, _: &[&[u8]], schemes: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        let key = self.key.clone().filter(|key| key.key.choose_scheme(schemes).is_some());
        self.seen.certificate(if key.is_some() { Sent::Sent } else { Sent::Unsent });
        key
    }

    fn has_certs(&self) -> bool {
        true
    }
}

impl fmt::Debug for Resolver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Resolver").finish_non_exhaustive()
    }
}
