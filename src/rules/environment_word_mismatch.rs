use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "environment-word-mismatch",
    since: "0.1.0",
    levels: Levels::of("EEWE"),
    boot: true,
    traits: COMMON,
    page: include_str!("environment_word_mismatch.md"),
    checks: &[Check::Target(check)],
};

fn check(target: &Target, settings: &Settings, out: &mut Sink<'_>) {
    match out.environment() {
        // Where nobody says the environment, the name is no contradiction: it is the only word there is.
        Environment::Production if target.environment.is_some() || settings.settled.environment.is_some() => {
            within_production(target, out);
        }
        Environment::Production => {}
        Environment::Development | Environment::Test | Environment::Staging => {
            towards_production(target, settings, out);
        }
    }
}

fn towards_production(target: &Target, settings: &Settings, out: &mut Sink<'_>) {
    // A default that leads there is reported as one.
    let mut names =
        target.names.iter().filter(|n| n.says == Environment::Production && !target.is_default(n));
    let Some(first) = names.next() else { return };
    let environment = out.environment();
    let mut draft = out
        .report(format!(
            "{environment} connects {} `{}`, which says production",
            what(first.keyword),
            first.setting.value
        ))
        .at(&first.setting.origin, "a word for production");
    for other in names {
        draft = draft.also(&other.setting.origin, "and another");
    }
    let said = settings.settled.environment.as_ref().filter(|s| s.value == environment);
    let guessed = said.is_some_and(|s| matches!(s.origin, Origin::Default(_)));
    draft = match said {
        Some(word) => draft.also(&word.origin, format!("{environment} is decided here")),
        None => draft,
    };
    let help = "connect to a database of its own; where it is production, say so: `PGWARD_ENV=production`";
    let draft = if guessed {
        draft
            .note(format!("nothing says the environment of this file, which is taken for {environment}"))
            .help(how_to_say(settings))
    } else {
        draft.help(help)
    };
    // A copy of production's database on this machine, another one on production's server, a role of its name: whether
    // production's rows are at stake, these do not tell.
    let elsewhere = target.names.iter().any(|n| n.keyword == "dbname" && n.says != Environment::Production);
    let here = target.host_class() == Some(HostClass::Local);
    // A container that a developer's own stack runs beside has a developer's rows, whatever they are called.
    let contained =
        environment == Environment::Development && target.around.neighbour && first.keyword != "host";
    // So has one of a stack that is started for tests, among them.
    let tried = first.keyword == "dbname"
        && target.is_single_label()
        && settings.whereabouts.as_ref().is_some_and(|at| at.is_aside() && !at.is_env_file());
    // `DEV_DATABASE_URL` beside it: this one is for where no word is before the name.
    let own = |t: &Target| {
        t.environment == Some(environment)
            && t.is_postgres()
            && t.name.strip_suffix(&*target.name).is_some_and(|word| word.ends_with('_'))
            && t.names.iter().all(|n| n.says != Environment::Production)
    };
    let others = target.environment.is_none() && settings.targets.iter().any(own);
    if guessed || contained || tried || others && here {
        // The name is the only word there is: that it may be meant so is as likely.
        draft.at_most(Levels::of("IIII"));
    } else if here || elsewhere || others || first.keyword == "user" {
        draft.at_most(Levels::of("WWWW"));
    }
}

/// Where a file says that it is production's.
fn how_to_say(settings: &Settings) -> String {
    let path = settings.whereabouts.as_ref().map_or(".env", |w| w.path.as_str());
    let name = path.rsplit(['/', '\\']).next().unwrap_or(path);
    let example = match name.rsplit_once('.').map_or("", |(_, extension)| extension) {
        "py" => "production.py",
        "js" | "mjs" | "cjs" => "production.js",
        "ts" | "mts" | "cts" => "production.ts",
        "yml" | "yaml" if name.contains("compose") => "compose.production.yml",
        "yml" | "yaml" => "production.yml",
        extension if extension != "env" && !name.starts_with(".env") => "production/",
        _ => {
            return "name the file after its environment (`.env.production`), or set `PGWARD_ENV=production` in it"
                .into();
        }
    };
    format!(
        "connect to a database of its own; where this is production's, say so in the name of the file or of its \
         directory (`{example}`)"
    )
}

fn within_production(target: &Target, out: &mut Sink<'_>) {
    // One that says production settles it.
    let mut names = target.names.iter().filter(|n| !target.names_production() && !target.is_default(n));
    let Some(first) = names.next() else { return };
    // A name that stayed must not stop a service that runs; a person's role may be called after where they work.
    let mild = out.door() == Door::Boot || first.keyword == "user";
    let draft = out
        .report(format!(
            "production connects {} `{}`, which says {}",
            what(first.keyword),
            first.setting.value,
            first.says
        ))
        .at(&first.setting.origin, format!("a word for {}", first.says))
        .help("name production's own; where only the name is old, allow this rule with that reason");
    let draft = if first.keyword == "user" {
        draft.note("a role of another environment has its rights and, mostly, its password")
    } else {
        draft.note("what is emptied, rebuilt or loaded with made-up rows elsewhere is served to people here")
    };
    // The word is told as the password too, which is the graver of the two.
    let told = first.keyword == "user"
        && target.credential().is_some_and(|c| target.equal_to(c.secret, &["user"]).is_some());
    if told {
        draft.at_most(Levels::of("IIII"));
    } else if mild {
        draft.at_most(Levels::of("WWWW"));
    }
}

fn what(keyword: &str) -> &'static str {
    match keyword {
        "dbname" => "to the database",
        "user" => "as",
        _ => "to the host",
    }
}
