use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "empty-password",
    since: "0.1.0",
    levels: Levels::of("WWEE"),
    boot: false,
    traits: COMMON,
    page: include_str!("empty_password.md"),
    checks: &[Check::Target(check)],
};

fn check(target: &Target, settings: &Settings, out: &mut Sink<'_>) {
    if !target.is_postgres() && target.form != Form::Toggle {
        return;
    }
    let Some(password) = settings.part_of(target, "password").filter(|p| p.value.is_empty()) else { return };
    // libpq looks into the password file when the password is empty; a client certificate needs none.
    let other_way = ["passfile", "sslcert"].iter().any(|k| settings.part_of(target, k).is_some());
    if other_way || !settings.dials_tcp(target) {
        return;
    }
    // `${DB_PASSWORD}` has what the service gets where it runs; another rule says that nothing here sets it.
    let mut open = target.oddities.placeholders.iter().chain(&settings.unfilled);
    if open.any(|p| p.key == password.key) {
        return;
    }
    // An example is there to be filled in.
    let lint = out.door() == Door::Lint;
    if lint && settings.whereabouts.as_ref().is_some_and(Whereabouts::is_aside) {
        return;
    }
    let draft = out
        .report(format!("the password in `{}` is empty", password.key))
        .at(&password.origin, "nothing stands here")
        .note("over TCP a server lets nobody in without one, unless its pg_hba.conf says `trust`")
        .help("set it, or take the variable out where a password file or a client certificate serves");
    if lint && settings.whereabouts.as_ref().is_some_and(Whereabouts::is_kept_env_file) {
        draft.at_most(Levels::of("IIII"));
    } else if lint {
        // A server for tests often says `trust`.
        draft.at_most(Levels::of("WIEE"));
    }
}
