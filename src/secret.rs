//! The only types that hold what may be a credential. They answer questions; they never give their text
//! away to a rule, a report or a log. Reading the text is `expose`, allowed by `clippy.toml` in a few files.

mod bytes;
mod looks;
mod placeholder;
mod store;
mod words;

pub use bytes::SecretBytes;
pub use looks::Token;
pub use store::Store;

use secrecy::{ExposeSecret, SecretString};
use std::{collections::BTreeSet, fmt};
use words::{ascii_segments, word_segments};

/// What stands in an output for text that was not proved harmless. Of one width, so that no length leaks.
pub const MASK: &str = "•••";

/// A value that may be a credential. `Debug` shows the mask; the memory is wiped on drop (secrecy).
#[derive(Clone, Default)]
pub struct Secret(SecretString);

impl Secret {
    /// Takes the text in; from here on it is only asked about.
    pub fn new(text: impl Into<String>) -> Self {
        Self(SecretString::from(text.into()))
    }

    /// The text itself. For parsers, the resolver and the driver only.
    pub(crate) fn expose(&self) -> &str {
        #[expect(clippy::disallowed_methods, reason = "the one door to the text of a secret")]
        self.0.expose_secret()
    }

    /// The same credential as secrecy's type, for handing it to a client library.
    pub fn to_secret_string(&self) -> SecretString {
        self.0.clone()
    }

    /// True for the empty string; white space is not empty.
    pub fn is_empty(&self) -> bool {
        self.expose().is_empty()
    }

    /// True for the empty string and for white space alone.
    pub fn is_blank(&self) -> bool {
        self.expose().trim().is_empty()
    }

    /// Whether the text equals a word of ours, to the letter.
    pub fn equals(&self, other: &str) -> bool {
        self.expose() == other
    }

    /// As [`Secret::equals`], ASCII letters compared without case.
    pub fn equals_ignore_case(&self, other: &str) -> bool {
        self.expose().eq_ignore_ascii_case(other)
    }

    /// Whether two secrets are the same text.
    pub fn same_as(&self, other: &Self) -> bool {
        self.expose() == other.expose()
    }

    /// Whether the text is another one with parameters behind it, as in a URL: `shop?useSSL=false`.
    pub fn is_with_parameters(&self, name: &Self) -> bool {
        let parameters = self.expose().strip_prefix(name.expose()).and_then(|rest| rest.strip_prefix('?'));
        !name.is_empty() && parameters.is_some_and(|rest| rest.contains('='))
    }

    /// As [`Secret::same_as`], ASCII letters compared without case.
    pub fn same_ignore_case(&self, other: &Self) -> bool {
        self.expose().eq_ignore_ascii_case(other.expose())
    }

    /// Whether the text is, but for case, a label of a host name or of one in a comma-separated list: `db` of
    /// `db.example.com`. An address has none.
    pub fn is_label_of(&self, hosts: &Self) -> bool {
        let names = hosts.expose().split(',').filter(|host| host.parse::<std::net::IpAddr>().is_err());
        let mut labels = names.flat_map(|name| name.split('.'));
        labels.any(|label| !label.is_empty() && label.eq_ignore_ascii_case(self.expose()))
    }

    /// Whether the text is one of a comma-separated list.
    pub fn is_item_of(&self, list: &Self) -> bool {
        list.expose().split(',').any(|item| item.trim() == self.expose())
    }

