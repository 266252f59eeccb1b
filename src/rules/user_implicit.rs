use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "user-implicit",
    since: "0.1.0",
    levels: Levels::of("WWEE"),
    boot: false,
    traits: COMMON,
    page: include_str!("user_implicit.md"),
    checks: &[Check::Target(check)],
};

fn check(target: &Target, _: &Settings, out: &mut Sink<'_>) {
    // A profile of Quarkus has the user of all profiles.
    let shared = target.name.starts_with('%');
    if !target.leaves_open("user") || shared || target.is_sketch() || target.names_placeholder_host() {
        return;
    }
    let near = target.host_class() == Some(HostClass::Local);
    let draft = out
        .report(format!("`{}` names no user", target.name))
        .at(target.origin_of("host"), "no `user@` before it")
        .note("clients then take the name of the user that runs the process, in a container mostly `root`")
        .help("write the role before the host: `postgresql://user@host:5432/dbname`");
    // Behind a socket that is how peer authentication is used; `postgresql://localhost/app` is a developer's own.
    if near {
        draft.at_most(Levels::of("IIII"));
    }
}
