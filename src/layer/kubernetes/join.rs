//! What containers take from a `ConfigMap` or a Secret of the same run: `envFrom`, `configMapKeyRef`, `secretKeyRef`.

use super::{Holder, Names, is_variable, laptop};
use crate::{
    environment::Environment,
    layer::{Carried, Entry, Layer, Structure, tree::Node},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// Which object: its kind, its namespace, its name.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Identity {
    secret: bool,
    namespace: Option<String>,
    name: String,
}

impl Identity {
    /// The identity of a `ConfigMap` or Secret itself.
    pub(super) fn of(object: &Node, holder: Holder) -> Option<Self> {
        let name = object.at(&["metadata", "name"])?.text()?.to_owned();
        Some(Self { secret: holder == Holder::Secret, namespace: namespace(object), name })
    }

    /// The identity of what a generator makes: it is referred to without the hash that Kustomize appends.
    pub(super) fn named(name: &str, namespace: Option<&Node>, holder: Holder) -> Self {
        let namespace = namespace.and_then(Node::text).map(str::to_owned);
        Self { secret: holder == Holder::Secret, namespace, name: name.to_owned() }
    }
}

pub(super) fn namespace(object: &Node) -> Option<String> {
    object.at(&["metadata", "namespace"]).and_then(Node::text).map(str::to_owned)
}

/// What a container takes from another object.
#[derive(Clone, Debug)]
pub struct Taken {
    /// The object; none where it is none that is read here.
    from: Option<Identity>,
    /// The key and the variable that it becomes; none: all keys, with this before them.
    one: Result<(String, String), String>,
}

impl Taken {
    /// Whether it comes from a Secret.
    pub(super) fn is_of_secret(&self) -> bool {
        self.from.as_ref().is_some_and(|from| from.secret)
    }

    /// An item of `envFrom`.
    pub(super) fn all(object: &Node, item: &Node) -> Self {
        let prefix = item.get("prefix").and_then(Node::text).unwrap_or_default().to_owned();
        Self { from: reference(object, item, ["configMapRef", "secretRef"]), one: Err(prefix) }
    }

    /// `valueFrom` of a variable.
    pub(super) fn one(object: &Node, variable: &str, from: &Node) -> Option<Self> {
        let kinds = ["configMapKeyRef", "secretKeyRef"];
        let key = kinds.iter().find_map(|kind| from.at(&[kind, "key"])).and_then(Node::text)?;
        let one = Ok((key.to_owned(), variable.to_owned()));
        Some(Self { from: Some(reference(object, from, kinds)?), one })
    }

    /// What it comes to.
    fn of(&self, object: &Layer) -> Option<Layer> {
        let renamed = |entry: &Entry, key: String| Entry { key, ..entry.clone() };
        let entries = match &self.one {
            Ok((key, variable)) => vec![renamed(object.entry(key)?, variable.clone())],
            Err(prefix) => {
                let named = |e: &Entry| Some(renamed(e, format!("{prefix}{}", e.key)));
                object.entries.iter().filter_map(named).filter(|e| is_variable(&e.key)).collect()
            }
        };
        Some(Layer { entries, reads: Vec::new(), word: None, ..object.clone() })
    }
}

/// The object that a reference names; `kinds` are the keys for a `ConfigMap` and for a Secret.
fn reference(object: &Node, item: &Node, kinds: [&str; 2]) -> Option<Identity> {
    let (kind, of) = kinds.into_iter().find_map(|kind| Some((kind, item.get(kind)?)))?;
    let name = of.get("name").and_then(Node::text)?.to_owned();
    Some(Identity { secret: kind == kinds[1], namespace: namespace(object), name })
}

/// Where objects are: file and block.
type Place = (usize, usize);

/// The objects of one identity. None: several, so that nobody knows which is meant.
#[derive(Default)]
struct Found {
    by_file: BTreeMap<usize, Option<Place>>,
    by_environment: BTreeMap<Environment, Option<Place>>,
}

/// What is looked at and cloned at most, in bytes: a tree may name one large object a thousand times.
const MOST: usize = 32 << 20;

fn size(object: &Layer) -> usize {
    object.entries.iter().map(|e| e.key.len() + e.value.text.expose().len() + 64).sum()
}

/// Gives the containers of all files what they take from objects: of the same file, else of the only file of the same
/// environment that has one. What is not there, or there more than once, stays unknown.
pub fn join(files: &mut [Carried], environment: &dyn Fn(&str) -> Environment) {
    laptop::share(files, environment);
    let names = Arc::new(Names::of(files));
    for file in files.iter_mut() {
        if let Structure::Kubernetes(objects) = &mut file.structure {
            objects.names = Arc::clone(&names);
        }
    }
    let mut index: BTreeMap<&Identity, Found> = BTreeMap::new();
    for (f, file) in files.iter().enumerate() {
        // An object without a word of a database is not the one that is meant.
        let Structure::Kubernetes(objects) = &file.structure else { continue };
        if !file.speaks {
            continue;
        }
        for (b, identity) in
            objects.blocks.iter().enumerate().filter_map(|(b, block)| Some((b, block.identity.as_ref()?)))
        {
            let found = index.entry(identity).or_default();
            let once = |entry: Option<&Option<Place>>| if entry.is_none() { Some((f, b)) } else { None };
            let own = once(found.by_file.get(&f));
            found.by_file.insert(f, own);
            if !file.example {
                let environment = environment(&file.path);
                let only = once(found.by_environment.get(&environment));
                found.by_environment.insert(environment, only);
            }
        }
    }
    let place = |f: usize, taken: &Taken| -> Option<Place> {
        let found = index.get(taken.from.as_ref()?)?;
        match found.by_file.get(&f) {
            Some(own) => *own,
            None => *found.by_environment.get(&environment(&files[f].path))?,
        }
    };
    let mut left = MOST;
    let of_laptop = |f: usize| matches!(&files[f].structure, Structure::Kubernetes(o) if o.of_laptop);
    let mut takers: BTreeSet<usize> = BTreeSet::new();
    let mut given: Vec<(Place, Vec<Layer>, bool, BTreeSet<String>)> = Vec::new();
    for (f, file) in files.iter().enumerate() {
        let Structure::Kubernetes(objects) = &file.structure else { continue };
        for (b, block) in objects.blocks.iter().enumerate().filter(|(_, block)| !block.takes.is_empty()) {
            let (mut below, mut open, mut known) = (Vec::new(), false, BTreeSet::new());
            for taken in &block.takes {
                let place = place(f, taken);
                takers.extend(place.filter(|(from, _)| of_laptop(*from)).map(|_| f));
                let object = place.and_then(|(f, b)| files[f].layers.get(b));
                let size = object.map_or(0, size);
                match object.filter(|_| size <= left).and_then(|object| taken.of(object)) {
                    Some(layer) => {
                        left -= size;
                        known.extend(taken.one.iter().map(|(_, variable)| variable.clone()));
                        below.push(layer);
                    }
                    None => open |= taken.one.is_err(),
                }
            }
            given.push(((f, b), below, open, known));
        }
    }
    for f in takers {
        if let Structure::Kubernetes(objects) = &mut files[f].structure {
            objects.of_laptop = true;
        }
    }
    for ((f, b), below, open, known) in given {
        let Some(file) = files.get_mut(f) else { continue };
        if let Some(layer) = file.layers.get_mut(b) {
            layer.reads.retain(|read| !known.contains(&read.variable));
        }
        if let Structure::Kubernetes(objects) = &mut file.structure
            && let Some(block) = objects.blocks.get_mut(b)
        {
            (block.below, block.open) = (below, open);
        }
    }
}
