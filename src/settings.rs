//! Layers ▶ settings: which environment, which databases, every value with its origin and what it shadowed.
//! Pure: no clock, environment, file or socket.

mod addition;
mod by_keyword;
pub mod cascade;
pub mod dial;
pub mod document;
pub mod drivers;
mod encrypted;
pub mod engine;
mod exposure;
pub mod files;
mod foreign;
mod functions;
pub mod host;
mod hosted;
mod identity;
pub mod lookup;
pub mod misreading;
pub(crate) mod misspelt;
pub mod overrides;
mod parts;
pub mod passfile;
pub mod platform;
pub mod pooling;
pub mod readers;
pub mod reading;
pub mod resolve;
pub mod reveal;
mod schema;
pub mod secret_file;
pub mod service;
mod session;
pub mod setting;
pub mod settle;
mod suspect;
pub mod target;
pub mod tls;
pub mod variables;
mod whereabouts;
pub mod words;

pub use by_keyword::ByKeyword;
pub use document::Document;
pub use drivers::MissingDriver;
pub use engine::Engine;
pub use files::{FileFacts, LibpqFiles};
pub use host::HostClass;
pub use hosted::Hosted;
pub use identity::Key;
pub use misspelt::Misspelt;
pub use overrides::Override;
pub use passfile::{Ignored, PassFile};
pub use platform::{CloudSqlFault, Platform, of_manifest};
pub use pooling::{PoolMode, Pooling, Preparer};
pub use readers::{FileLoader, FileLoaders};
pub use resolve::{Request, resolve};
pub use secret_file::SecretFile;
pub use service::{ServiceFiles, ServiceTrouble, ServiceTroubleKind};
pub use setting::{LayerId, Origin, Setting, Shadowed};
pub use settle::{Contradiction, Settled};
pub use target::{
    Credential, Difference, DoubleEncoded, Duplicate, Fallback, Form, Oddities, Placeholder, SecretName,
    StandsFor, Target, Unencoded, UnknownParameter, Wrapped,
};
pub use tls::{FileFault, Nameless, PathKind, TlsFile, TlsFiles, Validity};
pub use variables::{Role, ToggleKind};
pub use whereabouts::{Git, Whereabouts};
pub use words::Named;

use crate::{
    consumer::Consumer,
    environment::Environment,
    layer::Seat,
    policy::Policy,
    secret::{Part, Secret},
};
use std::collections::BTreeMap;

/// What the layers come to. One is kept for each of many files, so that what is rare and large stands in a box.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "independent facts")]
#[non_exhaustive]
pub struct Settings {
    /// The environment and who said so.
    pub settled: Settled,
    /// Every database that is spoken of; see [`Settings::selected`].
    pub targets: Vec<Target>,
    /// The one that the service would use, by its place in `targets`.
    pub chosen: Option<usize>,
    /// Variables that hold a URL and are empty, with what the URL would be for. Not `PROD_DATABASE_URL` and its
    /// like: those are another environment's.
    pub empty: Vec<(Role, Setting<()>)>,
    /// References without a value that alone make a variable for a URL empty.
    pub unfilled: Vec<Placeholder>,
    /// Variables for parts that are empty although others of their set are not.
    pub empty_parts: Vec<(&'static str, Setting<()>)>,
    /// The switch between SQLite and PostgreSQL.
    pub toggle: Option<Box<Toggle>>,
    /// Another switch that says the other of the two engines.
    pub opposed: Option<Box<Toggle>>,
    /// The set of variables that makes a target, or would make one if no URL were set.
    pub parts: Option<PartSet>,
    /// The same part set twice with different values, in two sets.
    pub aliases: Vec<AliasConflict>,
    /// The JSON document that makes the target, or would make it if no URL were set.
    pub document: Option<Box<Document>>,
    /// Variables for one part of a connection that hold a whole document.
    pub undivided: Vec<Setting<()>>,
    /// Variables that name a file with a value, and what came of each.
    pub secret_files: Vec<SecretFile>,
    /// Declared secrets beside the passwords.
    pub secrets: Vec<Setting<Secret>>,
    /// The client libraries that will read the URL, and who says so: pgward.toml, a flag, a file of the repository.
    pub consumers: Vec<Setting<Consumer>>,
    /// The variable that libpq is given by the command that says so; it reads no other. Not to be shown.
    pub given: Option<String>,
    /// Who reads each env file, in the order of the layers.
    pub loaders: Vec<FileLoaders>,
    /// Lines of env files that the loaders in play misread; filled where the texts are at hand.
    pub misreadings: Vec<misreading::Misreading>,
    /// Names in env files that are a slip away from one of ours which nothing sets.
    pub misspelt: Vec<Misspelt>,
    /// The platform that the service runs on, where a variable or the file's name says so.
    pub platform: Option<Box<Setting<Platform>>>,
    /// Where the file stands, when one file is judged.
    pub whereabouts: Option<Whereabouts>,
    /// The runner makes a test database of its own (Django).
    pub django: bool,
    /// The project's tests run in databases that the test runner makes, whatever it is; looked at in tests alone.
    pub tests_derive: bool,
    /// The platform that runs the program as functions, and who says so; not looked at in tests.
    pub functions: Option<Box<Setting<&'static str>>>,
    /// The present time in seconds since 1970, where it matters: files alone are judged the same on every day.
    pub now: Option<u64>,
    /// Who is on the loopback address of the program.
    pub seat: Seat,
    /// They are those of an image that is not built here, or of a server: the code of this project does not read them.
    pub foreign: bool,
    /// `RAILS_ENV` stands beside it: what a URL leaves open comes from database.yml.
    pub rails: bool,
    /// Who reads it administers a server, and is no service.
    pub administers: bool,
    /// More variables come to the program than were read.
    pub open: bool,
    /// Nothing in the whole repository speaks of PostgreSQL, and programs are built there.
    pub without_postgres: bool,
    /// It is a manifest of what runs somewhere, in a repository where no program is built: who reads it is not here.
    pub without_programs: bool,
    /// Django is required in versions alone that check no connection before it is used: before 4.1.
    pub never_checks: bool,
    /// The services that host the project, by manifests of it; what a developer's env file says is not run there.
    pub hosted_on: Vec<Platform>,
    /// The program is installed with PostgreSQL's driver, and with SQLite's on a developer's machine alone.
    pub without_sqlite: bool,
}

/// A switch between SQLite and PostgreSQL.
#[derive(Clone, Debug)]
pub struct Toggle {
    /// The switch and its place.
    pub setting: Setting<Part>,
    /// How it is read.
    pub kind: ToggleKind,
    /// What it says; none where readers differ.
    pub says: Option<Engine>,
}

impl Toggle {
    /// Whether one says SQLite and the other PostgreSQL.
    pub fn opposes(&self, other: &Self) -> bool {
        let says = |t: &Self| match t.says {
            Some(Engine::Sqlite { .. }) => Some(true),
            Some(Engine::Postgres) => Some(false),
            _ => None,
        };
        says(self).zip(says(other)).is_some_and(|(a, b)| a != b)
    }
}

/// A family of variables and what they set.
#[derive(Clone, Debug)]
pub struct PartSet {
    /// As `show` names it.
    pub name: &'static str,
    /// By libpq keyword.
    pub parts: ByKeyword,
    /// The variable to set for each keyword, set or not: the preferred spelling.
    pub variables: BTreeMap<&'static str, String>,
}

/// Two spellings of one part that disagree.
#[derive(Clone, Debug)]
pub struct AliasConflict {
    /// The libpq keyword.
    pub keyword: &'static str,
    /// The one in force.
    pub winner: Setting<Part>,
    /// The other one.
    pub other: Setting<Part>,
}

impl Settings {
    /// Whether its file is kept in git, and nothing calls it production's or it says so itself: what was not filled in is
    /// there to be copied.
    pub fn is_to_be_copied(&self) -> bool {
        self.whereabouts.as_ref().is_some_and(|at| at.kept && (at.remarks.copy || self.is_mild()))
    }

