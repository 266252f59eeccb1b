use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "url-composed-unencoded",
    since: "0.1.0",
    levels: Levels::of("IIWW"),
    boot: false,
    traits: COMMON,
    page: include_str!("url_composed_unencoded.md"),
    checks: &[Check::File(check)],
};

fn check(file: &File<'_>, project: &Project<'_>, out: &mut Sink<'_>) {
    for place in file.carried.script.unencoded() {
        unencoded("password", place, "jq -rn --arg p \"$DB_PASSWORD\" '$p|@uri'", out);
    }
    let Structure::Code(code) = &file.carried.structure else { return };
    for composed in &code.composed {
        // `class TestingConfig` beside production's.
        let own = composed.word.as_deref().and_then(|word| project.policy.environment(word));
        let draft = unencoded(composed.part, composed.hole, composed.encoder, out);
        if own.is_some_and(|own| own <= Environment::Test) {
            draft.at_most(Levels::of("IIII"));
        }
    }
}

fn unencoded<'o>(part: &str, place: Span, encoder: &str, out: &'o mut Sink<'_>) -> Draft<'o> {
    out.report(format!("a connection URL is put together with a {part} that nothing encodes"))
        .at_span(place, "goes into the URL as it is")
        .note("a password with `@`, `/`, `#`, `?` or `%` in it makes another URL: the host is cut out of it")
        .help(format!("encode it: `{encoder}`, or hand the parts to the client one by one"))
}
