use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "url-in-framework-config",
    since: "0.1.0",
    levels: Levels::of("WWEE"),
    boot: false,
    traits: Traits { leaks: true, ..COMMON },
    page: include_str!("url_in_framework_config.md"),
    checks: &[Check::Block(block), Check::File(file)],
};

fn block(file: &Carried, view: &View<'_>, out: &mut Sink<'_>) {
    passwords(file, view, false, out);
}

/// Alembic's file is the one of all environments and is judged as a whole.
fn passwords(file: &Carried, view: &View<'_>, alembic: bool, out: &mut Sink<'_>) {
    let carrier = if alembic == (file.carrier == Carrier::Ini) { file.carrier } else { Carrier::Json };
    let Some(help) = help(carrier) else { return };
    let is_alembic = |t: &&Target| (file.carrier == Carrier::Ini && t.name == "sqlalchemy.url") == alembic;
    let guides = out.environment() < Environment::Production;
    for target in view.settings.targets.iter().filter(is_alembic) {
        // A default is told by its own rule.
        let told = target.oddities.has_default_password();
        // The variables that pytest.ini and tox.ini set are for tests, with a server of their own.
        let own = || view.layers.iter().flat_map(|l| &l.entries).any(|e| e.told.is_some());
        let ours = file.carrier != Carrier::Ini || own();
        let password =
            target.credential().filter(|password| !told && ours && !password.secret.is_reference());
        let Some(password) = password else { continue };
        let draft = out
            .report(format!("a password stands in `{}`", file.path))
            .at(password.origin, "whoever reads the file has it");
        // `postgresql://placeholder:placeholder@localhost/placeholder` opens nothing.
        let left_open = password.secret.is_left_open() || guides && target.is_of_guides();
        let open = || target.exposed_password(Environment::Development).is_some();
        let near = || target.host_class() == Some(HostClass::Local);
        match target.replaced {
            _ if left_open => draft.help(help).at_most(Levels::of("IIII")),
            // Of this machine, and nobody asks for it.
            Some(replaced) if replaced.how.always && near() => draft
                .also_span(replaced.place, "another URL takes its place")
                .help("leave it empty: env.py sets it in any case")
                .at_most(Levels::of("IIII")),
            // What everybody has on a machine of their own, for those who set nothing else.
            Some(replaced) if near() && is_stock(target, password.secret) => draft
                .also_span(replaced.place, "another URL may take its place")
                .help("leave it empty, and let env.py fail where nobody says which database is meant")
                .at_most(Levels::of("IIII")),
            // In development, what opens a server that others reach.
            _ => draft
                .note("such a file is checked in and copied into images: who changes the password changes the code")
                .help(help)
                .at_most(Levels::of(if open() { "WWEE" } else { "IIEE" })),
        };
    }
}

/// Whether a password is one that guides and images have, or the role once more.
fn is_stock(target: &Target, password: &Secret) -> bool {
    password.is_template() || target.equal_to(password, &["user"]).is_some()
}

fn file(file: &File<'_>, _: &Project<'_>, out: &mut Sink<'_>) {
    let Structure::Ini(ini) = &file.carried.structure else { return };
    for view in file.views {
        passwords(file.carried, view, true, out);
    }
    let (Some(span), Some(help)) = (ini.template, help(file.carried.carrier)) else { return };
    out.report("`sqlalchemy.url` is still the one of the template")
        .at_span(span, "as `alembic init` writes it")
        .help(help)
        .at_most(Levels::of("IIII"));
}

fn help(carrier: Carrier) -> Option<&'static str> {
    Some(match carrier {
        Carrier::Ini => {
            "leave it empty and set it in env.py: `config.set_main_option(\"sqlalchemy.url\", url.replace(\"%\", \"%%\"))`"
        }
        Carrier::DatabaseYml => {
            "write `<%= ENV[\"DATABASE_URL\"] %>`, or `<%= ENV[\"DATABASE_PASSWORD\"] %>` for the password"
        }
        Carrier::Spring | Carrier::Properties => {
            "write `${DATABASE_PASSWORD}`, and set that variable where it runs"
        }
        Carrier::Yaml | Carrier::Toml | Carrier::Json => {
            "take it from the environment or a secret that is mounted, and leave it out here"
        }
        _ => return None,
    })
}
