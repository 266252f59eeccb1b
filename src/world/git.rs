//! What git does with files, read from its index and its ignore rules; git itself is never run. An index that cannot be
//! read whole (split, sparse, of a later version) says nothing, and of files outside a checkout nothing is known.

use super::{beside, index::tracked};
use ignore::gitignore::{Gitignore, GitignoreBuilder};
use std::{
    collections::BTreeMap,
    fs,
    io::Read as _,
    path::{Component, Path, PathBuf},
};

/// A larger index is not read: that of a million files has about 100 MiB.
const INDEX: u64 = 128 << 20;
/// A larger `.git` file, configuration or ignore file is not read.
const SMALL: u64 = 1 << 20;

/// What git does with one file.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Kept {
    /// In the index.
    Tracked,
    /// Named by an ignore rule.
    Ignored,
    /// Neither.
    Open,
}

/// What a walk saw of checkouts, so that nobody looks for their roots once more.
#[derive(Default, Debug)]
pub(crate) struct Listed {
    /// What stands before the names in the first directory.
    pub(crate) shown: String,
    /// The same of each directory that is a root.
    pub(crate) roots: Vec<String>,
    /// The root that the first directory lies below, and it, where that is known.
    pub(crate) above: Option<Above>,
}

/// Where the first directory of a walk lies.
#[derive(Debug)]
pub(crate) struct Above {
    /// It, from the root of the file system.
    pub(crate) directory: PathBuf,
    /// The nearest directory above it with a `.git` in it.
    pub(crate) root: Option<PathBuf>,
}

/// What git does with each of these files; of those that are left out it is not known. A file that a walk found comes
/// with what that saw.
pub(crate) fn kept<'p>(
    paths: impl IntoIterator<Item = (&'p str, Option<&'p Listed>)>,
) -> BTreeMap<String, Kept> {
    let mut checkouts: BTreeMap<PathBuf, Vec<(String, &str)>> = BTreeMap::new();
    let mut roots = Roots::default();
    // Most files stand beside or below the one before, and what a checkout is to one directory is the same to each file.
    let mut last: Option<(&str, Option<Place>)> = None;
    for (path, listed) in paths {
        let directory = &path[..path.rfind('/').map_or(0, |i| i + 1)];
        let of_root = listed.map(|listed| (listed, listed.root(directory)));
        // Without a root of its own a directory has that of its whole tree.
        let key = of_root.map_or(directory, |(listed, root)| root.unwrap_or(&listed.shown));
        if last.as_ref().is_none_or(|(known, _)| *known != key) {
            let place = match of_root {
                Some((_, Some(root))) => absolute(root).map(|at| Place { root: at, before: String::new() }),
                Some((Listed { above: Some(Above { directory, root }), .. }, None)) => {
                    root.as_ref().and_then(|root| Place::of(root.clone(), directory))
                }
                Some((_, None)) => absolute(key).and_then(|at| roots.place(at.parent()?, &at)),
                None => absolute(key).and_then(|at| roots.place(&at, &at)),
            };
            last = Some((key, place));
        }
        if let Some((_, Some(Place { root, before }))) = &last {
            let inside = format!("{before}{}", &path[key.len()..]);
            match checkouts.get_mut(root) {
                Some(files) => files.push((inside, path)),
                None => drop(checkouts.insert(root.clone(), vec![(inside, path)])),
            }
        }
    }
    let mut out = BTreeMap::new();
    for (root, mut files) in checkouts {
        files.sort_unstable();
        let wanted: Vec<&[u8]> = files.iter().map(|(inside, _)| inside.as_bytes()).collect();
        let Some(tracked) = tracked_in(&root, &wanted) else { continue };
        let mut rules = Rules::of(&root);
        for ((inside, path), tracked) in files.iter().zip(tracked) {
            let kept = match tracked {
                true => Kept::Tracked,
                false if rules.ignore(inside) => Kept::Ignored,
                false => Kept::Open,
            };
            out.insert((*path).to_owned(), kept);
        }
    }
    out
}

/// Where a directory lies in its checkout.
struct Place {
    root: PathBuf,
    /// What git writes before the names in it.
    before: String,
}

impl Listed {
    /// The nearest root in the tree that holds a directory of it.
    fn root(&self, directory: &str) -> Option<&str> {
        let above = self.roots.iter().filter(|root| directory.starts_with(root.as_str()));
        above.max_by_key(|root| root.len()).map(String::as_str)
    }
}

/// The path from the root of the file system, without `.` and `..`.
fn absolute(path: &str) -> Option<PathBuf> {
    let mut out = PathBuf::new();
    for part in std::path::absolute(if path.is_empty() { "." } else { path }).ok()?.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => drop(out.pop()),
            part => out.push(part),
        }
    }
    Some(out)
}

/// The nearest directories with a `.git` in them; each directory is looked at once.
#[derive(Default)]
struct Roots(BTreeMap<PathBuf, Option<PathBuf>>);

impl Roots {
    /// The place of `directory` in the checkout that `from`, which holds it, is in; none for what is no UTF-8.
    fn place(&mut self, from: &Path, directory: &Path) -> Option<Place> {
        let mut passed = Vec::new();
        let mut found = None;
        for here in from.ancestors() {
            if let Some(root) = self.0.get(here) {
                found.clone_from(root);
                break;
            }
            passed.push(here.to_path_buf());
            if fs::symlink_metadata(beside(here, ".git")).is_ok() {
                found = Some(here.to_path_buf());
                break;
            }
        }
        self.0.extend(passed.into_iter().map(|d| (d, found.clone())));
        Place::of(found?, directory)
    }
}