    /// The first of `words` (lower case) that stands in the text as a whole segment. Segments end at anything
    /// but a letter or digit, and where a digit meets a letter: `latest` has no `test`, `test2` has.
    pub fn has_word<'w>(&self, words: &[&'w str]) -> Option<&'w str> {
        let text = self.expose();
        if !text.is_ascii() {
            let segments = word_segments(text);
            return words.iter().copied().find(|w| segments.iter().any(|s| s == w));
        }
        let mut first = words.len();
        for segment in ascii_segments(text) {
            let is = |word: &&str| segment.iter().map(u8::to_ascii_lowercase).eq(word.bytes());
            let same = |word: &&str| word.len() == segment.len() && is(word);
            first = words[..first].iter().position(same).unwrap_or(first);
        }
        words.get(first).copied()
    }

    /// Whether the text is a place where containers find their secrets.
    pub fn is_in_run_secrets(&self) -> bool {
        self.expose().starts_with("/run/secrets/")
    }

    /// Whether such a segment begins with its own capital letter among small ones: `ShopUsersTest`, but not `TESTER`.
    fn has_capital_word(&self, word: &str) -> bool {
        let text = self.expose();
        text.match_indices(word).any(|(at, _)| {
            let ends = !text[at + word.len()..].starts_with(|c: char| c.is_ascii_lowercase());
            ends && !text[..at].ends_with(|c: char| c.is_ascii_uppercase())
        })
    }

    /// Whether a whole word in the text, a database's name, says that it is for tests: `app_test`, `ci-47`, but not
    /// `contest` or `latest` (gbrain #2957).
    pub fn names_tests(&self) -> bool {
        self.has_word(TESTS).is_some()
            || self
                .expose()
                .split(|c: char| !c.is_ascii_alphanumeric())
                .any(|w| w.eq_ignore_ascii_case("e2e"))
            || ["Test", "Tests", "Testing"].iter().any(|word| self.has_capital_word(word))
    }

    /// Whether a word in the text says that it is meant for development or tests, or to be changed before anything
    /// else: `obcms_dev_password`, `dev_password_change_me`, `test1`. Which word is not told.
    pub fn says_development(&self) -> bool {
        let change = self.has_word(&["change"]).is_some() && !self.looks_like_placeholder();
        change || self.has_word(DEVELOPMENT).is_some()
    }

    /// Whether a character stands in the text that has a meaning in a URL, or is none of ASCII's: written raw there,
    /// some reader takes it for something else.
    pub fn needs_encoding(&self) -> bool {
        self.expose().bytes().any(|b| !b.is_ascii_alphanumeric() && !b"-._~".contains(&b))
    }

    /// Number of characters (Unicode scalar values).
    pub fn chars(&self) -> usize {
        self.expose().chars().count()
    }

    /// Number of different characters.
    pub fn variety(&self) -> usize {
        self.expose().chars().collect::<BTreeSet<_>>().len()
    }

    /// Whether the text is in the small built-in list of passwords that every attacker tries first.
    pub fn is_common(&self) -> bool {
        COMMON.iter().any(|common| self.equals_ignore_case(common))
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(•••)")
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self::new(text)
    }
}

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

/// A part of a value (a host, a user name, a database name), with the proof whether it may be shown.
///
/// `Display` and `Debug` give the text only where it was proved harmless: parsers disagree about where a
/// password ends, so what one of them calls a host may be half of a password (docs/DESIGN.md).
#[derive(Clone, Default)]
pub struct Part {
    text: Secret,
    harmless: bool,
}

impl Part {
    /// A part that stays masked.
    pub fn masked(text: impl Into<Secret>) -> Self {
        Self { text: text.into(), harmless: false }
    }

    /// A part whose text every parser agrees is no secret.
    pub fn harmless(text: impl Into<Secret>) -> Self {
        Self { text: text.into(), harmless: true }
    }

    /// Shown or masked, by proof.
    pub fn with_proof(text: impl Into<Secret>, harmless: bool) -> Self {
        Self { text: text.into(), harmless }
    }

    /// Whether the text may be shown.
    pub fn is_harmless(&self) -> bool {
        self.harmless
    }

    /// The text, when it may be shown.
    pub fn shown(&self) -> Option<&str> {
        self.harmless.then(|| self.text.expose())
    }

    /// The text itself. For parsers, the resolver and the driver only.
    pub(crate) fn expose(&self) -> &str {
        self.text.expose()
    }

    /// The text as a secret, for the questions that [`Secret`] answers.
    pub fn secret(&self) -> &Secret {
        &self.text
    }

    /// Whether the text equals a word of ours, to the letter.
    pub fn equals(&self, other: &str) -> bool {
        self.text.equals(other)
    }

    /// Whether two parts are the same text.
    pub fn same_as(&self, other: &Self) -> bool {
        self.text.same_as(&other.text)
    }

