//! pgward.toml: what this project decided. A wrong key is an error here; a rule that this version does not know is
//! a finding later, because an older binary must live with a newer file.

mod declared;
mod glob;
mod home;
mod keys;
mod paths;
mod read;
mod shape;

pub use declared::{At, Database, Expect, Pool, Server, Status, Version};
pub use glob::Glob;
pub use home::HOMES;
pub use keys::{Form, KEYS, Key, Kind, Open, VARIABLES, Words};
pub use paths::Selection;
pub use shape::MOST;

use crate::{
    conninfo::Libpq,
    consumer::Consumer,
    environment::Environment,
    finding::Place,
    layer::{Layer, dotenv::Dialect},
    source::{SourceId, SourceKind, Sources, Span},
};
use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
    fmt,
    path::Path,
};

/// What a project decided.
#[derive(Clone, Default)]
#[non_exhaustive]
pub struct Policy {
    /// The file it was read from; none for the built-in policy.
    pub path: Option<String>,
    /// Env files that are read in every environment, relative to the policy's directory.
    pub env_files: Vec<String>,
    /// Extensions that every target must have.
    pub extensions: Vec<Wanted>,
    /// Foreign words for environments, in lower case.
    pub environments: BTreeMap<String, Environment>,
    /// Of the files below a directory `lint` looks at these alone; empty: at all.
    pub include: Vec<Glob>,
    /// Files and directories that `lint` passes over.
    pub exclude: Vec<Glob>,
    /// The baseline that `lint` compares with, relative to the policy's directory.
    pub baseline: Option<String>,
    /// The names this project reads, by the keys of [`VARIABLES`]; they end all guessing.
    pub variables: BTreeMap<String, Vec<String>>,
    /// Parts of a connection for which the project's code has a default, by libpq's keyword: nothing of them is missing.
    pub(crate) defaulted: BTreeSet<&'static str>,
    /// Variables from which the project's code takes parts of a connection: of two families the one need not be an alias
    /// of the other.
    pub(crate) taken: BTreeSet<String>,
    /// What the code fixes: entries named by libpq keyword, never user or password.
    pub connection: Option<Layer>,
    /// Levels of rules, the last one that fits wins.
    pub levels: Vec<LevelSetting>,
    /// The set of rules: what is newer is off unless a level is set for it.
    pub as_of: Option<Version>,
    /// Rules that refuse at boot beyond the built-in ones.
    pub boot_deny: Vec<(String, Option<Span>)>,
    /// `tls = "required"`: plaintext is refused for private hosts too.
    pub tls_required: bool,
    /// The libpq that connection strings are read as; none for the newest.
    pub libpq: Option<Libpq>,
    /// The loaders that this project's env files are read with, and where it says so.
    pub loaders: Vec<(Dialect, Option<Span>)>,
    /// The client libraries that read this project's URLs, and where it says so.
    pub consumers: Vec<(Consumer, Option<Span>)>,
    /// Names of variables that hold other secrets, judged for weakness like the password.
    pub secrets: Vec<(String, Option<Span>)>,
    /// Servers that databases share; no two of one name.
    pub servers: Vec<Server>,
    /// Databases of this project; no two of one name.
    pub databases: Vec<Database>,
    /// Where relative paths begin.
    roots: paths::Roots,
    /// The code of the project is Django's, whose test runner makes a database of its own.
    pub(crate) django: bool,
    /// The text it was read from; spans point into it.
    text: Option<Vec<u8>>,
    /// The flags that stand in for lists of the text, each with its words: they are in no text.
    flags: Vec<(ListFlag, Vec<String>)>,
}

/// A flag whose words stand in for a list of pgward.toml.
#[cfg_attr(not(feature = "cli"), expect(dead_code, reason = "only a command line has flags"))]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum ListFlag {
    /// `--consumer` for `consumers`.
    Consumer,
    /// `--loader` for `loaders`.
    Loader,
}

impl ListFlag {
    fn as_str(self) -> &'static str {
        match self {
            Self::Consumer => "--consumer",
            Self::Loader => "--loader",
        }
    }
}

/// An extension that a target must have, and who says so.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Wanted {
    /// As PostgreSQL spells it; case counts.
    pub name: String,
    /// Where it is asked for; none when the program asks.
    pub span: Option<Span>,
}

/// Whether a word can be the name of an extension: PostgreSQL's identifiers have 63 bytes, and no extension in use
/// has anything but letters, digits, `_` and `-` in its name.
pub(crate) fn is_extension_name(name: &str) -> bool {
    (1..=63).contains(&name.len())
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'))
}

