//! What a secret looks like to those who ask about more than its strength: made by a machine, made for minutes. It
//! answers with yes, no or one of our own words.

use super::{Secret, words::word_segments};
use std::cmp::Ordering;

impl Secret {
    /// An order by the text, for bringing equal secrets together; it says nothing else and must not be shown.
    pub fn order(&self, other: &Self) -> Ordering {
        self.expose().cmp(other.expose())
    }

    /// Whether the text seems to be made by a machine, and so to open something: long, of several kinds of characters,
    /// and without a word that documents and templates have there. `password123` is not, and neither is a name.
    pub fn looks_generated(&self) -> bool {
        let text = self.expose();
        let kind = |test: fn(&u8) -> bool| text.bytes().any(|b| test(&b));
        let mixed = kind(u8::is_ascii_digit) && kind(u8::is_ascii_alphabetic);
        let plain: String = text.chars().filter_map(plain).collect();
        let worded = WORDS.iter().any(|word| plain.contains(word));
        self.chars() >= 12 && self.variety() >= 8 && mixed && !worded && !self.is_template()
    }

    /// Whether the text is no value, but says what belongs here: a placeholder, a word for development, the head of
    /// the lists of common passwords, a reference, a mark that a deployment replaces.
    pub fn is_template(&self) -> bool {
        self.is_blank()
            || self.looks_like_placeholder()
            || self.says_development()
            || self.is_common()
            || self.is_reference()
            || self.is_replaced_by_a_build()
    }

    /// Whether every word of `name` is one in the text, a database's name: `health_tech_prod` is named for `health-tech`.
    pub fn is_named_for(&self, name: &str) -> bool {
        let (own, words) = (word_segments(self.expose()), word_segments(name));
        !words.is_empty() && words.iter().all(|word| own.contains(word))
    }

    /// The service whose token this is, by its form: one that is made for a login and soon worth nothing.
    pub fn token(&self) -> Option<Token> {
        let text = self.expose();
        let has = |part: &str| text.contains(part);
        if has("Action=connect") && (has("X-Amz-Signature=") || has("X-Amz-Credential=")) {
            return Some(Token::Rds);
        }
        if text.starts_with("ya29.") && text.len() >= 40 {
            return Some(Token::CloudSql);
        }
        let mut parts = text.split('.');
        let json = |part: Option<&str>| part.is_some_and(|p| p.starts_with("eyJ") && p.len() >= 20);
        let base64 = |part: &str| {
            part.len() >= 40 && part.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
        };
        let signed = json(parts.next()) && json(parts.next()) && parts.next().is_some_and(base64);
        (signed && parts.next().is_none()).then_some(Token::Entra)
    }
}

/// A token that stands where a password does.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Token {
    /// A signed request of AWS for `rds-db:connect`.
    Rds,
    /// An OAuth 2.0 access token of Google's.
    CloudSql,
    /// A JSON Web Token, as Microsoft Entra issues it.
    Entra,
}

impl Token {
    /// Whose it is, for a message.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Rds => "an IAM token of Amazon RDS",
            Self::CloudSql => "an access token of Google Cloud",
            Self::Entra => "a signed token (JWT)",
        }
    }

    /// How long it is good for.
    pub fn lifetime(self) -> &'static str {
        match self {
            Self::Rds => "it opens connections for 15 minutes",
            Self::CloudSql => "it opens connections for an hour",
            Self::Entra => "it opens connections for an hour or a day, as its issuer decides",
        }
    }
}

/// A letter as people mean it who write `P@ssw0rd`; nothing else.
fn plain(c: char) -> Option<char> {
    match c {
        '0' => Some('o'),
        '1' | '!' => Some('i'),
        '3' => Some('e'),
        '4' | '@' => Some('a'),
        '5' | '$' => Some('s'),
        c if c.is_ascii_alphabetic() => Some(c.to_ascii_lowercase()),
        _ => None,
    }
}

/// What templates have where a secret belongs, and no generator makes but by rare chance.
const WORDS: &[&str] = &[
    "password", "passwd", "secret", "example", "change", "replace", "your", "dummy", "sample", "random",
    "postgres", "database", "qwerty", "abcdef", "foobar", "insert", "enter", "token", "never", "strong",
    "super",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_machine_makes_is_told_from_words() {
        for yes in ["k3Vq9mT2xLpW7c", "9f86d081884c7d659a2feaa0", "npg_A1b2C3d4E5f6", "b7d1-44c2-90ee-81aa"] {
            assert!(Secret::from(yes).looks_generated(), "{yes}");
        }
        for no in [
            "",
            "app",
            "randompassword",
            "P@ssw0rd12345",
            "my-5ecret-key-2024",
            "changeme-please-1",
            "shop_production",
            "only-on-this-laptop",
            "123456789012",
            "aaaaaaaaaaaa1",
            "S3cr3tS3cr3tS3cr3t",
            "development-4711-x",
        ] {
            assert!(!Secret::from(no).looks_generated(), "{no}");
        }
    }

    #[test]
    fn tokens_are_told_by_their_form() {
        let of = |text: &str| Secret::from(text).token();
        let rds = "db.x.eu-west-1.rds.amazonaws.com:5432/?Action=connect&DBUser=app&X-Amz-Credential=A&X-Amz-Signature=b";
        assert_eq!(of(rds), Some(Token::Rds));
        assert_eq!(of(&format!("ya29.{}", "a0Af".repeat(20))), Some(Token::CloudSql));
        let part = "eyJhbGciOiJSUzI1NiIsImtpZCI6IjEifQ";
        let jwt = format!("{part}.{part}.{}", "Zm9v".repeat(16));
        assert_eq!(of(&jwt), Some(Token::Entra));
        for no in ["", "ya29.", "eyJ.eyJ.x", "k3Vq9mT2xLpW7c", "Action=connect", "a.b.c"] {
            assert_eq!(of(no), None, "{no}");
        }
    }
}
