//! Where the bytes of a value come from. Most values are one stretch of their file, which takes no memory of its own.

use super::Segment;
use std::ops::{Deref, DerefMut};

/// Segments in order and without gaps over a value.
#[derive(Clone, Default)]
pub struct Map(Stretches);

#[derive(Clone, Default)]
enum Stretches {
    #[default]
    None,
    One(Segment),
    Many(Vec<Segment>),
}

impl Deref for Map {
    type Target = [Segment];

    fn deref(&self) -> &[Segment] {
        match &self.0 {
            Stretches::None => &[],
            Stretches::One(segment) => std::slice::from_ref(segment),
            Stretches::Many(segments) => segments,
        }
    }
}

impl DerefMut for Map {
    fn deref_mut(&mut self) -> &mut [Segment] {
        match &mut self.0 {
            Stretches::None => &mut [],
            Stretches::One(segment) => std::slice::from_mut(segment),
            Stretches::Many(segments) => segments,
        }
    }
}

impl From<Map> for Vec<Segment> {
    fn from(map: Map) -> Self {
        match map.0 {
            Stretches::None => Self::new(),
            Stretches::One(segment) => vec![segment],
            Stretches::Many(segments) => segments,
        }
    }
}

impl From<Segment> for Map {
    fn from(segment: Segment) -> Self {
        Self(Stretches::One(segment))
    }
}

impl From<Vec<Segment>> for Map {
    fn from(mut segments: Vec<Segment>) -> Self {
        Self(match segments.len() {
            0 => Stretches::None,
            1 => segments.pop().map_or(Stretches::None, Stretches::One),
            _ => Stretches::Many(segments),
        })
    }
}

impl FromIterator<Segment> for Map {
    fn from_iter<I: IntoIterator<Item = Segment>>(segments: I) -> Self {
        segments.into_iter().collect::<Vec<_>>().into()
    }
}

impl IntoIterator for Map {
    type Item = Segment;
    type IntoIter = std::vec::IntoIter<Segment>;

    fn into_iter(self) -> Self::IntoIter {
        Vec::from(self).into_iter()
    }
}

impl<'m> IntoIterator for &'m Map {
    type Item = &'m Segment;
    type IntoIter = std::slice::Iter<'m, Segment>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl PartialEq for Map {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl Eq for Map {}

impl std::fmt::Debug for Map {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}
