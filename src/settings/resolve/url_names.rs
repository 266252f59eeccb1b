//! Under which names a URL may stand.

use super::Resolver;
use crate::{
    layer::Means,
    settings::variables::{Kinds, Meaning, Role, URLS, meaning_of},
};

impl Resolver<'_> {
    /// The names of variables that may hold a URL, the one that is looked at first in front; one may come twice.
    pub(super) fn url_names(&self) -> Vec<(&str, Role)> {
        // What the carrier itself calls the URL comes first.
        let told = self.lookup.told().filter(|entry| entry.means() != Some(Means::AnotherUrl));
        let told = told.filter_map(|entry| match meaning_of(entry, self.policy) {
            Some(Meaning::Url(role)) => Some((entry.key.as_str(), role)),
            _ => None,
        });
        let mut keys: Vec<(&str, Role)> = Vec::with_capacity(8);
        keys.extend(told);
        keys.extend(self.policy.names("url").iter().map(|k| (k.as_str(), Role::Primary)));
        keys.extend(self.policy.names("test-url").iter().map(|k| (k.as_str(), Role::Test)));
        keys.extend(URLS.iter().copied().filter(|(key, _)| self.lookup.may_hold(key)));
        // `PROD_DATABASE_URL` and its like are in no list.
        let some = self.lookup.has(Kinds::URL)
            || !self.policy.variables.is_empty()
            || self.lookup.told().next().is_some();
        let layers = if some { self.lookup.layers() } else { &[] };
        for layer in layers {
            for entry in &layer.entries {
                if let Some(Meaning::Url(role)) = meaning_of(entry, self.policy) {
                    keys.push((entry.key.as_str(), role));
                }
            }
        }
        keys
    }
}
