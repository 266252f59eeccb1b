//! The files of TLS ▶ what the driver needs of them, by libpq's rules: which are read by default, which may be
//! missing, whose mode matters (`initialize_SSL` in fe-secure-openssl.c).

use super::Words;
use crate::{
    conninfo::SslMode,
    probe::{
        ClientCert, ClientKey, Dial, KeyFile, NamedFile, Revocation, RootCert, SslCertMode, SslNegotiation,
        TlsVersions,
    },
    secret::{Part, SecretBytes},
    settings::files::{LibpqFiles, ROOT_CERT},
};
use std::io::ErrorKind;

/// Fills in what concerns TLS. Of the files none is read where TLS cannot come about.
pub(super) fn fill(dial: &mut Dial, words: &Words<'_>, files: &LibpqFiles, tcp: bool) {
    dial.sslcertmode = match words.text("sslcertmode") {
        Some("disable") => SslCertMode::Disable,
        Some("require") => SslCertMode::Require,
        _ => SslCertMode::Allow,
    };
    dial.sslnegotiation = match words.text("sslnegotiation") {
        Some("direct") => SslNegotiation::Direct,
        _ => SslNegotiation::Postgres,
    };
    // libpq looks at the first character alone.
    dial.sni_off = words.text("sslsni").is_some_and(|text| text.starts_with('0'));
    let says = |keyword, version: &str| words.text(keyword).is_some_and(|t| t.eq_ignore_ascii_case(version));
    dial.tls_versions = if says("ssl_min_protocol_version", "TLSv1.3") {
        TlsVersions::Only13
    } else if says("ssl_max_protocol_version", "TLSv1.2") {
        TlsVersions::Only12
    } else {
        TlsVersions::Both
    };
    if tcp && dial.sslmode != SslMode::Disable {
        root(dial, words, files);
        revocation(dial, words, files);
        if dial.sslcertmode != SslCertMode::Disable {
            client(dial, words, files);
        }
    }
}

/// The value of `sslrootcert` that means the roots of the operating system.
pub(super) const SYSTEM: &str = "system";

/// A root file that is named and missing is as none below `verify-ca`, and the default one always.
fn root(dial: &mut Dial, words: &Words<'_>, files: &LibpqFiles) {
    let Some(path) = words.part("sslrootcert") else {
        dial.sslrootcert = default_file(files, "sslrootcert", ROOT_CERT)
            .map(|NamedFile { path, pem, .. }| RootCert { path, pem });
        return;
    };
    if path.equals(SYSTEM) && words.knows_system() {
        dial.sslrootcert = Some(RootCert { pem: system_roots(files), path });
        return;
    }
    let pem = (files.read)(path.expose());
    if is_missing(&pem) && words.sslmode() < SslMode::VerifyCa {
        dial.absent.push("sslrootcert");
    } else {
        dial.sslrootcert = Some(RootCert { path, pem });
    }
}

/// Nothing is looked up where nothing is verified. The default list belongs to root files, not to `system`.
fn revocation(dial: &mut Dial, words: &Words<'_>, files: &LibpqFiles) {
    let Some(root) = &dial.sslrootcert else { return };
    let system = root.path.equals(SYSTEM) && words.knows_system();
    let (file, directory) = (words.part("sslcrl"), words.part("sslcrldir"));
    if file.is_none() && directory.is_none() {
        let list = default_file(files, "sslcrl", ROOT_CRL).filter(|_| !system);
        dial.revocation = list.map(|list| Revocation { lists: vec![list] });
        return;
    }
    let mut lists = Vec::new();
    if let Some(path) = file {
        lists.push(NamedFile { keyword: "sslcrl", pem: (files.read)(path.expose()), path });
    }
    if let Some(directory) = directory {
        let keyword = "sslcrldir";
        match (files.list)(directory.expose()) {
            Err(kind) => lists.push(NamedFile { keyword, path: directory, pem: Err(kind) }),
            Ok(mut names) => {
                names.retain(|name| is_hashed(name, "r"));
                names.sort();
                lists.extend(names.into_iter().map(|name| {
                    let path = format!("{}/{name}", directory.expose());
                    let pem = (files.read)(&path);
                    NamedFile { keyword, path: Part::with_proof(path, directory.is_harmless()), pem }
                }));
            }
        }
    }
    dial.revocation = Some(Revocation { lists });
}

