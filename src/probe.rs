//! The conversation with a server, without I/O: which address next, with or without TLS, what to ask, when to
//! give up. No socket, clock or client library; the driver carries out the steps and feeds the replies.
//!
//! ```text
//! Resolve ▶ Connect ▶ Ask ▶ Done ─(judged by the caller)─ install() ▶ Execute … ▶ Done ─ ask() ▶ Ask ▶ Done
//!    ▲ next host   ▲ next address or TLS decision            Sleep ▶ from the first host again
//! ```

mod ask;
mod dial;
mod failure;
mod hosts;
mod look;
pub mod parameter;
mod wait;
mod walk;

#[cfg(feature = "guard")]
pub(crate) use ask::identifier;
pub use ask::{Answer, Answers, INSTALL_LOCK, Query, Refusal, Rows, SqlState, quote_identifier};
pub use dial::{
    Address, Attempt, AuthMethod, AuthMethods, ChannelBinding, ClientCert, ClientKey, Dial, DialHost,
    Keepalives, KeyFile, NamedFile, Place, Revocation, RootCert, SslCertMode, SslMode, SslNegotiation,
    TargetSessionAttrs, Tls, TlsVersions, Unsupported, Verify,
};
pub use failure::{
    ClientTrouble, Ended, Evidence, Failure, FailureCause, FailureClass, Fingerprint, Listener, Over, Phase,
    RootTrouble, ServerError, ServerText, TlsTrouble, Trouble, Unresolved, Untrusted,
};
pub use look::{Aim, Look, Sight};

pub use hosts::Tried;
pub use wait::{Spent, Waited, Waiting};

use crate::secret::Part;
use std::{net::IpAddr, time::Duration};

/// What the driver does next.
#[derive(Clone, Debug)]
pub enum Step {
    /// Resolve a name (or take the address that it spells) by `until`; answer [`Reply::Resolved`].
    Resolve {
        /// The name.
        host: Part,
        /// On the probe's clock.
        until: Duration,
    },
    /// Close what is open and connect; answer [`Reply::Connected`].
    Connect(Attempt),
    /// Send every message in one flight; answer [`Reply::Answered`] with as many answers, in order.
    Ask(Vec<Query>, Duration),
    /// Send one message; answer [`Reply::Answered`] with one answer.
    Execute(Query, Duration),
    /// Look who listens at some addresses, all at once and without a password; answer [`Reply::Looked`] with as many
    /// sights, in order.
    Look(Vec<Look>),
    /// Close what is open and wait; answer [`Reply::Slept`].
    Sleep(Duration),
    /// Nothing more. The session, if there is one, stays open.
    Done,
}

/// What came of a step.
#[derive(Clone, Debug)]
pub enum Reply {
    /// The first call.
    Begin,
    /// The addresses of a name, in the resolver's order.
    Resolved(Vec<IpAddr>),
    /// The session is open; what the startup messages told.
    Connected(Connected),
    /// The answers.
    Answered(Vec<Answer>),
    /// Who listens there.
    Looked(Vec<Sight>),
    /// The time is over.
    Slept,
    /// The step failed; what is open is closed.
    Failed(Trouble),
}

/// What is known of a fresh session.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Connected {
    /// The process of BackendKeyData.
    pub pid: Option<i32>,
    /// Whether the session is encrypted.
    pub tls: bool,
}

/// What the session is, by its own word.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct SessionFacts {
    /// Whether it is a standby.
    pub in_recovery: Option<bool>,
    /// `default_transaction_read_only`.
    pub read_only: Option<bool>,
    /// Whether a pooler stands in between: the process that answers is not the one that was announced.
    pub pooler: Option<bool>,
    /// Questions of one session met different processes, so that the pooler gives a server session for a transaction
    /// or statement. False proves nothing: a pooler may have given the same one again.
    pub by_transaction: bool,
    /// Parameters that `options` sets and that have another value in force.
    pub dropped: Vec<&'static str>,
}

/// What came of one extension.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Installed {
    /// As asked for.
    pub extension: String,
    /// Rows when `CREATE EXTENSION IF NOT EXISTS` succeeded.
    pub answer: Answer,
}

/// Bounds and chance.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// One walk over the addresses with its questions.
    pub timeout: Duration,
    /// All walks; None: one walk only.
    pub wait: Option<Duration>,
    /// One statement, at the server.
    pub statement_timeout: Duration,
    /// Waiting for a lock, at the server.
    pub lock_timeout: Duration,
    /// Spreads the pauses.
    pub seed: u64,
}

impl Default for Bounds {
    /// Ten seconds for everything, five for a statement, two for a lock, no waiting.
    fn default() -> Self {
        Self {
            timeout: Duration::from_secs(10),
            wait: None,
            statement_timeout: Duration::from_secs(5),
            lock_timeout: Duration::from_secs(2),
            seed: 0,
        }
    }
}

