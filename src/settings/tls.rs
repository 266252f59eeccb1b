//! What a target asks of TLS, as libpq takes it, and what lies where it names files.

use super::{
    Settings, Target,
    files::{FileFacts, LibpqFiles, ROOT_CERT},
    target::fact,
};
use crate::{
    conninfo::{EndpointKind, Libpq, SslMode},
    secret::Part,
    x509::Certificate,
};
use rustls_pki_types::{CertificateDer, pem::PemObject};
use std::net::IpAddr;

/// What lies where a target's keywords of TLS point.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct TlsFiles {
    /// Those that were looked at, in the order of libpq's opening them.
    pub files: Vec<TlsFile>,
    /// Whether `~/.postgresql/root.crt` is there, which libpq takes where `sslrootcert` says nothing; none where nobody
    /// looked, or there is no home.
    pub root_at_home: Option<bool>,
}

/// A file of certificates or keys.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct TlsFile {
    /// The keyword that names it, or whose default it is.
    pub keyword: &'static str,
    /// It is the default, below `~/.postgresql`.
    pub at_home: bool,
    /// Why it is no use.
    pub fault: Option<FileFault>,
    /// How long it is good for: the client's own certificate, or the last of the roots to expire.
    pub validity: Option<Validity>,
    /// It holds more than one certificate.
    pub several: bool,
}

/// How long a certificate is good for, in seconds since 1970.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Validity {
    /// Its first second.
    pub not_before: u64,
    /// Its last second.
    pub not_after: u64,
}

/// Why a file is no use.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FileFault {
    /// This user finds none.
    Absent,
    /// It is a directory.
    Directory,
    /// This user may not open it.
    Forbidden,
    /// There is nothing in it.
    Empty,
    /// It is not in PEM.
    NotPem,
    /// It is a certificate in DER.
    Der,
    /// It holds something else, in our words.
    Holds(&'static str),
    /// It has the lines of a certificate, and none in between.
    Broken,
}

/// How the name of a file is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PathKind {
    /// From the root.
    Absolute,
    /// From the working directory.
    Relative,
    /// `~/…`, which only a shell reads as the home directory.
    Tilde,
    /// The certificate or key itself, where a path belongs.
    Inline,
    /// None: `system`, and a key of an OpenSSL engine (`engine:key`).
    NotAFile,
}

/// Why there is no name to hold a certificate against.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Nameless {
    /// There is a `hostaddr` without `host`.
    HostAddr,
    /// The host is an address.
    Address,
}

/// Keywords that name a file, in the order of libpq's opening them (`initialize_SSL` in fe-secure-openssl.c).
pub const FILES: [&str; 4] = ["sslrootcert", "sslcrl", "sslcert", "sslkey"];

impl Target {
    /// The mode in force on the way to a server over TCP, libpq's default filled in. None where nothing is dialled over
    /// TCP, where it cannot be told, and for another client's way of writing.
    pub fn tls_mode(&self) -> Option<SslMode> {
        *fact(&self.facts.tls_mode, || self.mode_over_tcp())
    }

    fn mode_over_tcp(&self) -> Option<SslMode> {
        let clear = self.is_postgres() && self.spelling().is_native() && !self.oddities.explain();
        let conninfo = self.parsed.as_ref().ok().filter(|_| clear && !self.is_elsewhere())?;
        if conninfo.places()?.iter().all(|e| e.kind == EndpointKind::Unix) {
            return None;
        }
        match self.sslmode() {
            Some(mode) => mode.ok(),
            None if self.names_system_roots() => Some(SslMode::VerifyFull),
            None => Some(SslMode::Prefer),
        }
    }

    /// Whether the libpq that is followed knows `sslrootcert=system`.
    pub fn knows_system_roots(&self) -> bool {
        self.parsed.as_ref().is_ok_and(|c| c.libpq() >= Libpq::V16)
    }

    /// Whether it names the roots of the operating system by libpq's word for them.
    pub fn names_system_roots(&self) -> bool {
        self.knows_system_roots() && self.get("sslrootcert").is_some_and(|s| s.value.equals("system"))
    }

