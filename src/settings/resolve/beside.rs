//! What stands beside a URL and fills what the URL leaves open.

use super::{Resolver, Target, fill};
use crate::{
    layer::Means,
    settings::{
        engine::Engine,
        parts, suspect,
        variables::{BESIDE, SETS},
    },
};

impl Resolver<'_> {
    /// What the same block says beside its URL, as `spring.datasource.username`.
    pub(super) fn beside(&self, layer: usize, target: &mut Target) {
        let Ok(conninfo) = &mut target.parsed else { return };
        let entries = self.lookup.layers()[layer].entries.iter();
        let parts = entries.filter_map(|entry| match entry.means() {
            Some(Means::Part(_, keyword)) => {
                Some((keyword, parts::part(self.lookup, keyword, [entry.key.as_str()])?))
            }
            _ => None,
        });
        if target.engine.value == Engine::Postgres {
            fill(conninfo, &mut target.parameters, parts.collect::<Vec<_>>().into_iter());
        }
    }

    /// Role and password in variables of their own, as Spring reads them beside `SPRING_DATASOURCE_URL`: pgjdbc takes them
    /// where the URL has none.
    pub(super) fn beside_variable(&self, target: &mut Target) {
        let (url, family) = BESIDE;
        if target.name != url || target.engine.value != Engine::Postgres {
            return;
        }
        let Ok(conninfo) = &mut target.parsed else { return };
        let Some(set) = SETS.iter().find(|set| set.name == family) else { return };
        for (keyword, names) in
            set.parts.iter().filter(|(keyword, _)| matches!(*keyword, "user" | "password"))
        {
            let Some(part) = parts::part(self.lookup, keyword, [names[0]]) else { continue };
            let Some((_, entry)) = self.lookup.entry(&part.key) else { continue };
            // Spring puts `${…}` in itself.
            if part.value.is_empty()
                || conninfo.get(keyword).is_some()
                || !suspect::placeholders(entry).is_empty()
            {
                continue;
            }
            target.oddities.fallbacks.extend(suspect::part_fallback(keyword, entry, &part.value));
            fill(conninfo, &mut target.parameters, std::iter::once((*keyword, part)));
        }
    }
}
