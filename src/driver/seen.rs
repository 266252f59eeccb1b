//! What was seen on one connection, and what its end means.

use super::meter::Allowance;
use super::peer::CertificateInfo;
use super::tls::TlsInfo;
use crate::probe::{Ended, Fingerprint, Phase, ServerError, TlsTrouble, Trouble};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// What goes into the words about an error.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Scene {
    /// A Unix socket.
    pub(super) unix: bool,
    /// `options` sets a role.
    pub(super) sets_role: bool,
    /// `channel_binding=require`.
    pub(super) only_bound: bool,
}

/// What was seen on one connection; shared between the stream and whoever opened it.
#[derive(Clone, Debug, Default)]
pub(super) struct Seen(Arc<Mutex<State>>);

/// As [`Seen`], under its lock.
#[derive(Debug)]
pub(super) struct State {
    pub(super) phase: Phase,
    pub(super) password_asked: bool,
    pub(super) sasl_begun: bool,
    pub(super) sasl_final: bool,
    pub(super) certificate: Certificate,
    pub(super) fingerprint: Option<Fingerprint>,
    pub(super) scene: Scene,
    pub(super) opened: Opened,
    pub(super) error: Option<ServerError>,
    pub(super) refused: Vec<CertificateInfo>,
    pub(super) trouble: Option<Trouble>,
    pub(super) lost: Option<Trouble>,
    pub(super) followed: Option<Allowance>,
}

impl Default for State {
    fn default() -> Self {
        Self {
            phase: Phase::Tcp,
            password_asked: false,
            sasl_begun: false,
            sasl_final: false,
            certificate: Certificate::default(),
            fingerprint: None,
            scene: Scene::default(),
            opened: Opened::default(),
            error: None,
            refused: Vec::new(),
            trouble: None,
            lost: None,
            followed: None,
        }
    }
}

/// What became of the client's certificate.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Debug, Default)]
pub(super) enum Certificate {
    /// Nobody asked for it.
    #[default]
    Unasked,
    /// It was asked for, and there was none to send.
    Unsent,
    /// It was sent.
    Sent,
}

/// What is known of an open session.
#[derive(Clone, Debug, Default)]
pub(super) struct Opened {
    /// The process of BackendKeyData.
    pub(super) pid: Option<i32>,
    /// None for plaintext.
    pub(super) tls: Option<TlsInfo>,
}

impl Seen {
    pub(super) fn new(scene: Scene) -> Self {
        Self(Arc::new(Mutex::new(State { scene, ..State::default() })))
    }

    /// What was seen so far, for whoever reads along.
    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn phase(&self) -> Phase {
        self.state().phase
    }

    pub(super) fn fingerprint(&self) -> Option<Fingerprint> {
        self.state().fingerprint.clone()
    }

    /// Whether the server asked for a SCRAM login.
    pub(super) fn is_scram(&self) -> bool {
        self.state().sasl_begun
    }

    /// Whether a message of PostgreSQL's was read.
    pub(super) fn is_postgres(&self) -> bool {
        let state = self.state();
        state.error.is_some() || state.phase >= Phase::Authentication
    }

    pub(super) fn enter(&self, phase: Phase) {
        self.state().phase = phase;
    }

    pub(super) fn certificate(&self, certificate: Certificate) {
        self.state().certificate = certificate;
    }

    /// What an error of the TLS handshake means.
    pub(super) fn tls_trouble(&self, error: &std::io::Error, direct: bool) -> Trouble {
        let mut state = self.state();
        state.refused = super::tls::refused(error);
        match state.of_stream(error, Phase::Tls) {
            // PostgreSQL before 17 takes the handshake for a startup message of a strange length, and hangs up
            Trouble::Closed(..) | Trouble::NotPostgres(..) if direct => Trouble::Tls(TlsTrouble::Direct),
            Trouble::Tls(TlsTrouble::Alert("no_application_protocol")) if direct => {
                Trouble::Tls(TlsTrouble::NoAlpn)
            }
            other => other,
        }
    }

    /// The server's certificates, where they did not convince.
    pub(super) fn refused(&self) -> Vec<CertificateInfo> {
        self.state().refused.clone()
    }

    pub(super) fn encrypted(&self, tls: TlsInfo) {
        self.state().opened.tls = Some(tls);
    }

    pub(super) fn opened(&self) -> Opened {
        self.state().opened.clone()
    }

    /// Goes on counting when the startup is over, with a fresh allowance: a question may be answered by so much.
    pub(super) fn follow(&self) {
        self.state().followed = Some(Allowance::for_answers());
    }

    /// What the session sends is nobody's business any more: it has another owner.
    pub(super) fn let_go(&self) {
        self.state().followed = None;
    }

    /// Runs `count` over the allowance of an open session; None when it is not followed.
    pub(super) fn counted<T>(&self, count: impl FnOnce(&mut Allowance, Phase) -> T) -> Option<T> {
        let mut state = self.state();
        let phase = state.phase;
        state.followed.as_mut().map(|allowance| count(allowance, phase))
    }

    /// Remembers why the stream fails: the client library does not pass it on whole.
    pub(super) fn fail(&self, trouble: Trouble) {
        self.state().trouble.get_or_insert(trouble);
    }

    /// Remembers that the socket failed; what the server said before that counts more.
    pub(super) fn lose(&self, error: &std::io::Error) {
        let mut state = self.state();
        let trouble = state.of_stream(error, state.phase);
        state.lost.get_or_insert(trouble);
    }

    /// What a failed connection attempt, or the end of a session, means. All that the socket said passed here, so
    /// the library's error only decides where nothing was wrong with it: then it read what is not the protocol.
    pub(super) fn trouble_of(&self, error: &tokio_postgres::Error) -> Trouble {
        let state = self.state();
        if let Some(trouble) = &state.trouble {
            return trouble.clone();
        }
        if let Some(error) = &state.error {
            return Trouble::Server(state.phase, error.clone());
        }
        if let Some(trouble) = &state.lost {
            return trouble.clone();
        }
        // "authentication error" is the library's own constant: SCRAM broke, or was not bound
        if error.to_string().starts_with("authentication error") {
            return match (state.sasl_final, state.scene.only_bound) {
                (true, _) => Trouble::ServerProof,
                (false, true) => Trouble::ChannelBinding,
                (false, false) => Trouble::NotPostgres(state.phase, None),
            };
        }
        if error.is_closed() {
            return Trouble::Closed(state.phase, Ended::ByPeer);
        }
        Trouble::NotPostgres(state.phase, None)
    }
}

impl State {
    /// What the server asked for was answered to the end: of SCRAM, its own proof came.
    pub(super) fn is_answered(&self) -> bool {
        self.password_asked && (self.sasl_final || !self.sasl_begun)
    }

    /// What an error of the stream means. In TLS 1.3 the server looks at the client's certificate when for the
    /// client the handshake is over.
    fn of_stream(&self, error: &std::io::Error, phase: Phase) -> Trouble {
        match super::tls::trouble_of(error, phase) {
            Trouble::Tls(TlsTrouble::Alert(
                alert @ ("bad_certificate"
                | "unsupported_certificate"
                | "certificate_expired"
                | "certificate_revoked"
                | "certificate_unknown"
                | "unknown_ca"
                | "decrypt_error"),
            )) if self.certificate == Certificate::Sent => Trouble::Tls(TlsTrouble::ClientRefused(alert)),
            other => other,
        }
    }
}
