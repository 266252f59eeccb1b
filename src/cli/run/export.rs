//! `--export`: the URL that was verified, for the command, in the spelling of a client library. Nothing of it is
//! printed, and it stands on no command line.

use crate::{
    consumer::Consumer,
    guard::Verified,
    policy::consumer_of_word,
    probe::{Attempt, SslMode},
    secret::Secret,
    settings::Settings,
};
use std::ffi::OsStr;

/// A variable of the command, and who reads it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Export {
    name: String,
    consumer: Consumer,
}

/// A variable with its value.
pub(super) struct Variable {
    /// A name that every shell takes.
    pub(super) name: String,
    value: Secret,
}

impl Variable {
    /// The value, for the environment of the command alone.
    pub(super) fn value(&self) -> &OsStr {
        OsStr::new(self.value.expose())
    }
}

/// Reads `NAME=CONSUMER` and `NAME`, which means libpq.
///
/// # Errors
/// A sentence without what was typed: it may be anything.
pub(super) fn read(words: &[String]) -> Result<Vec<Export>, String> {
    let mut out: Vec<Export> = Vec::new();
    for word in words.iter().map(|word| word.trim()).filter(|word| !word.is_empty()) {
        let (name, consumer) = word.split_once('=').unwrap_or((word, Consumer::Libpq.as_str()));
        let begins = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
        if !begins || !name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') {
            return Err(
                "--export: the name of a variable has letters, digits and `_`, and no digit first; write \
                        NAME=CONSUMER"
                    .to_owned(),
            );
        }
        if out.iter().any(|export| export.name == name) {
            return Err(format!("--export: `{name}` is given twice"));
        }
        let consumer = consumer_of_word(consumer).map_err(|e| format!("--export: {e}"))?;
        out.push(Export { name: name.to_owned(), consumer });
    }
    Ok(out)
}

/// The variables, on the host that was verified, and a sentence for each thing that has no place in such a URL.
///
/// # Errors
/// A sentence, when there is no URL, or none that says it to the library.
pub(super) fn variables(
    exports: &[Export],
    settings: &Settings,
    attempt: Option<&Attempt>,
) -> Result<(Vec<Variable>, Vec<String>), String> {
    let (mut out, mut remarks) = (Vec::new(), Vec::new());
    for Export { name, consumer } in exports {
        let nothing = || format!("--export {name}: no database is configured here, so there is no URL");
        let target = settings.selected().ok_or_else(nothing)?;
        let value = if target.is_postgres() {
            let reader = consumer.as_str();
            let none = || format!("--export {name}: no URL says it to {reader}");
            if target.parsed.is_err() {
                return Err(none());
            }
            let left = target.url_for(*consumer).map(|(_, left)| left).unwrap_or_default();
            if !left.is_empty() {
                let left = left.join(", ");
                remarks.push(format!("--export {name}: not put into the URL for {reader}: {left}"));
            }
            if target.has("hostaddr") && target.tls_mode() == Some(SslMode::VerifyFull) {
                remarks.push(format!(
                    "--export {name}: the command resolves the host by itself: `hostaddr` is left out"
                ));
            }
            Verified::new(target, attempt).spell(*consumer).ok_or_else(none)?
        } else {
            let none =
                || format!("--export {name}: it is no PostgreSQL database, and no variable holds its URL");
            target.text.as_ref().map(|text| text.value.clone()).ok_or_else(none)?
        };
        if value.expose().contains('\0') {
            return Err(format!("--export {name}: a variable cannot hold a NUL"));
        }
        out.push(Variable { name: name.clone(), value });
    }
    Ok((out, remarks))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(words: &[&str]) -> Result<Vec<Export>, String> {
        read(&words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn names_and_consumers() {
        let export = |name: &str, consumer| Export { name: name.to_owned(), consumer };
        let read = words(&["DATABASE_URL=sqlx", "_u2", " ", "X=Django "]).expect("all are right");
        let expected = [
            export("DATABASE_URL", Consumer::Sqlx),
            export("_u2", Consumer::Libpq),
            export("X", Consumer::DjDatabaseUrl),
        ];
        assert_eq!(read, expected);
        for wrong in ["=sqlx", "2X", "A-B=libpq", "Ä", "A B", "postgres://u:p@h/d"] {
            let error = words(&[wrong]).expect_err(wrong);
            assert!(error.contains("NAME=CONSUMER") && !error.contains("u:p"), "{error}");
        }
        assert!(words(&["A", "A=sqlx"]).expect_err("twice").contains("`A` is given twice"));
        let near = words(&["A=sqlalchmy"]).expect_err("unknown");
        assert!(near.contains("`sqlalchemy`"), "{near}");
        assert!(words(&["A="]).is_err());
    }
}
