use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "yaml-secret-typing",
    since: "0.1.0",
    levels: Levels::of("WWEE"),
    boot: false,
    traits: COMMON,
    page: include_str!("yaml_secret_typing.md"),
    checks: &[Check::File(check)],
};

fn check(file: &File<'_>, _: &Project<'_>, out: &mut Sink<'_>) {
    let Structure::Kubernetes(objects) = &file.carried.structure else { return };
    // Of what is called production's by its name nobody makes a copy.
    let named = file.views.iter().any(|view| {
        let environment = view.settings.settled.environment.as_ref();
        environment.is_some_and(|e| matches!(e.origin, Origin::Path(_)) && e.value >= Environment::Staging)
    });
    for odd in &objects.odd {
        let (message, label, note, help) = match odd.kind {
            Oddity::NotBase64 | Oddity::Template => (
                "a value under `data` of a Secret is no base64",
                "not encoded",
                "the API server refuses the whole object",
                "encode it, `printf %s … | base64 -w0`, or write it under `stringData`",
            ),
            Oddity::LineEnd => (
                "a value under `data` of a Secret ends in a line break",
                "encoded with the line break behind it",
                "`echo` puts one behind what it prints: the password has a character more than the role's",
                "encode it without: `printf %s … | base64 -w0`",
            ),
            Oddity::Twice => (
                "a value under `data` of a Secret is encoded twice",
                "base64 of base64",
                "Kubernetes decodes it once, and the program gets base64",
                "encode it once; under `stringData` it is not encoded at all",
            ),
            Oddity::Typed => (
                "a value that must be a text is written as a number or a truth",
                "without quotes",
                "the API server refuses the whole object: `cannot unmarshal number into … of type string`",
                "put it in quotes",
            ),
        };
        let draft = out.report(message).at_span(odd.span, label).note(note).help(help);
        if odd.kind == Oddity::Template && !named {
            draft.at_most(Levels::of("IIII"));
        }
    }
}
