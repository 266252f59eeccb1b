//! What the known consumers make of a target's text. Every answer is found by reading, and by reading it with one
//! thing changed; no list says which library dislikes what.

use super::{Setting, Settings, Target};
use crate::{
    conninfo::{self, Conninfo, EndpointKind, Libpq, are_possible_hosts},
    consumer::{
        Aspect, Backend, Consumer, Encryption, Reading,
        agreement::{self, Row},
    },
    layer::is_javascript,
    secret::{MASK, Secret},
};
use std::ops::Range;

/// The scheme of a URL.
#[derive(Clone, Debug)]
pub struct Scheme {
    /// The bytes before `://`.
    pub range: Range<usize>,
    /// `+driver`, with its `+`.
    pub driver: Option<Range<usize>>,
    /// Before the driver it is `postgresql` or `postgres`, to the letter.
    pub plain: bool,
    /// Before the driver it is `postgres`, to the letter.
    pub short: bool,
}

/// A consumer, and why it refuses.
#[derive(Clone, Debug)]
pub struct Refusal<'s> {
    /// The consumer and who says that it reads the URL.
    pub consumer: &'s Setting<Consumer>,
    /// Its reason, in our words.
    pub why: &'static str,
}

/// More parameters than any connection string has are not tried one by one.
const MOST: usize = 32;

/// A longer text is no connection string, and must cost no more than one.
const LONGEST: usize = 16 * 1024;

impl Target {
    /// The text, where consumers are to be asked about it: a URL or string of PostgreSQL's own kind, complete.
    pub(super) fn asked(&self) -> Option<&Secret> {
        let whole = self.oddities.wrapped.is_none() && self.oddities.placeholders.is_empty();
        let text = self.text.as_ref().filter(|_| whole && self.is_postgres())?;
        let asked = self.spelling().is_native() && text.value.expose().len() <= LONGEST;
        asked.then_some(&text.value)
    }

