//! What the user asked for, file by file: the environment, and to hear of what stands aside.

use super::{Files, view::usual_environment};
use crate::{
    environment::Environment,
    layer::Carrier,
    policy::Policy,
    settings::{Whereabouts, settle::of_path},
    source::is_within,
};

impl Files {
    /// The environment that the user named, for the file of a path: `.env.test` and `config/staging/` say what they are for, and
    /// are production's only where the user names them too.
    pub(super) fn asked_for(&self, path: &str, policy: &Policy) -> Option<Environment> {
        let asked = self.environment?;
        // `.env.local` is on one machine alone, whatever that is for.
        let local = |path: &str| asked >= Environment::Staging && has_word(path, "local");
        let other = of_path(path, policy).is_some_and(|own| own != asked) || local(path);
        (!other || self.names(path, &|named| of_path(&format!("{named}/x"), policy).is_some()))
            .then_some(asked)
    }

    /// The environment of a file by the user's word, else by its path.
    pub(super) fn environment_for(&self, path: &str, policy: &Policy) -> Option<Environment> {
        self.asked_for(path, policy).or_else(|| of_path(path, policy))
    }

    /// As [`Files::environment_for`], else what its kind usually is.
    pub(super) fn environment_of(&self, path: &str, carrier: Carrier, policy: &Policy) -> Environment {
        self.environment_for(path, policy).unwrap_or_else(|| usual_environment(carrier, path, policy))
    }

    /// Whether the user wants to hear of a file wherever it stands.
    pub(super) fn asks_for(&self, path: &str) -> bool {
        let aside = |named: &str| {
            let at = Whereabouts::new(&format!("{named}/x"), None, None, &Policy::default());
            at.is_aside() || at.is_archived()
        };
        self.names(path, &aside)
    }

    /// Whether the user named a file, or a directory above it of which something is true.
    fn names(&self, path: &str, directory: &dyn Fn(&str) -> bool) -> bool {
        // A hook names each file of thousands: in order they are found at once.
        let exactly = || self.named.binary_search_by(|named| named.as_str().cmp(path)).is_ok();
        exactly()
            || self.named.iter().any(|named| {
                let named = named.trim_end_matches('/');
                is_within(path, named) && (path == named || directory(named))
            })
    }
}

/// Whether a word stands in the name of a file, between dots.
fn has_word(path: &str, word: &str) -> bool {
    let name = path.rsplit(['/', '\\']).next().unwrap_or(path);
    name.split('.').any(|own| own.eq_ignore_ascii_case(word))
}
