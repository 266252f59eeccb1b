//! Connection strings of Npgsql (`Host=h;Username=u;…`), translated into libpq's keywords. The grammar is that of
//! .NET's `DbConnectionStringBuilder`; the names are those of `NpgsqlConnectionStringBuilder`.

use super::{
    Conninfo, Draft, Drafts, Form, Parameter,
    error::{Error, ErrorKind, Place},
    keyword::{self, KEYWORDS, Libpq, Show},
};
use std::ops::Range;

impl Conninfo {
    /// Reads a string as Npgsql does. Its names come as the libpq keywords that mean the same, the words of
    /// `SSL Mode` as those of `sslmode`; the others are listed by [`Conninfo::unknown`].
    ///
    /// # Errors
    /// For what .NET refuses: a name without `=`, a quote without its end.
    pub fn parse_npgsql(text: &str) -> Result<Self, Error> {
        super::refuse_nul(text)?;
        let mut drafts = Drafts { unknown: Some(Vec::new()), ..Drafts::new() };
        let mut parameters = Vec::new();
        for Pair { name, value, bytes } in pairs(text)? {
            let Some(keyword) = keyword_of(&text[name.clone()]) else {
                drafts.unknown.get_or_insert_default().push(name);
                continue;
            };
            parameters.push(Parameter { keyword, name: name.clone(), value: value.clone() });
            // An empty value takes the name away again.
            if bytes.is_empty() {
                continue;
            }
            let bytes = match keyword {
                "sslmode" => sslmode(&bytes).map_or(bytes, Into::into),
                _ => bytes,
            };
            drafts.set(keyword, Draft { name: Some(name), ..Draft::new(bytes, value) });
        }
        let shape = Self::empty(Form::Npgsql, Libpq::V18, parameters);
        let mut conninfo = Self::finish(text, Libpq::V18, drafts, shape);
        conninfo.reveal_as(visible_npgsql(text));
        Ok(conninfo)
    }
}

/// Whether a string is Npgsql's beyond doubt: pairs between `;`, all with known names, a host, and one thing that no
/// other database's has. libpq reads `host=h;port=5432` as one long host name.
pub fn is_npgsql(text: &str) -> bool {
    let Ok(pairs) = pairs(text) else { return false };
    let named = |pair: &Pair, keyword: &str| keyword_of(&text[pair.name.clone()]) == Some(keyword);
    let telling = |pair: &Pair| {
        let name = flat(&text[pair.name.clone()]);
        matches!(name.as_str(), "host" | "username" | "sslmode" | "searchpath")
            || named(pair, "port") && pair.bytes == b"5432"
    };
    let host = pairs.iter().find(|p| named(p, "host"));
    let known = |pair: &Pair| {
        let name = &text[pair.name.clone()];
        keyword_of(name).is_some() || OWN.contains(&flat(name).as_str())
    };
    pairs.len() > 1
        && pairs.iter().all(known)
        && pairs.iter().any(telling)
        && host.is_some_and(|h| !h.bytes.iter().any(|b| b.is_ascii_whitespace() || *b == b'='))
}

/// Whether a string may be Npgsql's, of which one cannot tell it from another client's of .NET: pairs between `;`, all with
/// known names, among them a host, a database and a role.
pub fn may_be_npgsql(text: &str) -> bool {
    let Ok(pairs) = pairs(text) else { return false };
    let keyword = |pair: &Pair| keyword_of(&text[pair.name.clone()]);
    let known =
        |pair: &Pair| keyword(pair).is_some() || OWN.contains(&flat(&text[pair.name.clone()]).as_str());
    let has = |wanted: &str| pairs.iter().any(|p| keyword(p) == Some(wanted) && !p.bytes.is_empty());
    pairs.iter().all(known) && ["host", "dbname", "user"].into_iter().all(has)
}

/// The bytes of such a string that may be shown. It is understood when every piece between two `;` is a known name,
/// a `=` and a value, none twice, all in plain ASCII without quotes; then a value is shown by its own characters.
pub fn visible_npgsql(text: &str) -> Vec<Range<usize>> {
    let mut out = Vec::new();
    let mut seen = Vec::new();
    let mut at = 0;
    for piece in text.split(';') {
        let start = at;
        at += piece.len() + 1;
        if piece.trim().is_empty() {
            continue;
        }
        let Some(equals) = piece.find('=') else { return Vec::new() };
        let (name, value) = (&piece[..equals], &piece[equals + 1..]);
        let odd = |b: u8| !(b.is_ascii_graphic() || b == b' ') || b"'\"\\`".contains(&b);
        let keyword = keyword_of(name.trim());
        let known = keyword.is_some() || OWN.contains(&flat(name).as_str());
        // One that comes twice may be the rest of a password with a `;` in it. `seen` holds known names only.
        if piece.bytes().any(odd) || !known || seen.contains(&flat(name)) {
            return Vec::new();
        }
        seen.push(flat(name));
        out.push(start..start + equals + 1);
        let show = keyword.and_then(|k| keyword::find(k.as_bytes())).map(|i| KEYWORDS[i].show);
        if show.is_some_and(|show| show.admits(value.trim().as_bytes())) {
            out.push(start + equals + 1..start + piece.len());
        } else if !matches!(show, None | Some(Show::Credential | Show::Never)) {
            return Vec::new();
        }
        if start + piece.len() < text.len() {
            out.push(start + piece.len()..start + piece.len() + 1);
        }
    }
    super::visible::merge(out)
}

struct Pair {
    name: Range<usize>,
    value: Range<usize>,
    bytes: Vec<u8>,
}

