//! Listeners that play a server badly: each accepts on a loopback port and follows a script.

use super::certs::Identity;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// A listener. Its threads end with the test.
pub(crate) struct Fake {
    /// Where it listens.
    pub(crate) port: u16,
    heard: Arc<Mutex<Vec<u8>>>,
    said: Arc<AtomicUsize>,
    open: Arc<AtomicUsize>,
}

impl Fake {
    /// Runs `script` on every connection.
    pub(crate) fn start(script: impl Fn(&mut Line) + Send + Sync + 'static) -> Self {
        Self::listen(TcpListener::bind("127.0.0.1:0").expect("a port"), script)
    }

    /// The same, on a listener that is there already.
    pub(crate) fn listen(listener: TcpListener, script: impl Fn(&mut Line) + Send + Sync + 'static) -> Self {
        let port = listener.local_addr().expect("an address").port();
        let heard = Arc::new(Mutex::new(Vec::new()));
        let (said, open) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let (script, ears, mouth, count) =
            (Arc::new(script), Arc::clone(&heard), Arc::clone(&said), Arc::clone(&open));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (script, heard, open) = (Arc::clone(&script), Arc::clone(&ears), Arc::clone(&count));
                let said = Arc::clone(&mouth);
                open.fetch_add(1, Ordering::SeqCst);
                std::thread::spawn(move || {
                    script(&mut Line { stream, heard, said });
                    open.fetch_sub(1, Ordering::SeqCst);
                });
            }
        });
        Self { port, heard, said, open }
    }

    /// One that answers `S` and then speaks TLS with this certificate, and nothing after.
    pub(crate) fn tls(identity: &Identity) -> Self {
        Self::tls_and_then(identity, |line, _| line.hang())
    }

    /// One that answers `S`, ends the handshake and goes on with `script`.
    pub(crate) fn tls_and_then(
        identity: &Identity,
        script: impl Fn(&mut Line, &mut rustls::ServerConnection) + Send + Sync + 'static,
    ) -> Self {
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(identity.key_der.clone()));
        let config =
            rustls::ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
                .with_safe_default_protocol_versions()
                .expect("versions")
                .with_no_client_auth()
                .with_single_cert(vec![CertificateDer::from(identity.der.clone())], key)
                .expect("an identity");
        let config = Arc::new(config);
        Self::start(move |line| {
            line.hear();
            line.say(b"S");
            let mut session = rustls::ServerConnection::new(Arc::clone(&config)).expect("a session");
            while session.is_handshaking() {
                if session.complete_io(&mut line.stream).is_err() {
                    return;
                }
            }
            script(line, &mut session);
        })
    }

    /// Waits until no connection is open any more; false when one still is after a second.
    pub(crate) fn all_closed(&self) -> bool {
        (0..100).any(|_| {
            std::thread::sleep(Duration::from_millis(10));
            self.open.load(Ordering::SeqCst) == 0
        })
    }

    /// Everything that clients sent so far.
    pub(crate) fn heard(&self) -> Vec<u8> {
        self.heard.lock().expect("no panic").clone()
    }

    /// How many bytes clients were sent, or at least left to the system to send.
    #[allow(dead_code, reason = "for streams without end")]
    pub(crate) fn said(&self) -> usize {
        self.said.load(Ordering::SeqCst)
    }
}

/// One connection.
pub(crate) struct Line {
    pub(crate) stream: TcpStream,
    heard: Arc<Mutex<Vec<u8>>>,
    said: Arc<AtomicUsize>,
}

/// A message: tag, length, body.
pub(crate) fn message(tag: u8, body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(body.len() + 4).expect("short").to_be_bytes();
    [&[tag], &length[..], body].concat()
}

impl Line {
    /// Waits for some bytes.
    pub(crate) fn hear(&mut self) -> Vec<u8> {
        let mut buf = [0; 8192];
        let n = self.stream.read(&mut buf).unwrap_or(0);
        self.heard.lock().expect("no panic").extend_from_slice(&buf[..n]);
        buf[..n].to_vec()
    }

    /// False when nobody is there any more.
    pub(crate) fn say(&mut self, bytes: &[u8]) -> bool {
        let said = self.stream.write_all(bytes).is_ok();
        if said {
            self.said.fetch_add(bytes.len(), Ordering::SeqCst);
        }
        said
    }

    /// Says a message.
    pub(crate) fn message(&mut self, tag: u8, body: &[u8]) {
        self.say(&message(tag, body));
    }

    /// Says the same until nobody is there any more, with a pause after each.
    #[allow(dead_code, reason = "for streams without end")]
    pub(crate) fn repeat(&mut self, bytes: &[u8], pause: Duration) {
        while self.say(bytes) {
            std::thread::sleep(pause);
        }
    }

    /// Ends the connection with a reset.
    #[allow(dead_code, reason = "for connections that break")]
    pub(crate) fn reset(&mut self) {
        // with a linger of zero the socket that is closed when the script ends resets
        socket2::SockRef::from(&self.stream).set_linger(Some(Duration::ZERO)).expect("a socket");
    }

    /// An authentication request.
    pub(crate) fn ask(&mut self, code: u32, rest: &[u8]) {
        let body = [&code.to_be_bytes()[..], rest].concat();
        self.message(b'R', &body);
    }

    /// An `ErrorResponse` without file, line and routine, as poolers send it.
    pub(crate) fn error(&mut self, sqlstate: &str, message: &str) {
        let body = format!("SFATAL\0VFATAL\0C{sqlstate}\0M{message}\0\0");
        self.message(b'E', body.as_bytes());
    }

    /// Keeps the connection open until the other side closes it, but says nothing more.
    pub(crate) fn hang(&mut self) {
        let _ = self.stream.set_read_timeout(Some(Duration::from_secs(20)));
        while !self.hear().is_empty() {}
    }
}
