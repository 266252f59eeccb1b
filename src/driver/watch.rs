//! Reads the startup messages of a server as they pass, and says when one must not reach the client, because
//! the client would answer it. Pure: bytes in, verdict out (PostgreSQL documentation, "Message Formats").

use super::meter::{Allowance, Meter};
use super::seen::{Certificate, Seen};
use crate::probe::{
    AuthMethod, AuthMethods, Ended, Fingerprint, Over, Phase, ServerError, ServerText, SqlState, Trouble,
    identifier,
};

/// What a policy lets a server ask for on one connection.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "permissions that have nothing to do with each other")]
pub(super) struct Allowed {
    /// There is a password to answer with.
    pub(super) password: bool,
    /// The password itself, in the clear.
    pub(super) cleartext: bool,
    /// Its MD5 hash.
    pub(super) md5: bool,
    /// Nothing but SCRAM with channel binding.
    pub(super) only_bound: bool,
    /// `require_auth`.
    pub(super) methods: Option<AuthMethods>,
    /// `sslcertmode=require`.
    pub(super) only_certified: bool,
}

/// A reader of messages that may arrive in any pieces.
#[derive(Debug)]
pub(super) struct Watch {
    seen: Seen,
    allowed: Allowed,
    first: bool,
    head: Vec<u8>,
    body: Vec<u8>,
    left: usize,
    allowance: Allowance,
    session: Option<Meter>,
}

impl Watch {
    pub(super) fn new(seen: Seen, allowed: Allowed) -> Self {
        Self {
            seen,
            allowed,
            first: true,
            head: Vec::with_capacity(5),
            body: Vec::new(),
            left: 0,
            allowance: Allowance::for_startup(),
            session: None,
        }
    }

    /// True when the startup is over and nothing needs to be read any more.
    pub(super) fn read(&mut self, mut bytes: &[u8]) -> Result<bool, Trouble> {
        while !bytes.is_empty() {
            if let Some(meter) = &mut self.session {
                let counted = self.seen.counted(|allowance, phase| meter.read(bytes, allowance, phase));
                return counted.map_or(Ok(true), |read| read.map(|()| false));
            }
            if self.head.len() < 5 {
                let taken = bytes.len().min(5 - self.head.len());
                self.head.extend_from_slice(&bytes[..taken]);
                bytes = &bytes[taken..];
                self.check_tag()?;
                if self.head.len() < 5 {
                    break;
                }
                self.check_length()?;
            }
            let taken = bytes.len().min(self.left);
            if matches!(self.head[0], b'R' | b'K' | b'E') {
                self.body.extend_from_slice(&bytes[..taken]);
            }
            bytes = &bytes[taken..];
            self.left -= taken;
            if self.left == 0 {
                let tag = self.head[0];
                let body = std::mem::take(&mut self.body);
                self.head.clear();
                self.first = false;
                match self.message(tag, &body)? {
                    Next::Startup => {}
                    Next::Session => {
                        self.session = Some(Meter::default());
                        if self.is_over() {
                            return Ok(true);
                        }
                    }
                    Next::Nothing => return Ok(true),
                }
            }
        }
        Ok(false)
    }

    /// The session is open, and nobody follows it.
    pub(super) fn is_over(&self) -> bool {
        self.session.is_some() && self.seen.counted(|_, _| ()).is_none()
    }

    /// Time is up, unless the session is open.
    pub(super) fn elapse(&self) -> Option<Trouble> {
        self.session.is_none().then(|| Trouble::Elapsed(self.seen.phase()))
    }

    /// As [`Seen::fail`].
    pub(super) fn fail(&self, trouble: Trouble) {
        self.seen.fail(trouble);
    }

    /// As [`Seen::lose`].
    pub(super) fn lose(&self, error: &std::io::Error) {
        self.seen.lose(error);
    }

    /// The connection ended where a message should have been.
    pub(super) fn end(&self) -> Trouble {
        Trouble::Closed(self.seen.phase(), Ended::ByPeer)
    }

    fn check_tag(&self) -> Result<(), Trouble> {
        let phase = self.seen.phase();
        let known: &[u8] = if phase < Phase::Database { b"REvN" } else { b"ENSKZ" };
        let tag = self.head[0];
        // what begins another way tells what it is; later on a first byte tells nothing
        let tells = self.first.then_some(tag);
        if known.contains(&tag) { Ok(()) } else { Err(Trouble::NotPostgres(phase, tells)) }
    }

    /// libpq's bounds (fe-connect.c): what is longer is another protocol, or a plain sentence of a server that
    /// could not start a process for us.
    fn check_length(&mut self) -> Result<(), Trouble> {
        let length = u32::from_be_bytes([self.head[1], self.head[2], self.head[3], self.head[4]]) as usize;
        let bound = match self.head[0] {
            b'R' => 8..=2000,
            b'E' => 8..=30_000,
            _ => 4..=1_000_000,
        };
        let phase = self.seen.phase();
        if bound.contains(&length) {
            self.left = length - 4;
            return self.allowance.take(length).map_err(|_| Trouble::Endless(phase));
        }
        if self.head[0] == b'E' && self.head[1..].iter().all(u8::is_ascii_graphic) {
            return Err(Trouble::Server(phase, ServerError::default()));
        }
        Err(Trouble::NotPostgres(phase, Some(self.head[0])))
    }

