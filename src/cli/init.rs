//! `init`: looks at the repository and writes a commented pgward.toml. What it writes is our own words and the paths of
//! files: nothing that stands in one.

mod extensions;
mod stack;
mod template;

use super::{
    Error, Exit,
    args::{Flags, Writing},
    discover, output, start, walk,
};
use crate::{
    finding::Place,
    layer::{Carrier, is_example},
    policy::{HOMES, Selection},
    report::clean,
    repository::{Found, Repository, max_bytes},
    source::Sources,
    world::World,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    io::{ErrorKind, Write as _},
    path::Path,
};

/// A word of ours with the places that say it.
type Said = BTreeMap<String, BTreeSet<String>>;

/// What was found.
#[derive(Default)]
struct Seen {
    consumers: Said,
    loaders: Said,
    extensions: Said,
    secrets: Said,
    env_files: Vec<String>,
}

/// Names of variables that hold a secret of the application: nothing else of an env file is looked for.
const SECRETS: &[&str] = &[
    "APP_KEY",
    "APP_SECRET",
    "AUTH_SECRET",
    "COOKIE_SECRET",
    "DJANGO_SECRET_KEY",
    "JWT_SECRET",
    "JWT_SECRET_KEY",
    "NEXTAUTH_SECRET",
    "RAILS_MASTER_KEY",
    "SECRET_KEY",
    "SECRET_KEY_BASE",
    "SESSION_SECRET",
];

pub(super) fn run(flags: &Flags, writing: &Writing) -> Result<Exit, Error> {
    let world = World::of_process();
    let print = writing.stdout || writing.directory == "-";
    let directory = if writing.directory == "-" { "." } else { writing.directory.as_str() };
    if !Path::new(directory).is_dir() {
        return Err(Error::Other("init writes into a directory, and none of this name is there".into()));
    }
    if !print {
        refuse_another(&world, directory)?;
    }
    let mut sources = Sources::default();
    let mut found = walk::find(directory, &Selection::default(), &|_| ())?;
    for path in &found.above {
        let shown = path.strip_prefix("./").unwrap_or(path);
        if let Ok(bytes) = world.read(path, max_bytes(path), start::PATIENCE) {
            found.manifests.push((shown.to_owned(), bytes));
        }
    }
    let repository = Repository::read(&mut sources, &found.manifests);
    let mut seen = Seen { extensions: extensions::asked_for(&world, directory), ..Seen::default() };
    for found in repository.all_consumers() {
        say(&mut seen.consumers, found.value.as_str(), evidence(&sources, found));
    }
    for found in repository.all_loaders() {
        say(&mut seen.loaders, found.value.as_str(), evidence(&sources, found));
    }
    for (path, bytes) in found.carriers.iter().filter(|(p, _)| Carrier::of_name(p) == Some(Carrier::Dotenv)) {
        seen.env_files.push(clean::line(path));
        for (name, line) in secrets(bytes) {
            say(&mut seen.secrets, name, format!("{}:{line}", clean::line(path)));
        }
    }
    seen.env_files.retain(|path| !is_example(path));
    let text = template::write(&seen);
    if print {
        output::stdout(&text)?;
    } else {
        create(&Path::new(directory).join(HOMES[0]), &text)?;
    }
    if !flags.quiet {
        if !print {
            output::line(&format!("pgward: wrote `{}`", shown(directory, HOMES[0])));
        }
        for line in stack::next(&repository, &sources) {
            output::line(&clean::line(&line));
        }
    }
    Ok(Exit::Success)
}

/// A policy that is there stays, in whichever file it stands.
fn refuse_another(world: &World, directory: &str) -> Result<(), Error> {
    let path = |name: &str| Some(shown(directory, name));
    let there = match crate::guard::policy_of::<Error>(world, &mut Sources::default(), &path) {
        Ok(None) => return Ok(()),
        Ok(Some((policy, _))) => policy.path.unwrap_or_else(|| shown(directory, HOMES[0])),
        // One that cannot be read is one all the same.
        Err(error) => return Err(error),
    };
    Err(Error::Other(format!("`{there}` has a policy already; `pgward init --stdout` prints a new one")))
}

fn create(path: &Path, text: &str) -> Result<(), Error> {
    let shown = discover::shown(path);
    let file = fs::OpenOptions::new().write(true).create_new(true).open(path);
    match file.and_then(|mut file| file.write_all(text.as_bytes())) {
        Ok(()) => Ok(()),
        Err(e) if e.kind() == ErrorKind::AlreadyExists => {
            Err(Error::Other(format!("`{shown}` is there already; `pgward init --stdout` prints a new one")))
        }
        Err(e) => Err(Error::Other(format!("`{shown}` cannot be written: {}", e.kind()))),
    }
}

fn shown(directory: &str, name: &str) -> String {
    discover::shown(&Path::new(directory).join(name))
}

fn say(said: &mut Said, word: &str, place: String) {
    said.entry(word.to_owned()).or_default().insert(place);
}

/// `requirements.txt:3 sqlalchemy`: the place, and the name of our tables that stands there.
fn evidence<T>(sources: &Sources, found: &Found<T>) -> String {
    let dev = if found.dev { ", for development" } else { "" };
    let place = Place::of(sources, found.span);
    let path = clean::line(place.path.as_deref().unwrap_or_default());
    format!("{path}:{} {}{dev}", place.line, clean::line(&found.key))
}

/// The names of [`SECRETS`] that an env file sets, each with its line.
fn secrets(bytes: &[u8]) -> impl Iterator<Item = (&'static str, usize)> {
    bytes.split(|b| *b == b'\n').enumerate().filter_map(|(index, line)| {
        let text = std::str::from_utf8(line).ok()?.trim_start();
        let name = text.strip_prefix("export ").unwrap_or(text).split_once('=')?.0.trim();
        Some((*SECRETS.iter().find(|known| **known == name)?, index + 1))
    })
}