    /// Whether it is the name of a host, whatever port somebody wrote behind it: `postgres:5432`.
    pub fn is_host_called(&self, name: &Self) -> bool {
        let behind = self.expose().strip_prefix(name.expose()).filter(|_| !name.is_empty());
        let port = |rest: &str| {
            let digits = rest.strip_prefix(':');
            digits.is_some_and(|d| !d.is_empty() && d.bytes().all(|b| b.is_ascii_digit()))
        };
        behind.is_some_and(|rest| rest.is_empty() || port(rest))
    }

    /// True for the empty string.
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.shown().unwrap_or(MASK))
    }
}

impl fmt::Debug for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Part({self})")
    }
}

/// The head of the public "most used passwords" lists, with what database images and tutorials use.
const COMMON: &[&str] = &[
    "000000",
    "111111",
    "112233",
    "121212",
    "123",
    "123123",
    "123321",
    "1234",
    "12345",
    "123456",
    "1234567",
    "12345678",
    "123456789",
    "1234567890",
    "123qwe",
    "1q2w3e",
    "1q2w3e4r",
    "1qaz2wsx",
    "654321",
    "666666",
    "abc123",
    "abcd1234",
    "admin",
    "admin123",
    "administrator",
    "app",
    "asdfgh",
    "azerty",
    "database",
    "db",
    "default",
    "dragon",
    "football",
    "guest",
    "hello",
    "hunter2",
    "iloveyou",
    "letmein",
    "senha",
    "contrasena",
    "contraseña",
    "passwort",
    "motdepasse",
    "login",
    "master",
    "monkey",
    "mypassword",
    "mysecretpassword",
    "p@ssw0rd",
    "pass",
    "pass1234",
    "passw0rd",
    "password",
    "password1",
    "password123",
    "postgres",
    "postgres123",
    "postgresql",
    "princess",
    "qwerty",
    "qwerty123",
    "root",
    "root123",
    "secret",
    "secret123",
    "shadow",
    "sunshine",
    "superman",
    "superuser",
    "supersecret",
    "sysadmin",
    "temp",
    "test",
    "test123",
    "tiger",
    "toor",
    "trustno1",
    "user",
    "welcome",
    "welcome1",
    "zaq12wsx",
];

/// Words of databases that are for tests.
const TESTS: &[&str] =
    &["test", "tests", "testing", "testdb", "dbtest", "ci", "pytest", "rspec", "unittest", "unittests"];

/// Words of secrets that are not for the real thing.
const DEVELOPMENT: &[&str] = &[
    "dev",
    "devel",
    "development",
    "local",
    "localdev",
    "localhost",
    "test",
    "testing",
    "tests",
    "example",
    "sample",
    "dummy",
    "insecure",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_whole_segments() {
        assert_eq!(Secret::from("obcms_dev_password").has_word(&["dev"]), Some("dev"));
        for no in ["latest", "contest", "developer", "attested"] {
            assert_eq!(Secret::from(no).has_word(&["test", "dev"]), None, "{no}");
        }
        assert_eq!(Secret::from("app-TEST2").has_word(&["test"]), Some("test"));
    }

    #[test]
    fn segments_are_the_same_for_every_text() {
        for text in ["", "a", "obcms_dev2Password", "--", "app-TEST2", "1a2b", "x__9", " a b "] {
            let own: Vec<String> =
                ascii_segments(text).map(|s| String::from_utf8_lossy(s).to_ascii_lowercase()).collect();
            assert_eq!(own, word_segments(text), "{text}");
        }
        assert_eq!(Secret::from("zoë_dev").has_word(&["test", "dev"]), Some("dev"));
        assert_eq!(Secret::from("dev_test").has_word(&["test", "dev"]), Some("test"));
    }

    #[test]
    fn never_shown() {
        let secret = Secret::from("hunter2");
        assert!(!format!("{secret:?}").contains("hunter2"));
        let part = Part::masked("hunter2");
        assert!(!format!("{part} {part:?}").contains("hunter2"));
        assert_eq!(Part::harmless("db").to_string(), "db");
    }
}