/// A certificate that is missing is as none, named or not; one that is there needs its key.
fn client(dial: &mut Dial, words: &Words<'_>, files: &LibpqFiles) {
    let certificate = match words.part("sslcert") {
        Some(path) => {
            let pem = (files.read)(path.expose());
            if is_missing(&pem) {
                dial.absent.push("sslcert");
                return;
            }
            NamedFile { keyword: "sslcert", path, pem }
        }
        None => match default_file(files, "sslcert", USER_CERT) {
            Some(file) => file,
            None => return,
        },
    };
    let (path, bytes) = match words.part("sslkey") {
        Some(path) if is_engine(path.expose()) => (path, Err(KeyFile::Engine)),
        Some(path) => {
            let bytes = key(files, path.expose());
            (path, bytes)
        }
        None => {
            let bytes = files.at_home(USER_KEY).ok_or(KeyFile::Missing).and_then(|path| key(files, &path));
            (Part::harmless(format!("~/{USER_KEY}")), bytes)
        }
    };
    let password = words.part("sslpassword").map(|part| part.secret().clone());
    dial.sslcert = Some(ClientCert { certificate, key: ClientKey { path, bytes, password } });
}

fn key(files: &LibpqFiles, path: &str) -> Result<SecretBytes, KeyFile> {
    let facts = (files.look)(path).ok_or(KeyFile::Missing)?;
    if !facts.regular {
        return Err(KeyFile::NotRegular);
    }
    if facts.is_too_open_for_keys() {
        return Err(KeyFile::TooOpen(facts.mode));
    }
    let bytes = facts.whole().map_or_else(|| (files.read)(path), Ok);
    bytes.map(SecretBytes::new).map_err(KeyFile::Unreadable)
}

/// libpq takes a colon for OpenSSL's `engine:key`; on Windows the second character may be a drive's.
fn is_engine(path: &str) -> bool {
    path.char_indices().any(|(at, c)| c == ':' && !(cfg!(windows) && at == 1))
}

/// A file of `~/.postgresql`, when it is there.
fn default_file(files: &LibpqFiles, keyword: &'static str, name: &str) -> Option<NamedFile> {
    let path = files.at_home(name)?;
    let facts = (files.look)(&path)?;
    let pem = facts.whole().map_or_else(|| (files.read)(&path), Ok);
    Some(NamedFile { keyword, path: Part::harmless(format!("~/{name}")), pem })
}

/// What `stat` says for it.
fn is_missing(read: &Result<Vec<u8>, ErrorKind>) -> bool {
    matches!(read, Err(ErrorKind::NotFound | ErrorKind::NotADirectory))
}

/// How OpenSSL names a file of a directory of certificates (`c_rehash`): eight hexadecimal digits, a dot, `r` for a
/// list of revoked ones, a number.
fn is_hashed(name: &str, kind: &str) -> bool {
    let Some((hash, number)) = name.split_once('.') else { return false };
    let Some(number) = number.strip_prefix(kind) else { return false };
    let digits = |text: &str, of: fn(&u8) -> bool| !text.is_empty() && text.bytes().all(|b| of(&b));
    hash.len() == 8 && digits(hash, u8::is_ascii_hexdigit) && digits(number, u8::is_ascii_digit)
}

/// OpenSSL's default file and directory, or what `SSL_CERT_FILE` and `SSL_CERT_DIR` name in their place.
fn system_roots(files: &LibpqFiles) -> Result<Vec<u8>, ErrorKind> {
    let mut all = Vec::new();
    let mut add = |pem: Vec<u8>| {
        all.extend(pem);
        all.push(b'\n');
    };
    let bundle = || BUNDLES.iter().find_map(|path| (files.read)(path).ok());
    if let Some(pem) = files.cert_file.as_ref().and_then(|path| (files.read)(path).ok()) {
        add(pem);
    }
    match &files.cert_dir {
        Some(directories) => {
            for directory in directories.split(':') {
                let mut names = (files.list)(directory).unwrap_or_default();
                names.retain(|name| is_hashed(name, ""));
                names.sort();
                names
                    .iter()
                    .filter_map(|name| (files.read)(&format!("{directory}/{name}")).ok())
                    .for_each(&mut add);
            }
            if files.cert_file.is_none() {
                bundle().into_iter().for_each(&mut add);
            }
        }
        None => bundle().into_iter().for_each(&mut add),
    }
    if all.is_empty() { Err(ErrorKind::NotFound) } else { Ok(all) }
}

/// Where they are: what OpenSSL's default directories hold on Debian and Alpine, Red Hat, openSUSE and macOS.
const BUNDLES: [&str; 4] = [
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
];

const ROOT_CRL: &str = ".postgresql/root.crl";
const USER_CERT: &str = ".postgresql/postgresql.crt";
const USER_KEY: &str = ".postgresql/postgresql.key";

#[cfg(test)]
mod tests {
    use super::is_hashed;

    #[test]
    fn names_of_openssl() {
        assert!(is_hashed("0a1B2c3d.r0", "r") && is_hashed("0a1b2c3d.12", ""));
        for no in ["0a1b2c3d.0", "0a1b2c3.r0", "0a1b2c3d.r", "0a1b2c3d.rx", "README", "0a1b2c3g.r0"] {
            assert!(!is_hashed(no, "r"), "{no}");
        }
    }
}
