//! Our parser against `PQconninfoParse`: recorded, nasty and pseudo-random strings.

use crate::{corpus, libpq::Library};
use pgward::conninfo::{Conninfo, keyword_names, keyword_since};

const RANDOM: usize = 250_000;

/// None when both agree; else what differs. Test inputs hold no secrets.
fn disagreement(library: &Library, text: &str) -> Option<String> {
    match (Conninfo::parse_as(text, library.version), library.parse(text)) {
        (Err(_), Err(_)) => None,
        (Ok(_), Err(why)) => Some(format!("{text:?}: accepted, libpq: {why}")),
        (Err(error), Ok(_)) => Some(format!("{text:?}: refused with {error}, libpq accepts")),
        (Ok(ours), Ok(theirs)) => {
            let same = ours.keywords().count() == theirs.len()
                && ours.keywords().zip(&theirs).all(|((k, v), (tk, tv))| k == tk && v.equals_bytes(tv));
            (!same).then(|| format!("{text:?}: libpq reads {theirs:?}"))
        }
    }
}

fn assert_agree<'t>(texts: impl Iterator<Item = &'t str>) -> usize {
    let library = Library::load();
    let mut count = 0;
    for text in texts {
        if let Some(difference) = disagreement(&library, text) {
            panic!("{difference}");
        }
        count += 1;
    }
    count
}

#[test]
fn the_corpus() {
    let rows = corpus::rows();
    assert_eq!(assert_agree(rows.iter().map(|r| r["input"].as_str().expect("a text"))), 420);
}

#[test]
fn nasty_strings() {
    assert_agree(NASTY.iter().copied());
    // Every cut of every nasty string, too.
    for text in NASTY {
        let cuts = text.char_indices().map(|(i, _)| i);
        assert_agree(cuts.clone().map(|i| &text[..i]));
        assert_agree(cuts.map(|i| &text[i..]));
    }
}

#[test]
fn every_keyword_of_this_libpq_and_no_other() {
    let library = Library::load();
    for keyword in keyword_names(pgward::conninfo::Libpq::V18) {
        for text in [format!("{keyword}=x"), format!("postgres://?{keyword}=x"), format!("{keyword}x=x")] {
            assert_eq!(disagreement(&library, &text), None);
        }
    }
    let all = keyword_names(library.version).fold(String::new(), |all, k| all + k + "='' ");
    assert_eq!(
        library.parse(&all).expect("all of ours are libpq's").len(),
        keyword_names(library.version).count()
    );
    assert_eq!(disagreement(&library, &all), None);
}

#[test]
fn pseudo_random_strings() {
    let library = Library::load();
    let rows = corpus::rows();
    let mut seeds: Vec<&str> = rows.iter().map(|r| r["input"].as_str().expect("a text")).collect();
    seeds.extend(NASTY);
    let mut random = Random(0x9E37_79B9_7F4A_7C15);
    let (mut accepted, mut differences) = (0, Vec::new());
    for i in 0..RANDOM {
        let text = if i % 3 == 0 { random.composed() } else { random.mutated(&seeds) };
        accepted += usize::from(Conninfo::parse_as(&text, library.version).is_ok());
        differences.extend(disagreement(&library, &text));
    }
    assert!(
        differences.is_empty(),
        "{} differ, as {:?}",
        differences.len(),
        &differences[..differences.len().min(5)]
    );
    // A generator that is refused all the time compares nothing.
    assert!(accepted > RANDOM / 5, "only {accepted} accepted");
}

/// Values that the connect phase looks at. What is fine is dialled, to a socket that is nowhere.
const CONNECT: &[(&str, &[&str])] = &[
    ("sslmode", &["disable", "allow", "prefer", "require", "verify-ca", "verify-full", "", "Require", "on"]),
    ("sslrootcert", &["system", "/nowhere/ca.pem", ""]),
    ("sslnegotiation", &["postgres", "direct", "", "x"]),
    ("sslcertmode", &["disable", "allow", "require", "", "x"]),
    ("channel_binding", &["disable", "prefer", "require", "", "x"]),
    (
        "require_auth",
        &["none", "md5", "!md5,!none", "md5,!none", "md5,md5", "oauth", "scram-sha-256", "", "x", "md5,"],
    ),
    (
        "target_session_attrs",
        &["any", "read-write", "read-only", "primary", "standby", "prefer-standby", "", "x"],
    ),
    ("load_balance_hosts", &["disable", "random", "", "x"]),
    ("gssencmode", &["disable", "prefer", "", "x"]),
    ("ssl_min_protocol_version", &["TLSv1", "TLSv1.1", "TLSv1.2", "tlsv1.3", "", "x"]),
    ("ssl_max_protocol_version", &["TLSv1", "TLSv1.1", "TLSv1.2", "tlsv1.3", "", "x"]),
    ("min_protocol_version", &["3.0", "3.2", "latest", "", "3", "4.0"]),
    ("max_protocol_version", &["3.0", "3.2", "latest", "", "3", "4.0"]),
];

