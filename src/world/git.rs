//! What git does with files, read from its index and its ignore rules; git itself is never run. An index that cannot be
//! read whole (split, sparse, of a later version) says nothing, and of files outside a checkout nothing is known.

use super::beside;
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

/// Which of `wanted`, which are in order, stand in the index; none where it cannot be read. No index is an empty one.
fn tracked_in(root: &Path, wanted: &[&[u8]]) -> Option<Vec<bool>> {
    let (own, common) = directories(root)?;
    let config = read(&common.join("config"), SMALL)?;
    let config = String::from_utf8_lossy(&config).to_ascii_lowercase();
    let words: String = config.split_whitespace().collect();
    let hash = if words.contains("objectformat=sha256") { 32 } else { 20 };
    let index = own.join("index");
    if fs::symlink_metadata(&index).is_err() {
        return fs::metadata(own.join("HEAD")).is_ok().then(|| vec![false; wanted.len()]);
    }
    tracked(&read(&index, INDEX)?, hash, wanted)
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

/// Which of `wanted`, which are in order, an index of version 2, 3 or 4 names, with hashes of `hash` bytes
/// (gitformat-index).
fn tracked(index: &[u8], hash: usize, wanted: &[&[u8]]) -> Option<Vec<bool>> {
    let word = |at: usize| Some(u32::from_be_bytes(index.get(at..at + 4)?.try_into().ok()?));
    let version = word(4).filter(|v| index.starts_with(b"DIRC") && (2..=4).contains(v))?;
    let end = index.len().checked_sub(hash)?;
    let mut at = 12;
    let mut name: Vec<u8> = Vec::new();
    let mut found = vec![false; wanted.len()];
    // Both are in order, but nobody promises that of the index.
    let mut next = 0;
    for _ in 0..word(8)? {
        let entry = at;
        // A directory stands for its files in a sparse index.
        let kind = word(entry + 24)? >> 12;
        if kind == 0o4 {
            return None;
        }
        let flags = entry + 40 + hash;
        let extended = index.get(flags)? & 0x40 != 0;
        at = flags + if extended && version > 2 { 4 } else { 2 };
        if version == 4 {
            let (strip, next) = offset(index, at)?;
            name.truncate(name.len().checked_sub(strip)?);
            at = next;
        } else {
            name.clear();
        }
        let length = index.get(at..end)?.iter().position(|b| *b == 0)?;
        name.extend_from_slice(&index[at..at + length]);
        at += length + 1;
        if version < 4 {
            // One to eight zeros, up to a multiple of eight.
            at = entry + (at - 1 - entry + 8) / 8 * 8;
        }
        if next > 0 && wanted[next - 1] >= name.as_slice() {
            next = wanted.partition_point(|w| *w < name.as_slice());
        }
        while wanted.get(next).is_some_and(|w| *w < name.as_slice()) {
            next += 1;
        }
        if wanted.get(next) == Some(&name.as_slice()) {
            found[next] = true;
        }
    }
    // What must be understood begins with a small letter: `link` leads to another index, `sdir` to directories.
    while at < end {
        let signature = index.get(at..at + 4)?;
        if !signature[0].is_ascii_uppercase() {
            return None;
        }
        at = at.checked_add(8)?.checked_add(word(at + 4)? as usize)?;
    }
    (at == end).then_some(found)
}

/// A number as version 4 writes it: seven bits a byte, the highest first, one more for each further byte.
fn offset(bytes: &[u8], mut at: usize) -> Option<(usize, usize)> {
    let mut byte = *bytes.get(at)?;
    let mut value = usize::from(byte & 0x7f);
    while byte & 0x80 != 0 {
        at += 1;
        byte = *bytes.get(at)?;
        value = value.checked_add(1)?.checked_mul(128)?.checked_add(usize::from(byte & 0x7f))?;
    }
    Some((value, at + 1))
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

#[cfg(test)]
mod tests {
    use super::*;

    /// An index of these names, as `git update-index` writes it, with an extension behind it.
    fn index(version: u32, names: &[&str], extension: &[u8]) -> Vec<u8> {
        let mut out = b"DIRC".to_vec();
        out.extend(version.to_be_bytes());
        out.extend(u32::try_from(names.len()).expect("few").to_be_bytes());
        let mut before = "";
        for name in names {
            let entry = out.len();
            out.extend([0; 24]);
            out.extend(0o100_644_u32.to_be_bytes());
            out.extend([0; 12 + 20]);
            out.extend([0, u8::try_from(name.len()).expect("short")]);
            if version == 4 {
                let same = before.bytes().zip(name.bytes()).take_while(|(a, b)| a == b).count();
                out.push(u8::try_from(before.len() - same).expect("short"));
                out.extend(&name.as_bytes()[same..]);
                out.push(0);
            } else {
                out.extend(name.as_bytes());
                out.push(0);
                while !(out.len() - entry).is_multiple_of(8) {
                    out.push(0);
                }
            }
            before = name;
        }
        out.extend(extension);
        out.extend([7; 20]);
        out
    }

    fn found(index: &[u8]) -> Option<Vec<String>> {
        let wanted = [".env", "a/.env", "b/.env.production"];
        let found = tracked(index, 20, &wanted.map(str::as_bytes))?;
        Some(
            wanted
                .into_iter()
                .zip(found)
                .filter(|(_, found)| *found)
                .map(|(name, _)| name.to_owned())
                .collect(),
        )
    }

    #[test]
    fn an_index_is_read_in_every_version() {
        let names = [".env", ".gitignore", "a/.env", "a/.env.example", "b/.env.production.local"];
        let extension = [&b"TREE"[..], &3_u32.to_be_bytes(), b"abc"].concat();
        assert_eq!(
            found(&index(2, &["a/.env", ".env", "b/.env.production", ".env"], &[])).map(|f| f.len()),
            Some(3)
        );
        for version in 2..=4 {
            let bytes = index(version, &names, &extension);
            assert_eq!(found(&bytes), Some(vec![".env".into(), "a/.env".into()]), "{version}");
        }
        assert_eq!(found(&index(2, &[], &[])), Some(Vec::new()));
    }

    #[test]
    fn what_cannot_be_read_says_nothing() {
        let whole = index(4, &[".env", "a/.env"], &[]);
        for (version, extension) in
            [(1, &b""[..]), (5, b""), (2, b"link\0\0\0\0"), (2, b"sdir\0\0\0\0"), (2, b"TREE\0\0\0\x09")]
        {
            assert_eq!(found(&index(version, &[".env"], extension)), None, "{version} {extension:?}");
        }
        for end in 0..whole.len() {
            // A shorter text may be an index too; it must only not panic.
            drop(found(&whole[..end]));
        }
        for at in 0..whole.len() {
            for byte in [0, 0x7f, 0x80, 0xff] {
                let mut broken = whole.clone();
                broken[at] = byte;
                drop(found(&broken));
            }
        }
    }
}
