//! Words of environments in the names of hosts, databases and roles: where a name says that it belongs. Whole words
//! only; a name that says two things says nothing.

use super::{Setting, host::is_socket, target::Target};
use crate::{
    environment::Environment,
    policy::Policy,
    secret::{Part, Secret},
    source::Span,
};

/// A name with a word of an environment in it.
#[derive(Clone, Debug)]
pub struct Named {
    /// `host`, `dbname` or `user`.
    pub keyword: &'static str,
    /// The environment that the word means.
    pub says: Environment,
    /// The name.
    pub setting: Setting<Part>,
}

impl Named {
    fn meets(&self, place: Span) -> bool {
        let meets = |own: Span| own.overlaps(place);
        self.setting.origin.span().is_some_and(meets)
    }
}

impl Target {
    /// The environments that the names in a place say.
    pub fn names_within(&self, span: Span) -> Vec<Environment> {
        self.names.iter().filter(|n| n.meets(span)).map(|n| n.says).collect()
    }

    /// Whether a name is the default of a variable that is not set.
    pub fn is_default(&self, name: &Named) -> bool {
        self.oddities.fallbacks.iter().any(|fallback| name.meets(fallback.span))
    }

    /// Whether one of the names says production.
    pub fn names_production(&self) -> bool {
        self.names.iter().any(|n| n.says == Environment::Production)
    }

    /// Whether the database, its host or its role says that it is for tests.
    pub fn names_tests(&self) -> bool {
        let tests = |n: &Named| n.says == Environment::Test;
        // Of another engine's URL, and of a file, the path is all that is known.
        let last = |text: &str| {
            Secret::from(text.split('?').next().unwrap_or(text).rsplit('/').next().unwrap_or(text))
        };
        let other = self.text.as_ref().filter(|_| !self.is_postgres());
        self.names.iter().any(tests)
            || self.get("dbname").is_some_and(|d| d.value.secret().names_tests())
            || other.is_some_and(|text| last(text.value.expose()).names_tests())
    }

    /// Whether what a keyword is set to says so in a word of `words`: segments of letters, in lower case.
    pub fn has_word(&self, keyword: &str, words: &[&str]) -> bool {
        self.get(keyword).is_some_and(|s| s.value.secret().has_word(words).is_some())
    }
}

/// The names of a target that say where it belongs.
pub(super) fn of_target(target: &Target, policy: &Policy) -> Vec<Named> {
    if !target.is_postgres() || target.is_ambiguous() {
        return Vec::new();
    }
    let named = |keyword: &'static str| {
        let setting = target.get(keyword)?;
        let says = of_name(keyword, &setting.value, policy)?;
        Some(Named { keyword, says, setting: setting.clone() })
    };
    ["dbname", "host", "user"].into_iter().filter_map(named).collect()
}

/// The environment that a name says; none where no word does, or two do.
pub(super) fn of_name(keyword: &str, name: &Part, policy: &Policy) -> Option<Environment> {
    if keyword != "host" {
        return of_words(name.expose(), policy);
    }
    let mut found = name.expose().split(',').filter_map(|host| of_words(meaningful(host), policy));
    let first = found.next()?;
    found.all(|other| other == first).then_some(first)
}

/// What of a host's name somebody chose for its meaning: not the last label, for `.dev` and `.test` are domains, and of
/// sockets only what Cloud SQL calls them by.
fn meaningful(host: &str) -> &str {
    if let Some(instance) = host.strip_prefix("/cloudsql/") {
        return instance;
    }
    if is_socket(host) {
        return "";
    }
    let host = host.trim_end_matches('.');
    host.rsplit_once('.').map_or(host, |(chosen, _domain)| chosen)
}

