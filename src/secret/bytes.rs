//! Bytes that are a secret: a private key.

#[cfg(feature = "guard")]
use secrecy::ExposeSecret;
use secrecy::SecretSlice;
use std::fmt;

/// A private key as it was read. `Debug` shows the mask; the memory is wiped on drop (secrecy).
#[derive(Clone)]
pub struct SecretBytes(
    #[cfg_attr(not(feature = "guard"), expect(dead_code, reason = "only the driver reads it"))]
    SecretSlice<u8>,
);

impl SecretBytes {
    /// Takes the bytes in.
    pub fn new(bytes: Vec<u8>) -> Self {
        Self(SecretSlice::from(bytes))
    }

    /// The bytes themselves. For the driver only.
    #[cfg(feature = "guard")]
    pub(crate) fn expose(&self) -> &[u8] {
        #[expect(clippy::disallowed_methods, reason = "the one door to the bytes of a secret")]
        self.0.expose_secret()
    }
}

impl fmt::Debug for SecretBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretBytes(•••)")
    }
}
