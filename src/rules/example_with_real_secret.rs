use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "example-with-real-secret",
    since: "0.1.0",
    levels: Levels::of("WWWW"),
    boot: false,
    traits: Traits { examples: true, ..COMMON },
    page: include_str!("example_with_real_secret.md"),
    checks: &[Check::Target(password), Check::Settings(secrets)],
};

fn password(target: &Target, settings: &Settings, out: &mut Sink<'_>) {
    if !is_of_example(settings) || target.names_documentation_host() || target.names_placeholder_host() {
        return;
    }
    let far = target.is_same_everywhere();
    match target.credential().filter(|password| far && password.secret.looks_generated()) {
        Some(password) => real(&password, out),
        None if far && target.is_managed() && !target.names_sample_host() => {
            out.report("the example names a server that seems to be a real one")
                .at(target.origin_of("host"), "a hosting service's own name for it")
                .note("whoever reads the repository learns where to try passwords")
                .help("write a placeholder: `db.example.com`")
                .at_most(Levels::of("IIII"));
        }
        None => {}
    }
}

fn secrets(settings: &Settings, out: &mut Sink<'_>) {
    if !is_of_example(settings) {
        return;
    }
    for secret in settings.credentials().filter(|c| c.secret.looks_generated()) {
        real(&secret, out);
    }
}

fn real(credential: &Credential<'_>, out: &mut Sink<'_>) {
    out.report(format!("{} seems to be a real one, in an example", credential.name))
        .at(credential.origin, "long and mixed, as a machine makes it")
        .note("examples are copied, read aloud and published; what opens something does not belong there")
        .help("change it where it is used, and write a placeholder here: `changeme`");
}

fn is_of_example(settings: &Settings) -> bool {
    settings.whereabouts.as_ref().is_some_and(|w| w.example)
}
