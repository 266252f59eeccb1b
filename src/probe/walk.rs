//! One walk over hosts, addresses and TLS decisions, then the questions; which failure moves on, which stops,
//! which is worth waiting for.

use super::failure::{FailureCause, FailureClass, both_ways};
use super::hosts::{Next, may_come_soon};
use super::{
    Address, Answer, Attempt, DialHost, Evidence, Failed, Installed, Over, Phase, Place, Probe, Query,
    Refusal, Rows, SqlState, SslMode, State, Step, TlsTrouble, Trouble, Unresolved, Walk, ask, parameter,
};
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

impl Probe {
    pub(super) fn begin(&mut self, now: Duration) -> Step {
        self.tries += 1;
        self.walk = self.new_walk(now);
        match self.dial.refusal() {
            Some(trouble) => {
                self.failure = Some(trouble.classify(&self.dial, ""));
                self.done()
            }
            None => self.host(now),
        }
    }

    /// The host that the walk is at.
    fn host(&mut self, now: Duration) -> Step {
        self.walk.addresses.clear();
        (self.walk.address, self.walk.attempt) = (0, None);
        match self.at_host().map(|host| &host.place) {
            Some(Place::Name(name)) => {
                let host = name.clone();
                self.state = State::Resolving;
                match self.known_addresses(now) {
                    Some(Ok(addresses)) => {
                        self.take_addresses(addresses);
                        self.connect(0, now)
                    }
                    Some(Err(trouble)) => self.failed(&trouble, now),
                    None => Step::Resolve { host, until: self.address_end(now).min(self.share_end(now)) },
                }
            }
            Some(Place::Addr { addr, .. }) => {
                self.walk.addresses = vec![*addr];
                self.connect(0, now)
            }
            Some(Place::Unix(_)) => self.connect(0, now),
            None => self.done(),
        }
    }

    pub(super) fn resolved(&mut self, addresses: Vec<IpAddr>, now: Duration) -> Step {
        if addresses.is_empty() {
            return self.unresolved(&Trouble::Dns(Unresolved::NoName), now);
        }
        self.names.learn(self.walk.order[self.walk.host], now, Ok(addresses.clone()));
        self.take_addresses(addresses);
        self.connect(0, now)
    }

    pub(super) fn unresolved(&mut self, trouble: &Trouble, now: Duration) -> Step {
        self.names.learn(self.walk.order[self.walk.host], now, Err(trouble.clone()));
        self.failed(trouble, now)
    }

    /// The address that the walk is at, with the given TLS decision.
    fn connect(&mut self, decision: usize, now: Duration) -> Step {
        let Some(DialHost { place, port, password }) = self.at_host() else { return self.done() };
        let tcp = |walk: &Walk| Address::Tcp(SocketAddr::new(walk.addresses[walk.address], *port));
        let (host, address) = match place {
            Place::Name(name) => (Some(name.clone()), tcp(&self.walk)),
            Place::Addr { host, .. } => (host.clone(), tcp(&self.walk)),
            Place::Unix(dir) => (None, Address::Unix(dir.clone(), *port)),
        };
        // `connect_timeout` bounds an address with all that is tried there, as in `pqConnectDBComplete`.
        let until = if decision == 0 { self.address_end(now) } else { self.walk.until };
        let attempt = Attempt {
            host,
            tls: self.dial.decisions(&address)[decision],
            verify: self.dial.verify(),
            password: password.clone().or_else(|| self.dial.password.clone()),
            address,
            until,
            tcp_until: until.min(self.share_end(now)),
        };
        (self.walk.decision, self.walk.until) = (decision, until);
        self.walk.attempt = Some(attempt.clone());
        self.state = State::Connecting;
        Step::Connect(attempt)
    }

    /// All questions and our own, in one flight.
    pub(super) fn flight(&mut self, now: Duration) -> Step {
        self.state = State::Asking;
        let until = self.walk_end();
        let statement = self.bounds.statement_timeout.min(until.saturating_sub(now));
        let lock = self.bounds.lock_timeout.min(statement);
        let message = |q: &Query| Query { name: q.name, sql: ask::question(&q.sql, statement, lock) };
        let own = Query::new(SESSION, SESSION_SQL);
        let mut messages: Vec<Query> = std::iter::once(&own).chain(&self.questions).map(message).collect();
        // Behind all others: a pooler that serves transactions is likely to have changed the process by then.
        messages.push(message(&Query::new(AGAIN, AGAIN_SQL)));
        if !self.dial.parameters.is_empty() {
            messages.push(Query::new(PARAMETERS, parameter::question(&self.dial.parameters)));
        }
        Step::Ask(messages, until)
    }

