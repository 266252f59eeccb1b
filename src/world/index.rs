//! The index of git: which files it tracks (gitformat-index). One that cannot be read whole says nothing.

use std::ops::Range;

/// The names in an index, in order.
pub(super) struct Names {
    text: Vec<u8>,
    places: Vec<Range<usize>>,
}

impl Names {
    /// Reads an index with hashes of `hash` bytes.
    pub(super) fn of(index: &[u8], hash: usize) -> Option<Self> {
        let mut out = Self { text: Vec::new(), places: Vec::new() };
        each(index, hash, |name| {
            let from = out.text.len();
            out.text.extend_from_slice(name);
            out.places.push(from..out.text.len());
            (out.text.len() <= MOST).then_some(())
        })?;
        // They are in order, but nobody promises that.
        let Self { text, places } = &mut out;
        places.sort_by(|a, b| text[a.clone()].cmp(&text[b.clone()]));
        Some(out)
    }

    /// The first name that is not before another.
    fn from(&self, name: &[u8]) -> Option<&[u8]> {
        let at = self.places.partition_point(|place| &self.text[place.clone()] < name);
        self.places.get(at).map(|place| &self.text[place.clone()])
    }

    /// Whether a file is named.
    pub(super) fn has(&self, path: &[u8]) -> bool {
        self.from(path) == Some(path)
    }

    /// Whether a file below a directory is named, which ends with a slash.
    pub(super) fn has_below(&self, directory: &[u8]) -> bool {
        self.from(directory).is_some_and(|name| name.starts_with(directory))
    }
}

/// Which of `wanted`, which are in order, an index names.
pub(super) fn tracked(index: &[u8], hash: usize, wanted: &[&[u8]]) -> Option<Vec<bool>> {
    let mut found = vec![false; wanted.len()];
    // Both are in order, but nobody promises that of the index.
    let mut next = 0;
    each(index, hash, |name| {
        if next > 0 && wanted[next - 1] >= name {
            next = wanted.partition_point(|w| *w < name);
        }
        while wanted.get(next).is_some_and(|w| *w < name) {
            next += 1;
        }
        if wanted.get(next) == Some(&name) {
            found[next] = true;
        }
        Some(())
    })?;
    Some(found)
}

/// So many bytes of names are kept: in version 4 a few bytes of an index repeat a whole name.
const MOST: usize = 1 << 27;

/// A longer path is none that a system opens.
const LONG: usize = 1 << 16;

/// Hands out each name of an index of version 2, 3 or 4 with hashes of `hash` bytes, until nothing is given back.
fn each(index: &[u8], hash: usize, mut take: impl FnMut(&[u8]) -> Option<()>) -> Option<()> {
    let word = |at: usize| Some(u32::from_be_bytes(index.get(at..at + 4)?.try_into().ok()?));
    let version = word(4).filter(|v| index.starts_with(b"DIRC") && (2..=4).contains(v))?;
    let end = index.len().checked_sub(hash)?;
    let mut at = 12;
    let mut name: Vec<u8> = Vec::new();
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
        take(&name).filter(|()| name.len() <= LONG)?;
    }
    // What must be understood begins with a small letter: `link` leads to another index, `sdir` to directories.
    while at < end {
        let signature = index.get(at..at + 4)?;
        if !signature[0].is_ascii_uppercase() {
            return None;
        }
        at = at.checked_add(8)?.checked_add(word(at + 4)? as usize)?;
    }
    (at == end).then_some(())
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

    /// An index of version 4 with one name and the same some times more.
    fn long_names(name: &str, more: usize) -> Vec<u8> {
        let mut out = b"DIRC\0\0\0\x04".to_vec();
        out.extend(u32::try_from(more + 1).expect("few").to_be_bytes());
        for text in std::iter::once(name).chain(std::iter::repeat_n("", more)) {
            out.extend([0; 24]);
            out.extend(0o100_644_u32.to_be_bytes());
            out.extend([0; 12 + 20]);
            out.extend([0, 0, 0]);
            out.extend(text.as_bytes());
            out.push(0);
        }
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
    fn a_directory_is_found_by_what_is_below_it() {
        let names = Names::of(&index(2, &["b/c/d", "a.yml", "b-c/d", "b.yml"], &[]), 20).expect("an index");
        assert!(names.has(b"a.yml") && names.has(b"b/c/d") && !names.has(b"b/c") && !names.has(b"z"));
        assert!(names.has_below(b"b/") && names.has_below(b"b/c/") && !names.has_below(b"a/"));
        assert!(!names.has_below(b"b/c/d/"));
        assert!(Names::of(&[], 20).is_none() && Names::of(b"DIRC", 20).is_none());
        // One name, and then the same with nothing behind it.
        let (long, longer) = ("a".repeat(LONG), "a".repeat(LONG + 1));
        assert!(Names::of(&long_names(&long, 3), 20).is_some());
        assert!(Names::of(&long_names(&long, MOST / LONG), 20).is_none());
        assert!(Names::of(&long_names(&longer, 1), 20).is_none());
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
