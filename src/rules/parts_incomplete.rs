use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "parts-incomplete",
    since: "0.1.0",
    levels: Levels::of("WWEE"),
    boot: true,
    traits: COMMON,
    page: include_str!("parts_incomplete.md"),
    checks: &[Check::Target(check), Check::File(in_code)],
};

fn check(target: &Target, settings: &Settings, out: &mut Sink<'_>) {
    if target.form != Form::Parts || !target.is_postgres() || target.missing.is_empty() {
        return;
    }
    let Some(set) = &settings.parts else {
        // A file that hands on variables is one of several places, and what git keeps has the rest from elsewhere.
        let kept = || settings.whereabouts.as_ref().is_some_and(|at| at.kept);
        if out.door() == Door::Lint && (target.told || kept()) {
            return;
        }
        out.report(format!("`{}` asks for PostgreSQL, and nothing says which database", target.name))
            .at(target.origin(), "this switches to PostgreSQL")
            .help("set `DATABASE_URL`, or `DB_HOST`, `DB_NAME`, `DB_USER` and `DB_PASSWORD`");
        return;
    };
    // Some of these programs have defaults for what is left out.
    if set.program().is_some() {
        return;
    }
    // A project that declares its names and none for a part has that part in its code.
    let missing: Vec<&str> =
        target.missing.iter().copied().filter(|keyword| set.variables.contains_key(keyword)).collect();
    let names: Vec<String> = missing.iter().map(|keyword| format!("`{}`", set.variables[keyword])).collect();
    let names = match &names[..] {
        [] => return,
        [one] => format!("{one} is"),
        [many @ .., last] => format!("{} and {last} are", many.join(", ")),
    };
    let empty: Vec<_> =
        settings.empty_parts.iter().filter(|(keyword, _)| missing.contains(keyword)).collect();
    // `POSTGRES_USER=`, `POSTGRES_PASSWORD=`, `POSTGRES_DB=` in a file that git keeps is a form.
    let blank = |keyword: &str| settings.empty_parts.iter().any(|(own, _)| *own == keyword);
    let kept = settings.whereabouts.as_ref().is_some_and(|at| at.kept);
    let open = blank("password") || target.get("password").is_none();
    if out.door() == Door::Lint && kept && blank("user") && blank("dbname") && open {
        return;
    }
    // Elsewhere another source may set what a file leaves out; a file that sets it to nothing has decided.
    let undecided = out.door() == Door::Lint && empty.is_empty();
    // That a family of names is meant is a guess.
    let guess = undecided && set.name.ends_with('*');
    // The jobs of a pipeline, the services of a compose file, scripts and tests: they set what differs from what the code,
    // which reads these names, has for a default. Of a part alone nobody knows whether the code has the others.
    if guess && (target.told || out.environment() == Environment::Test || set.telling() < 2) {
        return;
    }
    // `defaults.env`: what it leaves out has no default.
    let defaults = |at: &Whereabouts| {
        let name = at.path.rsplit(['/', '\\']).next().unwrap_or_default();
        name.split(['.', '-', '_']).any(|word| matches!(word, "default" | "defaults"))
    };
    let defaults = settings.whereabouts.as_ref().is_some_and(defaults);
    if undecided && defaults {
        return;
    }
    // A container that is not built here, and a server, have defaults of their own.
    if undecided && (settings.foreign || settings.whereabouts.as_ref().is_some_and(Whereabouts::is_script)) {
        return;
    }
    // Names that the project declares, or that its code reads, are no family.
    let family = if set.name.starts_with('[') { String::new() } else { format!(" in `{}`", set.name) };
    let lint = out.door() == Door::Lint;
    let guessed =
        || settings.settled.environment.as_ref().is_none_or(|e| matches!(e.origin, Origin::Default(_)));
    let mild = out.environment() < Environment::Staging || guessed();
    let mut draft = out.report(format!("the connection{family} is incomplete: {names} not set"));
    draft = match empty.first() {
        Some((_, variable)) => draft.at(&variable.origin, "set to nothing"),
        None => draft.at(target.origin(), "one of the parts that are set"),
    };
    for (_, variable) in empty.iter().skip(1) {
        draft = draft.also(&variable.origin, "set to nothing");
    }
    for keyword in missing {
        draft = draft.note(consequence(keyword, settings.django));
    }
    draft = draft.help("set it; what the code fixes stands under `[connection]` in pgward.toml");
    // The user stands in a Secret, the host is the name of a service: only a database without a name is a trap.
    let elsewhere = guess && !target.missing.contains(&"dbname");
    // What git keeps without any secret gets those from elsewhere, and with them who logs in, and where.
    let kept = settings.whereabouts.as_ref().is_some_and(|at| at.git == Some(Git::Tracked));
    let login = target.get("password").is_none() && target.missing.contains(&"user");
    let elsewhere = elsewhere || kept && login;
    // Nothing in a file of defaults is no decision, but where somebody says staging or production.
    let form = lint && kept && open && blank("user");
    if defaults && lint && mild || form {
        draft.at_most(Levels::of("IIII"));
    } else if undecided {
        draft.at_most(Levels::of(if elsewhere { "IIII" } else { "WWWW" }));
    }
}

/// Django's settings take the name from a variable that may not be set, without a word.
fn in_code(file: &File<'_>, _: &Project<'_>, out: &mut Sink<'_>) {
    let Structure::Code(code) = &file.carried.structure else { return };
    for nameless in code.databases.iter().filter_map(|d| d.nameless.as_ref()) {
        let variable = nameless.variable.as_ref().map_or("its variable".to_owned(), |v| format!("`{v}`"));
        out.report(format!("`NAME` is `None` where {variable} is not set"))
            .at_span(nameless.span, "read without a default, and nothing stops without it")
            .note(consequence("dbname", true))
            .help("read it with `os.environ[…]`, which stops at once and says which variable is missing")
            .at_most(Levels::of("IIWW"));
    }
}

/// What a client does without the part.
fn consequence(keyword: &str, django: bool) -> &'static str {
    match keyword {
        "dbname" if django => "without a name Django connects to the database `postgres`, and migrates there",
        "dbname" => {
            "without a name libpq takes the user's for it; Django connects to the database `postgres`, and migrates \
             there"
        }
        "user" => "without a user libpq logs in as the user of the operating system",
        _ => "without a host libpq looks for a socket on this very machine",
    }
}
