//! Whether an env file, or a manifest with a Secret, says of itself that it is there to be copied and filled in.

/// Whether a comment in a Secret asks for other values: `# Base64 encoded - replace with actual values`. What one
/// says of another object in the file, or of one key (`# Replace with your domain`), does not count.
pub(super) fn asks_for_values(bytes: &[u8]) -> bool {
    let (mut secret, mut within) = (false, false);
    for line in bytes.split(|b| *b == b'\n') {
        let bare = line.trim_ascii();
        match line.first() {
            Some(b'-') if line.starts_with(b"---") => (secret, within) = (false, false),
            Some(b'#') | None => {}
            Some(first) if !first.is_ascii_whitespace() => {
                secret |= bare == b"kind: Secret";
                within = secret && matches!(bare, b"data:" | b"stringData:");
            }
            _ => {}
        }
        if secret && bare.starts_with(b"#") {
            let line = String::from_utf8_lossy(bare).to_lowercase();
            let others = within && VALUES.iter().any(|sentence| line.contains(sentence)) && asks(&line);
            if others || asks_for_others(&line) {
                return true;
            }
        }
    }
    false
}

/// Env files have fewer bytes.
const MANY: usize = 16 << 10;

/// Whether a value of an env file is a domain that is everybody's to replace, as in no file in use: `ALLOWED_HOSTS=yourdomain.com`.
pub(super) fn has_sample_domain(bytes: &[u8]) -> bool {
    let bytes = &bytes[..bytes.len().min(MANY)];
    let is =
        |at: usize, word: &[u8]| bytes.get(at..at + word.len()).is_some_and(|b| b.eq_ignore_ascii_case(word));
    // Few bytes are dots.
    let dots = bytes.iter().enumerate().filter(|(_, byte)| **byte == b'.').map(|(at, _)| at);
    dots.filter_map(|at| at.checked_sub(6).filter(|from| is(*from, b"domain"))).any(|domain| {
        let mark = usize::from(domain > 0 && matches!(bytes[domain - 1], b'-' | b'_'));
        let Some(from) = domain.checked_sub(4 + mark).filter(|from| is(*from, b"your")) else { return false };
        let line = bytes[..from].iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        let begins = from == 0 || !bytes[from - 1].is_ascii_alphanumeric();
        begins && !bytes[line..from].iter().any(|byte| matches!(byte, b'#' | b';'))
    })
}

/// Whether a comment, in lower case, asks for other values of a Secret before it is used: `# CHANGE THESE before any real deploy`,
/// `# Replace these values in production`. What is said of one value (`# change in production`) is not said of all.
fn asks_for_others(line: &str) -> bool {
    ["change", "replace", "update"].iter().flat_map(|verb| line.match_indices(verb)).any(|(at, verb)| {
        let rest = line[at + verb.len()..].trim_start();
        let all = ALL.iter().find_map(|all| rest.strip_prefix(all)).map(str::trim);
        let when = |rest: &str| rest.is_empty() || WHEN.iter().any(|word| rest.contains(word));
        all.is_some_and(when) && is_asked(&line[..at])
    })
}

/// All of them, the longer words first.
const ALL: [&str; 11] = [
    "all of these",
    "all values",
    "all placeholder",
    "the placeholder",
    "placeholder values",
    "these values",
    "these secrets",
    "the values",
    "the following",
    "these",
    "them",
];

/// When it is asked, or for what.
const WHEN: [&str; 7] = ["prod", "deploy", "before us", "before run", "apply", "real ", "actual"];

/// What asks for all values of a Secret.
const VALUES: [&str; 2] = ["replace with actual", "replace with real"];

/// Whether a comment at the top, in lower case, asks whoever reads it to copy the file and fill it in: `# Copy this file to
/// .env.local`. A copy has the sentence too, so that it says something of a file alone that git keeps.
pub(super) fn asks(line: &str) -> bool {
    let nobodys =
        |words: &&str| line.find(*words).is_some_and(|at| words.starts_with('(') || begins(&line[..at]));
    if (line.contains("dumm") || line.contains("placeholder")) && DUMMY.iter().any(nobodys) {
        return true;
    }
    let asks = WORDS.iter().any(|word| line.contains(word));
    let at = SENTENCES.iter().filter(|_| asks).find_map(|sentence| line.find(sentence));
    at.is_some_and(|at| is_asked(&line[..at])) && !ELSEWHERE.iter().any(|word| line.contains(word))
}

/// Whether a sentence begins behind this.
fn begins(before: &str) -> bool {
    let before = before.trim_end();
    !before.chars().any(char::is_alphabetic) || before.ends_with(['.', ':', ';', '!', ')', '-', '—', '–'])
}

