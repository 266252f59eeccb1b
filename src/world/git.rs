//! What git does with files, read from its index and its ignore rules; git itself is never run. An index that cannot be
//! read whole (split, sparse, of a later version) says nothing, and of files outside a checkout nothing is known.

use ignore::gitignore::{Gitignore, GitignoreBuilder};
use std::{
    collections::{BTreeMap, BTreeSet},
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

/// What git does with each of these files; of those that are left out it is not known.
pub(crate) fn kept<'p>(paths: impl IntoIterator<Item = &'p str>) -> BTreeMap<String, Kept> {
    let mut checkouts: BTreeMap<PathBuf, Vec<(&str, String)>> = BTreeMap::new();
    let mut roots = BTreeMap::new();
    for path in paths {
        let Some(absolute) = absolute(path) else { continue };
        let Some(root) = absolute.parent().and_then(|d| root_of(d, &mut roots)) else { continue };
        let Some(inside) = absolute.strip_prefix(&root).ok().and_then(slashed) else { continue };
        checkouts.entry(root).or_default().push((path, inside));
    }
    let mut out = BTreeMap::new();
    for (root, files) in checkouts {
        let Some(tracked) = tracked_in(&root, files.iter().map(|(_, inside)| inside.as_str())) else {
            continue;
        };
        let mut rules = Rules::of(&root);
        for (path, inside) in files {
            let kept = match tracked.contains(inside.as_bytes()) {
                true => Kept::Tracked,
                false if rules.ignore(&inside) => Kept::Ignored,
                false => Kept::Open,
            };
            out.insert(path.to_owned(), kept);
        }
    }
    out
}

/// The path from the root of the file system, without `.` and `..`.
fn absolute(path: &str) -> Option<PathBuf> {
    let mut out = PathBuf::new();
    for part in std::path::absolute(path).ok()?.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => drop(out.pop()),
            part => out.push(part),
        }
    }
    Some(out)
}

/// As git writes it; none for what is no UTF-8.
fn slashed(path: &Path) -> Option<String> {
    let parts: Option<Vec<&str>> = path.components().map(|c| c.as_os_str().to_str()).collect();
    Some(parts?.join("/"))
}

/// The nearest directory with a `.git` in it; each directory is looked at once.
fn root_of(directory: &Path, known: &mut BTreeMap<PathBuf, Option<PathBuf>>) -> Option<PathBuf> {
    let mut passed = Vec::new();
    let mut found = None;
    for here in directory.ancestors() {
        if let Some(root) = known.get(here) {
            found.clone_from(root);
            break;
        }
        passed.push(here.to_path_buf());
        if fs::symlink_metadata(here.join(".git")).is_ok() {
            found = Some(here.to_path_buf());
            break;
        }
    }
    known.extend(passed.into_iter().map(|d| (d, found.clone())));
    found
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

/// Those of `wanted` that stand in the index; none where it cannot be read. No index is an empty one.
fn tracked_in<'w>(root: &Path, wanted: impl Iterator<Item = &'w str>) -> Option<BTreeSet<Vec<u8>>> {
    let (own, common) = directories(root)?;
    let wanted: BTreeSet<&[u8]> = wanted.map(str::as_bytes).collect();
    let config = read(&common.join("config"), SMALL)?;
    let config = String::from_utf8_lossy(&config).to_ascii_lowercase();
    let words: String = config.split_whitespace().collect();
    let hash = if words.contains("objectformat=sha256") { 32 } else { 20 };
    let index = own.join("index");
    if fs::symlink_metadata(&index).is_err() {
        return fs::metadata(own.join("HEAD")).is_ok().then(BTreeSet::new);
    }
    tracked(&read(&index, INDEX)?, hash, &wanted)
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

/// Those of `wanted` that an index of version 2, 3 or 4 names, with hashes of `hash` bytes (gitformat-index).
fn tracked(index: &[u8], hash: usize, wanted: &BTreeSet<&[u8]>) -> Option<BTreeSet<Vec<u8>>> {
    let word = |at: usize| Some(u32::from_be_bytes(index.get(at..at + 4)?.try_into().ok()?));
    let version = word(4).filter(|v| index.starts_with(b"DIRC") && (2..=4).contains(v))?;
    let end = index.len().checked_sub(hash)?;
    let mut at = 12;
    let mut name: Vec<u8> = Vec::new();
    let mut found = BTreeSet::new();
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
        if wanted.contains(name.as_slice()) {
            found.insert(name.clone());
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
    by_directory: BTreeMap<String, Gitignore>,
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
            let ignored = known.unwrap_or_else(|| self.names(directory, true));
            self.ignored.insert(directory.to_owned(), ignored);
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
            let rules = self.by_directory.entry(here.to_owned()).or_insert_with(|| {
                let directory = root.join(here);
                rules_of(&directory, &directory.join(".gitignore")).unwrap_or_else(Gitignore::empty)
            });
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
        let wanted: BTreeSet<&[u8]> = [&b".env"[..], b"a/.env", b"b/.env.production"].into();
        let names = tracked(index, 20, &wanted)?;
        Some(names.into_iter().map(|n| String::from_utf8(n).expect("ours")).collect())
    }

    #[test]
    fn an_index_is_read_in_every_version() {
        let names = [".env", ".gitignore", "a/.env", "a/.env.example", "b/.env.production.local"];
        let extension = [&b"TREE"[..], &3_u32.to_be_bytes(), b"abc"].concat();
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
