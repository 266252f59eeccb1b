//! The boot API: a `Guard` judges the configuration and the server, and only a `Ready` gives a way to connect.

mod error;
mod policy;
mod ready;
mod verified;

pub use error::Error;
#[cfg(feature = "cli")]
pub(crate) use policy::policy_of;
pub use ready::Ready;
#[cfg(feature = "cli")]
pub(crate) use verified::Verified;

use crate::{
    configuration::{Configuration, Input},
    driver::{self, Session},
    environment::Environment,
    finding::Severity,
    layer::{self, Layer, MAX_BYTES},
    policy::{Policy, Wanted},
    preflight::{self, Options, Retry, Verdict},
    report::Report,
    rules::Door,
    settings::{
        FileFacts, LibpqFiles,
        secret_file::{self, Fault},
        variables::may_hold_credential,
    },
    source::Sources,
    world::{ReadError, Unreadable, World},
};
use std::{io, path::Path, time::Duration};

/// Judges what this process would start with, then the server, before anything else is done.
///
/// A guard only reads: it changes a server when [`Guard::install_extensions`] says so, and nothing else.
pub struct Guard {
    world: World,
    environment: Option<Environment>,
    env_files: Vec<String>,
    providers: Vec<Box<dyn figment::Provider + Send + Sync>>,
    policy: Option<Policy>,
    extensions: Vec<Wanted>,
    install: bool,
    observe: bool,
    timeout: Duration,
    wait: Option<Duration>,
    retry: Vec<String>,
    no_pg_env: bool,
}

impl Guard {
    /// A guard over the process environment alone. No env file is read unless [`Guard::env_file`] names it: a
    /// service must not start on a stray `.env`. The policy is read later, by [`Guard::check`] and
    /// [`Guard::enforce`], from `PGWARD_CONFIG` or the working directory's pgward.toml (or the table for pgward in its
    /// pyproject.toml or Cargo.toml).
    ///
    /// libpq's own files belong to its `PG*` variables and are read as libpq reads them: a service file when a service
    /// is named (`PGSERVICE`, `service=`), a password file (`PGPASSFILE`, `passfile=`, `~/.pgpass`) when there is no
    /// other password, certificates and key in `~/.postgresql` where no keyword names others. [`Guard::no_pg_env`]
    /// leaves variables and files alone.
    ///
    /// # Errors
    /// When `PGWARD_MODE` is neither `enforce` nor `observe`, or `PGWARD_NO_PG_ENV` neither yes nor no.
    pub fn from_env() -> Result<Self, Error> {
        let world = World::of_process();
        let observe = match world.variable("PGWARD_MODE").unwrap_or_default() {
            "" | "enforce" => false,
            "observe" => true,
            _ => return Err(Error::Variable { name: "PGWARD_MODE", expected: "`enforce` or `observe`" }),
        };
        let no_pg_env = match world.variable("PGWARD_NO_PG_ENV").unwrap_or_default().trim() {
            "1" | "true" | "yes" | "on" => true,
            "" | "0" | "false" | "no" | "off" => false,
            _ => return Err(Error::Variable { name: "PGWARD_NO_PG_ENV", expected: "`true` or `false`" }),
        };
        Ok(Self {
            world,
            no_pg_env,
            environment: None,
            env_files: Vec::new(),
            providers: Vec::new(),
            policy: None,
            extensions: Vec::new(),
            install: false,
            observe,
            timeout: Duration::from_secs(10),
            wait: None,
            retry: Vec::new(),
        })
    }

    /// The environment, over every variable that says another one.
    pub fn environment(mut self, environment: Environment) -> Self {
        self.environment = Some(environment);
        self
    }

    /// Reads an env file below the process environment; of several the later wins.
    pub fn env_file(mut self, path: impl AsRef<Path>) -> Self {
        self.env_files.push(path.as_ref().to_string_lossy().into_owned());
        self
    }

