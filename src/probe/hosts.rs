//! The order of hosts and addresses, names that were resolved before, and which sessions are accepted: libpq's rules
//! (fe-connect.c of 15 to 18, `PQconnectPoll`).

use super::{
    Address, Attempt, DialHost, Failure, Phase, Place, Probe, SessionFacts, TargetSessionAttrs, Trouble, Walk,
};
use crate::secret::Part;
use std::{net::IpAddr, time::Duration};

/// Where a walk goes after a failure.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Next {
    /// To the next address of the same host, then to the next host.
    Address,
    /// To the next host.
    Host,
    /// Nowhere.
    Stop,
}

impl Next {
    /// libpq's rule, from its source and with psql 15: to the next address after a failed connect and an elapsed
    /// `connect_timeout`; to the next host, whatever addresses this one still has, after a name that does not resolve,
    /// 57P03 before the login and a session without the wanted attributes; nowhere after anything else.
    pub(super) fn after(trouble: &Trouble) -> Self {
        match trouble {
            Trouble::Tcp(_) | Trouble::Elapsed(_) => Self::Address,
            Trouble::Dns(_) | Trouble::SessionAttrs => Self::Host,
            Trouble::Server(Phase::Startup | Phase::Authentication, _) if is_not_yet(trouble) => Self::Host,
            _ => Self::Stop,
        }
    }
}

/// 57P03: the server is there and takes no sessions yet, or no more.
fn is_not_yet(trouble: &Trouble) -> bool {
    matches!(trouble, Trouble::Server(_, error) if error.sqlstate.is_some_and(|s| s.as_str() == "57P03"))
}

/// Whether a server may come at any moment: its machine refuses, its socket is not there yet, or it says so.
pub(super) fn may_come_soon(trouble: &Trouble) -> bool {
    use std::io::ErrorKind::{ConnectionRefused, NotFound};
    matches!(trouble, Trouble::Tcp(ConnectionRefused | NotFound)) || is_not_yet(trouble)
}

/// What was resolved, by the number of the host in the dial.
#[derive(Clone, Debug, Default)]
pub(super) struct Names(Vec<Name>);

#[derive(Clone, Debug)]
struct Name {
    host: usize,
    at: Duration,
    found: Result<Vec<IpAddr>, Trouble>,
}

impl Names {
    pub(super) fn learn(&mut self, host: usize, now: Duration, found: Result<Vec<IpAddr>, Trouble>) {
        self.0.retain(|name| name.host != host);
        self.0.push(Name { host, at: now, found });
    }

    /// Addresses as long as nobody forgets them; a name that did not resolve is asked for again after a second.
    fn known(&self, host: usize, now: Duration) -> Option<Result<Vec<IpAddr>, Trouble>> {
        let name = self.0.iter().find(|name| name.host == host)?;
        let fresh = name.found.is_ok() || now.saturating_sub(name.at) < Duration::from_secs(1);
        fresh.then(|| name.found.clone())
    }

    /// After a short pause names are not resolved anew.
    pub(super) fn forget_unless(&mut self, short: bool) {
        if !short {
            self.0.clear();
        }
    }
}

/// One address that was tried in the last walk, in order.
#[derive(Clone, Debug)]
pub struct Tried {
    /// The name, when the address is not all there is.
    pub host: Option<Part>,
    /// What was dialled; none for a name that did not resolve.
    pub address: Option<Address>,
    /// The port.
    pub port: u16,
    /// Whether TLS was asked for.
    pub tls: bool,
    /// Why not; none for the address that answered.
    pub failure: Option<Failure>,
}

impl Probe {
    /// The addresses that were tried in the last walk and what came of each, in order.
    pub fn tried(&self) -> Vec<Tried> {
        let mut out: Vec<Tried> = self
            .walk
            .failures
            .iter()
            .map(|failed| Tried { failure: Some(failed.failure.clone()), ..failed.tried.clone() })
            .collect();
        if self.connected.is_some() {
            out.push(self.present());
        }
        out
    }

    /// The address that the walk is at.
    pub(super) fn present(&self) -> Tried {
        let attempt = self.walk.attempt.as_ref();
        let host = self.at_host();
        let named = host.and_then(|host| match &host.place {
            Place::Name(name) => Some(name.clone()),
            Place::Addr { host, .. } => host.clone(),
            Place::Unix(_) => None,
        });
        Tried {
            host: attempt.map_or(named, |attempt| attempt.host.clone()),
            address: attempt.map(|attempt| attempt.address.clone()),
            port: host.map_or(0, |host| host.port),
            tls: attempt.is_some_and(|attempt| attempt.tls != super::Tls::Never),
            failure: None,
        }
    }

