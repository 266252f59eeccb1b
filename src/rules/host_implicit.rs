use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "host-implicit",
    since: "0.1.0",
    levels: Levels::of("IIEE"),
    boot: false,
    traits: COMMON,
    page: include_str!("host_implicit.md"),
    checks: &[Check::Target(check)],
};

fn check(target: &Target, _: &Settings, out: &mut Sink<'_>) {
    if !target.leaves_open("host") || target.has("hostaddr") {
        return;
    }
    out.report(format!("`{}` names no host", target.name))
        .at(target.origin(), "no host in here")
        .note("libpq takes a Unix socket of this machine, other clients localhost, tokio-postgres refuses it")
        .help("write the host; a socket is `?host=/var/run/postgresql`");
}
