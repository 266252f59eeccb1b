//! Names to addresses, on a thread of our own: `getaddrinfo` cannot be cancelled, and on the runtime's blocking
//! pool it delays a shutdown. After the deadline the thread may live until `getaddrinfo` returns; no second one is
//! started for its name before that.

use crate::probe::{Phase, Reply, Trouble, Unresolved};
use crate::secret::Part;
use std::{io, net::IpAddr, net::SocketAddr, net::ToSocketAddrs, thread};
use tokio::{sync::oneshot, time::Instant, time::timeout_at};

/// The names that are being resolved: one thread for each at most.
#[derive(Default)]
pub(super) struct Resolver(Vec<(String, oneshot::Receiver<io::Result<Vec<SocketAddr>>>)>);

impl Resolver {
    /// The addresses in the resolver's order, each once. What an earlier deadline did not wait for is waited for.
    pub(super) async fn resolve(&mut self, host: &Part, until: Instant) -> Reply {
        let name = host.expose().to_owned();
        if let Ok(address) = name.parse::<IpAddr>() {
            return Reply::Resolved(vec![address]);
        }
        let waiting = self.0.iter().position(|(pending, _)| *pending == name);
        let mut receiver = match waiting.map(|at| self.0.swap_remove(at).1) {
            Some(receiver) => receiver,
            None => match ask(name.clone()) {
                Ok(receiver) => receiver,
                Err(_) => return Reply::Failed(Trouble::Dns(Unresolved::NoThread)),
            },
        };
        match timeout_at(until, &mut receiver).await {
            Err(_) => {
                self.0.push((name, receiver));
                Reply::Failed(Trouble::Elapsed(Phase::Dns))
            }
            Ok(Err(_)) => Reply::Failed(Trouble::Dns(Unresolved::Temporary)),
            Ok(Ok(Err(error))) => Reply::Failed(Trouble::Dns(unresolved(&error))),
            Ok(Ok(Ok(found))) => {
                let mut addresses: Vec<IpAddr> = Vec::new();
                for address in found.iter().map(SocketAddr::ip) {
                    if !addresses.contains(&address) {
                        addresses.push(address);
                    }
                }
                Reply::Resolved(addresses)
            }
        }
    }
}

fn ask(name: String) -> io::Result<oneshot::Receiver<io::Result<Vec<SocketAddr>>>> {
    let (sender, receiver) = oneshot::channel();
    thread::Builder::new().name("pgward-resolve".to_owned()).spawn(move || {
        // nobody listens any more after the last deadline
        let _ = sender.send((name.as_str(), 0).to_socket_addrs().map(Iterator::collect::<Vec<_>>));
    })?;
    Ok(receiver)
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
