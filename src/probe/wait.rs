//! How long to wait between two tries, and where the time of all of them went. Pauses are spread by a seed, so that
//! replicas that started together do not knock together.

use super::{Failure, FailureClass, Phase, Probe, State, Step};
use std::{fmt, time::Duration};

/// splitmix64 (Steele, Lea, Flood 2014).
#[derive(Clone, Debug)]
pub(super) struct Chance(u64);

impl Chance {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A number below `bound`; zero when that is zero.
    pub(super) fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)).checked_rem(bound).unwrap_or(0)
    }

    /// Fisher and Yates, inside out, as libpq does it.
    pub(super) fn shuffle<T>(&mut self, items: &mut [T]) {
        for i in 1..items.len() {
            let j = self.below(i as u64 + 1);
            items.swap(i, usize::try_from(j).unwrap_or(i));
        }
    }
}

/// The pauses of one run.
#[derive(Clone, Debug)]
pub(super) struct Pauses {
    chance: Chance,
    /// When a server that is there first refused or said that it is not ready yet.
    soon_since: Option<Duration>,
    slow: u32,
}

/// One of them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Pause {
    pub(super) length: Duration,
    /// Too short to resolve names anew after it.
    pub(super) short: bool,
}

impl Pauses {
    pub(super) fn new(seed: u64) -> Self {
        Self { chance: Chance::new(seed), soon_since: None, slow: 0 }
    }

    /// While a server is there and about to come (`soon`): 20 ms for five seconds since the first such answer, then
    /// 100 ms. Otherwise 100 ms doubling to 1 s. Each ± 20 %.
    pub(super) fn next(&mut self, soon: bool, now: Duration) -> Pause {
        let short = soon && now.saturating_sub(*self.soon_since.get_or_insert(now)) < SOON;
        let base = match (soon, short) {
            (true, true) => 20,
            (true, false) => 100,
            _ => (100_u64 << self.slow.min(4)).min(1000),
        };
        self.slow = if soon { 0 } else { self.slow + 1 };
        let percent = 80 + self.chance.below(41);
        Pause { length: Duration::from_micros(base * 10 * percent), short }
    }
}

/// So long a server that is about to come is asked every 20 ms.
const SOON: Duration = Duration::from_secs(5);
/// With less time left than this there is no further try.
const LEAST: Duration = Duration::from_millis(40);

/// Where the time went, all tries together.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Spent {
    /// Names were resolved.
    pub dns: Duration,
    /// Until the TCP handshake ended.
    pub tcp: Duration,
    /// The request for TLS and the handshake.
    pub tls: Duration,
    /// From the startup message until the session was open.
    pub authentication: Duration,
    /// Questions and installations.
    pub query: Duration,
    /// Looking who else listens.
    pub looks: Duration,
    /// Between two tries.
    pub pauses: Duration,
}

impl Spent {
    /// The time of one phase of a connection, added.
    fn add(&mut self, phase: Phase, time: Duration) {
        *match phase {
            Phase::Configuration | Phase::Dns => &mut self.dns,
            Phase::Tcp => &mut self.tcp,
            Phase::Tls => &mut self.tls,
            Phase::Startup | Phase::Authentication | Phase::Database => &mut self.authentication,
            Phase::Session | Phase::Query => &mut self.query,
        } += time;
    }

    /// Each part with its name, in the order of a connection.
    pub fn parts(&self) -> [(&'static str, Duration); 7] {
        [
            ("dns", self.dns),
            ("tcp", self.tcp),
            ("tls", self.tls),
            ("authentication", self.authentication),
            ("query", self.query),
            ("looks", self.looks),
            ("pauses", self.pauses),
        ]
    }
}

/// A wait, once it ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Waited {
    /// How often the walk over the addresses was made.
    pub tries: u32,
    /// It ended because its time was over, not because waiting could not mend the failure.
    pub over: bool,
    /// How long it took.
    pub took: Duration,
    /// Where the time went.
    pub spent: Spent,
}

impl fmt::Display for Waited {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.tries < 2 {
            return f.write_str("tried once");
        }
        write!(f, "tried {} times in {}", self.tries, span(self.took))?;
        let worth = |(_, time): &(&str, Duration)| time.as_millis() > 0;
        for (i, (name, time)) in self.spent.parts().into_iter().filter(worth).enumerate() {
            write!(f, "{}{name} {}", if i == 0 { ": " } else { ", " }, span(time))?;
        }
        Ok(())
    }
}

/// `850 ms`, `1.2 s`, `75 s`.
fn span(time: Duration) -> String {
    match time.as_millis() {
        ms @ ..1000 => format!("{ms} ms"),
        ..60_000 => format!("{:.1} s", time.as_secs_f64()),
        _ => format!("{:.0} s", time.as_secs_f64()),
    }
}

