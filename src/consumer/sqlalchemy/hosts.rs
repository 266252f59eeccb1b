//! Hosts that stand in the query of a SQLAlchemy URL: `host=h1,h2&port=1,2` or `host=h1:1&host=h2:2`.

use super::url::Url;
use crate::consumer::python;

const MIXED: &str = "its hosts and ports mix two forms, or do not match";

/// Hosts with their ports; none where the query names no host.
pub(super) type Several = Option<Vec<(String, Option<i64>)>>;

/// `_split_multihost_from_url`.
pub(super) fn several(url: &Url) -> Result<Several, &'static str> {
    let (hosts, ports) = (url.get("host"), url.get("port"));
    let mut joined = false;
    let mut own_ports: Option<Vec<String>> = None;
    let names: Option<Vec<String>> = match hosts {
        None => None,
        Some([one]) => {
            let list: Vec<&str> = one.split(',').collect();
            match (list.as_slice(), one.split_once(':')) {
                ([_], Some((host, port))) if ports.is_none() && is_name(host) && is_number(port) => {
                    joined = true;
                    own_ports = Some(vec![port.to_owned()]);
                    Some(vec![host.to_owned()])
                }
                _ => Some(list.into_iter().map(str::to_owned).collect()),
            }
        }
        Some(list) => {
            joined = true;
            // `token.split(":")` must give one or two pieces, of which `zip` makes hosts and ports.
            if list.iter().any(|token| token.matches(':').count() > 1) {
                return Err(MIXED);
            }
            let split = |token: &String| {
                let (host, port) = token.split_once(':').unwrap_or((token, ""));
                (host.to_owned(), port.to_owned())
            };
            let (hosts, ports) = list.iter().map(split).unzip();
            own_ports = Some(ports);
            Some(hosts)
        }
    };
    match ports {
        Some(_) if joined => return Err(MIXED),
        Some([one]) => own_ports = Some(one.split(',').map(str::to_owned).collect()),
        Some(list) => own_ports = Some(list.to_vec()),
        None => {}
    }
    let number = |text: &String| match text.as_str() {
        "" => Ok(None),
        text => python::int(text).map(Some).ok_or(MIXED),
    };
    let ports = own_ports.map(|list| list.iter().map(number).collect::<Result<Vec<_>, _>>()).transpose()?;
    match (names, ports) {
        (None, Some(ports)) if ports.len() > 1 => Err(MIXED),
        (None, _) => Ok(None),
        (Some(names), None) => Ok(Some(names.into_iter().map(|n| (n, None)).collect())),
        (Some(names), Some(ports)) if names.len() != ports.len() => Err(MIXED),
        (Some(names), Some(ports)) => Ok(Some(names.into_iter().zip(ports).collect())),
    }
}

fn is_name(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-'))
}

/// `\d*`, digits of any script: what `int` reads, or nothing.
fn is_number(text: &str) -> bool {
    text.is_empty() || (python::is_digit(text) && python::int(text).is_some())
}
