//! The policy of a directory: the first of the files that may say one. Reads; judges nothing.

use super::Error;
use crate::{
    layer::MAX_BYTES,
    policy::{HOMES, Policy, PolicyError},
    source::{SourceKind, Sources},
    world::{ReadError, Unreadable, World},
};
use std::time::Duration;

/// No file of a policy may take longer.
const PATIENCE: Duration = Duration::from_secs(10);
/// A pipe that nobody named is not waited for.
const BRIEFLY: Duration = Duration::from_millis(200);

/// The policy of `PGWARD_CONFIG`, else of the working directory, else the built-in one.
pub(crate) fn read_policy(world: &World, sources: &mut Sources) -> Result<Policy, Error> {
    if let Some(path) = world.variable("PGWARD_CONFIG").filter(|path| !path.is_empty()) {
        let id = sources.add(SourceKind::File(path.to_owned()), world.read(path, MAX_BYTES, PATIENCE)?);
        return Ok(Policy::parse(sources, id)?);
    }
    let found = policy_of::<Error>(world, sources, &|name| Some(name.to_owned()))?;
    Ok(found.map(|(policy, _)| policy).unwrap_or_default())
}

/// The policy of the first file that says one, and the paths of the others that do; `path` makes a path of a name,
/// or knows that nothing is there.
pub(crate) fn policy_of<E: From<PolicyError> + From<ReadError>>(
    world: &World,
    sources: &mut Sources,
    path: &dyn Fn(&str) -> Option<String>,
) -> Result<Option<(Policy, Vec<String>)>, E> {
    let mut found: Option<(Policy, Vec<String>)> = None;
    for name in HOMES {
        let Some(path) = path(name) else { continue };
        let own = *name == HOMES[0];
        let regular = world.look(&path, 0, PATIENCE).is_none_or(|seen| seen.regular);
        let bytes = match world.read(&path, MAX_BYTES, if regular { PATIENCE } else { BRIEFLY }) {
            Ok(bytes) => bytes,
            Err(ReadError { reason: Unreadable::Missing, .. }) => continue,
            Err(error) if own => return Err(error.into()),
            // A manifest that cannot be read is its own tool's concern.
            Err(_) => continue,
        };
        if !own && !bytes.windows(6).any(|word| word == b"pgward") {
            continue;
        }
        let mut aside = Sources::default();
        let taken = if found.is_some() { &mut aside } else { &mut *sources };
        let id = taken.add(SourceKind::File(path.clone()), bytes);
        match (Policy::parse_if_any(taken, id), &mut found) {
            (Ok(Some(policy)), None) => found = Some((policy, Vec::new())),
            // One that is not in force may be as wrong as it likes.
            (Ok(Some(_)) | Err(_), Some((_, others))) => others.push(path),
            (Ok(None), _) => {}
            (Err(error), None) => return Err(error.into()),
        }
    }
    Ok(found)
}
