//! What makes a finding the same one tomorrow: its rule, its file, the key that it is about, and which of its equals it
//! is. Never a value, a message or a line number, so that a committed fingerprint tells nothing and lines may move.

use super::{Located, LocatedLabel};

/// The fingerprint of each finding: 32 hexadecimal digits, no two alike. Findings alike in rule, file and key are told
/// apart by the order of their places, so that the order of `findings` does not count. `path` says by which name a
/// file is known, where paths begin elsewhere than those of another run.
pub fn fingerprints(findings: &[Located], path: &dyn Fn(&str) -> String) -> Vec<String> {
    let mut order: Vec<usize> = (0..findings.len()).collect();
    order.sort_by(|a, b| Located::by_place(&findings[*a], &findings[*b]));
    let mut seen = std::collections::BTreeMap::new();
    let mut out = vec![String::new(); findings.len()];
    for i in order {
        let what = Fnv::of(&findings[i], path);
        let ordinal = seen.entry(what.0).or_insert(0_usize);
        out[i] = what.field(&ordinal.to_string()).hex();
        *ordinal += 1;
    }
    out
}

impl Located {
    /// The fingerprint of the finding as the first of its equals; [`fingerprints`] tells them apart.
    pub fn fingerprint(&self) -> String {
        Fnv::of(self, &str::to_owned).field("0").hex()
    }
}

/// The name that is assigned to on the labelled line; none where the line shows none. A fingerprint holds no part of
/// a value, so what merely may be one is none: `db:5432` and `https://…` on a line of their own.
fn key(label: &LocatedLabel) -> Option<&str> {
    // What begins in the middle of a line does not begin with its key.
    let line = label.excerpt.text.lines().next().filter(|l| !l.starts_with('…'))?;
    let ends = |(at, c): (usize, char)| {
        let rest = &line[at + c.len_utf8()..];
        let after = rest.is_empty() || rest.starts_with(char::is_whitespace);
        c == '=' || (c == ':' && (after || line[..at].ends_with(['"', '\''])))
    };
    let (at, _) = line.char_indices().find(|pair| ends(*pair))?;
    let before = &line[..at];
    let word = before.trim_end().rsplit([' ', '\t', '{', ',', '(', '[']).next()?;
    let word = word.trim_matches(['"', '\'']);
    let name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-');
    (!word.is_empty() && word.len() <= LONGEST && word.chars().all(name)).then_some(word)
}

/// FNV-1a over 128 bits, from its authors' description (RFC 9923). It need not withstand anybody: all that goes in is
/// printed beside it.
#[derive(Clone, Copy)]
struct Fnv(u128);

impl Fnv {
    fn of(finding: &Located, path: &dyn Fn(&str) -> String) -> Self {
        let label = finding.primary.as_ref();
        let place = label.map(|l| &l.place);
        let file = place.and_then(|p| p.path.as_deref()).map(path).unwrap_or_default().replace('\\', "/");
        let variable = place.and_then(|p| p.variable.as_deref()).unwrap_or_default();
        START
            .field("pgward/1")
            .field(&finding.rule)
            .field(file.strip_prefix("./").unwrap_or(&file))
            .field(variable)
            .field(label.and_then(key).unwrap_or_default())
    }

    /// One text, and a byte that is in none.
    fn field(self, text: &str) -> Self {
        self.bytes(text.as_bytes()).bytes(&[0xff])
    }

    fn bytes(self, bytes: &[u8]) -> Self {
        let step = |hash: u128, byte: &u8| (hash ^ u128::from(*byte)).wrapping_mul(PRIME);
        Self(bytes.iter().fold(self.0, step))
    }

    fn hex(self) -> String {
        format!("{:032x}", self.0)
    }
}

const START: Fnv = Fnv(0x6c62_272e_07bb_0142_62b8_2175_6295_c58d);
const PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013b;
/// A longer word is no key.
const LONGEST: usize = 128;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::{Excerpt, Place};

    fn label(text: &str) -> LocatedLabel {
        let excerpt = Excerpt { text: text.into(), ..Excerpt::default() };
        LocatedLabel { place: Place::default(), text: String::new(), excerpt }
    }

    #[test]
    fn the_hash_is_fnv() {
        assert_eq!(START.bytes(b"a").hex(), "d228cb696f1a8caf78912b704e4a8964");
    }

    #[test]
    fn keys_and_what_is_none() {
        for (line, wanted) in [
            ("DB_PASSWORD=•••", "DB_PASSWORD"),
            ("export DB_PASSWORD = '•••'", "DB_PASSWORD"),
            ("      - DATABASE_URL=postgresql://app:•••@db/app", "DATABASE_URL"),
            ("      DATABASE_URL: •••", "DATABASE_URL"),
            ("sqlalchemy.url = •••", "sqlalchemy.url"),
            ("  \"DATABASE_URL\":\"•••\",", "DATABASE_URL"),
            ("{\"a-b\": 1}", "a-b"),
            ("ENV A=1 B=2", "A"),
            ("url:", "url"),
            ("postgresql://app:•••@db/app", ""),
            ("db.example.com:5432", ""),
            ("…host?sslmode=prefer", ""),
            ("•••=x", ""),
            ("ż=x", ""),
            ("=x", ""),
            ("x", ""),
            ("", ""),
        ] {
            assert_eq!(key(&label(line)).unwrap_or_default(), wanted, "{line}");
        }
    }
}
