//! Who wins: for each variable the entry of the highest layer, with those that lost.

use super::{
    document,
    setting::{LayerId, Origin, Setting, Shadowed},
    variables::{Kinds, Meaning, meaning},
};
use crate::{
    layer::{Entry, Layer, LayerKind, Means, Read},
    policy::Policy,
    secret::Secret,
};

/// The layers, lowest first, ready for questions. A question takes the same time however many entries there are, and a
/// name that nobody set next to none: hundreds are asked for, and a file sets a few.
pub struct Lookup<'l> {
    layers: &'l [Layer],
    /// A bit for each [`mark`] of a key.
    marks: [u64; MARKS / 64],
    /// Each entry with its layer, and the one before it of the same slot, by their places.
    places: Vec<Place>,
    /// By the hash of a key the last place of those that fall there; as many as a power of two. None for a few entries,
    /// which are looked through.
    slots: Vec<u32>,
    /// What the names of the vocabulary among the keys are.
    kinds: Kinds,
    /// Some values begin as a document does.
    documents: bool,
    /// Some entries are told by their carrier.
    told: bool,
    /// No layer is stronger than one behind it, so that the last entry of a key wins.
    in_order: bool,
}

#[derive(Clone, Copy)]
struct Place {
    layer: u32,
    entry: u32,
    before: u32,
}

/// No place.
const NONE: u32 = u32::MAX;

/// So many entries are looked through faster than they are put in order.
const FEW: usize = 32;

/// So many marks there are.
const MARKS: usize = 256;

/// What most names are told apart by.
#[inline]
const fn mark(key: &str) -> usize {
    let bytes = key.as_bytes();
    if bytes.is_empty() {
        return 0;
    }
    let (first, last) = (bytes[0] as usize, bytes[bytes.len() - 1] as usize);
    let middle = bytes[bytes.len() / 2] as usize;
    (first * 5 + last * 31 + middle * 67 + bytes.len() * 13) % MARKS
}

fn number(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(NONE)
}

impl<'l> Lookup<'l> {
    /// `layers` in the order of their strength: of two of one kind the later wins.
    pub fn new(layers: &'l [Layer]) -> Self {
        let own = || layers.iter().enumerate().filter(|(_, layer)| layer.kind != LayerKind::Policy);
        let told = layers.iter().flat_map(|l| &l.entries).any(|e| e.told.is_some());
        let mut out = Self {
            layers,
            marks: [0; MARKS / 64],
            places: Vec::new(),
            slots: Vec::new(),
            kinds: Kinds::default(),
            documents: false,
            told,
            in_order: layers.is_sorted_by_key(|layer| layer.kind),
        };
        for entry in own().flat_map(|(_, layer)| &layer.entries) {
            let mark = mark(&entry.key);
            out.marks[mark / 64] |= 1 << (mark % 64);
            out.kinds = out.kinds.and(Kinds::of(&entry.key));
            out.documents |= document::might_be(entry.value.text.expose().as_bytes());
        }
        let count: usize = own().map(|(_, layer)| layer.entries.len()).sum();
        if count <= FEW {
            return out;
        }
        out.places.reserve_exact(count);
        out.slots = vec![NONE; (2 * count).next_power_of_two()];
        for (layer, of_layer) in own() {
            for (i, entry) in of_layer.entries.iter().enumerate() {
                let slot = out.slot(&entry.key);
                let before = std::mem::replace(&mut out.slots[slot], number(out.places.len()));
                out.places.push(Place { layer: number(layer), entry: number(i), before });
            }
        }
        out
    }

    fn slot(&self, key: &str) -> usize {
        // Keys are short, and nobody gains by two that fall together.
        let (words, rest) = key.as_bytes().as_chunks::<8>();
        let last = match key.as_bytes().last_chunk::<8>() {
            Some(last) => u64::from_le_bytes(*last),
            None => rest.iter().fold(0, |word, b| word << 8 | u64::from(*b)),
        };
        let mix = |hash: u64, word: u64| (hash ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29);
        let words = words.iter().map(|word| u64::from_le_bytes(*word));
        let hash = mix(words.fold(key.len() as u64, mix), last).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        usize::try_from(hash >> 32).unwrap_or_default() & (self.slots.len() - 1)
    }

    /// Whether a key that is set may be a name of the vocabulary of one of these kinds.
    pub(super) fn has(&self, kinds: Kinds) -> bool {
        self.kinds.has(kinds)
    }

