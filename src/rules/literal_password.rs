use super::prelude::*;
use std::collections::BTreeSet;

pub(super) const RULE: Rule = Rule {
    id: "literal-password",
    since: "0.1.0",
    levels: Levels::of("WWEE"),
    boot: false,
    traits: Traits { leaks: true, ..COMMON },
    page: include_str!("literal_password.md"),
    checks: &[Check::Target(check), Check::Block(block), Check::File(roles), Check::File(secrets)],
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

/// A Secret of Kubernetes that git tracks: its base64 hides nothing.
fn secrets(file: &File<'_>, _: &Project<'_>, out: &mut Sink<'_>) {
    let Structure::Kubernetes(objects) = &file.carried.structure else { return };
    let blocks = objects.blocks.iter().zip(file.views).filter(|(block, _)| block.holder == Holder::Secret);
    for (_, view) in blocks {
        let kept = |at: &Whereabouts| at.kept && !at.remarks.copy && !at.is_aside() && !at.is_archived();
        let Some(layer) = view.layers.last() else { continue };
        if !view.settings.whereabouts.as_ref().is_some_and(kept) {
            continue;
        }
        // `shop_password` is what somebody writes who shows where one belongs, and the name of the role is told elsewhere.
        let made_up = |secret: &Secret| {
            let names =
                view.settings.targets.iter().any(|t| t.equal_to(secret, &["user", "dbname"]).is_some());
            names || secret.has_word(&["pass", "passwd", "password", "secret"]).is_some()
        };
        let targets =
            view.settings.targets.iter().filter(|t| t.credential().is_none_or(|c| !made_up(c.secret)));
        let told = targets.filter_map(|t| t.exposed_password(out.environment())?.1.span());
        // A password alone makes no connection, and is one all the same.
        let named = layer.entries.iter().filter(|e| PASSWORDS.contains(&e.key.as_str()));
        let real = |e: &&Entry| {
            let text = &e.value.text;
            e.value.is_known() && !text.is_blank() && !text.is_template() && !made_up(text)
        };
        let named = named.filter(real).map(|e| e.value_span);
        let places: BTreeSet<Span> =
            told.chain(named).filter(|place| place.source == file.carried.source).collect();
        let mut places = places.into_iter();
        let Some(first) = places.next() else { continue };
        let mut draft = out
            .report("git tracks a Secret with a password in it")
            .at_span(first, "in every clone, and in the history for good");
        for other in places.take(7) {
            draft = draft.also_span(other, "this too");
        }
        draft
            .note("everybody who may read the repository, and every fork and backup of it, has it: base64 hides nothing")
            .help("change the password, and let a store of secrets or a sealed one (SOPS, Sealed Secrets) give the new one")
            .at_most(Levels::of("IIWW"));
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
