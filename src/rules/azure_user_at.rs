use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "azure-user-at",
    since: "0.1.0",
    levels: Levels::of("EEEE"),
    boot: false,
    traits: COMMON,
    page: include_str!("azure_user_at.md"),
    checks: &[Check::Target(check)],
};

fn check(target: &Target, _: &Settings, out: &mut Sink<'_>) {
    let Some(user) = target.azure_user() else { return };
    let origin = if user.span.is_some() { target.origin_of("user") } else { target.origin() };
    let draft = out
        .report("the user is written as Azure's retired single server wanted it")
        .at(origin, "`user@server`")
        .note("the flexible server takes it for a role of this whole name, which there is none of: the login fails")
        .help("leave out the `@` and what stands between it and the password");
    if let Some(tail) = user.tail {
        draft.edit_unsafe(tail, "");
    }
}
