//! Regular files, which are read at once: on disks of this machine none keeps its reader waiting, so that no thread is
//! needed to leave one behind.

use std::{
    fs,
    io::{self, Read as _},
    path::Path,
};

/// Reads a file to the end of a buffer, at most `limit` bytes and one more, if it is a regular one. Anything else is
/// neither read nor waited for.
pub(super) fn read_regular(path: &Path, limit: usize, buffer: &mut Vec<u8>) -> io::Result<bool> {
    let file = open(path)?;
    let facts = file.metadata()?;
    if !facts.is_file() {
        return Ok(false);
    }
    // With room for one byte more, the end is met without another piece of memory.
    let size = usize::try_from(facts.len()).unwrap_or(usize::MAX).min(limit).saturating_add(1);
    buffer.reserve(size.max(LEAST));
    file.take(limit as u64 + 1).read_to_end(buffer)?;
    Ok(true)
}

/// What the standard library does not take for a small buffer that it had better try first.
const LEAST: usize = 64;

#[cfg(unix)]
fn open(path: &Path) -> io::Result<fs::File> {
    use std::os::unix::fs::OpenOptionsExt as _;
    let flags = rustix::fs::OFlags::NONBLOCK | rustix::fs::OFlags::NOCTTY;
    let flags = i32::try_from(flags.bits()).unwrap_or_default();
    fs::OpenOptions::new().read(true).custom_flags(flags).open(path)
}

#[cfg(not(unix))]
fn open(path: &Path) -> io::Result<fs::File> {
    fs::OpenOptions::new().read(true).open(path)
}

/// Whether what is here lies on a disk or in the memory of this machine, as far as that is known: a server that has gone,
/// or a program behind FUSE, may keep a reader waiting for ever.
#[cfg(target_os = "linux")]
pub(super) fn is_near(path: &Path) -> bool {
    rustix::fs::statfs(path).is_ok_and(|facts| NEAR.contains(&(i128::from(facts.f_type) & 0xffff_ffff)))
}

#[cfg(not(target_os = "linux"))]
pub(super) fn is_near(_: &Path) -> bool {
    false
}

/// The numbers of file systems in statfs(2): ext2 to ext4, XFS, Btrfs, tmpfs, overlayfs, F2FS, ZFS, bcachefs.
#[cfg(target_os = "linux")]
const NEAR: [i128; 8] =
    [0xef53, 0x5846_5342, 0x9123_683e, 0x0102_1994, 0x794c_7630, 0xf2f5_2010, 0x2fc1_2fc1, 0xca45_1a4e];
