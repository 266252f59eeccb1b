//! How Python's `urllib.parse` (of Python 3.11.4 and later) takes a URL apart. The Django helpers and asyncpg read
//! with it.

use std::net::Ipv6Addr;

/// Python raises `ValueError`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct ValueError;

/// What `urlsplit` returns.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub(super) struct Split {
    /// In lower case; empty where nothing before a `:` is a scheme.
    pub(super) scheme: String,
    /// Between `//` and the path.
    pub(super) netloc: String,
    /// With its leading `/`.
    pub(super) path: String,
    /// Without the `?`.
    pub(super) query: String,
    /// Without the `#`.
    pub(super) fragment: String,
}

/// `urlsplit(text)`. Tabs and line ends vanish wherever they stand; of control characters and spaces only those at
/// the beginning.
pub(super) fn urlsplit(text: &str) -> Result<Split, ValueError> {
    let text: String =
        text.trim_start_matches(|c| c <= ' ').chars().filter(|c| !matches!(c, '\t' | '\r' | '\n')).collect();
    let mut out = Split::default();
    let mut rest = text.as_str();
    if let Some((scheme, after)) = rest.split_once(':').filter(|(scheme, _)| is_scheme(scheme)) {
        out.scheme = scheme.to_ascii_lowercase();
        rest = after;
    }
    if let Some(after) = rest.strip_prefix("//") {
        let (netloc, after) = after.split_at(after.find(['/', '?', '#']).unwrap_or(after.len()));
        check_brackets(netloc)?;
        netloc.clone_into(&mut out.netloc);
        rest = after;
    }
    if let Some((before, fragment)) = rest.split_once('#') {
        fragment.clone_into(&mut out.fragment);
        rest = before;
    }
    if let Some((before, query)) = rest.split_once('?') {
        query.clone_into(&mut out.query);
        rest = before;
    }
    rest.clone_into(&mut out.path);
    if out.netloc.contains(SPLITS_UNDER_NFKC) { Err(ValueError) } else { Ok(out) }
}

/// `urlparse(text)`: as [`urlsplit`], and what follows a `;` in the last segment of the path is cut off where the
/// scheme is one that has parameters, or there is none.
pub(super) fn urlparse(text: &str) -> Result<Split, ValueError> {
    let mut out = urlsplit(text)?;
    if USES_PARAMS.contains(&out.scheme.as_str()) {
        let segment = out.path.rfind('/').unwrap_or(0);
        if let Some(i) = out.path[segment..].find(';') {
            out.path.truncate(segment + i);
        }
    }
    Ok(out)
}

impl Split {
    /// What stands before the last `@`, cut at its first `:`; the second is none without a `:`.
    fn userinfo(&self) -> Option<(&str, Option<&str>)> {
        let (userinfo, _) = self.netloc.rsplit_once('@')?;
        Some(match userinfo.split_once(':') {
            Some((user, password)) => (user, Some(password)),
            None => (userinfo, None),
        })
    }

    /// `.username or ''`, not decoded.
    pub(super) fn username(&self) -> &str {
        self.userinfo().map_or("", |(user, _)| user)
    }

    /// `.password or ''`, not decoded.
    pub(super) fn password(&self) -> &str {
        self.userinfo().and_then(|(_, password)| password).unwrap_or("")
    }

    /// Host and port as written, without the brackets of an address.
    fn hostinfo(&self) -> (&str, &str) {
        let info = self.netloc.rsplit_once('@').map_or(self.netloc.as_str(), |(_, info)| info);
        match info.split_once('[') {
            Some((_, bracketed)) => {
                let (host, after) = bracketed.split_once(']').unwrap_or((bracketed, ""));
                (host, after.split_once(':').map_or("", |(_, port)| port))
            }
            None => info.split_once(':').unwrap_or((info, "")),
        }
    }

    /// `.hostname or ''`: in lower case up to a `%`, not decoded.
    pub(super) fn hostname(&self) -> String {
        let (host, _) = self.hostinfo();
        let zone = host.find('%').unwrap_or(host.len());
        host[..zone].to_lowercase() + &host[zone..]
    }

    /// `.port or 0`.
    pub(super) fn port(&self) -> Result<u16, ValueError> {
        let (_, port) = self.hostinfo();
        if !port.bytes().all(|b| b.is_ascii_digit()) {
            return Err(ValueError);
        }
        match port.trim_start_matches('0') {
            "" => Ok(0),
            digits => digits.parse().map_err(|_| ValueError),
        }
    }

    /// `urlunparse` of what has no path.
    pub(super) fn without_path(&self) -> String {
        let mut out = String::new();
        if !self.scheme.is_empty() {
            out.push_str(&self.scheme);
            out.push(':');
        }
        if !self.netloc.is_empty() {
            out.push_str("//");
            out.push_str(&self.netloc);
        }
        for (mark, part) in [('?', &self.query), ('#', &self.fragment)] {
            if !part.is_empty() {
                out.push(mark);
                out.push_str(part);
            }
        }
        out
    }
}

