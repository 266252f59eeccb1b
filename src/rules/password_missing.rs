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
    unreachable::report(target, failure, out, &["user"], "a password is asked of this role").help(
        "set the password beside the rest of the target: in its URL or password variable, or in PGPASSWORD",
    );
}
