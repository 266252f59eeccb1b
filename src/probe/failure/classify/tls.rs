//! TLS that did not come about: files of no use, certificates that do not convince, what rustls with ring cannot do.

use super::super::{
    ClientTrouble, FailureCause, FailureClass as C, Phase, RootTrouble, TlsTrouble, Untrusted,
};
use super::{Said, say};
use crate::probe::dial::{Dial, KeyFile};
use crate::secret::Part;
use std::io::ErrorKind;

pub(super) fn root_cert(trouble: RootTrouble, dial: &Dial) -> Said {
    let path = dial.sslrootcert.as_ref().map_or_else(String::new, |root| format!(" `{}`", root.path));
    if trouble == RootTrouble::Unreadable(ErrorKind::NotFound)
        && dial.sslrootcert.as_ref().is_some_and(|root| root.path.equals("system"))
    {
        let text = "sslrootcert=system, and neither the roots of the operating system nor a file of that name is there";
        return say(C::TlsUntrusted, Phase::Configuration, text)
            .help("install the package ca-certificates, or set SSL_CERT_FILE or sslrootcert to a PEM file");
    }
    say(
        C::TlsUntrusted,
        Phase::Configuration,
        format!("the root certificate file{path} of sslrootcert {}", file(trouble, "certificate")),
    )
}

pub(super) fn revocation(at: usize, trouble: RootTrouble, dial: &Dial) -> Said {
    let named = dial.revocation.as_ref().and_then(|revocation| revocation.lists.get(at));
    let (path, keyword) = named.map_or((String::new(), "sslcrl"), |f| (format!(" `{}`", f.path), f.keyword));
    let text = |text: &str| format!("the list of revoked certificates{path} of `{keyword}` {text}");
    match trouble {
        RootTrouble::Kind => say(
            C::TlsUnsupported,
            Phase::Configuration,
            text("is of a kind that this program does not read: version 1, a delta, indirect, or signed in another way"),
        )
        .help("make it anew as version 2: `openssl ca -gencrl` with crl_extensions and a crlnumber"),
        other => say(C::TlsUntrusted, Phase::Configuration, text(&file(other, "list of revoked certificates"))),
    }
}

pub(super) fn client_cert(trouble: ClientTrouble, dial: &Dial) -> Said {
    let unsupported = |text: String| say(C::TlsUnsupported, Phase::Configuration, text);
    let path = |part: Option<&Part>| part.map_or_else(String::new, |path| format!(" `{path}`"));
    let client = dial.sslcert.as_ref();
    let key = |text: &str| {
        unsupported(format!("the private key{} of `sslkey` {text}", path(client.map(|c| &c.key.path))))
    };
    match trouble {
        ClientTrouble::Certificate(trouble) => unsupported(format!(
            "the client certificate{} of `sslcert` {}",
            path(client.map(|c| &c.certificate.path)),
            file(trouble, "certificate")
        ))
        .help("sslcert must be a PEM file that this system user may read"),
        ClientTrouble::File(KeyFile::Missing) => key("does not exist, and sslcert has a certificate")
            .help("name the key of the certificate in sslkey"),
        ClientTrouble::File(KeyFile::NotRegular) => key("is no regular file, which libpq refuses"),
        ClientTrouble::File(KeyFile::TooOpen(mode)) => {
            key(&format!("may be read by others (mode {mode:04o}), which libpq refuses"))
                .help("`chmod 600` the file; 0640 will do when root owns it")
        }
        ClientTrouble::File(KeyFile::Unreadable(ErrorKind::PermissionDenied)) => {
            key("may not be read").help("sslkey must be a file that this system user may read")
        }
        ClientTrouble::File(KeyFile::Unreadable(ErrorKind::FileTooLarge)) => {
            key("is larger than 4 MiB, which no key is")
        }
        ClientTrouble::File(KeyFile::Unreadable(_)) => key("could not be read"),
        ClientTrouble::File(KeyFile::Engine) => {
            key("is with an engine of OpenSSL, which is not here").help("put the key into a file")
        }
        ClientTrouble::NotKey => key("holds no private key in PEM or DER form that can be decoded"),
        ClientTrouble::Encrypted => {
            key("is encrypted, and sslpassword is not set").help("set sslpassword to the key's passphrase")
        }
        ClientTrouble::Password => key("is encrypted, and `sslpassword` does not open it")
            .help("set sslpassword to the passphrase that the key was encrypted with"),
        ClientTrouble::Cipher(why) => key(&format!("cannot be opened here: {why}"))
            .help("convert it: `openssl pkcs8 -topk8 -v2 aes-256-cbc -in OLD -out NEW`"),
        ClientTrouble::Kind => key("is of a kind that this program cannot sign with")
            .help("RSA with 2048 bits or more, P-256, P-384 and Ed25519 are spoken"),
        ClientTrouble::Mismatch => key("belongs to another certificate than that of sslcert")
            .help("sslcert and sslkey must be a pair"),
    }
}

fn file(trouble: RootTrouble, what: &str) -> String {
    match trouble {
        RootTrouble::Unreadable(ErrorKind::NotFound) => "does not exist".to_owned(),
        RootTrouble::Unreadable(ErrorKind::PermissionDenied) => "may not be read".to_owned(),
        RootTrouble::Unreadable(ErrorKind::FileTooLarge) => {
            "is larger than 4 MiB, and no part of it is used".to_owned()
        }
        RootTrouble::Unreadable(_) => "could not be read".to_owned(),
        RootTrouble::NotPem | RootTrouble::Kind => format!("holds no {what} in PEM form that can be decoded"),
    }
}

