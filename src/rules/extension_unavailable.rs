use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "extension-unavailable",
    since: "0.1.0",
    levels: Levels::of("EEEE"),
    boot: true,
    traits: COMMON,
    page: include_str!("extension_unavailable.md"),
    checks: &[Check::Server(&[&EXTENSIONS, &AVAILABLE], check)],
};

fn check(target: &Target, answers: &Answers<'_>, out: &mut Sink<'_>) {
    let major = answers
        .value(&SERVER, "version_num")
        .and_then(|n| n.parse::<u32>().ok())
        .map_or_else(|| "NN".to_owned(), |n| (n / 10_000).to_string());
    for wanted in &target.extensions {
        let State::Unavailable(near) = extension::state(wanted, answers) else { continue };
        let draft = out
            .report(format!("the server has no extension `{}` to install", advice::extension(&wanted.name)))
            .at_span(wanted.span, "required here");
        let draft = match (near, extension::package(&wanted.name)) {
            (Some(near), _) => draft.help(format!("the server has `{near}`; names are compared to the letter")),
            (None, Some(package)) => draft.help(format!(
                "install the package on the server's machine (Debian: {}), or use an image that has it",
                package.replace("NN", &major)
            )),
            (None, None) => draft
                .help("install it on the server's machine; `SELECT name FROM pg_available_extensions` lists what is there"),
        };
        drop(draft.note("on a managed service only the provider can add it"));
    }
}
