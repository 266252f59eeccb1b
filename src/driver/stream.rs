//! A server's stream, in plaintext or TLS, read along until the startup is over.

use super::door::DoorError;
use super::watch::Watch;
use crate::probe::Trouble;
use std::{io, pin::Pin, task::Context, task::Poll};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_postgres::tls::{ChannelBinding, TlsStream};

/// What tokio-postgres reads and writes.
pub struct DoorStream<S> {
    inner: Inner<S>,
    watch: Option<Watch>,
    binding: Option<Vec<u8>>,
    alarm: Option<Alarm>,
    unbroken: usize,
}

/// So many bytes are read at a stretch while somebody watches: then whoever keeps the time has a turn, also when
/// more has come. tokio counts the reads, which may be long.
const STRETCH: usize = 8 * 1024;

/// Rings when a startup has lasted too long.
pub(super) type Alarm = Pin<Box<tokio::time::Sleep>>;

enum Inner<S> {
    Plain(S),
    Tls(Box<tokio_rustls::client::TlsStream<S>>),
}

impl<S> DoorStream<S> {
    pub(super) fn plain(stream: S, watch: Watch) -> Self {
        Self { inner: Inner::Plain(stream), watch: Some(watch), binding: None, alarm: None, unbroken: 0 }
    }

    pub(super) fn tls(
        stream: tokio_rustls::client::TlsStream<S>,
        binding: Option<Vec<u8>>,
        watch: Watch,
    ) -> Self {
        Self { inner: Inner::Tls(Box::new(stream)), watch: Some(watch), binding, alarm: None, unbroken: 0 }
    }

    /// Nobody else bounds the startup of this stream's session.
    pub(super) fn until(mut self, alarm: Option<Alarm>) -> Self {
        self.alarm = alarm;
        self
    }

    /// Nothing was read: until when?
    fn wait(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let (Some(watch), Some(alarm)) = (&self.watch, &mut self.alarm) else { return Poll::Pending };
        match watch.elapse() {
            Some(trouble) if alarm.as_mut().poll(cx).is_ready() => {
                let _ = watch.refuse(trouble);
                Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
            }
            Some(_) => Poll::Pending,
            None => {
                self.alarm = None;
                Poll::Pending
            }
        }
    }

    fn lost(&self, error: io::Error) -> io::Error {
        if let Some(watch) = &self.watch {
            watch.lose(&error);
        }
        error
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncRead for DoorStream<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.unbroken > STRETCH && self.watch.is_some() {
            self.unbroken = 0;
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        let before = buf.filled().len();
        let read = match &mut self.inner {
            Inner::Plain(stream) => Pin::new(stream).poll_read(cx, buf),
            Inner::Tls(stream) => Pin::new(stream.as_mut()).poll_read(cx, buf),
        };
        let Poll::Ready(read) = read else {
            self.unbroken = 0;
            return self.wait(cx);
        };
        self.unbroken += buf.filled().len() - before;
        self.watch.take_if(|watch| watch.is_over());
        let Some(watch) = &mut self.watch else { return Poll::Ready(read) };
        if let Err(error) = read {
            watch.lose(&error);
            return Poll::Ready(Err(error));
        }
        let fresh = &buf.filled()[before..];
        let verdict = if fresh.is_empty() { Err(watch.end()) } else { watch.read(fresh) };
        match verdict {
            Ok(false) => {}
            Ok(true) => self.watch = None,
            Err(trouble) => {
                // what must not be answered is not handed on
                buf.set_filled(before);
                return Poll::Ready(Err(watch.refuse(trouble)));
            }
        }
        Poll::Ready(Ok(()))
    }
}

impl Watch {
    fn refuse(&self, trouble: Trouble) -> io::Error {
        let error = DoorError::new(&trouble);
        self.fail(trouble);
        io::Error::other(error)
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for DoorStream<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let written = match &mut self.inner {
            Inner::Plain(stream) => Pin::new(stream).poll_write(cx, buf),
            Inner::Tls(stream) => Pin::new(stream.as_mut()).poll_write(cx, buf),
        };
        written.map_err(|error| self.lost(error))
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flushed = match &mut self.inner {
            Inner::Plain(stream) => Pin::new(stream).poll_flush(cx),
            Inner::Tls(stream) => Pin::new(stream.as_mut()).poll_flush(cx),
        };
        flushed.map_err(|error| self.lost(error))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.inner {
            Inner::Plain(stream) => Pin::new(stream).poll_shutdown(cx),
            Inner::Tls(stream) => Pin::new(stream.as_mut()).poll_shutdown(cx),
        }
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> TlsStream for DoorStream<S> {
    fn channel_binding(&self) -> ChannelBinding {
        self.binding.clone().map_or_else(ChannelBinding::none, ChannelBinding::tls_server_end_point)
    }
}
