//! Who reads URLs and env files: what is declared, else what the repository says.

use super::setting::{Origin, Setting};
use crate::{
    consumer::Consumer,
    environment::Environment,
    layer::{Layer, LayerKind, dotenv::Dialect},
    policy::Policy,
    repository::{Found, Reader, Repository},
    source::Span,
};
use std::collections::BTreeSet;

/// The key of a consumer that pgward.toml or a flag declares.
pub(super) const DECLARED: &str = "consumers";

/// The loaders of one env file.
#[derive(Clone, Debug)]
pub struct FileLoaders {
    /// The file.
    pub path: String,
    /// The one in force first; empty when nobody says.
    pub loaders: Vec<FileLoader>,
    /// It is known that these read this very file. Otherwise they belong to several projects below it.
    pub sure: bool,
}

impl FileLoaders {
    /// Whether a loader is among them.
    pub fn reads_with(&self, dialect: Dialect) -> bool {
        self.loaders.iter().any(|l| l.setting.value == dialect)
    }
}

/// A loader of an env file.
#[derive(Clone, Debug)]
pub struct FileLoader {
    /// The loader, and who says so.
    pub setting: Setting<Dialect>,
    /// It reads these variables alone, as compose does for `${…}`; none: all.
    pub only: Option<BTreeSet<String>>,
}

/// Whether what is only for development and tests counts. Where nobody said, it may.
fn dev(environment: Option<Environment>) -> bool {
    environment.is_none_or(|e| e < Environment::Staging)
}

/// A place in pgward.toml, a flag or a manifest; they are no layers.
fn origin(span: Option<Span>) -> Origin {
    span.map_or(Origin::Program, |span| Origin::Entry { layer: usize::MAX, span })
}

fn declared<T: Copy>(list: &[(T, Option<Span>)], key: &str) -> Vec<Setting<T>> {
    let one = |(value, span): &(T, Option<Span>)| Setting {
        value: *value,
        key: key.to_owned(),
        origin: origin(*span),
        shadowed: Vec::new(),
    };
    list.iter().map(one).collect()
}

fn found<T: Copy>(found: &Found<T>) -> Setting<T> {
    Setting {
        value: found.value,
        key: found.key.clone(),
        origin: origin(Some(found.span)),
        shadowed: Vec::new(),
    }
}

/// The client libraries: declared ones end the guessing.
pub(super) fn consumers(
    policy: &Policy,
    repository: &Repository,
    path: Option<&str>,
    environment: Option<Environment>,
) -> Vec<Setting<Consumer>> {
    if policy.consumers.is_empty() {
        repository.consumers(path, dev(environment)).into_iter().map(found).collect()
    } else {
        declared(&policy.consumers, DECLARED)
    }
}

/// The variable that a command gives libpq, where a command says that libpq reads.
pub(super) fn given(consumers: &[Setting<Consumer>], repository: &Repository) -> Option<String> {
    let libpq = consumers.iter().find(|c| c.value == Consumer::Libpq)?;
    repository.variable_given(libpq.span()?).map(str::to_owned)
}

/// The client libraries that a kind of file is read by, whatever else the repository has.
pub(super) fn known(consumers: &[Consumer]) -> Vec<Setting<Consumer>> {
    let one = |value: &Consumer| Setting {
        value: *value,
        key: String::new(),
        origin: Origin::Program,
        shadowed: Vec::new(),
    };
    consumers.iter().map(one).collect()
}

/// The loaders of one env file: declared ones end the guessing.
pub fn of_file(
    path: &str,
    policy: &Policy,
    repository: &Repository,
    environment: Option<Environment>,
) -> FileLoaders {
    if policy.loaders.is_empty() {
        let readers = repository.readers(path, dev(environment));
        let one = |r: Reader| FileLoader { setting: found(&r.found), only: r.only };
        let loaders = readers.readers.into_iter().map(one).collect();
        FileLoaders { path: path.to_owned(), loaders, sure: readers.sure }
    } else {
        let one = |setting| FileLoader { setting, only: None };
        let loaders = declared(&policy.loaders, "loaders").into_iter().map(one).collect();
        FileLoaders { path: path.to_owned(), loaders, sure: true }
    }
}

/// The loader that an env file is read with: the first that is declared, else the first that the repository names
/// for it, else python-dotenv.
pub fn in_force(
    path: &str,
    policy: &Policy,
    repository: &Repository,
    environment: Option<Environment>,
) -> Dialect {
    of_file(path, policy, repository, environment)
        .loaders
        .first()
        .map_or_else(Dialect::default, |l| l.setting.value)
}

/// The loaders of each env file among the layers.
pub(super) fn of_layers(
    layers: &[Layer],
    policy: &Policy,
    repository: &Repository,
    environment: Option<Environment>,
) -> Vec<FileLoaders> {
    let files = layers.iter().filter(|l| l.kind == LayerKind::EnvFile);
    let mut out = Vec::with_capacity(files.clone().count());
    out.extend(files.map(|l| of_file(&l.name, policy, repository, environment)));
    out
}