    /// Whether TLS is to begin at once (`sslnegotiation=direct`), which libpq refuses under a mode that can go without.
    pub fn wants_direct_tls(&self) -> bool {
        self.is_postgres() && self.get("sslnegotiation").is_some_and(|s| s.value.equals("direct"))
    }

    /// Whether `sslrootcert` is one of the files in which operating systems and certifi keep the public authorities.
    pub fn names_public_roots(&self) -> bool {
        let path = self.get("sslrootcert").map_or("", |s| s.value.expose());
        PUBLIC_ROOTS.contains(&path) || path.ends_with("certifi/cacert.pem")
    }

    /// How the name of a file is written; none for a keyword that is not set.
    pub fn path_kind(&self, keyword: &str) -> Option<PathKind> {
        let path = self.get(keyword).map(|s| s.value.expose()).filter(|path| !path.is_empty())?;
        let drive =
            path.as_bytes().get(1) == Some(&b':') && path.starts_with(|c: char| c.is_ascii_alphabetic());
        Some(match keyword {
            _ if path.contains("-----BEGIN ") => PathKind::Inline,
            "sslrootcert" if self.names_system_roots() => PathKind::NotAFile,
            _ if path.starts_with('~') => PathKind::Tilde,
            _ if path.starts_with(['/', '\\']) || drive => PathKind::Absolute,
            // libpq takes what stands before a colon for the name of an engine.
            "sslkey" if path.contains(':') => PathKind::NotAFile,
            _ => PathKind::Relative,
        })
    }

    /// Why `verify-full` has no name for one of the hosts; what certainly fails before what may not.
    pub fn nameless(&self) -> Option<Nameless> {
        let endpoints = self.parsed.as_ref().ok()?.places()?;
        let tcp = endpoints.iter().filter(|e| e.kind != EndpointKind::Unix);
        let of = |host: &Option<Part>| match host.as_ref().map_or("", Part::expose) {
            "" => Some(Nameless::HostAddr),
            host => host.split('%').next()?.parse::<IpAddr>().is_ok().then_some(Nameless::Address),
        };
        tcp.filter_map(|e| of(&e.host)).min_by_key(|found| *found == Nameless::Address)
    }

    /// Whether a keyword stands in the target's own text, not in a variable of libpq or in pgward.toml.
    pub fn says_itself(&self, keyword: &str) -> bool {
        self.text.is_some() && self.get(keyword).is_some_and(|s| s.key == self.name)
    }
}

/// Looks at the files of the target that the service would use, as far as libpq would open them: none over a socket or
/// without TLS, and no client certificate that is not to be sent. `home`: libpq's default root too.
pub fn look(settings: &mut Settings, files: &LibpqFiles, home: bool) {
    let Some(target) = settings.chosen.and_then(|i| settings.targets.get_mut(i)) else { return };
    if target.tls_mode().is_none_or(|mode| mode == SslMode::Disable) {
        return;
    }
    let mut out = TlsFiles::default();
    let sends = !target.get("sslcertmode").is_some_and(|s| s.value.equals("disable"));
    for keyword in FILES {
        let used = match keyword {
            "sslcert" => sends,
            "sslkey" => sends && target.has("sslcert"),
            _ => true,
        };
        let path = target.get(keyword).map(|s| s.value.expose()).filter(|_| used);
        let named = !matches!(target.path_kind(keyword), None | Some(PathKind::Inline | PathKind::NotAFile));
        if let Some(path) = path.filter(|_| named) {
            let facts = (files.look)(path);
            out.files.push(TlsFile::of(keyword, facts.as_ref()));
            drop(facts.map(FileFacts::without_bytes));
        }
    }
    if let Some(path) = files.at_home(ROOT_CERT).filter(|_| home && !target.has("sslrootcert")) {
        let found = (files.look)(&path);
        out.root_at_home = Some(found.is_some());
        if found.is_some() {
            out.files.push(TlsFile { at_home: true, ..TlsFile::of("sslrootcert", found.as_ref()) });
        }
    }
    target.tls_files = Some(out);
}

