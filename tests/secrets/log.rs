//! What is logged, at every level, on every thread.

use crate::writers::Outputs;
use std::{
    io,
    sync::{Mutex, Once, PoisonError},
};
use tracing_subscriber::{filter::LevelFilter, fmt::MakeWriter};

static BUFFER: Mutex<Vec<u8>> = Mutex::new(Vec::new());
static ONCE: Once = Once::new();

/// Runs something and adds what was logged meanwhile, be it by another test: a canary is a canary.
pub(crate) fn during<T>(out: &mut Outputs, run: impl FnOnce() -> T) -> T {
    ONCE.call_once(|| {
        let subscriber = tracing_subscriber::fmt().with_max_level(LevelFilter::TRACE).with_writer(Collect);
        tracing::subscriber::set_global_default(subscriber.finish()).expect("no other subscriber is set");
    });
    let result = run();
    let bytes = std::mem::take(&mut *BUFFER.lock().unwrap_or_else(PoisonError::into_inner));
    out.push(("log", String::from_utf8_lossy(&bytes).into_owned()));
    result
}

struct Collect;

impl<'a> MakeWriter<'a> for Collect {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        Self
    }
}

impl io::Write for Collect {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        BUFFER.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