    /// Values of the program's own configuration, above the process environment: `database.url` counts as
    /// `DATABASE_URL`. A value that may be a credential and is no string is refused: `007` would become `7`.
    pub fn layer(mut self, provider: impl figment::Provider + Send + Sync + 'static) -> Self {
        self.providers.push(Box::new(provider));
        self
    }

    /// The policy, instead of the one in a file.
    pub fn policy(mut self, policy: Policy) -> Self {
        self.policy = Some(policy);
        self
    }

    /// An extension that the database must have; spelled as PostgreSQL spells it, case counts.
    pub fn require_extension(mut self, name: impl Into<String>) -> Self {
        self.extensions.push(Wanted { name: name.into(), span: None });
        self
    }

    /// Installs required extensions that are missing, when nothing else refuses. Without it the guard only reads.
    pub fn install_extensions(mut self) -> Self {
        self.install = true;
        self
    }

    /// Bounds one attempt from resolving the name to the last answer. Ten seconds unless set.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Tries again for so long, while waiting can mend it: a server that starts, not a wrong password. Every 20 ms while
    /// the server refuses or is starting, else every 100 ms to 1 s (docs/waiting.md).
    ///
    /// ```no_run
    /// # fn main() -> Result<(), pgward::Error> {
    /// let ready = pgward::Guard::from_env()?
    ///     .wait(std::time::Duration::from_secs(60))
    ///     .retry(["auth-failed", "extension-missing"]) // an operator makes the role, a migration the extension
    ///     .enforce()?;
    /// # Ok(()) }
    /// ```
    pub fn wait(mut self, wait: Duration) -> Self {
        self.wait = Some(wait);
        self
    }

