use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "test-target-remote",
    since: "0.1.0",
    levels: Levels::of(".W.."),
    boot: false,
    traits: COMMON,
    page: include_str!("test_target_remote.md"),
    checks: &[Check::Target(check)],
};

fn check(target: &Target, _: &Settings, out: &mut Sink<'_>) {
    let public = target.host_class() == Some(HostClass::Public);
    if target.role != Role::Test || !public || target.names_placeholder_host() {
        return;
    }
    let what = if target.derived_from.is_some() {
        format!(
            "the test runner makes its database on the server of `{}`, which others can reach",
            target.name
        )
    } else {
        format!("`{}` leads to a server that others can reach", target.name)
    };
    let draft = out
        .report(what)
        .at(place(target, &["hostaddr", "host"]), "a public host")
        .note("whoever runs the tests empties tables there, several at once, from every machine with this setting")
        .help("run the tests against a container, or a server on this machine");
    // A server that is there for tests alone says so.
    if target.has_word("host", &["test", "tests", "testing", "ci"]) {
        draft.at_most(Levels::of(".I.."));
    }
}
