//! `X_FILE`: a variable that names the file in which the value of `X` stands, as Docker and Kubernetes mount secrets.
//! libpq knows nothing of it; entrypoints and frameworks do.

use super::{
    lookup::Lookup,
    setting::Setting,
    variables::{Kinds, Meaning, meaning},
};
use crate::{
    layer::{Entry, Layer, LayerKind, Value},
    policy::Policy,
    secret::Secret,
    source::{SourceId, SourceKind, Sources, Span},
};
use std::{collections::BTreeMap, fmt};

/// What follows the name of a variable in the name of the one that points to a file.
pub const SUFFIX: &str = "_FILE";

/// More than a secret holds: 64 KiB, the most that AWS Secrets Manager keeps in one.
pub const MAX_BYTES: usize = 64 << 10;

/// A variable that names a file, and what came of it.
#[derive(Clone, Debug)]
pub struct SecretFile {
    /// The variable whose value the file holds: `DB_PASSWORD`.
    pub key: String,
    /// The one that names the file: `DB_PASSWORD_FILE`.
    pub variable: Setting<()>,
    /// What that variable is for.
    pub meaning: Meaning,
    /// The variable itself, set to something beside it.
    pub plain: Option<Setting<()>>,
    /// The file gave a value. Files that nobody read, as in `lint`, gave none and have no fault.
    pub read: bool,
    /// What is the matter with the file.
    pub fault: Option<Fault>,
}

/// What is the matter with a secret's file.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum Fault {
    /// There is none.
    Missing,
    /// It is a directory.
    Directory,
    /// This user may not read it.
    Forbidden,
    /// It gave nothing in time.
    Silent,
    /// It has more than [`MAX_BYTES`].
    TooLarge,
    /// It could not be read for another reason.
    Unreadable,
    /// Nothing stands in it.
    Empty,
    /// It is no UTF-8.
    NotUtf8,
    /// It holds a carriage return, here.
    CarriageReturn(Span),
    /// A second line begins here.
    SecondLine(Span),
}

impl Fault {
    /// The place inside the file.
    pub fn span(self) -> Option<Span> {
        match self {
            Self::CarriageReturn(span) | Self::SecondLine(span) => Some(span),
            _ => None,
        }
    }
}

impl fmt::Display for Fault {
    /// The end of a sentence that begins with the file.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Missing => "does not exist",
            Self::Directory => "is a directory",
            Self::Forbidden => "may not be read by this user",
            Self::Silent => "gave nothing in time",
            Self::TooLarge => "is larger than 64 KiB",
            Self::Unreadable => "cannot be read",
            Self::Empty => "is empty",
            Self::NotUtf8 => "is not UTF-8",
            Self::CarriageReturn(_) => "has a carriage return in it",
            Self::SecondLine(_) => "has more than one line",
        })
    }
}

/// What was found where a variable pointed, by path.
pub type Files = BTreeMap<String, Result<Vec<u8>, Fault>>;

/// The variable whose value stands in the file that `key` names, with what it means; none where `key` is no such
/// variable of this project. `PGPASSFILE` and its like are libpq's own and hold paths.
pub fn of(key: &str, policy: &Policy) -> Option<(String, Meaning)> {
    if !matches!(key.as_bytes(), [.., b'_', b'F', b'I', b'L', b'E']) {
        return None;
    }
    let of = key.strip_suffix(SUFFIX)?;
    let meaning = meaning(of, policy)?;
    let holds = matches!(meaning, Meaning::Url(_) | Meaning::Part(..) | Meaning::Document);
    holds.then(|| (of.to_owned(), meaning))
}

/// The variables that name files, each once, with the path in force. An empty one is as good as unset: entrypoints
/// test for it (`file_env` of docker-library).
pub fn named(layers: &[Layer], policy: &Policy) -> Vec<(String, Meaning, Setting<Secret>)> {
    named_in(&Lookup::new(layers), policy)
}

fn named_in(lookup: &Lookup<'_>, policy: &Policy) -> Vec<(String, Meaning, Setting<Secret>)> {
    let mut keys: BTreeMap<&str, (String, Meaning)> = BTreeMap::new();
    let layers = if lookup.has(Kinds::FILE) { lookup.layers() } else { &[] };
    for entry in layers.iter().flat_map(|l| &l.entries) {
        if let Some(found) = of(&entry.key, policy) {
            keys.insert(&entry.key, found);
        }
    }
    let in_force = |(key, (of, meaning)): (&str, (String, Meaning))| {
        // The second is how backup images spell that it is not set.
        let set = |path: &Setting<Secret>| !path.value.is_blank() && !path.value.equals("**None**");
        let path = lookup.winner(key).filter(set)?;
        Some((of, meaning, path))
    };
    keys.into_iter().filter_map(in_force).collect()
}

/// The paths that [`layer()`] wants to know about.
pub fn paths(layers: &[Layer], policy: &Policy) -> Vec<String> {
    named(layers, policy).into_iter().map(|(_, _, path)| path.value.expose().to_owned()).collect()
}

