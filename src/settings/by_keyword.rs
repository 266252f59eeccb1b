//! Settings by libpq's keyword, in the order of the words. They are few and asked for again and again: looking through
//! them takes less time than a tree does.

use super::setting::Setting;
use crate::secret::Part;
use std::{iter::Map, ops::Index, slice, vec};

/// Settings by libpq's keyword.
#[derive(Clone, Default, Debug)]
pub struct ByKeyword(Vec<Pair>);

type Pair = (&'static str, Setting<Part>);

/// Whether two words are the same; most of one length differ in the first letter.
#[inline]
fn is(known: &str, keyword: &str) -> bool {
    known.len() == keyword.len() && known.as_bytes().first() == keyword.as_bytes().first() && known == keyword
}

impl ByKeyword {
    /// None.
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// None, with room for so many.
    pub(super) fn with_capacity(count: usize) -> Self {
        Self(Vec::with_capacity(count))
    }

    /// The setting of a keyword.
    pub fn get(&self, keyword: &str) -> Option<&Setting<Part>> {
        self.0.iter().find(|(k, _)| is(k, keyword)).map(|(_, setting)| setting)
    }

    /// As [`ByKeyword::get`], with the keyword as a word of ours.
    pub fn get_key_value(&self, keyword: &str) -> Option<(&&'static str, &Setting<Part>)> {
        self.iter().find(|(k, _)| **k == keyword)
    }

    /// The setting of a keyword, to be changed.
    pub fn get_mut(&mut self, keyword: &str) -> Option<&mut Setting<Part>> {
        self.0.iter_mut().find(|(k, _)| is(k, keyword)).map(|(_, setting)| setting)
    }

    /// The first of them, to be changed.
    pub fn first_mut(&mut self) -> Option<&mut Setting<Part>> {
        self.0.first_mut().map(|(_, setting)| setting)
    }

    /// Whether a keyword is set.
    pub fn contains_key(&self, keyword: &str) -> bool {
        self.get(keyword).is_some()
    }

    /// Sets a keyword, whatever it was before.
    pub fn insert(&mut self, keyword: &'static str, setting: Setting<Part>) {
        match self.0.binary_search_by_key(&keyword, |(k, _)| k) {
            Ok(at) => self.0[at].1 = setting,
            Err(at) => self.0.insert(at, (keyword, setting)),
        }
    }

    /// Takes a keyword out.
    pub fn remove(&mut self, keyword: &str) -> Option<Setting<Part>> {
        let at = self.0.iter().position(|(k, _)| *k == keyword)?;
        Some(self.0.remove(at).1)
    }

    /// All of them.
    pub fn iter(&self) -> Iter<'_> {
        self.0.iter().map(|(keyword, setting)| (keyword, setting))
    }

    /// Their keywords.
    pub fn keys(&self) -> impl Iterator<Item = &&'static str> {
        self.0.iter().map(|(keyword, _)| keyword)
    }

    /// The settings alone.
    pub fn values(&self) -> impl Iterator<Item = &Setting<Part>> {
        self.0.iter().map(|(_, setting)| setting)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// What [`ByKeyword::iter`] goes along.
pub(super) type Iter<'a> = Map<slice::Iter<'a, Pair>, fn(&'a Pair) -> (&'a &'static str, &'a Setting<Part>)>;

impl<'a> IntoIterator for &'a ByKeyword {
    type Item = (&'a &'static str, &'a Setting<Part>);
    type IntoIter = Iter<'a>;

    fn into_iter(self) -> Iter<'a> {
        self.iter()
    }
}

impl IntoIterator for ByKeyword {
    type Item = Pair;
    type IntoIter = vec::IntoIter<Pair>;

    fn into_iter(self) -> vec::IntoIter<Pair> {
        self.0.into_iter()
    }
}

impl FromIterator<Pair> for ByKeyword {
    fn from_iter<I: IntoIterator<Item = Pair>>(pairs: I) -> Self {
        let mut out = Self::new();
        pairs.into_iter().for_each(|(keyword, setting)| out.insert(keyword, setting));
        out
    }
}

impl Index<&str> for ByKeyword {
    type Output = Setting<Part>;

    fn index(&self, keyword: &str) -> &Setting<Part> {
        self.get(keyword).expect("a keyword that is set")
    }
}
