//! What a repository says about itself: which client libraries read its URLs, which loaders read its env files.
//! Manifests and scripts are handed in as texts; of each only the names are read, and only names of our own
//! vocabulary are ever shown.

mod alembic;
mod builds;
mod cargo;
mod compose;
mod direct;
mod found;
mod functions;
mod index;
mod json;
mod kind;
mod lock;
mod machine;
mod node;
mod php;
mod place;
mod python;
mod readers;
mod required;
mod ruby;
mod shell;
mod table;

use crate::{
    consumer::Consumer,
    layer::dotenv::Dialect,
    source::{SourceKind, Sources, Span},
};
pub use alembic::Replaced;
use index::Places;
use kind::Kind;
pub use kind::is_manifest;
pub(crate) use place::ASIDE;
use place::Directory;
pub use place::Home;
pub use readers::{Reader, Readers};
pub use required::Required;
use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
    ops::Range,
};

/// Where packages of one kind come from. The same name is another thing elsewhere.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
#[non_exhaustive]
pub enum Ecosystem {
    /// The Python Package Index.
    Python,
    /// npm.
    Node,
    /// crates.io.
    Cargo,
    /// Go modules.
    Go,
    /// `RubyGems`.
    Ruby,
    /// Packagist.
    Php,
    /// Maven repositories: Java, Kotlin, Scala, Clojure.
    Jvm,
    /// `NuGet`.
    DotNet,
}

impl Ecosystem {
    /// Whether its programs serve pages, so that Node beside it builds what they show.
    pub(crate) fn is_served_beside_node(self) -> bool {
        matches!(self, Self::Python | Self::Ruby | Self::Php)
    }
}

/// A manifest larger than this is not read: 1 MiB. What Python's installers settled on may have four.
pub fn max_bytes(path: &str) -> usize {
    if Kind::of(path) == Some(Kind::Lock) { 4 << 20 } else { 1 << 20 }
}

/// What a reader of one kind of manifest found; ranges are bytes of the text.
#[derive(Clone, PartialEq, Eq, Debug)]
enum Mention {
    /// A dependency.
    Package(Dependency),
    /// A command that gives libpq a variable for a URL, and that variable.
    Libpq(Range<usize>, String),
    /// Something that reads env files.
    Loader(Loading),
    /// What takes the place of the URL in alembic.ini, and how.
    Migrations(Range<usize>, alembic::How),
    /// What installs a server on the machine, or waits for one there.
    Server(Range<usize>),
}

impl Mention {
    fn range(&self) -> Range<usize> {
        match self {
            Self::Package(Dependency { range, .. })
            | Self::Libpq(range, _)
            | Self::Migrations(range, _)
            | Self::Server(range)
            | Self::Loader(Loading { range, .. }) => range.clone(),
        }
    }
}

/// A dependency as a manifest names it.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Dependency {
    ecosystem: Ecosystem,
    /// In the form in which names are compared.
    name: String,
    range: Range<usize>,
    /// Extras or features that are asked for in the same place.
    features: Vec<String>,
    /// The version as it is asked for; may be anything.
    version: String,
    /// Only for development or tests.
    dev: bool,
}

/// Something that reads env files.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Loading {
    /// The loader's name, as [`Dialect`] parses it.
    loader: &'static str,
    range: Range<usize>,
    reads: Reads,
    dev: bool,
}

/// Which env files a loader reads.
#[derive(Clone, PartialEq, Eq, Debug)]
enum Reads {
    /// `.env` and `.env.*` of the project: a library.
    Project,
    /// The file of this path, from the manifest's directory or one above it.
    File(String),
    /// `.env` beside the manifest, for these variables alone.
    Beside(BTreeSet<String>),
}

/// A fact with the place that says so.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Found<T> {
    /// The fact.
    pub value: T,
    /// Our own word for what stands there: the package, the command, the key.
    pub key: String,
    /// Where.
    pub span: Span,
    /// Only for development or tests.
    pub dev: bool,
}

/// A package that the project asks for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Package {
    /// Where it comes from.
    pub ecosystem: Ecosystem,
    /// In the form in which names are compared: lower case, and `-` for `_` and `.` in Python.
    pub name: String,
    /// Extras or features that are asked for in the same place.
    pub features: Vec<String>,
    /// The version as it is asked for; may be any text and is not to be shown.
    pub(crate) version: String,
    /// Where.
    pub span: Span,
    /// Only for development or tests.
    pub dev: bool,
    project: Directory,
}

