//! The keys of pgward.toml: name, what each takes, one sentence. The reader's check, its did-you-mean, the table in
//! docs/configuration.md, the JSON Schema and what `pgward init` writes are all made of this table.

use super::{Level, Status, glob::Glob};
use crate::{
    conninfo::{self, Libpq},
    consumer::Consumer,
    environment,
    layer::dotenv::Dialect,
};

/// One key of a table.
#[derive(Debug)]
pub struct Key {
    /// As it is written.
    pub name: &'static str,
    /// What it takes.
    pub kind: Kind,
    /// What it is for: one sentence without capital and full stop.
    pub doc: &'static str,
    /// The table is nothing without it.
    pub required: bool,
}

/// What a key takes.
#[derive(Debug)]
pub enum Kind {
    /// Any text.
    Text,
    /// Text of a form.
    Form(&'static Form),
    /// One of some words.
    Word(&'static Words),
    /// One of some whole numbers.
    Number(&'static [u32]),
    /// A whole number, at least this.
    Whole(u32),
    /// `true` or `false`.
    Truth,
    /// Text or a whole number.
    TextOrWhole,
    /// A list.
    List(&'static Kind),
    /// A table with these keys and no others.
    Table(&'static [Key]),
    /// A list of such tables, `[[key]]`.
    Tables(&'static [Key]),
    /// A level by itself, or a table of level and reason.
    Level(&'static [Key]),
    /// A table whose keys are not all known beforehand.
    Open(&'static Open),
}

/// A table whose keys are not all known beforehand.
#[derive(Debug)]
pub struct Open {
    /// Keys that are known.
    pub known: &'static [Key],
    /// Words that stand for a table of their own, and what it takes.
    pub groups: Option<(&'static Words, &'static Kind)>,
    /// Keys that must not be: words, and what is said about them.
    pub refused: Option<(&'static Words, &'static str)>,
    /// The form of every other key.
    pub form: Option<&'static Form>,
    /// What every other key takes; none where these are all.
    pub rest: Option<&'static Kind>,
    /// What every other key is, in a word or two.
    pub called: &'static str,
}

/// A form that text must have, and the regular expression that says nearly the same to an editor.
#[derive(Debug)]
pub struct Form {
    /// What is expected, after "not".
    pub what: &'static str,
    /// Says why it has not; the words of `what` where none are better.
    pub check: fn(&str) -> Result<(), &'static str>,
    /// For the JSON Schema. What it refuses, `check` refuses too.
    pub pattern: &'static str,
}

/// Words to choose from.
#[derive(Debug)]
pub struct Words {
    /// What is expected, after "not".
    pub what: &'static str,
    /// Those that are named to people.
    pub words: fn() -> Vec<&'static str>,
    /// Others that mean one of them.
    pub aliases: fn() -> Vec<&'static str>,
    /// Whether case counts for nothing.
    pub any_case: bool,
}

impl Words {
    /// Whether it is one of them.
    pub fn has(&self, word: &str) -> bool {
        let same =
            |known: &&str| if self.any_case { known.eq_ignore_ascii_case(word) } else { *known == word };
        (self.words)().iter().chain((self.aliases)().iter()).any(same)
    }
}

const fn key(name: &'static str, kind: Kind, doc: &'static str) -> Key {
    Key { name, kind, doc, required: false }
}

const fn required(name: &'static str, kind: Kind, doc: &'static str) -> Key {
    Key { name, kind, doc, required: true }
}

/// The keys of the file.
pub static KEYS: &[Key] = &[
    key(
        "consumers",
        Kind::List(&CONSUMER),
        "the client libraries that read the URLs; they end all guessing by the manifests",
    ),
    key(
        "loaders",
        Kind::List(&LOADER),
        "the programs that read the env files; they end all guessing by the manifests",
    ),
    key(
        "env-files",
        Kind::List(&Kind::Text),
        "env files that are read in every environment, relative to this file; without it only in development and test",
    ),
    key("extensions", Kind::List(&EXTENSIONS), "extensions that every target must have; case counts"),
    key(
        "libpq",
        Kind::Number(&[15, 16, 17, 18]),
        "the libpq that connection strings are read as; 18 unless set",
    ),
    key("tls", Kind::Word(&TLS), "`required` refuses plaintext for private hosts too"),
    key("include", Kind::List(&GLOBS), "of the files below a directory `lint` looks at these alone"),
    key("exclude", Kind::List(&GLOBS), "files and directories that `lint` passes over; beats `include`"),
    key("baseline", Kind::Form(&FILE), "what `lint` counts instead of reporting it, relative to this file"),
    key(
        "environments",
        Kind::Open(&MORE_WORDS),
        "more words for environments; those that pgward knows keep their meaning",
    ),
    key("variables", Kind::Table(VARIABLES), "the names that this project reads; they end all guessing"),
    key(
        "connection",
        Kind::Open(&CONNECTION),
        "what the code fixes, by libpq's keywords; fills what is open; never user or password",
    ),
    key("rules", Kind::Open(&RULES), "the levels of rules"),
    key("boot", Kind::Table(BOOT), "what refuses at boot"),
    key("secret", Kind::Tables(SECRET), "another secret, judged for weakness as the password is"),
    key("server", Kind::Tables(SERVER), "a server that databases share"),
    key("database", Kind::Tables(DATABASE), "a database of this project"),
];

/// The keys of `[variables]`, each naming a list of environment variables.
pub static VARIABLES: &[Key] = &[
    key("url", Kind::List(&Kind::Text), "whole URLs"),
    key("test-url", Kind::List(&Kind::Text), "whole URLs of test databases"),
    key("host", Kind::List(&Kind::Text), "the host"),
    key("port", Kind::List(&Kind::Text), "the port"),
    key("name", Kind::List(&Kind::Text), "the database"),
    key("user", Kind::List(&Kind::Text), "the role"),
    key("password", Kind::List(&Kind::Text), "the password"),
    key("sslmode", Kind::List(&Kind::Text), "libpq's sslmode"),
    key("toggle", Kind::List(&Kind::Text), "`true` is PostgreSQL, `false` SQLite"),
    key("secret-json", Kind::List(&Kind::Text), "their values are JSON documents, in the shape of RDS"),
];

static CONSUMER: Kind = Kind::Word(&CONSUMERS);
static LOADER: Kind = Kind::Word(&LOADERS);
static ENVIRONMENT: Kind = Kind::Word(&ENVIRONMENTS);
static EXTENSIONS: Kind = Kind::Form(&EXTENSION);
static GLOBS: Kind = Kind::Form(&GLOB);
static IN_ENVIRONMENT: Kind = Kind::Open(&LEVELS);
static KEYWORD: Kind = Kind::TextOrWhole;

/// `[environments]`.
static MORE_WORDS: Open = Open {
    known: &[],
    groups: None,
    refused: Some((&ENVIRONMENTS, "this word already means an environment; it cannot mean another")),
    form: None,
    rest: Some(&ENVIRONMENT),
    called: "a word",
};

/// `[connection]`.
static CONNECTION: Open = Open {
    known: &[],
    groups: Some((&KEYWORDS, &KEYWORD)),
    refused: Some((
        &CREDENTIALS,
        "user, password and the files that hold one do not belong into pgward.toml",
    )),
    form: None,
    rest: None,
    called: "a keyword of libpq",
};

/// `[rules]`.
static RULES: Open = Open {
    known: &[
        key(
            "as-of",
            Kind::Form(&VERSION),
            "the set of rules of this version: a newer rule is off unless a level is set for it here",
        ),
        key(
            "paths",
            Kind::Open(&PATHS),
            "levels for findings in these files alone, by glob; beats those without",
        ),
    ],
    groups: Some((&ENVIRONMENTS, &IN_ENVIRONMENT)),
    refused: None,
    form: None,
    rest: Some(&LEVEL),
    called: "a rule",
};

/// `[rules.ENVIRONMENT]`.
static LEVELS: Open =
    Open { known: &[], groups: None, refused: None, form: None, rest: Some(&LEVEL), called: "a rule" };

/// `[rules.paths]`.
static PATHS: Open = Open {
    known: &[],
    groups: None,
    refused: None,
    form: Some(&GLOB),
    rest: Some(&IN_PATHS),
    called: "a glob",
};

static IN_PATHS: Kind = Kind::Open(&Open {
    known: &[],
    groups: Some((&ENVIRONMENTS, &IN_ENVIRONMENT)),
    refused: None,
    form: None,
    rest: Some(&LEVEL),
    called: "a rule",
});

static LEVEL: Kind = Kind::Level(&[
    required("level", Kind::Word(&LEVEL_WORDS), "allow, note, warn or deny"),
    key("reason", Kind::Text, "why; read by people, never printed"),
]);

static BOOT: &[Key] =
    &[key("deny", Kind::List(&Kind::Text), "rules that refuse at boot beyond those that always do")];

static SECRET: &[Key] = &[required("name", Kind::Text, "the variable that holds it")];

static SERVER: &[Key] = &[
    required("name", Kind::Form(&NAME), "what `server` of a database calls it"),
    key("environment", Kind::Word(&ENVIRONMENTS), "whose it is; that of its databases unless set"),
    key("max-connections", Kind::Whole(1), "how many connections it takes in all"),
    key("reserve", Kind::Whole(0), "connections that services must leave free; 0 unless set"),
];

static DATABASE: &[Key] = &[
    required("name", Kind::Form(&NAME), "the entry; what people call the database"),
    key("dbname", Kind::Text, "the database as the server calls it; the name unless set"),
    key("environment", Kind::Word(&ENVIRONMENTS), "where it is used; production unless set"),
    key("status", Kind::Word(&STATUSES), "active, testing or retired; active unless set"),
    key("owner", Kind::Text, "who answers for it; never printed"),
    key("server", Kind::Form(&NAME), "the `[[server]]` that it lies on; the only one unless set"),
    key("pool", Kind::Table(POOL), "how many connections its services hold"),
    key("reserve", Kind::Whole(0), "connections beside the pool: migrations, consoles"),
    key("expect", Kind::Table(EXPECT), "what must be true of it; kept, not judged yet"),
];

static POOL: &[Key] = &[
    key("size", Kind::Whole(1), "connections that one process keeps"),
    key("overflow", Kind::Whole(0), "connections that one process opens beyond; 0 unless set"),
    key("processes", Kind::Whole(1), "processes of one replica; 1 unless set"),
    key("replicas", Kind::Whole(0), "containers or machines; 1 unless set"),
];

static EXPECT: &[Key] = &[
    key("role", Kind::Text, "the role that is logged in"),
    key("server-version", Kind::Form(&SERVER_VERSION), "the server's version, `16` or `16.4`"),
    key("tables", Kind::Whole(0), "so many tables at least"),
    key("empty", Kind::Truth, "nothing is in it yet"),
    key("engine", Kind::Word(&ENGINES), "postgresql or sqlite"),
];

fn none() -> Vec<&'static str> {
    Vec::new()
}

pub(super) static CONSUMERS: Words = Words {
    what: "not a client library that this version knows",
    words: || Consumer::ALL.map(Consumer::as_str).to_vec(),
    aliases: || Consumer::ALIASES.iter().map(|(name, _)| *name).collect(),
    any_case: true,
};

pub(super) static LOADERS: Words = Words {
    what: "not a loader that this version knows",
    words: || Dialect::ALL.map(Dialect::as_str).to_vec(),
    aliases: || Dialect::ALL.iter().flat_map(|d| d.aliases()).copied().collect(),
    any_case: false,
};

static TLS: Words = Words {
    what: "not a word of `tls`",
    words: || vec!["required", "default"],
    aliases: none,
    any_case: false,
};

static ENVIRONMENTS: Words = Words {
    what: "not an environment",
    words: || environment::Environment::ALL.map(environment::Environment::as_str).to_vec(),
    aliases: || environment::WORDS.iter().filter(|(w, e)| *w != e.as_str()).map(|(w, _)| *w).collect(),
    any_case: true,
};

static KEYWORDS: Words = Words {
    what: "not a keyword of libpq",
    words: || conninfo::keyword_names(Libpq::V18).filter(|k| !credentials().contains(k)).collect(),
    aliases: none,
    any_case: false,
};

/// Keywords that hold a credential or name a file that does.
static CREDENTIALS: Words =
    Words { what: "not a keyword of a credential", words: credentials, aliases: none, any_case: false };

fn credentials() -> Vec<&'static str> {
    vec![
        "user",
        "password",
        "passfile",
        "sslpassword",
        "oauth_client_secret",
        "scram_client_key",
        "scram_server_key",
    ]
}

static LEVEL_WORDS: Words = Words {
    what: "not a level",
    words: || Level::ALL.map(Level::as_str).to_vec(),
    aliases: none,
    any_case: false,
};

static STATUSES: Words = Words {
    what: "not a status",
    words: || Status::ALL.map(Status::as_str).to_vec(),
    aliases: none,
    any_case: false,
};

static ENGINES: Words =
    Words { what: "not an engine", words: || vec!["postgresql", "sqlite"], aliases: none, any_case: false };

static EXTENSION: Form = Form {
    what: "not the name of an extension",
    check: |text| if super::is_extension_name(text) { Ok(()) } else { Err("not the name of an extension") },
    pattern: "^[A-Za-z0-9_-]{1,63}$",
};

static GLOB: Form =
    Form { what: "not a glob", check: |text| Glob::parse(text).map(drop), pattern: "^[^\\\\!][^\\\\]*$" };

static FILE: Form = Form {
    what: "not the name of a file",
    check: |text| if text.trim().is_empty() { Err("not the name of a file") } else { Ok(()) },
    pattern: "[^\\s]",
};

static VERSION: Form = Form {
    what: "not a version of pgward, such as \"0.3\"",
    check: |text| match super::Version::parse(text) {
        Some(_) => Ok(()),
        None => Err("not a version of pgward, such as \"0.3\""),
    },
    pattern: "^[0-9]{1,4}\\.[0-9]{1,4}(\\.[0-9]{1,4})?$",
};

static NAME: Form = Form {
    what: "not a name: letters, digits, `_`, `-` and `.`, at most 63 of them",
    check: |text| {
        let fits = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.');
        if (1..=63).contains(&text.len()) && text.bytes().all(fits) {
            Ok(())
        } else {
            Err("not a name: letters, digits, `_`, `-` and `.`, at most 63 of them")
        }
    },
    pattern: "^[A-Za-z0-9_.-]{1,63}$",
};

static SERVER_VERSION: Form = Form {
    what: "not a version of PostgreSQL, such as \"16\" or \"16.4\"",
    check: |text| {
        let number = |n: &str| (1..=2).contains(&n.len()) && n.bytes().all(|b| b.is_ascii_digit());
        let mut parts = text.split('.');
        if parts.by_ref().take(2).all(number) && parts.next().is_none() {
            Ok(())
        } else {
            Err("not a version of PostgreSQL, such as \"16\" or \"16.4\"")
        }
    },
    pattern: "^[0-9]{1,2}(\\.[0-9]{1,2})?$",
};
