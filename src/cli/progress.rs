//! What takes its time, on standard error: what is being waited for, on one live line of a terminal and elsewhere in a line
//! for each change; and that many files are being judged, on a terminal alone.

use super::{args::Flags, output};
use crate::{driver::Watcher, report::clean, world::World};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::{
    collections::BTreeSet,
    io::{self, IsTerminal as _},
    sync::Mutex,
    time::{Duration, Instant},
};

/// Ends with its line when it is dropped.
pub(super) struct Progress {
    shown: bool,
    live: Option<ProgressBar>,
}

/// A line that is drawn anew, where a terminal shows standard error; nothing of it is drawn yet.
fn live(flags: &Flags, world: &World) -> Option<ProgressBar> {
    let terminal =
        io::stderr().is_terminal() && !flags.quiet && world.one_variable("TERM").as_deref() != Some("dumb");
    if !terminal {
        return None;
    }
    let style = ProgressStyle::with_template("{spinner} {wide_msg}").ok()?.tick_chars("|/-\\ ");
    let bar = || ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr()).with_style(style);
    Some(bar())
}

/// What `lint` is at, once it takes its time. Ends with its line when it is dropped.
pub(super) struct Linting {
    live: Option<ProgressBar>,
    began: Instant,
}

impl Linting {
    pub(super) fn new(flags: &Flags, world: &World, began: Instant) -> Self {
        Self { live: live(flags, world), began }
    }

    /// So many files that carry settings were found so far.
    pub(super) fn read(&self, found: usize) {
        if let Some(live) = self.live.as_ref().filter(|_| self.began.elapsed() > SOON) {
            live.set_message(format!("reading files: {found} that carry settings"));
            live.tick();
        }
    }

    /// Judging so many files is one step.
    pub(super) fn judge(&self, files: usize) {
        if let Some(live) = self.live.as_ref().filter(|_| files > MANY || self.began.elapsed() > SOON) {
            live.set_message(format!("judging {files} files"));
            live.enable_steady_tick(Duration::from_millis(100));
        }
    }
}

impl Drop for Linting {
    fn drop(&mut self) {
        if let Some(live) = &self.live {
            live.finish_and_clear();
        }
    }
}

/// What is done before is not told of.
const SOON: Duration = Duration::from_millis(500);
/// Fewer files are judged in no time.
const MANY: usize = 500;

impl Progress {
    /// Nothing is shown before the first pause, and with `--quiet` nothing ever.
    pub(super) fn new(flags: &Flags, world: &World) -> Self {
        Self { shown: !flags.quiet, live: live(flags, world) }
    }

    /// For whoever waits.
    pub(super) fn watcher(&self) -> Option<Watcher> {
        if !self.shown {
            return None;
        }
        let live = self.live.clone();
        let said = Mutex::new(Said::default());
        Some(Watcher::new(move |waiting| {
            let tries =
                if waiting.tries == 1 { "1 try".to_owned() } else { format!("{} tries", waiting.tries) };
            let text = format!(
                "waiting for {}: {} ({tries}, {:.1} s)",
                waiting.place,
                waiting.reason,
                waiting.elapsed.as_secs_f64()
            );
            let text = format!("pgward: {}", clean::line(&text));
            if let Some(live) = &live {
                let first = live.message().is_empty();
                live.set_message(text);
                if first {
                    live.enable_steady_tick(Duration::from_millis(100));
                }
            } else if said.lock().is_ok_and(|mut said| said.changes(&waiting.reason, waiting.elapsed)) {
                output::line(&text);
            }
        }))
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(live) = &self.live {
            live.finish_and_clear();
        }
    }
}

/// What was said in lines.
#[derive(Default)]
struct Said {
    last: String,
    ever: BTreeSet<String>,
    at: Duration,
}

impl Said {
    /// Whether this is to be said now: another reason than the last one, and one that was heard before not twice a
    /// second.
    fn changes(&mut self, reason: &str, now: Duration) -> bool {
        let again = self.ever.contains(reason) && now < self.at + Duration::from_secs(1);
        if self.last == reason || again {
            return false;
        }
        reason.clone_into(&mut self.last);
        self.ever.insert(reason.to_owned());
        self.at = now;
        true
    }
}