/// The environment that a word in a name says; none where no word does, or two do.
fn of_words(name: &str, policy: &Policy) -> Option<Environment> {
    // Most names say nothing, and are not taken apart for it.
    if policy.environments.is_empty() && !has_root(name.as_bytes()) {
        return None;
    }
    let name = Secret::from(name);
    // `pre-prod`, `non_prod`, `before_production`.
    if name.has_word(&["pre", "non", "not", "no", "pseudo", "like"]).is_some() {
        return None;
    }
    let own = policy.environments.iter().filter(|(word, _)| name.has_word(&[word.as_str()]).is_some());
    let known = WORDS.iter().filter(|(_, words)| name.has_word(words).is_some());
    let mut says = own.map(|(_, e)| *e).chain(known.map(|(e, _)| *e));
    let first = says.next()?;
    says.all(|other| other == first).then_some(first)
}

fn has_root(name: &[u8]) -> bool {
    let begins = |rest: &[u8]| {
        let like = |root: &&str| {
            rest.len() >= root.len() && rest[..root.len()].eq_ignore_ascii_case(root.as_bytes())
        };
        ROOTS.iter().any(like)
    };
    let pairs = name.windows(2).enumerate();
    let may = |pair: &[u8]| {
        let lower = (pair[0] | 0x20, pair[1] | 0x20);
        matches!(lower, (b'p', b'r') | (b's', b't') | (b'u', b'a') | (b't' | b'd', b'e'))
    };
    pairs.into_iter().any(|(i, pair)| may(pair) && begins(&name[i..]))
}

/// Words that mean an environment wherever they stand in a name. `live`, `ci`, `qa`, `local` and `stage` mean other
/// things as often: a live score, a city's code, questions and answers, a `.local` domain, a theatre.
const WORDS: &[(Environment, &[&str])] = &[
    (Environment::Production, &["prod", "production", "prd"]),
    (Environment::Staging, &["staging", "stg", "uat", "preprod"]),
    (Environment::Test, &["test", "tests", "testing", "testdb"]),
    (Environment::Development, &["dev", "devel", "develop", "development"]),
];

/// One of these is in each of them.
const ROOTS: &[&str] = &["prod", "prd", "staging", "stg", "uat", "test", "dev"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_words_of_what_was_named() {
        let of = |keyword: &str, name: &str| of_name(keyword, &Part::masked(name), &Policy::default());
        let (production, other) = (Some(Environment::Production), |e| Some(e));
        for (keyword, name, says) in [
            ("dbname", "shop_prod", production),
            ("dbname", "PROD2", production),
            ("dbname", "shop-production-eu", production),
            ("dbname", "shop_dev", other(Environment::Development)),
            ("dbname", "app_test1", other(Environment::Test)),
            ("user", "stg_app", other(Environment::Staging)),
            ("host", "db.prod.example.com", production),
            ("host", "postgres-dev", other(Environment::Development)),
            ("host", "/cloudsql/shop-prod:europe-west1:main", production),
            ("host", "a.prod.internal,b.prod.internal", production),
            ("dbname", "reproduction_fixtures", None),
            ("dbname", "products", None),
            ("dbname", "latest", None),
            ("dbname", "contest", None),
            ("dbname", "device", None),
            ("dbname", "prod_copy_for_test", None),
            ("dbname", "pre-prod", None),
            ("dbname", "live_scores", None),
            ("host", "db.api.fly.dev", None),
            ("host", "postgres.test", None),
            ("host", "/srv/prod/run", None),
            ("host", "a.prod.internal,b.dev.internal", None),
        ] {
            assert_eq!(of(keyword, name), says, "{keyword} {name}");
        }
    }

    #[test]
    fn each_word_has_a_root() {
        let words = WORDS.iter().flat_map(|(_, words)| *words);
        for word in words {
            assert!(ROOTS.iter().any(|root| word.contains(root)), "{word}");
        }
        assert!(ROOTS.iter().all(|root| has_root(root.as_bytes())));
    }

    #[test]
    fn a_project_has_words_of_its_own() {
        let policy = Policy::from_toml("[environments]\nexperiment = \"staging\"").expect("a policy");
        let of = |name: &str| of_name("dbname", &Part::masked(name), &policy);
        assert_eq!(of("healthtech_experiment"), Some(Environment::Staging));
        assert_eq!(of("healthtech_experiments"), None);
    }
}
