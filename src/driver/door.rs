//! The door on the byte stream. tokio-postgres hands it the bare socket (`ssl_mode(Require)` with
//! `ssl_negotiation(Direct)`); it asks for TLS itself, in libpq's way, and returns a stream that refuses what
//! the policy forbids before the client answers.

use super::seen::{Scene, Seen};
use super::stream::DoorStream;
use super::tls::{Config, TlsInfo, Trust, channel_binding};
use super::watch::{Allowed, Watch};
use crate::probe::{
    Attempt, ChannelBinding, Dial, Ended, Phase, SslCertMode, Tls, TlsTrouble, Trouble, Verify,
};
use crate::secret::Part;
use rustls_pki_types::ServerName;
use std::{error, fmt, future::poll_fn, io, pin::Pin, task::Poll, time::Duration};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio_postgres::tls::{MakeTlsConnect, TlsConnect};

/// Makes doors: one decision about TLS, one trust, one policy. Works over any stream, so pools may use it.
#[derive(Clone)]
pub struct Connector {
    tls: Tls,
    verify: Verify,
    /// None in plaintext; where plaintext will do, what is wrong with the files matters only once TLS is offered.
    config: Option<Result<Config, Trouble>>,
    allowed: Allowed,
    scene: Scene,
    patience: Option<Duration>,
}

impl Connector {
    /// For one attempt.
    pub(super) fn new(dial: &Dial, attempt: &Attempt, trust: &Trust) -> Result<Self, Trouble> {
        let unix = attempt.address.is_unix();
        let config = match attempt.tls {
            Tls::Never => None,
            Tls::IfOffered => Some(trust.config(attempt.verify)),
            Tls::Always => Some(Ok(trust.config(attempt.verify)?)),
        };
        let allowed = Allowed {
            password: attempt.password.is_some(),
            cleartext: unix,
            md5: attempt.address.is_local(),
            only_bound: dial.channel_binding == ChannelBinding::Require,
            methods: dial.require_auth,
            only_certified: dial.sslcertmode == SslCertMode::Require,
        };
        let sets_role = dial.options.as_ref().is_some_and(|options| options.expose().contains("role"));
        let scene = Scene { unix, sets_role, only_bound: allowed.only_bound };
        let patience = dial.connect_timeout;
        Ok(Self { tls: attempt.tls, verify: attempt.verify, config, allowed, scene, patience })
    }

    /// The same, with the decision that was taken: TLS once it was TLS.
    pub(super) fn pinned(&self, encrypted: bool) -> Self {
        Self { tls: if encrypted { Tls::Always } else { self.tls }, ..self.clone() }
    }

    /// The same, showing nobody the client's certificate.
    pub(super) fn without_certificate(self) -> Self {
        let config = self.config.map(|config| config.map(Config::without_certificate));
        Self { config, ..self }
    }

    /// The same for sessions that nobody else bounds: from the open socket to the session no longer than this, where
    /// no `connect_timeout` says so already. tokio-postgres bounds the TCP handshake alone.
    pub(crate) fn within(&self, patience: Duration) -> Self {
        Self { patience: self.patience.or(Some(patience)), ..self.clone() }
    }

    /// A door for one connection, whose time the caller bounds.
    pub(super) fn door(&self, host: Option<&Part>) -> Door {
        let door = self.door_for(host.map(Part::expose).unwrap_or_default());
        Door { patience: None, ..door }
    }

    fn door_for(&self, host: &str) -> Door {
        let (seen, patience) = (Seen::new(self.scene), self.patience);
        Door { connector: self.clone(), host: host.to_owned(), seen, patience }
    }
}

impl fmt::Debug for Connector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connector")
            .field("tls", &self.tls)
            .field("verify", &self.verify)
            .finish_non_exhaustive()
    }
}

impl<S> MakeTlsConnect<S> for Connector
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    type Stream = DoorStream<S>;
    type TlsConnect = Door;
    type Error = DoorError;

    fn make_tls_connect(&mut self, domain: &str) -> Result<Door, DoorError> {
        Ok(self.door_for(domain))
    }
}

/// A door for one connection.
#[derive(Debug)]
pub struct Door {
    connector: Connector,
    host: String,
    seen: Seen,
    patience: Option<Duration>,
}

impl Door {
    /// What the door sees; to be taken before it is given away.
    pub(super) fn seen(&self) -> Seen {
        self.seen.clone()
    }

