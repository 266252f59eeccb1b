use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "password-missing",
    since: "0.1.0",
    levels: Levels::of("EEEE"),
    boot: true,
    traits: COMMON,
    page: include_str!("password_missing.md"),
    checks: &[Check::Failure(FailureClass::PasswordMissing, check)],
};

fn check(target: &Target, failure: &Failure, out: &mut Sink<'_>) {
    let mut draft = unreachable::report(target, failure, out, &["user"], "a password is asked of this role");
    // A file that is there: one entry a host, none of them filled.
    let file = target.passfile.as_ref().filter(|f| !f.passwords.is_empty() && f.first().is_none());
    if let Some(file) = file {
        draft = draft.note(format!("`{}` has no line for this host, port, database and user", file.path));
    }
    draft.help(
        "set the password beside the rest of the target: in its URL or password variable, or in PGPASSWORD",
    );
}
