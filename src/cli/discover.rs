//! Which policy is in force, and what the flags change of it.

use super::{Error, args::Flags, start::PATIENCE};
use crate::{
    guard::policy_of,
    layer::MAX_BYTES,
    policy::{Level, LevelPlace, LevelSetting, ListFlag, Policy},
    source::{SourceKind, Sources},
    world::{World, beside},
};
use std::path::{Path, PathBuf};

/// Where a policy that nobody named is looked for.
#[derive(Clone, Copy)]
pub(super) enum Search<'p> {
    /// In the working directory alone: a service must not start by what lies above it.
    Here,
    /// In the directory of a path, else in the nearest one above it, up to the root of the git checkout.
    Above(&'p str),
}

/// The policy with what the flags change of it, and a sentence for each change.
pub(super) fn policy(
    flags: &Flags,
    world: &World,
    sources: &mut Sources,
    search: Search<'_>,
) -> Result<(Policy, Vec<String>), Error> {
    let mut remarks = Vec::new();
    let mut policy = match &flags.config {
        Some(path) => {
            let id = sources.add(SourceKind::File(path.clone()), world.read(path, MAX_BYTES, PATIENCE)?);
            let mut policy = Policy::parse(sources, id)?;
            // What lies elsewhere speaks of the files here.
            stand(&mut policy, Path::new("."));
            policy
        }
        None => found(world, sources, search, &mut remarks)?,
    };
    remarks.extend(levels(flags, &mut policy)?);
    policy.say(sources, ListFlag::Consumer, &flags.consumer).map_err(Error::Other)?;
    policy.say(sources, ListFlag::Loader, &flags.loader).map_err(Error::Other)?;
    Ok((policy, remarks))
}

fn found(
    world: &World,
    sources: &mut Sources,
    search: Search<'_>,
    remarks: &mut Vec<String>,
) -> Result<Policy, Error> {
    for directory in directories(search) {
        // Most directories have none of the files.
        let there = |path: &Path| !world.misses(path);
        let shown =
            |name: &str| Some(beside(&directory, name)).filter(|path| there(path)).map(|path| shown(&path));
        let Some((mut policy, others)) = policy_of::<Error>(world, sources, &shown)? else { continue };
        stand(&mut policy, &directory);
        let own = policy.path.clone().unwrap_or_default();
        remarks.extend(
            others.iter().map(|other| format!("`{other}` has a policy too; that of `{own}` is in force")),
        );
        return Ok(policy);
    }
    Ok(Policy::default())
}

/// Tells a policy where its globs begin.
fn stand(policy: &mut Policy, directory: &Path) {
    if let (Ok(here), Ok(globs)) = (std::path::absolute("."), std::path::absolute(directory)) {
        policy.stand(&here.to_string_lossy(), &globs.to_string_lossy());
    }
}

/// The directories that are asked, the nearest first.
fn directories(search: Search<'_>) -> Vec<PathBuf> {
    let Search::Above(path) = search else { return vec![PathBuf::from(".")] };
    let Ok(start) = std::path::absolute(path) else { return Vec::new() };
    let start = if start.is_dir() { Some(start.as_path()) } else { start.parent() };
    let mut out = Vec::new();
    for here in start.into_iter().flat_map(Path::ancestors) {
        out.push(here.to_path_buf());
        if beside(here, ".git").exists() {
            break;
        }
    }
    out
}

/// A path as the user would write it: from the working directory where it lies below that.
pub(super) fn shown(path: &Path) -> String {
    let current = std::path::absolute(".").ok();
    let below = current.and_then(|c| path.strip_prefix(c).ok());
    let short = below.or_else(|| path.strip_prefix(".").ok()).unwrap_or(path);
    short.to_string_lossy().into_owned()
}

/// The levels that flags set, each with a sentence: an override in force is printed.
fn levels(flags: &Flags, policy: &mut Policy) -> Result<Vec<String>, Error> {
    let mut remarks = Vec::new();
    for (level, rules, flag) in [
        (Level::Allow, &flags.allow, "--allow"),
        (Level::Warn, &flags.warn, "--warn"),
        (Level::Deny, &flags.deny, "--deny"),
    ] {
        for rule in rules {
            let Some(known) = crate::rules::find(rule) else {
                return Err(Error::Other(format!(
                    "{flag}: no rule of this version is called so; see `pgward rules`"
                )));
            };
            remarks.push(format!("in force by {flag}: `{}` is {}", known.id, level.as_str()));
            policy.levels.push(LevelSetting {
                rule: rule.clone(),
                environment: None,
                path: None,
                level,
                reason: flags.reason.clone(),
                place: LevelPlace::Override(flag.to_owned()),
            });
        }
    }
    Ok(remarks)
}
