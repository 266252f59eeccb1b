//! Who else is there when a walk has failed: what listens instead, the other loopback address, the Unix socket, the
//! usual ports nearby. Bounded in time, without a password, and only what the failure leaves open.

use super::{
    Address, Attempt, Ended, Evidence, FailureClass, Fingerprint, Listener, Phase, Probe, SslNegotiation,
    State, Step, TlsTrouble, Trouble, Verify,
};
use crate::secret::Part;
use std::{
    io::ErrorKind,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    time::Duration,
};

/// One look at one address.
#[derive(Clone, Debug)]
pub struct Look {
    /// Where, and until when. A login goes as far as it can without a password.
    pub attempt: Attempt,
    /// What is to be found out.
    pub aim: Aim,
}

/// What a look is to find out.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Aim {
    /// Which server: the salt of a SCRAM login that is not finished.
    Login,
    /// Whether PostgreSQL's protocol is spoken: the answer to `SSLRequest`. The server's log says nothing of it.
    Answer,
    /// Which protocol is spoken, where it is known not to be PostgreSQL's in the ordinary way.
    Protocol,
}

/// Who listens at an address.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Sight {
    /// Nobody, or nobody who answers in time.
    Nothing,
    /// Somebody who is not known.
    Somebody,
    /// Somebody who is known by the form of the answer.
    Known(Listener),
    /// A server that can be told from others.
    Server(Fingerprint),
}

impl Sight {
    fn is_postgres(&self) -> bool {
        matches!(self, Self::Server(_) | Self::Known(Listener::Postgres))
    }
}

/// What the present looks are for.
#[derive(Clone, Debug, Default)]
pub(super) struct Looks {
    whom: Vec<(Whom, String)>,
    fingerprint: Option<Fingerprint>,
    stopped: bool,
}

/// What was seen last: a wait of many walks need not look every time.
#[derive(Clone, Debug)]
pub(super) struct Remembered {
    at: Duration,
    class: FailureClass,
    place: String,
    sights: Vec<Sight>,
}

/// How an address that is looked at relates to the one that failed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Whom {
    Same,
    OtherLoopback,
    Nearby,
    Socket,
}

impl Probe {
    /// The looks that the last failure of a walk calls for, if any. `stopped` is for [`Probe::give_up`].
    pub(super) fn look(&mut self, trouble: &Trouble, stopped: bool, now: Duration) -> Option<Step> {
        let attempt = self.walk.attempt.clone()?;
        let class = self.walk.failures.last()?.failure.class;
        let until = self.walk_end().min(now + LOOK);
        let aims = aims(&attempt.address, trouble, class);
        if aims.is_empty() || until <= now {
            return None;
        }
        let fingerprint = match trouble {
            // A pooler, which names no routine, may draw a salt for each login: it tells nothing.
            Trouble::Server(_, error) if error.routine.is_some() => error.fingerprint.clone(),
            _ => None,
        };
        let whom = aims.iter().map(|(whom, address, _)| (*whom, address.to_string())).collect();
        self.walk.looks = Looks { whom, fingerprint, stopped };
        let place = self.place();
        if let Some(seen) = self.remembered.clone()
            && (seen.class, &seen.place) == (class, &place)
            && now < seen.at + AGAIN
        {
            return Some(self.judge(&seen.sights, now));
        }
        self.remembered = Some(Remembered { at: now, class, place, sights: Vec::new() });
        self.state = State::Looking;
        let look = |(_, address, aim): (Whom, Address, Aim)| {
            let password = attempt.password.clone().filter(|_| aim == Aim::Login);
            let verify = Verify::None;
            Look { attempt: Attempt { address, verify, password, until, ..attempt.clone() }, aim }
        };
        Some(Step::Look(aims.into_iter().map(look).collect()))
    }

    pub(super) fn looked(&mut self, sights: &[Sight], now: Duration) -> Step {
        if let Some(remembered) = &mut self.remembered {
            remembered.sights = sights.to_vec();
        }
        self.judge(sights, now)
    }

