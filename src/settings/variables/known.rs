//! Which names are none of the vocabulary, told by one look.

use super::{DEBUGS, FUNCTIONS, LIBPQ, LIBPQ_PATHS, MARKERS, SETS, TEST_MODES, TOGGLES, URLS};

/// By the first byte of the names of this vocabulary their lengths, a bit each: most variables of most files are of none
/// of them.
const LENGTHS: [u64; 256] = {
    let mut lengths = [0; 256];
    let mut i = 0;
    while i < URLS.len() {
        note(&mut lengths, URLS[i].0);
        i += 1;
    }
    i = 0;
    while i < SETS.len() {
        let mut part = 0;
        while part < SETS[i].parts.len() {
            let names = SETS[i].parts[part].1;
            let mut name = 0;
            while name < names.len() {
                note(&mut lengths, names[name]);
                name += 1;
            }
            part += 1;
        }
        i += 1;
    }
    i = 0;
    while i < LIBPQ.len() {
        note(&mut lengths, LIBPQ[i].0);
        i += 1;
    }
    i = 0;
    while i < TOGGLES.len() {
        note(&mut lengths, TOGGLES[i].0);
        i += 1;
    }
    i = 0;
    while i < MARKERS.len() {
        note(&mut lengths, MARKERS[i].0);
        i += 1;
    }
    i = 0;
    while i < FUNCTIONS.len() {
        note(&mut lengths, FUNCTIONS[i].0);
        i += 1;
    }
    let others: [&[&str]; 3] = [LIBPQ_PATHS, TEST_MODES, DEBUGS];
    i = 0;
    while i < others.len() {
        let mut name = 0;
        while name < others[i].len() {
            note(&mut lengths, others[i][name]);
            name += 1;
        }
        i += 1;
    }
    lengths
};

const fn note(lengths: &mut [u64; 256], name: &str) {
    assert!(name.len() < 64, "a bit for each length");
    lengths[name.as_bytes()[0] as usize] |= 1 << name.len();
}

/// Whether a name may be one of this vocabulary; `PROD_DATABASE_URL` is one too.
pub(super) fn may_mean(key: &str) -> bool {
    let Some(first) = key.as_bytes().first() else { return false };
    let known = key.len() < 64 && LENGTHS[usize::from(*first)] >> key.len() & 1 == 1;
    known || key.ends_with("_URL") || key.ends_with("_URI")
}
