//! What a `kustomization.yaml` makes and changes: the objects of its generators, and the patches that stand in it.

use super::{Block, Carrier, Holder, Kubernetes, Objects, Structure, inner, join::Identity};
use crate::layer::{
    Entry,
    tree::{Node, Scalar},
};

/// The keys of generators, and what these make.
const GENERATORS: [(&str, Holder); 2] =
    [("configMapGenerator", Holder::ConfigMap), ("secretGenerator", Holder::Secret)];

/// What a patch is read as; no file is called so.
const PATCH: &str = "patches";

impl Objects<'_, '_> {
    pub(super) fn kustomization(&mut self, object: &Node) {
        // One in a patch of another is none that Kustomize takes, and would be read again and again.
        if self.reader.path == PATCH {
            return;
        }
        for (key, holder) in GENERATORS {
            for generator in object.get(key).map(Node::items).unwrap_or_default() {
                self.generated(generator, holder);
            }
        }
        // As Kustomize has them, as it had them before its release 5, and as Flux has them.
        for path in [&["patches"] as &[&str], &["patchesJson6902"], &["spec", "patches"]] {
            let patches = object.at(path).map(Node::items).unwrap_or_default();
            for item in patches {
                // A patch of a list of changes in a file of its own is not read.
                self.out.mounts_elsewhere |= item.get("path").is_some() && item.get("target").is_some();
                let kind = item.at(&["target", "kind"]).and_then(Node::text).unwrap_or_default();
                let patch = item.pair("patch").and_then(|(key, patch)| patch.entry("patch", key.span));
                self.patch(patch, kind);
            }
        }
        for patch in object.get("patchesStrategicMerge").map(Node::items).unwrap_or_default() {
            self.patch(patch.entry("patch", patch.span), "");
        }
    }

    /// `literals`. Which files give more of it, is not asked: env files are judged by themselves.
    fn generated(&mut self, generator: &Node, holder: Holder) {
        let kind = if holder == Holder::Secret { "secretGenerator" } else { "configMapGenerator" };
        let name = generator.get("name").and_then(Node::text);
        let mut layer = self.reader.block(self.block_of(kind, name, ""));
        let literals = generator.get("literals").map(Node::items).unwrap_or_default();
        for (literal, scalar) in literals.iter().filter_map(|l| Some((l, l.scalar()?))) {
            if let Some(entry) = assignment(literal, scalar) {
                self.reader.reveal_key(&entry, false);
                layer.entries.push(entry);
            }
        }
        let identity = name.map(|name| Identity::named(name, generator.get("namespace"), holder));
        self.push(generator, layer, Block { identity, ..Block::new(holder) });
    }

    /// A part of an object, or a list of changes to one of a kind, as text.
    fn patch(&mut self, patch: Option<Entry>, kind: &str) {
        let Some(patch) = patch else { return };
        let text = patch.value.text.expose();
        self.out.mounts_elsewhere |= text.contains("volumeMounts");
        if !Carrier::Kubernetes.may_speak(text.as_bytes()) {
            return;
        }
        let list = text.trim_start().starts_with(['-', '[']);
        let carrier = if list { Carrier::Yaml } else { Carrier::Kubernetes };
        let (layers, structure) = inner::read(self.reader, PATCH, carrier, &patch);
        let mut blocks = match structure {
            Structure::Kubernetes(Kubernetes { blocks, .. }) => blocks,
            _ => Vec::new(),
        }
        .into_iter();
        let holder = match kind {
            "Secret" => Holder::Secret,
            "ConfigMap" => Holder::ConfigMap,
            _ => Holder::Container { links: false },
        };
        for mut layer in layers {
            let block = blocks.next().unwrap_or_else(|| Block::new(holder));
            let part = layer.block.take().unwrap_or_default();
            layer.block = Some(self.block_of(PATCH, None, &format!(".{part}")));
            self.take(layer, block);
        }
    }
}

/// `NAME=value`, as Kustomize splits it: without the quotes around the value (`ParseLiteralSource`).
fn assignment(literal: &Node, scalar: &Scalar) -> Option<Entry> {
    let text = scalar.value.text.expose();
    let (name, value) = text.split_once('=')?;
    let quotes: &[char] = &['"', '\''];
    let start = text.len() - value.trim_start_matches(quotes).len();
    let range = start..start.max(text.trim_end_matches(quotes).len());
    let place = |range| scalar.value.span_of(range).unwrap_or(literal.span);
    let key = place(0..name.len());
    Some(Entry::new(name, key, scalar.value.part(range.clone()), place(range)))
}
