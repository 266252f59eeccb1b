use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "literal-password",
    since: "0.1.0",
    levels: Levels::of("WWEE"),
    boot: false,
    traits: Traits { leaks: true, ..COMMON },
    page: include_str!("literal_password.md"),
    checks: &[Check::Target(check), Check::Block(block), Check::File(roles)],
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

/// Code, scripts and pipelines: what git ignores of them is not read.
fn block(file: &Carried, view: &View<'_>, out: &mut Sink<'_>) {
    let aside = view.settings.whereabouts.as_ref().is_some_and(Whereabouts::is_aside);
    if aside || !is_source(file.carrier) {
        return;
    }
    // A default is told by its own rule.
    for target in view.settings.targets.iter().filter(|t| !t.oddities.has_default_password()) {
        let Some((name, origin)) = target.exposed_password(out.environment()) else { continue };
        // A server that everybody reaches lets everybody in, wherever it is used.
        let open = target.exposed_password(Environment::Development).is_some();
        let most = if open { "WWEE" } else { "IIEE" };
        if origin.span().is_some_and(|span| span.source == file.source) {
            out.report(format!("{name} stands in `{}`", file.path))
                .at(origin, "whoever reads the file has it")
                .note("it is in every clone, and in the history for good")
                .help("change the password, and let the environment or a secret's file give the new one")
                .at_most(Levels::of(most));
        }
    }
}

/// What SQL gives a role, in a file of its own or in a script.
fn roles(file: &File<'_>, project: &Project<'_>, out: &mut Sink<'_>) {
    // A pipeline's server lives as long as its job.
    if !matches!(file.carried.carrier, Carrier::Sql | Carrier::Shell) {
        return;
    }
    // No view of a file of SQL says where it stands.
    let at = Whereabouts::new(&file.carried.path, None, None, project.policy);
    let most = if at.is_aside() || at.is_archived() { "IIII" } else { "IIEE" };
    for password in &file.carried.sql().passwords {
        if !password.secret.is_template() {
            out.report(format!("the password of a role stands in `{}`", file.carried.path))
                .at_span(password.span, "whoever reads the file has it")
                .note(
                    "it is in every clone, and in the history for good; a server's log has the statement too",
                )
                .help("hand it over: `psql -v password=\"$DB_PASSWORD\"` and `PASSWORD :'password'`")
                .at_most(Levels::of(most));
        }
    }
}

/// The carriers that no other rule about passwords in files speaks of.
fn is_source(carrier: Carrier) -> bool {
    matches!(
        carrier,
        Carrier::Shell
            | Carrier::Makefile
            | Carrier::Procfile
            | Carrier::Systemd
            | Carrier::GithubActions
            | Carrier::GitlabCi
            | Carrier::EcsTask
            | Carrier::Python
            | Carrier::JavaScript
            | Carrier::Prisma
    )
}
