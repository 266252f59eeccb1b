//! Names to addresses, on a thread of our own: `getaddrinfo` cannot be cancelled, and on the runtime's blocking
//! pool it delays a shutdown. After the deadline the thread may live until `getaddrinfo` returns.

use crate::probe::{Phase, Reply, Trouble, Unresolved};
use crate::secret::Part;
use std::{io, net::IpAddr, net::ToSocketAddrs, thread};
use tokio::{sync::oneshot, time::Instant, time::timeout_at};

/// The addresses in the resolver's order, each once.
pub(super) async fn resolve(host: &Part, until: Instant) -> Reply {
    let name = host.expose().to_owned();
    if let Ok(address) = name.parse::<IpAddr>() {
        return Reply::Resolved(vec![address]);
    }
    let (sender, receiver) = oneshot::channel();
    let worker = thread::Builder::new().name("pgward-resolve".to_owned()).spawn(move || {
        // nobody listens any more after the deadline
        let _ = sender.send((name.as_str(), 0).to_socket_addrs().map(Iterator::collect::<Vec<_>>));
    });
    if worker.is_err() {
        return Reply::Failed(Trouble::Dns(Unresolved::NoThread));
    }
    match timeout_at(until, receiver).await {
        Err(_) => Reply::Failed(Trouble::Elapsed(Phase::Dns)),
        Ok(Err(_)) => Reply::Failed(Trouble::Dns(Unresolved::Temporary)),
        Ok(Ok(Err(error))) => Reply::Failed(Trouble::Dns(unresolved(&error))),
        Ok(Ok(Ok(found))) => {
            let mut addresses: Vec<IpAddr> = Vec::new();
            for address in found.iter().map(std::net::SocketAddr::ip) {
                if !addresses.contains(&address) {
                    addresses.push(address);
                }
            }
            Reply::Resolved(addresses)
        }
    }
}

/// std gives no `EAI_` code, only the C library's sentence, which is English in a program that never calls
/// `setlocale`. What is not known to be permanent may pass.
fn unresolved(error: &io::Error) -> Unresolved {
    const PERMANENT: &[&str] = &[
        "Name or service not known",  // glibc, EAI_NONAME
        "No address associated",      // glibc, EAI_NODATA
        "Name does not resolve",      // musl, EAI_NONAME
        "Name has no usable address", // musl, EAI_NODATA
        "nodename nor servname",      // macOS, BSD
        "No such host is known",      // Windows
        "Non-recoverable failure",    // EAI_FAIL
        "Unrecoverable error",        // musl, EAI_FAIL
        "invalid",                    // a NUL or a label that is too long, refused before any query
    ];
    let text = error.to_string();
    let permanent = error.kind() == io::ErrorKind::InvalidInput || PERMANENT.iter().any(|p| text.contains(p));
    if permanent { Unresolved::NoName } else { Unresolved::Temporary }
}
