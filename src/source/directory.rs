//! Where a source lies, by its path as a text: on every machine both kinds of slash part names.

/// The directory of a path with its slash, empty where the path has none; of a directory, the one above.
pub fn directory(path: &str) -> &str {
    let inner = path.trim_end_matches(['/', '\\']);
    &path[..inner.rfind(['/', '\\']).map_or(0, |i| i + 1)]
}

/// The directories that a path lies in, as [`directory`] writes them, the nearest first. The last is empty.
pub fn directories(path: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(directory(path)), |inner| (!inner.is_empty()).then(|| directory(inner)))
}

/// Whether a path is that of a directory, written without its last slash, or lies below it. All lies in the one without a name; a
/// path with `..` in it lies nowhere for certain.
pub fn is_within(path: &str, directory: &str) -> bool {
    let rest = path.strip_prefix(directory).filter(|rest| !rest.split('/').any(|step| step == ".."));
    rest.is_some_and(|rest| directory.is_empty() || rest.is_empty() || rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn up_to_the_top_and_no_further() {
        assert_eq!(directories("a/b\\c.env").collect::<Vec<_>>(), ["a/b\\", "a/", ""]);
        assert_eq!(directories("/etc/app/.env").collect::<Vec<_>>(), ["/etc/app/", "/etc/", "/", ""]);
        assert_eq!(directories(".env").collect::<Vec<_>>(), [""]);
        assert_eq!(directories("").collect::<Vec<_>>(), [""]);
        assert_eq!(directory("a/b//"), "a/");
    }

    #[test]
    fn within_is_itself_and_below() {
        assert!(
            is_within("a/b", "a") && is_within("a", "a") && is_within("a", "") && is_within("../a/b", "../a")
        );
        assert!(!is_within("ab", "a") && !is_within("a/../b", "a") && !is_within("", "a"));
    }
}
