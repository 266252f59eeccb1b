//! What all rules about a server that could not be used have in common: the failure's own sentence, its evidence,
//! and whether waiting may mend it.

use crate::{
    probe::{Evidence, Failure, Phase},
    rules::{Draft, Sink, place},
    settings::Target,
};

/// Reports a failure at the first of these keywords that stands in a text, else at the target as a whole. The rule
/// adds the help: the next command.
pub(crate) fn report<'s>(
    target: &Target,
    failure: &Failure,
    out: &'s mut Sink<'_>,
    keywords: &[&str],
    label: &str,
) -> Draft<'s> {
    let mut draft = out.report(target.spelt(&failure.message)).at(place(target, keywords), label);
    // The rule's help knows the target and takes the place of the failure's own; but it holds for the server itself,
    // and behind a pooler another command is the next one.
    let pooler = failure.evidence.contains(&Evidence::ViaPooler);
    for evidence in &failure.evidence {
        draft = match evidence {
            Evidence::Help(text) if pooler => draft.last_help(*text),
            Evidence::Help(_) => draft,
            evidence => draft.note(target.spelt(&evidence.to_string())),
        };
    }
    let waited = failure.evidence.iter().any(|e| matches!(e, Evidence::Waited(_)));
    if failure.retryable && !waited {
        draft = draft.note("waiting may mend this: `--wait 60s` keeps trying");
    }
    draft
}

/// Where PostgreSQL was seen instead: an address, or a socket's path.
pub(crate) fn elsewhere(failure: &Failure) -> Option<&str> {
    failure.evidence.iter().find_map(|evidence| match evidence {
        Evidence::Listens { at, .. } | Evidence::OtherLoopback(at) => Some(at.as_str()),
        _ => None,
    })
}

/// The keyword that a failure's own sentence names between backticks, if this target sets it.
pub(crate) fn keyword(target: &Target, failure: &Failure) -> Option<&'static str> {
    let named = |keyword: &&&str| failure.message.contains(&format!("`{keyword}`"));
    target.parameters.keys().find(named).copied().filter(|_| failure.phase == Phase::Configuration)
}

#[cfg(test)]
mod tests {
    use crate::{
        configuration::{Configuration, Input},
        finding::Located,
        judge::Evidence,
        probe::{self, Failure, FailureClass, Phase},
        rules::Door,
    };

    fn findings(url: &str, failure: &Failure) -> Vec<Located> {
        all(url, failure).into_iter().filter(|f| f.rule == failure.class.as_str()).collect()
    }

    fn all(url: &str, failure: &Failure) -> Vec<Located> {
        let variables = [
            ("APP_ENV".to_owned(), b"production".to_vec()),
            ("DATABASE_URL".to_owned(), url.as_bytes().to_vec()),
        ];
        let configuration = Configuration::new(Input { variables: variables.into(), ..Input::default() });
        let evidence = Evidence { answers: None, failure: Some(failure) };
        let found = configuration.findings(Door::Boot, evidence);
        found.iter().map(|f| f.locate(&configuration.sources)).collect()
    }

