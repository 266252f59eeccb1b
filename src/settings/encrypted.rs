//! TLS that stands beside a target in words that no keyword of libpq has.

use super::{
    lookup::Lookup,
    setting::{LayerId, Origin, Setting},
    variables::meaning,
};
use crate::{
    layer::{Entry, Means, Tls},
    policy::Policy,
};
use std::collections::BTreeSet;

/// What the words of the layers come to; none where nothing asks for it.
pub(super) fn said(lookup: &Lookup<'_>, policy: &Policy) -> Option<Setting<Tls>> {
    let mut out: Option<Setting<Tls>> = None;
    let mut names: BTreeSet<&str> = BTreeSet::new();
    for (layer, all) in lookup.layers().iter().enumerate() {
        for entry in &all.entries {
            match of_entry(entry, policy) {
                Some(tls) if entry.means().is_some() => strongest(&mut out, tls, layer, entry),
                // Of several lines with one name the winner counts.
                Some(_) => _ = names.insert(&entry.key),
                None => {}
            }
        }
    }
    for (layer, entry) in names.into_iter().filter_map(|name| lookup.entry(name)) {
        if let Some(tls) = of_entry(entry, policy) {
            strongest(&mut out, tls, layer, entry);
        }
    }
    out.filter(|said| said.value != Tls::Off)
}

fn strongest(out: &mut Option<Setting<Tls>>, tls: Tls, layer: LayerId, entry: &Entry) {
    if out.as_ref().is_none_or(|o| tls > o.value) {
        let origin = Origin::Entry { layer, span: entry.value_span };
        *out = Some(Setting { value: tls, key: entry.key.clone(), origin, shadowed: Vec::new() });
    }
}

/// What one entry says: what its carrier says of it, else its name.
pub(super) fn of_entry(entry: &Entry, policy: &Policy) -> Option<Tls> {
    match entry.means() {
        Some(Means::Tls(tls)) => Some(tls),
        Some(_) => None,
        None => Tls::of_variable(&entry.key, entry.value.text.expose())
            .filter(|_| meaning(&entry.key, policy).is_none()),
    }
}
