use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "supabase-direct-ipv6",
    since: "0.1.0",
    levels: Levels::of("IIWW"),
    boot: false,
    traits: COMMON,
    page: include_str!("supabase_direct_ipv6.md"),
    checks: &[Check::Target(check)],
};

fn check(target: &Target, settings: &Settings, out: &mut Sink<'_>) {
    if target.hosted() != Some(Hosted::SupabaseDirect) || target.names_placeholder_host() {
        return;
    }
    let draft = out
        .report("this name of Supabase's has an address of IPv6 alone")
        .at(target.origin_of("host"), "the server itself")
        .note("the project may pay for an IPv4 address; without it machines that have only IPv4 do not reach the server")
        .help("take the session pooler that the dashboard shows under Connect: it has IPv4 addresses, on port 5432");
    match settings.platform.as_ref().filter(|p| p.value.is_ipv4_only()) {
        Some(platform) => {
            draft.also(&platform.origin, format!("{} has no IPv6", platform.value.as_str()));
        }
        // Where it runs is not known, or it has both.
        None => drop(draft.at_most(Levels::of("IIII"))),
    }
}
