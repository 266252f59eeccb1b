//! Which protocol is spoken where PostgreSQL's is not: what the other side says first or to one line of HTTP, and
//! whether it takes a TLS handshake. Only the form of the answer is looked at.

use super::super::{
    dial::{self, Socket},
    tls,
};
use crate::probe::{Attempt, Dial, Listener, Phase, Sight, TlsTrouble, Trouble, Verify};
use rustls_pki_types::ServerName;
use std::{future::poll_fn, net::Ipv4Addr, pin::Pin, sync::Arc, task::Poll, time::Duration};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::time::{Instant, timeout_at};
use tokio_rustls::client::TlsStream;

/// Both ways at once, on a connection each; the first that tells something is believed.
pub(super) async fn recognise(dial: &Dial, attempt: &Attempt, trust: &tls::Trust, until: Instant) -> Sight {
    let mut ways: [Option<Way<'_>>; 2] =
        [Some(Box::pin(said(dial, attempt))), Some(Box::pin(encrypted(dial, attempt, trust, until)))];
    let known = poll_fn(|cx| {
        for way in &mut ways {
            if let Some(running) = way
                && let Poll::Ready(found) = running.as_mut().poll(cx)
            {
                if found.is_some() {
                    return Poll::Ready(found);
                }
                *way = None;
            }
        }
        if ways.iter().all(Option::is_none) { Poll::Ready(None) } else { Poll::Pending }
    });
    known.await.map_or(Sight::Somebody, Sight::Known)
}

type Way<'l> = Pin<Box<dyn Future<Output = Option<Listener>> + Send + 'l>>;

/// What it says by itself or to a line that web servers and Redis answer.
async fn said(dial: &Dial, attempt: &Attempt) -> Option<Listener> {
    let mut socket = dial::connect(&attempt.address, &dial.keepalives).await.ok()?;
    hear(&mut socket).await
}

async fn hear(stream: &mut (impl AsyncRead + AsyncWrite + Unpin)) -> Option<Listener> {
    stream.write_all(LINE).await.ok()?;
    stream.flush().await.ok()?;
    let mut heard = Vec::new();
    let mut piece = [0; 256];
    while heard.len() < ENOUGH {
        match stream.read(&mut piece).await {
            Ok(n @ 1..) => heard.extend_from_slice(&piece[..n]),
            _ => break,
        }
        if let Some(listener) = form(&heard) {
            return Some(listener);
        }
    }
    None
}

/// Whether it takes a handshake. ALPN says `postgresql` where a server speaks it inside TLS alone; a web server may
/// hang up on that word, and is asked for its own.
async fn encrypted(dial: &Dial, attempt: &Attempt, trust: &tls::Trust, until: Instant) -> Option<Listener> {
    let first = shake(dial, attempt, trust, POSTGRESQL).await?;
    if first.is_some_and(|stream| stream.get_ref().1.alpn_protocol() == Some(POSTGRESQL)) {
        return Some(Listener::PostgresInTls);
    }
    let web = async { hear(&mut shake(dial, attempt, trust, HTTP).await.flatten()?).await };
    // That it is TLS is known, and must not be lost when the time is up.
    let soon = until.checked_sub(REST).unwrap_or(until);
    match timeout_at(soon, web).await {
        Ok(Some(Listener::Http)) => Some(Listener::Https),
        _ => Some(Listener::Tls),
    }
}

/// A handshake for one protocol: none where no TLS is spoken, nothing in it where it did not come to an end.
async fn shake(
    dial: &Dial,
    attempt: &Attempt,
    trust: &tls::Trust,
    protocol: &[u8],
) -> Option<Option<TlsStream<Socket>>> {
    let mut config = trust.config(Verify::None).ok()?.for_look();
    config.alpn_protocols = vec![protocol.to_vec()];
    let named = attempt.host.as_ref().and_then(|host| ServerName::try_from(host.expose().to_owned()).ok());
    let name = named.unwrap_or_else(|| ServerName::IpAddress(Ipv4Addr::UNSPECIFIED.into()));
    let socket = dial::connect(&attempt.address, &dial.keepalives).await.ok()?;
    match tokio_rustls::TlsConnector::from(Arc::new(config)).connect(name, socket).await {
        Ok(stream) => Some(Some(stream)),
        Err(error) => match tls::trouble_of(&error, Phase::Tls) {
            Trouble::Tls(trouble) if trouble != TlsTrouble::Broken => Some(None),
            _ => None,
        },
    }
}

/// Whose answer has this form, as far as it was heard.
fn form(heard: &[u8]) -> Option<Listener> {
    let begins = |words: &[&[u8]]| words.iter().any(|word| heard.starts_with(word));
    let has = |word: &[u8]| heard.windows(word.len()).any(|w| w.eq_ignore_ascii_case(word));
    match heard {
        _ if begins(&[b"HTTP/", b"<!DOCTYPE", b"<html", b"<HTML"]) => Some(Listener::Http),
        _ if begins(&[b"SSH-"]) => Some(Listener::Ssh),
        // a greeting of protocol 10, or an error, in a first packet: three bytes of length, number 0
        [length, _, 0, 0, 10 | 0xff, ..] if *length > 4 => Some(Listener::Mysql),
        _ if begins(&[b"-ERR", b"-NOAUTH", b"-DENIED", b"-LOADING", b"+PONG"]) => Some(Listener::Redis),
        _ if begins(&[b"+OK", b"* OK"]) => Some(Listener::Mail),
        _ if begins(&[b"220"]) && heard.contains(&b'\n') => {
            Some(if has(b"ftp") && !has(b"smtp") { Listener::Ftp } else { Listener::Mail })
        }
        _ if begins(&[b"AMQP"]) => Some(Listener::Amqp),
        _ if begins(&[b"ERROR\r\n"]) => Some(Listener::Memcached),
        _ => None,
    }
}

/// Web servers answer it, Redis and memcached complain about it, the others have spoken before.
const LINE: &[u8] = b"HEAD / HTTP/1.0\r\n\r\n";

/// PostgreSQL's name in ALPN, since version 17.
const POSTGRESQL: &[u8] = b"postgresql";

/// A web server's name in ALPN.
const HTTP: &[u8] = b"http/1.1";

/// What is left of a look's time when a web server is waited for no longer.
const REST: Duration = Duration::from_millis(50);

/// How much of an answer is heard at most, in bytes.
const ENOUGH: usize = 1024;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_known_by_their_form() {
        for (heard, listener) in [
            (&b"HTTP/1.1 400 Bad Request\r\n"[..], Some(Listener::Http)),
            (b"SSH-2.0-OpenSSH_9.2p1\r\n", Some(Listener::Ssh)),
            (b"J\0\0\0\n8.0.36\0", Some(Listener::Mysql)),
            (b"\x5b\0\0\0\n5.5.5-10.11.6-MariaDB\0", Some(Listener::Mysql)),
            (b"E\0\0\0\xff\x6a\x04Host is not allowed", Some(Listener::Mysql)),
            (b"-ERR unknown command 'HEAD'\r\n", Some(Listener::Redis)),
            (b"-NOAUTH Authentication required.\r\n", Some(Listener::Redis)),
            (b"220 mx.example.com ESMTP Postfix\r\n", Some(Listener::Mail)),
            (b"220 (vsFTPd 3.0.3)\r\n", Some(Listener::Ftp)),
            (b"220 mx", None),
            (b"+OK dovecot ready\r\n", Some(Listener::Mail)),
            (b"AMQP\0\0\x09\x01", Some(Listener::Amqp)),
            (b"ERROR\r\n", Some(Listener::Memcached)),
            // an alert: the handshake tells more
            (b"\x15\x03\x01\0\x02\x02\x46", None),
            // PostgreSQL's own refusal of a line that is none of its
            (b"E\0\0\0\x52SFATAL\0", None),
            (b"N", None),
            (b"", None),
        ] {
            assert_eq!(form(heard), listener, "{:?}", String::from_utf8_lossy(heard));
        }
    }
}
