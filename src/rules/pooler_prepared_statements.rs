use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "pooler-prepared-statements",
    since: "0.1.0",
    levels: Levels::of("WWEE"),
    boot: false,
    traits: COMMON,
    page: include_str!("pooler_prepared_statements.md"),
    checks: &[Check::Server(&[], measured), Check::Target(check)],
};

/// By host, port or parameter.
fn check(target: &Target, _: &Settings, out: &mut Sink<'_>) {
    let Some(pooling) = target.pooling().filter(|p| p.mode != PoolMode::Session) else { return };
    let Some(mut draft) = report(target, out, pooling.tells, pooling.by) else { return };
    if let Some(told) = target.preparer.as_ref().and_then(|p| p.told) {
        draft = draft.also_span(told, "told here not to").at_most(Levels::of("IIII"));
    }
    match pooling.mode {
        PoolMode::Transaction if in_url_alone(target) => {}
        PoolMode::Transaction => drop(draft.at_most(Levels::of("WWWW"))),
        _ => drop(
            draft
                .note("whether it pools by transaction is set elsewhere; by session nothing is lost")
                .at_most(Levels::of("IIII")),
        ),
    }
}

/// By the server's answers.
fn measured(target: &Target, answers: &Answers<'_>, out: &mut Sink<'_>) {
    // Where the other check reports, so that it is said once.
    let by = target.pooling().and_then(|p| p.by);
    if answers.session.by_transaction
        && let Some(draft) = report(target, out, "a pooler answers here", by)
    {
        draft.note("questions of one session met different server processes").at_most(Levels::of("WWWW"));
    }
}

/// Nothing where nobody prepares, or where the service keeps what was prepared.
fn report<'s>(
    target: &Target,
    out: &'s mut Sink<'_>,
    tells: &str,
    by: Option<&'static str>,
) -> Option<Draft<'s>> {
    let preparer = target.preparer.as_ref()?;
    if target.pooling().is_some_and(|p| p.keeps_prepared) {
        return None;
    }
    let mut draft = out
        .report(format!(
            "`{}` leads to a pooler, and {} prepares statements by name",
            target.name, preparer.name
        ))
        .at(place(target, &[by.unwrap_or("host"), "host"]), tells);
    if let Some(origin) = &preparer.origin {
        draft = draft.also(origin, format!("{} is named here", preparer.name));
    }
    draft = draft.note(
        "a prepared statement lives in one server session: in the next one it does not exist, or another client's \
         has its name (SQLSTATE 26000, 42P05)",
    );
    if target.pooling().is_none_or(|p| p.mode != PoolMode::Transaction || p.by.is_none()) {
        draft = draft.note(
            "PgBouncer from 1.21 on keeps them, if max_prepared_statements is not 0; it tells its version to nobody",
        );
    }
    let allow = "; where the code does, allow this rule with that reason";
    Some(draft.help(match (preparer.opt_out.url, preparer.opt_out.code) {
        (Some(url), None) => format!("add `{url}` to the URL"),
        (Some(url), Some(code)) => format!("add `{url}` to the URL, or {code} to the code{allow}"),
        (None, code) => format!("turn it off in the code, with {}{allow}", code.unwrap_or_default()),
    }))
}

/// Whether no code could have told the client.
fn in_url_alone(target: &Target) -> bool {
    target.preparer.as_ref().is_some_and(|p| p.opt_out.code.is_none())
}