    /// What this deployment knows to pass, so that [`Guard::wait`] waits for it as well: failures of the connection by
    /// their class (`auth-failed`, `database-missing`), and rules over the server (`extension-missing`), which are
    /// judged anew in a session of their own while no other rule refuses. Another name is [`Error::Retry`].
    pub fn retry<'n>(mut self, rules: impl IntoIterator<Item = &'n str>) -> Self {
        self.retry.extend(rules.into_iter().map(str::to_owned));
        self
    }

    /// Leaves libpq's `PG*` variables, its service and password files and `~/.postgresql` alone, for a service whose
    /// client does too. A file that the URL names (`sslrootcert=`) is read all the same.
    pub fn no_pg_env(mut self) -> Self {
        self.no_pg_env = true;
        self
    }

    /// Judges and reports everything and refuses next to nothing, for introducing the guard to a running fleet.
    /// Tests on the real database are refused all the same.
    pub fn observe(mut self) -> Self {
        self.observe = true;
        self
    }

    /// The offline half: the configuration alone, no network.
    ///
    /// # Errors
    /// [`Error::Refused`] with the report; anything else means that it could not be judged.
    pub fn check(&self) -> Result<Report, Error> {
        let configuration = self.configuration()?;
        let verdict = preflight::check(&configuration, &self.options()?);
        announce(&verdict.report);
        if verdict.refused { Err(Error::Refused(Box::new(verdict.report))) } else { Ok(verdict.report) }
    }

    /// Judges the configuration, then the server. Blocks; works inside a tokio runtime too, which it then blocks.
    ///
    /// # Errors
    /// [`Error::Refused`] with the report; anything else means that it could not be judged.
    pub fn enforce(self) -> Result<Ready, Error> {
        let configuration = self.configuration()?;
        let options = self.options()?;
        let files = connection_files(&self.world, self.no_pg_env, self.timeout);
        let found = driver::block_on(|| async {
            let mut verdict = preflight::preflight(&configuration, &options, &files).await;
            let opened = verdict.session.take().map(|session| {
                let config = verdict.dial.as_ref().map(|dial| session.config(dial));
                (config, session.connector(), session.attempt().clone())
            });
            (verdict, opened)
        });
        let (verdict, opened) = found.map_err(|e| Error::Io(e.kind()))?;
        announce(&verdict.report);
        if verdict.refused || verdict.temporary {
            return Err(Error::Refused(Box::new(verdict.report)));
        }
        Ok(Ready::new(configuration, verdict.report, opened, self.timeout, ()))
    }

    /// As [`Guard::enforce`], on the caller's tokio runtime; the session that the probe opened is handed on.
    ///
    /// # Errors
    /// As [`Guard::enforce`]; [`Error::NoRuntime`] outside tokio, [`Error::NotPostgres`] on another engine.
    pub async fn enforce_async(self) -> Result<Ready<Session>, Error> {
        if tokio::runtime::Handle::try_current().is_err() {
            return Err(Error::NoRuntime);
        }
        let configuration = self.configuration()?;
        let options = self.options()?;
        let files = connection_files(&self.world, self.no_pg_env, self.timeout);
        let Verdict { report, refused, temporary, session, dial } =
            preflight::preflight(&configuration, &options, &files).await;
        announce(&report);
        if refused || temporary {
            return Err(Error::Refused(Box::new(report)));
        }
        match (session, dial) {
            (Some(session), Some(dial)) => {
                let opened = (Some(session.config(&dial)), session.connector(), session.attempt().clone());
                Ok(Ready::new(configuration, report, Some(opened), self.timeout, session))
            }
            _ if configuration.settings.selected().is_some_and(crate::settings::Target::is_postgres) => {
                // Only in observe mode: nothing refuses, and there is nothing to hand on.
                Err(Error::Refused(Box::new(report)))
            }
            _ => Err(Error::NotPostgres(Box::new(report))),
        }
    }

    fn options(&self) -> Result<Options, Error> {
        let retry = Retry::of(self.retry.iter().map(String::as_str));
        Ok(Options {
            retry: retry.map_err(|e| Error::Retry(e.to_string()))?,
            watcher: None,
            door: Door::Boot,
            command: "guard",
            timeout: self.timeout,
            wait: self.wait,
            install: self.install,
            observe: self.observe,
            fail_on: Some(Severity::Error),
            seed: u64::from(std::process::id()),
            now: World::now(),
        })
    }

    fn configuration(&self) -> Result<Configuration, Error> {
        let mut sources = Sources::default();
        let policy = match &self.policy {
            Some(policy) => policy.rehomed(&mut sources),
            None => policy::read_policy(&self.world, &mut sources)?,
        };
        if !known_environment(&self.world, &policy) {
            return Err(Error::Variable {
                name: "PGWARD_ENV",
                expected: "an environment, or a word of `[environments]`",
            });
        }
        let mut env_files = Vec::new();
        for path in &self.env_files {
            env_files.push((path.clone(), self.world.read_text(path, MAX_BYTES, self.timeout)?));
        }
        let mut layers: Vec<Layer> = Vec::new();
        for provider in &self.providers {
            let credential = |key: &str| may_hold_credential(key, &policy);
            layers.push(layer::from_provider(&mut sources, &**provider, credential)?);
        }
        let mut input = Input {
            sources,
            policy,
            env_files,
            found: false,
            variables: self.world.variables().clone(),
            layers,
            environment: self.environment.map(|e| (e, None)),
            extensions: self.extensions.clone(),
            unread: Vec::new(),
            unread_says: None,
            django: false,
            libpq_files: Some(libpq_files(&self.world, self.timeout)),
            no_pg_env: self.no_pg_env,
            now: Some(World::now()),
            ..Input::default()
        };
        read_secret_files(&self.world, &mut input, self.timeout);
        Ok(Configuration::new(input))
    }
}

/// Reads the files that `X_FILE` variables name. One that cannot be read is a finding, not an error.
pub(crate) fn read_secret_files(world: &World, input: &mut Input, patience: Duration) {
    for path in input.secret_paths() {
        let fault = |error: ReadError| match error.reason {
            Unreadable::Missing => Fault::Missing,
            Unreadable::Directory => Fault::Directory,
            Unreadable::Forbidden => Fault::Forbidden,
            Unreadable::Silent => Fault::Silent,
            Unreadable::NotUtf8(_) => Fault::NotUtf8,
            Unreadable::TooLarge => Fault::TooLarge,
            Unreadable::Irregular | Unreadable::Dangling | Unreadable::Other(_) => Fault::Unreadable,
        };
        let bytes = world.read(&path, secret_file::MAX_BYTES, patience).map_err(fault);
        input.secret_files.insert(path, bytes);
    }
}