    pub(super) fn answered(&mut self, answers: Vec<Answer>, now: Duration) -> Step {
        let mut answers = answers.into_iter();
        let own = answers.next();
        if let Some(Answer::Refused(Refusal { sqlstate: Some(state), routine: None, .. })) = &own
            && state.as_str() == "08P01"
        {
            return self.failed(&Trouble::AdminConsole, now);
        }
        self.session_facts(own.as_ref().and_then(Answer::rows));
        if self.unmet(&self.facts) {
            return self.failed(&Trouble::SessionAttrs, now);
        }
        let mut given = answers.chain(std::iter::repeat(Answer::NotAsked("the connection gave no answer")));
        for (question, answer) in self.questions.iter().zip(given.by_ref()) {
            self.answers.insert(question.name, answer);
        }
        if let Some(Answer::Rows(rows)) = given.next() {
            self.met(&rows);
        }
        if let Some(Answer::Rows(rows)) = given.next() {
            self.facts.dropped = parameter::dropped(&self.dial.parameters, &rows);
        }
        self.done()
    }

    fn session_facts(&mut self, rows: Option<&Rows>) {
        let value = |column| rows.and_then(|rows| rows.get(0, column));
        self.facts.in_recovery = value("in_recovery").map(|v| v == "t");
        self.facts.read_only = value("read_only").map(|v| v == "on");
        if let Some(rows) = rows {
            self.met(rows);
        }
    }

    /// The process that answered, beside the one that was announced and the one that answered first. PostgreSQL
    /// announces and answers with the same number for the whole of a session.
    fn met(&mut self, rows: &Rows) {
        let Some(answering) = rows.get(0, "pid").and_then(|pid| pid.parse::<i32>().ok()) else { return };
        let first = *self.answering.get_or_insert(answering);
        self.facts.by_transaction |= first != answering;
        if let Some(announced) = self.connected.as_ref().and_then(|c| c.pid) {
            self.facts.pooler = Some(self.facts.pooler == Some(true) || announced != answering);
        }
    }

    pub(super) fn next_install(&mut self, now: Duration) -> Step {
        let Some(extension) = self.install.wanted.get(self.install.done.len()) else {
            return self.done();
        };
        let until = self.walk_end();
        let statement = until.saturating_sub(now);
        let sql = ask::install(extension, statement, self.bounds.lock_timeout.min(statement));
        Step::Execute(Query { name: "install", sql }, until)
    }

    /// 23505 and 42710 are a race with someone who does not take our lock: `IF NOT EXISTS` looks once more.
    pub(super) fn installed(&mut self, answers: Vec<Answer>, now: Duration) -> Step {
        let answer = answers.into_iter().next().unwrap_or(Answer::NotAsked("the connection gave no answer"));
        let raced = matches!(answer.sqlstate().as_ref().map(SqlState::as_str), Some("23505" | "42710"));
        if raced && !self.install.again {
            self.install.again = true;
            return self.next_install(now);
        }
        self.install.again = false;
        let extension = self.install.wanted[self.install.done.len()].clone();
        self.install.done.push(Installed { extension, answer });
        self.next_install(now)
    }

    pub(super) fn failed(&mut self, trouble: &Trouble, now: Duration) -> Step {
        self.connected = None;
        let failure = trouble.classify(&self.dial, &self.place());
        let resolving = self.state == State::Resolving;
        let at = (self.walk.any, self.walk.host, self.walk.address);
        // Once a server spoke of the login, knocking every 20 ms would be logging in every 20 ms.
        let soon = may_come_soon(trouble) && failure.phase <= Phase::Startup;
        self.walk.failures.push(Failed { failure, tried: self.present(), at, soon });
        if !resolving && let Some(decision) = self.other_decision(trouble) {
            return self.connect(decision, now);
        }
        let next = Next::after(trouble);
        let attempt = self.walk.attempt.clone();
        if next != Next::Stop && now < self.walk_end() && self.advance(next) {
            return if self.walk.address > 0 { self.connect(0, now) } else { self.host(now) };
        }
        // What was tried last is where others are looked for.
        self.walk.attempt = attempt;
        if !resolving && let Some(step) = self.look(trouble, next == Next::Stop, now) {
            return step;
        }
        self.give_up(next == Next::Stop, now)
    }

    /// libpq's second try on the same address: `allow` and `prefer` (fe-connect.c). Narrower than libpq, which
    /// repeats after every error: only where the encryption can be the cause, and never in plaintext after a
    /// certificate that a root file does not verify.
    fn other_decision(&self, trouble: &Trouble) -> Option<usize> {
        let attempt = self.walk.attempt.as_ref().filter(|_| self.state == State::Connecting)?;
        let next = self.walk.decision + 1;
        self.dial.decisions(&attempt.address).get(next)?;
        let refused =
            matches!(trouble, Trouble::Server(_, e) if e.sqlstate.is_some_and(|s| s.as_str() == "28000"));
        let wanted = match self.dial.sslmode {
            SslMode::Allow => {
                refused
                    || trouble.demands_tls()
                    || matches!(trouble, Trouble::CleartextRefused | Trouble::Md5Refused)
            }
            SslMode::Prefer => match trouble {
                Trouble::Tls(
                    TlsTrouble::Untrusted(_)
                    | TlsTrouble::Refused
                    | TlsTrouble::Error
                    | TlsTrouble::ClientRefused(_)
                    // a limit of ours, where libpq may well have ended in TLS
                    | TlsTrouble::Certificate(_)
                    | TlsTrouble::Incompatible
                    | TlsTrouble::HostName
                    | TlsTrouble::Alert("handshake_failure" | "protocol_version" | "insufficient_security"),
                ) => false,
                Trouble::Tls(_) => self.dial.sslrootcert.is_none(),
                Trouble::Server(_, error) => refused && error.over == Over::Tls,
                _ => false,
            },
            _ => false,
        };
        wanted.then_some(next)
    }

