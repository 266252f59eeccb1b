//! Which of our own words was meant. Not a crate, because a service has a budget of 110 of them.

use std::cmp::Ordering;

/// The word with the fewest single-character edits and swaps to `text`, when they are at most `far`.
pub(crate) fn nearest<'w>(
    text: &str,
    words: impl IntoIterator<Item = &'w str>,
    far: usize,
) -> Option<&'w str> {
    let scored = words.into_iter().map(|word| (distance(text, word), word));
    scored.filter(|(n, _)| *n <= far).min().map(|(_, word)| word)
}

/// Optimal string alignment: insertions, deletions, replacements and swaps of neighbours. Texts of more than 64
/// characters are no misspelt word.
pub(crate) fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().take(65).collect(), b.chars().take(65).collect());
    if a.len() > 64 || b.len() > 64 {
        return usize::MAX;
    }
    let mut rows = vec![vec![0; b.len() + 1]; a.len() + 1];
    for i in 0..=a.len() {
        for j in 0..=b.len() {
            rows[i][j] = if i == 0 || j == 0 {
                i + j
            } else {
                let replaced = rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
                let least = replaced.min(rows[i - 1][j] + 1).min(rows[i][j - 1] + 1);
                let swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
                if swapped { least.min(rows[i - 2][j - 2] + 1) } else { least }
            };
        }
    }
    rows[a.len()][b.len()]
}

/// Whether a name of a variable is a slip of the fingers away from one of ours: in one of its words, all others being the
/// same, two neighbours are swapped, or in a long word a letter is left out, typed twice, or wrong. What begins or ends
/// otherwise was meant: `URLS`, `URL2`, `URI`, `POSTGRE`.
#[inline]
pub(crate) fn is_slip(name: &str, word: &str) -> bool {
    // Most names begin or end otherwise.
    let begins = match (name.as_bytes(), word.as_bytes()) {
        ([a, b, ..], [c, d, ..]) => a == c || (a, b) == (d, c),
        _ => false,
    };
    let ends = match (name.as_bytes(), word.as_bytes()) {
        ([.., a, b], [.., c, d]) => b == d || (a, b) == (d, c),
        _ => false,
    };
    begins && ends && is_slip_within(name, word)
}

fn is_slip_within(name: &str, word: &str) -> bool {
    if !differs_in_one_place(name.as_bytes(), word.as_bytes()) {
        return false;
    }
    let mut pairs = 0;
    let (mut ours, mut theirs) = (word.split('_'), name.split('_'));
    loop {
        match (ours.next(), theirs.next()) {
            (None, None) => return pairs == 1,
            (Some(a), Some(b)) if a == b => {}
            (Some(a), Some(b)) if pairs == 0 && is_slip_of_word(b.as_bytes(), a.as_bytes()) => pairs = 1,
            _ => return false,
        }
    }
}

/// Whether two texts are the same before one place, and again behind one letter that one of them has more, or behind two.
fn differs_in_one_place(a: &[u8], b: &[u8]) -> bool {
    let same = a.iter().zip(b).take_while(|(a, b)| a == b).count();
    let (a, b) = (&a[same..], &b[same..]);
    match a.len().cmp(&b.len()) {
        Ordering::Equal => !a.is_empty() && a.iter().skip(2).eq(b.iter().skip(2)),
        Ordering::Less => *a == b[1..],
        Ordering::Greater => a[1..] == *b,
    }
}

/// So many letters make a word long.
const LONG: usize = 6;

fn is_slip_of_word(typed: &[u8], meant: &[u8]) -> bool {
    let same = typed.iter().zip(meant).take_while(|(a, b)| a == b).count();
    let (rest, wanted) = (&typed[same..], &meant[same..]);
    let letters = typed.iter().all(u8::is_ascii_uppercase);
    let swapped = rest.len() == wanted.len()
        && rest.len() >= 2
        && (rest[0], rest[1]) == (wanted[1], wanted[0])
        && rest[2..] == wanted[2..]
        && meant.len() >= 3
        // A word of its own.
        && typed != b"PROT";
    let long = meant.len() >= LONG && same > 0;
    let missing = rest.len() + 1 == wanted.len() && !rest.is_empty() && *rest == wanted[1..];
    let twice = rest.len() == wanted.len() + 1 && !wanted.is_empty() && rest[1..] == *wanted;
    let wrong =
        rest.len() == wanted.len() && wanted.len() >= 2 && rest[1..] == wanted[1..] && meant.len() > LONG;
    letters && (swapped || long && (missing || twice || wrong))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_told_from_names_of_ones_own() {
        for (slip, word) in [
            ("DATABSE_URL", "DATABASE_URL"),
            ("DATABASE_ULR", "DATABASE_URL"),
            ("DATABAASE_URL", "DATABASE_URL"),
            ("DATEBASE_URL", "DATABASE_URL"),
            ("DB_PASSWROD", "DB_PASSWORD"),
            ("DB_PASWORD", "DB_PASSWORD"),
            ("DB_HSOT", "DB_HOST"),
            ("POSTGERS_PASSWORD", "POSTGRES_PASSWORD"),
            ("PGPASSWROD", "PGPASSWORD"),
            ("ENVIROMENT", "ENVIRONMENT"),
        ] {
            assert!(is_slip(slip, word), "{slip}");
        }
        for (own, word) in [
            ("DATABASE_URL", "DATABASE_URL"),
            ("DATABASE_URL2", "DATABASE_URL"),
            ("DATABASE_URLS", "DATABASE_URL"),
            ("DATABASE_URI", "DATABASE_URL"),
            ("DATABASES_URL", "DATABASE_URL"),
            ("DATABASE2_URL", "DATABASE_URL"),
            ("DATALAKE_URL", "DATABASE_URL"),
            ("DATABASEURL", "DATABASE_URL"),
            ("DATABASE__URL", "DATABASE_URL"),
            ("REDIS_URL", "DB_URL"),
            ("DB_HOSTS", "DB_HOST"),
            ("DB_POST", "DB_PORT"),
            ("DB_PROT", "DB_PORT"),
            ("DD_HOST", "DB_HOST"),
            ("PG_HOST", "PGHOST"),
            ("POSTGRE_HOST", "POSTGRES_HOST"),
            ("database_ulr", "database_url"),
            ("APP_ENVS", "APP_ENV"),
        ] {
            assert!(!is_slip(own, word), "{own}");
        }
    }

    #[test]
    fn edits_are_counted() {
        for (a, b, n) in [
            ("", "", 0),
            ("sslmod", "sslmode", 1),
            ("sslmdoe", "sslmode", 1),
            ("abc", "", 3),
            ("kitten", "sitting", 3),
        ] {
            assert_eq!((distance(a, b), distance(b, a)), (n, n), "{a} {b}");
        }
        assert_eq!(nearest("extension", ["extensions", "env-files"], 2), Some("extensions"));
        assert_eq!(nearest("xyz", ["extensions", "env-files"], 2), None);
    }
}
