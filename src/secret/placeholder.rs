//! Texts that ask to be replaced.

use super::{Secret, words::word_segments};

impl Secret {
    /// Whether the text asks to be replaced: `changeme`, `<password>`, `[YOUR-PASSWORD]`, `your_password_here`.
    pub fn looks_like_placeholder(&self) -> bool {
        let text = self.expose();
        if self.is_taken_out() {
            return true;
        }
        let mut flat = Vec::with_capacity(text.len());
        for b in text.bytes() {
            if b.is_ascii_alphanumeric() {
                flat.push(b.to_ascii_lowercase());
            }
        }
        let repeated = flat.len() >= 3 && flat.iter().all(|b| *b == b'x');
        repeated
            || (!flat.is_empty() && text.bytes().all(|b| matches!(b, b'*')) && text.len() >= 3)
            || PLACEHOLDER_WHOLE.iter().any(|p| p.as_bytes() == flat)
            || asks(&flat)
            || speaks_of_yours(text)
    }

    /// Whether something was taken out of the text: `<password>`, `[REDACTED]`.
    pub fn is_taken_out(&self) -> bool {
        let text = self.expose();
        let inner = |open, close| text.strip_prefix(open).and_then(|t: &str| t.strip_suffix(close));
        inner('<', '>').or_else(|| inner('[', ']')).is_some_and(|t| !t.is_empty())
    }

    /// Whether the text is a mark that a build or a deployment replaces: `__DATABASE_URL__`, `#{database_url}#`,
    /// `@database.url@` of Maven, `%DATABASE_URL%`.
    pub fn is_replaced_by_a_build(&self) -> bool {
        let text = self.expose().trim();
        // Most values begin otherwise.
        if !text.starts_with(['_', '#', '@', '%']) {
            return false;
        }
        let name = |t: &str| {
            t.starts_with(|c: char| c.is_ascii_alphabetic())
                && t.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'-'))
        };
        // Between signs that a password may begin and end with, a name is one that looks like one.
        let like_one = |open: &str, t: &str| match open {
            "@" | "@@" => open == "@@" || t.contains(['.', '_']),
            "%" => t.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_'),
            _ => true,
        };
        MARKS.iter().any(|(open, close)| {
            let inner = text.strip_prefix(open).and_then(|t| t.strip_suffix(close));
            inner.is_some_and(|t| name(t) && like_one(open, t))
        })
    }

    /// Whether the text asks to be replaced, and is no password that somebody uses in development: `<password>`, but not
    /// `dev_password_change_me`.
    pub fn is_left_open(&self) -> bool {
        self.looks_like_placeholder() && !self.says_development()
    }

    /// Whether a placeholder would do as a password, and often is one: `changeme`.
    pub fn would_do(&self) -> bool {
        self.has_word(&["changeme", "change"]).is_some()
    }

    /// Whether such a mark stands in the text, and more: `postgresql://__DB_USER__@__DB_HOST__/shop`,
    /// `jdbc:postgresql://@db.host@:5432/shop`.
    pub fn holds_a_mark(&self) -> bool {
        let text = self.expose();
        let upper = |b: u8| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_';
        let underscored = || {
            text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).any(|word| {
                let inner = word.strip_prefix("__").and_then(|w| w.strip_suffix("__"));
                inner.is_some_and(|w| w.starts_with(|c: char| c.is_ascii_uppercase()) && w.bytes().all(upper))
            })
        };
        // A name with dots between two `@` is Maven's in a place where a host or a database stands.
        let filtered = || {
            text.split(['/', ':', '?', '=']).any(|part| {
                let inner = part.strip_prefix('@').and_then(|p| p.strip_suffix('@'));
                inner.is_some_and(|p| {
                    p.contains('.') && p.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b))
                })
            })
        };
        let twice = || text.as_bytes().windows(2).any(|two| two == b"__");
        twice() && underscored() || text.starts_with("jdbc:") && filtered()
    }

    /// Whether the text is a reference in braces and nothing else, without a default: `${DB_PASSWORD}`.
    pub fn is_braced_reference(&self) -> bool {
        let name = self.expose().strip_prefix("${").and_then(|rest| rest.strip_suffix('}'));
        name.is_some_and(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_'))
    }

    /// Whether the text is a reference and nothing else, as a shell writes it without braces: `$PROD_DB_PASSWORD`; or as libraries
    /// of settings do: `$ENV{DB_PASSWORD}`, `env:DB_PASSWORD`.
    pub fn is_reference(&self) -> bool {
        let text = self.expose().trim();
        let of_library = text.strip_prefix("$ENV{").and_then(|rest| rest.strip_suffix('}'));
        let of_library = of_library.or_else(|| text.strip_prefix("env:"));
        let name = of_library.or_else(|| text.strip_prefix('$')).unwrap_or_default();
        name.len() > 2
            && name.starts_with(|c: char| c.is_ascii_uppercase())
            && name.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_')
            && name.contains('_')
    }
}