    fn judge(&mut self, sights: &[Sight], now: Duration) -> Step {
        let place = self.place();
        let Looks { whom, fingerprint: here, mut stopped } = std::mem::take(&mut self.walk.looks);
        let Some(failed) = self.walk.failures.last_mut() else { return self.give_up(stopped, now) };
        let failure = &mut failed.failure;
        let refused = failure.class == FailureClass::ConnectionRefused;
        let hoped = self.bounds.wait.is_some() && self.retry.contains(&failure.class);
        let asked_for_tls = self.dial.sslnegotiation == SslNegotiation::Direct;
        let mut reached = false;
        for ((whom, at), sight) in whom.into_iter().zip(sights) {
            match (whom, sight) {
                (Whom::Same, Sight::Known(who)) if *who == Listener::PostgresInTls => {
                    failure.message =
                        format!("{place} speaks PostgreSQL inside TLS alone, from the first byte");
                    failure.class = FailureClass::NotPostgres;
                    failure.evidence = vec![Evidence::Help(
                        "set sslnegotiation=direct, which libpq knows since 17, with sslmode=require or a stronger one",
                    )];
                    (failure.retryable, stopped) = (false, true);
                }
                // That is what `sslnegotiation=direct` expected of it.
                (Whom::Same, Sight::Known(Listener::Tls)) if asked_for_tls => {}
                (Whom::Same, Sight::Known(Listener::Tls)) => {
                    failure.message = format!(
                        "what listens at {place} expects TLS from the first byte, and does not say in it that it is \
                         PostgreSQL"
                    );
                    failure.class = FailureClass::NotPostgres;
                    failure.evidence = vec![Evidence::Help(
                        "correct host and port; a TLS proxy before PostgreSQL must name `postgresql` by ALPN, and be \
                         asked with sslnegotiation=direct, which libpq knows since 17",
                    )];
                    (failure.retryable, stopped) = (false, true);
                }
                (Whom::Same, Sight::Known(who)) if *who != Listener::Postgres => {
                    failure.message =
                        format!("what listens at {place} is not PostgreSQL: it answers like {who}");
                    failure.class = FailureClass::NotPostgres;
                    failure.evidence.retain(|e| !matches!(e, Evidence::Help(_)));
                    (failure.retryable, stopped) = (false, true);
                }
                // A password that was changed between the login and the look has another salt: where that is hoped
                // for, the suspicion must hold twice.
                (Whom::OtherLoopback, Sight::Server(there))
                    if here.as_ref().is_some_and(|h| h != there)
                        && hoped
                        && !std::mem::replace(&mut self.suspected, true) =>
                {
                    self.remembered = None;
                    failure.evidence.push(Evidence::OtherLoopback(at));
                }
                (Whom::OtherLoopback, Sight::Server(there)) if here.as_ref().is_some_and(|h| h != there) => {
                    failure.message = format!(
                        "two servers share this port: {place} refused the login ({}), and {at} is another one",
                        failure.class
                    );
                    failure.class = FailureClass::WrongServerSuspected;
                    failure.evidence = vec![Evidence::Help("name the address of the server that is meant")];
                }
                (Whom::OtherLoopback, Sight::Server(_)) if here.is_some() => {}
                (Whom::OtherLoopback, sight) if sight.is_postgres() && !refused => {
                    failure.evidence.push(Evidence::OtherLoopback(at));
                }
                (Whom::Socket, sight) if sight.is_postgres() && refused && !reached => {
                    // Its one socket may be seen under two names.
                    reached = true;
                    failure.message = format!(
                        "nothing listens at {place}, and PostgreSQL answers on the Unix socket {at} alone"
                    );
                    failure.class = FailureClass::InitServerOnly;
                }
                (whom, sight) if sight.is_postgres() && whom != Whom::Same => {
                    reached |= whom == Whom::OtherLoopback;
                    if !refused || whom != Whom::Socket {
                        failure.evidence.push(Evidence::Listens { at, who: Listener::Postgres });
                    }
                }
                _ => {}
            }
        }
        self.give_up(stopped, now)
    }
}

