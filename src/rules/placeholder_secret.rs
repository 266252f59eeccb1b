use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "placeholder-secret",
    since: "0.1.0",
    levels: Levels::of("WWEE"),
    boot: false,
    traits: COMMON,
    page: include_str!("placeholder_secret.md"),
    checks: &[Check::Credential(check)],
};

fn check(credential: &Credential<'_>, out: &mut Sink<'_>) {
    // One that says it is for development is in its place there; elsewhere another rule says so, and says more.
    if !credential.secret.looks_like_placeholder() || credential.secret.says_development() {
        return;
    }
    out.report(format!("{} was never filled in", credential.name))
        .at(credential.origin, "a placeholder")
        .note("the template has it too, so everybody knows it")
        .help("put a generated one in its place: `openssl rand -hex 24`");
}
