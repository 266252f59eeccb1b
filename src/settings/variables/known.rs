//! The names of the vocabulary, laid out when pgward is compiled: what a name means is told by one look, and so are the
//! names that begin as another does.

use super::{
    DEBUGS, FUNCTIONS, LIBPQ, LIBPQ_PATHS, MARKERS, Meaning, Role, SETS, TEST_MODES, TOGGLES, ToggleKind,
    URLS,
};

/// What a name means, without what [`Meaning`] holds for the names of a project.
#[derive(Clone, Copy)]
enum Known {
    Url(Role),
    /// The family and the part, by their places.
    Part(u8, u8),
    Libpq(u8),
    LibpqPath,
    Toggle(ToggleKind),
    Marker(u8),
    TestMode,
    Debug,
    Functions,
}

/// Those that a slip of the fingers is compared with stand in front, in the order of comparing.
const COMPARED: usize = URLS.len() + parts() + LIBPQ.len() + MARKERS.len() + TOGGLES.len();
const COUNT: usize = COMPARED + LIBPQ_PATHS.len() + TEST_MODES.len() + DEBUGS.len() + FUNCTIONS.len();

const fn parts() -> usize {
    let (mut count, mut set) = (0, 0);
    while set < SETS.len() {
        let mut part = 0;
        while part < SETS[set].parts.len() {
            count += SETS[set].parts[part].1.len();
            part += 1;
        }
        set += 1;
    }
    count
}

