//! Every stall and every malformed message, in every phase: what ends when, what it is called, what is left behind.
#![cfg(unix)]
#![expect(clippy::disallowed_methods, reason = "the tests read files and start servers")]

#[path = "support"]
mod support {
    #[allow(dead_code, reason = "one certificate is enough here")]
    pub(crate) mod certs;
    #[allow(dead_code, reason = "what was heard is for others")]
    pub(crate) mod fake;
    pub(crate) mod pg;
    pub(crate) mod scram;
}

#[cfg(feature = "cli")]
#[path = "faults/binary.rs"]
mod binary;
#[path = "faults/doors.rs"]
mod doors;
#[path = "faults/encrypted.rs"]
mod encrypted;
#[path = "faults/limits.rs"]
mod limits;
#[path = "faults/locks.rs"]
mod locks;
#[cfg(all(feature = "cli", target_os = "linux"))]
#[path = "faults/resolver.rs"]
mod resolver;
#[path = "faults/stage.rs"]
mod stage;
#[path = "faults/table.rs"]
mod table;

use pgward::unstable::probe::{Dial, DialHost, SslMode};
use pgward::{Part, Secret};
use std::net::{IpAddr, Ipv4Addr};

const PASSWORD: &str = "cAnArY-p4ss";
const LOCALHOST: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

/// A target on a port of this machine.
fn dial(port: u16, sslmode: SslMode) -> Dial {
    Dial {
        hosts: vec![DialHost::addr(Some(Part::harmless("localhost")), LOCALHOST, port)],
        user: Some(Part::harmless("app")),
        password: Some(Secret::from(PASSWORD)),
        dbname: Some(Part::harmless("app")),
        sslmode,
        ..Dial::default()
    }
}
