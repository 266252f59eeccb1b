//! Values that libpq's parser takes and its connect phase refuses: words and integers.
//! Sources: `connectOptions2`, `connectDBComplete`, `useKeepalives`, `sslVerifyProtocolVersion` in fe-connect.c.

use super::{
    Conninfo, Value,
    endpoint::int_param,
    keyword::Libpq,
    sslmode::{self, SslMode},
};
use std::ops::Range;

/// A value that libpq refuses when it connects.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct InvalidValue {
    /// The keyword.
    pub keyword: &'static str,
    /// Where its value is written; `None` when it came from elsewhere or is libpq's default.
    pub range: Option<Range<usize>>,
    /// What would be accepted.
    pub expected: Expected,
}

/// What a keyword accepts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum Expected {
    /// One of these words, to the letter.
    OneOf(&'static [&'static str]),
    /// One of these words; case does not matter. The empty value too.
    OneOfIgnoreCase(&'static [&'static str]),
    /// A comma-separated list of these words, each at most once, all or none with a leading `!`.
    ListOf(&'static [&'static str]),
    /// A whole number that fits in 32 bits.
    Integer,
    /// Not below the minimum that this keyword sets, or that holds where nothing sets it.
    NotBelow(&'static str),
}

impl Conninfo {
    /// All values that libpq refuses when it connects, in the order of its table. Hosts and ports are
    /// [`Conninfo::dial`]'s matter.
    pub fn invalid_values(&self) -> Vec<InvalidValue> {
        let mut out = Vec::new();
        for (keyword, value) in self.keywords() {
            // `useKeepalives` reads the empty text as 0; all other integers refuse it.
            if keyword == "keepalives" && value.part.is_empty() {
                continue;
            }
            if let Some(expected) = self.expected(keyword).filter(|e| !accepts(*e, value)) {
                out.push(InvalidValue { keyword, range: value.range(), expected });
            } else if let Some(expected) = self.contradicts(keyword, value) {
                out.push(InvalidValue { keyword, range: value.range(), expected });
            }
        }
        out
    }

    fn expected(&self, keyword: &str) -> Option<Expected> {
        Some(match keyword {
            "sslmode" => Expected::OneOf(sslmode::WORDS),
            "channel_binding" | "gssencmode" => Expected::OneOf(&["disable", "prefer", "require"]),
            "target_session_attrs" => {
                Expected::OneOf(&["any", "read-write", "read-only", "primary", "standby", "prefer-standby"])
            }
            "load_balance_hosts" => Expected::OneOf(&["disable", "random"]),
            "sslnegotiation" => Expected::OneOf(&["postgres", "direct"]),
            "sslcertmode" => Expected::OneOf(&["disable", "allow", "require"]),
            "require_auth" if self.libpq() >= Libpq::V18 => Expected::ListOf(AUTH_METHODS),
            "require_auth" => Expected::ListOf(&AUTH_METHODS[..6]),
            "min_protocol_version" | "max_protocol_version" => Expected::OneOf(&["3.0", "3.2", "latest"]),
            "ssl_min_protocol_version" | "ssl_max_protocol_version" => {
                Expected::OneOfIgnoreCase(TLS_VERSIONS)
            }
            "connect_timeout"
            | "keepalives"
            | "keepalives_idle"
            | "keepalives_interval"
            | "keepalives_count"
            | "tcp_user_timeout" => Expected::Integer,
            _ => return None,
        })
    }

    /// Words that are right alone and wrong together.
    fn contradicts(&self, keyword: &str, value: &Value) -> Option<Expected> {
        let text = |keyword| self.get(keyword).map_or("", |v| v.part.expose());
        let tls = |text: &str| TLS_VERSIONS.iter().position(|v| v.eq_ignore_ascii_case(text));
        match keyword {
            // "weak sslmode may not be used with sslrootcert=system", since libpq 16.
            "sslmode"
                if self.libpq() >= Libpq::V16
                    && text("sslrootcert") == "system"
                    && !value.part.equals("verify-full") =>
            {
                Some(Expected::OneOf(&["verify-full"]))
            }
            "sslnegotiation" if value.part.equals("direct") => {
                let system = text("sslrootcert") == "system";
                let mode = match self.get("sslmode") {
                    None if system => SslMode::VerifyFull,
                    None => SslMode::Prefer,
                    Some(mode) => mode.part.expose().parse().ok()?,
                };
                (mode < SslMode::Require).then_some(Expected::OneOf(&["postgres"]))
            }
            // The minimum is TLSv1.2 when it is not given, so an old maximum alone is refused too.
            "ssl_max_protocol_version" => {
                let min = self.get("ssl_min_protocol_version").map_or("TLSv1.2", |v| v.part.expose());
                (tls(min)? > tls(value.part.expose())?)
                    .then_some(Expected::NotBelow("ssl_min_protocol_version"))
            }
            "max_protocol_version" => {
                let order = |text: &str| ["3.0", "3.2", "latest"].iter().position(|v| *v == text);
                let min = order(text("min_protocol_version"))?.min(1);
                (min > order(value.part.expose())?.min(1))
                    .then_some(Expected::NotBelow("min_protocol_version"))
            }
            _ => None,
        }
    }
}

const TLS_VERSIONS: &[&str] = &["TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"];

/// `oauth`, the last, since libpq 18.
const AUTH_METHODS: &[&str] = &["password", "md5", "gss", "sspi", "scram-sha-256", "none", "oauth"];

fn accepts(expected: Expected, value: &Value) -> bool {
    let text = value.part.expose();
    match expected {
        Expected::OneOf(words) => words.contains(&text),
        Expected::OneOfIgnoreCase(words) => {
            text.is_empty() || words.iter().any(|w| w.eq_ignore_ascii_case(text))
        }
        Expected::ListOf(words) => {
            let negated = text.starts_with('!');
            let mut seen = Vec::new();
            text.is_empty()
                || text.split(',').all(|word| {
                    let bare = word.strip_prefix('!');
                    let name = bare.unwrap_or(word);
                    let fresh = !seen.contains(&name);
                    seen.push(name);
                    // Stops at the first that is unknown or twice: `seen` holds no more than the words.
                    bare.is_some() == negated && words.contains(&name) && fresh
                })
        }
        Expected::Integer => int_param(text).is_some(),
        Expected::NotBelow(_) => true,
    }
}
