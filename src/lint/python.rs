//! What the Python of a project decides about a URL: who reads it, and which driver the code puts into it.

use super::view::FileView;
use crate::{
    consumer::Consumer,
    layer::{Carried, Carrier, code::is_aside},
    repository::{Ecosystem, Repository},
    settings::{MissingDriver, Setting, Settings, Target},
    source::{SourceKind, Sources, directory},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    mem,
};

/// A URL that leaves the driver to SQLAlchemy needs none of its own where code below makes it name the one that is there.
pub(super) fn drivers(sources: &Sources, carried: &[Carried], views: &mut [Vec<FileView<'_>>]) {
    let open = |target: &Target| {
        let missing = target.missing_driver.as_deref();
        missing.is_some_and(|m| m.by_default && m.is_sqlalchemy() && !m.instead.is_empty())
    };
    if !views.iter().flatten().any(|view| view.settings.targets.iter().any(open)) {
        return;
    }
    // By the directory of the code; what a test puts into its own URL reaches nobody else's.
    let mut put: BTreeMap<&str, BTreeSet<Put<'_>>> = BTreeMap::new();
    for file in carried.iter().filter(|file| file.carrier == Carrier::Python && !is_aside(&file.path)) {
        let found = puts(sources.get(file.source).bytes());
        if !found.is_empty() {
            put.entry(directory(&file.path)).or_default().extend(found);
        }
    }
    for (file, views) in carried.iter().zip(views) {
        let here = directory(&file.path);
        let targets = views.iter_mut().flat_map(|view| &mut view.settings.targets);
        for target in targets.filter(|target| open(target)) {
            let Some(missing) = target.missing_driver.as_deref() else { continue };
            let below = put.range(here..).take_while(|(there, _)| there.starts_with(here)).take(MANY);
            let mut named = below.flat_map(|(there, puts)| puts.iter().map(move |put| (*there, put)));
            if named.any(|(there, put)| put.is_for(target) && put.leads_to(missing, there, sources)) {
                target.missing_driver = None;
            }
        }
    }
}

/// So many directories of code, or names of variables, are looked at.
const MANY: usize = 64;

/// `url.replace("postgresql://", "postgresql+psycopg://")` in a file of Python.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Put<'t> {
    driver: &'t str,
    /// The variable, where the line has it in quotes.
    variable: Option<&'t str>,
}

impl Put<'_> {
    fn is_for(&self, target: &Target) -> bool {
        let own = target.name.rsplit('.').next().unwrap_or_default();
        self.variable.is_none_or(|name| name == own)
    }

    /// Whether it is the driver that the manifest of this code brings.
    fn leads_to(&self, missing: &MissingDriver, there: &str, sources: &Sources) -> bool {
        missing.instead.iter().filter(|(driver, _)| driver.as_str() == self.driver).any(|(_, origin)| {
            let Some(SourceKind::File(path)) = origin.span().map(|s| sources.get(s.source).kind()) else {
                return false;
            };
            let own = directory(path);
            // `requirements/production.txt` is that of the code beside the directory.
            there.starts_with(own.strip_suffix("requirements/").unwrap_or(own))
        })
    }
}

/// The drivers that a text puts into the scheme that names none.
fn puts(text: &[u8]) -> Vec<Put<'_>> {
    const CALL: &[u8] = b".replace(";
    let Ok(text) = std::str::from_utf8(text) else { return Vec::new() };
    let found = text.match_indices(".replace(").filter_map(|(at, _)| {
        let (from, rest) = quoted(&text[at + CALL.len()..])?;
        let (to, _) = quoted(rest.trim_start().strip_prefix(',')?)?;
        if !matches!(from, "postgresql://" | "postgresql:" | "postgresql") {
            return None;
        }
        let name = to.strip_prefix("postgresql+")?.split(':').next()?;
        // The line before the call, as far as anybody writes one.
        let bytes = text.as_bytes();
        let first = bytes[..at].iter().rev().take(512).take_while(|b| **b != b'\n').count();
        let before = text.get(at - first..at)?;
        if before.contains('#') {
            return None;
        }
        let names = |word: &&str| {
            word.contains('_')
                && word.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_')
        };
        let variable = before.split(['"', '\'']).find(names);
        Some(Put { driver: name.strip_suffix("_async").unwrap_or(name), variable })
    });
    found.collect()
}

/// The text in quotes that an argument begins with, and what stands behind it.
fn quoted(text: &str) -> Option<(&str, &str)> {
    let text = text.trim_start();
    let quote = text.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let line = text[1..].split('\n').next()?;
    let end = line.find(quote)?;
    Some((&line[..end], &line[end + 1..]))
}

/// Where a program is told its settings of Django, SQLAlchemy reads nothing that no file of Python imports it for: a list
/// of requirements may be that of several programs.
pub(super) fn of_django(
    sources: &Sources,
    carried: &[Carried],
    views: &mut [Vec<FileView<'_>>],
    repository: &Repository,
) {
    let guessed = |settings: &Settings, c: &Setting<Consumer>| {
        c.value == Consumer::SqlAlchemy && !settings.declares(c) && c.span().is_some()
    };
    let told = |view: &FileView<'_>| {
        let named = || view.layers.iter().any(|l| l.entry("DJANGO_SETTINGS_MODULE").is_some());
        view.settings.consumers.iter().any(|c| guessed(&view.settings, c)) && named()
    };
    if repository.asks_for(Ecosystem::Python, &["django"]).is_none() || !views.iter().flatten().any(told) {
        return;
    }
    let targets = views.iter().flatten().filter(|view| told(view)).flat_map(|view| &view.settings.targets);
    let names = targets.filter_map(|t| t.name.rsplit('.').next()).map(str::to_ascii_lowercase);
    let names: BTreeSet<String> = names.filter(|name| !name.is_empty()).collect();
    let python = || carried.iter().filter(|file| file.carrier == Carrier::Python);
    let migrates = || carried.iter().any(|file| file.path.ends_with("alembic.ini"));
    let mut others = python().map(|file| {
        let text = String::from_utf8_lossy(sources.get(file.source).bytes());
        speaks_of_sqlalchemy(&text, &names, is_aside(&file.path))
    });
    // Whoever names one file to be looked at has not shown the code.
    if python().next().is_none() || names.len() > MANY || migrates() || others.any(|other| other) {
        return;
    }
    for view in views.iter_mut().flatten().filter(|view| told(view)) {
        let mut consumers = mem::take(&mut view.settings.consumers);
        consumers.retain(|c| !guessed(&view.settings, c));
        view.settings.consumers = consumers;
        for target in &mut view.settings.targets {
            target.missing_driver = target.missing_driver.take().filter(|missing| !missing.is_sqlalchemy());
        }
    }
}

/// Whether a file of Python may have SQLAlchemy read a URL: by its name, by that of what hands everything on to it, or because it
/// takes the variable and is no part of Django's settings.
fn speaks_of_sqlalchemy(text: &str, names: &BTreeSet<String>, aside: bool) -> bool {
    const WORDS: [&str; 6] = ["sqlalchemy", "sqlmodel", "alembic", "create_engine", "read_sql", "to_sql"];
    const DJANGOS: [&str; 4] = ["DATABASES", "dj_database_url", "environ.Env", "env.db"];
    let lower = text.to_ascii_lowercase();
    let takes = || !aside && names.iter().any(|name| lower.contains(name));
    WORDS.iter().any(|word| lower.contains(word)) || takes() && !DJANGOS.iter().any(|own| text.contains(own))
}
