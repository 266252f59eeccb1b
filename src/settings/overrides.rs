//! What the process environment says otherwise than the files that were read, and what libpq takes from it beside the
//! settings that a project wrote down. Facts only; a rule decides what they weigh.

use super::{
    ByKeyword, Setting,
    lookup::Lookup,
    parts,
    setting::Origin,
    target::{Form, Target, same_part},
    words,
};
use crate::{environment::Environment, layer::LayerKind, policy::Policy, secret::Part};

/// A part of a target that the process environment sets otherwise than an env file that was read.
#[derive(Clone, Debug)]
pub struct Override {
    /// `host`, `dbname` or `user`.
    pub keyword: &'static str,
    /// What is in force.
    pub own: Setting<Part>,
    /// What the file says.
    pub file: Setting<Part>,
    /// The name in force says production, and the one in the file does not.
    pub towards_production: bool,
}

/// The keywords that lead to another server, database or role, in the order in which they are told.
const TELLING: [&str; 5] = ["host", "hostaddr", "port", "dbname", "user"];

/// What the target would be by the strongest env file alone: its parts by keyword. `url` reads a URL of one.
pub(super) fn of_target(
    target: &Target,
    lookup: &Lookup<'_>,
    policy: &Policy,
    url: &dyn Fn(&str) -> Option<ByKeyword>,
) -> Vec<Override> {
    if !target.is_postgres() || target.derived_from.is_some() || target.is_ambiguous() {
        return Vec::new();
    }
    let by_process = |setting: &Setting<Part>| match setting.origin {
        Origin::Entry { layer, .. } => is_process(lookup, layer),
        _ => false,
    };
    let telling = ["host", "dbname", "user"];
    if !telling.iter().any(|k| target.get(k).is_some_and(by_process)) {
        return Vec::new();
    }
    let file = match target.form {
        Form::Url => url(&target.name).unwrap_or_default(),
        Form::Parts => {
            let set = target.parameters.iter().filter(|(_, s)| !s.key.starts_with("PG"));
            set.filter_map(|(k, s)| Some((*k, parts::in_env_file(lookup, k, &s.key)?))).collect()
        }
        Form::Document | Form::Toggle => return Vec::new(),
    };
    let differs = |keyword: &'static str| {
        let own = target.get(keyword).filter(|s| by_process(s) && !s.value.is_empty())?;
        let other = file.get(keyword).filter(|s| s.key == own.key && !s.value.is_empty())?;
        let says = |part: &Part| words::of_name(keyword, part, policy) == Some(Environment::Production);
        let towards_production = says(&own.value) && !says(&other.value);
        (!same_part(keyword, &own.value, &other.value)).then(|| Override {
            keyword,
            own: own.clone(),
            file: other.clone(),
            towards_production,
        })
    };
    telling.into_iter().filter_map(differs).collect()
}

/// The keywords that libpq's variables fill in a target that is made of something else: the process environment alone,
/// for what a file says stands beside the rest.
pub(super) fn ambient(parameters: &ByKeyword, libpq: &ByKeyword, lookup: &Lookup<'_>) -> Vec<&'static str> {
    if libpq.is_empty() {
        return Vec::new();
    }
    let filled = |keyword: &&'static str| {
        let Some((own, variable)) = parameters.get(keyword).zip(libpq.get(keyword)) else { return false };
        let Origin::Entry { layer, .. } = own.origin else { return false };
        own.key == variable.key && own.origin == variable.origin && is_process(lookup, layer)
    };
    TELLING.into_iter().filter(filled).collect()
}

/// Places in pgward.toml and manifests are in no layer.
fn is_process(lookup: &Lookup<'_>, layer: usize) -> bool {
    lookup.layers().get(layer).is_some_and(|l| l.kind == LayerKind::Environment)
}
