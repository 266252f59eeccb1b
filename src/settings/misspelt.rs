//! Names that are a slip of the fingers away from one of ours. A name that somebody may have meant as it stands is none:
//! `DATABASE_URL2`, `DB_HOSTS`, `DATABASE_URI`, `PG_HOST`.

use super::{
    lookup::Lookup,
    secret_file,
    variables::{LIBPQ, MARKERS, SETS, TOGGLES, URLS, meaning},
};
use crate::{
    layer::{Layer, LayerKind, Read},
    near,
    policy::Policy,
    source::Span,
};
use std::{collections::BTreeSet, sync::LazyLock};

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
        for entry in layer.entries.iter().filter(|e| e.means.is_none()) {
            let key = entry.key.as_str();
            let like = || like(key).find(|word| near::is_slip(key, word));
            let blank = entry.value.text.is_blank() || entry.doubtful;
            let known = || meaning(key, policy).is_some() || secret_file::of(key, policy).is_some();
            let declared = || policy.secrets.iter().any(|(name, _)| name == key);
            let Some(meant) = like().filter(|_| !blank && !known() && !declared()) else { continue };
            let known = lookup.layers().iter().any(|l| elsewhere(l, meant));
            if !known && lookup.entry(meant).is_none() && seen.insert(key) {
                out.push(Misspelt { key: key.to_owned(), span: entry.key_span, meant });
            }
        }
    }
    out
}

/// The names that are looked for and begin as this one does, perhaps with its first two letters swapped.
fn like(key: &str) -> impl Iterator<Item = &'static str> {
    static BY_LETTER: LazyLock<Vec<Vec<&'static str>>> = LazyLock::new(|| {
        let begin = |letter: u8| words().filter(|w| w.as_bytes()[0] == letter).collect();
        (b'A'..=b'Z').map(begin).collect()
    });
    let by = |letter: &u8| letter.checked_sub(b'A').and_then(|i| BY_LETTER.get(usize::from(i)));
    let mut letters = key.as_bytes().iter().take(2);
    let (first, second) = (letters.next().and_then(by), letters.next().and_then(by));
    first.into_iter().chain(second).flatten().copied()
}

/// The names that are looked for.
fn words() -> impl Iterator<Item = &'static str> {
    let parts = SETS.iter().flat_map(|set| set.parts.iter().flat_map(|(_, names)| names.iter().copied()));
    let urls = URLS.iter().map(|(name, _)| *name);
    let libpq = LIBPQ.iter().map(|(name, _)| *name);
    let markers = MARKERS.iter().map(|(name, _)| *name);
    urls.chain(parts).chain(libpq).chain(markers).chain(TOGGLES.iter().map(|(name, _)| *name))
}
