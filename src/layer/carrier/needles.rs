//! Words without which no file speaks of a database: what has none of them is passed over without being read.

/// In lower case. Every name of `settings/variables` and every scheme has one of them in it; a test compares.
const NEEDLES: &[&[u8]] = &[
    b"postgres",
    b"database",
    b"db_",
    b"sql",
    b"pghost",
    b"pgpass",
    b"pguser",
    b"pgservice",
    b"rds_",
    b"jdbc",
    b"psycopg",
];

/// Letters that are rare in what people write; each needle has one of them.
const RARE: &[u8] = b"qgb_";

/// Where the first rare byte of a needle stands. It is looked for, not the beginning: most bytes of a file are none.
const fn anchor(needle: &[u8]) -> usize {
    let mut at = 0;
    loop {
        let mut i = 0;
        while i < RARE.len() {
            if needle[at] == RARE[i] {
                return at;
            }
            i += 1;
        }
        at += 1;
    }
}

/// The needles with their anchors.
const ANCHORED: [(usize, &[u8]); NEEDLES.len()] = {
    let mut out: [(usize, &[u8]); NEEDLES.len()] = [(0, b""); NEEDLES.len()];
    let mut i = 0;
    while i < NEEDLES.len() {
        out[i] = (anchor(NEEDLES[i]), NEEDLES[i]);
        i += 1;
    }
    out
};

/// Which bytes are rare ones, in either case.
const IS_RARE: [bool; 256] = {
    let mut rare = [false; 256];
    let mut i = 0;
    while i < RARE.len() {
        rare[RARE[i] as usize] = true;
        rare[RARE[i].to_ascii_uppercase() as usize] = true;
        i += 1;
    }
    rare
};

/// Whether a needle stands anywhere, in any case; one pass over the bytes.
pub(super) fn speaks(bytes: &[u8]) -> bool {
    let here = |at: usize| {
        let (letter, before) =
            (bytes[at].to_ascii_lowercase(), bytes[at.saturating_sub(1)].to_ascii_lowercase());
        let likely = |anchor: usize, needle: &[u8]| needle[anchor] == letter && needle[anchor - 1] == before;
        ANCHORED.iter().filter(|(anchor, needle)| likely(*anchor, needle)).any(|(anchor, needle)| {
            let from = at.checked_sub(*anchor);
            from.and_then(|from| bytes.get(from..from + needle.len()))
                .is_some_and(|b| b.eq_ignore_ascii_case(needle))
        })
    };
    let mut at = 0;
    while let Some(next) = bytes[at..].iter().position(|byte| IS_RARE[usize::from(*byte)]) {
        if here(at + next) {
            return true;
        }
        at += next + 1;
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_needle_is_found_wherever_it_stands() {
        for needle in NEEDLES {
            let needle = std::str::from_utf8(needle).expect("ASCII");
            for text in
                [needle.to_owned(), needle.to_uppercase(), format!("gbq_{needle}"), format!("p{needle}\n")]
            {
                assert!(speaks(text.as_bytes()), "{text}");
            }
            let cut = &needle[..needle.len() - 1];
            assert!(
                !speaks(cut.as_bytes())
                    || NEEDLES.iter().any(|n| cut.contains(std::str::from_utf8(n).expect("ASCII"))),
                "{cut}"
            );
        }
        assert!(!speaks(b"") && !speaks(b"bag_b g q pq gb bugs tag"));
    }
}
