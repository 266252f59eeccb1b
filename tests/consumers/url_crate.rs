//! The `url` crate as a reader of connection strings, as programs use it by hand: raw, and with escapes decoded and
//! the query heeded. It is no consumer; the recordings have it for comparison.

use pgward::{
    Secret,
    consumer::{Accepted, Reading},
};
use url::Url;

/// Parts as they stand in the URL.
pub(crate) fn raw(text: &str) -> Reading {
    let Ok(url) = Url::parse(text) else { return Reading::Rejected("no URL") };
    let mut out = Accepted {
        user: Some(url.username().into()),
        password: url.password().map(Secret::from),
        dbname: Some(url.path().trim_start_matches('/').into()),
        ..Accepted::default()
    };
    out.hosts = vec![(url.host_str().unwrap_or_default().into(), port(&url))];
    out.sslmode = query(&url, "sslmode").map(Secret::new);
    Reading::Accepted(out)
}

/// Parts decoded, and overridden by the query.
pub(crate) fn decoded(text: &str) -> Reading {
    let Ok(url) = Url::parse(text) else { return Reading::Rejected("no URL") };
    let or = |name: &str, part: &str| Secret::new(query(&url, name).unwrap_or_else(|| decode(part)));
    let host = url.host_str().unwrap_or_default();
    let host = host.strip_prefix('[').and_then(|h| h.strip_suffix(']')).unwrap_or(host);
    let port = query(&url, "port").map_or(port(&url), |p| crate::recorded::port(&p));
    let path: String = url.path().chars().skip(1).collect();
    Reading::Accepted(Accepted {
        hosts: vec![(or("host", host), port)],
        user: Some(or("user", url.username())),
        password: Some(or("password", url.password().unwrap_or_default())),
        dbname: Some(or("dbname", &path)),
        sslmode: query(&url, "sslmode").map(Secret::new),
        ..Accepted::default()
    })
}

/// The recording took port 0 for none.
fn port(url: &Url) -> u16 {
    url.port().filter(|p| *p != 0).unwrap_or(5432)
}

fn query(url: &Url, name: &str) -> Option<String> {
    url.query_pairs().filter(|(n, _)| n == name).last().map(|(_, value)| value.into_owned())
}

fn decode(text: &str) -> String {
    let form = text.replace('+', "%2B").replace('&', "%26").replace('=', "%3D");
    url::form_urlencoded::parse(form.as_bytes()).map(|(name, _)| name.into_owned()).collect()
}
