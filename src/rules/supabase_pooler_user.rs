use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "supabase-pooler-user",
    since: "0.1.0",
    levels: Levels::of("EEEE"),
    boot: false,
    traits: COMMON,
    page: include_str!("supabase_pooler_user.md"),
    checks: &[Check::Target(check)],
};

fn check(target: &Target, _: &Settings, out: &mut Sink<'_>) {
    let open = target.hosted() == Some(Hosted::SupabasePooler) && target.oddities.placeholders.is_empty();
    if !open || !target.has("user") || target.names_supabase_project() {
        return;
    }
    out.report("the user does not say which project of Supabase's is meant")
        .at(target.origin_of("user"), "no `.PROJECT_REF` behind the name")
        .also(target.origin_of("host"), "one pooler for many projects")
        .note("the pooler refuses the login: `Tenant or user not found`")
        .help("write `postgres.PROJECT_REF`, as the dashboard shows it under Connect");
}
