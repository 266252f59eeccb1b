//! What is being waited for, on standard error: one live line on a terminal, elsewhere a line for each change.

use super::{args::Flags, output};
use crate::{driver::Watcher, report::clean, world::World};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::{
    collections::BTreeSet,
    io::{self, IsTerminal as _},
    sync::Mutex,
    time::Duration,
};

/// Ends with its line when it is dropped.
pub(super) struct Progress {
    shown: bool,
    live: Option<ProgressBar>,
}

impl Progress {
    /// Nothing is shown before the first pause, and with `--quiet` nothing ever.
    pub(super) fn new(flags: &Flags, world: &World) -> Self {
        let terminal = io::stderr().is_terminal() && world.variable("TERM") != Some("dumb");
        let live = || {
            let style = ProgressStyle::with_template("{spinner} {wide_msg}").ok()?.tick_chars("|/-\\ ");
            Some(ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr()).with_style(style))
        };
        Self { shown: !flags.quiet, live: if terminal && !flags.quiet { live() } else { None } }
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
