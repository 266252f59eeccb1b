//! `--export`: the URL that was verified, for the command, in the spelling of a client library. Nothing of it is
//! printed, and it stands on no command line.

use crate::{
    consumer::Consumer,
    guard::Verified,
    policy::consumer_of_word,
    probe::{Attempt, Dial, SslMode, TlsVersions},
    secret::Secret,
    settings::{Settings, Target},
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

/// Why a variable is not handed on.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Unexported {
    /// No URL says it, in a sentence.
    Impossible(String),
    /// The URL would ask for less than what was verified, in a sentence.
    Weaker(String),
}

/// The variables, on the host that was verified, and a sentence for each thing that has no place in such a URL. `dialled`
/// is what was verified; without it (observe mode let it pass) a weaker URL is a remark.
///
/// # Errors
/// When there is no URL, none that says it to the library, or one that asks for less.
pub(super) fn variables(
    exports: &[Export],
    settings: &Settings,
    attempt: Option<&Attempt>,
    dialled: Option<&Dial>,
) -> Result<(Vec<Variable>, Vec<String>), Unexported> {
    let (mut out, mut remarks) = (Vec::new(), Vec::new());
    for Export { name, consumer } in exports {
        let none = |why: &str| Unexported::Impossible(format!("--export {name}: {why}"));
        let nothing = || none("no database is configured here, so there is no URL");
        let target = settings.selected().ok_or_else(nothing)?;
        let value = if target.is_postgres() {
            let reader = consumer.as_str();
            let none = || none(&format!("no URL says it to {reader}"));
            if target.parsed.is_err() {
                return Err(none());
            }
            let left = target.url_for(*consumer).map(|(_, left)| left).unwrap_or_default();
            let lost =
                dialled.map(|dial| weakening(*consumer, target, &left, attempt, dial)).unwrap_or_default();
            if !lost.is_empty() {
                let lost = lost.join(", ");
                return Err(Unexported::Weaker(format!(
                    "--export {name}: a URL for {reader} cannot say {lost}, and without that it asks for less than what was \
                     verified: set it for the command itself; what is built on libpq takes it from a variable such as \
                     PGREQUIREAUTH, which is handed on"
                )));
            }
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
            let none = || none("it is no PostgreSQL database, and no variable holds its URL");
            target.text.as_ref().map(|text| text.value.clone()).ok_or_else(none)?
        };
        if value.expose().contains('\0') {
            return Err(none("a variable cannot hold a NUL"));
        }
        out.push(Variable { name: name.clone(), value });
    }
    Ok((out, remarks))
}

/// What a URL without these keywords asks less of the server by: in the words of a sentence, in this order.
fn weakening(
    consumer: Consumer,
    target: &Target,
    left: &[&str],
    attempt: Option<&Attempt>,
    dial: &Dial,
) -> Vec<String> {
    let socket = attempt.is_some_and(|attempt| attempt.address.is_unix());
    let plain = socket || dial.sslmode == SslMode::Disable;
    let says = |keyword: &str, word: &str| target.get(keyword).is_some_and(|s| s.value.equals(word));
    // The command inherits libpq's variables.
    let driver = target.driver().unwrap_or("psycopg");
    let libpq = match consumer {
        Consumer::Libpq | Consumer::DjDatabaseUrl | Consumer::DjangoEnviron => true,
        Consumer::SqlAlchemy => driver.starts_with("psycopg"),
        _ => false,
    };
    let inherited = |keyword: &str| libpq && target.get(keyword).is_some_and(|s| s.key.starts_with("PG"));
    let mut out: Vec<String> = Vec::new();
    for keyword in left.iter().filter(|keyword| !inherited(keyword)) {
        let asks = match *keyword {
            "require_auth" => true,
            "channel_binding" => says(keyword, "require"),
            _ if plain => false,
            // Without a word they go by the roots of the operating system, or by their own.
            "sslrootcert" => !target.names_system_roots(),
            // A file that is not there is none for libpq either.
            "sslcert" => dial.sslcert.is_some(),
            "sslcrl" | "sslcrldir" => dial.revocation.is_some(),
            "sslcertmode" => says(keyword, "require"),
            "ssl_min_protocol_version" => dial.tls_versions == TlsVersions::Only13,
            _ => false,
        };
        if asks {
            out.push(format!("`{keyword}`"));
        }
    }
    if plain || consumer.does_tls_as_libpq() {
        return out;
    }
    // It has no word for it: its connector verifies, or does not.
    if consumer == Consumer::TokioPostgres && dial.sslmode >= SslMode::VerifyCa {
        out.push(format!("`sslmode={}`", dial.sslmode.as_str()));
    }
    let home = |keyword: &str, there: bool| there && !target.has(keyword);
    let lists = home("sslcrl", dial.revocation.is_some()) && !target.has("sslcrldir");
    for (there, file) in [
        (home("sslrootcert", dial.sslrootcert.is_some()), "root.crt"),
        (home("sslcert", dial.sslcert.is_some()), "postgresql.crt"),
        (lists, "root.crl"),
    ] {
        if there {
            out.push(format!("`~/.postgresql/{file}`, which only libpq looks into"));
        }
    }
    out
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