/// What stands around the name of a value that is put in later: the token replacements of Azure Pipelines and Octopus,
/// Maven's filter, `cmd`'s and `sed`'s.
const MARKS: &[(&str, &str)] =
    &[("__", "__"), ("@@", "@@"), ("#{", "}#"), ("#{", "}"), ("@", "@"), ("%", "%")];

/// Whether a text says "your password" in so many words: `your_secure_password`, `YOUR-PRODUCTION-JWT-SECRET`,
/// `tu_password_aqui`.
fn speaks_of_yours(text: &str) -> bool {
    let whose = |word: &str| YOURS.contains(&word);
    // Most begin otherwise.
    let first = text.bytes().find(u8::is_ascii_alphabetic).map(|b| b.to_ascii_lowercase());
    if !first.is_some_and(|b| YOURS.iter().any(|w| w.as_bytes()[0] == b)) {
        return false;
    }
    let words = word_segments(text);
    words.first().is_some_and(|w| whose(w)) && words.iter().skip(1).any(|w| WHAT.contains(&w.as_str()))
}

/// "Your", as it begins such a text in English, Spanish, Portuguese, French and German.
const YOURS: &[&str] = &["your", "tu", "su", "sua", "seu", "votre", "dein", "deine"];

/// What a person is asked for.
const WHAT: &[&str] = &[
    "password",
    "pass",
    "passwd",
    "pwd",
    "passphrase",
    "secret",
    "key",
    "token",
    "url",
    "uri",
    "connection",
    "string",
    "database",
    "db",
    "here",
    "senha",
    "chave",
    "clave",
    "contrasena",
    "contraseña",
    "secreto",
    "secreta",
    "aqui",
    "aquí",
    "passwort",
    "mot",
];

/// Whether a text of letters in lower case and digits has one of [`PLACEHOLDER_INSIDE`] in it.
fn asks(flat: &[u8]) -> bool {
    let begins = |rest: &[u8]| {
        PLACEHOLDER_INSIDE.iter().any(|p| p.as_bytes()[0] == rest[0] && rest.starts_with(p.as_bytes()))
    };
    let shortest = PLACEHOLDER_INSIDE.iter().map(|p| p.len()).min().unwrap_or(0);
    (0..(flat.len() + 1).saturating_sub(shortest)).any(|i| begins(&flat[i..]))
}

/// Placeholders as a whole, letters and digits only, lower case.
const PLACEHOLDER_WHOLE: &[&str] = &[
    "tbd",
    "todo",
    "fixme",
    "yourpassword",
    "yourpass",
    "passwordhere",
    "none",
    "null",
    "hidden",
    "redacted",
    "fromkeyvault",
    "fromvault",
    "fromsecretmanager",
    "fromsecretsmanager",
    "fromsecrets",
];

/// Placeholders wherever they stand, letters and digits only, lower case.
const PLACEHOLDER_INSIDE: &[&str] = &[
    "changeme",
    "changethis",
    "changeit",
    "changebefore",
    "replaceme",
    "replacethis",
    "replacewith",
    "yourpassword",
    "yoursecret",
    "passwordhere",
    "secrethere",
    "putyour",
    "insertyour",
    "enteryour",
    "fillin",
    "randompasswordhere",
    "setpostgrespassword",
    "yourdbpassword",
    "yourdatabasepassword",
    "djangoinsecure",
    "placeholder",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders() {
        for yes in [
            "changeme",
            "CHANGE_ME",
            "<password>",
            "[YOUR-PASSWORD]",
            "your_password_here",
            "strong_random_password_here",
            "xxxxxxxx",
            "dev_password_change_me",
            "!!!SET POSTGRES_PASSWORD!!!",
        ] {
            assert!(Secret::from(yes).looks_like_placeholder(), "{yes}");
        }
        for no in [
            "",
            "obcms_dev_password",
            "t0pS3cret!x",
            "secure_password",
            "insecure_password",
            "exchange-rate",
            "xyzzy-plugh",
        ] {
            assert!(!Secret::from(no).looks_like_placeholder(), "{no}");
        }
    }

    #[test]
    fn yours() {
        for yes in [
            "your_secure_password",
            "YOUR-PRODUCTION-JWT-SECRET",
            "tu_password_aqui",
            "sua-senha",
            "your.db.url",
        ] {
            assert!(Secret::from(yes).looks_like_placeholder(), "{yes}");
        }
        for no in ["yours3cret", "sunpassword", "tulip-key-4", "your", "yourself-and-q83v"] {
            assert!(!Secret::from(no).looks_like_placeholder(), "{no}");
        }
    }

    #[test]
    fn marks() {
        for yes in ["__DATABASE_URL__", "#{database_url}#", "@db.url@", "%DATABASE_URL%"] {
            assert!(Secret::from(yes).is_replaced_by_a_build(), "{yes}");
        }
        for no in ["", "____", "@@", "50%", "p@ss@", "%2F%", "#{}", "__a b__"] {
            assert!(!Secret::from(no).is_replaced_by_a_build(), "{no}");
        }
    }
}
