//! One address, one socket.

use crate::probe::{Address, Keepalives, Trouble};
use socket2::{SockRef, TcpKeepalive};
use std::{io, pin::Pin, task::Context, task::Poll};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
#[cfg(unix)]
use tokio::net::UnixStream;

/// A connected socket.
#[derive(Debug)]
pub enum Socket {
    /// TCP, without Nagle's delay.
    Tcp(TcpStream),
    /// A Unix socket.
    #[cfg(unix)]
    Unix(UnixStream),
}

/// Connects; the caller bounds the time.
pub(super) async fn connect(address: &Address, keepalives: &Keepalives) -> Result<Socket, Trouble> {
    let refused = |error: io::Error| Trouble::Tcp(error.kind());
    match address {
        Address::Tcp(address) => {
            let stream = TcpStream::connect(address).await.map_err(refused)?;
            settings(&stream, keepalives).map_err(refused)?;
            Ok(Socket::Tcp(stream))
        }
        #[cfg(unix)]
        Address::Unix(dir, port) => {
            let path = std::path::Path::new(dir.expose()).join(format!(".s.PGSQL.{port}"));
            UnixStream::connect(path).await.map(Socket::Unix).map_err(refused)
        }
        #[cfg(not(unix))]
        Address::Unix(..) => Err(Trouble::Tcp(io::ErrorKind::NotFound)),
    }
}

fn settings(stream: &TcpStream, keepalives: &Keepalives) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let socket = SockRef::from(stream);
    #[cfg(target_os = "linux")]
    socket.set_tcp_user_timeout(keepalives.user_timeout)?;
    if !keepalives.on {
        return Ok(());
    }
    socket.set_keepalive(true)?;
    let mut alive = TcpKeepalive::new();
    if let Some(idle) = keepalives.idle {
        alive = alive.with_time(idle);
    }
    #[cfg(not(target_os = "openbsd"))]
    if let Some(interval) = keepalives.interval {
        alive = alive.with_interval(interval);
    }
    #[cfg(not(any(target_os = "openbsd", windows)))]
    if let Some(count) = keepalives.count {
        alive = alive.with_retries(count);
    }
    socket.set_tcp_keepalive(&alive)
}

macro_rules! each {
    ($self:ident, $stream:ident => $body:expr) => {
        match $self.get_mut() {
            Socket::Tcp($stream) => $body,
            #[cfg(unix)]
            Socket::Unix($stream) => $body,
        }
    };
}

impl AsyncRead for Socket {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        each!(self, stream => Pin::new(stream).poll_read(cx, buf))
    }
}

impl AsyncWrite for Socket {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        each!(self, stream => Pin::new(stream).poll_write(cx, buf))
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        each!(self, stream => Pin::new(stream).poll_flush(cx))
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        each!(self, stream => Pin::new(stream).poll_shutdown(cx))
    }
}