    fn message(&mut self, tag: u8, body: &[u8]) -> Result<Next, Trouble> {
        match tag {
            b'R' => self.authentication(body)?,
            b'K' => {
                if let Some(pid) = body.first_chunk() {
                    self.seen.state().opened.pid = Some(i32::from_be_bytes(*pid));
                }
            }
            b'E' => {
                let mut state = self.seen.state();
                let mut error = error_fields(body);
                error.over = match (state.scene.unix, &state.opened.tls) {
                    (true, _) => Over::Unix,
                    (_, Some(_)) => Over::Tls,
                    _ => Over::Plaintext,
                };
                error.password_asked = state.password_asked;
                error.fingerprint.clone_from(&state.fingerprint);
                error.sets_role = state.scene.sets_role;
                state.error = Some(error);
                return Ok(Next::Nothing);
            }
            b'Z' => {
                self.seen.enter(Phase::Session);
                return Ok(Next::Session);
            }
            _ => {}
        }
        Ok(Next::Startup)
    }

    fn authentication(&self, body: &[u8]) -> Result<(), Trouble> {
        let code = body.first_chunk().map_or(u32::MAX, |code| u32::from_be_bytes(*code));
        let mut state = self.seen.state();
        let method = match code {
            3 => Some(AuthMethod::Password),
            5 => Some(AuthMethod::Md5),
            10 => Some(AuthMethod::ScramSha256),
            _ => None,
        };
        if let Some(method) = method {
            state.phase = Phase::Authentication;
            if self.allowed.methods.is_some_and(|methods| !methods.allow(method)) {
                return Err(Trouble::RequireAuth(method));
            }
            state.password_asked = true;
            if !self.allowed.password {
                return Err(Trouble::PasswordMissing);
            }
        }
        match code {
            0 if self.allowed.only_bound && !state.sasl_final => Err(Trouble::ChannelBinding),
            0 if self.allowed.methods.is_some_and(|m| !m.allow(AuthMethod::None)) && !state.is_answered() => {
                Err(if state.password_asked {
                    Trouble::RequireAuthUnmet
                } else {
                    Trouble::RequireAuth(AuthMethod::None)
                })
            }
            0 if self.allowed.only_certified && state.certificate != Certificate::Sent => {
                Err(Trouble::ClientCertUnsent(state.certificate == Certificate::Unsent))
            }
            0 => {
                state.phase = Phase::Database;
                Ok(())
            }
            3 if !self.allowed.cleartext => Err(Trouble::CleartextRefused),
            5 if !self.allowed.md5 => Err(Trouble::Md5Refused),
            3 | 5 if self.allowed.only_bound => Err(Trouble::ChannelBinding),
            10 => {
                state.sasl_begun = true;
                let mut offered = body[4..].split(|b| *b == 0);
                let bound = offered.clone().any(|name| name == b"SCRAM-SHA-256-PLUS");
                if self.allowed.only_bound && !bound {
                    return Err(Trouble::ChannelBinding);
                }
                if bound || offered.any(|name| name == b"SCRAM-SHA-256") {
                    Ok(())
                } else {
                    Err(Trouble::SaslMechanism)
                }
            }
            12 => {
                state.sasl_final = true;
                Ok(())
            }
            11 if rounds(&body[4..]).is_some_and(|rounds| rounds > MOST_ROUNDS) => {
                Err(Trouble::TooManyRounds)
            }
            11 => {
                state.fingerprint = Fingerprint::from_scram(&body[4..]);
                Ok(())
            }
            3 | 5 => Ok(()),
            _ => {
                state.phase = Phase::Authentication;
                Err(Trouble::AuthMethod(code))
            }
        }
    }
}

/// What is to be read after a message.
enum Next {
    Startup,
    Session,
    Nothing,
}

/// The client computes as many hashes as the server says, and no deadline can end that: a second's worth, and
/// more than anybody sets (`scram_iterations` is 4096 unless set).
const MOST_ROUNDS: u64 = 1_000_000;

/// From the first message of a SCRAM server (RFC 5802: `r=…,s=…,i=<rounds>`).
fn rounds(first: &[u8]) -> Option<u64> {
    let count = first.split(|b| *b == b',').find_map(|part| part.strip_prefix(b"i="))?;
    Some(std::str::from_utf8(count).ok()?.parse().unwrap_or(u64::MAX))
}

/// The fields of an `ErrorResponse` that classification looks at. They are bytes in an encoding that the server
/// has not announced yet.
fn error_fields(body: &[u8]) -> ServerError {
    let mut error = ServerError::default();
    for field in body.split(|b| *b == 0) {
        let Some((code, value)) = field.split_first() else { continue };
        let text = || std::str::from_utf8(value).ok();
        match code {
            b'C' => error.sqlstate = text().and_then(SqlState::parse),
            b'R' => error.routine = text().and_then(identifier),
            b'M' => error.message = ServerText::new(value),
            b'D' => error.detail = ServerText::new(value),
            _ => {}
        }
    }
    error
}
