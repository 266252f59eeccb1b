//! Which bytes of a connection string a report may show: those that every parser in use (libpq, url,
//! tokio-postgres, sqlx, `SQLAlchemy`, dj-database-url, node) must read the same way, and as no password.
//!
//! Unmask on proof, never mask on suspicion: what is not understood shows nothing but a known scheme.

use super::{
    keyword::{self, KEYWORDS, Show},
    r2dbc,
};
use std::ops::Range;

/// The bytes of a connection string, URI or keyword/value, that may be shown. Ascending and apart.
///
/// A URI is understood when at most one `@` stands behind `://`, before any `/`, `?`, `#`, and no `;name=value` before it; hosts, ports and path
/// have plain characters; and nothing needs a second thought (quotes, backslashes, white space, controls, anything
/// but ASCII). Then a part is shown by its own characters: a percent-escape masks its part only. The password
/// never is shown, nor `options`, `passfile` and parameters that libpq does not know. A keyword/value string is
/// understood when it is `keyword=value` with single spaces between, without quotes and backslashes.
pub fn visible(text: &str) -> Vec<Range<usize>> {
    match url_scheme(text) {
        Some(scheme) => url(text, scheme.end),
        None => pairs(text).unwrap_or_default(),
    }
}

/// The same proof for URLs of any database (`mysql://`, `postgresql+psycopg://`, `jdbc:postgresql://`), and for the
/// paths of `SQLite` (`sqlite:///./dev.db`, `sqlite::memory:`), which are shown whole when they are plain. Where another
/// engine's clients write lists with `;`, nothing but the scheme is shown of them.
pub fn visible_url(text: &str) -> Vec<Range<usize>> {
    if let Some(scheme) = url_scheme(text) {
        return url(text, scheme.end);
    }
    let mut prefixes = ["sqlite:", "sqlite3:", "file:", "jdbc:sqlite:"].iter();
    let path = prefixes.find_map(|prefix| text.strip_prefix(prefix));
    path.filter(|path| plain_path(path.as_bytes())).map(|_| 0..text.len()).into_iter().collect()
}

/// What stands before `://` when it has the form of a scheme.
pub(super) fn url_scheme(text: &str) -> Option<Range<usize>> {
    let before = if text.starts_with("r2dbc") { r2dbc::prefix(text) } else { Some("jdbc:") };
    let body = before.and_then(|before| text.strip_prefix(before)).unwrap_or(text);
    let lead = text.len() - body.len();
    let end = body.bytes().position(|b| !(b.is_ascii_alphanumeric() || b"+-._".contains(&b)))?;
    let starts = body.starts_with(|c: char| c.is_ascii_alphabetic());
    (starts && body[end..].starts_with("://")).then_some(0..lead + end)
}

/// As [`url_scheme`], and what was meant to be one: `postgres:/h`, `postgres//h`.
pub(super) fn scheme_like(text: &str) -> Option<Range<usize>> {
    url_scheme(text).or_else(|| {
        let end = text.bytes().position(|b| !b.is_ascii_alphanumeric())?;
        (text.starts_with("postgres") && text[end..].starts_with([':', '/'])).then_some(0..end)
    })
}

fn url(text: &str, scheme: usize) -> Vec<Range<usize>> {
    let words = || text[..scheme].split(['+', ':']);
    let among = |word: &str, known: &[&str]| known.iter().any(|w| w.eq_ignore_ascii_case(word));
    let usual = matches!(&text[..scheme], "postgresql" | "postgres");
    if !usual && !words().all(|w| among(w, SCHEMES)) {
        return Vec::new();
    }
    let start = scheme + 3;
    let head = 0..start;
    if !usual && words().any(|w| among(w, &["sqlite", "sqlite3", "spatialite", "file"])) {
        let whole = plain_path(&text.as_bytes()[start..]);
        return merge(vec![if whole { 0..text.len() } else { head }]);
    }
    let mut out = Vec::with_capacity(8);
    out.push(head);
    let own = usual || words().next().is_some_and(|first| among(first, OWN));
    let proved = if own { is_no_list(&text[start..]) } else { is_no_foreign_list(&text[start..]) };
    if !proved || authority_and_rest(text.as_bytes(), start, &mut out).is_none() {
        out.truncate(1);
    }
    merge(out)
}

/// Whether no `;name=value` stands before an `@`. `h;password=a@b` is a list to those who write so, and a role at a host to
/// those who read URLs; a `;` alone may belong to a password.
fn is_no_list(rest: &str) -> bool {
    let pair = |user: &str| user.split_once(';').is_some_and(|(_, behind)| behind.contains('='));
    !rest.rsplit_once('@').is_some_and(|(before, _)| pair(before))
}

