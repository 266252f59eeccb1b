use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "placeholder-secret",
    since: "0.1.0",
    levels: Levels::of("WWEE"),
    boot: false,
    traits: Traits { fills_in: true, ..COMMON },
    page: include_str!("placeholder_secret.md"),
    checks: &[Check::Target(of_target), Check::Settings(declared), Check::File(servers)],
};

fn of_target(target: &Target, settings: &Settings, out: &mut Sink<'_>) {
    let Some(credential) = target.credential() else { return };
    // As a default it is told as one, which names the variable to set.
    let default = target.oddities.has_default_password();
    let most = if default { COPIED } else { most(settings, out.environment()) };
    check(&credential, most, default || settings.says_copy(), out);
}

fn declared(settings: &Settings, out: &mut Sink<'_>) {
    let most = most(settings, out.environment());
    for credential in settings.credentials() {
        check(&credential, most, settings.says_copy(), out);
    }
}

/// What a server is set up with, where no client in the file has it too: the server takes it as it stands.
fn servers(file: &File<'_>, _: &Project<'_>, out: &mut Sink<'_>) {
    let of_server = |at: usize| match &file.carried.structure {
        Structure::Compose(compose) => {
            compose.services.iter().any(|s| s.layer == Some(at) && (s.server || s.partial))
        }
        Structure::Kubernetes(_) => true,
        _ => file.carried.carrier == Carrier::Dotenv,
    };
    let clients = || file.views.iter().flat_map(|view| &view.settings.targets).filter_map(Target::credential);
    // What git keeps of an env file is there to be filled in.
    let kept =
        |view: &View<'_>| view.settings.whereabouts.as_ref().is_some_and(Whereabouts::is_kept_env_file);
    for (at, view) in file.views.iter().enumerate() {
        let own = view.layers.last().and_then(|layer| layer.source);
        for entry in view.servers_passwords().filter(|_| of_server(at) && !kept(view)) {
            let text = &entry.value.text;
            let here = Some(entry.value_span.source) == own
                && entry.value.is_written_at(entry.value_span)
                && text.store().is_none();
            if !here || !text.is_left_open() || clients().any(|client| client.secret.same_as(text)) {
                continue;
            }
            let most = most(view.settings, out.environment());
            let most = unless_it_would_do(most, text, view.settings.says_copy());
            out.report(format!("the server's `{}` was never filled in", entry.key))
                .at_span(entry.value_span, "a placeholder")
                .note("a new server is set up with it, and everybody may guess it")
                .help("put a generated one in its place: `openssl rand -hex 24`; a server that runs already keeps its own until `ALTER ROLE`")
                .at_most(Levels::of("IIEE"))
                .at_most(Levels::of(most));
        }
    }
}

/// Of what is there to be copied by where it stands.
const MILD: &str = "IIWE";

/// Of a default, of a Secret of Kubernetes that git keeps, and of a file that asks to be copied: the real one is put in elsewhere.
const COPIED: &str = "IIII";

/// What a project keeps in git to be copied and filled in, as Symfony's `.env`, and `.env.dev` beside a `.env` that git
/// ignores; or what says so at its top.
fn most(settings: &Settings, environment: Environment) -> &'static str {
    let secret = settings.whereabouts.as_ref().is_some_and(|at| at.kept && at.is_secret);
    match settings.is_to_be_copied() {
        _ if secret => COPIED,
        true if settings.says_copy() => COPIED,
        true if environment <= Environment::Test => MILD,
        _ => "EEEE",
    }
}

/// `told`: it is said elsewhere that another one is to be put in its place.
fn check(credential: &Credential<'_>, most: &'static str, told: bool, out: &mut Sink<'_>) {
    // What a tool puts in before the service is started: in a file it is in its place, and `lint` does not see it.
    // A ciphertext may be the service's own business: Jasypt and its like decrypt inside.
    if let Some(store) = credential.secret.store() {
        if store.is_ciphers() {
            return;
        }
        out.report(format!("{} is a reference that nobody resolved", credential.name))
            .at(credential.origin, format!("{} has the secret", store.as_str()))
            .note("the server is sent the reference itself, and refuses it")
            .help(format!("start the service by the tool that asks {} for it", store.as_str()));
        return;
    }
    let most = unless_it_would_do(most, credential.secret, told);
    // One that says it is for development is in its place there; elsewhere another rule says so, and says more.
    if !credential.secret.is_left_open() {
        return;
    }
    out.report(format!("{} was never filled in", credential.name))
        .at(credential.origin, "a placeholder")
        .note("what stands for a password is one that everybody may guess")
        .help("put a generated one in its place: `openssl rand -hex 24`")
        .at_most(Levels::of(most));
}

/// `changeme` would do as a password, in a Secret too that does not ask to be filled in.
fn unless_it_would_do(most: &'static str, secret: &Secret, told: bool) -> &'static str {
    if most == COPIED && secret.would_do() && !told { "EEEE" } else { most }
}
