use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "neon-sni",
    since: "0.1.0",
    levels: Levels::of("IIWW"),
    boot: false,
    traits: COMMON,
    page: include_str!("neon_sni.md"),
    checks: &[Check::Target(check)],
};

fn check(target: &Target, _: &Settings, out: &mut Sink<'_>) {
    let Some(nameless) = target.sends_no_name.as_ref().filter(|_| !target.names_neon_endpoint()) else {
        return;
    };
    let (label, help) = if nameless.old_driver {
        (
            "its wheels have a libpq older than 14",
            "require psycopg2-binary 2.9.9 or newer, or add `options=endpoint%3DENDPOINT_ID`",
        )
    } else {
        ("the name is left out", "take `sslsni=0` out, or add `options=endpoint%3DENDPOINT_ID`")
    };
    out.report("Neon is not told which endpoint is meant")
        .at(target.origin_of("host"), "told apart by the name in the TLS handshake")
        .also(&nameless.origin, label)
        .note("its proxy refuses the login: `Endpoint ID is not specified`")
        .help(help);
}
