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
    assert!(SETS.len() <= 25, "a bit for each family");
    out
};

static NAMES: [&str; COUNT] = WORDS.names;
static KNOWN: [Known; COUNT] = WORDS.known;

/// By the first byte of the names their lengths, a bit each: most variables of most files are of none of them.
static LENGTHS: [u64; 256] = {
    let mut lengths = [0; 256];
    let mut i = 0;
    while i < COUNT {
        let name = WORDS.names[i].as_bytes();
        assert!(name.len() < 64, "a bit for each length");
        lengths[name[0] as usize] |= 1 << name.len();
        i += 1;
    }
    lengths
};

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

/// The longest of those that are compared, and one more.
const LONGEST: usize = {
    let (mut most, mut i) = (0, 0);
    while i < COMPARED {
        if WORDS.names[i].len() > most {
            most = WORDS.names[i].len();
        }
        i += 1;
    }
    most + 1
};

/// The places of those that are compared, by first letter and length, and where each of both begins.
static BY_LETTER: ([u8; COMPARED], [[u8; LONGEST + 2]; 26]) = {
    let (mut places, mut begins) = ([NONE; COMPARED], [[0; LONGEST + 2]; 26]);
    let (mut letter, mut count) = (0, 0);
    while letter < 26 {
        let mut length = 0;
        while length <= LONGEST {
            begins[letter][length] = count;
            let mut i = 0;
            while i < COMPARED {
                let name = WORDS.names[i].as_bytes();
                if name[0] as usize == b'A' as usize + letter && name.len() == length {
                    #[expect(
                        clippy::cast_possible_truncation,
                        reason = "less than `NONE`, as asserted above"
                    )]
                    let place = i as u8;
                    places[count as usize] = place;
                    count += 1;
                }
                i += 1;
            }
            length += 1;
        }
        begins[letter][LONGEST + 1] = count;
        letter += 1;
    }
    assert!(count as usize == COMPARED, "each of them begins with a letter");
    (places, begins)
};

fn find(key: &str) -> Option<Known> {
    let lengths = LENGTHS[usize::from(*key.as_bytes().first()?)];
    if key.len() >= 64 || lengths >> key.len() & 1 == 0 {
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

/// Some kinds of names, a bit each.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub(in crate::settings) struct Kinds(u32);

impl Kinds {
    /// Those of a URL, `PROD_DATABASE_URL` and its like among them, and names that only end as these do.
    pub(in crate::settings) const URL: Self = Self(1);
    pub(in crate::settings) const LIBPQ: Self = Self(1 << 1);
    pub(in crate::settings) const TOGGLE: Self = Self(1 << 2);
    pub(in crate::settings) const MARKER: Self = Self(1 << 3);
    /// Switches of tests and of development.
    pub(in crate::settings) const MODE: Self = Self(1 << 4);
    pub(in crate::settings) const FUNCTIONS: Self = Self(1 << 5);
    /// Those that end as the name of a variable for a file does.
    pub(in crate::settings) const FILE: Self = Self(1 << 6);

    /// Those of a family, by its place among [`SETS`].
    pub(in crate::settings) fn part(set: usize) -> Self {
        Self(1 << (7 + set))
    }

    /// What a name may be.
    pub(in crate::settings) fn of(key: &str) -> Self {
        let by_end = match key.as_bytes() {
            [.., b'_', b'U', b'R', b'L' | b'I'] => Self::URL,
            [.., b'_', b'F', b'I', b'L', b'E'] => Self::FILE,
            _ => Self::default(),
        };
        let by_name = match find(key) {
            None | Some(Known::LibpqPath) => Self::default(),
            Some(Known::Url(_)) => Self::URL,
            Some(Known::Part(set, _)) => Self::part(usize::from(set)),
            Some(Known::Libpq(_)) => Self::LIBPQ,
            Some(Known::Toggle(_)) => Self::TOGGLE,
            Some(Known::Marker(_)) => Self::MARKER,
            Some(Known::TestMode | Known::Debug) => Self::MODE,
            Some(Known::Functions) => Self::FUNCTIONS,
        };
        by_end.and(by_name)
    }

    pub(in crate::settings) fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether one of some kinds is among these.
    pub(in crate::settings) fn has(self, some: Self) -> bool {
        self.0 & some.0 != 0
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

/// The first of the names of URLs, parts, libpq's variables, markers and switches that is like this one: among those that
/// begin as it does, then with its second letter, and are of its length or one byte longer or shorter.
pub(in crate::settings) fn first_like(key: &str, like: impl Fn(&str) -> bool) -> Option<&'static str> {
    for letter in key.as_bytes().iter().take(2) {
        let Some(begins) = BY_LETTER.1.get(usize::from(letter.wrapping_sub(b'A'))) else { continue };
        let shortest = key.len() - 1;
        let from = begins.get(shortest)?;
        let to = begins[(shortest + 3).min(LONGEST + 1)];
        let mut first = NONE;
        for place in &BY_LETTER.0[usize::from(*from)..usize::from(to)] {
            if *place < first && like(NAMES[usize::from(*place)]) {
                first = *place;
            }
        }
        if first != NONE {
            return Some(NAMES[usize::from(first)]);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_found_once() {
        for (i, name) in NAMES.iter().enumerate() {
            assert!(find(name).is_some(), "{name}");
            assert!(!NAMES[..i].contains(name), "{name} stands twice");
            assert_eq!(first_like(name, |n| n == *name), (i < COMPARED).then_some(*name), "{name}");
        }
        assert!(find("DATABASE_URLS").is_none() && find("").is_none() && first_like("", |_| true).is_none());
    }
}
