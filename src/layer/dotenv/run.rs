//! What every engine works on and reports into: the text, the variables so far, the statements found.

use super::{text::Text, traits::Traits};
use crate::{layer::ProblemKind, secret::Secret};
use std::{cell::Cell, collections::BTreeMap, ops::Range};

/// One thing that the loader found, in the order of the text. Ranges are of the decoded text.
pub(super) enum Event {
    /// An assignment.
    Set(Set),
    /// What looks like an assignment and is none: only its key and punctuation count.
    Broken(Set),
    /// The variable loses the value that it had.
    Unset {
        key: String,
        at: Range<usize>,
    },
    /// A variable is taken over from outside, as it is there.
    Inherit {
        key: String,
        at: Range<usize>,
    },
    Problem(Range<usize>, ProblemKind),
}

/// An assignment.
pub(super) struct Set {
    /// Where the statement begins, with `export` and its like.
    pub(super) lead: usize,
    pub(super) key: String,
    pub(super) key_range: Range<usize>,
    pub(super) value: Text,
    /// The value in the file, without its quotes.
    pub(super) value_range: Range<usize>,
    /// Where the loader had read everything that belongs to the value, its quotes too; no comment.
    pub(super) end: usize,
}

/// The state of one reading.
pub(super) struct Run<'a> {
    pub(super) text: &'a str,
    pub(super) traits: &'static Traits,
    outer: &'a dyn Fn(&str) -> Option<Secret>,
    pub(super) events: Vec<Event>,
    /// The loader gives up here.
    pub(super) refused: Option<(Range<usize>, ProblemKind)>,
    /// What would be run, and what differs at every start.
    pub(super) depends: Vec<(Range<usize>, ProblemKind)>,
    known: BTreeMap<String, Option<Secret>>,
    /// Bytes that references may still put in.
    left: Cell<usize>,
}

/// Variables may put so many bytes into one file's values: twenty lines that double one another would make gigabytes.
const BUDGET: usize = 4 << 20;

impl<'a> Run<'a> {
    pub(super) fn new(
        text: &'a str,
        traits: &'static Traits,
        outer: &'a dyn Fn(&str) -> Option<Secret>,
    ) -> Self {
        Self {
            text,
            traits,
            outer,
            events: Vec::new(),
            refused: None,
            depends: Vec::new(),
            known: BTreeMap::new(),
            left: Cell::new(BUDGET),
        }
    }

    /// The value of a variable outside the file.
    pub(super) fn outside(&self, name: &str) -> Option<String> {
        self.spend(&(self.outer)(name)?)
    }

    /// A value for putting in, as long as the budget lasts.
    fn spend(&self, value: &Secret) -> Option<String> {
        let left = self.left.get().checked_sub(value.expose().len());
        self.left.set(left.unwrap_or(0));
        left.map(|_| value.expose().to_owned())
    }

    /// Whether references put in more than is borne.
    pub(super) fn exhausted(&self) -> bool {
        self.left.get() == 0
    }

    /// The value of a variable that the file has set before.
    pub(super) fn inside(&self, name: &str) -> Option<String> {
        self.spend(self.known.get(name)?.as_ref()?)
    }

    /// The outside wins over the file.
    pub(super) fn outside_first(&self, name: &str) -> Option<String> {
        self.outside(name).or_else(|| self.inside(name))
    }

    /// The file wins over the outside; what it took back is nowhere.
    pub(super) fn inside_first(&self, name: &str) -> Option<String> {
        match self.known.get(name) {
            Some(value) => self.spend(value.as_ref()?),
            None => self.outside(name),
        }
    }

    /// Remembers a value for references further down.
    pub(super) fn know(&mut self, key: &str, value: &str) {
        self.known.insert(key.to_owned(), Some(Secret::new(value)));
    }

    /// Remembers a value unless the variable has one.
    pub(super) fn know_first(&mut self, key: &str, value: &str) {
        self.known.entry(key.to_owned()).or_insert_with(|| Some(Secret::new(value)));
    }

    /// Remembers that the variable is gone.
    pub(super) fn forget(&mut self, key: &str) {
        self.known.insert(key.to_owned(), None);
    }

    pub(super) fn problem(&mut self, at: Range<usize>, kind: ProblemKind) {
        self.events.push(Event::Problem(at, kind));
    }

    /// The loader gives up.
    pub(super) fn refuse(&mut self, at: Range<usize>, kind: ProblemKind) {
        if self.refused.is_none() {
            self.refused = Some((at, kind));
        }
    }

    pub(super) fn set(&mut self, set: Set) {
        self.events.push(Event::Set(set));
    }

    /// The line that holds an offset, without its end.
    pub(super) fn line(&self, at: usize) -> Range<usize> {
        let start = self.text[..at].rfind('\n').map_or(0, |i| i + 1);
        let end = self.text[at..].find('\n').map_or(self.text.len(), |i| at + i);
        start..end
    }
}