impl TlsFiles {
    /// Whether the file that a keyword names was looked for, and is not there.
    pub fn lacks(&self, keyword: &str) -> bool {
        self.files.iter().any(|f| f.keyword == keyword && f.fault == Some(FileFault::Absent))
    }
}

impl TlsFile {
    fn of(keyword: &'static str, facts: Option<&FileFacts>) -> Self {
        let fault = |fault| Self { keyword, at_home: false, fault, validity: None, several: false };
        let Some(facts) = facts else { return fault(Some(FileFault::Absent)) };
        let bytes = match &facts.bytes {
            _ if facts.directory => return fault(Some(FileFault::Directory)),
            // A pipe would be emptied by looking.
            _ if !facts.regular => return fault(None),
            None => return fault(Some(FileFault::Forbidden)),
            Some(bytes) => bytes,
        };
        let labels = labels(bytes);
        let holds = |kind: &str| labels.iter().any(|label| label.ends_with(kind));
        let (certificates, keys) = (holds("CERTIFICATE"), holds("PRIVATE KEY"));
        let other = match () {
            () if keys => Some("a private key"),
            () if certificates => Some("certificates"),
            () if holds("CERTIFICATE REQUEST") => Some("a request for a certificate"),
            () if holds("X509 CRL") => Some("a list of revoked certificates"),
            () => None,
        };
        let wanted = match keyword {
            "sslkey" => keys,
            "sslcrl" => holds("X509 CRL"),
            _ => certificates,
        };
        let der = bytes.first() == Some(&0x30);
        match other {
            _ if wanted => {}
            _ if bytes.trim_ascii().is_empty() => return fault(Some(FileFault::Empty)),
            Some(other) => return fault(Some(FileFault::Holds(other))),
            // libpq takes a key in DER as well.
            None if keyword == "sslkey" && der => return fault(None),
            None if der && Certificate::parse(bytes).is_some() => return fault(Some(FileFault::Der)),
            None => return fault(Some(FileFault::NotPem)),
        }
        if !matches!(keyword, "sslrootcert" | "sslcert") {
            return fault(None);
        }
        let all: Vec<Validity> = CertificateDer::pem_slice_iter(bytes)
            .filter_map(Result::ok)
            .filter_map(|der| {
                let Certificate { not_before, not_after, .. } = Certificate::parse(&der)?;
                Some(Validity { not_before, not_after })
            })
            .collect();
        // What OpenSSL calls a trusted certificate is not taken apart here.
        if all.is_empty() && !labels.contains(&"TRUSTED CERTIFICATE") {
            return fault(Some(FileFault::Broken));
        }
        let last =
            if keyword == "sslcert" { all.first() } else { all.iter().max_by_key(|one| one.not_after) };
        Self { validity: last.copied(), several: all.len() > 1, ..fault(None) }
    }
}

/// What the lines `-----BEGIN …-----` say.
fn labels(bytes: &[u8]) -> Vec<&str> {
    fn label(line: &[u8]) -> Option<&str> {
        let label = line.trim_ascii_end().strip_prefix(b"-----BEGIN ")?.strip_suffix(b"-----")?;
        std::str::from_utf8(label).ok()
    }
    bytes.split(|b| *b == b'\n').filter_map(label).collect()
}

/// Debian and Alpine, Red Hat, openSUSE, macOS and the BSDs, Homebrew.
const PUBLIC_ROOTS: &[&str] = &[
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/ssl/certs/ca-bundle.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/pki/tls/cert.pem",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
    "/usr/local/share/certs/ca-root-nss.crt",
    "/opt/homebrew/etc/openssl@3/cert.pem",
    "/usr/local/etc/openssl@3/cert.pem",
    "/opt/homebrew/etc/ca-certificates/cert.pem",
    "/usr/local/etc/ca-certificates/cert.pem",
];