/// As [`is_no_list`], for clients that write lists of their own: SQL Server's `h;user=u;password=p`, `MySQL`'s
/// `(host=h,password=p)`. Before an `@` is nothing but a role and a password, and in a query nothing is parted but by `&`.
fn is_no_foreign_list(rest: &str) -> bool {
    let listed = |text: &str| text.contains([';', '=', '(', ')', ',', '{', '}', '&']);
    !rest.contains(';') && !rest.rsplit_once('@').is_some_and(|(before, _)| listed(before))
}

/// A path of letters, digits, `_.-/`; `:memory:` at its end.
fn plain_path(path: &[u8]) -> bool {
    let path = path.strip_suffix(b":memory:").unwrap_or(path);
    path.iter().all(|b| keyword::is_plain(*b) || *b == b'/')
}

/// Where the first of some bytes stands, from a place on; the end where none does.
fn find<const N: usize>(bytes: &[u8], from: usize, stops: [u8; N]) -> usize {
    let stop = |b: &u8| stops.iter().any(|stop| stop == b);
    bytes[from..].iter().position(stop).map_or(bytes.len(), |i| from + i)
}

/// Adds what is proved; `None` when the structure is not, whatever was added.
fn authority_and_rest(bytes: &[u8], start: usize, out: &mut Vec<Range<usize>>) -> Option<()> {
    let rest = &bytes[start..];
    if rest.iter().any(|b| ODD[usize::from(*b)]) || rest.split(|b| *b == b'@').nth(2).is_some() {
        return None;
    }
    let mut at = start;
    if rest.contains(&b'@') {
        let sign = find(bytes, start, *b"@/?[]");
        if bytes.get(sign) != Some(&b'@') {
            return None;
        }
        let colon = find(bytes, start, *b":@");
        if Show::Word.admits(&bytes[start..colon]) {
            out.push(start..colon);
        }
        if colon < sign {
            out.push(colon..colon + 1);
        }
        out.push(sign..sign + 1);
        at = sign + 1;
    }
    let path = find(bytes, at, *b"/?");
    let query = find(bytes, path, *b"?");
    let hosts = || bytes[at..path].split(|b| *b == b',');
    if hosts().all(plain_host) {
        out.push(at..path);
    } else if at == start || !hosts().all(|host| plain_host(host) || is_reference_with_port(host)) {
        // Without an `@`, `u:$ecret` looks so.
        return None;
    }
    if path < query {
        let name = &bytes[path + 1..query];
        if !is_reference(name) && !name.iter().all(|b| keyword::is_plain(*b) || b"~%".contains(b)) {
            return None;
        }
        out.push(path..if Show::Word.admits(name) { query } else { path + 1 });
    }
    if query < bytes.len() {
        if bytes[query..].iter().any(|b| b"@[]".contains(b)) {
            return None;
        }
        out.push(query..query + 1);
        parameters(bytes, query + 1, out);
    }
    Some(())
}

/// Bytes that need a second thought wherever they stand.
static ODD: [bool; 256] = {
    let mut odd = [true; 256];
    let mut b = b'!';
    while b <= b'~' {
        odd[b as usize] = matches!(b, b'#' | b'\\' | b'"' | b'\'' | b'`' | b'<' | b'>' | b'^' | b'|');
        b += 1;
    }
    odd
};

/// `host`, `host:5432`, `[::1]:5432`; a socket directory as `%2Ftmp`.
fn plain_host(piece: &[u8]) -> bool {
    let (host, port) = if let Some(address) = piece.strip_prefix(b"[") {
        let Some(close) = address.iter().position(|b| *b == b']') else { return false };
        let (address, rest) = (&address[..close], &address[close + 1..]);
        if !address.iter().all(|b| b.is_ascii_hexdigit() || b":.".contains(b)) {
            return false;
        }
        match rest.strip_prefix(b":") {
            _ if rest.is_empty() => return true,
            Some(port) => (&b""[..], port),
            None => return false,
        }
    } else {
        let colon = piece.iter().position(|b| *b == b':').unwrap_or(piece.len());
        (&piece[..colon], piece.get(colon + 1..).unwrap_or_default())
    };
    // An escaped `:` is at home in a socket directory (`%2Fcloudsql%2Fp%3Ar%3Ai`); elsewhere a password may follow.
    let socket = host.len() >= 3 && host[..3].eq_ignore_ascii_case(b"%2F");
    let mut i = 0;
    while i < host.len() {
        let escaped =
            socket && host.get(i..i + 3).is_some_and(|e| matches!(e, b"%2F" | b"%2f" | b"%3A" | b"%3a"));
        if !escaped && !keyword::is_plain(host[i]) {
            return false;
        }
        i += if escaped { 3 } else { 1 };
    }
    // `u:hunter2` without an `@` looks like a host with a port: only what can be a port is one.
    port.len() <= 5 && port.iter().all(u8::is_ascii_digit)
}

