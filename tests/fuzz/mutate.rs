//! Hostile inputs on stable: seeds of a corpus, changed at random but the same on every machine.

/// xorshift64*.
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 11
    }

    /// Below `limit`; 0 where that is 0.
    pub(crate) fn below(&mut self, limit: usize) -> usize {
        let limit = u64::try_from(limit).unwrap_or(u64::MAX);
        usize::try_from(self.next().checked_rem(limit).unwrap_or(0)).unwrap_or(0)
    }

    pub(crate) fn pick<'a, T: ?Sized>(&mut self, from: &[&'a T]) -> &'a T {
        from[self.below(from.len())]
    }
}

/// No input grows beyond this.
const LONGEST: usize = 2048;

/// A text with one to six changes.
pub(crate) fn mutate(random: &mut Random, seed: &[u8], other: &[u8], words: &[&str]) -> Vec<u8> {
    let mut out = seed.to_vec();
    for _ in 0..=random.below(6) {
        change(random, &mut out, other, words);
        out.truncate(LONGEST);
    }
    out
}

fn change(random: &mut Random, out: &mut Vec<u8>, other: &[u8], words: &[&str]) {
    let at = random.below(out.len() + 1);
    let end = (at + 1 + random.below(24)).min(out.len()).max(at);
    match random.below(11) {
        0 if at < out.len() => out[at] ^= 1 << random.below(8),
        1 if at < out.len() => out[at] = u8::try_from(random.below(256)).unwrap_or(0),
        2 => drop(out.drain(at..end)),
        3 => {
            let again = out[at..end].to_vec();
            insert(out, end, &again);
        }
        4 => {
            let times = 1 + random.below(40);
            let word = random.pick(words).repeat(times);
            insert(out, at, word.as_bytes());
        }
        5 => {
            let from = random.below(other.len() + 1);
            let to = (from + random.below(64)).min(other.len());
            insert(out, at, &other[from..to]);
        }
        6 => {
            // The beginning of this one, the end of another.
            out.truncate(at);
            out.extend_from_slice(&other[random.below(other.len() + 1)..]);
        }
        7 if end > at => {
            let word = random.pick(words).as_bytes().to_vec();
            out.splice(at..end, word);
        }
        _ => {
            let word = random.pick(words).as_bytes();
            insert(out, at, word);
        }
    }
}

fn insert(out: &mut Vec<u8>, at: usize, bytes: &[u8]) {
    out.splice(at..at, bytes.iter().copied());
}