/// What the manifests come to.
#[derive(Clone, Default, Debug)]
pub struct Repository {
    /// Directories with a manifest of packages.
    projects: BTreeSet<Directory>,
    /// Those of them with a manifest that asks for more than was read.
    open: BTreeSet<Directory>,
    packages: Vec<Package>,
    /// By their names the places of packages that are asked for, but by examples and tests: the first of each.
    asked: BTreeMap<Ecosystem, BTreeMap<String, usize>>,
    /// What all programs are written for, but for examples and tests.
    ecosystems: BTreeSet<Ecosystem>,
    consumers: Vec<(Directory, Found<Consumer>)>,
    /// The variables that commands give libpq, by the commands' places.
    given: BTreeMap<Span, String>,
    loaders: Vec<Loader>,
    /// The directories of each env.py of Alembic, with the place where it sets the URL itself.
    migrations: Vec<(Directory, Replaced)>,
    /// What waits for a server on its machine, by the project that it is of: the first of each.
    servers: BTreeMap<Directory, Span>,
    /// Something is started in a container, or by a service that hosts it.
    contained: bool,
    /// The projects that a service for it runs, each with the manifests that say so.
    hosted: BTreeMap<Directory, Vec<String>>,
    /// A script waits until compose finds its services healthy.
    gates: bool,
    /// The drivers that lock files of Python have, by the directory of each.
    locked: Vec<(Directory, String)>,
    /// The places of packages, consumers and libraries that read env files, by their project: a repository may have
    /// thousands of them.
    by_project: BTreeMap<Directory, Places>,
    /// The places of loaders that may read one file, by its path.
    by_file: BTreeMap<Directory, Vec<usize>>,
}

#[derive(Clone, Debug)]
struct Loader {
    project: Directory,
    directory: Directory,
    reads: Reads,
    found: Found<Dialect>,
}