    /// The host that the walk is at.
    pub(super) fn at_host(&self) -> Option<&DialHost> {
        self.dial.hosts.get(*self.walk.order.get(self.walk.host)?)
    }

    /// A walk over the hosts in libpq's order, which `load_balance_hosts=random` shuffles for each.
    pub(super) fn new_walk(&mut self, now: Duration) -> Walk {
        let mut order: Vec<usize> = (0..self.dial.hosts.len()).collect();
        if self.dial.load_balance_hosts {
            self.chance.shuffle(&mut order);
        }
        Walk { began: now, order, ..Walk::default() }
    }

    /// The addresses of the present host, if they are known; `load_balance_hosts=random` shuffles them for each walk.
    pub(super) fn known_addresses(&self, now: Duration) -> Option<Result<Vec<IpAddr>, Trouble>> {
        self.names.known(*self.walk.order.get(self.walk.host)?, now)
    }

    /// Takes the addresses of the present host.
    pub(super) fn take_addresses(&mut self, mut addresses: Vec<IpAddr>) {
        if self.dial.load_balance_hosts {
            self.chance.shuffle(&mut addresses);
        }
        self.walk.addresses = addresses;
    }

    /// To the next address, else the next host, else with `prefer-standby` from the first again, where any session
    /// will do; false at the end.
    pub(super) fn advance(&mut self, next: Next) -> bool {
        if next == Next::Address && self.walk.address + 1 < self.walk.addresses.len() {
            self.walk.address += 1;
            return true;
        }
        self.walk.host += 1;
        self.walk.address = 0;
        self.walk.attempt = None;
        if self.walk.host < self.walk.order.len() {
            return true;
        }
        let again = !self.walk.any && self.dial.target_session_attrs == TargetSessionAttrs::PreferStandby;
        if again {
            (self.walk.any, self.walk.host) = (true, 0);
        }
        again
    }

    /// How many addresses are to be tried after the present one, as far as is known.
    fn left(&self) -> usize {
        let pass = self.walk.order.len();
        let addresses = self.walk.addresses.len().saturating_sub(self.walk.address + 1);
        let twice = !self.walk.any && self.dial.target_session_attrs == TargetSessionAttrs::PreferStandby;
        addresses + pass.saturating_sub(self.walk.host + 1) + if twice { pass } else { 0 }
    }

    /// When a name or a TCP handshake must have answered: a share of the time of the walk, because a host that drops
    /// packets must not take it all from those behind it.
    pub(super) fn share_end(&self, now: Duration) -> Duration {
        let time = self.walk_end().saturating_sub(now);
        now + time / u32::try_from(self.left() + 1).unwrap_or(u32::MAX)
    }

    /// Whether a session lacks the wanted attributes. What a server does not tell is not met.
    pub(super) fn unmet(&self, facts: &SessionFacts) -> bool {
        let (standby, read_only) = (facts.in_recovery, facts.read_only);
        match self.dial.target_session_attrs {
            TargetSessionAttrs::Any => false,
            TargetSessionAttrs::ReadWrite => standby != Some(false) || read_only != Some(false),
            TargetSessionAttrs::ReadOnly => standby != Some(true) && read_only != Some(true),
            TargetSessionAttrs::Primary => standby != Some(false),
            TargetSessionAttrs::Standby => standby != Some(true),
            TargetSessionAttrs::PreferStandby => !self.walk.any && standby != Some(true),
        }
    }

    /// For further sessions on the address that answered, with a client that knows `read-write` and `read-only` alone:
    /// there `primary` and `standby` mean the same as long as nobody sets `default_transaction_read_only`.
    pub fn lasting_attrs(&self) -> TargetSessionAttrs {
        match self.dial.target_session_attrs {
            TargetSessionAttrs::Primary if self.facts.read_only == Some(false) => {
                TargetSessionAttrs::ReadWrite
            }
            TargetSessionAttrs::Standby => TargetSessionAttrs::ReadOnly,
            other => other,
        }
    }

    pub(super) fn place(&self) -> String {
        self.walk
            .attempt
            .as_ref()
            .map_or_else(|| self.at_host().map_or_else(String::new, DialHost::place), Attempt::place)
    }
}
