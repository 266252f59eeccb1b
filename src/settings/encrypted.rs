//! TLS that stands beside a target in words that no keyword of libpq has.

use super::{
    lookup::Lookup,
    setting::{Origin, Setting},
    variables::meaning,
};
use crate::{
    layer::{Entry, Means, Tls},
    policy::Policy,
};

/// What the words of the layers come to; none where nothing asks for it.
pub(super) fn said(lookup: &Lookup<'_>, policy: &Policy) -> Option<Setting<Tls>> {
    let mut out: Option<Setting<Tls>> = None;
    for (layer, all) in lookup.layers().iter().enumerate() {
        for entry in &all.entries {
            let Some(tls) = of_entry(entry, policy) else { continue };
            let wins = || lookup.entry(&entry.key).is_some_and(|(_, winner)| std::ptr::eq(winner, entry));
            if out.as_ref().is_none_or(|o| tls > o.value) && (entry.means().is_some() || wins()) {
                let origin = Origin::Entry { layer, span: entry.value_span };
                out = Some(Setting { value: tls, key: entry.key.clone(), origin, shadowed: Vec::new() });
            }
        }
    }
    out.filter(|said| said.value != Tls::Off)
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
