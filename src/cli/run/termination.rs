//! Why the command was not started, where Kubernetes looks for it.

/// Where Kubernetes reads the last words of a container (`terminationMessagePath`).
#[cfg(unix)]
const LOG: &str = "/dev/termination-log";

/// So much of it is kept, and its end rather than its beginning.
#[cfg(unix)]
const MOST: usize = 4096;

/// Writes a line there in place of what there was, if that is a file. Never waits: what is no regular file is left
/// alone, and so is one that may not be written.
#[cfg(unix)]
pub(super) fn write(line: &str) {
    use rustix::fs::{FileType, Mode, OFlags, fstat, ftruncate, open, stat};
    use std::io::Write as _;
    let regular = |mode| FileType::from_raw_mode(mode) == FileType::RegularFile;
    if !stat(LOG).is_ok_and(|facts| regular(facts.st_mode)) {
        return;
    }
    let flags = OFlags::WRONLY | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
    let Ok(file) = open(LOG, flags, Mode::empty()) else { return };
    if fstat(&file).is_ok_and(|facts| regular(facts.st_mode)) && ftruncate(&file, 0).is_ok() {
        let end = (0..MOST).rev().find(|at| line.is_char_boundary(*at)).unwrap_or(0);
        let _full = std::fs::File::from(file).write_all(format!("{}\n", &line[..end]).as_bytes());
    }
}

#[cfg(not(unix))]
pub(super) fn write(_: &str) {}
