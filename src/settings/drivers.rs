//! The driver that a URL needs against what the project requires.

use super::{
    Settings,
    setting::{Origin, Setting},
    target::Target,
};
use crate::{
    consumer::{
        Consumer, Reading,
        driver::{Driver, SqlAlchemyVersion},
    },
    environment::Environment,
    repository::{Package, Repository, Required},
};

/// A driver that a known consumer imports for a URL, and that the project does not require.
#[derive(Clone, Debug)]
pub struct MissingDriver {
    /// Who imports it, and who says so.
    pub consumer: Setting<Consumer>,
    /// One of these has to be there.
    pub needs: &'static [Driver],
    /// The URL leaves the driver to SQLAlchemy, whose default changed, or to Django.
    pub by_default: bool,
    /// SQLAlchemy's version, where it is known on which side of the change it is.
    pub sqlalchemy: Option<SqlAlchemyVersion>,
    /// Drivers of PostgreSQL that are required instead, with their places.
    pub instead: Vec<(Driver, Origin)>,
    /// A requirement of it that does not count: for development and tests alone, or too old.
    pub vain: Option<Origin>,
    /// It is required in versions alone that Django does not take: it takes them from this one on.
    pub oldest: Option<(u32, u32, u32)>,
}

/// Compares each URL with the requirements of its project.
pub(super) fn compare(settings: &mut Settings, repository: &Repository, path: Option<&str>) {
    if settings.consumers.iter().all(|c| own(c.value).is_empty()) {
        return;
    }
    let environment = settings.settled.environment.as_ref().map(|s| s.value);
    let missing: Vec<_> = settings
        .targets
        .iter()
        .map(|target| {
            let environment = target.environment.or(environment);
            // As for the consumers: where nobody said, what is for development may count.
            let dev = environment.is_none_or(|e| e < Environment::Staging);
            let required = repository.required(path, dev)?;
            let missing = settings.consumers.iter().find_map(|consumer| of(target, consumer, &required));
            Some((missing, is_put(&required)))
        })
        .collect();
    for (target, found) in settings.targets.iter_mut().zip(missing) {
        let Some((missing, put)) = found else { continue };
        target.missing_driver = missing.map(Box::new);
        target.around.scheme_is_put = put;
    }
}

/// Whether the drivers that are required are such as a plain scheme does not lead SQLAlchemy to.
fn is_put(required: &Required<'_>) -> bool {
    let brings =
        |driver: &Driver| required.brings(*driver).or_else(|| required.brings_aside(*driver)).is_some();
    let plain = [Driver::Psycopg2, Driver::Psycopg].iter().any(brings);
    !plain && Driver::ALL.iter().filter(|d| d.is_for_postgres()).any(brings)
}

/// SQLAlchemy, or what requires it.
const SQLALCHEMY: &[&str] = &["sqlalchemy", "sqlmodel", "flask-sqlalchemy", "alembic", "advanced-alchemy"];

/// What is required of a project where a consumer imports the driver; nothing of one that imports none.
fn own(consumer: Consumer) -> &'static [&'static str] {
    match consumer {
        Consumer::SqlAlchemy => SQLALCHEMY,
        Consumer::DjDatabaseUrl | Consumer::DjangoEnviron => &["django"],
        _ => &[],
    }
}

fn of(target: &Target, consumer: &Setting<Consumer>, required: &Required<'_>) -> Option<MissingDriver> {
    // The project that was read may be another one than the consumer's.
    if !own(consumer.value).iter().any(|name| required.names(name)) || target.oddities.explain() {
        return None;
    }
    let Reading::Accepted(accepted) = consumer.value.read(&target.text.as_ref()?.value) else { return None };
    let sqlalchemy = required.sqlalchemy();
    let needs = Driver::any_of(consumer.value, accepted.driver.as_ref(), sqlalchemy);
    let django = consumer.value != Consumer::SqlAlchemy;
    let too_old = |driver: Driver| {
        let oldest = driver.oldest_for_django().filter(|_| django && driver == Driver::Psycopg)?;
        required.is_older(driver, oldest).then_some(oldest)
    };
    let there = |driver: Driver| {
        let asked = required.brings(driver).or_else(|| required.brings_aside(driver));
        required.brings(driver).is_some() && too_old(driver).is_none()
            || required.has_around(driver)
            || asked.is_none() && required.is_locked(driver)
    };
    if needs.is_empty() || needs.iter().any(|driver| there(*driver)) {
        return None;
    }
    let origin = |p: &Package| Origin::Entry { layer: usize::MAX, span: p.span };
    let others = Driver::ALL.into_iter().filter(|d| d.is_for_postgres() && !needs.contains(d));
    let instead: Vec<_> =
        others.filter_map(|driver| Some((driver, origin(required.brings(driver)?)))).collect();
    let by_default = needs.len() > 1 || accepted.driver.is_some_and(|d| d.equals("postgresql"));
    // Code that has a driver of another kind often puts it into the URL itself.
    let rewritten = |(driver, _): &(Driver, Origin)| !matches!(driver, Driver::Psycopg | Driver::Psycopg2);
    if by_default && !django && instead.iter().any(rewritten) {
        return None;
    }
    Some(MissingDriver {
        consumer: consumer.clone(),
        by_default,
        sqlalchemy,
        instead,
        vain: needs
            .iter()
            .find_map(|d| required.brings(*d).or_else(|| required.brings_aside(*d)))
            .map(origin),
        oldest: needs.iter().find_map(|d| too_old(*d)),
        needs,
    })
}

impl MissingDriver {
    /// Whether SQLAlchemy imports it, so that the scheme can name another.
    pub fn is_sqlalchemy(&self) -> bool {
        self.consumer.value == Consumer::SqlAlchemy
    }

    /// The scheme that leads SQLAlchemy to `driver` without a change of the code: psycopg serves what psycopg2 does
    /// and what asyncpg does, psycopg2 what is not asynchronous.
    pub fn scheme_for(&self, driver: Driver) -> Option<&'static str> {
        match driver {
            Driver::Psycopg if !self.needs.contains(&Driver::Aiosqlite) => Some("postgresql+psycopg"),
            Driver::Psycopg2 if !self.needs.contains(&Driver::Asyncpg) && self.by_default => {
                Some("postgresql+psycopg2")
            }
            _ => None,
        }
    }
}
