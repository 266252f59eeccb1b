//! What went wrong, for the examples on the pages of failures: the sentence in a report is the one that is really said.

use pgward::unstable::{
    probe::{
        Address, Bounds, Dial, Ended, Failure, FailureClass as C, Listener, Look, Over, Phase, Place, Probe,
        Reply, ServerError, ServerText, Sight, SqlState, SslMode, Step, TlsTrouble, Trouble, Unresolved,
        Untrusted,
    },
    settings::{self, Target},
};
use std::{io::ErrorKind, net::Ipv4Addr, time::Duration};

/// The failure of a class at this target, as a server, a resolver or the system brings it about most often.
pub(super) fn failure(class: C, target: Option<&Target>) -> Failure {
    let dial = target
        .and_then(|t| settings::dial::dial(t, &settings::LibpqFiles::default()).ok())
        .unwrap_or_default();
    if class == C::InitServerOnly {
        return socket_alone(dial);
    }
    let failure = trouble(class, &dial).map(|trouble| trouble.classify(&dial, &place(&dial, class)));
    failure.filter(|f| f.class == class).unwrap_or_else(|| Failure::of_class(class, Phase::Authentication))
}

/// Nothing at the address, and PostgreSQL on the first socket that is looked at.
fn socket_alone(dial: Dial) -> Failure {
    let mut probe = Probe::new(dial, Vec::new(), Bounds::default());
    let mut step = probe.step(Reply::Begin, Duration::ZERO);
    loop {
        let reply = match &step {
            Step::Resolve { .. } => Reply::Resolved(vec![Ipv4Addr::LOCALHOST.into()]),
            Step::Connect(_) => Reply::Failed(Trouble::Tcp(ErrorKind::ConnectionRefused)),
            Step::Look(looks) => {
                let sight = |look: &Look| match look.attempt.address {
                    Address::Unix(..) => Sight::Known(Listener::Postgres),
                    Address::Tcp(_) => Sight::Nothing,
                };
                Reply::Looked(looks.iter().map(sight).collect())
            }
            _ => return probe.failure().expect("a failure").clone(),
        };
        step = probe.step(reply, Duration::ZERO);
    }
}

/// As an attempt names it; names resolve to an address of RFC 5737.
fn place(dial: &Dial, class: C) -> String {
    let Some(host) = dial.hosts.first() else { return "localhost:5432".to_owned() };
    match &host.place {
        Place::Name(name) if class == C::DnsFailed => format!("{name}:{}", host.port),
        Place::Name(name) => format!("{name}:{} (192.0.2.7)", host.port),
        Place::Addr { addr, .. } => format!("{addr}:{}", host.port),
        Place::Unix(dir) => format!("{dir}/.s.PGSQL.{}", host.port),
    }
}

fn trouble(class: C, dial: &Dial) -> Option<Trouble> {
    let over = if dial.sslmode == SslMode::Disable { Over::Plaintext } else { Over::Tls };
    let said = |phase, sqlstate: &str, routine: &str, message: &str, detail: &str| {
        Some(Trouble::Server(
            phase,
            ServerError {
                sqlstate: SqlState::parse(sqlstate),
                routine: (!routine.is_empty()).then(|| routine.to_owned()),
                message: ServerText::new(message.as_bytes()),
                detail: ServerText::new(detail.as_bytes()),
                over,
                ..ServerError::default()
            },
        ))
    };
    let (login, database) = (Phase::Authentication, Phase::Database);
    match class {
        C::DnsFailed => Some(Trouble::Dns(Unresolved::NoName)),
        C::ConnectionRefused => Some(Trouble::Tcp(ErrorKind::ConnectionRefused)),
        C::ConnectTimeout => Some(Trouble::Elapsed(Phase::Tcp)),
        C::SocketMissing => Some(Trouble::Tcp(ErrorKind::NotFound)),
        C::NotPostgres => Some(Trouble::NotPostgres(Phase::Tls, Some(b'H'))),
        C::ConnectionClosed => Some(Trouble::Closed(Phase::Startup, Ended::ByPeer)),
        C::DeadlineExceeded => Some(Trouble::Elapsed(Phase::Startup)),
        C::TlsRefused => Some(Trouble::Tls(TlsTrouble::Refused)),
        C::TlsUntrusted => Some(Trouble::Tls(TlsTrouble::Untrusted(Untrusted::Issuer))),
        C::TlsUnsupported => Some(Trouble::Tls(TlsTrouble::Incompatible)),
        C::PasswordMissing => Some(Trouble::PasswordMissing),
        C::AuthMethodUnsupported => Some(Trouble::AuthMethod(7)),
        C::WrongServerSuspected => Some(Trouble::ServerProof),
        C::SessionAttrsUnmet => Some(Trouble::SessionAttrs),
        C::AuthFailed => said(login, "28P01", "auth_failed", "password authentication failed", ""),
        C::HbaRejected => said(Phase::Startup, "28000", "ClientAuthentication", "no pg_hba.conf entry", ""),
        C::PeerAuthFailed => said(login, "28000", "auth_failed", "Peer authentication failed", ""),
        C::RoleMissing => said(database, "28000", "InitializeSessionUserId", "role does not exist", ""),
        C::RoleCannotLogin => {
            said(database, "28000", "InitializeSessionUserId", "not permitted to log in", "")
        }
        C::DatabaseMissing => said(database, "3D000", "InitPostgres", "does not exist", ""),
        C::ConnectDenied => said(database, "42501", "CheckMyDatabase", "permission denied for database", ""),
        C::SlotsExhausted => said(database, "53300", "InitProcess", "sorry, too many clients already", ""),
        C::ServerStarting => said(Phase::Startup, "57P03", "ProcessStartupPacket", "starting up", ""),
        C::ServerStopping => said(Phase::Startup, "57P03", "ProcessStartupPacket", "shutting down", ""),
        C::NotQueryableStandby => {
            said(Phase::Startup, "57P03", "ProcessStartupPacket", "", "Hot standby mode is disabled.")
        }
        C::StartupParameterRejected => said(database, "42704", "find_option", "unrecognized", ""),
        C::PoolerUnavailable => said(login, "08P01", "", "query_wait_timeout", ""),
        C::StatementTimeout => said(Phase::Query, "57014", "ProcessInterrupts", "", ""),
        C::LockTimeout => said(Phase::Query, "55P03", "ProcessInterrupts", "", ""),
        C::ServerError => said(Phase::Startup, "XX000", "somewhere", "", ""),
        _ => None,
    }
}
