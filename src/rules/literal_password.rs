use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "literal-password",
    since: "0.1.0",
    levels: Levels::of("IIEE"),
    boot: false,
    traits: COMMON,
    page: include_str!("literal_password.md"),
    checks: &[Check::Target(check)],
};

fn check(target: &Target, settings: &Settings, out: &mut Sink<'_>) {
    // Env files are to be kept out of git as a whole, which has a rule of its own.
    let tracked = |w: &&Whereabouts| w.git == Some(Git::Tracked) && !w.is_env_file() && !w.is_aside();
    let Some(at) = settings.whereabouts.as_ref().filter(tracked) else { return };
    let Some((name, origin)) = target.exposed_password(out.environment()) else { return };
    if at.holds(origin) {
        out.report(format!("{name} is in git"))
            .at(origin, "in every clone, and in the history for good")
            .note("git tracks this file: everybody who may read the repository, and every fork and backup of it, has it")
            .help("change the password, and let the environment or a secret's file give the new one");
    }
}