#[test]
fn values_that_libpq_refuses_when_it_connects() {
    let library = Library::load();
    let mut random = Random(0xC0_11EC_7ED0_0001);
    let (mut dialled, mut differences) = (0, Vec::new());
    for _ in 0..4_000 {
        let mut text = "host=/nowhere user=u dbname=d password=p".to_owned();
        for _ in 0..=random.below(3) {
            let (keyword, values) = CONNECT[random.below(CONNECT.len())];
            if keyword_since(keyword).is_some_and(|since| since <= library.version) {
                text.extend([" ", keyword, "='", random.pick(values), "'"]);
            }
        }
        let ours = Conninfo::parse_as(&text, library.version).expect("well-formed").invalid_values();
        let theirs = library.start(&text).message;
        // libpq without TLS or with an older OpenSSL refuses more.
        if theirs.contains("not compiled in") || theirs.contains("not supported") {
            continue;
        }
        let fine = theirs.contains("/nowhere/.s.PGSQL");
        dialled += usize::from(fine);
        if ours.is_empty() != fine {
            differences.push(format!("{text}: {ours:?}, libpq: {theirs}"));
        }
    }
    assert!(differences.is_empty(), "{} differ:\n{}", differences.len(), differences.join("\n"));
    assert!(dialled > 400, "only {dialled} dialled");
}

/// xorshift64*, so that a failure is found again.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let high = self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33;
        usize::try_from(high).expect("31 bits") % n
    }

    pub(crate) fn pick<'t>(&mut self, from: &[&'t str]) -> &'t str {
        from[self.below(from.len())]
    }

    pub(crate) fn mutated(&mut self, seeds: &[&str]) -> String {
        let mut text: Vec<char> = self.pick(seeds).chars().collect();
        for _ in 0..=self.below(4) {
            let at = self.below(text.len() + 1);
            let to = (at + self.below(6)).min(text.len());
            match self.below(5) {
                0 => drop(text.drain(at..to)),
                1 => {
                    let copy: Vec<char> = text[at..to].to_vec();
                    let place = self.below(text.len() + 1);
                    text.splice(place..place, copy);
                }
                2 => {
                    let tail: Vec<char> = self.pick(seeds).chars().collect();
                    let from = self.below(tail.len() + 1);
                    text.truncate(at);
                    text.extend(&tail[from..]);
                }
                3 => drop(text.splice(at..to, self.pick(ATOMS).chars())),
                _ => drop(text.splice(at..at, self.pick(ATOMS).chars())),
            }
        }
        text.into_iter().collect()
    }

    /// Well-formed more often than not: what is refused early compares little.
    pub(crate) fn composed(&mut self) -> String {
        let mut text = String::new();
        if self.below(3) == 0 {
            for _ in 0..self.below(5) {
                text += self.pick(KEYWORDS);
                text += self.pick(&["=", "=", " = ", "=\t"]);
                text += self
                    .pick(&["h", "'a b'", "a\\ b", "'it\\'s'", "''", "5432", "\\", "ä", "a=b", "'a\\\\'"]);
                text += self.pick(&[" ", " ", "\n", "  ", "", "\r\n"]);
            }
            return text;
        }
        text += self.pick(&["postgresql://", "postgres://"]);
        if self.below(3) > 0 {
            text += self.pick(&["u", "", "u%40x", "ü", "a b", "[u]", "u?x", "u#x"]);
            text += self.pick(&[":p", ":", "", ":p%2Fw", ":p:w", ":p w", ":p#w", ":%FF", ":p,w", ":+%2B"]);
            text += self.pick(&["@", "@", "@", "@@"]);
        }
        for i in 0..=self.below(3) {
            text += if i > 0 { "," } else { "" };
            text += self.pick(&["h", "", "[::1]", "%2Ftmp", "10.0.0.1", "H.example", "[%3A]", "ä", "h%2Ci"]);
            text += self.pick(&["", "", ":5432", ":", ":x", ":1%20", ": 1"]);
        }
        text += self.pick(&["", "/", "/db", "/a%20b", "/a/b", "/a b", "/%FF", "/d@b", "//"]);
        text += self.pick(&["", "", "?", "??"]);
        for i in 0..self.below(4) {
            text += if i == 0 && !text.ends_with('?') { "?" } else { "" };
            text += self.pick(KEYWORDS);
            text += self.pick(&["=", "=", "=", "=", "", "=="]);
            text += self.pick(&["a", "", "true", "a%20b", "a+b", "/tmp", "%", "a=b", "a?b", "1", " a", "ä"]);
            text += self.pick(&["&", "&", "", "&&"]);
        }
        text
    }
}

