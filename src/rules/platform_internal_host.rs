use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "platform-internal-host",
    since: "0.1.0",
    levels: Levels::of("WWWW"),
    boot: false,
    traits: COMMON,
    page: include_str!("platform_internal_host.md"),
    checks: &[Check::Target(check)],
};

fn check(target: &Target, settings: &Settings, out: &mut Sink<'_>) {
    let Some(hosted) = target.hosted() else { return };
    let (owner, internal, instead) = match hosted {
        Hosted::RailwayInternal => {
            (Platform::Railway, true, "`DATABASE_PUBLIC_URL` leads to it from outside")
        }
        Hosted::RenderInternal => {
            (Platform::Render, true, "the dashboard shows an external URL beside this one")
        }
        Hosted::FlyInternal => (Platform::Fly, true, "`fly proxy 5432` brings it to this machine"),
        Hosted::RailwayPublic => {
            (Platform::Railway, false, "take `${{Postgres.DATABASE_URL}}`, the private address")
        }
        Hosted::RenderPublic => {
            (Platform::Render, false, "take the internal URL that the dashboard shows beside this one")
        }
        _ => return,
    };
    let here = settings.platform.as_ref().map(|p| p.value);
    let name = owner.as_str();
    if internal {
        // Deployed it runs there, as far as nothing says otherwise.
        // What says development or tests of itself is not deployed.
        let word = settings.settled.environment.as_ref();
        let silent = word.is_none_or(|word| matches!(word.origin, Origin::Default(_)));
        let deployed = here.is_none()
            && silent
            && out.environment() != Environment::Test
            && settings.hosted_on.contains(&owner);
        let outside = here.map_or(out.environment() <= Environment::Test, |here| here != owner) && !deployed;
        if outside && target.environment.is_none() {
            let code = settings.whereabouts.as_ref().is_some_and(Whereabouts::is_code);
            let draft = out
                .report(format!("this name exists inside {name} alone"))
                .at(target.origin_of("host"), "a private address")
                .note("nothing outside finds it: the lookup of the name fails")
                .help(instead);
            // A program may print it, and where it runs it does not say.
            if code && target.form == Form::Url {
                draft.at_most(Levels::of("IIII"));
            }
        }
    } else if here == Some(owner) && !target.name.contains("PUBLIC") && !target.name.contains("EXTERNAL") {
        let draft = out
            .report(format!("a service on {name} goes out to the internet and back to reach its database"))
            .at(target.origin_of("host"), "the address for others")
            .note("it is slower, is billed as traffic, and stops with the public address")
            .help(instead);
        if let Some(platform) = &settings.platform {
            draft.also(&platform.origin, format!("this runs on {name}"));
        }
    }
}
