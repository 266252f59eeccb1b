use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "database-url-unrecognised",
    since: "0.1.0",
    levels: Levels::of("EEEE"),
    boot: true,
    traits: COMMON,
    page: include_str!("database_url_unrecognised.md"),
    checks: &[Check::Target(check)],
};

fn check(target: &Target, settings: &Settings, out: &mut Sink<'_>) {
    // `${DATABASE_URL}` is a placeholder before it is anything else.
    if target.engine.value != Engine::Unknown || target.oddities.explain() {
        return;
    }
    // CircleCI fills in `<< parameters.url >>` itself.
    if target.is_parameter_of_ci() {
        return;
    }
    let meant = out.door() == Door::Lint && is_meant(target, settings);
    let draft = out
        .report(format!("`{}` is no connection string of any engine that is known", target.name))
        .at(target.origin(), "neither a known scheme nor `keyword=value`")
        .help("write `postgresql://user:password@host:5432/dbname`");
    let draft = match target.text.as_ref().and_then(|t| t.value.store()) {
        Some(store) => draft.note(format!("a reference that {} resolves, and nobody has", store.as_str())),
        None if target.stands_for() == Some(StandsFor::Scripts) => {
            draft.note("PHP's PDO and Perl's DBI read it, and nothing else does")
        }
        None if target.stands_for() == Some(StandsFor::Host) => {
            draft.note("some programs put a URL together from this and the variables beside it")
        }
        None => draft,
    };
    if meant {
        draft.at_most(Levels::of("IIII"));
        return;
    }
    // Nobody reads it where env.py sets another one.
    if let Some(replaced) = target.replaced.filter(|r| r.how.always) {
        draft.also_span(replaced.place, "set here in any case").at_most(Levels::of("IIII"));
    }
}

/// Whether the text is what its author wanted, for all that files say: a template's, another store's, a reference of the
/// env file to what the process has. That no service may start with it is another question, which `check` answers.
fn is_meant(target: &Target, settings: &Settings) -> bool {
    let meant = match target.stands_for() {
        // Nobody starts a service with `your_database_url`, whatever the file is for that git keeps.
        Some(StandsFor::Placeholder) => {
            settings.is_to_be_copied() || settings.whereabouts.as_ref().is_some_and(|at| at.kept)
        }
        Some(
            StandsFor::Mark
            | StandsFor::AnotherStore
            | StandsFor::Scripts
            | StandsFor::Kind
            | StandsFor::Host,
        ) => true,
        Some(StandsFor::Web | StandsFor::Address) => settings.without_postgres,
        // What alembic.ini has for env.py to replace.
        None => {
            settings.whereabouts.as_ref().is_some_and(|w| w.path.rsplit('.').next() == Some("ini"))
                && target.is_sentinel()
        }
    };
    let refers = || {
        let place = target.origin().span();
        settings.misreadings.iter().any(|m| m.cause == Cause::Dollar && place == Some(m.span))
    };
    // `DATABASE_URL=$DATABASE_URL` in a file that git keeps: what the process has.
    let kept = settings.whereabouts.as_ref().is_some_and(Whereabouts::is_kept_env_file);
    let itself = || {
        let own = [format!("${}", target.name), format!("${{{}}}", target.name)];
        target.text.as_ref().is_some_and(|text| own.iter().any(|own| text.value.equals(own)))
    };
    meant || refers() || kept && itself()
}
