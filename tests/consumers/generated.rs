//! Generated strings: tokio-postgres' own `Config::from_str` answers the same, no reading panics, and none takes
//! longer than its string is long.

use crate::{given, hosts, recorded};
use pgward::{
    Consumer, Secret,
    consumer::{Encryption, Reading},
};
use std::time::{Duration, Instant};
use tokio_postgres::{
    Config,
    config::{Host, SslMode},
};

const STRINGS: usize = 100_000;

/// What strings are put together from.
const PIECES: &[&str] = &[
    "postgres://",
    "postgresql://",
    "postgres:",
    "http://",
    "socket:",
    "u",
    "%40",
    "%2Fa",
    ":",
    "@",
    "p w",
    "#1",
    "ä",
    "%C3%A4",
    "%FF",
    "%",
    "%2",
    "h",
    "h1,h2",
    "h1:1,h2:2",
    "[::1]",
    "[",
    "]",
    "%2Ftmp",
    "/tmp",
    "127.0.0.1",
    ":5432",
    ":0",
    ":65536",
    ":+5",
    ",",
    "/",
    "/db",
    "?",
    "&",
    "=",
    "sslmode=require",
    "sslmode=disable",
    "sslmode=verify-full",
    "ssl=true",
    "host=/tmp",
    "host=a,b",
    "hostaddr=127.0.0.1",
    "hostaddr=::1,x",
    "port=9",
    "port=1,",
    "dbname=o",
    "user=o",
    "user = 'o p'",
    "password='it\\'s'",
    "application_name=a%20b",
    "connect_timeout=5",
    "connect_timeout=x",
    "keepalives=1",
    "keepalives_retries=-1",
    "tcp_user_timeout=1",
    "target_session_attrs=read-write",
    "target_session_attrs=primary",
    "channel_binding=require",
    "load_balance_hosts=random",
    "sslnegotiation=direct",
    "options=-c a",
    " ",
    "\t",
    "\n",
    "\u{a0}",
    "\u{3000}",
    "\\",
    "'",
    "$'",
    "\0",
    "🦀",
];

/// xorshift: the same strings in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 11).expect("64 bits") % end
    }

    fn piece(&mut self) -> &'static str {
        PIECES[self.below(PIECES.len())]
    }

    /// A recorded string with a few changes, or pieces one after the other.
    fn string(&mut self, seeds: &[String]) -> String {
        if self.below(2) == 0 {
            let start = ["postgres://", "postgresql://", "host=h ", ""][self.below(4)];
            return (0..=self.below(7)).fold(start.to_owned(), |all, _| all + self.piece());
        }
        let mut out: Vec<char> = seeds[self.below(seeds.len())].chars().collect();
        for _ in 0..=self.below(3) {
            let at = self.below(out.len() + 1);
            if self.below(3) == 0 && at < out.len() {
                out.remove(at);
            } else {
                let piece: Vec<char> = self.piece().chars().collect();
                out.splice(at..at, piece);
            }
        }
        out.into_iter().collect()
    }
}

fn strings() -> impl Iterator<Item = String> {
    let seeds: Vec<String> =
        recorded::rows().iter().map(|r| r["input"].as_str().expect("a text").to_owned()).collect();
    let mut random = Random(0x9E37_79B9_7F4A_7C15);
    (0..STRINGS).map(move |_| random.string(&seeds))
}

#[test]
fn tokio_postgres_itself_reads_the_same() {
    let mut both = 0;
    for string in strings() {
        let theirs = string.parse::<Config>();
        let ours = match Consumer::TokioPostgres.read(&Secret::new(string.as_str())) {
            Reading::Rejected(reason) => {
                assert!(theirs.is_err(), "{string:?} is refused here: {reason}");
                continue;
            }
            Reading::Accepted(ours) => ours,
        };
        let theirs = theirs.unwrap_or_else(|e| panic!("{string:?}: {e}"));
        both += 1;
        let named = theirs.get_hosts().iter().map(|host| match host {
            Host::Tcp(name) => name.clone(),
            Host::Unix(path) => path.to_string_lossy().into_owned(),
        });
        let (named, ports): (Vec<_>, _) = (named.collect(), theirs.get_ports());
        let addresses: Vec<_> = theirs.get_hostaddrs().iter().map(ToString::to_string).collect();
        let dialled: Vec<_> = (0..named.len().max(addresses.len()))
            .map(|i| {
                let port = ports.get(i).or_else(|| ports.first()).copied().unwrap_or(5432);
                (addresses.get(i).unwrap_or_else(|| &named[i]).clone(), port)
            })
            .collect();
        assert_eq!(hosts(&ours), dialled, "{string:?}");
        let text = |t: Option<&str>| t.filter(|t| !t.is_empty()).map(str::to_owned);
        assert_eq!(given(ours.user.as_ref()), text(theirs.get_user()), "{string:?}");
        assert_eq!(given(ours.dbname.as_ref()), text(theirs.get_dbname()), "{string:?}");
        let password = theirs.get_password().map(String::from_utf8_lossy);
        assert_eq!(given(ours.password.as_ref()), text(password.as_deref()), "{string:?}");
        let encryption = match theirs.get_ssl_mode() {
            SslMode::Disable => Encryption::Plaintext,
            SslMode::Prefer => Encryption::Prefer,
            _ => Encryption::Require,
        };
        assert_eq!(ours.encryption, Some(encryption), "{string:?}");
    }
    assert!(both > STRINGS / 10, "only {both} strings were accepted: the comparison says little");
}

#[test]
fn no_reading_panics() {
    for string in strings() {
        let secret = Secret::new(string);
        for consumer in Consumer::ALL {
            drop(consumer.read(&secret));
        }
    }
}

#[test]
fn long_strings_take_no_longer_than_they_are_long() {
    for piece in
        ["%", "%41", "@", ":", ",", "[", "&a=b", "?", "/", "=", "$'", "\\", "'", " ", "ä", "../", "#"]
    {
        let many = piece.repeat(60_000 / piece.len());
        for string in [
            format!("postgres://{many}"),
            format!("postgres://u:p@{many}/db"),
            format!("postgres://u:p@{many},h/db?{many}"),
            format!("postgres://h/{many}"),
            format!("postgres://h?{many}"),
            format!("host={many}"),
            many.clone(),
        ] {
            let secret = Secret::new(string);
            for consumer in Consumer::ALL {
                let begun = Instant::now();
                drop(consumer.read(&secret));
                // A quadratic pass over 60,000 bytes would take a minute in a debug build.
                assert!(begun.elapsed() < Duration::from_secs(10), "{consumer:?} on {piece:?}");
            }
        }
    }
}