    /// The known consumers that read it. What is called after `SQLAlchemy` is read by that alone, where it is one of them,
    /// and what code hands to a function by a library of its language.
    fn readers<'s>(&self, settings: &'s Settings) -> impl Iterator<Item = &'s Setting<Consumer>> {
        let sqlalchemy = |c: &Setting<Consumer>| c.value == Consumer::SqlAlchemy;
        let own = self.name.contains("SQLALCHEMY") && settings.consumers.iter().any(sqlalchemy);
        let path = settings.whereabouts.as_ref().filter(|_| self.told).map(|at| at.path.as_str());
        let extension = path.and_then(|path| path.rsplit('.').next()).unwrap_or_default();
        let python = extension == "py";
        let javascript = path.is_some_and(is_javascript);
        let connects = self.name.starts_with("connect(");
        settings.consumers.iter().filter(move |c| match c.value {
            Consumer::SqlAlchemy => !javascript && !connects,
            _ if own => false,
            Consumer::NodePostgres | Consumer::PostgresJs => !python,
            Consumer::TokioPostgres | Consumer::Sqlx => !python && !javascript,
            Consumer::DjDatabaseUrl | Consumer::DjangoEnviron => !javascript && !connects,
            // `psql "$SHOP_URL"` reads that variable, whatever stands before its name, and no other.
            Consumer::Libpq if self.form == super::Form::Url => {
                !javascript
                    && settings
                        .given
                        .as_ref()
                        .is_none_or(|own| own.ends_with(&self.name) || self.name.ends_with(own.as_str()))
            }
            Consumer::Libpq | Consumer::Asyncpg => !javascript,
        })
    }

    /// What each known consumer makes of the text.
    pub fn read_by<'s>(&self, settings: &'s Settings) -> Vec<(&'s Setting<Consumer>, Row)> {
        let Some(text) = self.asked().filter(|_| !settings.consumers.is_empty()) else { return Vec::new() };
        let rows = agreement::compare(text, true, self.readers(settings).map(|c| c.value));
        self.readers(settings).zip(rows).collect()
    }

    /// What each known consumer that takes the text does about TLS; one that leaves it to what is below is left out.
    pub fn encrypted_by<'s>(&self, settings: &'s Settings) -> Vec<(&'s Setting<Consumer>, Encryption)> {
        let Some(text) = self.asked() else { return Vec::new() };
        let encryption = |consumer: &'s Setting<Consumer>| match consumer.value.read(text) {
            Reading::Accepted(a) if a.later.is_none() => Some((consumer, a.encryption?)),
            _ => None,
        };
        self.readers(settings).filter_map(encryption).collect()
    }

    /// Two known consumers that the text leads to different places.
    pub fn disagreement<'s>(
        &self,
        settings: &'s Settings,
    ) -> Option<(&'s Setting<Consumer>, &'s Setting<Consumer>, Vec<Aspect>)> {
        let all: Vec<Consumer> = self.readers(settings).map(|c| c.value).collect();
        let (a, b, parts) = agreement::disagreement(self.asked()?, &all)?;
        let of = |consumer| settings.consumers.iter().find(|c| c.value == consumer);
        Some((of(a)?, of(b)?, parts))
    }

    /// Whether everything it dials is a Unix socket.
    pub fn is_socket(&self) -> bool {
        let dials =
            |c: &Conninfo| c.places().is_some_and(|all| all.iter().all(|e| e.kind == EndpointKind::Unix));
        self.is_postgres() && self.parsed.as_ref().is_ok_and(dials)
    }

    /// Whether it dials more than one host.
    pub fn names_several_hosts(&self) -> bool {
        self.parsed.as_ref().is_ok_and(|c| c.places().is_some_and(|all| all.len() > 1))
    }

    /// The scheme, for a URL.
    pub fn scheme(&self) -> Option<Scheme> {
        let text = self.asked()?.expose();
        let range = 0..scheme_end(text)?;
        let scheme = &text[range.clone()];
        let end = scheme.find('+').unwrap_or(scheme.len());
        let family = &scheme[..end];
        Some(Scheme {
            driver: (end < scheme.len()).then_some(end..scheme.len()),
            plain: matches!(family, "postgresql" | "postgres"),
            short: family == "postgres",
            range,
        })
    }

    /// The known consumers that cannot use the text and could if a range of it were something else.
    pub fn refused_for<'s>(
        &self,
        settings: &'s Settings,
        range: &Range<usize>,
        instead: &str,
    ) -> Vec<Refusal<'s>> {
        let Some(text) = self.asked() else { return Vec::new() };
        let Some(changed) = replaced(text, range, instead) else { return Vec::new() };
        let refusal = |consumer: &'s Setting<Consumer>| {
            let why = useless(consumer.value, text)?;
            useless(consumer.value, &changed).is_none().then_some(Refusal { consumer, why })
        };
        self.readers(settings).filter_map(refusal).collect()
    }

    /// Whether a change of the text leaves every known consumer, and libpq, where it was.
    pub fn keeps(&self, settings: &Settings, range: &Range<usize>, instead: &str) -> bool {
        let changed = self.asked().and_then(|text| Some((text, replaced(text, range, instead)?)));
        let Some((before, after)) = changed else { return false };
        let consumers = settings.consumers.iter().map(|c| c.value).chain([Consumer::Libpq]);
        consumers.into_iter().all(|c| agreement::keeps(c, before, &after))
    }

    /// Whether each of some consumers that came to a server by this text comes to the same one, as the same role with the
    /// same password and the same encryption, by another text; libpq too, the oldest and the newest, where no consumer is
    /// known. What stands around the text counts, and references that nothing filled in. Some take the second half of
    /// `p@ss@host` for the host, a name that none has: they came nowhere.
    pub fn is_kept_by(&self, other: &Self, consumers: &[Setting<Consumer>]) -> bool {
        let native = |t: &Self| t.is_postgres() && t.spelling().is_native();
        let (Some(before), Some(after)) = (&self.text, &other.text) else { return true };
        if !native(self) || !native(other) {
            return true;
        }
        let (before, after) = (&before.value, &after.value);
        if before.same_as(after) {
            return true;
        }
        if before.expose().len() > LONGEST || after.expose().len() > LONGEST {
            return false;
        }
        let kept = |c: Consumer| comes_nowhere(c, before) || agreement::keeps(c, before, after);
        let known = consumers.iter().all(|c| kept(c.value));
        let libpq = || [Libpq::V15, Libpq::V18].iter().all(|libpq| same_password(*libpq, before, after));
        known && (!consumers.is_empty() || (kept(Consumer::Libpq) && libpq()))
    }

    /// The parameters of a URL, as written: libpq's keyword where it is one, name, and what goes when it goes.
    pub fn url_parameters(&self) -> Vec<UrlParameter> {
        let Some(text) = self.asked().map(Secret::expose) else { return Vec::new() };
        let Some(query) = text.find('?').filter(|_| text.contains("://")) else { return Vec::new() };
        let mut out = Vec::new();
        let mut at = query + 1;
        for piece in text[at..].split('&').take(MOST) {
            let (start, end) = (at, at + piece.len());
            at = end + 1;
            let name = start..start + piece.find('=').unwrap_or(piece.len());
            // The first goes with the `&` behind it, the others with the one before.
            let first = start == query + 1;
            let whole = if !first {
                start - 1..end
            } else if end < text.len() {
                start..end + 1
            } else {
                query..end
            };
            let written = &text[name.clone()];
            let asyncpg = written == "ssl" && self.tls_word() == written;
            let (owner, word) =
                if asyncpg { (Some("asyncpg"), Some("ssl")) } else { super::foreign::known(written).unzip() };
            let keyword = if asyncpg { Some("sslmode") } else { conninfo::keyword(written) };
            out.push(UrlParameter { keyword, owner, word, name, whole });
        }
        out
    }
}