    /// Whether it is a Secret of Kubernetes that asks to be copied and filled in: what stands in it shows how one is written.
    pub fn is_secret_to_fill_in(&self) -> bool {
        self.says_copy() && self.whereabouts.as_ref().is_some_and(|at| at.is_secret)
    }

    /// Whether a file that git keeps asks at its top to be copied.
    pub fn says_copy(&self) -> bool {
        self.whereabouts.as_ref().is_some_and(|at| at.kept && at.remarks.copy)
    }

    /// Whether this is development or tests, or production only because such a file usually is.
    fn is_mild(&self) -> bool {
        let said = self.settled.environment.as_ref();
        said.is_none_or(|s| s.value <= Environment::Test || matches!(s.origin, Origin::Default(_)))
    }

    /// The database that the service would use.
    pub fn selected(&self) -> Option<&Target> {
        self.targets.get(self.chosen?)
    }

    /// The declared secrets, ready to be judged.
    pub fn credentials(&self) -> impl Iterator<Item = Credential<'_>> {
        self.secrets.iter().map(|s| Credential {
            name: SecretName { what: "secret", key: &s.key },
            secret: &s.value,
            origin: &s.origin,
        })
    }

    /// Whether a consumer is declared, not guessed from the repository.
    pub fn declares(&self, consumer: &Setting<Consumer>) -> bool {
        consumer.key == readers::DECLARED
    }

    /// A part of a target. While a switch says SQLite, that of the variables which wait for the switch.
    pub fn part_of<'s>(&'s self, target: &'s Target, keyword: &str) -> Option<&'s Setting<Part>> {
        match (target.form, &self.parts) {
            (Form::Toggle, Some(set)) => set.parts.get(keyword),
            _ => target.get(keyword),
        }
    }

    /// Whether they are those of an image that is not built here, in a file that is for whoever tries it: what its program takes,
    /// its maker knows. A file that is production's by its name runs the project's own images as often.
    pub fn is_offered(&self) -> bool {
        let production =
            |path: &str| settle::of_path(path, &Policy::default()) == Some(Environment::Production);
        let own = |at: &Whereabouts| at.is_env_file() || production(&at.path);
        self.foreign && !self.whereabouts.as_ref().is_some_and(own)
    }

    /// Whether [`Settings::part_of`] names parts of another engine's.
    pub fn has_parts_of_others(&self, target: &Target) -> bool {
        target.form == Form::Toggle && self.parts.as_ref().is_some_and(|set| set.other_engine().is_some())
    }

    /// Whether [`Settings::part_of`] names a host that is dialled over TCP.
    pub fn dials_tcp(&self, target: &Target) -> bool {
        let host = self.part_of(target, "hostaddr").or_else(|| self.part_of(target, "host"));
        host.is_some_and(|h| h.value.expose().split(',').any(|h| !host::is_socket(h)))
    }

    /// The first target of a role.
    pub fn of_role(&self, role: Role) -> Option<&Target> {
        self.targets.iter().find(|t| t.role == role)
    }
}

impl PartSet {
    /// Of host, dbname and user those that are set to something.
    pub fn has(&self, keyword: &str) -> bool {
        self.parts.get(keyword).is_some_and(|s| !s.value.is_empty())
    }
}
