use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "dns-failed",
    since: "0.1.0",
    levels: Levels::of("EEEE"),
    boot: true,
    traits: COMMON,
    page: include_str!("dns_failed.md"),
    checks: &[Check::Failure(FailureClass::DnsFailed, check)],
};

fn check(target: &Target, failure: &Failure, out: &mut Sink<'_>) {
    let host = advice::host(target);
    let several = target.parsed.as_ref().is_ok_and(|c| c.places().is_some_and(|all| all.len() > 1));
    let draft = unreachable::report(target, failure, out, &["host"], "this name");
    draft.help(if let Some(meant) = advice::misspelt_host(&host) {
        format!("if `{meant}` was meant, correct the name")
    } else if several && target.is_single_label() {
        "these are names of services in a compose network or a Kubernetes namespace: run inside it".to_owned()
    } else if several {
        "correct the names, or run where they resolve: `getent hosts NAME` must print an address there".to_owned()
    } else if host == "HOST" {
        "correct the name; an `@` or `/` in the password that is not percent-encoded moves the host".to_owned()
    } else if target.is_single_label() {
        format!(
            "`{host}` is the name of a service in a compose network or a Kubernetes namespace: run inside it; from \
             outside use the port that it publishes, on localhost"
        )
    } else if target.host_class() == Some(HostClass::Private) {
        format!("run inside the network that knows this name: `getent hosts {host}` must print an address there")
    } else {
        format!("correct the name, or run where it resolves: `getent hosts {host}` must print an address there")
    });
}