fn pairs(text: &str) -> Result<Vec<Pair>, Error> {
    let bytes = text.as_bytes();
    let skip = |mut at: usize, also: &[u8]| {
        while bytes.get(at).is_some_and(|b| b.is_ascii_whitespace() || also.contains(b)) {
            at += 1;
        }
        at
    };
    let find = |from: usize, stop: u8| {
        bytes[from..].iter().position(|b| *b == stop).map_or(bytes.len(), |i| from + i)
    };
    let trimmed = |mut range: Range<usize>| {
        while range.end > range.start && bytes[range.end - 1].is_ascii_whitespace() {
            range.end -= 1;
        }
        range
    };
    let mut out: Vec<Pair> = Vec::new();
    let mut at = skip(0, b";");
    while at < bytes.len() {
        let number = out.len() + 1;
        let equals = find(at, b'=');
        if equals == bytes.len() || text[at..equals].contains(';') {
            let range = at..find(at, b';');
            return Err(Error::new(ErrorKind::EqualsMissing, Place::Name(number), text, range));
        }
        let name = trimmed(at..equals);
        let start = skip(equals + 1, b"");
        let quote = bytes.get(start).copied().filter(|b| matches!(b, b'\'' | b'"'));
        let (value, read, end) = if let Some(quote) = quote {
            let (mut read, mut i) = (Vec::new(), start + 1);
            loop {
                match bytes.get(i) {
                    Some(b) if *b == quote && bytes.get(i + 1) == Some(&quote) => i += 1,
                    Some(b) if *b == quote => break,
                    Some(_) => {}
                    None => {
                        return Err(Error::new(
                            ErrorKind::QuoteOpen,
                            Place::Value(number),
                            text,
                            start..start + 1,
                        ));
                    }
                }
                read.push(bytes[i]);
                i += 1;
            }
            let end = skip(i + 1, b"");
            if end < bytes.len() && bytes[end] != b';' {
                return Err(Error::new(ErrorKind::QuoteOpen, Place::Value(number), text, start..start + 1));
            }
            (start..i + 1, read, end)
        } else {
            let end = find(start.max(equals + 1), b';');
            let value = trimmed(start.min(end)..end);
            (value.clone(), bytes[value].to_vec(), end)
        };
        out.push(Pair { name, value, bytes: read });
        at = skip(end, b";");
    }
    Ok(out)
}

/// Names are compared without case and blanks: `SSL Mode`, `SslMode`.
fn flat(name: &str) -> String {
    name.chars().filter(|c| !c.is_whitespace()).map(|c| c.to_ascii_lowercase()).collect()
}

fn keyword_of(name: &str) -> Option<&'static str> {
    let name = flat(name);
    let npgsql = NAMES.iter().find(|(names, _)| names.contains(&name.as_str())).map(|(_, keyword)| *keyword);
    // libpq's own names between semicolons are the same mistake.
    npgsql.or_else(|| keyword::find(name.as_bytes()).map(|i| KEYWORDS[i].name))
}

/// `SslMode` of Npgsql in libpq's words; .NET reads them without case.
fn sslmode(word: &[u8]) -> Option<&'static [u8]> {
    let words: [(&str, &'static [u8]); 6] = [
        ("disable", b"disable"),
        ("allow", b"allow"),
        ("prefer", b"prefer"),
        ("require", b"require"),
        ("verifyca", b"verify-ca"),
        ("verifyfull", b"verify-full"),
    ];
    words.into_iter().find(|(w, _)| word.eq_ignore_ascii_case(w.as_bytes())).map(|(_, mode)| mode)
}

const NAMES: &[(&[&str], &str)] = &[
    (&["host", "server"], "host"),
    (&["port"], "port"),
    (&["database", "db"], "dbname"),
    (&["username", "userid", "uid"], "user"),
    (&["password", "psw", "pwd"], "password"),
    (&["passfile"], "passfile"),
    (&["sslmode"], "sslmode"),
    (&["rootcertificate"], "sslrootcert"),
    (&["sslcertificate"], "sslcert"),
    (&["sslkey"], "sslkey"),
    (&["sslpassword"], "sslpassword"),
    (&["sslnegotiation"], "sslnegotiation"),
    (&["channelbinding"], "channel_binding"),
    (&["requireauth"], "require_auth"),
    (&["timeout"], "connect_timeout"),
    (&["applicationname"], "application_name"),
    (&["options"], "options"),
    (&["clientencoding"], "client_encoding"),
];

/// Names of Npgsql that no keyword of libpq stands for.
const OWN: &[&str] = &[
    "arraynullabilitymode",
    "autoprepareminusages",
    "cancellationtimeout",
    "checkcertificaterevocation",
    "commandtimeout",
    "connectionidlelifetime",
    "connectionlifetime",
    "connectionpruninginterval",
    "convertinfinitydatetime",
    "efadmindatabase",
    "eftemplatedatabase",
    "encoding",
    "enlist",
    "gssencryptionmode",
    "hostrecheckseconds",
    "includeerrordetail",
    "includefailedbatchedcommand",
    "includerealm",
    "integratedsecurity",
    "internalcommandtimeout",
    "keepalive",
    "kerberosservicename",
    "loadbalancehosts",
    "loadtablecomposites",
    "logparameters",
    "maxautoprepare",
    "maximumpoolsize",
    "maxpoolsize",
    "minimumpoolsize",
    "minpoolsize",
    "multiplexing",
    "noresetonclose",
    "persistsecurityinfo",
    "pooling",
    "readbuffersize",
    "replicationmode",
    "searchpath",
    "servercompatibilitymode",
    "socketreceivebuffersize",
    "socketsendbuffersize",
    "targetsessionattributes",
    "tcpkeepalive",
    "timezone",
    "trustservercertificate",
    "useperfcounters",
    "writebuffersize",
    "writecoalescingbufferthresholdbytes",
];
