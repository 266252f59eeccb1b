//! How long to wait between two tries: short at first, then doubling; spread by a seed, so that replicas that
//! started together do not knock together.

use std::time::Duration;

/// The pauses of one run.
#[derive(Clone, Debug)]
pub(super) struct Pauses {
    taken: u32,
    random: u64,
}

impl Pauses {
    pub(super) fn new(seed: u64) -> Self {
        Self { taken: 0, random: seed }
    }

    /// 20 ms ten times, then 100 ms doubling to 1 s, each ± 20 %.
    pub(super) fn next(&mut self) -> Duration {
        let base = match self.taken.checked_sub(SHORT) {
            None => 20,
            Some(n) => (100_u64 << n.min(4)).min(1000),
        };
        self.taken += 1;
        let percent = 80 + self.next_random() % 41;
        Duration::from_micros(base * 10 * percent)
    }

    /// splitmix64 (Steele, Lea, Flood 2014).
    fn next_random(&mut self) -> u64 {
        self.random = self.random.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.random;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
}

/// How many pauses are short: a container that is nearly up is not made to wait.
const SHORT: u32 = 10;
