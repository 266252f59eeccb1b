//! Who listens at an address: a startup and the first message of a SCRAM login, which holds no secret; then the
//! connection is closed.

use super::{Connector, dial, tls};
use crate::probe::{Attempt, Dial, Phase, Sight};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio_postgres::tls::TlsConnect;

/// The caller bounds the time.
pub(super) async fn look(dial: &Dial, attempt: &Attempt, trust: &tls::Trust) -> Sight {
    let Ok(socket) = dial::connect(&attempt.address, &dial.keepalives).await else { return Sight::Nothing };
    let Ok(connector) = Connector::new(dial, attempt, trust) else { return Sight::Somebody };
    let door = connector.door(attempt.host.as_ref());
    let seen = door.seen();
    let Ok(mut stream) = door.connect(socket).await else { return Sight::Somebody };
    let mut outgoing = Some(startup(dial));
    let mut answered = false;
    loop {
        if let Some(message) = outgoing.take()
            && (stream.write_all(&message).await.is_err() || stream.flush().await.is_err())
        {
            return Sight::Somebody;
        }
        let read = stream.read(&mut [0; 512]).await;
        if seen.fingerprint().is_some() || !matches!(read, Ok(1..)) {
            return seen.fingerprint().map_or(Sight::Somebody, Sight::Server);
        }
        if seen.phase() == Phase::Authentication && !answered {
            answered = true;
            outgoing = Some(scram_first());
        }
    }
}

/// `StartupMessage`: length, protocol 3.0, then pairs of strings.
fn startup(dial: &Dial) -> Vec<u8> {
    let mut body = vec![0, 3, 0, 0];
    for (name, value) in [("user", &dial.user), ("database", &dial.dbname)] {
        if let Some(value) = value {
            for text in [name, value.expose()] {
                body.extend(text.bytes().filter(|b| *b != 0).chain([0]));
            }
        }
    }
    body.push(0);
    [length(&body, 4).to_vec(), body].concat()
}

/// `SASLInitialResponse` without channel binding. The nonce protects nothing here: the login is not finished.
fn scram_first() -> Vec<u8> {
    let first = b"n,,n=,r=pgward-looks-who-is-there";
    let body = [&b"SCRAM-SHA-256\0"[..], &length(first, 0), first].concat();
    [&b"p"[..], &length(&body, 4), &body].concat()
}

fn length(bytes: &[u8], more: u32) -> [u8; 4] {
    u32::try_from(bytes.len()).unwrap_or(u32::MAX).saturating_add(more).to_be_bytes()
}
