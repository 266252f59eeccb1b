//! `make_url`: the regular expression of `_parse_url` in SQLAlchemy's engine/url.py, without its backtracking.

use crate::consumer::{python, urllib};

/// A URL as SQLAlchemy holds it. What is not given is empty, as is what is given and empty.
#[derive(Default, Debug)]
pub(super) struct Url {
    pub(super) drivername: String,
    pub(super) username: String,
    pub(super) password: String,
    /// Not decoded, in the case that it was written in.
    pub(super) host: String,
    pub(super) port: Option<i64>,
    pub(super) database: String,
    /// Each name once, with all its values; those with an empty value are not there.
    pub(super) query: Vec<(String, Vec<String>)>,
}

/// Why there is no URL.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Error {
    /// `ArgumentError`.
    NoUrl,
    /// `ValueError` of `int`; also for a `:` with nothing behind it.
    Port,
}

impl Url {
    pub(super) fn get(&self, name: &str) -> Option<&[String]> {
        self.query.iter().find(|(n, _)| n == name).map(|(_, values)| values.as_slice())
    }
}

/// Whatever follows the last thing that is understood is passed over.
pub(super) fn parse(text: &str) -> Result<Url, Error> {
    let (drivername, rest) = text.split_once("://").ok_or(Error::NoUrl)?;
    let word = |c: char| c.is_alphanumeric() || c == '_' || c == '+';
    if drivername.is_empty() || !drivername.chars().all(word) {
        return Err(Error::NoUrl);
    }
    let mut url = Url { drivername: drivername.to_owned(), ..Url::default() };
    let (userinfo, rest) = userinfo(rest);
    if let Some((user, password)) = userinfo {
        url.username = urllib::unquote(user);
        url.password = urllib::unquote(password.unwrap_or_default());
    }
    let (host, rest) = host(rest);
    host.clone_into(&mut url.host);
    let (port, rest) = match rest.strip_prefix(':') {
        Some(after) => {
            let (port, rest) = after.split_at(after.find(['/', '?']).unwrap_or(after.len()));
            (Some(python::int(port).ok_or(Error::Port)?), rest)
        }
        None => (None, rest),
    };
    url.port = port;
    let rest = match rest.strip_prefix('/') {
        Some(after) => {
            let (database, rest) = after.split_at(after.find('?').unwrap_or(after.len()));
            url.database = urllib::unquote(database);
            rest
        }
        None => rest,
    };
    if let Some(query) = rest.strip_prefix('?') {
        // `.` does not match a line end.
        let query = query.split('\n').next().unwrap_or_default();
        url.query = urllib::grouped(urllib::parse_qsl(query));
    }
    Ok(url)
}

/// A user, and a password where a `:` stands before a `/`. The password ends at the first `@` behind the `:`, be it
/// in the query; a user without a password at the last `@` before `:` and `/`.
type Userinfo<'t> = (Option<(&'t str, Option<&'t str>)>, &'t str);

fn userinfo(text: &str) -> Userinfo<'_> {
    let (user, rest) = text.split_at(text.find([':', '/']).unwrap_or(text.len()));
    if let Some((password, rest)) = rest.strip_prefix(':').and_then(|after| after.split_once('@')) {
        return (Some((user, Some(password))), rest);
    }
    match user.rfind('@') {
        Some(at) => (Some((&text[..at], None)), &text[at + 1..]),
        None => (None, text),
    }
}

/// An address in brackets, up to the last `]` before `/` and `?`; or all before `:`, `/` and `?`.
fn host(text: &str) -> (&str, &str) {
    if let Some(inner) = text.strip_prefix('[') {
        let run = &inner[..inner.find(['/', '?']).unwrap_or(inner.len())];
        if let Some(end) = run.rfind(']').filter(|end| *end > 0) {
            return (&inner[..end], &inner[end + 1..]);
        }
    }
    text.split_at(text.find([':', '/', '?']).unwrap_or(text.len()))
}
