//! Counts what a server sends: a stream without end must not fill the memory until the deadline. Of an open session
//! it knows the answers to simple queries and what may come at any time (PostgreSQL documentation, "Message Flow").

use crate::probe::{Phase, Trouble};

/// How much more may come.
#[derive(Clone, Copy, Debug)]
pub(super) struct Allowance(usize);

/// It is used up.
#[derive(Debug)]
pub(super) struct UsedUp;

impl Allowance {
    /// A server announces a dozen parameters, and may add a few notices.
    pub(super) fn for_startup() -> Self {
        Self(1 << 20)
    }

    /// The answers of one flight are lists of settings, roles, extensions.
    pub(super) fn for_answers() -> Self {
        Self(8 << 20)
    }

    /// Takes a message of so many bytes. What is kept of a short one is more than its bytes.
    pub(super) fn take(&mut self, bytes: usize) -> Result<(), UsedUp> {
        self.0 = self.0.checked_sub(bytes.saturating_add(KEPT)).ok_or(UsedUp)?;
        Ok(())
    }
}

/// A row's or a parameter's own place in memory, about.
const KEPT: usize = 128;

/// A reader of messages that may arrive in any pieces; it looks at their heads alone.
#[derive(Debug, Default)]
pub(super) struct Meter {
    head: Vec<u8>,
    left: usize,
}

impl Meter {
    /// Fails at what no simple query is answered with, and where the allowance ends: before it has come.
    pub(super) fn read(
        &mut self,
        mut bytes: &[u8],
        allowance: &mut Allowance,
        phase: Phase,
    ) -> Result<(), Trouble> {
        while !bytes.is_empty() {
            let skipped = bytes.len().min(self.left);
            self.left -= skipped;
            bytes = &bytes[skipped..];
            let taken = bytes.len().min(5 - self.head.len());
            self.head.extend_from_slice(&bytes[..taken]);
            bytes = &bytes[taken..];
            if self.head.first().is_some_and(|tag| !ANSWERS.contains(tag)) {
                return Err(Trouble::NotPostgres(phase, None));
            }
            if let [_, length @ ..] = &self.head[..]
                && let Ok(length) = <[u8; 4]>::try_from(length)
            {
                let length = u32::from_be_bytes(length) as usize;
                self.left = length.checked_sub(4).ok_or(Trouble::NotPostgres(phase, None))?;
                allowance.take(length).map_err(|_| Trouble::Endless(phase))?;
                self.head.clear();
            }
        }
        Ok(())
    }
}

/// `RowDescription`, `DataRow`, `CommandComplete`, `EmptyQueryResponse`, `ErrorResponse`, `ReadyForQuery`; at any
/// time `NoticeResponse`, `NotificationResponse`, `ParameterStatus`.
const ANSWERS: &[u8] = b"TDCIEZNAS";
