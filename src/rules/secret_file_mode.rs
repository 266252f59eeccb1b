use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "secret-file-mode",
    since: "0.1.0",
    levels: Levels::of("WWWE"),
    boot: false,
    traits: COMMON,
    page: include_str!("secret_file_mode.md"),
    checks: &[Check::Target(check)],
};

fn check(target: &Target, _: &Settings, out: &mut Sink<'_>) {
    if let Some(file) = &target.passfile
        && let Some(Ignored::Mode(mode)) = file.ignored
        && let Some(password) = file.first()
    {
        let path = &file.path;
        out.report(format!(
            "libpq ignores the password file `{path}`: it is not its owner's alone (mode {mode:04o})"
        ))
        .at(&password.origin, "this password is not used")
        .note("then there is no password at all for this target")
        .help(HELP);
    }
    let open = target.key_file.as_ref().filter(|key| key.is_too_open_for_keys());
    // Who dials with it says so once more.
    if let Some(key) = open.filter(|_| !out.failed_unsent(FailureClass::TlsUnsupported)) {
        out.report(format!(
            "libpq refuses the private key of `sslkey`: others may read it (mode {:04o})",
            key.mode
        ))
        .at(target.origin_of("sslkey"), "this file")
        .note("0600 is the most, or 0640 when root owns it; every connection with the certificate fails")
        .help(HELP);
    }
}

const HELP: &str = "`chmod 600` the file; a volume of Kubernetes secrets has `defaultMode: 0644` unless told otherwise, \
                    and an `fsGroup` adds the group again";