/// The values that stand in files, as a layer above the environment's: whoever reads `X_FILE` at all prefers it to
/// `X`, or refuses both. With it the faults, by variable.
pub fn layer(
    sources: &mut Sources,
    layers: &[Layer],
    files: &Files,
    policy: &Policy,
) -> (Layer, BTreeMap<String, Fault>) {
    let mut out = Layer {
        name: "secret files".into(),
        kind: LayerKind::SecretFile,
        source: None,
        entries: Vec::new(),
        problems: Vec::new(),
        refused: false,
        block: None,
        word: None,
        started_in: None,
        reads: Vec::new(),
    };
    let mut faults = BTreeMap::new();
    for (key, _, path) in named(layers, policy) {
        let bytes = match files.get(path.value.expose()) {
            None => continue,
            Some(Ok(bytes)) => bytes,
            Some(Err(fault)) => {
                faults.insert(key, *fault);
                continue;
            }
        };
        // What was opened by its name is the name of a file, and no secret that stands in the wrong variable.
        if let Some(span) = path.span() {
            sources.reveal(span);
        }
        let id = sources.add(SourceKind::File(path.value.expose().to_owned()), bytes.as_slice());
        match content(sources, id, bytes) {
            Ok((text, fault)) => {
                let span = sources.span(id, 0..text.expose().len());
                faults.extend(fault.map(|fault| (key.clone(), fault)));
                out.entries.push(Entry {
                    key,
                    value: Value::literal(text, span),
                    key_span: span,
                    value_span: span,
                    doubtful: false,
                    told: None,
                });
            }
            Err(fault) => drop(faults.insert(key, fault)),
        }
    }
    (out, faults)
}

/// The text without its last line feed, and what is wrong with it although it has a value.
fn content(sources: &Sources, id: SourceId, bytes: &[u8]) -> Result<(Secret, Option<Fault>), Fault> {
    if bytes.len() > MAX_BYTES {
        return Err(Fault::TooLarge);
    }
    let text = std::str::from_utf8(bytes).map_err(|_| Fault::NotUtf8)?;
    let text = text.strip_suffix('\n').unwrap_or(text);
    if text.trim().is_empty() {
        return Err(Fault::Empty);
    }
    let place = |at: usize| sources.span(id, at..at + 1);
    let fault = match text.find(['\r', '\n']) {
        // A JSON document has lines.
        Some(_) if text.trim_start().starts_with('{') => None,
        Some(at) if text[at..].starts_with('\r') => Some(Fault::CarriageReturn(place(at))),
        Some(at) => Some(Fault::SecondLine(place(at + 1))),
        None => None,
    };
    Ok((Secret::new(text), fault))
}

/// Every variable that names a file, with what came of it.
pub(super) fn collect(
    lookup: &Lookup<'_>,
    policy: &Policy,
    faults: &BTreeMap<String, Fault>,
) -> Vec<SecretFile> {
    let of_file = |(key, meaning, path): (String, Meaning, Setting<Secret>)| {
        let is_set = |s: &Setting<Secret>| !s.value.is_blank() && !by_the_program(lookup, s);
        let set: Vec<Setting<Secret>> = lookup.every(&key);
        let plain = set.iter().find(|s| !in_file(lookup, s) && is_set(s)).map(|s| s.map(()));
        SecretFile {
            variable: path.map(()),
            meaning,
            plain,
            read: set.iter().any(|s| in_file(lookup, s)),
            fault: faults.get(&key).copied(),
            key,
        }
    };
    named_in(lookup, policy).into_iter().map(of_file).collect()
}

fn kind(lookup: &Lookup<'_>, setting: &Setting<Secret>) -> Option<LayerKind> {
    match setting.origin {
        super::Origin::Entry { layer, .. } => Some(lookup.kind(layer)),
        _ => None,
    }
}

fn in_file(lookup: &Lookup<'_>, setting: &Setting<Secret>) -> bool {
    kind(lookup, setting) == Some(LayerKind::SecretFile)
}

/// A flag and the program stand above both.
fn by_the_program(lookup: &Lookup<'_>, setting: &Setting<Secret>) -> bool {
    kind(lookup, setting).is_some_and(|kind| kind > LayerKind::SecretFile)
}

/// Whether the value of a variable stands in a file that gave none: nobody read it, or it is bad.
pub(super) fn stands_elsewhere(lookup: &Lookup<'_>, key: &str) -> bool {
    let path = lookup.entry(&format!("{key}{SUFFIX}"));
    let read = lookup.entry(key).is_some_and(|(layer, _)| lookup.kind(layer) >= LayerKind::SecretFile);
    path.is_some_and(|(_, e)| !e.value.text.is_blank()) && !read
}

/// Whether a text is a path by its look, and no secret that stands in the wrong variable: it begins where secrets
/// are mounted or with `./`, and has nothing but the characters of plain names.
pub(super) fn is_plain_path(text: &str) -> bool {
    let known = ROOTS.iter().any(|root| text.starts_with(root));
    known && text.len() <= 256 && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"/._-".contains(&b))
}

/// Where secrets are mounted.
const ROOTS: &[&str] = &[
    "/run/secrets/",
    "/var/run/secrets/",
    "/etc/secrets/",
    "/mnt/secrets/",
    "/mnt/secrets-store/",
    "/vault/secrets/",
    "/secrets/",
    "./secrets/",
    "secrets/",
];
