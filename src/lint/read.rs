//! The files of a run ▶ what their carriers make of them, env files first: others take variables from them.

use super::{Files, by_value};
use crate::{
    environment::Environment,
    layer::{
        Carried, Carrier, Layer, LayerKind, Structure, carried,
        compose::{BASES, Compose},
        dotenv::Dialect,
        kubernetes,
    },
    policy::Policy,
    settings::settle::of_path,
    source::{SourceId, SourceKind, Sources, directory},
};
use std::collections::{BTreeMap, BTreeSet};

/// The files, path and bytes, as their carriers have them, each with its source, in their order; `dialect` knows the
/// loader of a file by its path.
pub(super) fn read<'p>(
    sources: &mut Sources,
    files: &Files,
    texts: impl Iterator<Item = (&'p str, Vec<u8>)>,
    dialect: &dyn Fn(&str) -> Dialect,
    policy: &Policy,
) -> Vec<Carried> {
    let mut known: Vec<(SourceId, &str, Carrier)> = Vec::new();
    for (path, bytes) in texts {
        let carrier = files.carriers.get(path).copied().or_else(|| Carrier::of(path, &bytes));
        let id = sources.add(SourceKind::File(path.to_owned()), bytes);
        // What no name tells is read as what `lint -` reads.
        known.push((id, path, carrier.unwrap_or(Carrier::Dotenv)));
    }
    let is_env_file = |carrier: Carrier| carrier == Carrier::Dotenv;
    let env_files: BTreeMap<&str, SourceId> =
        known.iter().filter(|(.., c)| is_env_file(*c)).map(|(id, path, _)| (*path, *id)).collect();
    let mut out: BTreeMap<SourceId, Carried> = BTreeMap::new();
    // Env files first: others take variables from them.
    for first in [true, false] {
        for (id, path, carrier) in known.iter().filter(|(.., c)| is_env_file(*c) == first) {
            let environment = |path: &str, carrier| files.environment_of(path, carrier, policy);
            let below = (*carrier == Carrier::Compose).then(|| beside(path)).and_then(|name| {
                let below = out.get(env_files.get(name.as_str())?)?;
                // That of a developer says nothing of what a file for production is given.
                let same = environment(path, *carrier) == environment(&name, Carrier::Dotenv);
                same.then(|| below.layers.clone())
            });
            let layers = below.unwrap_or_default();
            let variable = |name: &str| layers.iter().find_map(|l| l.entry(name)).cloned();
            let dialect = if first { dialect(path) } else { Dialect::default() };
            let mut carried = carried::read(sources, *id, path, *carrier, dialect, &variable);
            // Who says what a file is asks about it.
            carried.speaks |= files.carriers.contains_key(*path);
            out.insert(*id, carried);
        }
    }
    let mut out: Vec<Carried> = out.into_values().collect();
    by_value::tell(&mut out, policy);
    let is_base = |path: &str| BASES.contains(&path.rsplit(['/', '\\']).next().unwrap_or_default());
    let bases: BTreeMap<String, Compose> = out
        .iter()
        .filter(|c| is_base(&c.path))
        .filter_map(|c| match &c.structure {
            Structure::Compose(compose) => Some((directory(&c.path).to_owned(), compose.clone())),
            _ => None,
        })
        .collect();
    let of_production = |c: &Carried| {
        !is_base(&c.path)
            && files.environment_of(&c.path, Carrier::Compose, policy) == Environment::Production
    };
    let is = |c: &Carried, test: fn(&Compose) -> bool| {
        matches!(&c.structure, Structure::Compose(compose) if test(compose)) && of_production(c)
    };
    let alone = |c: &&Carried| is(c, Compose::stands_alone);
    // A replica of production's, or what looks at it, replaces nothing.
    let mut replaced: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for file in out.iter().filter(alone) {
        if let Structure::Compose(compose) = &file.structure {
            replaced
                .entry(directory(&file.path).to_owned())
                .or_default()
                .extend(compose.programs().map(str::to_owned));
        }
    }
    let overlay = |c: &Carried| is(c, Compose::leaves_the_rest);
    stand_on_bases(&mut out, &overlay, policy);
    for file in &mut out {
        if let (Structure::Compose(compose), Some(base)) =
            (&mut file.structure, bases.get(directory(&file.path)))
        {
            compose.take_over(base);
            compose.replaced = is_base(&file.path)
                && compose.services.iter().any(|s| s.server)
                && replaced
                    .get(directory(&file.path))
                    .is_some_and(|names| compose.programs().any(|name| names.contains(name)));
        }
    }
    kubernetes::join(&mut out, &|path| files.environment_of(path, Carrier::Kubernetes, policy));
    out
}

/// Gives production's overlays what they leave of the bare file beside them.
fn stand_on_bases(out: &mut [Carried], overlay: &dyn Fn(&Carried) -> bool, policy: &Policy) {
    // Of two bare files docker compose takes the first by its name.
    let rank = |c: &Carried| BASES.iter().position(|name| c.path.rsplit(['/', '\\']).next() == Some(name));
    let mut below: BTreeMap<String, (Compose, Vec<Layer>)> = BTreeMap::new();
    for file in out.iter().filter(|c| overlay(c)) {
        let Structure::Compose(own) = &file.structure else { continue };
        let same = |c: &&Carried| directory(&c.path) == directory(&file.path) && c.path != file.path;
        let beside = out.iter().filter(same).filter_map(|c| match &c.structure {
            Structure::Compose(compose) => Some((c, compose)),
            _ => None,
        });
        let (bases, others): (Vec<_>, Vec<_>) = beside.partition(|(c, _)| rank(c).is_some());
        // What another file that is for nobody by its name makes as well may be meant there.
        let meant =
            |(c, other): &(&Carried, &Compose)| of_path(&c.path, policy).is_none() && other.makes_all_of(own);
        let first = bases.into_iter().min_by_key(|(c, _)| rank(c)).filter(|_| !others.iter().any(meant));
        if let Some((c, base)) = first {
            below.insert(file.path.clone(), (base.clone(), c.layers.clone()));
        }
    }
    for file in out {
        let Some((base, layers)) = below.get(&file.path) else { continue };
        if let Structure::Compose(compose) = &mut file.structure {
            compose.stand_on((&file.path, file.source), &mut file.layers, base, layers);
            // What it says itself may be `restart: always`.
            file.speaks = true;
        }
    }
}

/// The `.env` beside a file.
fn beside(path: &str) -> String {
    format!("{}.env", directory(path))
}

/// The env files by their paths, for those that stand on one.
pub(super) fn env_files(carried: &[Carried]) -> BTreeMap<&str, &Layer> {
    let layers = carried.iter().flat_map(|c| &c.layers).filter(|l| l.kind == LayerKind::EnvFile);
    layers.map(|l| (l.name.as_str(), l)).collect()
}