    #[test]
    fn evidence_and_waiting_are_notes() {
        let mut failure = Failure::of_class(FailureClass::DatabaseMissing, Phase::Database);
        failure.evidence = vec![probe::Evidence::ViaPooler, probe::Evidence::Help("look there")];
        let url = "postgresql://app:k3Vq9mT2xLpW@db.example.com:6432/shop?sslmode=verify-full";
        let found = findings(url, &failure);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].notes, ["the answer has the form of a connection pooler's, not of PostgreSQL's"]);
        assert_eq!(
            found[0].help.as_deref(),
            Some("look there"),
            "what the server's administrator would do is no help where a pooler refused"
        );
        let place = &found[0].primary.as_ref().expect("the database's name").excerpt;
        assert_eq!(&place.text[place.start..place.end], "shop");

        let refused = Failure::of_class(FailureClass::ConnectionRefused, Phase::Tcp);
        assert!(findings(url, &refused)[0].notes[0].contains("--wait"));
    }

    #[test]
    fn hints_fit_the_target() {
        let refused = Failure::of_class(FailureClass::AuthFailed, Phase::Authentication);
        let notes = |url: &str| findings(url, &refused)[0].notes.join("\n");
        let (encoded, volume) = ("spells with `%`", "POSTGRES_PASSWORD");
        for (url, has) in [
            ("postgresql://app:k3Vq9mT2xLpW@db.example.com/shop?sslmode=verify-full", [false, false]),
            ("postgresql://app:k3%40Vq9mT2xLpW@db.example.com/shop?sslmode=verify-full", [true, false]),
            ("postgresql://app:k3%40Vq9mT2xLpW@db/shop?sslmode=verify-full", [true, true]),
            ("postgresql://app:k3Vq9mT2xLpW@127.0.0.1/shop", [false, true]),
            (
                "host=db.example.com user=app password='k3@Vq9mT2xLpW' dbname=shop sslmode=verify-full",
                [false, false],
            ),
        ] {
            let notes = notes(url);
            assert_eq!([encoded, volume].map(|hint| notes.contains(hint)), has, "{url}: {notes}");
        }
        let mut closed = Failure::of_class(FailureClass::HbaRejected, Phase::Startup);
        closed.message = "admits nobody without sslmode=require".to_owned();
        let found = &findings("postgresql+asyncpg://app:x@db.example.com/shop?ssl=disable", &closed)[0];
        assert_eq!(found.message, "admits nobody without ssl=require");
        let help = found.help.as_deref().unwrap_or_default();
        assert!(help.contains("`ssl=verify-full`") && !help.contains("sslmode"), "{help}");

        let mut nobody = Failure::of_class(FailureClass::ConnectionRefused, Phase::Tcp);
        let (at, who) = ("127.0.0.1:5433".to_owned(), probe::Listener::Postgres);
        nobody.evidence = vec![probe::Evidence::Listens { at, who }];
        let found = &findings("postgresql://app@localhost/shop", &nobody)[0];
        assert_eq!(found.notes[0], "PostgreSQL answers at 127.0.0.1:5433");
        assert!(found.help.as_deref().is_some_and(|help| help.contains("127.0.0.1:5433")));
        for (host, says) in [
            ("db", "compose"),
            ("locahlost", "`localhost`"),
            ("db.internal", "getent"),
            ("db1.example.com,db2.example.com", "`getent hosts NAME`"),
            ("db1:5432,db2:5433", "names of services"),
        ] {
            let unknown = Failure::of_class(FailureClass::DnsFailed, Phase::Dns);
            let found =
                &findings(&format!("postgresql://app:x@{host}/shop?sslmode=verify-full"), &unknown)[0];
            assert!(found.help.as_deref().is_some_and(|help| help.contains(says)), "{host}: {found:?}");
        }
    }

    #[test]
    fn a_missing_root_file_is_told_once() {
        let mut untrusted = Failure::of_class(FailureClass::TlsUntrusted, Phase::Configuration);
        untrusted.message = "there is no root certificate".to_owned();
        for url in [
            "postgresql://app@db.example.com/shop?sslmode=verify-full",
            "jdbc:postgresql://db.example.com/shop?user=app&sslmode=verify-full",
            "Host=db.example.com;Username=app;Database=shop;SSL Mode=VerifyFull",
        ] {
            assert_eq!(findings(url, &untrusted).len(), 1, "{url}");
            let all = all(url, &untrusted);
            let twice = |f: &Located| f.message.contains("no root certificate to verify by");
            assert!(!all.iter().any(twice), "{url}: {all:?}");
        }
    }

    #[test]
    fn no_password_in_any_of_them() {
        let urls = [
            "postgresql://app:Qz7Canary@db.example.com:6432/shop?sslmode=verify-full",
            "postgresql://app:Qz7Canary@x@db.example.com/shop",
            "postgresql://app:Qz7Canary/x@db.example.com/shop",
            "postgresql://app:Qz7#Canary@db.example.com/shop",
            "host=db user=app password='Qz7Canary x' dbname=shop",
            "postgresql://app@db/shop?password=Qz7Canary&options=-c%20x%3DQz7Canary",
        ];
        for url in urls {
            for class in FailureClass::ALL {
                for found in findings(url, &Failure::of_class(*class, Phase::Configuration)) {
                    assert!(!format!("{found:?}").contains("Canary"), "{class}: {found:#?}");
                }
            }
        }
    }
}
