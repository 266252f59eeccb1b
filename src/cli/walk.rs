//! Which files of a tree are looked at.

use super::Error;
use crate::{
    layer::Carrier,
    policy::Selection,
    repository::is_manifest,
    world::{ReadError, Unreadable},
};
use ignore::WalkBuilder;
use std::path::Path;

/// What stands at a path.
#[derive(Default)]
pub(super) struct Found {
    /// Files that may carry settings by their names, in the order of their paths.
    pub(super) carriers: Vec<String>,
    /// Files that say who reads URLs and env files: those of the directory or below it, and those that stand
    /// directly in a directory above it, up to the root of the git checkout.
    pub(super) manifests: Vec<String>,
}

/// More manifests than this are not looked at.
const MANIFESTS: usize = 4096;

/// The carriers at a path: the file itself, or those below a directory. `.gitignore` is honoured for directories;
/// an env file that it names is looked at all the same, because that is where secrets are kept. Of what lies below a
/// directory the policy's selection is taken; a file that is named is looked at, whatever is excluded.
pub(super) fn find(path: &str, selection: &Selection) -> Result<Found, Error> {
    let root = Path::new(path);
    if !root.exists() {
        return Err(ReadError { path: path.to_owned(), reason: Unreadable::Missing }.into());
    }
    if !root.is_dir() {
        // A file that is named is read, whatever it is called; what it is, its text may tell.
        let carriers = vec![path.to_owned()];
        let beside = root.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let manifests = if carriers.is_empty() { Vec::new() } else { manifests_above(beside, true) };
        return Ok(Found { carriers, manifests });
    }
    let mut out = Found { carriers: Vec::new(), manifests: manifests_above(root, false) };
    let skip = |name: &str| {
        matches!(
            name,
            ".git"
                | "node_modules"
                | "target"
                | "__pycache__"
                | ".venv"
                | "venv"
                | ".tox"
                | ".nox"
                | "vendor"
                | "site-packages"
                | "bower_components"
        ) || name.contains("{{")
    };
    let entered = selection.clone();
    let walk = WalkBuilder::new(root)
        .hidden(false)
        .filter_entry(move |e| {
            let left_out =
                || skip(&e.file_name().to_string_lossy()) || !entered.enters(&e.path().to_string_lossy());
            !(e.path().is_dir() && e.depth() > 0 && left_out())
        })
        .build();
    for entry in walk.flatten().filter(|e| e.file_type().is_some_and(|t| t.is_dir())) {
        for file in std::fs::read_dir(entry.path()).into_iter().flatten().flatten() {
            let file = file.path();
            let name = file.to_string_lossy();
            let carrier = Carrier::of_name(&name);
            // What git ignores is looked at where it is an env file: that is where secrets are kept.
            let manifest = is_manifest(&name);
            if !(carrier.is_some() || manifest) || !file.is_file() {
                continue;
            }
            let shown = file.strip_prefix(".").unwrap_or(&file).to_string_lossy().into_owned();
            if manifest && out.manifests.len() < MANIFESTS {
                out.manifests.push(shown.clone());
            }
            if carrier.is_some() && selection.takes(&shown) {
                out.carriers.push(shown);
            }
        }
    }
    out.carriers.sort();
    Ok(out)
}

/// The manifests in the directories above one, as seen from there, and in itself when asked for; none where no
/// checkout's root is reached.
pub(super) fn manifests_above(directory: &Path, itself: bool) -> Vec<String> {
    let Ok(absolute) = std::path::absolute(directory) else { return Vec::new() };
    let mut out = Vec::new();
    let mut shown = directory.to_path_buf();
    let inside = absolute.ancestors().any(|a| a.join(".git").exists());
    for (steps, here) in absolute.ancestors().enumerate() {
        if steps > 0 || itself {
            for file in std::fs::read_dir(here).into_iter().flatten().flatten() {
                let name = file.file_name().to_string_lossy().into_owned();
                if is_manifest(&name) && file.path().is_file() {
                    let path = shown.join(&name);
                    out.push(path.strip_prefix(".").unwrap_or(&path).to_string_lossy().into_owned());
                }
            }
        }
        if !inside || here.join(".git").exists() {
            break;
        }
        // `a/b` is left to `a`, and `.` to `..`.
        shown = match shown.file_name() {
            Some(_) if shown.components().count() > 1 => {
                shown.parent().map(Path::to_path_buf).unwrap_or_default()
            }
            Some(_) => Path::new(".").to_path_buf(),
            None if shown == Path::new(".") || shown.as_os_str().is_empty() => Path::new("..").to_path_buf(),
            None => shown.join(".."),
        };
    }
    out
}
