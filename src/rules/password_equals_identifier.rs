use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "password-equals-identifier",
    since: "0.1.0",
    levels: Levels::of("IIEE"),
    boot: false,
    traits: COMMON,
    page: include_str!("password_equals_identifier.md"),
    checks: &[Check::Target(check)],
};

fn check(target: &Target, settings: &Settings, out: &mut Sink<'_>) {
    let Some(password) = target.credential().filter(|_| !target.is_always_replaced()) else { return };
    let same = |keyword| target.equal_to(password.secret, &[keyword]);
    let label = |keyword| target.get(keyword).filter(|p| password.secret.is_label_of(p.value.secret()));
    let found = same("user")
        .map(|s| ("the user's name", s))
        .or_else(|| same("dbname").map(|s| ("the name of the database", s)))
        .or_else(|| label("host").map(|s| ("a part of the host's name", s)));
    let Some((what, identifier)) = found else { return };
    // A pipeline's own server is gone with the job.
    if out.door() == Door::Lint
        && out.environment() == Environment::Test
        && target.told
        && (target.is_loopback() || target.around.neighbour)
    {
        return;
    }
    let draft = out
        .report(format!("{} is {what}", password.name))
        .at(password.origin, format!("equals {what}"))
        .also(&identifier.origin, "this")
        .help("generate one: `openssl rand -hex 24` needs no encoding in a URL");
    // That it stands in an image is told by a rule of its own, and there is no server behind it yet.
    if target.around.in_image || settings.is_secret_to_fill_in() {
        draft.at_most(Levels::of("IIII"));
    }
}