/// `$NAME`, `${NAME}`: a variable's value stands there and nothing else. Where it does, the rest is as plain as elsewhere.
fn is_reference(piece: &[u8]) -> bool {
    let Some(name) = piece.strip_prefix(b"$") else { return false };
    let name = name.strip_prefix(b"{").map_or(Some(name), |name| name.strip_suffix(b"}"));
    name.is_some_and(|name| {
        name.first().is_some_and(u8::is_ascii_alphabetic)
            && name.iter().all(|b| b.is_ascii_alphanumeric() || *b == b'_')
    })
}

/// `${HOST}`, `${HOST}:5432`, `${HOST}:${PORT}`.
fn is_reference_with_port(piece: &[u8]) -> bool {
    let colon = piece.iter().position(|b| *b == b':');
    let (host, port) = colon.map_or((piece, None), |c| (&piece[..c], Some(&piece[c + 1..])));
    let digits = |port: &[u8]| port.len() <= 5 && port.iter().all(u8::is_ascii_digit);
    (is_reference(host) || plain_host(host)) && port.is_none_or(|port| is_reference(port) || digits(port))
}

fn parameters(bytes: &[u8], start: usize, out: &mut Vec<Range<usize>>) {
    let mut at = start;
    for piece in bytes[start..].split(|b| *b == b'&') {
        let end = at + piece.len();
        if end < bytes.len() {
            out.push(end..end + 1);
        }
        if let Some(equals) = piece.iter().position(|b| *b == b'=') {
            let (name, value) = (&piece[..equals], &piece[equals + 1..]);
            if let Some(show) = show_of(name) {
                out.push(at..at + equals + 1);
                if show.admits(value) {
                    out.push(at + equals + 1..end);
                }
            } else {
                // Where a name that is nobody's ends is as plain as where the next begins.
                out.push(at + equals..at + equals + 1);
            }
        }
        at = end + 1;
    }
}

fn show_of(name: &[u8]) -> Option<Show> {
    match name {
        b"ssl" | b"requiressl" => Some(Show::Word),
        _ => keyword::find(name).map(|i| KEYWORDS[i].show),
    }
}

fn pairs(text: &str) -> Option<Vec<Range<usize>>> {
    let bytes = text.as_bytes();
    let mut out = Vec::new();
    let mut at = 0;
    for token in bytes.split(|b| *b == b' ') {
        let end = at + token.len();
        let equals = token.iter().position(|b| *b == b'=')?;
        let (show, value) = (show_of(&token[..equals])?, &token[equals + 1..]);
        // An empty value would take the next token: libpq skips white space behind the `=`.
        if value.is_empty() {
            return None;
        }
        out.push(at..at + equals + 1);
        if show.admits(value) {
            out.push(at + equals + 1..end);
        } else if !matches!(show, Show::Credential | Show::Never)
            || value.iter().any(|b| !b.is_ascii_graphic() || b"'\"\\`=".contains(b))
        {
            return None;
        }
        if end < bytes.len() {
            out.push(end..end + 1);
        }
        at = end + 1;
    }
    Some(merge(out))
}

/// Ascending, apart, none empty.
pub(super) fn merge(mut ranges: Vec<Range<usize>>) -> Vec<Range<usize>> {
    ranges.retain(|r| !r.is_empty());
    ranges.sort_by_key(|r| r.start);
    ranges.dedup_by(|next, last| {
        let meets = last.end >= next.start;
        if meets {
            last.end = last.end.max(next.end);
        }
        meets
    });
    ranges
}

/// Of [`SCHEMES`] those in front of a URL of PostgreSQL's own shape.
const OWN: &[&str] = &[
    "cockroach",
    "cockroachdb",
    "ecto",
    "pg",
    "pgsql",
    "postgis",
    "postgres",
    "postgresql",
    "prometheus_postgis",
    "prometheus_postgresql",
    "psql",
    "redshift",
    "timescale",
    "timescaledb",
    "timescalegis",
];

/// Schemes, dialects and drivers of databases. A word that is not here may be anything, so it is masked.
const SCHEMES: &[&str] = &[
    "aiomysql",
    "aiosqlite",
    "asyncmy",
    "asyncpg",
    "cockroach",
    "cockroachdb",
    "ecto",
    "file",
    "jdbc",
    "mariadb",
    "mariadbconnector",
    "mssql",
    "mysql",
    "mysql2",
    "mysqlclient",
    "mysqlconnector",
    "mysqldb",
    "mysqlgis",
    "oracle",
    "oracledb",
    "pg",
    "pg8000",
    "pgsql",
    "pool",
    "postgis",
    "postgres",
    "postgresql",
    "prisma",
    "prometheus_postgis",
    "prometheus_postgresql",
    "proxy",
    "psql",
    "psycopg",
    "psycopg2",
    "psycopg2cffi",
    "psycopg_async",
    "pymssql",
    "pymysql",
    "pyodbc",
    "pysqlite",
    "r2dbc",
    "r2dbcs",
    "redshift",
    "redshift_connector",
    "spatialite",
    "sqlite",
    "sqlite3",
    "sqlserver",
    "timescale",
    "timescaledb",
    "timescalegis",
];