/// `PGWARD_ENV` is for pgward alone: a word that means nothing is a mistake, not an unknown environment.
pub(crate) fn known_environment(world: &World, policy: &Policy) -> bool {
    let text = world.variable("PGWARD_ENV").map(str::trim).filter(|text| !text.is_empty());
    text.is_none_or(|text| policy.environment(text).is_some())
}

/// What libpq would read beside its variables. Debian builds it with a directory of its own; elsewhere that does not
/// exist. `patience` bounds each file: one may be a pipe that nobody writes.
pub(crate) fn libpq_files(world: &World, patience: Duration) -> LibpqFiles {
    let set = |name: &str| world.variable(name).filter(|v| !v.is_empty()).map(str::to_owned);
    let (cert_file, cert_dir) = (set("SSL_CERT_FILE"), set("SSL_CERT_DIR"));
    let (asked, reads, lists, world) = (world.clone(), world.clone(), world.clone(), world.clone());
    let look = move |path: &str| {
        let seen = world.look(path, MAX_BYTES, patience)?;
        Some(FileFacts {
            bytes: seen.bytes,
            regular: seen.regular,
            directory: seen.directory,
            mode: seen.mode,
            owner: seen.owner,
        })
    };
    LibpqFiles {
        home: World::home(),
        user: Box::new(move || asked.user()),
        sysconfdir: Some("/etc/postgresql-common".into()),
        look: Box::new(look),
        read: Box::new(move |path| match reads.read(path, MAX_BYTES, patience) {
            Ok(bytes) if bytes.len() > MAX_BYTES => Err(io::ErrorKind::FileTooLarge),
            other => other.map_err(|e| kind(e.reason)),
        }),
        list: Box::new(move |path| lists.names(path).map_err(|e| e.kind())),
        cert_file,
        cert_dir,
    }
}

/// The files that a connection is made with: those that its keywords name, and libpq's own in the home directory
/// unless libpq's environment is left alone.
pub(crate) fn connection_files(world: &World, no_pg_env: bool, patience: Duration) -> LibpqFiles {
    let mut files = libpq_files(world, patience);
    if no_pg_env {
        files.home = None;
    }
    files
}

fn kind(reason: Unreadable) -> io::ErrorKind {
    match reason {
        Unreadable::Missing | Unreadable::Dangling => io::ErrorKind::NotFound,
        Unreadable::Directory => io::ErrorKind::IsADirectory,
        Unreadable::Forbidden => io::ErrorKind::PermissionDenied,
        Unreadable::Silent => io::ErrorKind::TimedOut,
        Unreadable::NotUtf8(_) | Unreadable::TooLarge => io::ErrorKind::InvalidData,
        Unreadable::Irregular => io::ErrorKind::InvalidInput,
        Unreadable::Other(kind) => kind,
    }
}

/// What a log should hold: one event for the verdict, one for each finding that is more than a note.
fn announce(report: &Report) {
    for finding in report.standing().filter(|f| f.severity > Severity::Note) {
        let place = finding.primary.as_ref().map(|l| l.place.to_short()).unwrap_or_default();
        if finding.severity == Severity::Error {
            tracing::error!(rule = finding.rule, place, "{}", finding.message);
        } else {
            tracing::warn!(rule = finding.rule, place, "{}", finding.message);
        }
    }
    tracing::info!(ready = report.ready, observe = report.observe, elapsed_ms = report.elapsed_ms, "judged");
}

impl std::fmt::Debug for Guard {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Guard")
            .field("environment", &self.environment)
            .field("env_files", &self.env_files)
            .field("extensions", &self.extensions.len())
            .field("install", &self.install)
            .field("observe", &self.observe)
            .finish_non_exhaustive()
    }
}