/// `parse_qsl(query)`: `+` is a space, pairs without `=` or with an empty value are passed over.
pub(super) fn parse_qsl(query: &str) -> Vec<(String, String)> {
    let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    pairs.filter(|(_, v)| !v.is_empty()).map(|(k, v)| (unquote_plus(k), unquote_plus(v))).collect()
}

/// `parse_qsl(query, strict_parsing=True)`: a pair without `=` raises. An empty value is passed over all the same.
pub(super) fn parse_qsl_strict(query: &str) -> Result<Vec<(String, String)>, ValueError> {
    if query.split('&').any(|pair| !pair.contains('=')) { Err(ValueError) } else { Ok(parse_qsl(query)) }
}

/// The pairs as Python's dict has them: each name once, at its first place, with all its values in order.
pub(super) fn grouped(pairs: Vec<(String, String)>) -> Vec<(String, Vec<String>)> {
    let mut places = std::collections::BTreeMap::new();
    let mut out: Vec<(String, Vec<String>)> = Vec::new();
    for (name, value) in pairs {
        let place = *places.entry(name.clone()).or_insert(out.len());
        match out.get_mut(place) {
            Some((_, values)) => values.push(value),
            None => out.push((name, vec![value])),
        }
    }
    out
}

/// `unquote_plus(text)`.
pub(super) fn unquote_plus(text: &str) -> String {
    unquote(&text.replace('+', " "))
}

/// `unquote(text)`: a `%` without two hexadecimal digits stays. Bytes that are no UTF-8 become U+FFFD; what is
/// decoded never joins a character that stood there undecoded.
pub(super) fn unquote(text: &str) -> String {
    let (mut out, mut run, bytes) = (String::with_capacity(text.len()), Vec::new(), text.as_bytes());
    let mut i = 0;
    while let Some(&byte) = bytes.get(i) {
        let hex = |at: usize| bytes.get(at).and_then(|b| char::from(*b).to_digit(16));
        if !byte.is_ascii() {
            out.push_str(&String::from_utf8_lossy(&run));
            run.clear();
            let width = text[i..].chars().next().map_or(1, char::len_utf8);
            out.push_str(&text[i..i + width]);
            i += width;
        } else if let (b'%', Some(high), Some(low)) = (byte, hex(i + 1), hex(i + 2)) {
            run.extend(u8::try_from(high * 16 + low));
            i += 3;
        } else {
            run.push(byte);
            i += 1;
        }
    }
    out.push_str(&String::from_utf8_lossy(&run));
    out
}

/// `quote(text, safe=':/?&=@')`: also `%` itself is encoded, so what was encoded is so twice.
pub(super) fn quote_url(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"_.-~:/?&=@".contains(&byte) {
            out.push(char::from(byte));
        } else {
            use std::fmt::Write as _;
            let _infallible = write!(out, "%{byte:02X}");
        }
    }
    out
}

fn is_scheme(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.'))
}

/// A `[` needs a `]` and the other way round, and between the first of them stands an IPv6 or a future address.
fn check_brackets(netloc: &str) -> Result<(), ValueError> {
    let sound = match (netloc.split_once('['), netloc.contains(']')) {
        (None, false) => true,
        (Some((_, after)), true) => {
            let host = after.split_once(']').map_or(after, |(host, _)| host);
            match host.strip_prefix('v') {
                Some(future) => future.split_once('.').is_some_and(|(version, address)| {
                    !version.is_empty()
                        && version.bytes().all(|b| b.is_ascii_hexdigit())
                        && !address.is_empty()
                }),
                None => is_ipv6(host),
            }
        }
        _ => false,
    };
    if sound { Ok(()) } else { Err(ValueError) }
}

/// `ipaddress.IPv6Address(host)`: a zone may follow a `%`.
fn is_ipv6(host: &str) -> bool {
    let (address, zone) = host.split_once('%').map_or((host, None), |(a, z)| (a, Some(z)));
    zone.is_none_or(|z| !z.is_empty() && !z.contains('%')) && address.parse::<Ipv6Addr>().is_ok()
}

/// Schemes with `;parameters` in their last segment (`uses_params`).
const USES_PARAMS: &[&str] = &[
    "", "ftp", "hdl", "prospero", "http", "imap", "https", "shttp", "rtsp", "rtsps", "rtspu", "sip", "sips",
    "mms", "sftp", "tel",
];

/// What NFKC turns into text with `/`, `?`, `#`, `@` or `:` in it; a netloc with one raises (bpo-36216).
const SPLITS_UNDER_NFKC: &[char] = &[
    '\u{2047}', '\u{2048}', '\u{2049}', '\u{2100}', '\u{2101}', '\u{2105}', '\u{2106}', '\u{2a74}',
    '\u{fe13}', '\u{fe16}', '\u{fe55}', '\u{fe56}', '\u{fe5f}', '\u{fe6b}', '\u{ff03}', '\u{ff0f}',
    '\u{ff1a}', '\u{ff1f}', '\u{ff20}',
];
