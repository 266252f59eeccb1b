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

/// Letters that are rare in what people write; each needle has one of them, and not at its beginning.
const RARE: &[u8] = b"qgb_";

/// Where the first rare byte of a needle stands. It is looked for with the one before it: most bytes of a file are none.
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

/// The rare bytes of the needles with those before them, each once; a test compares.
const PAIRS: [[u8; 2]; 6] = [*b"tg", *b"ab", *b"db", *b"sq", *b"pg", *b"s_"];

/// So many bytes are looked at in one step, without a branch.
const STEP: usize = 32;

/// Whether a pair may end in some bytes, given those before each of them; of a byte that is none it may say so too.
#[inline]
fn may_hold(before: &[u8], bytes: &[u8]) -> bool {
    // In lower case, and what else differs in this bit alone.
    let alike = |byte: u8, other: u8| byte | 0x20 == other | 0x20;
    let pair = |a: u8, b: u8| PAIRS.iter().fold(false, |any, [x, y]| any | (alike(a, *x) & alike(b, *y)));
    before.iter().zip(bytes).fold(false, |any, (a, b)| any | pair(*a, *b))
}

/// Whether a needle stands anywhere, in any case; one pass over the bytes.
pub(super) fn speaks(bytes: &[u8]) -> bool {
    let here = |at: usize| {
        let (letter, before) = (bytes[at].to_ascii_lowercase(), bytes[at - 1].to_ascii_lowercase());
        let likely = |anchor: usize, needle: &[u8]| needle[anchor] == letter && needle[anchor - 1] == before;
        ANCHORED.iter().filter(|(anchor, needle)| likely(*anchor, needle)).any(|(anchor, needle)| {
            let from = at.checked_sub(*anchor);
            from.and_then(|from| bytes.get(from..from + needle.len()))
                .is_some_and(|b| b.eq_ignore_ascii_case(needle))
        })
    };
    (1..bytes.len()).step_by(STEP).any(|from| {
        let to = bytes.len().min(from + STEP);
        may_hold(&bytes[from - 1..to - 1], &bytes[from..to]) && (from..to).any(here)
    })
}

/// Words of a script that waits for a port: `nc -z` needs no word of a database.
const WAITING: [&[u8]; 11] = [
    b"5432",
    b"wait-",
    b"wait_",
    b"wait4",
    b"waitfor",
    b"dockerize",
    b"pg_isready",
    b"nc -",
    b"ncat ",
    b"netcat ",
    b"/dev/tcp/",
];

/// Whether a script may wait for a server: by a port or a program made for it, or by a loop around what a server must let in.
pub(super) fn waits(bytes: &[u8]) -> bool {
    let (mut repeats, mut migrates) = (false, false);
    for (at, four) in bytes.windows(4).enumerate() {
        let own = || at == 0 || !(bytes[at - 1].is_ascii_alphanumeric() || bytes[at - 1] == b'_');
        match four {
            b"5432" => return true,
            b"wait" | b"dock" | b"pg_i" | b"nc -" | b"ncat" | b"netc" | b"/dev"
                if own() && WAITING.iter().any(|word| bytes[at..].starts_with(word)) =>
            {
                return true;
            }
            b"unti" | b"whil" => repeats = true,
            b"migr" | b"upgr" => migrates = true,
            _ => {}
        }
    }
    repeats && migrates
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn a_script_that_waits_is_none_to_pass_over() {
        for text in [
            "while ! nc -z db $PORT; do sleep 1; done",
            "./wait-for-it.sh db:5432",
            "/usr/local/bin/wait-for db",
            "dockerize -wait tcp://db:1 -timeout 60s",
            "until flask upgrade; do sleep 1; done",
        ] {
            assert!(waits(text.as_bytes()), "{text}");
        }
        for text in ["", "npm run build", "rsync -a . host:", "while read -r line; do echo; done", "await-it"]
        {
            assert!(!waits(text.as_bytes()), "{text}");
        }
    }

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
        let long = "x".repeat(STEP * 3);
        for needle in NEEDLES {
            let needle = std::str::from_utf8(needle).expect("ASCII");
            assert!(
                (0..=STEP).all(|at| speaks(format!("{}{needle}{}", &long[..at], &long[at..]).as_bytes()))
            );
        }
        let pairs = ANCHORED.iter().map(|(anchor, needle)| [needle[anchor - 1], needle[*anchor]]);
        assert_eq!(pairs.collect::<BTreeSet<_>>(), BTreeSet::from(PAIRS));
        assert!(!speaks(b"") && !speaks(b"b") && !speaks(b"bag_b g q pq gb bugs tag"));
    }
}