    async fn open<S>(self, mut stream: S) -> Result<DoorStream<S>, Trouble>
    where
        S: AsyncRead + AsyncWrite + Unpin + Send,
    {
        let Self { connector: Connector { tls, config, mut allowed, .. }, host, seen, .. } = self;
        seen.enter(Phase::Tls);
        let config = match (tls, config) {
            (Tls::Never, _) | (_, None) => None,
            (_, Some(Ok(config))) if config.direct => Some(config),
            (_, Some(config)) => offered(&mut stream, tls).await?.then_some(config).transpose()?,
        };
        let Some(config) = config else {
            seen.enter(Phase::Startup);
            return Ok(DoorStream::plain(stream, Watch::new(seen, allowed)));
        };
        let name = server_name(&host, self.connector.verify)?;
        let stream = tokio_rustls::TlsConnector::from(config.for_connection(&seen))
            .connect(name, stream)
            .await
            .map_err(|error| seen.tls_trouble(&error, config.direct))?;
        let session = stream.get_ref().1;
        if !config.is_agreed(session) {
            return Err(Trouble::Tls(TlsTrouble::NoAlpn));
        }
        seen.encrypted(TlsInfo::of(session, self.connector.verify, &config.known));
        seen.enter(Phase::Startup);
        let binding = session.peer_certificates().and_then(|chain| channel_binding(chain.first()?));
        // inside TLS whatever the server asks for may be answered, as libpq does
        (allowed.cleartext, allowed.md5) = (true, true);
        Ok(DoorStream::tls(stream, binding, Watch::new(seen, allowed)))
    }
}

impl<S> TlsConnect<S> for Door
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    type Stream = DoorStream<S>;
    type Error = DoorError;
    type Future = Pin<Box<dyn Future<Output = Result<DoorStream<S>, DoorError>> + Send>>;

    fn connect(self, stream: S) -> Self::Future {
        Box::pin(async move {
            let (seen, patience) = (self.seen(), self.patience);
            let mut alarm = patience.map(|patience| Box::pin(tokio::time::sleep(patience)));
            let mut opening = std::pin::pin!(self.open(stream));
            let opened = poll_fn(|cx| match opening.as_mut().poll(cx) {
                Poll::Pending if alarm.as_mut().is_some_and(|alarm| alarm.as_mut().poll(cx).is_ready()) => {
                    Poll::Ready(Err(Trouble::Elapsed(seen.phase())))
                }
                other => other,
            });
            let opened = opened.await.map_err(|trouble| {
                seen.fail(trouble.clone());
                DoorError::new(&trouble)
            });
            Ok(opened?.until(alarm))
        })
    }
}

/// Sends `SSLRequest` and reads the one byte that answers it, and not a byte more: what follows belongs to the
/// handshake (CVE-2021-23222). False when the server has no TLS and may go without.
async fn offered<S: AsyncRead + AsyncWrite + Unpin>(stream: &mut S, tls: Tls) -> Result<bool, Trouble> {
    let lost = |error: io::Error| super::tls::trouble_of(&error, Phase::Tls);
    stream.write_all(&SSL_REQUEST).await.map_err(lost)?;
    stream.flush().await.map_err(lost)?;
    let mut answer = [0];
    if stream.read(&mut answer).await.map_err(lost)? == 0 {
        return Err(Trouble::Closed(Phase::Tls, Ended::ByPeer));
    }
    match answer[0] {
        b'S' => Ok(true),
        b'N' if tls == Tls::IfOffered => Ok(false),
        b'N' => Err(Trouble::Tls(TlsTrouble::Refused)),
        b'E' => Err(Trouble::Tls(TlsTrouble::Error)),
        other => Err(Trouble::NotPostgres(Phase::Tls, Some(other))),
    }
}

/// Length 8, code 1234.5679.
pub(super) const SSL_REQUEST: [u8; 8] = [0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f];

fn server_name(host: &str, verify: Verify) -> Result<ServerName<'static>, Trouble> {
    let name = host.strip_suffix('.').unwrap_or(host);
    match ServerName::try_from(name.to_owned()) {
        Ok(name) => Ok(name),
        // nothing is compared with it, and an address sends no SNI
        Err(_) if verify != Verify::Full => Ok(ServerName::IpAddress(std::net::Ipv4Addr::UNSPECIFIED.into())),
        Err(_) => Err(Trouble::Tls(TlsTrouble::HostName)),
    }
}

/// Why a door stayed shut, in one sentence without secrets.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DoorError(String);

impl DoorError {
    pub(super) fn new(trouble: &Trouble) -> Self {
        Self(trouble.classify(&Dial::default(), "the server").message)
    }
}

impl fmt::Display for DoorError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl error::Error for DoorError {}