/// The client library of a word in `consumers` or after `--consumer`.
///
/// # Errors
/// When it is no library's name: a sentence that says which was meant, without the word itself.
pub(crate) fn consumer_of_word(word: &str) -> Result<Consumer, String> {
    word.parse().map_err(|_| shape::not_one_of(&keys::CONSUMERS, word))
}

/// The loader of a word in `loaders` or after `--loader`.
///
/// # Errors
/// As for [`consumer_of_word`].
pub(crate) fn loader_of_word(word: &str) -> Result<Dialect, String> {
    word.parse().map_err(|_| shape::not_one_of(&keys::LOADERS, word))
}

/// The words of a flag, each with its place: they are known words, so that they may be shown.
fn said<T>(
    sources: &mut Sources,
    flag: ListFlag,
    words: &[String],
    read: impl Fn(&str) -> Result<T, String>,
) -> Result<Vec<(T, Option<Span>)>, String> {
    let mut one = |word: &String| {
        let value = read(word).map_err(|e| format!("{}: {e}", flag.as_str()))?;
        let id = sources.add(SourceKind::Flag(flag.as_str().to_owned()), word.as_str());
        let span = sources.span(id, 0..word.len());
        sources.reveal(span);
        Ok((value, Some(span)))
    };
    words.iter().map(&mut one).collect()
}

/// How much a rule weighs.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Level {
    /// Not reported.
    Allow,
    /// Reported as a note.
    Note,
    /// Reported as a warning.
    Warn,
    /// Reported as an error; refuses.
    Deny,
}

impl Level {
    /// All of them, the mildest first.
    pub const ALL: [Self; 4] = [Self::Allow, Self::Note, Self::Warn, Self::Deny];

    /// The word in pgward.toml and on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Allow => "allow",
            Self::Note => "note",
            Self::Warn => "warn",
            Self::Deny => "deny",
        }
    }

    /// The level of a word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|l| l.as_str() == word)
    }
}

/// One decision about one rule.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LevelSetting {
    /// The rule's id, perhaps of a newer version.
    pub rule: String,
    /// Only in this environment.
    pub environment: Option<Environment>,
    /// Only for findings in these files.
    pub path: Option<Glob>,
    /// The level from now on.
    pub level: Level,
    /// Why; read, never printed.
    pub reason: Option<String>,
    /// Where it is said: pgward.toml, or the words of a flag.
    pub place: LevelPlace,
}

/// Where a level was set.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum LevelPlace {
    /// In pgward.toml.
    File(Span),
    /// On the command line or in a `PGWARD_*` variable: its name.
    Override(String),
}

/// Why a policy could not be read: place and reason, never the text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PolicyError {
    /// `path:line:column`.
    pub place: String,
    /// One sentence, free of what stands in the file.
    pub message: String,
}

impl fmt::Display for PolicyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.message)
    }
}

impl std::error::Error for PolicyError {}

impl fmt::Debug for Policy {
    /// Counts only: names and reasons in the file are the project's own words.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Policy")
            .field("path", &self.path)
            .field("env_files", &self.env_files.len())
            .field("extensions", &self.extensions.len())
            .field("levels", &self.levels.len())
            .field("tls_required", &self.tls_required)
            .finish_non_exhaustive()
    }
}

impl Policy {
    /// Reads the text of a pgward.toml that stands in `sources`, or of a pyproject.toml or Cargo.toml with a table for
    /// pgward.
    ///
    /// # Errors
    /// Text that is no UTF-8 or no TOML, an unknown key, a value of the wrong kind, a user or password in
    /// `[connection]`; a manifest that says nothing to pgward.
    pub fn parse(sources: &mut Sources, id: SourceId) -> Result<Self, PolicyError> {
        Self::parse_if_any(sources, id)?.ok_or_else(|| PolicyError {
            place: Place::of(sources, sources.span(id, 0..0)).to_short(),
            message: "no policy stands here: [tool.pgward] in pyproject.toml, [package.metadata.pgward] or \
                      [workspace.metadata.pgward] in Cargo.toml"
                .into(),
        })
    }

    /// As [`Policy::parse`]; none of a manifest that says nothing to pgward.
    ///
    /// # Errors
    /// As for [`Policy::parse`].
    pub(crate) fn parse_if_any(sources: &mut Sources, id: SourceId) -> Result<Option<Self>, PolicyError> {
        let Some(mut policy) = read::read(sources, id)? else { return Ok(None) };
        policy.text = Some(sources.get(id).bytes().to_vec());
        Ok(Some(policy))
    }

