//! What the process was started with and the runtime of Rust changes before `main`: it opens /dev/null where a
//! standard stream is closed, and ignores SIGPIPE. The command is to find both as they were.

use rustix::{
    fs::{Mode, OFlags},
    io::{Errno, FdFlags, fcntl_getfd, fcntl_setfd},
    stdio,
};
use std::{
    os::fd::BorrowedFd,
    sync::atomic::{AtomicU64, Ordering},
};

/// Standard streams that were closed: bit 0 is standard input.
static CLOSED: AtomicU64 = AtomicU64::new(0);

/// Signals that were ignored: bit 0 is signal 1, as in `SigIgn` of proc(5).
static IGNORED: AtomicU64 = AtomicU64::new(0);

/// Looks. To be called before Rust's runtime begins: asks the system alone, and cannot panic.
pub fn look_before_main() {
    // Only `run` hands on what it found. Where there are no arguments yet, they are not asked about.
    let mut arguments = crate::world::World::arguments();
    if arguments.len() > 0 && !arguments.any(|word| word == "run") {
        return;
    }
    let closed = streams().into_iter().zip(0..).filter(|(fd, _)| fcntl_getfd(fd) == Err(Errno::BADF));
    CLOSED.store(closed.map(|(_, bit)| 1 << bit).sum(), Ordering::Relaxed);
    IGNORED.store(ignored().unwrap_or(0), Ordering::Relaxed);
}

/// Whether a signal was ignored. Where there is no proc(5), none is known to be.
pub(super) fn ignored_signal(signal: i32) -> bool {
    let bit = u32::try_from(signal - 1).ok().and_then(|bit| 1u64.checked_shl(bit));
    bit.is_some_and(|bit| IGNORED.load(Ordering::Relaxed) & bit != 0)
}

/// Has the standard streams that were closed be closed again for the command.
pub(super) fn close_again() {
    let closed = CLOSED.load(Ordering::Relaxed);
    for (fd, bit) in streams().into_iter().zip(0..) {
        if closed & (1 << bit) != 0 {
            // It can only fail on what is closed.
            let _closed = fcntl_setfd(fd, FdFlags::CLOEXEC);
        }
    }
}

fn streams() -> [BorrowedFd<'static>; 3] {
    [stdio::stdin(), stdio::stdout(), stdio::stderr()]
}

/// `SigIgn` of /proc/self/status.
fn ignored() -> Option<u64> {
    let file =
        rustix::fs::open(c"/proc/self/status", OFlags::RDONLY | OFlags::CLOEXEC, Mode::empty()).ok()?;
    let (mut text, mut piece) = (Vec::new(), [0; 4096]);
    // The line of the groups comes first and may be long.
    while text.len() < 1 << 20 {
        match rustix::io::read(&file, &mut piece) {
            Ok(0) => break,
            Ok(n) => text.extend_from_slice(piece.get(..n)?),
            Err(Errno::INTR) => {}
            Err(_) => return None,
        }
    }
    mask(&String::from_utf8_lossy(&text))
}

fn mask(status: &str) -> Option<u64> {
    let digits = status.lines().find_map(|line| line.strip_prefix("SigIgn:"))?;
    u64::from_str_radix(digits.trim(), 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mask_of_ignored_signals_is_read() {
        let status = "Name:\tx\nSigBlk:\t0000000000000002\nSigIgn:\t0000000000001001\nSigCgt:\t0\n";
        assert_eq!(mask(status), Some(0x1001));
        assert_eq!(mask("Name:\tx\n"), None);
        assert_eq!(mask("SigIgn:\tx\n"), None);
        // The runtime has ignored it by now.
        #[cfg(target_os = "linux")]
        assert!(ignored().is_some_and(|mask| mask & (1 << 12) != 0));
    }
}
