//! Carries out the probe's steps on tokio: resolves, dials, asks, waits. Decides nothing that the probe decides.

mod dial;
mod door;
mod flight;
mod identity;
mod key;
mod look;
mod meter;
mod overheard;
mod peer;
mod progress;
mod resolve;
mod revocation;
mod seen;
mod stream;
mod tls;
mod verify;
mod watch;

pub use dial::Socket;
pub use door::{Connector, DoorError};
#[doc(hidden)]
pub use overheard::{Overheard, certificate, overhear};
pub use peer::CertificateInfo;
pub use stream::DoorStream;
pub use tls::TlsInfo;

pub use progress::Watcher;

use crate::probe::{self, Attempt, Dial, Failure, FailureClass, Phase, Probe, Query, Reply, Step, Trouble};
use std::{io, thread, time::Duration};
use tokio::time::{Instant, timeout_at};

/// The connection behind a session's client: a future that must be polled for the client to work.
pub type Connection = tokio_postgres::Connection<Socket, DoorStream<Socket>>;

/// A probe with its sockets.
pub struct Driver {
    probe: Probe,
    began: Instant,
    session: Option<Session>,
    trust: tls::Trust,
    resolver: resolve::Resolver,
    refused: Vec<CertificateInfo>,
    progress: progress::Progress,
}

impl Driver {
    /// Nothing is sent before [`Driver::run`].
    pub fn new(probe: Probe) -> Self {
        let trust = tls::Trust::new(probe.dial());
        let progress = progress::Progress::default();
        let (resolver, refused) = (resolve::Resolver::default(), Vec::new());
        Self { probe, began: Instant::now(), session: None, trust, resolver, refused, progress }
    }

    /// Tells somebody of each pause.
    pub fn watched(mut self, watcher: Option<Watcher>) -> Self {
        self.progress.watcher = watcher;
        self
    }

    /// Connects and asks, within the probe's bounds. Needs a tokio runtime with I/O and time.
    ///
    /// # Errors
    /// The probe's [`Failure`]; then no socket and no task is left, at most a thread in `getaddrinfo`.
    pub async fn run(&mut self) -> Result<(), Failure> {
        self.began = Instant::now();
        let first = self.probe.step(Reply::Begin, Duration::ZERO);
        self.follow(first).await
    }

    /// Installs extensions in the open session; [`Probe::installs`] has what came of each.
    ///
    /// # Errors
    /// As [`Driver::run`], when the session breaks. A refused statement is no error.
    pub async fn install(&mut self, extensions: &[String]) -> Result<(), Failure> {
        let first = self.probe.install(extensions, self.began.elapsed());
        self.follow(first).await
    }

    /// Judged and not good enough: closes the session, pauses, and begins anew. None when the wait is over; then the
    /// session stays.
    ///
    /// # Errors
    /// As [`Driver::run`].
    pub async fn again(&mut self, reason: &str) -> Option<Result<(), Failure>> {
        let first = self.probe.again(reason, self.began.elapsed())?;
        Some(self.follow(first).await)
    }

    /// Asks (again) in the open session.
    ///
    /// # Errors
    /// As [`Driver::run`].
    pub async fn ask(&mut self, questions: Vec<Query>) -> Result<(), Failure> {
        let first = self.probe.ask(questions, self.began.elapsed());
        self.follow(first).await
    }

    /// The conversation, with its answers.
    pub fn probe(&self) -> &Probe {
        &self.probe
    }

    /// The open session.
    pub fn session(&self) -> Option<&Session> {
        self.session.as_ref()
    }

    /// The conversation and its open session.
    pub fn into_parts(self) -> (Probe, Option<Session>) {
        (self.probe, self.session)
    }