/// Where the first `://` stands.
pub(super) fn scheme_end(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut at = 0;
    loop {
        at += bytes[at..].iter().position(|b| *b == b':')?;
        if bytes[at..].starts_with(b"://") {
            return Some(at);
        }
        at += 1;
    }
}

#[cfg(feature = "guard")]
impl Target {
    /// The URL that a library reads rightly, with what has no place in it: libpq keywords that are in force, and
    /// parameters that libpq does not know; none where no URL says it to this library.
    pub fn url_for(&self, consumer: Consumer) -> Option<(Secret, Vec<&'static str>)> {
        let endpoints = self.parsed.as_ref().ok()?.places()?;
        let place = |e: &conninfo::Endpoint| Some((e.host.clone().or_else(|| e.hostaddr.clone())?, e.port));
        let places: Vec<(crate::secret::Part, u16)> = endpoints.iter().map(place).collect::<Option<_>>()?;
        let places: Vec<(&str, u16)> = places.iter().map(|(host, port)| (host.expose(), *port)).collect();
        let url = consumer.spell(self.driver(), |keyword| self.get(keyword).map(|s| &s.value), &places)?;
        let told = |keyword: &str| {
            ["host", "hostaddr", "port", "user", "password", "dbname"].contains(&keyword)
                || url.expose().contains(&format!("{keyword}="))
                || keyword == "sslmode" && (url.expose().contains("?ssl=") || url.expose().contains("&ssl="))
        };
        let left = self.parameters.iter().filter(|(k, s)| !s.value.is_empty() && !told(k));
        // What is no keyword of libpq may speak of encryption all the same.
        let text = self.text.as_ref().map_or("", |t| t.value.expose());
        let unknown = self.parsed.iter().flat_map(Conninfo::unknown);
        let unknown = unknown.map(|name| {
            let known = text.get(name.clone()).and_then(super::foreign::known);
            known.map_or("a parameter that libpq does not know", |(_, word)| word)
        });
        let left = left.map(|(k, _)| *k).chain(unknown).collect();
        Some((url, left))
    }

