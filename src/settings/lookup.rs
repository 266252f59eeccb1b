//! Who wins: for each variable the entry of the highest layer, with those that lost.

use super::{
    setting::{LayerId, Origin, Setting, Shadowed},
    variables::{Meaning, meaning},
};
use crate::{
    layer::{Entry, Layer, LayerKind, Means, Read, hash},
    policy::Policy,
    secret::Secret,
};

/// The layers, lowest first, ready for questions. A question takes the same time however many entries there are.
pub struct Lookup<'l> {
    layers: &'l [Layer],
    /// Each entry with its layer, and the one before it of the same slot, by their places.
    places: Vec<(LayerId, usize, usize)>,
    /// By the hash of a key the last place of those that fall there; as many as a power of two.
    slots: Vec<usize>,
}

/// No place.
const NONE: usize = usize::MAX;

impl<'l> Lookup<'l> {
    /// `layers` in the order of their strength: of two of one kind the later wins.
    pub fn new(layers: &'l [Layer]) -> Self {
        let told = || layers.iter().enumerate().filter(|(_, layer)| layer.kind != LayerKind::Policy);
        let count: usize = told().map(|(_, layer)| layer.entries.len()).sum();
        let mut out = Self {
            layers,
            places: Vec::with_capacity(count),
            slots: vec![NONE; (2 * count).next_power_of_two().max(1)],
        };
        for (id, layer) in told() {
            for (i, entry) in layer.entries.iter().enumerate() {
                let slot = out.slot(&entry.key);
                out.places.push((id, i, out.slots[slot]));
                out.slots[slot] = out.places.len() - 1;
            }
        }
        out
    }

    fn slot(&self, key: &str) -> usize {
        let hash = hash(key.as_bytes());
        usize::try_from(hash >> 32).unwrap_or_default() & (self.slots.len() - 1)
    }

    /// Every entry of a key, the strongest first.
    fn all(&self, key: &str) -> Vec<(LayerId, &'l Entry)> {
        let mut out = Vec::new();
        let mut at = self.slots[self.slot(key)];
        while at != NONE {
            let (id, i, before) = self.places[at];
            let entry = &self.layers[id].entries[i];
            if entry.key == key {
                out.push((id, entry));
            }
            at = before;
        }
        // Within a layer the last one comes first already.
        if out.len() > 1 {
            out.sort_by_key(|(id, _)| std::cmp::Reverse((self.layers[*id].kind, *id)));
        }
        out
    }

    /// The kind of a layer.
    pub fn kind(&self, layer: LayerId) -> LayerKind {
        self.layers[layer].kind
    }

    /// The layers themselves.
    pub fn layers(&self) -> &'l [Layer] {
        self.layers
    }

    /// The entries of a key, the strongest layer first; within a layer the last one.
    fn entries(&self, key: &str) -> Vec<(LayerId, &'l Entry)> {
        let mut out = self.all(key);
        out.dedup_by_key(|(id, _)| *id);
        out
    }

    /// The entries of which their carrier says what they are, in the order of the layers.
    pub fn told(&self) -> impl Iterator<Item = &'l Entry> {
        self.layers.iter().flat_map(|l| &l.entries).filter(|e| e.means.is_some())
    }

    /// Whether a text takes a part of a family from the environment, or more than it names.
    pub fn reads(&self, family: &'static str, keyword: &'static str, policy: &Policy) -> bool {
        let means = Some(Means::Part(family, keyword));
        let by_name = |read: &Read| meaning(&read.variable, policy) == Some(Meaning::Part(family, keyword));
        let all = self.layers.iter().flat_map(|l| &l.reads);
        all.into_iter()
            .any(|r| r.means == means || r.variable == Read::REST || r.means.is_none() && by_name(r))
    }

    /// Whether a text takes something from elsewhere, so that nothing can be called missing.
    pub fn is_open(&self) -> bool {
        self.layers.iter().flat_map(|l| &l.reads).any(|r| r.variable.is_empty())
    }

    /// The winning entry.
    pub fn entry(&self, key: &str) -> Option<(LayerId, &'l Entry)> {
        self.entries(key).into_iter().next()
    }

    /// The entry of the strongest layer of a kind.
    pub fn entry_in(&self, key: &str, kind: LayerKind) -> Option<(LayerId, &'l Entry)> {
        self.entries(key).into_iter().find(|(layer, _)| self.kind(*layer) == kind)
    }

    /// The winning value with those that lost. Empty is not unset: an empty value wins like any other.
    pub fn winner(&self, key: &str) -> Option<Setting<Secret>> {
        // Within a file the last of several lines wins; the earlier ones lost like those of a weaker layer.
        let entries = self.all(key);
        let (layer, entry) = *entries.first()?;
        let shadowed = entries[1..]
            .iter()
            .map(|(layer, e)| Shadowed { key: e.key.clone(), layer: *layer, span: e.value_span })
            .collect();
        Some(Setting {
            value: entry.value.text.clone(),
            key: key.to_owned(),
            origin: Origin::Entry { layer, span: entry.value_span },
            shadowed,
        })
    }

    /// The first of several spellings that is set.
    pub fn first(&self, keys: &[&str]) -> Option<Setting<Secret>> {
        keys.iter().find_map(|key| self.winner(key))
    }

    /// Each layer's value of a key, the strongest first.
    pub fn every(&self, key: &str) -> Vec<Setting<Secret>> {
        self.entries(key)
            .into_iter()
            .map(|(layer, entry)| Setting {
                value: entry.value.text.clone(),
                key: key.to_owned(),
                origin: Origin::Entry { layer, span: entry.value_span },
                shadowed: Vec::new(),
            })
            .collect()
    }

    /// Whether a stronger layer sets the same key.
    pub fn is_shadowed(&self, layer: LayerId, key: &str) -> bool {
        self.entry(key).is_some_and(|(winner, _)| winner != layer)
    }
}
