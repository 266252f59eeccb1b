//! What is told while a connection is made or waited for: when each phase began, and each pause.

use crate::probe::{Phase, Waiting};
use std::{fmt, future::poll_fn, pin::pin, sync::Arc, time::Duration};
use tokio::time::Instant;

/// Who is told of each pause, on the thread that waits.
#[derive(Clone)]
pub struct Watcher(Arc<dyn Fn(&Waiting) + Send + Sync>);

impl Watcher {
    /// It is called before every pause, up to fifty times a second.
    pub fn new(tell: impl Fn(&Waiting) + Send + Sync + 'static) -> Self {
        Self(Arc::new(tell))
    }
}

impl fmt::Debug for Watcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Watcher(…)")
    }
}

/// What was told already.
#[derive(Default)]
pub(super) struct Progress {
    pub(super) watcher: Option<Watcher>,
    reason: String,
}

impl Progress {
    /// Every pause to the watcher, each change of the reason to the log.
    pub(super) fn tell(&mut self, waiting: Option<&Waiting>, pause: Duration) {
        tracing::trace!(pause_ms = pause.as_millis(), "pausing");
        let Some(waiting) = waiting else { return };
        if self.reason != waiting.reason {
            self.reason.clone_from(&waiting.reason);
            tracing::info!(place = waiting.place, reason = waiting.reason, "waiting");
        }
        if let Some(Watcher(tell)) = &self.watcher {
            tell(waiting);
        }
    }
}

/// `work`, with a note of when `phase` changed, since `began`; as exact as the wakings of the task.
pub(super) async fn phases<F: Future>(
    work: F,
    phase: impl Fn() -> Phase,
    began: Instant,
    out: &mut Vec<(Phase, Duration)>,
) -> F::Output {
    let mut work = pin!(work);
    let mut last = phase();
    poll_fn(|task| {
        let polled = work.as_mut().poll(task);
        let now = phase();
        if now != last {
            last = now;
            out.push((now, began.elapsed()));
        }
        polled
    })
    .await
}
