//! Whether a file says of itself, at its top, that it is not for production.

/// Whether a comment at the top, in lower case, says what the file is for: `# FOR DEVELOPMENT ONLY. Run with …`. What one says of
/// an account, a port or a variable is no word about the file.
pub(super) fn says(line: &str) -> bool {
    // Most comments have neither word.
    let may = ["prod", " only"].iter().any(|word| line.contains(word));
    may && SENTENCES.iter().any(|sentence| {
        line.find(sentence).is_some_and(|at| {
            let (before, after) = (&line[..at], &line[at + sentence.len()..]);
            let before = before.rsplit(['.', '!', ';']).next().unwrap_or_default();
            // `not for production only` says that it is for both.
            !after.trim_start().starts_with("only") && !OF_A_PART.iter().any(|word| before.contains(word))
        })
    })
}

/// In lower case.
const SENTENCES: &[&str] = &[
    "not for production",
    "not for use in production",
    "not use in production",
    "not use it in production",
    "not use this in production",
    "n't use in production",
    "n't use this in production",
    "never use in production",
    "never use this in production",
    "not used in production",
    "not be used in production",
    "not intended for production",
    "not meant for production",
    "not suitable for production",
    "not use in prod.",
    "for development only",
    "for local development only",
    "for local use only",
    "for development purposes only",
    "for demonstration only",
    "for demonstration purposes only",
    "for demo purposes only",
    "for testing only",
    "for testing purposes only",
];

/// What such a sentence is about, if it stands before it.
const OF_A_PART: &[&str] =
    &["credential", "password", "secret", "key", "=", "port", "debug", "section", "below"];

#[cfg(test)]
mod tests {
    use super::super::comments;
    use super::*;

    fn not_for_production(bytes: &[u8]) -> bool {
        comments(bytes).any(|line| says(&line))
    }

    #[test]
    fn by_the_comments_at_the_top() {
        for yes in [
            "# FOR DEVELOPMENT ONLY. Run with `docker compose up`\nservices:\n",
            "# Shop\n#\n# the app's migrations need. NOT for production: no persistence.\n---\nkind: Pod\n",
            "---\n# This compose file is for demonstration only, do not use in prod.\nservices:\n",
        ] {
            assert!(not_for_production(yes.as_bytes()), "{yes}");
        }
        for no in [
            "",
            "# For production\nservices:\n",
            "# Not for production only\nservices:\n",
            "services:\n# for development only\n",
            "# Default passwords: DO NOT USE IN PRODUCTION\nA=b\n",
            "# DEBUG=true is for development only\nA=b\n",
        ] {
            assert!(!not_for_production(no.as_bytes()), "{no}");
        }
    }
}