impl Repository {
    /// Reads manifests; what is none, too large or no text is passed over.
    pub fn read(sources: &mut Sources, manifests: &[(String, Vec<u8>)]) -> Self {
        let mut texts: Vec<(&str, Kind, Cow<'_, str>)> = manifests
            .iter()
            .filter(|(path, bytes)| bytes.len() <= max_bytes(path))
            .filter_map(|(path, bytes)| {
                let kind = Kind::of(path)?;
                Some((path.as_str(), kind, kind.text(bytes)?))
            })
            .collect();
        texts.sort_by(|a, b| a.0.cmp(b.0));
        let contained = manifests
            .iter()
            .any(|(path, _)| Kind::of(path).is_some_and(|kind| machine::is_of_container(path, kind)));
        let gates = texts.iter().any(|(_, kind, text)| shell::gates(*kind, text));
        let mut out = Self { contained, gates, ..Self::default() };
        for (path, kind, _) in texts.iter().filter(|t| t.1.is_package()) {
            out.projects.insert(Directory::of_project(path, *kind));
        }
        let hosts = manifests.iter().filter(|(path, _)| machine::is_of_host(path));
        let hosts: Vec<_> =
            hosts.map(|(path, _)| (out.project(&Directory::of(path)), path.clone())).collect();
        for (project, path) in hosts {
            out.hosted.entry(project).or_default().push(path);
        }
        let mut found = Vec::new();
        for (path, kind, text) in &texts {
            let (path, kind, text) = (*path, *kind, text.as_ref());
            if python::is_open(kind, text) {
                let project = out.project(&Directory::of_project(path, kind));
                out.open.insert(project);
            }
            if kind == Kind::Lock {
                out.locked.extend(lock::drivers(text).map(|name| (Directory::of(path), name)));
                continue;
            }
            let mut mentions = mentions(path, kind, text);
            mentions.sort_by_key(|m| m.range().start);
            if mentions.is_empty() {
                continue;
            }
            let id = sources.add(SourceKind::File(path.to_owned()), text);
            for mention in mentions {
                let span = sources.span(id, mention.range());
                found.push((path, kind, text, mention, span));
            }
        }
        for (path, kind, text, mention, span) in found {
            let directory = Directory::of(path);
            let project = out.project(&Directory::of_project(path, kind));
            match mention {
                // An example's, or that of a test, is none of the project's own.
                Mention::Server(_) if directory.is_aside_of(&project) => {}
                Mention::Server(_) => {
                    out.servers.entry(project).or_insert(span);
                }
                // What is asked for among tests is theirs.
                Mention::Package(_) if kind == Kind::NestModule && directory.is_aside_of(&project) => {}
                Mention::Package(d) => out.packages.push(Package {
                    ecosystem: d.ecosystem,
                    name: d.name,
                    features: d.features,
                    version: d.version,
                    span,
                    dev: d.dev,
                    project,
                }),
                Mention::Libpq(range, variable) => {
                    let key = text[range].to_owned();
                    out.given.insert(span, variable);
                    out.consumers.push((project, Found { value: Consumer::Libpq, key, span, dev: false }));
                }
                Mention::Loader(l) => {
                    out.loader(directory, project, &l, text[l.range.clone()].to_owned(), span);
                }
                Mention::Migrations(_, how) => {
                    out.migrations.push((directory, Replaced { place: span, how }));
                }
            }
        }
        out.interpret();
        out.index();
        for span in out.shown() {
            sources.reveal(span);
        }
        out
    }

    fn loader(&mut self, directory: Directory, project: Directory, l: &Loading, key: String, span: Span) {
        // A loader that this version cannot read as is no help.
        let Ok(value) = l.loader.parse() else { return };
        let found = Found { value, key, span, dev: l.dev };
        self.loaders.push(Loader { project, directory, reads: l.reads.clone(), found });
    }

    /// The directory of the nearest manifest of packages above, or the top.
    fn project(&self, directory: &Directory) -> Directory {
        directory.nearest(&self.projects).cloned().unwrap_or_default()
    }

    /// Packages ▶ consumers and loaders. What one package means depends on the others beside it.
    fn interpret(&mut self) {
        let mut groups: BTreeMap<(Directory, Ecosystem), Vec<&Package>> = BTreeMap::new();
        for package in &self.packages {
            groups.entry((package.project.clone(), package.ecosystem)).or_default().push(package);
        }
        let (mut consumers, mut loaders) = (Vec::new(), Vec::new());
        for ((project, ecosystem), packages) in &groups {
            for package in packages {
                let found =
                    |value| Found { value, key: package.name.clone(), span: package.span, dev: package.dev };
                if let Some(consumer) = table::consumer(*ecosystem, package, packages) {
                    consumers.push((project.clone(), found(consumer)));
                }
                if let Some(Ok(dialect)) =
                    table::loader(*ecosystem, package, packages).map(str::parse::<Dialect>)
                {
                    let found = Found {
                        value: dialect,
                        key: package.name.clone(),
                        span: package.span,
                        dev: package.dev,
                    };
                    loaders.push(Loader {
                        project: project.clone(),
                        directory: project.clone(),
                        reads: Reads::Project,
                        found,
                    });
                }
            }
        }
        self.consumers.extend(consumers);
        loaders.append(&mut self.loaders);
        self.loaders = loaders;
    }

    /// What may be shown: names of our own tables, and commands.
    fn shown(&self) -> Vec<Span> {
        let consumers = self.consumers.iter().map(|(_, f)| f.span);
        let named = |p: &&Package| table::is_driver(p.ecosystem, &p.name) || p.runs_as_functions().is_some();
        let drivers = self.packages.iter().filter(named).map(|p| p.span);
        let migrations = self.migrations.iter().map(|(_, replaced)| replaced.place);
        consumers
            .chain(self.loaders.iter().map(|l| l.found.span))
            .chain(drivers)
            .chain(migrations)
            .chain(self.servers.values().copied())
            .collect()
    }

    /// The client libraries of the project that a file belongs to, each once; without a path those of the top.
    /// `dev`: development and tests, where what is only for them counts too. An example or a fixture is read by
    /// programs of its own, so that what stands above it says nothing.
    pub fn consumers(&self, path: Option<&str>, dev: bool) -> Vec<&Found<Consumer>> {
        if self.consumers.is_empty() {
            return Vec::new();
        }
        let directory = path.map(Directory::of).unwrap_or_default();
        let here = self.project(&directory);
        if directory.is_aside_of(&here) {
            return Vec::new();
        }
        let all = |mut places: Vec<usize>| {
            places.sort_unstable();
            let mut seen = BTreeSet::new();
            let wanted = places.into_iter().map(|i| &self.consumers[i].1).filter(|f| dev || !f.dev);
            wanted.filter(|f| seen.insert(f.value)).collect::<Vec<_>>()
        };
        let own = all(self.places(&here).consumers.clone());
        // Prisma reads by itself what stands in its project, whatever is below.
        let prisma = |p: &Package| p.ecosystem == Ecosystem::Node && p.name == "@prisma/client";
        if own.is_empty() && !self.of_project(&here).any(prisma) {
            let near = directory.of_whom(&here);
            all(self.places_below(&near).flat_map(|p| p.consumers.iter().copied()).collect())
        } else {
            own
        }
    }

    /// The packages of the project that a file belongs to.
    pub fn packages(&self, path: Option<&str>) -> impl Iterator<Item = &Package> {
        // Nothing is found at the top either.
        let path = path.filter(|_| !self.packages.is_empty());
        let here = self.project(&path.map(Directory::of).unwrap_or_default());
        self.of_project(&here)
    }
}

/// What one text says.
fn mentions(path: &str, kind: Kind, text: &str) -> Vec<Mention> {
    match kind {
        Kind::Requirements => python::requirements(path, text),
        Kind::Pyproject => python::pyproject(text),
        Kind::Pipfile => python::pipfile(text),
        Kind::SetupCfg => python::setup_cfg(text),
        Kind::SetupPy => python::setup_py(text),
        Kind::Lock | Kind::Hosting => Vec::new(),
        Kind::PackageJson => node::package_json(text),
        Kind::Cargo => cargo::manifest(text),
        Kind::GoMod => direct::go_mod(text),
        Kind::Gemfile => ruby::gemfile(text),
        Kind::Composer => php::composer(text),
        Kind::Jvm => builds::program(Ecosystem::Jvm, text),
        Kind::DotNet => builds::program(Ecosystem::DotNet, text),
        Kind::EnvPy => alembic::env_py(text),
        Kind::NestModule => node::module(text),
        Kind::Compose => compose::services(text),
        Kind::Systemd => direct::unit(text),
        Kind::Envrc => direct::envrc(text),
        Kind::Just => direct::justfile(text),
        Kind::Script => shell::script(text),
    }
}
