//! What stands beside a URL and fills what the URL leaves open.

use super::{Resolver, Target, fill};
use crate::{
    layer::Means,
    settings::{
        engine::{Engine, Spelling},
        parts, suspect,
        variables::{BESIDE, BESIDE_JAVAS, SETS},
    },
};

impl Resolver<'_> {
    /// What the same block says beside its URL, as `spring.datasource.username`.
    pub(super) fn beside(&self, layer: usize, target: &mut Target) {
        let Ok(conninfo) = &mut target.parsed else { return };
        let entries = self.lookup.layers()[layer].entries.iter();
        let parts = entries.filter_map(|entry| match entry.means() {
            Some(Means::Part(_, keyword)) => {
                let part = parts::part(self.lookup, keyword, [entry.key.as_str()])?;
                // What the URL says itself is taken before it. A role is chosen with its database.
                let open = keyword == "password" && conninfo.get(keyword).is_none() && !part.value.is_empty();
                let fallback = suspect::part_fallback(keyword, entry, &part.value);
                target.oddities.fallbacks.extend(fallback.filter(|_| open));
                Some((keyword, part))
            }
            _ => None,
        });
        if target.engine.value == Engine::Postgres {
            fill(conninfo, &mut target.parameters, parts.collect::<Vec<_>>().into_iter());
        }
    }

    /// Role and password in variables of their own, as Spring and Quarkus read them beside a URL: pgjdbc takes them where that has
    /// none.
    pub(super) fn beside_variable(&self, target: &mut Target) {
        let javas = matches!(target.spelling(), Spelling::Jdbc | Spelling::R2dbc);
        let named = |(url, _): &&(&str, &str)| target.name == *url;
        let of = BESIDE.iter().find(named).map(|(_, family)| (*family, 1));
        // Of these every spelling may be the one that is read.
        let of = of.or_else(|| Some((BESIDE_JAVAS.iter().find(named).filter(|_| javas)?.1, usize::MAX)));
        let Some((family, spellings)) = of.filter(|_| target.engine.value == Engine::Postgres) else {
            return;
        };
        let Ok(conninfo) = &mut target.parsed else { return };
        let Some(set) = SETS.iter().find(|set| set.name == family) else { return };
        for (keyword, names) in
            set.parts.iter().filter(|(keyword, _)| matches!(*keyword, "user" | "password"))
        {
            let Some(part) = parts::part(self.lookup, keyword, names.iter().copied().take(spellings)) else {
                continue;
            };
            let Some((layer, entry)) = self.lookup.entry(&part.key) else { continue };
            // A password may end in a quote of its own.
            let wrapped = self
                .wrapped(layer, entry)
                .filter(|w| *keyword != "password" || w.what != "quotes" || suspect::is_quoted(&part.value));
            target.oddities.wrapped = target.oddities.wrapped.take().or(wrapped.map(Box::new));
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