const KEYWORDS: &[&str] = &[
    "host",
    "hostaddr",
    "port",
    "user",
    "password",
    "dbname",
    "sslmode",
    "ssl",
    "requiressl",
    "options",
    "application_name",
    "connect_timeout",
    "sslpassword",
    "target_session_attrs",
    "h%6Fst",
    "replication",
];

const ATOMS: &[&str] = &[
    "@",
    ":",
    "/",
    "?",
    "#",
    "[",
    "]",
    "%",
    "&",
    "=",
    ",",
    " ",
    "+",
    "'",
    "\"",
    "\\",
    "\t",
    "\n",
    "\u{b}",
    "\u{c}",
    "\r",
    "a",
    "5",
    "ä",
    "\u{a0}",
    "\u{2028}",
    "😀",
    "%2F",
    "%00",
    "%zz",
    "%4",
    "%ff",
    "://",
    "postgres://",
    "postgresql://",
    "[::1]",
    "host=",
    "port=",
    "password=",
    "user=",
    "ssl=true",
    "&sslmode=require",
    "requiressl=1",
    "&",
    "''",
    "\\'",
    "\\\\",
];

pub(crate) const NASTY: &[&str] = &[
    "",
    " ",
    "postgres://",
    "postgres://@",
    "postgres://:@:/?",
    "postgres://u:p@ss@h/db",
    "postgres://u:p/ss@h/db",
    "postgres://u:p?ss@h/db?user=x",
    "postgres://u:p#ss@h/db#frag",
    "postgres://u%zz:p@h/db",
    "postgres://u:p@h%00/db",
    "postgres://u:p@[::1]:5432,[::2],h:1/db?host=/tmp&host=/var",
    "postgres://[::1",
    "postgres://[]",
    "postgres://[::1]x/",
    "postgres://[a]ä/",
    "postgres://h1:%2C,h2/",
    "postgres://h%2,41/",
    "postgres://h%,2F/",
    "postgres://h/db?ssl=true&sslmode=disable&ssl=true",
    "postgres://h/db?s%73l=t%72ue",
    "postgres://h/db?requiressl=1&sslmode=allow",
    "postgres://h/db?requiressl=",
    "postgres://h/db?ssl=",
    "postgres://h/db?host=&port=&user=&password=&dbname=",
    "postgres://h/db?a%3Db=c",
    "postgres://h/db?=&=",
    "postgres://h/db?user=a&",
    "postgres://h/db?user=a&&",
    "postgres://h/db?user=a+b%2B",
    "postgres://h/db?application_name=ä%C3%A4%C3",
    "postgres:// u : p @ h : 1 / db ? user = x ",
    " postgres://h",
    "POSTGRES://h",
    "host=h\\ x user='it\\'s' password=\\\\",
    "host='a'user=b",
    "host=a'b'",
    "host = h port = 1",
    "host=\nuser=x",
    "host\u{b}=\u{c}h",
    "host\u{a0}=h",
    "host=h\u{a0}user=x",
    "host=h =x",
    "host='\\",
    "host='a\\'",
    "host=a\\",
    "requiressl=1 sslmode=verify-full",
    "requiressl=0",
    "ssl=true",
    "dbname=postgres://u:p@h/db",
    "password=a=b=c host==",
];