/// What is looked at, the other loopback address first: what is seen there decides about the sockets.
fn aims(address: &Address, trouble: &Trouble, class: FailureClass) -> Vec<(Whom, Address, Aim)> {
    let local = address.is_local();
    match (address, trouble) {
        (Address::Tcp(tried), Trouble::Tcp(_)) if local && class == FailureClass::ConnectionRefused => {
            let sockets = SOCKETS.map(|dir| socket(dir, tried.port()));
            let other = other_loopback(*tried).map(|a| (Whom::OtherLoopback, Address::Tcp(a), Aim::Answer));
            other.into_iter().chain(nearby(*tried)).chain(sockets).collect()
        }
        (Address::Tcp(tried), Trouble::Server(..)) if local && meets_another(class) => {
            let other = other_loopback(*tried).map(|a| (Whom::OtherLoopback, Address::Tcp(a), Aim::Login));
            other.into_iter().chain(nearby(*tried)).collect()
        }
        (Address::Tcp(tried), trouble) if is_strange(trouble) => {
            let same = (Whom::Same, address.clone(), Aim::Protocol);
            std::iter::once(same).chain(nearby(*tried).filter(|_| local)).collect()
        }
        (Address::Unix(dir, port), Trouble::Tcp(ErrorKind::NotFound | ErrorKind::ConnectionRefused)) => {
            let others = SOCKETS.into_iter().filter(|other| !dir.equals(other));
            let here = PORTS.into_iter().filter(|p| p != port);
            let here = here.map(|p| (Whom::Nearby, Address::Unix(dir.clone(), p), Aim::Answer));
            let tcp = Address::Tcp(SocketAddr::new(Ipv4Addr::LOCALHOST.into(), *port));
            let tcp = (Whom::Nearby, tcp, Aim::Answer);
            others.map(|other| socket(other, *port)).chain(here).chain([tcp]).collect()
        }
        _ => Vec::new(),
    }
}

fn socket(dir: &str, port: u16) -> (Whom, Address, Aim) {
    (Whom::Socket, Address::Unix(Part::harmless(dir), port), Aim::Answer)
}

/// A login that fails at a loopback address may have met the wrong one of two servers: a container publishes
/// its port on one of 127.0.0.1 and `::1` while a server of the machine holds the other, or took the next port.
fn meets_another(class: FailureClass) -> bool {
    use FailureClass::{AuthFailed, DatabaseMissing, PeerAuthFailed, RoleMissing};
    matches!(class, AuthFailed | RoleMissing | DatabaseMissing | PeerAuthFailed)
}

/// Whether what listens did not behave as PostgreSQL does before a login.
fn is_strange(trouble: &Trouble) -> bool {
    let early = |phase: &Phase| matches!(phase, Phase::Tls | Phase::Startup);
    match trouble {
        Trouble::NotPostgres(phase, _) | Trouble::Elapsed(phase) => early(phase),
        Trouble::Closed(phase, ended) => early(phase) && *ended == Ended::ByPeer,
        Trouble::Tls(trouble) => {
            matches!(trouble, TlsTrouble::Broken | TlsTrouble::Direct | TlsTrouble::NoAlpn)
        }
        _ => false,
    }
}

fn other_loopback(tried: SocketAddr) -> Option<SocketAddr> {
    let other: IpAddr = match tried.ip().to_canonical() {
        IpAddr::V4(Ipv4Addr::LOCALHOST) => Ipv6Addr::LOCALHOST.into(),
        IpAddr::V6(Ipv6Addr::LOCALHOST) => Ipv4Addr::LOCALHOST.into(),
        _ => return None,
    };
    Some(SocketAddr::new(other, tried.port()))
}

fn nearby(tried: SocketAddr) -> impl Iterator<Item = (Whom, Address, Aim)> {
    let others = PORTS.into_iter().filter(move |port| *port != tried.port());
    others.map(move |port| (Whom::Nearby, Address::Tcp(SocketAddr::new(tried.ip(), port)), Aim::Answer))
}

/// How long all looks of a walk may take: they only add to what is known.
const LOOK: Duration = Duration::from_millis(500);

/// How long what was seen is taken for granted.
const AGAIN: Duration = Duration::from_secs(2);

/// PostgreSQL's own port, the one that a second server takes, and PgBouncer's.
const PORTS: [u16; 3] = [5432, 5433, 6432];

/// Where the sockets of Debian and Red Hat are, and where PostgreSQL itself puts them.
const SOCKETS: [&str; 3] = ["/var/run/postgresql", "/run/postgresql", "/tmp"];
