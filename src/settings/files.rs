//! What libpq reads beside its variables, as handed in: the files, their modes, and who asks for them.

use super::Settings;
use crate::{
    conninfo::{Conninfo, EndpointKind},
    layer::MAX_BYTES,
    secret::SecretBytes,
};
use std::{fmt, io};

/// A file that is there.
#[derive(Clone, Default)]
pub struct FileFacts {
    /// Its bytes; `None` when it cannot be opened, or is no regular file and so was not.
    pub bytes: Option<Vec<u8>>,
    /// Whether it is a regular file, after symbolic links.
    pub regular: bool,
    /// Whether it is a directory.
    pub directory: bool,
    /// The permission bits, `0o600`.
    pub mode: u32,
    /// The user that owns it.
    pub owner: u32,
}

impl fmt::Debug for FileFacts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FileFacts").field("regular", &self.regular).finish_non_exhaustive()
    }
}

impl FileFacts {
    /// Its bytes, where all of them were read.
    pub(super) fn whole(self) -> Option<Vec<u8>> {
        self.bytes.filter(|bytes| bytes.len() <= MAX_BYTES)
    }

    /// Without its bytes, which are wiped: what else is known of a private key is no secret.
    pub(super) fn without_bytes(self) -> Self {
        let Self { bytes, regular, directory, mode, owner } = self;
        drop(bytes.map(SecretBytes::new));
        Self { bytes: None, regular, directory, mode, owner }
    }

    /// Whether libpq leaves a password file with this mode alone (`passwordFromFile`): group or others may do
    /// something with it.
    pub fn is_too_open_for_passwords(&self) -> bool {
        self.mode & 0o077 != 0
    }

    /// Whether libpq refuses a private key with this mode (`initialize_SSL` in fe-secure-openssl.c): as for
    /// passwords, and root's key may be read by its group.
    pub fn is_too_open_for_keys(&self) -> bool {
        self.mode & if self.owner == 0 { 0o037 } else { 0o077 } != 0
    }
}

/// Looks at a file by its path; `None` when there is none.
pub type Look = dyn Fn(&str) -> Option<FileFacts> + Send + Sync;

/// Reads a file by its path, whatever it is.
pub type Read = dyn Fn(&str) -> Result<Vec<u8>, io::ErrorKind> + Send + Sync;

/// The names in a directory.
pub type List = dyn Fn(&str) -> Result<Vec<String>, io::ErrorKind> + Send + Sync;

/// The files of libpq's world. Nothing is read before it is asked for.
pub struct LibpqFiles {
    /// The user's home directory.
    pub home: Option<String>,
    /// Tells the name of the operating system's user, libpq's default for `user`.
    pub user: Box<dyn Fn() -> Option<String> + Send + Sync>,
    /// Where the service file of the machine is when `PGSYSCONFDIR` does not say it.
    pub sysconfdir: Option<String>,
    /// Looks at a file.
    pub look: Box<Look>,
    /// Reads a file, also what is no regular one: a service file may be a pipe (`PGSERVICEFILE=<(…)`).
    pub read: Box<Read>,
    /// Looks into a directory.
    pub list: Box<List>,
    /// `SSL_CERT_FILE`, OpenSSL's own variable for `sslrootcert=system`.
    pub cert_file: Option<String>,
    /// `SSL_CERT_DIR`, as well.
    pub cert_dir: Option<String>,
}

impl Default for LibpqFiles {
    /// A world without files.
    fn default() -> Self {
        Self {
            home: None,
            user: Box::new(|| None),
            sysconfdir: None,
            look: Box::new(|_| None),
            read: Box::new(|_| Err(io::ErrorKind::NotFound)),
            list: Box::new(|_| Err(io::ErrorKind::NotFound)),
            cert_file: None,
            cert_dir: None,
        }
    }
}

impl LibpqFiles {
    /// A file of the user's home directory.
    pub(super) fn at_home(&self, name: &str) -> Option<String> {
        self.home.as_ref().map(|home| format!("{home}/{name}"))
    }
}

impl fmt::Debug for LibpqFiles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LibpqFiles").finish_non_exhaustive()
    }
}

/// libpq's default for `sslrootcert`, in the home directory.
pub(super) const ROOT_CERT: &str = ".postgresql/root.crt";

/// Looks at the private key of every target that sends a client certificate. Without `sslcert`, over a socket, and where
/// TLS or certificates are off, libpq opens none; a key of an OpenSSL engine (`engine:name`) is no file.
pub fn key_files(settings: &mut Settings, files: &LibpqFiles) {
    for target in settings.targets.iter_mut().filter(|t| t.is_postgres()) {
        let says = |keyword: &str, word: &str| target.get(keyword).is_some_and(|s| s.value.equals(word));
        let off = says("sslmode", "disable") || says("sslcertmode", "disable");
        let given = |keyword: &str| target.get(keyword).map(|s| s.value.expose()).filter(|v| !v.is_empty());
        let endpoints = target.parsed.as_ref().ok().and_then(Conninfo::places).unwrap_or_default();
        let tcp = endpoints.iter().any(|e| e.kind != EndpointKind::Unix);
        let path =
            given("sslkey").filter(|path| !path.contains(':') && given("sslcert").is_some() && tcp && !off);
        target.key_file = path.and_then(|path| (files.look)(path)).map(FileFacts::without_bytes);
    }
}
