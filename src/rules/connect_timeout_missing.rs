use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "connect-timeout-missing",
    since: "0.1.0",
    levels: Levels::of("..WW"),
    boot: false,
    traits: Traits { pedantic: true, ..COMMON },
    page: include_str!("connect_timeout_missing.md"),
    checks: &[Check::Target(check)],
};

fn check(target: &Target, settings: &Settings, out: &mut Sink<'_>) {
    let remote = target.host_class().is_some_and(|class| class != HostClass::Local);
    if !remote || !target.spelling().is_native() || target.parsed.is_err() || target.oddities.explain() {
        return;
    }
    // Each of these has a limit of its own, where it is known that nobody else reads the string.
    let known = &settings.consumers;
    if !known.is_empty() && known.iter().all(|c| c.value.bounds_connecting()) {
        return;
    }
    let note = "a firewall that drops packets, or a server that is gone, answers nothing: the service hangs until the \
                operating system gives up, after two minutes, and for ever once the handshake was done";
    if let Some(set) = target.get("connect_timeout").filter(|s| !s.value.is_empty()) {
        if target.connect_timeout().is_some_and(|seconds| seconds <= 0) {
            let draft = out
                .report(format!("`{}` waits for a connection without end", target.name))
                .at(&set.origin, "no limit")
                .note(note)
                .help("`connect_timeout=10`: the seconds for each address");
            if let Some(span) =
                set.span().filter(|_| set.value.is_harmless() && target.says_itself("connect_timeout"))
            {
                draft.edit_unsafe(span, "10");
            }
        }
        return;
    }
    let draft = out
        .report(format!("`{}` sets no limit to the wait for a connection", target.name))
        .at(place(target, &["host", "hostaddr"]), "no connect_timeout for this host")
        .note(note);
    if target.form != Form::Url {
        draft
            .help(
                "set `PGCONNECT_TIMEOUT=10`; where the code sets it, write `[connection] connect_timeout = 10` into \
                 pgward.toml",
            )
            .at_most(Levels::of("IIII"));
        return;
    }
    let draft = draft.help(
        "add `connect_timeout=10`, the seconds for each address; where the code sets it, write \
         `[connection] connect_timeout = 10` into pgward.toml",
    );
    if let Some((span, insert)) = target.addition(settings, "connect_timeout", &Part::harmless("10")) {
        draft.edit_part(span, insert);
    }
}