    async fn follow(&mut self, mut step: Step) -> Result<(), Failure> {
        loop {
            let reply = match step {
                Step::Done => break,
                Step::Resolve { host, until } => self.resolver.resolve(&host, self.began + until).await,
                Step::Connect(attempt) => {
                    self.session = None;
                    Box::pin(self.connect(attempt)).await
                }
                Step::Ask(queries, until) => self.send(&queries, until).await,
                Step::Execute(query, until) => self.send(std::slice::from_ref(&query), until).await,
                Step::Look(looks) => {
                    Reply::Looked(look::all(self.probe.dial(), &looks, &self.trust, self.began).await)
                }
                Step::Sleep(pause) => {
                    self.session = None;
                    self.progress.tell(self.probe.waiting(), pause);
                    tokio::time::sleep(pause).await;
                    Reply::Slept
                }
            };
            if let Reply::Failed(trouble) = &reply {
                self.session = None;
                tracing::debug!(?trouble, "attempt failed");
            }
            step = self.probe.step(reply, self.began.elapsed());
        }
        self.probe.failure().map_or(Ok(()), |failure| {
            self.session = None;
            let mut failure = failure.clone();
            // A walk stops at a certificate that does not convince: it is the last one.
            if failure.class == FailureClass::TlsUntrusted && failure.phase == Phase::Tls {
                failure.evidence.extend(peer::evidence(&self.refused));
            }
            Err(failure)
        })
    }

    async fn connect(&mut self, attempt: Attempt) -> Reply {
        tracing::debug!(place = %attempt.place(), tls = ?attempt.tls, "connecting");
        let until = self.began + attempt.until;
        let (mut phases, mut watched) = (Vec::new(), None);
        let opened = async {
            let connector = Connector::new(self.probe.dial(), &attempt, &self.trust)?;
            let door = connector.door(attempt.host.as_ref());
            let seen = door.seen();
            watched = Some(seen.clone());
            seen.follow();
            let dial = self.probe.dial();
            let connecting = async {
                let socket = dial::connect(&attempt.address, &dial.keepalives);
                let socket = timeout_at(self.began + attempt.tcp_until, socket).await;
                let socket = socket.unwrap_or(Err(Trouble::Elapsed(Phase::Tcp)))?;
                let config = base_config(dial, &attempt);
                config.connect_raw(socket, door).await.map_err(|error| seen.trouble_of(&error))
            };
            let connecting = progress::phases(connecting, || seen.phase(), self.began, &mut phases);
            let (client, connection) = timeout_at(until, connecting)
                .await
                .unwrap_or_else(|_| Err(Trouble::Elapsed(seen.phase())))?;
            let opened = seen.opened();
            Ok(Session { client, connection, ended: false, seen, opened, attempt, connector })
        };
        let opened = opened.await;
        self.refused = watched.map(|seen| seen.refused()).unwrap_or_default();
        for (phase, at) in phases {
            self.probe.entered(phase, at);
        }
        match opened {
            Ok(session) => {
                let pid = session.opened.pid;
                let connected = probe::Connected { pid, tls: session.opened.tls.is_some() };
                tracing::debug!(pid, tls = ?session.opened.tls, "session open");
                self.session = Some(session);
                Reply::Connected(connected)
            }
            Err(trouble) => Reply::Failed(trouble),
        }
    }

    async fn send(&mut self, queries: &[Query], until: Duration) -> Reply {
        let Some(session) = &mut self.session else {
            return Reply::Failed(Trouble::Closed(Phase::Session, probe::Ended::ByPeer));
        };
        match timeout_at(self.began + until, flight::send(session, queries)).await {
            Ok(Ok(answers)) => Reply::Answered(answers),
            Ok(Err(trouble)) => Reply::Failed(trouble),
            Err(_) => Reply::Failed(Trouble::Elapsed(Phase::Query)),
        }
    }
}

/// An open session: the probe's own, which the asynchronous door hands over.
pub struct Session {
    client: tokio_postgres::Client,
    connection: Connection,
    ended: bool,
    seen: seen::Seen,
    opened: seen::Opened,
    attempt: Attempt,
    connector: Connector,
}

impl Session {
    /// The client and the future that must be polled for it. A cancel token of this client needs
    /// `cancel_query_raw`: tokio-postgres does not know the address of a socket that it did not open.
    pub fn into_client(self) -> (tokio_postgres::Client, Connection) {
        self.seen.let_go();
        (self.client, self.connection)
    }

    /// Where it leads, and which TLS decision it took.
    pub fn attempt(&self) -> &Attempt {
        &self.attempt
    }

    /// The process of BackendKeyData; a pooler announces one of its own making.
    pub fn pid(&self) -> Option<i32> {
        self.opened.pid
    }

