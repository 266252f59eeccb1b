//! What the surroundings say: whether the program runs as functions that come and go, and whether its tests make
//! databases of their own. By variables that platforms set and by packages; where neither says so, nothing is known.

use super::{
    Setting, Settings, Target,
    lookup::Lookup,
    setting::Origin,
    variables::{FUNCTIONS, Kinds},
};
use crate::{
    consumer::Consumer,
    environment::Environment,
    repository::{Ecosystem, Package},
};

/// Looks, as far as something depends on it.
pub(super) fn look(settings: &mut Settings, lookup: &Lookup<'_>, packages: &[&Package]) {
    let settled = &settings.settled;
    let testing = settled.test_mode.is_some()
        || settled.environment.as_ref().is_some_and(|e| e.value == Environment::Test);
    if testing {
        settings.tests_derive = tests_derive(settings, packages);
    } else if settings.targets.iter().any(Target::is_postgres) {
        settings.functions = functions(lookup, packages).map(Box::new);
    }
}

/// The platform that runs the program as functions, and who says so: a variable or a package. None where a package
/// reaches the database over HTTP instead, which needs no connection of its own.
fn functions(lookup: &Lookup<'_>, packages: &[&Package]) -> Option<Setting<&'static str>> {
    let on = |text: &str| !text.trim().is_empty() && !matches!(text.trim(), "0" | "false");
    let known = if lookup.has(Kinds::FUNCTIONS) { FUNCTIONS } else { &[] };
    let variable = known.iter().find_map(|(key, platform)| {
        lookup.winner(key).filter(|s| on(s.value.expose())).map(|s| s.map(*platform))
    });
    let platform = variable.or_else(|| {
        packages.iter().find_map(|package| {
            let value = package.runs_as_functions()?;
            let origin = Origin::Entry { layer: usize::MAX, span: package.span };
            Some(Setting { value, key: package.name.clone(), origin, shadowed: Vec::new() })
        })
    })?;
    let over_http = |name: &str| {
        matches!(
            name,
            "@neondatabase/serverless"
                | "@vercel/postgres"
                | "@prisma/adapter-neon"
                | "@prisma/extension-accelerate"
        )
    };
    let passes_by = packages.iter().any(|p| p.ecosystem == Ecosystem::Node && over_http(&p.name));
    (!passes_by).then_some(platform)
}

/// Whether the project's test runner makes databases of its own beside the one that is configured: Django `test_` + name,
/// `sqlx::test` one a test, Rails one a worker.
fn tests_derive(settings: &Settings, packages: &[&Package]) -> bool {
    let reader =
        |c: Consumer| matches!(c, Consumer::Sqlx | Consumer::DjDatabaseUrl | Consumer::DjangoEnviron);
    settings.django
        || settings.consumers.iter().any(|c| reader(c.value))
        || packages.iter().any(|p| {
            matches!(
                (p.ecosystem, p.name.as_str()),
                (Ecosystem::Python, "django" | "pytest-django")
                    | (Ecosystem::Cargo, "sqlx")
                    | (Ecosystem::Ruby, "rails" | "activerecord")
            )
        })
}