pub(super) fn failed(trouble: TlsTrouble, dial: &Dial, place: &str) -> Said {
    let untrusted = |text: &str| {
        say(C::TlsUntrusted, Phase::Tls, format!("the certificate of {place} is not trusted: {text}"))
    };
    let unsupported = |text: String| say(C::TlsUnsupported, Phase::Tls, text);
    match trouble {
        TlsTrouble::Refused => say(
            C::TlsRefused,
            Phase::Tls,
            format!(
                "{place} does not offer TLS, and sslmode={} needs it{}",
                dial.sslmode.as_str(),
                policy(dial)
            ),
        )
        .help("turn ssl on at the server or pooler; sslmode=disable only where the network is trusted"),
        TlsTrouble::Direct => say(
            C::TlsRefused,
            Phase::Tls,
            format!("{place} does not take a TLS handshake that it was not asked about (sslnegotiation=direct)"),
        )
        .help("take sslnegotiation out: servers before PostgreSQL 17 and most poolers want to be asked first"),
        TlsTrouble::NoAlpn => say(
            C::NotPostgres,
            Phase::Tls,
            format!("{place} speaks TLS and does not say that it is PostgreSQL (ALPN), as sslnegotiation=direct needs"),
        )
        .help("a TLS proxy in between must pass ALPN on; without one, take sslnegotiation out"),
        TlsTrouble::Error => {
            let text = format!("{place} answered the request for TLS with an error");
            say(C::ServerError, Phase::Tls, text).retryable(true)
        }
        TlsTrouble::Untrusted(Untrusted::Issuer | Untrusted::SelfSigned) if is_system(dial) => {
            untrusted("no authority that the operating system knows signed it")
                .cause(FailureCause::Untrusted(Untrusted::Issuer))
                .help("set sslrootcert to the PEM file of the authority that signed it")
        }
        TlsTrouble::Untrusted(reason) => {
            let said = untrusted(why(reason)).cause(FailureCause::Untrusted(reason));
            match next(reason) {
                Some(help) => said.help(help),
                None => said,
            }
        }
        TlsTrouble::Certificate(what) => unsupported(format!(
            "the certificate of {place} is of a kind that this program cannot verify: {what}"
        ))
        .help("libpq may accept it; a v3 certificate with a 2048-bit RSA or P-256 key works everywhere"),
        TlsTrouble::Incompatible
        | TlsTrouble::Alert("handshake_failure" | "protocol_version" | "insufficient_security") => {
            unsupported(format!("{place} and this program have no TLS version, cipher or key type in common"))
                .help(
                    "TLS 1.2 or 1.3 is needed, and a certificate with an RSA key of 2048 bits or more, P-256, P-384 or \
                     Ed25519: P-521 is not spoken here",
                )
        }
        TlsTrouble::Alert("certificate_required") => say(
            C::PeerAuthFailed,
            Phase::Tls,
            format!("{place} demands a client certificate, and none was sent"),
        )
        .help("set sslcert and sslkey to a certificate that the server's authorities signed"),
        TlsTrouble::ClientRefused(alert) => say(
            C::PeerAuthFailed,
            Phase::Tls,
            format!("{place} does not accept the client certificate of sslcert ({alert})"),
        )
        .help("an authority of the server's ssl_ca_file must have signed it, and it must not have expired"),
        TlsTrouble::Alert(name) => {
            unsupported(format!("{place} ended the TLS handshake with the alert {name}"))
        }
        TlsTrouble::HostName => unsupported(format!("{place} has a host name that TLS cannot carry")),
        TlsTrouble::Broken => unsupported(format!("the TLS handshake with {place} broke the protocol")),
    }
}

fn why(reason: Untrusted) -> &'static str {
    match reason {
        Untrusted::Issuer => "no authority in the root certificate file signed it",
        Untrusted::SelfSigned => "it is self-signed and not in the root certificate file",
        Untrusted::Name => "it is for another host name",
        Untrusted::Expired => "it has expired",
        Untrusted::NotYetValid => "it is not valid yet",
        Untrusted::Authority => "the authority that signed it is out of date",
        Untrusted::Purpose => "it is not meant for servers",
        Untrusted::Signature => "the server did not prove that it has the key",
        Untrusted::Encoding => "it cannot be decoded",
        Untrusted::Revoked => "it was revoked",
        Untrusted::RevocationUnknown => "no list of revoked certificates says anything of it",
        Untrusted::RevocationStale => "the list of revoked certificates is out of date",
    }
}

/// What to do about it, where that is known.
fn next(reason: Untrusted) -> Option<&'static str> {
    Some(match reason {
        Untrusted::Issuer | Untrusted::SelfSigned | Untrusted::Encoding => return None,
        Untrusted::Name => {
            "set host to a name that stands in the certificate, or have one issued for this host"
        }
        Untrusted::Expired => "have the server's certificate renewed, and look at this machine's clock",
        Untrusted::NotYetValid => {
            "look at this machine's clock, and at the one that the certificate was made on"
        }
        Untrusted::Authority => "have the authority renewed, and put the new certificate into sslrootcert",
        Untrusted::Purpose => "have one issued for servers (extendedKeyUsage serverAuth)",
        Untrusted::Signature => "another program may answer in the server's place: look who listens there",
        Untrusted::Revoked => {
            "have another certificate issued for the server: this one is on the list of its authority"
        }
        Untrusted::RevocationUnknown => "the file needs a current list of each authority in the chain",
        Untrusted::RevocationStale => "fetch the authority's present list",
    })
}

fn is_system(dial: &Dial) -> bool {
    dial.sslrootcert.as_ref().is_some_and(|root| root.path.equals("system"))
}

fn policy(dial: &Dial) -> &'static str {
    if dial.tls_required { " under the policy in force" } else { "" }
}
