//! A private key as OpenSSL reads it from a file: PEM or DER; PKCS #1, SEC 1 or PKCS #8.

use crate::probe::ClientTrouble;
use crate::secret::Secret;
use rustls_pki_types::{PrivateKeyDer, pem::PemObject};

/// The key, opened with the password when it is encrypted. A PEM file counts from its first key; else it is DER.
pub(super) fn decode(
    bytes: &[u8],
    password: Option<&Secret>,
) -> Result<PrivateKeyDer<'static>, ClientTrouble> {
    if has(bytes, b"\nDEK-Info:") {
        return Err(ClientTrouble::Cipher("it is encrypted in the old way of OpenSSL (DEK-Info)"));
    }
    if has(bytes, b"-----BEGIN ENCRYPTED PRIVATE KEY-----") {
        let _ = password.ok_or(ClientTrouble::Encrypted)?;
        return Err(ClientTrouble::Cipher("it is encrypted"));
    }
    if has(bytes, b"-----BEGIN ") {
        return PrivateKeyDer::from_pem_slice(bytes).map_err(|_| ClientTrouble::NotKey);
    }
    PrivateKeyDer::try_from(bytes).map(|key| key.clone_key()).map_err(|_| ClientTrouble::NotKey)
}

fn has(bytes: &[u8], mark: &[u8]) -> bool {
    bytes.windows(mark.len()).any(|window| window == mark)
}
