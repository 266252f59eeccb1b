//! Which of the databases the service would use.

use crate::{
    environment::Environment,
    layer::LayerKind,
    secret::Part,
    settings::{Origin, Setting, Settings, lookup::Lookup, target::Oddities, variables::Role},
};

/// Tests use the database of tests; everything else the primary one. A URL on the command line is meant as it is.
pub(super) fn select(out: &mut Settings, lookup: &Lookup<'_>) {
    let place = |out: &Settings, role: Role| {
        out.targets.iter().position(|t| t.role == role && t.environment.is_none())
    };
    let environment = out.settled.environment.as_ref().map(|s| s.value);
    let testing = environment == Some(Environment::Test) || out.settled.test_mode.is_some();
    let primary = place(out, Role::Primary);
    let by_flag = primary.is_some_and(|i| {
        lookup.entry(&out.targets[i].name).is_some_and(|(layer, _)| lookup.kind(layer) == LayerKind::Flag)
    });
    out.chosen = if testing && !by_flag {
        place(out, Role::Test).or_else(|| primary.map(|i| derive_test(out, i)))
    } else {
        primary
    };
}

/// Django's runner makes `test_` + name beside the real database; an SQLite one is in memory.
fn derive_test(out: &mut Settings, primary: usize) -> usize {
    let real = &out.targets[primary];
    let Some(dbname) = real.get("dbname").filter(|_| out.django && real.is_postgres()).cloned() else {
        return primary;
    };
    let mut target = real.clone();
    target.role = Role::Test;
    let name = Part::with_proof(format!("test_{}", dbname.value.expose()), dbname.value.is_harmless());
    let derived = Setting {
        value: name,
        key: dbname.key.clone(),
        origin: Origin::Derived(vec![dbname.origin.clone()]),
        shadowed: Vec::new(),
    };
    target.parameters.insert("dbname", derived);
    target.derived_from = Some(Box::new(dbname));
    target.oddities = Oddities::default();
    out.targets.push(target);
    out.targets.len() - 1
}