/// What is being waited for, for whoever shows it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Waiting {
    /// All hosts that are dialled: `db1:5432, db2:5432`.
    pub place: String,
    /// The failure's class, or the rules that are hoped to pass.
    pub reason: String,
    /// Tries so far.
    pub tries: u32,
    /// Since the beginning.
    pub elapsed: Duration,
}

impl Probe {
    /// What else is worth waiting for than what [`FailureClass::is_retryable`] says: what a deployment knows to pass.
    /// A failure before anything was sent stays what it is.
    pub fn retrying(mut self, classes: &[FailureClass]) -> Self {
        self.retry = classes.to_vec();
        self
    }

    /// The attempt of the present step came to `phase` at `at`, on the probe's clock. Without this all of its time
    /// counts as that of the TCP handshake.
    pub fn entered(&mut self, phase: Phase, at: Duration) {
        self.marks.push((phase, at));
    }

    /// What is being waited for, between [`Step::Sleep`] and its end.
    pub fn waiting(&self) -> Option<&Waiting> {
        self.waiting.as_ref().filter(|_| self.state == State::Sleeping)
    }

    /// How often the walk was made, and where the time went.
    pub fn waited(&self) -> Waited {
        Waited { tries: self.tries, over: self.over, took: self.last, spent: self.spent }
    }

    /// What was answered is judged, is not good enough, and may become so (`reason`): closes the session, pauses and
    /// begins anew. None when there is no time left for it; then everything stays as it is.
    pub fn again(&mut self, reason: &str, now: Duration) -> Option<Step> {
        self.account(now);
        let took = now.saturating_sub(self.walk.began);
        let pause = self.pause(false, now)?;
        // What would be cut short says nothing: then the session and its answers are worth more.
        let end = self.bounds.wait.unwrap_or_default();
        self.over = now + pause.length + 2 * took > end;
        if self.over {
            return None;
        }
        (self.connected, self.earlier) = (None, None);
        Some(self.sleep(pause, reason.to_owned(), now))
    }

    /// Whether the end of the wait, not its own bounds, ended the last walk, and none failed before it: then that says
    /// nothing about the server, and what was judged before stands.
    pub fn cut_short(&self) -> bool {
        self.cut_short
    }

    pub(super) fn is_cut_short(&self) -> bool {
        let elapsed = |class| matches!(class, FailureClass::DeadlineExceeded | FailureClass::ConnectTimeout);
        let by_wait = self.bounds.wait.is_some_and(|wait| wait < self.walk.began + self.bounds.timeout);
        let last = self.walk.failures.last().map(|failed| failed.failure.class);
        by_wait && self.last >= self.walk_end() && last.is_some_and(elapsed)
    }

    pub(super) fn retries(&self, failure: &Failure) -> bool {
        failure.retryable || (failure.phase != Phase::Configuration && self.retry.contains(&failure.class))
    }

    /// The time since the last reply goes to what was being done.
    pub(super) fn account(&mut self, now: Duration) {
        let mut from = self.last;
        self.last = now.max(from);
        let marks = std::mem::take(&mut self.marks);
        let mut phase = match self.state {
            State::Resolving => Phase::Dns,
            State::Connecting => Phase::Tcp,
            State::Asking | State::Installing => Phase::Query,
            State::Looking => return self.spent.looks += now.saturating_sub(from),
            State::Sleeping => return self.spent.pauses += now.saturating_sub(from),
            State::Ready | State::Done => return,
        };
        for (next, at) in marks {
            self.spent.add(phase, at.min(now).saturating_sub(from));
            (phase, from) = (next, at.max(from));
        }
        self.spent.add(phase, now.saturating_sub(from));
    }

    /// The pause before another try; none when the wait is over. Towards its end the pauses become shorter, so that
    /// the last try is made when it ends and not a second before.
    pub(super) fn pause(&mut self, soon: bool, now: Duration) -> Option<Pause> {
        let left = self.bounds.wait?.saturating_sub(now);
        let pause = self.pauses.next(soon, now);
        if pause.length < left {
            return Some(pause);
        }
        self.over = left < LEAST;
        (!self.over).then_some(Pause { length: left / 2, ..pause })
    }

    pub(super) fn sleep(&mut self, pause: Pause, reason: String, now: Duration) -> Step {
        let place = self.dial.places();
        self.waiting = Some(Waiting { place, reason, tries: self.tries, elapsed: now });
        self.names.forget_unless(pause.short);
        self.state = State::Sleeping;
        Step::Sleep(pause.length)
    }
}