    /// The policy of a text, which errors and findings call `pgward.toml`.
    ///
    /// # Errors
    /// As for a file: no TOML, an unknown key, a value of the wrong kind.
    pub fn from_toml(text: &str) -> Result<Self, PolicyError> {
        let mut sources = Sources::default();
        let id = sources.add(SourceKind::File("pgward.toml".into()), text);
        Self::parse(&mut sources, id)
    }

    /// Takes the words of a flag for the list of pgward.toml that it stands in for; without a word the list stays.
    ///
    /// # Errors
    /// As for [`consumer_of_word`] and [`loader_of_word`], with the flag in front.
    pub(crate) fn say(
        &mut self,
        sources: &mut Sources,
        flag: ListFlag,
        words: &[String],
    ) -> Result<(), String> {
        let words: Vec<String> =
            words.iter().map(|w| w.trim().to_owned()).filter(|w| !w.is_empty()).collect();
        if words.is_empty() {
            return Ok(());
        }
        match flag {
            ListFlag::Consumer => self.consumers = said(sources, flag, &words, consumer_of_word)?,
            ListFlag::Loader => self.loaders = said(sources, flag, &words, loader_of_word)?,
        }
        self.flags.push((flag, words));
        Ok(())
    }

    /// A path that the policy names, as it is read: from the policy's directory.
    #[cfg_attr(not(feature = "cli"), expect(dead_code, reason = "only a command line reads what it names"))]
    pub(crate) fn beside(&self, path: &str) -> String {
        let directory = self.path.as_deref().and_then(|own| Path::new(own).parent());
        directory.map_or_else(|| path.into(), |directory| directory.join(path)).to_string_lossy().into_owned()
    }

    /// The same policy with its places in another set of sources.
    pub(crate) fn rehomed(&self, sources: &mut Sources) -> Self {
        let mut policy = match &self.text {
            Some(text) => {
                let path = self.path.clone().unwrap_or_else(|| "pgward.toml".into());
                let id = sources.add(SourceKind::File(path), text.as_slice());
                let mut policy = Self::parse(sources, id).unwrap_or_else(|_| self.clone());
                // What was said on the command line is in no text.
                let said = self.levels.iter().filter(|s| matches!(s.place, LevelPlace::Override(_)));
                policy.levels.extend(said.cloned());
                policy.roots.clone_from(&self.roots);
                policy
            }
            None => Self { flags: Vec::new(), ..self.clone() },
        };
        for (flag, words) in &self.flags {
            // They were taken once.
            drop(policy.say(sources, *flag, words));
        }
        policy
    }

    /// What is set for a rule where something of it is found; the last that fits wins. `path` is that of the file, as
    /// `lint` or the shell names it.
    pub fn level(&self, rule: &str, environment: Environment, path: Option<&str>) -> Option<Level> {
        let here =
            |glob: &Glob| path.and_then(|p| self.roots.names(p)).is_some_and(|names| glob.fits(&names));
        let fits = |s: &&LevelSetting| {
            s.rule == rule
                && s.environment.is_none_or(|e| e == environment)
                && s.path.as_ref().is_none_or(here)
        };
        self.levels.iter().rev().find(fits).map(|s| s.level)
    }

    /// Whether the level of a rule depends on the file.
    pub fn differs_by_path(&self, rule: &str) -> bool {
        self.levels.iter().any(|s| s.rule == rule && s.path.is_some())
    }

    /// Whether a rule of this version is in the set of rules that the project was written for.
    #[inline]
    pub fn has_rule_of(&self, since: &str) -> bool {
        self.as_of.is_none_or(|set| set.has(since))
    }

    /// The name of the server that a database lies on: the one it gives, else the only one there is.
    pub fn server_of<'p>(&'p self, database: &'p Database) -> Option<&'p str> {
        match (&database.server, self.servers.as_slice()) {
            (Some(name), _) => Some(name),
            (None, [only]) => Some(&only.name),
            (None, _) => None,
        }
    }

    /// The libpq that connection strings are read as.
    pub fn reading(&self) -> Libpq {
        self.libpq.unwrap_or(Libpq::V18)
    }

    /// The environment that a word means to this project.
    pub fn environment(&self, word: &str) -> Option<Environment> {
        let capitals = word.bytes().any(|b| b.is_ascii_uppercase());
        let lower = if capitals { Cow::Owned(word.to_ascii_lowercase()) } else { Cow::Borrowed(word) };
        self.environments.get(&*lower).copied().or_else(|| Environment::from_word(&lower))
    }

    /// The names under a key of `[variables]`; empty when the project leaves it to guessing.
    pub fn names(&self, key: &str) -> &[String] {
        self.variables.get(key).map_or(&[], Vec::as_slice)
    }
}