/// Whether a sentence is one that asks, by what stands before it: nothing, a number, or the end of another one.
fn is_asked(before: &str) -> bool {
    let before = before.trim_end();
    let begun = !before.chars().any(char::is_alphabetic);
    let follows = before.ends_with(['.', ':', ',', ';', '!', ')', '-', '—', '–']);
    let led = ["please", "then", "first", "and", "por favor", "just", "to use this"]
        .iter()
        .any(|word| before.ends_with(word));
    (begun || follows || led) && !NOT.iter().any(|word| before.contains(word.trim_end()))
}

/// In English, Spanish, Portuguese and French, in lower case.
const SENTENCES: &[&str] = &[
    "copy this file",
    "copy this to .env",
    "copy to .env",
    "copy it to .env",
    "copy to `",
    "make a copy of this",
    "duplicate this file",
    "rename this file to",
    "rename this file as",
    "rename to .env",
    "replace placeholder",
    "replace all placeholder",
    "replace the placeholder",
    "replace change_me",
    "replace these values",
    "replace the values",
    "replace values before",
    "replace with actual",
    "replace with real",
    "this file is a template",
    "this is a template",
    "this file is an example skeleton",
    "this is an example skeleton",
    "this file is an example file",
    "this is an example file",
    "this is an example env",
    "this file is generated as a template",
    "copiar a .env",
    "copia este archivo",
    "copiar este archivo",
    "copie este arquivo",
    "copie para .env",
    "copiez ce fichier",
];

/// What says of the values that they are nobody's: `# UAT environment (dummy values - …)`. Each has `dumm` or `placeholder` in it.
const DUMMY: &[&str] = &[
    "(dummy values",
    "(placeholder values",
    "dummy values only",
    "placeholder values only",
    "these are dummy values",
    "these are placeholder values",
    "this file contains dummy values",
    "this file contains placeholder values",
    "contains dummy values",
    "contains placeholder values",
    "note that these are dummy values",
    "all values are dumm",
    "all values are placeholder",
];

/// Each sentence has one of these in it, and most comments have none.
const WORDS: &[&str] = &["cop", "rename", "duplicate", "replace", "template", "is an example"];

/// What is copied there is the file itself.
const ELSEWHERE: &[&str] = &["server", "scp ", "/etc/", "/srv/", "vault"];

/// What turns the sentence round that it stands before.
const NOT: &[&str] = &["not ", "n't ", "never ", "nunca ", "não ", "ne "];

#[cfg(test)]
mod tests {
    use super::super::comments;
    use super::*;

    fn asks_to_be_copied(bytes: &[u8]) -> bool {
        comments(bytes).any(|(line, _)| asks(&line))
    }

    #[test]
    fn every_sentence_has_one_of_the_words() {
        assert!(SENTENCES.iter().all(|sentence| WORDS.iter().any(|word| sentence.contains(word))));
        assert!(DUMMY.iter().all(|words| words.contains("dumm") || words.contains("placeholder")));
    }

    #[test]
    fn by_a_comment_in_a_secret() {
        let secret = |comment: &str| format!("kind: Secret\nstringData:\n  # {comment}\n  A: b\n");
        for yes in [
            "CHANGE THESE IN PRODUCTION",
            "Change these",
            "Update these values in production!",
            "Replace placeholder values before applying",
            "Please replace them before any real deploy",
            "Replace with actual values",
        ] {
            assert!(asks_for_values(secret(yes).as_bytes()), "{yes}");
        }
        for no in [
            "Change in production",
            "Never change these in production",
            "Update these when the schema changes",
            "These rotate: update them before they expire",
            "Who changes these in production restarts the pods",
        ] {
            assert!(!asks_for_values(secret(no).as_bytes()), "{no}");
        }
        assert!(!asks_for_values(b"kind: ConfigMap\ndata:\n  # Change these in production\n  A: b\n"));
    }

    #[test]
    fn by_the_comments_at_the_top() {
        for yes in [
            "# Shop\n\n# Copy this file to .env.local and fill it in\nA=b\n",
            "#Copiar a .env\n",
            "# Kubernetes manifest.\n#\n# This file is an example skeleton: replace the secrets.\n",
            "# Replace CHANGE_ME values. Do NOT commit real secrets.\n",
            "# UAT environment (dummy values - replaced in the pipeline).\nA=b\n",
            "# These are NOT secrets: dummy values only\nA=b\n",
        ] {
            assert!(asks_to_be_copied(yes.as_bytes()), "{yes}");
        }
        for no in [
            "",
            "# No dummy values, no placeholder values: never\n",
            "# Production. See .env.example for dummy values\n",
            "# Deploy fails while this file contains placeholder values\n",
            "# Real values; staging contains dummy values\n",
            "A=b\n# copy this file\n",
            "# a copy\nA=copy this file\n",
            "# Do not copy this file\n",
        ] {
            assert!(!asks_to_be_copied(no.as_bytes()), "{no}");
        }
        assert!(!asks_to_be_copied(&[b'#'; 5000]));
    }
}
