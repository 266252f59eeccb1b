use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "channel-binding-unsupported",
    since: "0.1.0",
    levels: Levels::of("WWEE"),
    boot: false,
    traits: COMMON,
    page: include_str!("channel_binding_unsupported.md"),
    checks: &[Check::Target(check)],
};

fn check(target: &Target, settings: &Settings, out: &mut Sink<'_>) {
    let asks = target.get("channel_binding").filter(|s| s.value.equals("require"));
    let Some(asked) = asks.filter(|_| target.is_postgres() && target.spelling().is_native()) else { return };
    if target.parsed.is_err() || target.oddities.explain() || target.is_elsewhere() {
        return;
    }
    if without_tls(target, out) {
        return;
    }
    consumers(target, settings, out);
    // Who answers is known once it was asked.
    if out.door() >= Door::Preflight {
        return;
    }
    let Some(pooler) = target.pooler_without_binding() else { return };
    let draft = out
        .report("`channel_binding=require` asks a pooler, as it seems, for what poolers do not offer")
        .at(place(target, &[pooler.by.unwrap_or("host"), "host"]), pooler.tells)
        .also(&asked.origin, "nothing less is taken")
        .note("a pooler ends the TLS session itself and offers SCRAM-SHA-256 without the binding: libpq gives up")
        .help("take it out for the pooler and verify the certificate instead: `sslmode=verify-full` with `sslrootcert`");
    let draft =
        match asked.span().filter(|_| target.says_itself("channel_binding") && asked.value.is_harmless()) {
            Some(span) => draft.edit_unsafe(span, "prefer"),
            None => draft,
        };
    // A port is a sign and no proof.
    draft.at_most(Levels::of("WWWW"));
}

/// There is nothing to bind to.
fn without_tls(target: &Target, out: &mut Sink<'_>) -> bool {
    let socket = target.is_socket();
    if !socket && target.tls_mode() != Some(SslMode::Disable) {
        return false;
    }
    let (label, keyword) = if socket { ("a socket has no TLS", "host") } else { ("no TLS", "sslmode") };
    out.report("`channel_binding=require` binds to a TLS session, and there is none")
        .at(target.origin_of("channel_binding"), "nothing less is taken")
        .also(target.origin_of(keyword), label)
        .note("libpq refuses every login then")
        .help("take `channel_binding` out, or ask for TLS: `sslmode=verify-full` with `sslrootcert`");
    true
}

/// What a client library that is known to read the URL makes of it.
fn consumers(target: &Target, settings: &Settings, out: &mut Sink<'_>) {
    const KEYWORD: Option<&str> = Some("channel_binding");
    let Some(parameter) = target.url_parameters().into_iter().find(|p| p.keyword == KEYWORD) else { return };
    let refusals = target.refused_for(settings, &parameter.whole, "");
    let rows = target.read_by(settings);
    let those = |named: &dyn Fn(&Row) -> bool| -> Vec<&Setting<Consumer>> {
        let refuses = |c: &Setting<Consumer>| refusals.iter().any(|r| r.consumer.value == c.value);
        rows.iter().filter(|(c, row)| !refuses(c) && named(row)).map(|(c, _)| *c).collect()
    };
    let handed = those(&|row| row.settings.contains(&KEYWORD));
    let dropped = those(&|row| row.ignored.contains(&KEYWORD));
    let names = |all: &[&Setting<Consumer>]| advice::names(all.iter().map(|c| c.value.as_str()));
    let refuses = refusals.iter().map(|r| r.consumer).next();
    let Some(first) = refuses.or(handed.first().copied()).or(dropped.first().copied()) else { return };
    let name = first.value.as_str();
    let said = match (refuses, handed.is_empty()) {
        (Some(_), _) => {
            format!("is refused by {}", advice::names(refusals.iter().map(|r| r.consumer.value.as_str())))
        }
        (None, false) => format!("is handed to the server by {}, which then refuses", names(&handed)),
        (None, true) => format!("is dropped by {}", names(&dropped)),
    };
    let mut draft = out
        .report(format!("`channel_binding=require` in `{}` {said}", target.name))
        .at_span(target.place_of(parameter.name.clone()), format!("not done by {name}"))
        .also(&first.origin, format!("{name} is named here"))
        .help(format!(
            "take it out of the URL that {name} reads, and verify the certificate instead: `sslmode=verify-full`"
        ));
    for refusal in &refusals {
        draft = draft.note(advice::reason(refusal.consumer.value.as_str(), refusal.why));
    }
    if !handed.is_empty() {
        draft = draft.note(format!(
            "{} sends it as a setting of the session, and the server has none of this name",
            names(&handed)
        ));
    }
    if !dropped.is_empty() {
        draft = draft.note(format!("{} logs in without it, and says nothing", names(&dropped)));
    }
    if let Some(span) = target.exact_place_of(parameter.whole) {
        draft = draft.edit_unsafe(span, "");
    }
    // Who was only found in the repository may read another string.
    if refuses.is_none() && handed.is_empty() && !settings.declares(first) {
        draft.at_most(Levels::of("IIWW"));
    }
}
