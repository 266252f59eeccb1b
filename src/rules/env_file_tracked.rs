use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "env-file-tracked",
    since: "0.1.0",
    levels: Levels::of("WWEE"),
    boot: false,
    traits: Traits { leaks: true, ..COMMON },
    page: include_str!("env_file_tracked.md"),
    checks: &[Check::Settings(check), Check::File(servers)],
};

fn check(settings: &Settings, out: &mut Sink<'_>) {
    let Some(at) = settings.whereabouts.as_ref() else { return };
    let Some(git @ (Git::Tracked | Git::Open)) = at.git else { return };
    if !at.is_env_file() || at.is_aside() {
        return;
    }
    let environment = out.environment();
    let exposed =
        |t| Target::exposed_password(t, t.environment.unwrap_or(environment)).map(|(_, origin)| origin);
    // Without a word about the environment a declared secret is a developer's, unless a machine made it.
    let real = |c: &Credential<'_>| {
        !c.secret.is_template() && (environment >= Environment::Staging || c.secret.looks_generated())
    };
    let declared = settings.credentials().filter(real).map(|c| c.origin);
    // One of a server on the same machine is production's own all the same.
    let near = |t: &&Target| environment == Environment::Production && t.is_loopback();
    let near =
        settings.targets.iter().filter(near).filter_map(Target::credential).filter(real).map(|c| c.origin);
    let all = settings.targets.iter().filter_map(exposed).chain(declared).chain(near);
    let secrets: Vec<&Origin> = all.filter(|origin| at.holds(origin)).collect();
    tell(git, &secrets, out);
}

/// What a server is set up with where nothing beside it says who connects.
fn servers(file: &File<'_>, _: &Project<'_>, out: &mut Sink<'_>) {
    if file.carried.carrier != Carrier::Dotenv {
        return;
    }
    // A developer's server is out of reach, and so is that of tests.
    if out.environment() < Environment::Staging {
        return;
    }
    for view in file.views {
        let Some(at) = view.settings.whereabouts.as_ref() else { continue };
        let Some(git @ (Git::Tracked | Git::Open)) = at.git else { continue };
        if !at.is_env_file() || at.is_aside() {
            continue;
        }
        let real = |e: &&Entry| {
            let secret = &e.value.text;
            !secret.is_template() && !secret.is_in_run_secrets() && !secret.holds_a_whole_reference()
        };
        let places = view.servers_passwords().filter(real);
        let id = view.layers.len().saturating_sub(1);
        let places: Vec<Origin> = places.map(|e| Origin::Entry { layer: id, span: e.value_span }).collect();
        tell(git, &places.iter().collect::<Vec<_>>(), out);
    }
}

fn tell(git: Git, secrets: &[&Origin], out: &mut Sink<'_>) {
    let Some((first, rest)) = secrets.split_first() else { return };
    let (message, label, help) = match git {
        Git::Tracked => (
            "git tracks this file, and there are secrets in it",
            "in every clone, and in the history for good",
            "`git rm --cached` it, name it in .gitignore, and change what stands in it",
        ),
        _ => (
            "nothing keeps git from taking in this file, and there are secrets in it",
            "the next `git add .` takes it in",
            "name the file in .gitignore",
        ),
    };
    let mut draft = out.report(message).at(first, label);
    for other in rest.iter().filter(|origin| *origin != first).take(7) {
        draft = draft.also(other, "this too");
    }
    draft = draft.help(help);
    if git == Git::Tracked {
        draft.note("everybody who may read the repository, and every fork and backup of it, has them");
    } else {
        draft.at_most(Levels::of("WWWW"));
    }
}