    /// The walk is over: wait and walk again, or end. An address that stopped the walk has the last word; else
    /// it is the failure that came farthest, and worth another try if any of them is.
    pub(super) fn give_up(&mut self, stopped: bool, now: Duration) -> Step {
        let last = self.walk.failures.last().map(|failed| failed.at);
        // With `prefer-standby` a session that was passed over in the first pass is no failure.
        let any = self.walk.any;
        let counts = |failed: &&Failed| if stopped { Some(failed.at) == last } else { failed.at.0 || !any };
        let failures = &self.walk.failures;
        let told =
            failures.iter().enumerate().filter(|(_, f)| counts(f)).max_by_key(|(_, f)| f.failure.phase);
        let Some(told) = told.map(|(i, _)| certificate_first(failures, i)) else {
            return self.done();
        };
        let mut failure = failures[told].failure.clone();
        failure.retryable =
            self.retries(&failure) || (!stopped && failures.iter().any(|f| self.retries(&f.failure)));
        let soon = failures.iter().filter(counts).any(|failed| failed.soon)
            && failures.iter().filter(counts).all(|failed| failed.failure.phase <= Phase::Startup);
        let mut others: Vec<Evidence> = Vec::new();
        for (i, Failed { failure: other, tried, at, .. }) in failures.iter().enumerate() {
            if i == told || *at == failures[told].at && both_ways(&mut failure, other) {
                continue;
            }
            let attempt =
                Evidence::Attempt { tls: tried.tls, class: other.class, message: other.message.clone() };
            if other.message != failure.message && !others.contains(&attempt) {
                others.push(attempt);
            }
        }
        failure.evidence.splice(0..0, others);
        if failure.retryable
            && let Some(pause) = self.pause(soon, now)
        {
            let reason = failure.class.as_str().to_owned();
            self.earlier = Some((failure.clone(), std::mem::take(&mut self.walk.failures)));
            self.failure = Some(failure);
            return self.sleep(pause, reason, now);
        }
        if self.over && self.is_cut_short() {
            match self.earlier.take() {
                Some((earlier, said)) => (failure, self.walk.failures) = (earlier, said),
                None => self.cut_short = true,
            }
        }
        if self.bounds.wait.is_some() {
            failure.evidence.push(Evidence::Waited(self.waited()));
        }
        self.failure = Some(failure);
        self.done()
    }

    pub(super) fn done(&mut self) -> Step {
        self.state = State::Done;
        Step::Done
    }

    /// When the present address must have answered.
    pub(super) fn address_end(&self, now: Duration) -> Duration {
        let end = self.walk_end();
        self.dial.connect_timeout.map_or(end, |timeout| end.min(now + timeout))
    }

    /// When the present walk must have ended.
    pub(super) fn walk_end(&self) -> Duration {
        let end = self.walk.began + self.bounds.timeout;
        if self.walk.ended {
            return end;
        }
        self.bounds.wait.map_or(end, |wait| end.min(wait.max(self.walk.began)))
    }
}

/// Which of the failures at one address is told: where the server wants a client certificate over TLS, it is beside
/// the point that it does not admit anyone without TLS, or asks for a password that is not set.
fn certificate_first(failures: &[Failed], told: usize) -> usize {
    let wants =
        |f: &Failed| f.failure.cause == Some(FailureCause::ClientCertificate) && f.at == failures[told].at;
    let beside =
        matches!(failures[told].failure.class, FailureClass::HbaRejected | FailureClass::PasswordMissing);
    failures.iter().position(wants).filter(|_| beside).unwrap_or(told)
}

/// Our own question, last but for the parameters.
const AGAIN: &str = "again";
const AGAIN_SQL: &str = "SELECT pg_catalog.pg_backend_pid() AS pid";

/// What `options` was to set.
const PARAMETERS: &str = "parameters";

/// Our own question, first in every flight.
const SESSION: &str = "session";

/// Inside `SET TRANSACTION READ ONLY`, `transaction_read_only` says nothing: hence the default.
const SESSION_SQL: &str = "SELECT pg_catalog.pg_backend_pid() AS pid, pg_catalog.pg_is_in_recovery() AS in_recovery, \
     pg_catalog.current_setting('default_transaction_read_only') AS read_only";
