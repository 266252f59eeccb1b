//! Passwords and declared secrets, ready to be judged.

use super::{Part, Placeholder, Target};
use crate::{
    secret::Secret,
    settings::{
        engine::Engine,
        setting::{Origin, Setting},
    },
};
use std::fmt;

/// A password or a declared secret, ready to be judged for its strength.
#[derive(Clone, Debug)]
pub struct Credential<'s> {
    /// What a message calls it, with its variable: never the text.
    pub name: SecretName<'s>,
    /// The text, to be asked.
    pub secret: &'s Secret,
    /// Where it stands.
    pub origin: &'s Origin,
}

/// What a message calls a secret: `the password in` its variable.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SecretName<'s> {
    pub(in crate::settings) what: &'static str,
    pub(in crate::settings) key: &'s str,
}

impl fmt::Display for SecretName<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the {} in `{}`", self.what, self.key)
    }
}

impl Target {
    /// The password, when there is one to judge: not empty, no reference that nothing filled in, and not cut short
    /// for some reader by a reserved character, and no part of a text that shows what to write where. A template in angle
    /// brackets is one. Nor is another engine's, of which nothing more is said than that it is another.
    pub fn credential(&self) -> Option<Credential<'_>> {
        if self.is_sketch() || matches!(self.engine.value, Engine::Other(_)) {
            return None;
        }
        let password = self.get("password").filter(|s| !s.value.is_empty())?;
        let inside = |p: &Placeholder| password.span().is_some_and(|s| s.overlaps(p.span));
        let reference = self.oddities.placeholders.iter().any(|p| !p.shape.starts_with('<') && inside(p));
        (!reference && !self.is_ambiguous()).then(|| Credential {
            name: SecretName { what: "password", key: &password.key },
            secret: password.value.secret(),
            origin: &password.origin,
        })
    }

    /// Whether a URL of PostgreSQL has a password, and none of the others has the same.
    pub fn has_password_of_its_own(&self, others: &[Self]) -> bool {
        let same = |secret: &Secret| {
            others.iter().any(|other| other.get("password").is_some_and(|p| p.value.secret().same_as(secret)))
        };
        self.is_postgres() && self.credential().is_some_and(|own| !same(own.secret))
    }

    /// Whether a part is known as far as files go: no reference that nothing filled in stands in it.
    pub fn is_filled(&self, part: &Setting<Part>) -> bool {
        let apart = |p: &Placeholder| part.span().is_some_and(|s| !s.overlaps(p.span));
        self.oddities.placeholders.iter().all(apart)
    }

    /// The part that a secret is the text of, whatever the case: `password` for the role `password`.
    pub fn equal_to(&self, secret: &Secret, keywords: &[&str]) -> Option<&Setting<Part>> {
        keywords.iter().filter_map(|k| self.get(k)).find(|part| part.value.secret().same_ignore_case(secret))
    }
}
