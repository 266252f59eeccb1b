//! A value with where it came from and what it shadowed.

use crate::source::Span;

/// The place of a layer in the list that was resolved.
pub type LayerId = usize;

/// A value in force.
#[derive(Clone, Debug)]
pub struct Setting<T> {
    /// The value.
    pub value: T,
    /// The variable, keyword or flag that set it, as written.
    pub key: String,
    /// Where it came from.
    pub origin: Origin,
    /// Who else set the same and lost, the strongest first. Data, not a log line.
    pub shadowed: Vec<Shadowed>,
}

/// Where a value came from.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum Origin {
    /// An entry of a layer, or a part of its value.
    Entry {
        /// The layer.
        layer: LayerId,
        /// The value's bytes, or the part's where they stand as they are.
        span: Span,
    },
    /// The name of a file or directory.
    Path(String),
    /// A default of the field, by the name of who defines it.
    Default(&'static str),
    /// Made of others: a test database's name of the real one's.
    Derived(Vec<Origin>),
    /// The program said so (`Guard::environment`, `require_extension`).
    Program,
}

/// One that lost.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Shadowed {
    /// The variable as written.
    pub key: String,
    /// The layer.
    pub layer: LayerId,
    /// Its value.
    pub span: Span,
}

impl Origin {
    /// The place to point at, when it stands in a text.
    pub fn span(&self) -> Option<Span> {
        match self {
            Self::Entry { span, .. } => Some(*span),
            Self::Derived(from) => from.iter().find_map(Self::span),
            Self::Path(_) | Self::Default(_) | Self::Program => None,
        }
    }
}

impl<T> Setting<T> {
    /// The same place with another value.
    pub fn map<U>(&self, value: U) -> Setting<U> {
        Setting { value, key: self.key.clone(), origin: self.origin.clone(), shadowed: self.shadowed.clone() }
    }

    /// The place to point at.
    pub fn span(&self) -> Option<Span> {
        self.origin.span()
    }

    /// Notes one that set the same and lost, with those that it had won over; weaker than all noted before.
    pub(super) fn beats(&mut self, loser: Self) {
        let Origin::Entry { layer, span } = loser.origin else { return };
        // A project may call a part of its own what libpq reads too.
        if self.origin != (Origin::Entry { layer, span }) {
            self.shadowed.push(Shadowed { key: loser.key, layer, span });
            self.shadowed.extend(loser.shadowed);
        }
    }
}