    /// The client's own leg; None for plaintext.
    pub fn tls(&self) -> Option<&TlsInfo> {
        self.opened.tls.as_ref()
    }

    /// A configuration for further sessions on the verified address, to be used with [`Session::connector`]:
    /// `ssl_mode` and `ssl_negotiation` only bring tokio-postgres to hand the bare socket to the door.
    pub fn config(&self, dial: &Dial) -> tokio_postgres::Config {
        let mut config = base_config(dial, &self.attempt);
        match &self.attempt.address {
            probe::Address::Tcp(addr) => {
                let host = self.attempt.host.as_ref().map(crate::secret::Part::expose);
                config.host(host.map_or_else(|| addr.ip().to_string(), str::to_owned));
                config.hostaddr(addr.ip()).port(addr.port());
            }
            probe::Address::Unix(dir, port) => {
                // tokio-postgres hands no Unix socket to a connector: it has no host name
                config.host(dir.expose()).port(*port).ssl_mode(tokio_postgres::config::SslMode::Disable);
            }
        }
        config
    }

    /// The door for further sessions, over any stream: it repeats the TLS decision that was taken, and never
    /// falls back from TLS to plaintext.
    pub fn connector(&self) -> Connector {
        self.connector.pinned(self.opened.tls.is_some())
    }
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Session")
            .field("attempt", &self.attempt)
            .field("opened", &self.opened)
            .finish_non_exhaustive()
    }
}

/// Runs `work` to its end on a private runtime and thread, also from inside a tokio runtime. A session opened
/// in it ends with it.
///
/// # Errors
/// When the system gives no thread or no event queue.
///
/// # Panics
/// When `work` panics, with its panic.
pub fn block_on<T, W, F>(work: W) -> io::Result<T>
where
    T: Send,
    F: Future<Output = T>,
    W: FnOnce() -> F + Send,
{
    thread::scope(|scope| {
        let worker = thread::Builder::new().name("pgward".to_owned()).spawn_scoped(scope, || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            let outcome = runtime.block_on(work());
            runtime.shutdown_background();
            Ok(outcome)
        })?;
        worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}

/// What every session of a target has in common; built with setters only, never parsed.
fn base_config(dial: &Dial, attempt: &Attempt) -> tokio_postgres::Config {
    use tokio_postgres::config;
    let mut out = tokio_postgres::Config::new();
    out.ssl_mode(config::SslMode::Require).ssl_negotiation(config::SslNegotiation::Direct);
    if let Some(user) = &dial.user {
        out.user(user.expose());
    }
    if let Some(password) = &attempt.password {
        out.password(password.expose());
    }
    if let Some(dbname) = &dial.dbname {
        out.dbname(dbname.expose());
    }
    if let Some(options) = &dial.options {
        out.options(options.expose());
    }
    if let Some(name) = &dial.application_name {
        out.application_name(name.expose());
    }
    if let Some(timeout) = dial.connect_timeout {
        out.connect_timeout(timeout);
    }
    out.keepalives(dial.keepalives.on);
    if let Some(idle) = dial.keepalives.idle {
        out.keepalives_idle(idle);
    }
    if let Some(interval) = dial.keepalives.interval {
        out.keepalives_interval(interval);
    }
    if let Some(count) = dial.keepalives.count {
        out.keepalives_retries(count);
    }
    if let Some(timeout) = dial.keepalives.user_timeout {
        out.tcp_user_timeout(timeout);
    }
    out.channel_binding(match dial.channel_binding {
        probe::ChannelBinding::Disable => config::ChannelBinding::Disable,
        probe::ChannelBinding::Prefer => config::ChannelBinding::Prefer,
        probe::ChannelBinding::Require => config::ChannelBinding::Require,
    });
    out.target_session_attrs(match dial.target_session_attrs {
        probe::TargetSessionAttrs::ReadWrite => config::TargetSessionAttrs::ReadWrite,
        probe::TargetSessionAttrs::ReadOnly => config::TargetSessionAttrs::ReadOnly,
        // tokio-postgres has no words for the others; `Probe::lasting_attrs` has some that mean the same. It cannot
        // look elsewhere either: the address is pinned.
        _ => config::TargetSessionAttrs::Any,
    });
    out
}