struct Words {
    names: [&'static str; COUNT],
    known: [Known; COUNT],
    count: usize,
}

impl Words {
    const fn add(&mut self, name: &'static str, known: Known) {
        self.names[self.count] = name;
        self.known[self.count] = known;
        self.count += 1;
    }
}

#[expect(clippy::cast_possible_truncation, reason = "places in tables of a few dozen rows")]
const WORDS: Words = {
    let mut out = Words { names: [""; COUNT], known: [Known::Debug; COUNT], count: 0 };
    let mut i = 0;
    while i < URLS.len() {
        out.add(URLS[i].0, Known::Url(URLS[i].1));
        i += 1;
    }
    let mut set = 0;
    while set < SETS.len() {
        let mut part = 0;
        while part < SETS[set].parts.len() {
            let names = SETS[set].parts[part].1;
            i = 0;
            while i < names.len() {
                out.add(names[i], Known::Part(set as u8, part as u8));
                i += 1;
            }
            part += 1;
        }
        set += 1;
    }
    i = 0;
    while i < LIBPQ.len() {
        out.add(LIBPQ[i].0, Known::Libpq(i as u8));
        i += 1;
    }
    i = 0;
    while i < MARKERS.len() {
        out.add(MARKERS[i].0, Known::Marker(MARKERS[i].1));
        i += 1;
    }
    i = 0;
    while i < TOGGLES.len() {
        out.add(TOGGLES[i].0, Known::Toggle(TOGGLES[i].1));
        i += 1;
    }
    i = 0;
    while i < FUNCTIONS.len() {
        out.add(FUNCTIONS[i].0, Known::Functions);
        i += 1;
    }
    let others: [(&[&str], Known); 3] =
        [(LIBPQ_PATHS, Known::LibpqPath), (TEST_MODES, Known::TestMode), (DEBUGS, Known::Debug)];
    let mut other = 0;
    while other < others.len() {
        i = 0;
        while i < others[other].0.len() {
            out.add(others[other].0[i], others[other].1);
            i += 1;
        }
        other += 1;
    }
    assert!(out.count == COUNT && COUNT < NONE as usize, "a place for each name");
    out
};

static NAMES: [&str; COUNT] = WORDS.names;
static KNOWN: [Known; COUNT] = WORDS.known;

/// By the first byte of the names their lengths, a bit each: most variables of most files are of none of them.
static LENGTHS: [u64; 256] = lengths(COUNT);

/// As [`LENGTHS`], of those that are compared.
static COMPARED_LENGTHS: [u64; 256] = lengths(COMPARED);

const fn lengths(count: usize) -> [u64; 256] {
    let mut lengths = [0; 256];
    let mut i = 0;
    while i < count {
        let name = WORDS.names[i].as_bytes();
        assert!(name.len() < 63, "a bit for each length");
        lengths[name[0] as usize] |= 1 << name.len();
        i += 1;
    }
    lengths
}

/// No name.
const NONE: u8 = u8::MAX;

/// The places of the names by their [`slot`]; one that is taken gives way to the next.
static SLOTS: [u8; 512] = {
    let mut slots = [NONE; 512];
    let mut i = 0;
    while i < COUNT {
        let mut at = slot(WORDS.names[i].as_bytes());
        while slots[at] != NONE {
            at = (at + 1) % slots.len();
        }
        #[expect(clippy::cast_possible_truncation, reason = "less than `NONE`, as asserted above")]
        let place = i as u8;
        slots[at] = place;
        i += 1;
    }
    slots
};

const fn slot(name: &[u8]) -> usize {
    let (mut sum, mut i) = (0x811c_9dc5_u32, 0);
    while i < name.len() {
        sum = (sum ^ name[i] as u32).wrapping_mul(0x0100_0193);
        i += 1;
    }
    (sum >> 23) as usize
}

/// By their first letters the places of those that are compared, in their order, and where each letter begins.
static BY_LETTER: ([u8; COMPARED], [u8; 27]) = {
    let (mut places, mut begins) = ([NONE; COMPARED], [0; 27]);
    let (mut letter, mut count) = (0, 0);
    while letter < 26 {
        let mut i = 0;
        while i < COMPARED {
            if WORDS.names[i].as_bytes()[0] == b'A' + letter {
                #[expect(clippy::cast_possible_truncation, reason = "less than `NONE`, as asserted above")]
                let place = i as u8;
                places[count as usize] = place;
                count += 1;
            }
            i += 1;
        }
        letter += 1;
        begins[letter as usize] = count;
    }
    assert!(count as usize == COMPARED, "each of them begins with a letter");
    (places, begins)
};

fn has_length(lengths: &[u64; 256], first: u8, length: usize) -> bool {
    length < 64 && lengths[usize::from(first)] >> length & 1 == 1
}

fn find(key: &str) -> Option<Known> {
    if !has_length(&LENGTHS, *key.as_bytes().first()?, key.len()) {
        return None;
    }
    let mut at = slot(key.as_bytes());
    loop {
        let place = usize::from(SLOTS[at]);
        if *NAMES.get(place)? == key {
            return Some(KNOWN[place]);
        }
        at = (at + 1) % SLOTS.len();
    }
}

/// The role of a name of a URL, to the letter.
pub(super) fn url_role(key: &str) -> Option<Role> {
    match find(key)? {
        Known::Url(role) => Some(role),
        _ => None,
    }
}

/// What a name means, to the letter.
pub(super) fn meaning(key: &str) -> Option<Meaning> {
    Some(match find(key)? {
        Known::Url(role) => Meaning::Url(role),
        Known::Part(set, part) => {
            let set = &SETS[usize::from(set)];
            Meaning::Part(set.name, set.parts[usize::from(part)].0)
        }
        Known::Libpq(i) => Meaning::Libpq(LIBPQ[usize::from(i)].1),
        Known::LibpqPath => Meaning::LibpqPath,
        Known::Toggle(kind) => Meaning::Toggle(kind),
        Known::Marker(rank) => Meaning::Marker(rank),
        Known::TestMode => Meaning::TestMode,
        Known::Debug => Meaning::Debug,
        Known::Functions => Meaning::Functions,
    })
}

/// The names that begin as this one does, perhaps with its first two letters swapped, and are of its length or one
/// byte longer or shorter: URLs, parts, libpq's, markers, switches.
pub(in crate::settings) fn like(key: &str) -> impl Iterator<Item = &'static str> {
    let length = key.len();
    key.as_bytes().iter().take(2).flat_map(move |first| {
        let near = |l: usize| has_length(&COMPARED_LENGTHS, *first, l);
        let some = near(length) || near(length + 1) || near(length.saturating_sub(1));
        let (places, begins) = &BY_LETTER;
        let letter = if some { usize::from(first.wrapping_sub(b'A')) } else { usize::MAX };
        let of_letter = begins.get(letter).zip(begins.get(letter.wrapping_add(1)));
        let range = of_letter.map_or(0..0, |(from, to)| usize::from(*from)..usize::from(*to));
        let names = places[range].iter().map(|i| NAMES[usize::from(*i)]);
        names.filter(move |name| name.len().abs_diff(length) <= 1)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_found_once() {
        for (i, name) in NAMES.iter().enumerate() {
            assert!(find(name).is_some(), "{name}");
            assert!(!NAMES[..i].contains(name), "{name} stands twice");
            assert_eq!(like(name).any(|n| n == *name), i < COMPARED, "{name}");
        }
        assert!(find("DATABASE_URLS").is_none() && find("").is_none() && like("").next().is_none());
    }
}
