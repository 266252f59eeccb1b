use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "tls-file-missing",
    since: "0.1.0",
    levels: Levels::of("EEEE"),
    boot: true,
    traits: COMMON,
    page: include_str!("tls_file_missing.md"),
    checks: &[Check::Target(written), Check::Target(found)],
};

/// What the text alone tells.
fn written(target: &Target, _: &Settings, out: &mut Sink<'_>) {
    if target.tls_mode().is_none_or(|mode| mode == SslMode::Disable) {
        return;
    }
    for keyword in FILES {
        let Some(kind) = target.path_kind(keyword) else { continue };
        let origin = target.origin_of(keyword);
        // Where it is there it is there, and where it is needed it is said below.
        let absent = target.tls_files.as_ref().is_some_and(|all| all.lacks(keyword));
        let depends = out.door() == Door::Lint || out.door() == Door::Check && absent;
        match kind {
            PathKind::Inline => {
                out.report(format!("`{keyword}` holds a certificate or key itself, where a path belongs"))
                    .at(origin, "no path")
                    .help("write the text into a file, and the file's path here");
            }
            PathKind::Tilde if depends => {
                out.report(format!("nobody takes the `~` in `{keyword}` for a home directory"))
                    .at(origin, "a directory of the name `~`")
                    .note("a shell expands it at the beginning of a word of its own, and libpq never")
                    .help("write the path from the root")
                    .at_most(Levels::of("IIWW"));
            }
            PathKind::Relative if depends => {
                out.report(format!("where the file of `{keyword}` is depends on the working directory"))
                    .at(origin, "a relative path")
                    .note("a cron job, a worker and a migration start elsewhere than the service, and find none")
                    .help("write the path from the root, as it is where the service runs")
                    .at_most(Levels::of("IIWW"));
            }
            _ => {}
        }
    }
}

/// What lies there.
fn found(target: &Target, _: &Settings, out: &mut Sink<'_>) {
    let door = out.door();
    let Some(mode) = target.tls_mode() else { return };
    for file in target.tls_files.iter().flat_map(|all| &all.files) {
        let (keyword, Some(fault)) = (file.keyword, file.fault) else { continue };
        // `check` may run on another machine than the service.
        if door == Door::Check && fault == FileFault::Absent {
            continue;
        }
        if keyword == "sslrootcert" && out.failed_unsent(FailureClass::TlsUntrusted) {
            continue;
        }
        let what = if file.at_home {
            "~/.postgresql/root.crt".to_owned()
        } else {
            format!("the file of `{keyword}`")
        };
        let message = match fault {
            FileFault::Absent => format!("there is no file where `{keyword}` points"),
            FileFault::Directory => format!("{what} is a directory"),
            FileFault::Forbidden => format!("{what} may not be read by this user"),
            FileFault::Empty => format!("{what} is empty"),
            FileFault::NotPem => format!("{what} is not in PEM"),
            FileFault::Der => format!("{what} is a certificate in DER, not in PEM"),
            FileFault::Holds(other) => format!("{what} holds {other} and no {}", wanted(keyword)),
            FileFault::Broken => format!("{what} holds no certificate that can be read"),
        };
        let draft = out.report(message).at(place(target, &[keyword, "sslmode"]), label(fault));
        let mut draft = draft.note(comes_of(keyword, fault, mode));
        draft = match target.path_kind(keyword) {
            Some(PathKind::Relative) => {
                draft.note("a relative path: it was looked for from this working directory")
            }
            Some(PathKind::Tilde) => {
                draft.note("`~` is taken for the name of a directory, not for the home directory")
            }
            _ => draft,
        };
        draft = draft.help(match fault {
            FileFault::Absent => {
                "put the file there, or correct the path; in a container it is the path inside it"
            }
            FileFault::Directory => {
                "name the file in it; a mount whose file is missing on the host becomes a directory"
            }
            FileFault::Forbidden => {
                "let the user that runs the service read it, and for `sslkey` nobody else"
            }
            FileFault::Der => "convert it: `openssl x509 -inform der -in FILE -out FILE.pem`",
            _ => "put the PEM file there that the keyword asks for",
        });
        // Only what keeps from connecting refuses at boot: without the others libpq goes on.
        if door == Door::Boot && keyword != "sslrootcert" {
            draft.at_most(Levels::of("WWWW"));
        }
    }
}

fn wanted(keyword: &str) -> &'static str {
    match keyword {
        "sslkey" => "private key",
        "sslcrl" => "list of revoked certificates",
        _ => "certificate",
    }
}

fn label(fault: FileFault) -> &'static str {
    match fault {
        FileFault::Absent => "no such file",
        FileFault::Directory => "a directory",
        FileFault::Forbidden => "not readable",
        FileFault::Empty => "empty",
        _ => "another kind of file",
    }
}

/// What libpq does then, and pgward where it does otherwise (`initialize_SSL` in fe-secure-openssl.c; each of them asked of psql 15).
fn comes_of(keyword: &str, fault: FileFault, mode: SslMode) -> &'static str {
    let absent = fault == FileFault::Absent;
    match keyword {
        "sslrootcert" if absent && mode < SslMode::VerifyCa => {
            "libpq then verifies nothing and does not say so; most other clients refuse, and so does pgward"
        }
        "sslcert" if absent => {
            "libpq then logs in without a certificate of its own, and a server that wants one refuses"
        }
        "sslcrl" => "libpq then takes revoked certificates without a word; where it verifies, pgward refuses",
        // What keeps from TLS makes these go on without.
        _ if mode < SslMode::Require => "libpq then goes on in plain text without a word",
        "sslrootcert" => "nothing can be verified by it: libpq refuses to connect",
        "sslkey" => "libpq then refuses to connect, because the certificate is of no use without its key",
        _ => "libpq then refuses to connect",
    }
}
