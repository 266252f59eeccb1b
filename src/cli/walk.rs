//! Which files of a tree are looked at.

use super::{Error, start::PATIENCE};
use crate::{
    layer::{Carrier, MAX_BYTES},
    policy::Selection,
    repository::{is_manifest, max_bytes},
    world::{Listed, ReadError, Unreadable, Visitor, Walked, Want, beside, walk},
};
use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

/// What stands below a directory.
#[derive(Default)]
pub(super) struct Found {
    /// Files that may carry settings by their names and texts, in the order of their paths.
    pub(super) carriers: Vec<(String, Vec<u8>)>,
    /// Files that say who reads URLs and env files, in the order of their paths.
    pub(super) manifests: Vec<(String, Vec<u8>)>,
    /// Those directly in a directory above, up to the root of the git checkout, by their paths.
    pub(super) above: Vec<String>,
    /// How many have the name of a carrier.
    pub(super) seen: usize,
    /// How many of them do not speak of a database.
    pub(super) skipped: usize,
    /// What could not be listed or read.
    pub(super) failed: Vec<ReadError>,
    /// Which of the directories are roots of checkouts.
    pub(super) listed: Listed,
}

/// In bytes.
const LARGE: usize = 1 << 16;
/// More manifests than this are not looked at.
const MANIFESTS: usize = 4096;

/// The carriers and manifests below a directory. `.gitignore` is honoured of what git does not track; an env file that it
/// names is looked at all the same, because that is where secrets are kept. What the policy leaves out is not looked at.
///
/// # Errors
/// When nothing is there.
pub(super) fn find(path: &str, selection: &Selection, progress: &dyn Fn(usize)) -> Result<Found, Error> {
    let root = Path::new(path);
    if !root.exists() {
        return Err(ReadError { path: path.to_owned(), reason: Unreadable::Missing }.into());
    }
    let taking = Arc::new(Taking { selection: selection.clone(), ..Taking::default() });
    let trimmed = path.strip_prefix("./").unwrap_or(path).trim_end_matches('/');
    let shown = match trimmed {
        "" if path.starts_with('/') => "/".to_owned(),
        "" | "." => String::new(),
        other => format!("{other}/"),
    };
    let Walked { mut kept, mut failed, roots, above } = walk(root, &shown, &taking, PATIENCE, progress);
    kept.sort_unstable_by(|a, b| a.path.cmp(&b.path));
    failed.sort_by(|a, b| a.path.cmp(&b.path));
    let mut out = Found {
        above: manifests_above(root, false),
        listed: Listed { shown, roots, above },
        seen: taking.seen.load(Ordering::Acquire),
        skipped: taking.skipped.load(Ordering::Acquire),
        failed,
        ..Found::default()
    };
    for Item { path, bytes, carrier, manifest } in kept {
        match (carrier, manifest && out.manifests.len() < MANIFESTS) {
            (true, true) => {
                out.manifests.push((path.clone(), bytes.clone()));
                out.carriers.push((path, bytes));
            }
            (true, false) => out.carriers.push((path, bytes)),
            (false, true) => out.manifests.push((path, bytes)),
            (false, false) => {}
        }
    }
    Ok(out)
}

/// Directories that hold what others wrote, and what was made of it.
fn is_foreign(name: &str) -> bool {
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
}

/// What `lint` takes of a tree.
#[derive(Default)]
struct Taking {
    selection: Selection,
    seen: AtomicUsize,
    skipped: AtomicUsize,
}

/// What the path of a file tells.
struct Told {
    carrier: Option<Carrier>,
    manifest: bool,
}

/// A file that is kept.
struct Item {
    path: String,
    bytes: Vec<u8>,
    carrier: bool,
    manifest: bool,
}

impl Visitor for Taking {
    type Kept = Item;
    type Told = Told;

    const LIMIT: usize = MAX_BYTES;

    fn enters(&self, path: &str, name: &str) -> bool {
        !is_foreign(name) && self.selection.enters(path)
    }

    fn wants(&self, path: &str) -> Option<(Want, Told)> {
        let carrier = Carrier::of_name(path).filter(|_| self.selection.takes(path));
        let manifest = is_manifest(path);
        if carrier.is_none() && !manifest {
            let among = Carrier::may_be_script(path).filter(|_| self.selection.takes(path))?;
            return Some((Want::Script { among }, Told { carrier: Some(Carrier::Shell), manifest }));
        }
        // That is where secrets are kept.
        let want = if carrier == Some(Carrier::Dotenv) { Want::Always } else { Want::Visible };
        Some((want, Told { carrier, manifest }))
    }

    fn begins(&self, bytes: &[u8]) -> bool {
        Carrier::is_script(bytes)
    }

    fn look(&self, path: String, told: Told, bytes: &mut Vec<u8>) -> Option<Item> {
        let manifest = told.manifest && bytes.len() <= max_bytes(&path);
        let carrier = told.carrier.is_some_and(|named| {
            self.seen.fetch_add(1, Ordering::AcqRel);
            let speaks = match named {
                Carrier::Dotenv => Carrier::of(&path, bytes).is_some(),
                // A bundle of megabytes is no configuration.
                _ if bytes.len() > MAX_BYTES => false,
                _ => named.may_matter(&path, bytes) && Carrier::of(&path, bytes).is_some(),
            };
            if !speaks {
                self.skipped.fetch_add(1, Ordering::AcqRel);
            }
            speaks
        });
        (carrier || manifest).then(|| {
            // A large one is not copied; the next file gets a buffer of its own.
            let bytes = if bytes.len() > LARGE { std::mem::take(bytes) } else { bytes.clone() };
            Item { path, bytes, carrier, manifest }
        })
    }
}

/// The manifests in the directories above one, as seen from there, and in itself when asked for; none where no
/// checkout's root is reached.
pub(super) fn manifests_above(directory: &Path, itself: bool) -> Vec<String> {
    let Ok(absolute) = std::path::absolute(directory) else { return Vec::new() };
    let mut out = Vec::new();
    let mut shown = directory.to_path_buf();
    let inside = absolute.ancestors().any(|a| beside(a, ".git").exists());
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
        if !inside || beside(here, ".git").exists() {
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
