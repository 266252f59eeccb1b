use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "port-invalid",
    since: "0.1.0",
    levels: Levels::of("EEEE"),
    boot: true,
    traits: COMMON,
    page: include_str!("port_invalid.md"),
    checks: &[Check::Target(check)],
};

fn check(target: &Target, settings: &Settings, out: &mut Sink<'_>) {
    let Some(conninfo) = target.parsed.as_ref().ok().filter(|_| target.is_postgres()) else { return };
    if target.is_misplaced() || target.oddities.explain() {
        return;
    }
    let setting = target.get("port");
    let key = setting.map_or(target.name.as_str(), |s| s.key.as_str());
    // `host:port` shows what to write where: it is no port that somebody mistyped.
    let copied = settings.is_to_be_copied() && target.names_placeholder_host();
    let form = |at: &Whereabouts| at.is_code() || at.is_kept_env_file();
    let sketched = target.is_sketch() && settings.whereabouts.as_ref().is_some_and(form);
    let shown = copied || sketched || settings.whereabouts.as_ref().is_some_and(Whereabouts::is_aside);
    for error in &conninfo.dialled().errors {
        let message = match error.kind() {
            ErrorKind::PortInvalid => format!("the port in `{key}` is no whole number"),
            ErrorKind::PortRange => format!("the port in `{key}` lies outside 1 to 65535"),
            ErrorKind::PortCount { ports, hosts } => format!("`{key}` has {ports} ports for {hosts} hosts"),
            _ => continue,
        };
        let several = matches!(error.kind(), ErrorKind::PortCount { .. });
        let exact = error.range().and_then(|range| target.place_of(range));
        let draft = out
            .report(message)
            .at_span(
                exact.or_else(|| target.origin_of("port").span()),
                if several { "these" } else { "this port" },
            )
            .note("libpq accepts the string and fails when it connects")
            .help(
                "PostgreSQL listens on 5432 unless told otherwise; several hosts take one port, or one each",
            );
        if shown {
            draft.at_most(Levels::of("IIII"));
        }
    }
}
