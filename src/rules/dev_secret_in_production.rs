use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "dev-secret-in-production",
    since: "0.1.0",
    levels: Levels::of("..EE"),
    boot: false,
    traits: COMMON,
    page: include_str!("dev_secret_in_production.md"),
    checks: &[Check::Credential(check)],
};

fn check(credential: &Credential<'_>, settings: &Settings, out: &mut Sink<'_>) {
    if !credential.secret.says_development() {
        return;
    }
    let environment = out.environment();
    // `local_staging_password`: that is where it is for.
    let own = || credential.secret.has_word(&["staging", "stage", "stg"]).is_some();
    let its = environment == Environment::Staging && own();
    let draft = out
        .report(format!("{} says itself that it is not for {environment}", credential.name))
        .at(credential.origin, "a word in here means development, tests or \"change this\"")
        .note("such a secret comes from a compose file or an example, where everybody can read it")
        .help("generate another for this environment: `openssl rand -hex 24`");
    if its || settings.is_secret_to_fill_in() {
        draft.at_most(Levels::of("..II"));
    }
}