    /// Whether a value may be a document.
    pub(super) fn has_document(&self) -> bool {
        self.documents
    }

    /// Whether a key may be set; of most that are not it is known at once.
    #[inline]
    pub fn may_hold(&self, key: &str) -> bool {
        let mark = mark(key);
        self.marks[mark / 64] >> (mark % 64) & 1 == 1
    }

    /// Every entry of a key; of one layer the last comes first.
    fn each(&self, key: &str, mut found: impl FnMut(LayerId, &'l Entry)) {
        if !self.may_hold(key) {
            return;
        }
        if self.slots.is_empty() {
            let own = self.layers.iter().enumerate().filter(|(_, layer)| layer.kind != LayerKind::Policy);
            for (id, layer) in own {
                layer.entries.iter().rev().filter(|e| e.key == key).for_each(|e| found(id, e));
            }
            return;
        }
        self.chain(key).for_each(|(id, entry)| found(id, entry));
    }

    /// Every entry of a key that has a slot, the last one first.
    fn chain(&self, key: &str) -> impl Iterator<Item = (LayerId, &'l Entry)> {
        let place = |at: u32| self.places.get(at as usize);
        let first = self.slots.get(self.slot(key)).and_then(|at| place(*at));
        std::iter::successors(first, move |p| place(p.before))
            .map(|p| (p.layer as usize, &self.layers[p.layer as usize].entries[p.entry as usize]))
            .filter(move |(_, entry)| entry.key == key)
    }

    /// Every entry of a key, the strongest first.
    fn all(&self, key: &str) -> Vec<(LayerId, &'l Entry)> {
        let mut out = Vec::new();
        self.each(key, |id, entry| out.push((id, entry)));
        // Within a layer the last one comes first already.
        if out.len() > 1 {
            out.sort_by_key(|(id, _)| std::cmp::Reverse(self.strength(*id)));
        }
        out
    }

    fn strength(&self, layer: LayerId) -> (LayerKind, LayerId) {
        (self.layers[layer].kind, layer)
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
        let layers = if self.told { self.layers } else { &[] };
        layers.iter().flat_map(|l| &l.entries).filter(|e| e.told.is_some())
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
        self.layers.iter().flat_map(|l| &l.reads).any(|r| r.variable.is_empty() && r.means.is_none())
    }

    /// Whether a text sets a keyword to what is known only where the program runs, in whatever family.
    pub fn leaves_to_program(&self, keyword: &str) -> bool {
        let sets = |r: &Read| match r.means {
            Some(Means::Part(_, own) | Means::Fixed(own)) => own == keyword,
            _ => false,
        };
        self.layers.iter().flat_map(|l| &l.reads).any(sets)
    }

    /// The winning entry.
    pub fn entry(&self, key: &str) -> Option<(LayerId, &'l Entry)> {
        if self.in_order && !self.slots.is_empty() {
            // One key on every line would be gone through for each of them.
            return if self.may_hold(key) { self.chain(key).next() } else { None };
        }
        let mut best: Option<(LayerId, &'l Entry)> = None;
        self.each(key, |id, entry| {
            if best.is_none_or(|(other, _)| self.strength(id) > self.strength(other)) {
                best = Some((id, entry));
            }
        });
        best
    }

    /// The entry of the strongest layer of a kind.
    pub fn entry_in(&self, key: &str, kind: LayerKind) -> Option<(LayerId, &'l Entry)> {
        self.entries(key).into_iter().find(|(layer, _)| self.kind(*layer) == kind)
    }

    /// The winning value with those that lost. Empty is not unset: an empty value wins like any other.
    pub fn winner(&self, key: &str) -> Option<Setting<Secret>> {
        if self.may_hold(key) { self.found(key) } else { None }
    }

    fn found(&self, key: &str) -> Option<Setting<Secret>> {
        let (layer, entry) = self.entry(key)?;
        let mut several = 0;
        self.each(key, |_, _| several += 1);
        // Within a file the last of several lines wins; the earlier ones lost like those of a weaker layer.
        let losers = if several > 1 { self.all(key) } else { Vec::new() };
        let loser =
            |(layer, e): (LayerId, &Entry)| Shadowed { key: e.key.clone(), layer, span: e.value_span };
        let shadowed = losers.into_iter().skip(1).map(loser).collect();
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
        if !self.may_hold(key) {
            return Vec::new();
        }
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
