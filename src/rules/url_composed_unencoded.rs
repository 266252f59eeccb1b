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

fn check(file: &File<'_>, _: &Project<'_>, out: &mut Sink<'_>) {
    for place in file.carried.script.unencoded() {
        unencoded("password", place, "jq -rn --arg p \"$DB_PASSWORD\" '$p|@uri'", out);
    }
    let Structure::Code(code) = &file.carried.structure else { return };
    for composed in &code.composed {
        unencoded(composed.part, composed.hole, composed.encoder, out);
    }
}

fn unencoded(part: &str, place: Span, encoder: &str, out: &mut Sink<'_>) {
    out.report(format!("a connection URL is put together with a {part} that nothing encodes"))
        .at_span(place, "goes into the URL as it is")
        .note("a password with `@`, `/`, `#`, `?` or `%` in it makes another URL: the host is cut out of it")
        .help(format!("encode it: `{encoder}`, or hand the parts to the client one by one"));
}
