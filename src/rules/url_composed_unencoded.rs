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
    let Structure::Code(code) = &file.carried.structure else { return };
    for composed in &code.composed {
        out.report(format!("a connection URL is put together with a {} that nothing encodes", composed.part))
            .at_span(composed.hole, "goes into the URL as it is")
            .note("a password with `@`, `/`, `#`, `?` or `%` in it makes another URL: the host is cut out of it")
            .help(format!("encode it: `{}`, or hand the parts to the client one by one", composed.encoder));
    }
}
