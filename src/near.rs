//! Which of our own words was meant. Not a crate, because a service has a budget of 110 of them.

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

#[cfg(test)]
mod tests {
    use super::*;

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
