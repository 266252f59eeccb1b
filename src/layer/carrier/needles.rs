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
    b"r2dbc",
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

/// Words of a script that waits for a port, each with the place of the second byte of its pair: `nc -z` needs no word of a
/// database.
const WAITING: [(usize, &[u8]); 12] = [
    (2, b"5432"),
    (1, b"wait-"),
    (1, b"wait_"),
    (1, b"wait4"),
    (1, b"waitfor"),
    (3, b"--wait"),
    (7, b"dockerize"),
    (2, b"pg_isready"),
    (1, b"nc -"),
    (1, b"ncat "),
    (3, b"netcat "),
    (6, b"/dev/tcp/"),
];

/// What brings a schema up to date, with its pair: a loop around it waits.
const MIGRATING: [(usize, &[u8]); 2] = [(3, b"migr"), (3, b"upgr")];

/// The pairs of both, each once; a test compares.
const WAITING_PAIRS: [[u8; 2]; 7] = [*b"43", *b"wa", *b"iz", *b"g_", *b"nc", *b"tc", *b"gr"];

/// Whether a script may wait for a server: by a port or a program made for it, or by a loop around what a server must let in.
/// Most steps of a file have no pair, and are passed over without a branch.
pub(super) fn waits(bytes: &[u8]) -> bool {
    let at = |at: usize, (place, word): &(usize, &[u8])| {
        let from = at.checked_sub(*place).filter(|from| bytes[*from..].starts_with(word))?;
        let before = from.checked_sub(1).map(|i| bytes[i]);
        let own = !before.is_some_and(|b| b.is_ascii_alphanumeric() || b == b'_');
        (own || word[0].is_ascii_digit()).then_some(())
    };
    let mut migrates = false;
    for from in (1..bytes.len()).step_by(STEP) {
        let to = bytes.len().min(from + STEP);
        let pairs = || bytes[from - 1..to - 1].iter().zip(&bytes[from..to]);
        let same = |byte: u8, other: u8| byte == other;
        let is_one =
            |a: u8, b: u8| WAITING_PAIRS.iter().fold(false, |any, [x, y]| any | (same(a, *x) & same(b, *y)));
        if !pairs().fold(false, |any, (a, b)| any | is_one(*a, *b)) {
            continue;
        }
        for i in (from..to).filter(|i| is_one(bytes[*i - 1], bytes[*i])) {
            if WAITING.iter().any(|word| at(i, word).is_some()) {
                return true;
            }
            migrates |= bytes[i] == b'r'
                && MIGRATING.iter().any(|(place, word)| bytes[i.saturating_sub(*place)..].starts_with(word));
        }
    }
    migrates && bytes.windows(5).any(|five| matches!(five, b"until" | b"while"))
}

/// Whether a text may install an extension, a statement without a word of a database. Most steps have no `xt`, and are passed
/// over without a branch.
pub(super) fn installs(bytes: &[u8]) -> bool {
    const WORD: &[u8] = b"extension";
    let alike = |byte: u8, other: u8| byte | 0x20 == other;
    let is_one = |a: u8, b: u8| alike(a, b'x') & alike(b, b't');
    let here = |at: usize| {
        let from = at.checked_sub(2);
        from.and_then(|from| bytes.get(from..from + WORD.len())).is_some_and(|b| b.eq_ignore_ascii_case(WORD))
    };
    (1..bytes.len()).step_by(STEP).any(|from| {
        let to = bytes.len().min(from + STEP);
        let pairs = bytes[from - 1..to - 1].iter().zip(&bytes[from..to]);
        pairs.fold(false, |any, (a, b)| any | is_one(*a, *b)) && (from..to).any(here)
    })
}

/// Whether a script of SQL may grant something.
pub(super) fn grants(bytes: &[u8]) -> bool {
    bytes.windows(6).any(|word| word.eq_ignore_ascii_case(b"grant "))
}

/// Whether a script of SQL may make a role: `CREATE`, and `ROLE` or `USER` as the next word.
pub(super) fn makes_role(bytes: &[u8]) -> bool {
    bytes.windows(6).enumerate().any(|(at, word)| {
        word.eq_ignore_ascii_case(b"create") && {
            let next = bytes[at + 6..].trim_ascii_start();
            next.get(..4).is_some_and(|w| w.eq_ignore_ascii_case(b"role") || w.eq_ignore_ascii_case(b"user"))
        }
    })
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
            "docker compose up -d --wait",
        ] {
            assert!(waits(text.as_bytes()), "{text}");
        }
        for text in ["", "npm run build", "rsync -a . host:", "while read -r line; do echo; done", "await-it"]
        {
            assert!(!waits(text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn a_word_of_waiting_is_found_wherever_it_stands() {
        let pairs = WAITING.iter().chain(&MIGRATING).map(|(at, word)| [word[at - 1], word[*at]]);
        assert_eq!(pairs.collect::<BTreeSet<_>>(), BTreeSet::from(WAITING_PAIRS));
        for (_, word) in WAITING {
            for at in 0..=STEP {
                let text = [&b" ".repeat(at)[..], word, &b" ".repeat(STEP)].concat();
                assert!(waits(&text), "{} at {at}", word.escape_ascii());
                assert!(!waits(&text[..at + word.len() - 1]), "{} at {at}", word.escape_ascii());
            }
        }
        assert!(
            waits(b"a5432")
                && !waits(b"sync - a")
                && !waits(b"await-it")
                && !waits(b"until migrate"[..5].as_ref())
        );
    }

    #[test]
    fn an_extension_is_found_wherever_it_stands() {
        for at in 0..=STEP * 2 {
            let text = format!("{}create EXTENSION a;", "x".repeat(at));
            assert!(installs(text.as_bytes()), "{at}");
            assert!(!installs(text.replace("SION", "SIV").as_bytes()), "{at}");
        }
        assert!(!installs(b"") && !installs(b"xt") && !installs(b"text next extent"));
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
