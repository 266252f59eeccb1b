//! Names that are a slip of the fingers away from one of ours. A name that somebody may have meant as it stands is none:
//! `DATABASE_URL2`, `DB_HOSTS`, `DATABASE_URI`.

use super::{
    host::is_port_of_ours,
    lookup::Lookup,
    secret_file,
    variables::{first_like, meaning},
};
use crate::{
    layer::{Layer, LayerKind, Read},
    near,
    policy::Policy,
    source::Span,
};
use std::collections::BTreeSet;

/// A name that nothing reads, as far as is known.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Misspelt {
    /// As written; a name is shown where the file is shown, not in a message.
    pub(crate) key: String,
    /// Where.
    pub span: Span,
    /// What was meant.
    pub meant: &'static str,
}

/// Whether a name is a slip away from one of ours.
pub(crate) fn is_slip(key: &str) -> bool {
    first_like(key, |word| near::is_slip(key, word)).is_some()
}

/// Whether it is a number at which nobody publishes PostgreSQL or a pooler: neither 5432 nor 6432 or their like.
fn is_port_of_others(text: &str) -> bool {
    let number = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    number && !is_port_of_ours(text)
}

/// The slips in env files and among the variables of other carriers, each name once, where the name that was meant is
/// set nowhere.
pub(super) fn collect(lookup: &Lookup<'_>, policy: &Policy) -> Vec<Misspelt> {
    let mut seen = BTreeSet::new();
    let mut out = Vec::new();
    let files = |l: &&Layer| matches!(l.kind, LayerKind::EnvFile | LayerKind::Block);
    let elsewhere =
        |l: &Layer, name: &str| l.reads.iter().any(|r| r.variable == name || r.variable == Read::REST);
    for layer in lookup.layers().iter().filter(files) {
        // What a carrier has a meaning for is no name of a variable.
        for entry in layer.entries.iter().filter(|e| e.told.is_none()) {
            let key = entry.key.as_str();
            let Some(meant) = first_like(key, |word| near::is_slip(key, word)) else { continue };
            // Nobody publishes PostgreSQL at 8090: `PPORT` is another program's.
            let head = ["PG", "DB", "DATABASE", "POSTGRES"].iter().any(|head| key.starts_with(head));
            let other = !head && meant.ends_with("PORT") && is_port_of_others(entry.value.text.expose());
            let blank = other || entry.value.text.is_blank() || entry.doubtful;
            let known = || meaning(key, policy).is_some() || secret_file::of(key, policy).is_some();
            let declared = || policy.secrets.iter().any(|(name, _)| name == key);
            if blank || known() || declared() {
                continue;
            }
            let known = lookup.layers().iter().any(|l| elsewhere(l, meant));
            if !known && lookup.entry(meant).is_none() && seen.insert(key) {
                out.push(Misspelt { key: key.to_owned(), span: entry.key_span, meant });
            }
        }
    }
    out
}
