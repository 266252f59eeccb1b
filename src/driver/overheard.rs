//! The reader of a server's messages without a server: for the tests, which feed it with anything in any pieces.

use super::seen::{Scene, Seen};
use super::watch::{Allowed, Watch};
use crate::probe::{Dial, Failure, Phase};

/// What was made of a server's words.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Overheard {
    /// How far the connection came.
    pub phase: Phase,
    /// The process of BackendKeyData.
    pub pid: Option<i32>,
    /// Whether nothing more needs to be read.
    pub over: bool,
    /// Why nothing more may be read.
    pub refused: Option<Failure>,
}

/// Reads pieces of what a server says on a plaintext connection, by a client that has a password and gives it to
/// nobody in the clear. With `follow` it reads on when the session is open, as it does for the probe.
#[doc(hidden)]
pub fn overhear<'a>(pieces: impl IntoIterator<Item = &'a [u8]>, follow: bool) -> Overheard {
    let seen = Seen::new(Scene::default());
    seen.enter(Phase::Startup);
    if follow {
        seen.follow();
    }
    let allowed = Allowed {
        password: true,
        cleartext: false,
        md5: false,
        only_bound: false,
        methods: None,
        only_certified: false,
    };
    let mut watch = Watch::new(seen.clone(), allowed);
    let (mut over, mut refused) = (false, None);
    for piece in pieces {
        match watch.read(piece) {
            Ok(false) => {}
            Ok(true) => over = true,
            Err(trouble) => refused = Some(trouble.classify(&Dial::default(), "the server")),
        }
        if over || refused.is_some() {
            break;
        }
    }
    Overheard { phase: seen.phase(), pid: seen.opened().pid, over, refused }
}

/// The fields of a certificate that the driver looks at, in no particular form; None where it is none.
#[doc(hidden)]
pub fn certificate(bytes: &[u8]) -> Option<String> {
    let seen = crate::x509::Certificate::parse(bytes)?;
    let binding = super::tls::channel_binding(&bytes.into());
    Some(format!("{seen:?} {:?} {binding:?}", seen.limit()))
}
