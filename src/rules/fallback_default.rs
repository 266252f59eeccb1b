use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "fallback-default",
    since: "0.1.0",
    levels: Levels::of("EEEE"),
    boot: true,
    traits: COMMON,
    page: include_str!("fallback_default.md"),
    checks: &[Check::Target(check), Check::File(servers)],
};

fn check(target: &Target, settings: &Settings, out: &mut Sink<'_>) {
    let here = out.environment() == Environment::Production;
    let production = here && (target.environment.is_some() || settings.settled.environment.is_some());
    // A profile for another engine.
    if matches!(target.engine.value, Engine::Other(_)) {
        return;
    }
    // `CACHE_SQLITE_URI` never was PostgreSQL's.
    let sqlite = |key: &str| target.is_sqlite() && key.to_ascii_uppercase().contains("SQLITE");
    // Code has a default for itself, where other texts have a reference around it.
    let in_code = settings.whereabouts.as_ref().is_some_and(Whereabouts::is_code);
    for fallback in target.oddities.fallbacks.iter().filter(|f| !sqlite(&f.key)) {
        let named = target.names_within(fallback.span);
        let towards = fallback.towards_production || named.contains(&Environment::Production);
        // One name that says production settles it, wherever it stands.
        let other = named.first().filter(|_| production && !target.names_production());
        let refuses = other.is_some() && out.door() != Door::Boot;
        let (what, levels) = match fallback.supplies {
            "url" => ("its whole value", "IIWE"),
            "password" => ("the password", "IIWE"),
            "host" => ("the host", if refuses { "IIIE" } else { "IIIW" }),
            "user" => ("the user", "IIIW"),
            "dbname" => ("the database", if refuses { "IIIE" } else { "IIIW" }),
            _ => continue,
        };
        // Who takes away the password's default looks at its neighbours too.
        let worse = target.oddities.fallbacks.iter().any(|f| f.supplies == "password");
        // Rails itself writes these two into database.yml as they are.
        let rails = matches!(fallback.supplies, "user" | "dbname")
            && settings.whereabouts.as_ref().is_some_and(Whereabouts::is_database_yml);
        let levels = if rails && !refuses { "IIII" } else { levels };
        let levels = if worse && fallback.supplies != "password" { "IIII" } else { levels };
        // `ENV["DB_NAME"] || "shop_production"`: production's own name in its own section is in its place.
        let own = here && fallback.supplies == "dbname" && named.contains(&Environment::Production);
        // So is the public server of its own file, as if it stood there without a reference, if it lets nobody in.
        let opens = target.credential().is_some() || target.is_ambiguous();
        let told =
            || settings.settled.environment.as_ref().is_some_and(|e| !matches!(e.origin, Origin::Default(_)));
        let remote = || target.host_class() == Some(HostClass::Public);
        let whole = production && fallback.supplies == "url" && other.is_none();
        let calls = || {
            let database =
                target.names.iter().any(|n| n.keyword == "dbname" && n.says == Environment::Production);
            let here = target.class_by_name() == Some(HostClass::Local);
            target.is_postgres() && database && named.iter().all(|e| *e == Environment::Production) && !here
        };
        let own = own || whole && !opens && (remote() || calls()) && told();
        // Who sets the variable sets it for the server too, and who sets nothing is let in.
        // A server that is started beside it, under its own name, is no other than the one that is meant.
        let beside = fallback.supplies == "host" && target.around.neighbour;
        // A file at a place of its own is what somebody chose who has no server anywhere.
        let file = settings.without_postgres && target.is_placed_file();
        // A default that asks for a host, without another default, fails where nobody says which.
        let lets_in = || target.credential().is_some_and(|p| !p.secret.holds_a_whole_reference());
        let env_file = || settings.whereabouts.as_ref().is_some_and(Whereabouts::is_env_file);
        let asks = fallback.supplies == "url" && target.refers_to_host() && !lets_in() && !env_file();
        let meant =
            own || file || asks || target.is_sketch() || (fallback.shared || beside) && other.is_none();
        let levels = if meant { "IIII" } else { levels };
        let draft = out
            .report(format!("`{}` takes {what} from a default", fallback.key))
            .at_span(
                fallback.span,
                match &fallback.variable {
                    Some(name) if *name != fallback.key => format!("taken where `{name}` is not set"),
                    _ if fallback.alone || target.is_sqlite() && in_code => {
                        "taken where the variable is not set".to_owned()
                    }
                    _ => "the variable in here is not set".to_owned(),
                },
            )
            .help("remove the default, so that a missing variable is noticed");
        // Production's own name in its own section is in its place.
        if towards && !here {
            draft.note("the default leads to production or to a public host: who sets nothing works on it");
        } else {
            let draft = match other {
                Some(other) => draft.note(format!("the default says {other}, and this is production")),
                None => draft
                    .note("whoever forgets the variable connects to what the default names, without a word"),
            };
            draft.at_most(Levels::of(levels));
        }
    }
}

/// The password of a server that compose starts: whoever forgets the variable runs one that everybody gets into who read the
/// file. Where a client takes the same default, it is told there.
fn servers(file: &File<'_>, _: &Project<'_>, out: &mut Sink<'_>) {
    let Structure::Compose(compose) = &file.carried.structure else { return };
    let mut places = Vec::new();
    for service in compose.services.iter().filter(|s| s.server || s.partial) {
        let Some(block) = service.layer.and_then(|i| file.views.get(i)?.layers.last()) else { continue };
        for key in SERVERS_PASSWORD {
            let Some(entry) = block.entry(key).filter(|e| !e.value.text.is_rendered()) else { continue };
            let here = entry.value.fallback().filter(|place| Some(place.source) == block.source);
            places.extend(here.map(|place| (place, (entry, &entry.value.text))));
        }
    }
    let clients = file.views.iter().flat_map(|v| &v.settings.targets).flat_map(|t| &t.oddities.fallbacks);
    for (place, (entry, value)) in compose.untold(places, clients.map(|f| f.span)) {
        let (key, sign) = (&entry.key, entry.sign());
        let draft = out
            .report(format!("`{key}` takes the password of the server from a default"))
            .at_span(place, "taken where the variable is not set")
            .note("whoever forgets the variable starts a server with a password that stands in the file");
        let draft = match compose.asks_alone(&place, value) {
            Some(name) => {
                draft.help(format!("write `{key}{sign}${{{name}:?}}`, so that a missing variable is noticed"))
            }
            None => draft.help("remove the default, so that a missing variable is noticed"),
        };
        draft.at_most(Levels::of("IIWE"));
    }
}
