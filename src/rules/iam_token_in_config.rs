use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "iam-token-in-config",
    since: "0.1.0",
    levels: Levels::of("WWEE"),
    boot: false,
    traits: COMMON,
    page: include_str!("iam_token_in_config.md"),
    checks: &[Check::Target(check)],
};

fn check(target: &Target, _: &Settings, out: &mut Sink<'_>) {
    // A process gets such a token at its start; a file keeps it longer than it is good.
    if out.door() != Door::Lint || !target.is_postgres() {
        return;
    }
    let Some(password) = target.credential() else { return };
    let Some(token) = password.secret.token() else { return };
    out.report(format!("{} is {}, kept in a file", password.name, token.as_str()))
        .at(password.origin, "made for a login")
        .note(token.lifetime())
        .help("have the service make a token for each new connection, or use a password");
}
