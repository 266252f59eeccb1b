use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "weak-secret",
    since: "0.1.0",
    levels: Levels::of("..WE"),
    boot: false,
    traits: Traits { fills_in: true, ..COMMON },
    page: include_str!("weak_secret.md"),
    checks: &[Check::Target(password), Check::Settings(secrets), Check::File(servers)],
};

fn password(target: &Target, settings: &Settings, out: &mut Sink<'_>) {
    let Some(password) = target.credential() else { return };
    // A default is told by its own rule.
    if target.oddities.fallbacks.iter().any(|f| f.supplies == "password") {
        return;
    }
    // What equals the user or the database is reported as that; its length adds nothing.
    let reported = target.equal_to(password.secret, &["user", "dbname"]).is_some();
    let code = settings.whereabouts.as_ref().is_some_and(|at| !at.is_env_file());
    let guides = code && out.environment() < Environment::Production && target.is_of_guides();
    let most = if target.around.in_image || guides { Levels::of("IIII") } else { most(settings) };
    judge(&password, reported, most, out);
}

fn secrets(settings: &Settings, out: &mut Sink<'_>) {
    for secret in settings.credentials() {
        judge(&secret, false, most(settings), out);
    }
}

/// What a server is set up with where nothing beside it says who connects: in an env file, or in a Secret. What stands in a
/// manifest or a compose file is told as that.
fn servers(file: &File<'_>, _: &Project<'_>, out: &mut Sink<'_>) {
    for (at, view) in file.views.iter().enumerate() {
        let alone = match &file.carried.structure {
            Structure::Kubernetes(objects) => {
                objects.blocks.get(at).is_some_and(|block| matches!(block.holder, Holder::Secret))
            }
            _ => file.carried.carrier == Carrier::Dotenv,
        };
        for entry in view.servers_passwords().filter(|_| alone) {
            if entry.value.text.is_common() {
                out.report(format!("the server's `{}` is one that every attacker tries first", entry.key))
                    .at_span(entry.value_span, "in the lists of common passwords")
                    .help("generate one: `openssl rand -hex 24`; a server that runs already keeps its own until `ALTER ROLE`")
                    .at_most(most(view.settings));
            } else if entry.value.text.chars() < SHORT
                && !entry.value.text.is_template()
                && !entry.value.text.holds_a_whole_reference()
            {
                out.report(format!("the server's `{}` is short", entry.key))
                    .at_span(entry.value_span, format!("fewer than {SHORT} characters"))
                    .help("generate one: `openssl rand -hex 24`; a server that runs already keeps its own until `ALTER ROLE`")
                    .at_most(Levels::of("..WW"))
                    .at_most(most(view.settings));
            }
        }
    }
}

/// A Secret that asks to be copied and filled in shows how one is written.
fn most(settings: &Settings) -> Levels {
    if settings.is_secret_to_fill_in() { Levels::of("IIII") } else { RULE.levels }
}

fn judge(credential: &Credential<'_>, reported: bool, most: Levels, out: &mut Sink<'_>) {
    let Credential { name, secret, origin } = credential;
    if secret.looks_like_placeholder() || secret.says_development() || secret.is_reference() {
        return;
    }
    let help = "generate one: `openssl rand -hex 24` needs no encoding in a URL";
    if secret.is_empty() {
        out.report(format!("{name} is empty")).at(origin, "nothing stands here").help(help);
    } else if secret.is_common() {
        out.report(format!("{name} is one that every attacker tries first"))
            .at(origin, "in the lists of common passwords")
            .help(help)
            .at_most(most);
    } else if !reported && secret.chars() < SHORT {
        out.report(format!("{name} is short"))
            .at(origin, format!("fewer than {SHORT} characters"))
            .help(help)
            .at_most(Levels::of("..WW"))
            .at_most(most);
    } else if !reported && secret.variety() < FEW {
        out.report(format!("{name} repeats a few characters"))
            .at(origin, format!("fewer than {FEW} different characters"))
            .help(help)
            .at_most(Levels::of("..WW"))
            .at_most(most);
    }
}

/// A role's password can be tried as fast as the server answers, and offline once a backup with its hash is out.
const SHORT: usize = 12;
const FEW: usize = 6;
