//! A private key as OpenSSL reads it from a file: PEM or DER; PKCS #1, SEC 1 or PKCS #8.

use crate::probe::ClientTrouble;
use crate::secret::Secret;
use crate::x509;
use pkcs5::EncryptionScheme;
use rustls_pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer, pem::PemObject};

/// The key, opened with the password when it is encrypted. A PEM file counts from its first key; else it is DER.
pub(super) fn decode(
    bytes: &[u8],
    password: Option<&Secret>,
) -> Result<PrivateKeyDer<'static>, ClientTrouble> {
    if has(bytes, b"\nDEK-Info:") {
        return Err(ClientTrouble::Cipher("it is encrypted in the old way of OpenSSL (DEK-Info)"));
    }
    if has(bytes, ENCRYPTED.as_bytes()) {
        return decrypt(bytes, password.ok_or(ClientTrouble::Encrypted)?);
    }
    if has(bytes, b"-----BEGIN ") {
        return PrivateKeyDer::from_pem_slice(bytes).map_err(|_| ClientTrouble::NotKey);
    }
    PrivateKeyDer::try_from(bytes).map(|key| key.clone_key()).map_err(|_| ClientTrouble::NotKey)
}

/// RFC 5958: `EncryptedPrivateKeyInfo`. What was decrypted with a wrong password passes for padding once in a while,
/// and never for a key.
fn decrypt(pem: &[u8], password: &Secret) -> Result<PrivateKeyDer<'static>, ClientTrouble> {
    let der = body(pem).ok_or(ClientTrouble::NotKey)?;
    let (algorithm, data) = x509::encrypted_key(&der).ok_or(ClientTrouble::NotKey)?;
    let other =
        ClientTrouble::Cipher("its encryption is another than AES with PBKDF2 over SHA-2 or with scrypt");
    let scheme = EncryptionScheme::try_from(algorithm).map_err(|_| other)?;
    let key = scheme.decrypt(password.expose(), data).map_err(|error| match error {
        pkcs5::Error::DecryptFailed => ClientTrouble::Password,
        _ => other,
    })?;
    PrivateKeyDer::try_from(key).map_err(|_| ClientTrouble::Password)
}

/// The bytes between the marks of the encrypted key.
fn body(pem: &[u8]) -> Option<Vec<u8>> {
    // the reader knows no encrypted keys: what is between the marks is the same for it under another name
    let text = std::str::from_utf8(pem).ok()?;
    let start = text.find(ENCRYPTED)? + ENCRYPTED.len();
    let length = text[start..].find("-----END")?;
    let plain =
        format!("-----BEGIN PRIVATE KEY-----{}-----END PRIVATE KEY-----\n", &text[start..start + length]);
    Some(PrivatePkcs8KeyDer::from_pem_slice(plain.as_bytes()).ok()?.secret_pkcs8_der().to_vec())
}

const ENCRYPTED: &str = "-----BEGIN ENCRYPTED PRIVATE KEY-----";

fn has(bytes: &[u8], mark: &[u8]) -> bool {
    bytes.windows(mark.len()).any(|window| window == mark)
}