impl Place {
    fn of(root: PathBuf, directory: &Path) -> Option<Self> {
        let names: Option<Vec<&str>> =
            directory.strip_prefix(&root).ok()?.components().map(|c| c.as_os_str().to_str()).collect();
        let before = names?.iter().flat_map(|name| [name, "/"]).collect();
        Some(Self { root, before })
    }
}

/// The directory of the checkout's own files, and of those that it shares with others: a `.git` file of a worktree or a
/// submodule names the first, `commondir` in it the second (gitrepository-layout).
fn directories(root: &Path) -> Option<(PathBuf, PathBuf)> {
    let dot = root.join(".git");
    let own = if fs::metadata(&dot).ok()?.is_dir() {
        dot
    } else {
        let text = String::from_utf8(read(&dot, SMALL)?).ok()?;
        root.join(text.strip_prefix("gitdir:")?.trim())
    };
    let common = read(&own.join("commondir"), SMALL).and_then(|b| String::from_utf8(b).ok());
    let common = common.map_or_else(|| own.clone(), |text| own.join(text.trim()));
    Some((own, common))
}

/// The directory that a checkout shares with others.
pub(super) fn common_directory(root: &Path) -> Option<PathBuf> {
    directories(root).map(|(_, common)| common)
}

/// The bytes of the index, if there is one, and how long a hash in it is; none where it cannot be read.
pub(super) fn index_of(root: &Path) -> Option<(Option<Vec<u8>>, usize)> {
    let (own, common) = directories(root)?;
    let config = read(&common.join("config"), SMALL)?;
    let config = String::from_utf8_lossy(&config).to_ascii_lowercase();
    let words: String = config.split_whitespace().collect();
    let hash = if words.contains("objectformat=sha256") { 32 } else { 20 };
    let index = own.join("index");
    if fs::symlink_metadata(&index).is_err() {
        return fs::metadata(own.join("HEAD")).is_ok().then_some((None, hash));
    }
    Some((Some(read(&index, INDEX)?), hash))
}

/// Which of `wanted`, which are in order, stand in the index; none where it cannot be read.
fn tracked_in(root: &Path, wanted: &[&[u8]]) -> Option<Vec<bool>> {
    let (index, hash) = index_of(root)?;
    index.map_or_else(|| Some(vec![false; wanted.len()]), |index| tracked(&index, hash, wanted))
}

/// A regular file of at most `limit` bytes.
#[expect(clippy::disallowed_methods, reason = "the one reader of files")]
fn read(path: &Path, limit: u64) -> Option<Vec<u8>> {
    let facts = fs::metadata(path).ok()?;
    if !facts.is_file() || facts.len() > limit {
        return None;
    }
    let mut bytes = Vec::new();
    fs::File::open(path).ok()?.take(limit + 1).read_to_end(&mut bytes).ok()?;
    (bytes.len() as u64 <= limit).then_some(bytes)
}

/// The ignore rules of one checkout, each file read once.
struct Rules {
    root: PathBuf,
    everywhere: Vec<Gitignore>,
    by_directory: BTreeMap<String, Option<Gitignore>>,
    ignored: BTreeMap<String, bool>,
}

impl Rules {
    fn of(root: &Path) -> Self {
        let own = directories(root).and_then(|(_, common)| rules_of(root, &common.join("info/exclude")));
        let (global, _) = GitignoreBuilder::new(root).build_global();
        let everywhere = own.into_iter().chain([global]).collect();
        Self { root: root.to_path_buf(), everywhere, by_directory: BTreeMap::new(), ignored: BTreeMap::new() }
    }

    /// Whether a file, or a directory above it, is named: what is below an ignored directory cannot be taken back.
    fn ignore(&mut self, path: &str) -> bool {
        let above = path.match_indices('/').map(|(i, _)| &path[..i]);
        for directory in above {
            let known = self.ignored.get(directory).copied();
            let ignored = known.unwrap_or_else(|| {
                let ignored = self.names(directory, true);
                self.ignored.insert(directory.to_owned(), ignored);
                ignored
            });
            if ignored {
                return true;
            }
        }
        self.names(path, false)
    }

    /// By the nearest file of rules that says something about it.
    fn names(&mut self, path: &str, directory: bool) -> bool {
        let mut above: Vec<&str> = path.match_indices('/').map(|(i, _)| &path[..i]).collect();
        above.insert(0, "");
        let full = self.root.join(path);
        for here in above.into_iter().rev() {
            let root = &self.root;
            if !self.by_directory.contains_key(here) {
                let directory = root.join(here);
                let rules = rules_of(&directory, &directory.join(".gitignore"));
                self.by_directory.insert(here.to_owned(), rules);
            }
            let Some(Some(rules)) = self.by_directory.get(here) else { continue };
            let matched = rules.matched(&full, directory);
            if !matched.is_none() {
                return matched.is_ignore();
            }
        }
        let mut everywhere = self.everywhere.iter().map(|rules| rules.matched(&full, directory));
        everywhere.find(|matched| !matched.is_none()).is_some_and(|matched| matched.is_ignore())
    }
}

/// The rules of one file, for what is below `root`; what is no rule in it is passed over, as git does.
pub(super) fn rules_of(root: &Path, path: &Path) -> Option<Gitignore> {
    let bytes = read(path, SMALL)?;
    let mut rules = GitignoreBuilder::new(root);
    for line in String::from_utf8_lossy(&bytes).trim_start_matches('\u{feff}').lines() {
        drop(rules.add_line(None, line));
    }
    rules.build().ok()
}