    /// The text as a whole, or what makes one of its parts.
    pub fn as_text(&self) -> Option<Secret> {
        match &self.text {
            Some(text) => Some(text.value.clone()),
            None => self.url_for(Consumer::Libpq).map(|(url, _)| url),
        }
    }
}

/// A connection string with the mask where it was not proved harmless.
pub fn masked(text: &Secret) -> String {
    let text = text.expose();
    let (mut out, mut at) = (String::new(), 0);
    for range in super::reveal::url(text) {
        if at < range.start {
            out.push_str(MASK);
        }
        out.push_str(&text[range.clone()]);
        at = range.end;
    }
    if at < text.len() {
        out.push_str(MASK);
    }
    out
}

/// A parameter of a URL.
#[derive(Clone, Debug)]
pub struct UrlParameter {
    /// libpq's keyword, `sslmode` for asyncpg's `ssl` too; none for a name that is none.
    pub keyword: Option<&'static str>,
    /// The client that it belongs to, for one that libpq does not know.
    pub owner: Option<&'static str>,
    /// That client's word for it.
    word: Option<&'static str>,
    /// Where the name stands.
    pub name: Range<usize>,
    /// What to take away, with one separator.
    pub whole: Range<usize>,
}

impl UrlParameter {
    /// The name as a word of ours; none for one that nobody knows.
    pub fn word(&self) -> Option<&'static str> {
        self.word.or(self.keyword)
    }
}

fn replaced(text: &Secret, range: &Range<usize>, instead: &str) -> Option<Secret> {
    let text = text.expose();
    let (before, behind) = (text.get(..range.start)?, text.get(range.end..)?);
    Some(Secret::new([before, instead, behind].concat()))
}

/// Whether a library comes to no server by a text: refused, or it dials, asks for or poses as what has such a name nowhere.
/// Nobody ends a name in a blank.
fn comes_nowhere(consumer: Consumer, text: &Secret) -> bool {
    let odd = |name: &Option<Secret>| name.as_ref().is_some_and(|n| n.expose().trim() != n.expose());
    match consumer.read(text) {
        Reading::Rejected(_) => true,
        Reading::Accepted(a) => {
            let impossible = |(host, _): &(Secret, u16)| !are_possible_hosts(host.expose());
            a.hosts.iter().any(impossible) || odd(&a.dbname) || odd(&a.user)
        }
    }
}

/// Whether a libpq that came to a server finds the password that it found before. The newest takes blanks away from around
/// each part.
fn same_password(libpq: Libpq, before: &Secret, after: &Secret) -> bool {
    let parsed = |text: &Secret| match text.expose() {
        url if url.contains("://") => Conninfo::parse_passing_unknown(url, libpq).ok(),
        pairs => Conninfo::parse_as(pairs, libpq).ok(),
    };
    let of = |c: &Conninfo, keyword: &str| c.get(keyword).map(|v| v.secret().clone()).unwrap_or_default();
    let dials = |c: &Conninfo| c.places().is_some() && are_possible_hosts(of(c, "host").expose());
    let Some(old) = parsed(before).filter(dials) else { return true };
    parsed(after).is_some_and(|new| of(&new, "password").same_as(&of(&old, "password")))
}

/// Why a consumer has no use for a text: refused, taken for another engine, or bound to fail.
fn useless(consumer: Consumer, text: &Secret) -> Option<&'static str> {
    match consumer.read(text) {
        Reading::Rejected(why) => Some(why),
        Reading::Accepted(a) => match a.later {
            Some(why) => Some(why),
            None if a.backend != Backend::Postgres => Some("takes it for another engine"),
            None => None,
        },
    }
}
