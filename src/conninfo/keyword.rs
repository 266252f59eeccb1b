//! The keywords of libpq 15 to 18, in the order of libpq's own table, and what of their values may be shown.
//! Facts only: `PQconninfoOptions` in fe-connect.c of each version.

/// A major version of libpq. The order is the age.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[non_exhaustive]
pub enum Libpq {
    /// libpq 15, and where nothing changed what is older.
    V15,
    /// libpq 16: `require_auth`, `sslcertmode`, `load_balance_hosts`, `gssdelegation`, `sslrootcert=system`.
    V16,
    /// libpq 17: `sslnegotiation`.
    V17,
    /// libpq 18: OAuth, SCRAM keys, protocol versions; raw spaces inside a part of a URI are refused.
    V18,
}

impl Libpq {
    /// The major version as a number.
    pub fn major(self) -> u8 {
        match self {
            Self::V15 => 15,
            Self::V16 => 16,
            Self::V17 => 17,
            Self::V18 => 18,
        }
    }
}

/// One row of libpq's table.
#[derive(Debug)]
pub(super) struct Keyword {
    pub(super) name: &'static str,
    pub(super) since: Libpq,
    pub(super) show: Show,
}

/// Which values of a keyword are no secret by their characters alone.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Show {
    /// A credential: handed out as `Secret` only.
    Credential,
    /// No credential by its name, but credentials are seen in it.
    Never,
    /// ASCII letters, digits, `_`, `.`, `-`.
    Word,
    /// As `Word`, and `/`.
    Path,
    /// As `Path`, and `,` `:`.
    Hosts,
    /// Digits and `,`.
    Ports,
    /// As `Word`, and `,` `!`.
    Methods,
}

impl Show {
    /// Whether every byte of the value is in the class. The empty value is in every class.
    pub(super) fn admits(self, value: &[u8]) -> bool {
        let extra: &[u8] = match self {
            Self::Credential | Self::Never => return false,
            Self::Ports => return value.iter().all(|b| b.is_ascii_digit() || *b == b','),
            Self::Word => b"",
            Self::Path => b"/",
            Self::Hosts => b"/,:",
            Self::Methods => b",!",
        };
        value.iter().all(|b| is_plain(*b) || extra.contains(b))
    }
}

/// A byte that means nothing to any parser.
pub(super) fn is_plain(b: u8) -> bool {
    b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'-')
}

/// The place of a keyword in the table. libpq compares to the letter.
pub(super) fn find(name: &[u8]) -> Option<usize> {
    KEYWORDS.iter().position(|k| k.name.as_bytes() == name)
}

/// When a keyword of libpq appeared; `Libpq::V15` stands for 15 and everything before. `None`: not libpq's.
pub fn keyword_since(name: &str) -> Option<Libpq> {
    find(name.as_bytes()).map(|i| KEYWORDS[i].since)
}

/// The keyword of that name as a word of ours; none when no libpq knows it.
pub fn keyword(name: &str) -> Option<&'static str> {
    find(name.as_bytes()).map(|i| KEYWORDS[i].name)
}

/// Whether a value of this keyword may be shown, by the keyword and its characters alone. For values that stand
/// alone in a variable; in a connection string the structure must be proved too ([`super::visible()`]).
pub fn shows(keyword: &str, value: &str) -> bool {
    // Behind the `:` of `app:word` may be a password; an IPv6 address has hexadecimal digits only.
    let host = |h: &str| match h.find([':', '/']) {
        None => true,
        Some(0) => h.starts_with('/') && !h.contains(':'),
        Some(_) => h.parse::<std::net::Ipv6Addr>().is_ok(),
    };
    let plausible = |show: Show| show != Show::Hosts || value.split(',').all(host);
    find(keyword.as_bytes())
        .is_some_and(|i| KEYWORDS[i].show.admits(value.as_bytes()) && plausible(KEYWORDS[i].show))
}

/// All keywords that `libpq` knows, in the order of its table.
pub fn keyword_names(libpq: Libpq) -> impl Iterator<Item = &'static str> {
    KEYWORDS.iter().filter(move |k| k.since <= libpq).map(|k| k.name)
}

const fn row(name: &'static str, since: Libpq, show: Show) -> Keyword {
    Keyword { name, since, show }
}

pub(super) const KEYWORDS: &[Keyword] = &[
    row("service", Libpq::V15, Show::Word),
    row("user", Libpq::V15, Show::Word),
    row("password", Libpq::V15, Show::Credential),
    row("passfile", Libpq::V15, Show::Never),
    row("channel_binding", Libpq::V15, Show::Word),
    row("connect_timeout", Libpq::V15, Show::Word),
    row("dbname", Libpq::V15, Show::Word),
    row("host", Libpq::V15, Show::Hosts),
    row("hostaddr", Libpq::V15, Show::Hosts),
    row("port", Libpq::V15, Show::Ports),
    row("client_encoding", Libpq::V15, Show::Word),
    row("options", Libpq::V15, Show::Never),
    row("application_name", Libpq::V15, Show::Word),
    row("fallback_application_name", Libpq::V15, Show::Word),
    row("keepalives", Libpq::V15, Show::Word),
    row("keepalives_idle", Libpq::V15, Show::Word),
    row("keepalives_interval", Libpq::V15, Show::Word),
    row("keepalives_count", Libpq::V15, Show::Word),
    row("tcp_user_timeout", Libpq::V15, Show::Word),
    row("sslmode", Libpq::V15, Show::Word),
    row("sslnegotiation", Libpq::V17, Show::Word),
    row("sslcompression", Libpq::V15, Show::Word),
    row("sslcert", Libpq::V15, Show::Path),
    row("sslkey", Libpq::V15, Show::Path),
    row("sslcertmode", Libpq::V16, Show::Word),
    row("sslpassword", Libpq::V15, Show::Credential),
    row("sslrootcert", Libpq::V15, Show::Path),
    row("sslcrl", Libpq::V15, Show::Path),
    row("sslcrldir", Libpq::V15, Show::Path),
    row("sslsni", Libpq::V15, Show::Word),
    row("requirepeer", Libpq::V15, Show::Word),
    row("require_auth", Libpq::V16, Show::Methods),
    row("min_protocol_version", Libpq::V18, Show::Word),
    row("max_protocol_version", Libpq::V18, Show::Word),
    row("ssl_min_protocol_version", Libpq::V15, Show::Word),
    row("ssl_max_protocol_version", Libpq::V15, Show::Word),
    row("gssencmode", Libpq::V15, Show::Word),
    row("krbsrvname", Libpq::V15, Show::Word),
    row("gsslib", Libpq::V15, Show::Word),
    row("gssdelegation", Libpq::V16, Show::Word),
    row("replication", Libpq::V15, Show::Word),
    row("target_session_attrs", Libpq::V15, Show::Word),
    row("load_balance_hosts", Libpq::V16, Show::Word),
    row("scram_client_key", Libpq::V18, Show::Credential),
    row("scram_server_key", Libpq::V18, Show::Credential),
    row("oauth_issuer", Libpq::V18, Show::Never),
    row("oauth_client_id", Libpq::V18, Show::Never),
    row("oauth_client_secret", Libpq::V18, Show::Credential),
    row("oauth_scope", Libpq::V18, Show::Never),
    row("sslkeylogfile", Libpq::V18, Show::Path),
];
