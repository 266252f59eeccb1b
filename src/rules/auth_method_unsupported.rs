use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "auth-method-unsupported",
    since: "0.1.0",
    levels: Levels::of("EEEE"),
    boot: true,
    traits: COMMON,
    page: include_str!("auth_method_unsupported.md"),
    checks: &[Check::Failure(FailureClass::AuthMethodUnsupported, check)],
};

fn check(target: &Target, failure: &Failure, out: &mut Sink<'_>) {
    // The keyword whose demand the server did not meet.
    let keywords = ["require_auth", "channel_binding", "sslcertmode"];
    let named = keywords.into_iter().find(|k| target.has(k) && failure.message.contains(k));
    if let (Some(keyword), Some(help)) = (named, failure.help()) {
        unreachable::report(target, failure, out, &[keyword], "demanded here").help(help);
        return;
    }
    unreachable::report(target, failure, out, &["host"], "this server's demand cannot be met").help(format!(
        "have the administrator put `scram-sha-256` into pg_hba.conf and set the password anew, or use TLS: {}",
        advice::verify_full(target)
    ));
}
