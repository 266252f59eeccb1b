use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "auth-failed",
    since: "0.1.0",
    levels: Levels::of("EEEE"),
    boot: true,
    traits: COMMON,
    page: include_str!("auth_failed.md"),
    checks: &[Check::Failure(FailureClass::AuthFailed, check)],
};

fn check(target: &Target, failure: &Failure, out: &mut Sink<'_>) {
    let client = advice::client(target);
    let role = advice::shell(target.get("user").map(|s| &s.value), "ROLE");
    let database = advice::shell(target.get("dbname").map(|s| &s.value), "DATABASE");
    let mut draft = unreachable::report(target, failure, out, &["password", "user"], "this was not accepted");
    if target.is_url() && target.credential().is_some_and(|c| c.secret.needs_encoding()) {
        draft = draft.note(
            "this password has characters that a URL spells with `%`: check that each is, `@` as `%40`, and once",
        );
    }
    let outside = failure.cause == Some(FailureCause::OutsideService);
    if !outside && (target.is_loopback() || target.is_single_label()) {
        draft = draft.note(
            "a container takes `POSTGRES_PASSWORD` when its volume is first initialised, and not again later",
        );
    }
    if outside {
        draft.help("look into the server's log: it says whether the service that checks passwords answered, and what");
        return;
    }
    draft.help(format!(
        "try the password by hand, asked for and not shown: `psql{client} -U {role} -d {database} -W`"
    ));
}