/// The state of one conversation. Time goes in with every reply, measured since the first.
#[derive(Clone, Debug)]
pub struct Probe {
    dial: Dial,
    bounds: Bounds,
    questions: Vec<Query>,
    state: State,
    walk: Walk,
    names: hosts::Names,
    chance: wait::Chance,
    retry: Vec<FailureClass>,
    tries: u32,
    pauses: wait::Pauses,
    waiting: Option<Waiting>,
    over: bool,
    /// Another server was suspected once.
    suspected: bool,
    /// The failure of the walk before, with what its addresses said.
    earlier: Option<(Failure, Vec<Failed>)>,
    cut_short: bool,
    last: Duration,
    marks: Vec<(Phase, Duration)>,
    spent: Spent,
    connected: Option<Connected>,
    /// The process that answered first in this session.
    answering: Option<i32>,
    facts: SessionFacts,
    answers: Answers,
    install: Install,
    failure: Option<Failure>,
    remembered: Option<look::Remembered>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum State {
    Ready,
    Resolving,
    Connecting,
    Asking,
    Looking,
    Installing,
    Sleeping,
    Done,
}

/// One walk over hosts, addresses and TLS decisions.
#[derive(Clone, Debug, Default)]
struct Walk {
    began: Duration,
    /// It is over, and what is still asked has a time of its own.
    ended: bool,
    /// The hosts by their number in the dial, in the order of dialling.
    order: Vec<usize>,
    /// The second pass of `prefer-standby`, where any session will do.
    any: bool,
    /// Where in `order`.
    host: usize,
    addresses: Vec<IpAddr>,
    address: usize,
    decision: usize,
    /// When the present address must have answered.
    until: Duration,
    attempt: Option<Attempt>,
    failures: Vec<Failed>,
    looks: look::Looks,
}

/// A failed attempt of a walk.
#[derive(Clone, Debug)]
struct Failed {
    failure: Failure,
    tried: Tried,
    /// Pass, host and address, by number.
    at: (bool, usize, usize),
    /// The server may come at any moment.
    soon: bool,
}

#[derive(Clone, Debug, Default)]
struct Install {
    wanted: Vec<String>,
    again: bool,
    done: Vec<Installed>,
}

impl Probe {
    /// A conversation that has not begun.
    pub fn new(dial: Dial, questions: Vec<Query>, bounds: Bounds) -> Self {
        Self {
            dial,
            bounds,
            questions,
            state: State::Ready,
            walk: Walk::default(),
            names: hosts::Names::default(),
            chance: wait::Chance::new(!bounds.seed),
            retry: Vec::new(),
            tries: 0,
            pauses: wait::Pauses::new(bounds.seed),
            waiting: None,
            over: false,
            suspected: false,
            earlier: None,
            cut_short: false,
            last: Duration::ZERO,
            marks: Vec::new(),
            spent: Spent::default(),
            connected: None,
            answering: None,
            facts: SessionFacts::default(),
            answers: Answers::default(),
            install: Install::default(),
            failure: None,
            remembered: None,
        }
    }

    /// What to do after `reply`, at `now`. After [`Step::Done`] it stays done until [`Probe::install`] or
    /// [`Probe::ask`].
    pub fn step(&mut self, reply: Reply, now: Duration) -> Step {
        self.account(now);
        match (self.state, reply) {
            (State::Ready, Reply::Begin) | (State::Sleeping, Reply::Slept) => self.begin(now),
            (State::Resolving, Reply::Resolved(addresses)) => self.resolved(addresses, now),
            (State::Connecting, Reply::Connected(connected)) => {
                self.connected = Some(connected);
                self.answering = None;
                self.facts = SessionFacts::default();
                self.failure = None;
                self.flight(now)
            }
            (State::Asking, Reply::Answered(answers)) => self.answered(answers, now),
            (State::Looking, Reply::Looked(sights)) => self.looked(&sights, now),
            (State::Installing, Reply::Answered(answers)) => self.installed(answers, now),
            (State::Installing | State::Done, Reply::Failed(trouble)) => {
                self.connected = None;
                self.failure = Some(trouble.classify(&self.dial, &self.place()));
                self.done()
            }
            (State::Resolving, Reply::Failed(trouble)) => self.unresolved(&trouble, now),
            (State::Connecting | State::Asking, Reply::Failed(trouble)) => self.failed(&trouble, now),
            _ => self.done(),
        }
    }

    /// Installs extensions in the open session, one message each, in order; then [`Probe::installs`] tells.
    /// Done at once without a session. Each call has a walk's time of its own.
    pub fn install(&mut self, extensions: &[String], now: Duration) -> Step {
        self.install = Install { wanted: extensions.to_vec(), ..Install::default() };
        if self.connected.is_none() {
            return self.done();
        }
        (self.walk.began, self.walk.ended, self.last) = (now, true, now);
        self.state = State::Installing;
        self.next_install(now)
    }

    /// Asks (again) in the open session. Done at once without one.
    pub fn ask(&mut self, questions: Vec<Query>, now: Duration) -> Step {
        if self.connected.is_none() {
            return self.done();
        }
        self.questions = questions;
        (self.walk.began, self.walk.ended, self.last) = (now, true, now);
        self.flight(now)
    }

    /// What was asked for.
    pub fn dial(&self) -> &Dial {
        &self.dial
    }

    /// The answers so far.
    pub fn answers(&self) -> &Answers {
        &self.answers
    }

    /// What the session said about itself.
    pub fn facts(&self) -> &SessionFacts {
        &self.facts
    }

    /// What came of the extensions.
    pub fn installs(&self) -> &[Installed] {
        &self.install.done
    }

    /// Why there is no session.
    pub fn failure(&self) -> Option<&Failure> {
        self.failure.as_ref()
    }
}
