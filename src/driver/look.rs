//! Who listens at an address, without a password: how far a login comes, what answers to `SSLRequest`, which protocol
//! is spoken. Every connection is closed at once.

mod protocol;

use super::{Connector, dial, door::SSL_REQUEST, tls};
use crate::probe::{Aim, Attempt, Dial, Listener, Look, Phase, Sight};
use std::{future::poll_fn, pin::Pin, task::Poll};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::{Instant, timeout_at};
use tokio_postgres::tls::TlsConnect;

type Looking<'l> = Pin<Box<dyn Future<Output = Sight> + Send + 'l>>;

/// All looks at once, each until its time is up; the sights in their order.
pub(super) async fn all(dial: &Dial, looks: &[Look], trust: &tls::Trust, began: Instant) -> Vec<Sight> {
    let one = |look: &'_ Look| {
        let until = began + look.attempt.until;
        let (attempt, aim) = (look.attempt.clone(), look.aim);
        async move {
            let seeing = async {
                match aim {
                    Aim::Login => login(dial, &attempt, trust).await,
                    Aim::Answer => answer(dial, &attempt).await,
                    Aim::Protocol => protocol::recognise(dial, &attempt, trust, until).await,
                }
            };
            timeout_at(until, seeing).await.unwrap_or(Sight::Nothing)
        }
    };
    together(looks.iter().map(|look| Box::pin(one(look)) as Looking<'_>).collect()).await
}

async fn together(looking: Vec<Looking<'_>>) -> Vec<Sight> {
    let mut running: Vec<Result<Sight, Looking<'_>>> = looking.into_iter().map(Err).collect();
    poll_fn(|cx| {
        for look in &mut running {
            if let Err(future) = look
                && let Poll::Ready(sight) = future.as_mut().poll(cx)
            {
                *look = Ok(sight);
            }
        }
        if running.iter().all(Result::is_ok) { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
    running.into_iter().map(|look| look.unwrap_or(Sight::Nothing)).collect()
}

/// PostgreSQL answers `SSLRequest` with one byte and then waits; others say more, or something else.
async fn answer(dial: &Dial, attempt: &Attempt) -> Sight {
    let Ok(mut socket) = dial::connect(&attempt.address, &dial.keepalives).await else {
        return Sight::Nothing;
    };
    if socket.write_all(&SSL_REQUEST).await.is_err() {
        return Sight::Somebody;
    }
    let mut heard = [0; 16];
    match socket.read(&mut heard).await {
        Ok(1) if matches!(heard[0], b'S' | b'N') => Sight::Known(Listener::Postgres),
        // an error that came before the answer: no process could be started for us
        Ok(2..) if heard.starts_with(&[b'E', 0, 0]) => Sight::Known(Listener::Postgres),
        _ => Sight::Somebody,
    }
}

/// A startup and the first message of a SCRAM login, which holds no secret.
async fn login(dial: &Dial, attempt: &Attempt, trust: &tls::Trust) -> Sight {
    let Ok(socket) = dial::connect(&attempt.address, &dial.keepalives).await else { return Sight::Nothing };
    let Ok(connector) = Connector::new(dial, attempt, trust) else { return Sight::Somebody };
    let door = connector.without_certificate().door(attempt.host.as_ref());
    let seen = door.seen();
    let Ok(mut stream) = door.connect(socket).await else { return Sight::Somebody };
    let sight = || match seen.fingerprint() {
        Some(fingerprint) => Sight::Server(fingerprint),
        None if seen.is_postgres() => Sight::Known(Listener::Postgres),
        None => Sight::Somebody,
    };
    let mut outgoing = Some(startup(dial));
    let mut answered = false;
    loop {
        if let Some(message) = outgoing.take()
            && (stream.write_all(&message).await.is_err() || stream.flush().await.is_err())
        {
            return sight();
        }
        let read = stream.read(&mut [0; 512]).await;
        // It let us in without a password, or asks for something else than SCRAM.
        let told = seen.fingerprint().is_some() || seen.phase() > Phase::Authentication;
        let asks = seen.phase() == Phase::Authentication;
        if told || !matches!(read, Ok(1..)) || (asks && !seen.is_scram()) {
            return sight();
        }
        if asks && !answered {
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
