use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "failover-attrs-missing",
    since: "0.1.0",
    levels: Levels::of("..WW"),
    boot: false,
    traits: COMMON,
    page: include_str!("failover_attrs_missing.md"),
    checks: &[Check::Target(check)],
};

fn check(target: &Target, settings: &Settings, out: &mut Sink<'_>) {
    let clear = target.host_class().is_some() && target.spelling().is_native() && !target.oddities.explain();
    let own = target.get("host").is_some_and(|h| !h.value.is_empty()) && target.names_several_hosts();
    // Who only reads takes any of them, and a pooler stands before the one that it chose.
    let writes = matches!(target.role, Role::Primary | Role::Direct);
    if !clear || !own || !writes || target.has("target_session_attrs") {
        return;
    }
    if target.pooling().is_some() || target.takes_writes_everywhere() {
        return;
    }
    // Those that cannot read a list at all have a rule of their own.
    let rows = target.read_by(settings);
    if !rows.is_empty() && rows.iter().all(|(_, row)| row.refused.is_some() || !row.differs.is_empty()) {
        return;
    }
    let draft = out
        .report(format!("`{}` names several hosts, and takes the first that answers", target.name))
        .at(target.origin_of("host"), "one of these may be a standby")
        .note(
            "after a failover the old primary, back as a standby, is the first again: each write then fails with \
             SQLSTATE 25006 until somebody turns the list round",
        );
    if target.form != Form::Url {
        // What opens the connection may add it.
        draft
            .help(
                "set `PGTARGETSESSIONATTRS=read-write`; where the code sets it, write \
                 `[connection] target_session_attrs = \"read-write\"` into pgward.toml",
            )
            .at_most(Levels::of("..II"));
        return;
    }
    let draft = draft.help("add `target_session_attrs=read-write`; `any` says that each of them will do");
    let value = Part::harmless("read-write");
    let Some((span, insert)) = target.addition(settings, "target_session_attrs", &value) else { return };
    let draft = draft.edit_part(span, insert);
    // A list that load is spread over, or a role that only reads, may be one of standbys.
    let reads = target.has("load_balance_hosts") || target.begins_read_only() || reading(target);
    if reads {
        draft.needs_a_look();
    }
}

fn reading(target: &Target) -> bool {
    let words = [
        "ro",
        "read",
        "readonly",
        "reader",
        "replica",
        "replicas",
        "standby",
        "standbys",
        "report",
        "reporting",
    ];
    ["host", "user", "dbname"].iter().any(|k| target.has_word(k, &words))
}
